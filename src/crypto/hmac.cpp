#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"

namespace crypto {

struct HmacSha256::State {
  explicit State(ByteView key) {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    ENSURE(mac != nullptr);
    context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    ENSURE(context != nullptr);
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    // An empty key is legal here, but a null pointer would mean "keep the key".
    const void* const bytes = key.size() == 0 ? static_cast<const void*>("") : key.data();
    ENSURE(EVP_MAC_init(context, static_cast<const unsigned char*>(bytes), key.size(), parameters) == 1);
  }
  ~State() { EVP_MAC_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_MAC_CTX* context = nullptr;
};

HmacSha256::HmacSha256(ByteView key) : state_(std::make_unique<State>(key)) {}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

void HmacSha256::update(ByteView bytes) {
  ENSURE(EVP_MAC_update(state_->context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1);
}

Digest HmacSha256::finish() {
  Digest digest;
  size_t size = 0;
  ENSURE(EVP_MAC_final(state_->context, reinterpret_cast<unsigned char*>(digest.data()), &size, digest.size()) == 1);
  ENSURE(size == digest.size());
  ENSURE(EVP_MAC_init(state_->context, nullptr, 0, nullptr) == 1);
  return digest;
}

Digest hmac_sha256(ByteView key, ByteView message) {
  HmacSha256 mac(key);
  mac.update(message);
  return mac.finish();
}

}  // namespace crypto
