// RFC 9162 trees: the well-known roots of Certificate Transparency's test data, and every proof of every small tree.
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "crypto/bytes.h"
#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

// The eight leaves of the reference implementations' tests (RFC 6962, whose hashing RFC 9162 keeps).
std::vector<Digest> reference_leaves() {
  using namespace std::string_literals;
  std::vector<Digest> leaves;
  for (const std::string& leaf :
       {""s, "\x00"s, "\x10"s, "\x20\x21"s, "\x30\x31"s, "\x40\x41\x42\x43"s, "\x50\x51\x52\x53\x54\x55\x56\x57"s,
        "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"s}) {
    leaves.push_back(hash_leaf(leaf));
  }
  return leaves;
}

std::vector<Digest> numbered_leaves(size_t count) {
  std::vector<Digest> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(hash_leaf("leaf " + std::to_string(i)));
  return leaves;
}

constexpr size_t kLargest = 33;

}  // namespace

TEST_CASE("roots are those of the published test data") {
  constexpr std::array kRoots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  const auto leaves = reference_leaves();
  CHECK(crypto::to_hex(Tree().root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Tree tree;
  for (size_t i = 0; i < leaves.size(); ++i) {
    tree.add(leaves[i]);
    CHECK(crypto::to_hex(tree.root()) == kRoots[i]);
  }
}

TEST_CASE("every inclusion proof of every small tree holds, and for no other leaf, place, size or root") {
  const auto leaves = numbered_leaves(kLargest);
  for (size_t size = 1; size <= kLargest; ++size) {
    const std::span<const Digest> tree(leaves.data(), size);
    const Digest root = root_of(tree);
    for (size_t index = 0; index < size; ++index) {
      auto proof = prove_inclusion({.kept = leaves}, size, index);
      CHECK(verify_inclusion(leaves[index], index, size, proof, root));
      CHECK(!verify_inclusion(leaves[(index + 1) % kLargest], index, size, proof, root));
      CHECK(!verify_inclusion(leaves[index], index + 1, size, proof, root));
      CHECK(!verify_inclusion(leaves[index], index, size, proof, leaves[index == 0 ? 1 : 0]));
      if (proof.empty()) continue;
      proof.back()[0] ^= std::byte{1};
      CHECK(!verify_inclusion(leaves[index], index, size, proof, root));
      proof.pop_back();
      CHECK(!verify_inclusion(leaves[index], index, size, proof, root));
    }
  }
}

TEST_CASE("every consistency proof of every pair of small trees holds, and for no other history") {
  const auto leaves = numbered_leaves(kLargest);
  for (size_t second = 1; second <= kLargest; ++second) {
    const std::span<const Digest> tree(leaves.data(), second);
    const Digest second_root = root_of(tree);
    for (size_t first = 1; first <= second; ++first) {
      const Digest first_root = root_of(tree.first(first));
      auto proof = prove_consistency({.kept = leaves}, first, second);
      CHECK(verify_consistency(first, first_root, second, second_root, proof));
      // Another first record: another history.
      auto other = leaves;
      other[0][0] ^= std::byte{1};
      const Digest other_root = root_of(std::span(other).first(first));
      CHECK(!verify_consistency(first, other_root, second, second_root, proof));
      proof.push_back(leaves[0]);
      CHECK(!verify_consistency(first, first_root, second, second_root, proof));
    }
  }
}

TEST_CASE("where the first leaves are known as subtrees only, every proof of the others is the same") {
  const auto leaves = numbered_leaves(kLargest);
  Leaves pruned{.kept = leaves};
  const Leaves whole{.kept = leaves};
  for (size_t gone = 1; gone < kLargest; ++gone) {
    pruned.before.add(pruned.kept.front());
    pruned.kept.erase(pruned.kept.begin());
    for (size_t size = gone + 1; size <= kLargest; ++size) {
      CHECK(prove_inclusion(pruned, size, size - 1) == prove_inclusion(whole, size, size - 1));
      CHECK(prove_inclusion(pruned, size, gone) == prove_inclusion(whole, size, gone));
      CHECK(prove_consistency(pruned, gone, size) == prove_consistency(whole, gone, size));
      CHECK(pruned.root(0, size) == whole.root(0, size));
    }
  }
}

TEST_CASE("a tree goes on from its peaks") {
  const auto leaves = numbered_leaves(kLargest);
  Tree tree;
  for (const Digest& leaf : leaves) {
    auto restored = Tree::restore(tree.size(), tree.peaks());
    REQUIRE(restored);
    restored->add(leaf);
    tree.add(leaf);
    CHECK(restored->root() == tree.root());
  }
  CHECK(!Tree::restore(3, {leaves[0]}));
}

TEST_CASE("a checkpoint is a signed note that only its key opens") {
  const CheckpointSigner signer("0123456789abcdef", Bench::master('s'));
  const Checkpoint checkpoint{.size = 1000, .root = hash_leaf("x")};
  const std::string note = signer.sign(checkpoint);
  CHECK(note.starts_with("spotify-mcp-server/audit/0123456789abcdef\n1000\n"));
  CHECK(note.find("\n\n\xE2\x80\x94 spotify-mcp-server/audit/0123456789abcdef ") != std::string::npos);
  CHECK(std::ranges::count(note, '\n') == static_cast<ptrdiff_t>(kCheckpointLines));
  CHECK(signer.open(note) == checkpoint);
  CHECK(!CheckpointSigner("0123456789abcdef", Bench::master('t')).open(note));
  CHECK(!CheckpointSigner("0123456789abcdee", Bench::master('s')).open(note));
  for (size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CHECK(!signer.open(changed));
    }
  }
  CHECK(signer.verifier_key().starts_with("spotify-mcp-server/audit/0123456789abcdef+"));
}

}  // namespace audit
