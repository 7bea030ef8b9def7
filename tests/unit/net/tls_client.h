// A client of TLS that can be as odd as a test wants: old, unsafe, slow, or in pieces.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

#include "tests/unit/net/raw_client.h"

namespace tests {

struct TlsClientOptions {
  int lowest_version = TLS1_VERSION;
  int highest_version = TLS1_3_VERSION;
  const char* ciphers = "ALL:@SECLEVEL=0";  // Of TLS 1.2 and before.
  std::string_view protocols = {};          // For ALPN, each behind a byte with its length.
};

class TlsClient {
 public:
  explicit TlsClient(uint16_t port, TlsClientOptions options = {})
      : socket_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, options.lowest_version);
    SSL_CTX_set_max_proto_version(context_, options.highest_version);
    SSL_CTX_set_cipher_list(context_, options.ciphers);
    ssl_ = SSL_new(context_);
    if (!options.protocols.empty()) {
      const auto* bytes = reinterpret_cast<const unsigned char*>(options.protocols.data());
      SSL_set_alpn_protos(ssl_, bytes, static_cast<unsigned>(options.protocols.size()));
    }
    SSL_set_tlsext_host_name(ssl_, "mcp.test");
    SSL_set_fd(ssl_, socket_.descriptor());
    connected_ = SSL_connect(ssl_) == 1;
    if (!connected_) problem_ = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  // Why not, such as the alert that the server sent.
  const std::string& problem() const { return problem_; }
  SSL* ssl() { return ssl_; }
  std::string fingerprint() const {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    X509_digest(SSL_get0_peer_certificate(ssl_), EVP_sha256(), digest, &size);
    return {reinterpret_cast<char*>(digest), size};
  }
  bool send(std::string_view text) {
    return SSL_write(ssl_, text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size());
  }
  // All up to the end that the server makes; `said_goodbye` tells whether it ended by the rules of TLS.
  std::string until_closed() {
    std::string all;
    char bytes[16384];
    int count = 0;
    while ((count = SSL_read(ssl_, bytes, sizeof bytes)) > 0) all.append(bytes, static_cast<size_t>(count));
    said_goodbye = SSL_get_error(ssl_, count) == SSL_ERROR_ZERO_RETURN;
    ERR_clear_error();
    return all;
  }
  // Until `text` has come.
  std::string until(std::string_view text) {
    std::string all;
    char byte = 0;
    while (!all.ends_with(text) && SSL_read(ssl_, &byte, 1) == 1) all += byte;
    return all;
  }

  bool said_goodbye = false;

 private:
  RawClient socket_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
  std::string problem_;
};

}  // namespace tests
