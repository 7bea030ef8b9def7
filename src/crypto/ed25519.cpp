#include "crypto/ed25519.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/check.h"

namespace crypto {
namespace {

const unsigned char* in(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* out(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

struct Context {
  Context() : handle(EVP_MD_CTX_new()) { ENSURE(handle != nullptr); }
  ~Context() { EVP_MD_CTX_free(handle); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  EVP_MD_CTX* handle;
};

}  // namespace

struct Ed25519::State {
  explicit State(const Key& seed)
      : key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, in(seed.reveal().data()), Key::kBytes)) {
    ENSURE(key != nullptr);
  }
  ~State() { EVP_PKEY_free(key); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_PKEY* key;
};

Ed25519::Ed25519(const Key& seed) : state_(std::make_unique<State>(seed)) {}
Ed25519::~Ed25519() = default;
Ed25519::Ed25519(Ed25519&&) noexcept = default;
Ed25519& Ed25519::operator=(Ed25519&&) noexcept = default;

Ed25519::PublicKey Ed25519::public_key() const {
  PublicKey key{};
  size_t size = key.size();
  ENSURE(EVP_PKEY_get_raw_public_key(state_->key, out(key.data()), &size) == 1 && size == key.size());
  return key;
}

Ed25519::Signature Ed25519::sign(ByteView message) const {
  Signature signature{};
  size_t size = signature.size();
  const Context context;
  ENSURE(EVP_DigestSignInit(context.handle, nullptr, nullptr, nullptr, state_->key) == 1);
  ENSURE(EVP_DigestSign(context.handle, out(signature.data()), &size, in(message.data()), message.size()) == 1);
  ENSURE(size == signature.size());
  return signature;
}

bool ed25519_verify(ByteView public_key, ByteView message, ByteView signature) {
  if (public_key.size() != Ed25519::kPublicKeyBytes || signature.size() != Ed25519::kSignatureBytes) return false;
  EVP_PKEY* const key =
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(public_key.data()), public_key.size());
  if (key == nullptr) {
    ERR_clear_error();
    return false;
  }
  const Context context;
  const bool good =
      EVP_DigestVerifyInit(context.handle, nullptr, nullptr, nullptr, key) == 1 &&
      EVP_DigestVerify(context.handle, in(signature.data()), signature.size(), in(message.data()), message.size()) == 1;
  EVP_PKEY_free(key);
  // A refusal leaves an entry that a later TLS call would report.
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace crypto
