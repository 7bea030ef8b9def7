#include "audit/merkle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "crypto/hash.h"

namespace audit {
namespace {

// The largest power of two below `n`, which is above 1.
uint64_t split_of(uint64_t n) { return std::bit_floor(n - 1); }

// A part of a tree's leaves. `root` gives that of any aligned part, as the recursions of RFC 9162 ask for them.
template <class Root>
std::vector<Digest> inclusion_of(const Root& root, uint64_t begin, uint64_t count, uint64_t index) {
  if (count == 1) return {};
  const uint64_t k = split_of(count);
  const bool left = index < begin + k;
  std::vector<Digest> proof =
      left ? inclusion_of(root, begin, k, index) : inclusion_of(root, begin + k, count - k, index);
  proof.push_back(left ? root(begin + k, count - k) : root(begin, k));
  return proof;
}

template <class Root>
std::vector<Digest> consistency_of(const Root& root, uint64_t begin, uint64_t count, uint64_t first, bool is_whole) {
  if (first == count) return is_whole ? std::vector<Digest>() : std::vector<Digest>{root(begin, count)};
  const uint64_t k = split_of(count);
  std::vector<Digest> proof;
  if (first <= k) {
    proof = consistency_of(root, begin, k, first, is_whole);
    proof.push_back(root(begin + k, count - k));
  } else {
    proof = consistency_of(root, begin + k, count - k, first - k, false);
    proof.push_back(root(begin, k));
  }
  return proof;
}

}  // namespace

Digest hash_leaf(crypto::ByteView leaf) {
  std::string input(1, '\0');
  input.append(leaf.text());
  return crypto::sha256(input);
}

Digest hash_node(const Digest& left, const Digest& right) {
  std::array<std::byte, 1 + 2 * std::tuple_size_v<Digest>> input;
  input[0] = std::byte{1};
  std::ranges::copy(left, input.begin() + 1);
  std::ranges::copy(right, input.begin() + 1 + static_cast<ptrdiff_t>(left.size()));
  return crypto::sha256(input);
}

std::optional<Tree> Tree::restore(uint64_t size, std::vector<Digest> peaks) {
  if (std::cmp_not_equal(std::popcount(size), peaks.size())) return std::nullopt;
  Tree tree;
  tree.size_ = size;
  tree.peaks_ = std::move(peaks);
  return tree;
}

void Tree::add(const Digest& leaf_hash) {
  Digest hash = leaf_hash;
  // Each whole subtree that the new leaf completes is one bit that the addition carries over.
  for (uint64_t carry = size_; (carry & 1U) != 0; carry >>= 1U) {
    hash = hash_node(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Digest Tree::root() const {
  if (peaks_.empty()) return crypto::sha256("");
  Digest hash = peaks_.back();
  for (size_t i = peaks_.size() - 1; i > 0; --i) hash = hash_node(peaks_[i - 1], hash);
  return hash;
}

Digest root_of(std::span<const Digest> leaves) {
  Tree tree;
  for (const Digest& leaf : leaves) tree.add(leaf);
  return tree.root();
}

Digest Leaves::root(uint64_t begin, uint64_t count) const {
  const uint64_t known = before.size();
  if (begin >= known) return root_of(std::span(kept).subspan(begin - known, count));
  // The subtrees of the removed leaves, from the largest on, that lie in this part.
  std::vector<Digest> peaks;
  uint64_t at = 0;
  for (const Digest& peak : before.peaks()) {
    const uint64_t size = std::bit_floor(known - at);
    if (at == begin && size == count) return peak;
    if (at >= begin) peaks.push_back(peak);
    at += size;
  }
  auto tree = Tree::restore(known - begin, std::move(peaks));
  ENSURE(tree && begin + count >= known);
  for (const Digest& leaf : std::span(kept).first(begin + count - known)) tree->add(leaf);
  return tree->root();
}

std::vector<Digest> prove_inclusion(const Leaves& leaves, uint64_t size, uint64_t index) {
  ENSURE(index >= leaves.before.size() && index < size && size <= leaves.size());
  const auto root = [&leaves](uint64_t begin, uint64_t count) { return leaves.root(begin, count); };
  return inclusion_of(root, 0, size, index);
}

std::vector<Digest> prove_consistency(const Leaves& leaves, uint64_t first, uint64_t second) {
  ENSURE(first > 0 && first >= leaves.before.size() && first <= second && second <= leaves.size());
  const auto root = [&leaves](uint64_t begin, uint64_t count) { return leaves.root(begin, count); };
  return consistency_of(root, 0, second, first, true);
}

bool verify_inclusion(const Digest& leaf_hash, uint64_t index, uint64_t size, std::span<const Digest> proof,
                      const Digest& root) {
  if (index >= size) return false;
  uint64_t fn = index;
  uint64_t sn = size - 1;
  Digest hash = leaf_hash;
  for (const Digest& node : proof) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      hash = hash_node(node, hash);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      hash = hash_node(hash, node);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && hash == root;
}

bool verify_consistency(uint64_t first, const Digest& first_root, uint64_t second, const Digest& second_root,
                        std::span<const Digest> proof) {
  if (first == 0 || first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  std::vector<Digest> path(proof.begin(), proof.end());
  if (std::has_single_bit(first)) path.insert(path.begin(), first_root);
  if (path.empty()) return false;
  uint64_t fn = first - 1;
  uint64_t sn = second - 1;
  while ((fn & 1U) != 0) {
    fn >>= 1U;
    sn >>= 1U;
  }
  Digest fr = path.front();
  Digest sr = path.front();
  for (size_t i = 1; i < path.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      fr = hash_node(path[i], fr);
      sr = hash_node(path[i], sr);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      sr = hash_node(sr, path[i]);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && fr == first_root && sr == second_root;
}

}  // namespace audit
