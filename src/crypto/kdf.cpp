#include "crypto/kdf.h"

#include <argon2.h>
#include <climits>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string>

#include "base/check.h"
#include "crypto/kdf_unchecked.h"

namespace crypto {
namespace {

constexpr size_t kSaltBytesMin = 16;
constexpr size_t kSaltBytesMax = 1024;
constexpr size_t kPassphraseBytesMax = 4096;
constexpr size_t kHkdfBytesMax = size_t{255} * 32;

// OpenSSL and argon2 take their inputs without const and do not write to them.
unsigned char* input_of(ByteView view) {
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(view.data()));
}

template <class T>
bool within(T value, T least, T most) {
  return value >= least && value <= most;
}

base::Result<void> check_inputs(const base::Secret& passphrase, ByteView salt) {
  if (passphrase.empty() || passphrase.reveal().size() > kPassphraseBytesMax) {
    return base::fail(base::Code::kInvalidArgument, "A passphrase must have 1 to 4096 bytes.");
  }
  if (!within(salt.size(), kSaltBytesMin, kSaltBytesMax)) {
    return base::fail(base::Code::kInvalidArgument, "The salt of a passphrase must have at least 16 bytes.");
  }
  return {};
}

}  // namespace

base::Secret hkdf_sha256(ByteView secret, ByteView salt, ByteView info, size_t bytes) {
  ENSURE(secret.size() > 0 && bytes > 0 && bytes <= kHkdfBytesMax);
  EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  ENSURE(kdf != nullptr);
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
  EVP_KDF_free(kdf);
  ENSURE(context != nullptr);
  char digest[] = "SHA256";
  OSSL_PARAM parameters[5];
  OSSL_PARAM* next = parameters;
  *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
  *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, input_of(secret), secret.size());
  if (info.size() > 0) {
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, input_of(info), info.size());
  }
  // Without a salt the RFC's default is a block of zeros, which is what OpenSSL does when none is set.
  if (salt.size() > 0) {
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, input_of(salt), salt.size());
  }
  *next = OSSL_PARAM_construct_end();
  std::string out(bytes, '\0');
  ENSURE(EVP_KDF_derive(context, reinterpret_cast<unsigned char*>(out.data()), out.size(), parameters) == 1);
  EVP_KDF_CTX_free(context);
  return base::Secret(std::move(out));
}

Key derive_key(const Key& root, std::string_view purpose) {
  const base::Secret derived = hkdf_sha256(std::span<const std::byte>(root.reveal()), "", purpose, Key::kBytes);
  auto key = Key::from_bytes(derived.reveal());
  ENSURE(key.has_value());
  return *std::move(key);
}

base::Result<Key> argon2id(const base::Secret& passphrase, ByteView salt, const Argon2Cost& cost) {
  TRY_VOID(check_inputs(passphrase, salt));
  if (!within(cost.memory_kib, 19U * 1024, 1024U * 1024) || !within(cost.passes, 2U, 10U) ||
      !within(cost.lanes, 1U, 4U)) {
    return base::fail(base::Code::kInvalidArgument,
                      "argon2id must cost 19 MiB to 1 GiB, 2 to 10 passes and 1 to 4 lanes.");
  }
  const base::Secret derived = unchecked::argon2id({.passphrase = passphrase.reveal(), .salt = salt}, cost);
  if (derived.empty()) {
    return base::fail(base::Code::kUnavailable, "There is not enough memory to derive the key from the passphrase.");
  }
  return Key::from_bytes(derived.reveal());
}

base::Result<Key> pbkdf2_hmac_sha256(const base::Secret& passphrase, ByteView salt, uint32_t iterations) {
  TRY_VOID(check_inputs(passphrase, salt));
  if (!within(iterations, 600'000U, 10'000'000U)) {
    return base::fail(base::Code::kInvalidArgument, "PBKDF2 must run 600,000 to 10,000,000 iterations.");
  }
  return Key::from_bytes(unchecked::pbkdf2_hmac_sha256(passphrase.reveal(), salt, iterations, Key::kBytes).reveal());
}

namespace unchecked {

base::Secret pbkdf2_hmac_sha256(ByteView passphrase, ByteView salt, uint32_t iterations, size_t bytes) {
  ENSURE(iterations <= INT_MAX && bytes <= INT_MAX);
  std::string out(bytes, '\0');
  ENSURE(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(passphrase.data()), static_cast<int>(passphrase.size()),
                          input_of(salt), static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                          static_cast<int>(bytes), reinterpret_cast<unsigned char*>(out.data())) == 1);
  return base::Secret(std::move(out));
}

base::Secret argon2id(const Argon2Inputs& inputs, const Argon2Cost& cost) {
  std::string out(Key::kBytes, '\0');
  argon2_context context{};
  context.out = reinterpret_cast<uint8_t*>(out.data());
  context.outlen = static_cast<uint32_t>(out.size());
  context.pwd = input_of(inputs.passphrase);
  context.pwdlen = static_cast<uint32_t>(inputs.passphrase.size());
  context.salt = input_of(inputs.salt);
  context.saltlen = static_cast<uint32_t>(inputs.salt.size());
  context.secret = input_of(inputs.secret);
  context.secretlen = static_cast<uint32_t>(inputs.secret.size());
  context.ad = input_of(inputs.associated);
  context.adlen = static_cast<uint32_t>(inputs.associated.size());
  context.t_cost = cost.passes;
  context.m_cost = cost.memory_kib;
  context.lanes = cost.lanes;
  // The lanes run one after the other: the caller is a worker already, and the result is the same.
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const int code = argon2_ctx(&context, Argon2_id);
  ENSURE(code == ARGON2_OK || code == ARGON2_MEMORY_ALLOCATION_ERROR);
  return code == ARGON2_OK ? base::Secret(std::move(out)) : base::Secret();
}

}  // namespace unchecked
}  // namespace crypto
