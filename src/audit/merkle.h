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
// Section 2.1.3.1: `index` is below the number of leaves.
std::vector<Digest> prove_inclusion(std::span<const Digest> leaves, uint64_t index);
// Section 2.1.4.1: `first` is 1 up to the number of leaves.
std::vector<Digest> prove_consistency(std::span<const Digest> leaves, uint64_t first);

// Section 2.1.3.2.
bool verify_inclusion(const Digest& leaf_hash, uint64_t index, uint64_t size, std::span<const Digest> proof,
                      const Digest& root);
// Section 2.1.4.2, and what it leaves to the caller: equal sizes have equal roots and an empty proof.
bool verify_consistency(uint64_t first, const Digest& first_root, uint64_t second, const Digest& second_root,
                        std::span<const Digest> proof);

}  // namespace audit
