// Certificates that a test makes itself: authorities, and servers with whatever is wrong with them.
#pragma once

#include <cstdio>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string>

#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace tests {

struct CertificateOptions {
  const char* names = "IP:127.0.0.1";  // A subjectAltName; empty: none.
  const char* common_name = "test";
  long from_seconds = -3600;  // From now.
  long until_seconds = 3600;
  const EVP_MD* digest = EVP_sha256();
  bool authority = false;
  int rsa_bits = 0;  // 0: a key on P-256.
};

class Certificate {
 public:
  // Signed by `issuer`, or by itself.
  explicit Certificate(const CertificateOptions& options = {}, const Certificate* issuer = nullptr)
      : key_(options.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits)),
             EVP_PKEY_free),
        certificate_(X509_new(), X509_free) {
    X509* made = certificate_.get();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(made), options.from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(made), options.until_seconds);
    X509_set_pubkey(made, key_.get());
    X509_NAME* subject = X509_get_subject_name(made);
    const auto* common_name = reinterpret_cast<const unsigned char*>(options.common_name);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
    X509_set_issuer_name(made, issuer == nullptr ? subject : X509_get_subject_name(issuer->certificate_.get()));
    if (*options.names != '\0') extend(NID_subject_alt_name, options.names);
    if (options.authority) extend(NID_basic_constraints, "critical,CA:TRUE");
    REQUIRE(X509_sign(made, issuer == nullptr ? key_.get() : issuer->key_.get(), options.digest) > 0);
  }

  void use_in(SSL_CTX* context) const {
    REQUIRE(SSL_CTX_use_certificate(context, certificate_.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context, key_.get()) == 1);
  }
  // A file with it, as long as the certificate lives.
  std::string file() {
    const std::string path = place_.path() + "/certificate.pem";
    FILE* out = std::fopen(path.c_str(), "w");
    REQUIRE(out != nullptr);
    PEM_write_X509(out, certificate_.get());
    std::fclose(out);
    return path;
  }

  // As a server reads them.
  std::string pem() const {
    return text([this](BIO* out) { PEM_write_bio_X509(out, certificate_.get()); });
  }
  std::string key_pem() const {
    return text([this](BIO* out) { PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

 private:
  template <class Write>
  static std::string text(Write write) {
    BIO* out = BIO_new(BIO_s_mem());
    write(out);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out, &bytes);
    std::string all(bytes, static_cast<size_t>(size));
    BIO_free(out);
    return all;
  }
  void extend(int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    REQUIRE(extension != nullptr);
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
  test::TemporaryDirectory place_;
};

}  // namespace tests
