// The chain of codes that holds the trail together, and the key that moves on (a forward-secure log: what one epoch's
// key has closed, a later key cannot open again).
//
//   mac_i     = HMAC-SHA-256(K_epoch, body_i || mac_{i-1})     mac_{-1} = 32 zero bytes
//   K_{e + 1} = HKDF-SHA-256(K_e, "audit/evolve")
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/merkle.h"
#include "audit/record.h"
#include "crypto/hmac.h"
#include "crypto/key.h"

namespace audit {

class Chain {
 public:
  // Before the first record.
  explicit Chain(crypto::Key initial);
  // After the last record of `tree`, whose code was `last_mac`.
  Chain(crypto::Key key, uint64_t epoch, Digest last_mac, Tree tree);
  Chain clone() const;

  // Records so far, which is the number of the next one.
  uint64_t size() const { return tree_.size(); }
  uint64_t epoch() const { return epoch_; }
  const crypto::Key& key() const { return key_; }
  const Digest& last_mac() const { return last_mac_; }
  const Tree& tree() const { return tree_; }

  // The code that a body in this place and this epoch has.
  Digest mac_of(std::string_view body);
  // Appends the record's line to `out`, and takes it in.
  void append(std::string& out, std::string_view body);
  // Takes in a line (without its LF) whose code was found right.
  void follow(std::string_view line, const Digest& mac);
  // To the next epoch. The old key is wiped.
  void evolve();
  // Whoever verifies a part only starts with this code.
  void start_after(const Digest& last_mac) { last_mac_ = last_mac; }

 private:
  crypto::Key key_;
  crypto::HmacSha256 hmac_;
  uint64_t epoch_ = 0;
  Digest last_mac_{};
  Tree tree_;
};

}  // namespace audit
