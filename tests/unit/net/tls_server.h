// A TLS server for one test: a certificate that it makes itself, and one fixed answer to
// everything.
#pragma once

#include <atomic>
#include <csignal>
#include <filesystem>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string>
#include <thread>

#include "tests/unit/net/listener.h"

namespace tests {

class TlsServer {
 public:
  // `names` is a subjectAltName, such as "IP:127.0.0.1".
  explicit TlsServer(const char* names, int highest_version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_server_method())) {
    key_ = EVP_RSA_gen(2048);
    certificate_ = X509_new();
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate_, subject);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate_, key_, EVP_sha256());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_max_proto_version(context_, highest_version);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    listener_.close();
    thread_.join();
    X509_free(certificate_);
    EVP_PKEY_free(key_);
    SSL_CTX_free(context_);
    if (!file_.empty()) std::filesystem::remove(file_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  uint16_t port() const { return listener_.port(); }
  // How many connections got through the handshake and sent something.
  int requests() const { return requests_; }
  std::string certificate_file() {
    file_ = std::filesystem::temp_directory_path() /
            ("tls_server_" + std::to_string(::getpid()) + ".pem");
    FILE* out = std::fopen(file_.c_str(), "w");
    PEM_write_X509(out, certificate_);
    std::fclose(out);
    return file_;
  }

 private:
  void serve() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (true) {  // Until the listener is closed.
      const int fd = listener_.accept();
      if (fd < 0) return;
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
      char bytes[4096];
      if (SSL_accept(ssl) == 1 && SSL_read(ssl, bytes, sizeof bytes) > 0) {
        ++requests_;
        static constexpr std::string_view kAnswer =
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecure";
        SSL_write(ssl, kAnswer.data(), static_cast<int>(kAnswer.size()));
        SSL_shutdown(ssl);
      }
      SSL_free(ssl);
      ::close(fd);
    }
  }

  Listener listener_;
  SSL_CTX* context_;
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  std::string file_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace tests
