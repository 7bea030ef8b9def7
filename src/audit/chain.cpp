#include "audit/chain.h"

#include <utility>

#include "crypto/kdf.h"

namespace audit {

Chain::Chain(crypto::Key initial) : Chain(std::move(initial), 0, Digest{}, Tree()) {}

Chain::Chain(crypto::Key key, uint64_t epoch, Digest last_mac, Tree tree)
    : key_(std::move(key)), hmac_(key_), epoch_(epoch), last_mac_(last_mac), tree_(std::move(tree)) {}

Chain Chain::clone() const { return {key_.clone(), epoch_, last_mac_, tree_}; }

Digest Chain::mac_of(std::string_view body) {
  hmac_.update(body);
  hmac_.update(last_mac_);
  return hmac_.finish();
}

void Chain::append(std::string& out, std::string_view body) {
  const Digest mac = mac_of(body);
  const size_t start = out.size();
  append_line(out, body, mac);
  follow(std::string_view(out).substr(start, out.size() - start - 1), mac);
}

void Chain::follow(std::string_view line, const Digest& mac) {
  tree_.add(hash_leaf(line));
  last_mac_ = mac;
}

void Chain::evolve() {
  key_ = crypto::derive_key(key_, "audit/evolve");
  hmac_ = crypto::HmacSha256(key_);
  ++epoch_;
}

}  // namespace audit
