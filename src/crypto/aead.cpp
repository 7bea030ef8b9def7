#include "crypto/aead.h"

#include <algorithm>
#include <climits>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/check.h"

namespace crypto {
namespace {

struct Context {
  Context() : handle(EVP_CIPHER_CTX_new()) { ENSURE(handle != nullptr); }
  ~Context() { EVP_CIPHER_CTX_free(handle); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  EVP_CIPHER_CTX* handle;
};

const unsigned char* in(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
unsigned char* out(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

// OpenSSL counts in int; what we seal is far smaller.
int length_of(size_t bytes) {
  ENSURE(bytes <= INT_MAX);
  return static_cast<int>(bytes);
}

}  // namespace

// The cipher is looked up once, which costs more than a short message; a context per call leaves calls independent.
struct Aes256Gcm::State {
  explicit State(Key given) : key(std::move(given)), cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)) {
    ENSURE(cipher != nullptr);
  }
  ~State() { EVP_CIPHER_free(cipher); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Key key;
  EVP_CIPHER* cipher;
};

Aes256Gcm::Aes256Gcm(Key key) : state_(std::make_unique<State>(std::move(key))) {}
Aes256Gcm::~Aes256Gcm() = default;
Aes256Gcm::Aes256Gcm(Aes256Gcm&&) noexcept = default;
Aes256Gcm& Aes256Gcm::operator=(Aes256Gcm&&) noexcept = default;

std::string Aes256Gcm::seal(base::Random& random, ByteView aad, ByteView plaintext) const {
  Nonce nonce;
  random.fill(nonce);
  return seal_with_nonce(nonce, aad, plaintext);
}

std::string Aes256Gcm::seal_with_nonce(const Nonce& nonce, ByteView aad, ByteView plaintext) const {
  std::string box(kOverheadBytes + plaintext.size(), '\0');
  ByteView(nonce).text().copy(box.data(), kNonceBytes);
  char* const ciphertext = box.data() + kNonceBytes;
  char* const tag = ciphertext + plaintext.size();

  const Context context;
  int written = 0;
  ENSURE(EVP_EncryptInit_ex2(context.handle, state_->cipher, in(state_->key.reveal().data()), in(nonce.data()),
                            nullptr) == 1);
  if (aad.size() > 0) {
    ENSURE(EVP_EncryptUpdate(context.handle, nullptr, &written, in(aad.data()), length_of(aad.size())) == 1);
  }
  if (plaintext.size() > 0) {
    ENSURE(EVP_EncryptUpdate(context.handle, out(ciphertext), &written, in(plaintext.data()),
                            length_of(plaintext.size())) == 1);
  }
  ENSURE(EVP_EncryptFinal_ex(context.handle, out(tag), &written) == 1 && written == 0);
  ENSURE(EVP_CIPHER_CTX_ctrl(context.handle, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  return box;
}

base::Result<std::string> Aes256Gcm::open(ByteView aad, ByteView box) const {
  const auto refused = [] {
    return base::fail(base::Code::kForbidden,
                      "This sealed data does not open: the key is another one, or the data was changed.");
  };
  if (box.size() < kOverheadBytes || box.size() > INT_MAX || aad.size() > INT_MAX) return refused();
  const size_t size = box.size() - kOverheadBytes;
  const std::byte* const ciphertext = box.data() + kNonceBytes;
  std::array<std::byte, kTagBytes> tag;
  std::copy_n(ciphertext + size, kTagBytes, tag.begin());

  std::string plaintext(size, '\0');
  const Context context;
  int written = 0;
  ENSURE(EVP_DecryptInit_ex2(context.handle, state_->cipher, in(state_->key.reveal().data()), in(box.data()),
                            nullptr) == 1);
  ENSURE(EVP_CIPHER_CTX_ctrl(context.handle, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  if (aad.size() > 0) {
    ENSURE(EVP_DecryptUpdate(context.handle, nullptr, &written, in(aad.data()), length_of(aad.size())) == 1);
  }
  if (size > 0) {
    ENSURE(EVP_DecryptUpdate(context.handle, out(plaintext.data()), &written, in(ciphertext), length_of(size)) == 1);
  }
  unsigned char rest[kTagBytes];
  if (EVP_DecryptFinal_ex(context.handle, rest, &written) != 1) {
    // Text that was not authenticated must not be left about, nor an entry that a later TLS call would report.
    OPENSSL_cleanse(plaintext.data(), plaintext.size());
    ERR_clear_error();
    return refused();
  }
  return plaintext;
}

base::Result<base::Secret> Aes256Gcm::open_secret(ByteView aad, ByteView box) const {
  TRY(std::string plaintext, open(aad, box));
  return base::Secret(std::move(plaintext));
}

}  // namespace crypto
