// Merkle trees as RFC 9162 section 2.1 has them, with SHA-256: the hash of a log that grows, and the two short proofs
// that a record is in it and that a later log contains an earlier one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/bytes.h"

namespace audit {

using crypto::Digest;

// HASH(0x00 || leaf).
Digest hash_leaf(crypto::ByteView leaf);
// HASH(0x01 || left || right).
Digest hash_node(const Digest& left, const Digest& right);

// A tree that is only added to. It keeps one hash for each bit of its size that is set.
class Tree {
 public:
  Tree() = default;
  // What a tree kept: `peaks` of the whole subtrees, from the largest to the smallest. Nothing when the number does not
  // fit the size.
  static std::optional<Tree> restore(uint64_t size, std::vector<Digest> peaks);

  void add(const Digest& leaf_hash);
  uint64_t size() const { return size_; }
  const std::vector<Digest>& peaks() const { return peaks_; }
  // Of the empty tree: the hash of nothing.
  Digest root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

// The root over hashes of leaves; section 2.1.1.
Digest root_of(std::span<const Digest> leaves);

// Hashes of leaves, of which the first may be known as whole subtrees only: those of a trail that was pruned.
struct Leaves {
  Tree before{};               // Of the leaves that are gone.
  std::vector<Digest> kept{};  // Those that follow.

  uint64_t size() const { return before.size() + kept.size(); }
  // Of `count` leaves from `begin` on: a part that the recursions of section 2.1 ask for.
  Digest root(uint64_t begin, uint64_t count) const;
};

// Section 2.1.3.1, in the tree of the first `size` leaves: `index` is a kept leaf, and below `size`.
std::vector<Digest> prove_inclusion(const Leaves& leaves, uint64_t size, uint64_t index);
// Section 2.1.4.1, from the tree of `first` leaves, which is 1 or more and holds all that are gone, to that of
// `second`.
std::vector<Digest> prove_consistency(const Leaves& leaves, uint64_t first, uint64_t second);

// Section 2.1.3.2.
bool verify_inclusion(const Digest& leaf_hash, uint64_t index, uint64_t size, std::span<const Digest> proof,
                      const Digest& root);
// Section 2.1.4.2, and what it leaves to the caller: equal sizes have equal roots and an empty proof.
bool verify_consistency(uint64_t first, const Digest& first_root, uint64_t second, const Digest& second_root,
                        std::span<const Digest> proof);

}  // namespace audit
