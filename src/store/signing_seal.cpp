#include "store/signing_seal.h"

#include "base/check.h"

namespace store {
namespace {

std::string bound_to(const ApiKey& row) { return row.id + '\n' + row.digest; }

}  // namespace

SigningSeal::SigningSeal(const std::vector<crypto::Key>& keys) {
  ENSURE(!keys.empty());
  for (const crypto::Key& key : keys) ciphers_.emplace_back(key.clone());
}

std::string SigningSeal::seal(base::Random& random, const ApiKey& row, const base::Secret& signing_key) const {
  return ciphers_.front().seal(random, bound_to(row), signing_key.reveal());
}

base::Result<base::Secret> SigningSeal::open(const ApiKey& row) const {
  const std::string bound = bound_to(row);
  for (const crypto::Aes256Gcm& cipher : ciphers_) {
    auto opened = cipher.open_secret(bound, row.signing_box);
    if (opened) return opened;
  }
  return base::fail(base::Code::kForbidden, "What this API key signs with does not open.");
}

}  // namespace store
