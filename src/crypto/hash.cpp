#include "crypto/hash.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace crypto {
namespace {

unsigned char* out_of(Digest& digest) { return reinterpret_cast<unsigned char*>(digest.data()); }

// Looked up once: EVP_sha256() is looked up anew at each use, which costs more than a short message.
const EVP_MD* algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ENSURE(kAlgorithm != nullptr);
  return kAlgorithm;
}

}  // namespace

Digest sha256(ByteView bytes) {
  Digest digest;
  unsigned int size = 0;
  ENSURE(EVP_Digest(bytes.data(), bytes.size(), out_of(digest), &size, algorithm(), nullptr) == 1);
  ENSURE(size == digest.size());
  return digest;
}

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {
    ENSURE(context != nullptr);
    ENSURE(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1);
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // With the algorithm that it has.
  void begin() { ENSURE(EVP_DigestInit_ex2(context, nullptr, nullptr) == 1); }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  ENSURE(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest;
  unsigned int size = 0;
  ENSURE(EVP_DigestFinal_ex(state_->context, out_of(digest), &size) == 1 && size == digest.size());
  state_->begin();
  return digest;
}

}  // namespace crypto
