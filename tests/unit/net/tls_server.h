// A TLS server for one test: a certificate, and one fixed answer to everything.
#pragma once

#include <atomic>
#include <csignal>
#include <openssl/ssl.h>
#include <string>
#include <string_view>
#include <thread>

#include "tests/unit/net/certificates.h"
#include "tests/unit/net/listener.h"

namespace tests {

struct TlsOptions {
  int highest_version = TLS1_3_VERSION;
  const char* address = "127.0.0.1";
};

class TlsServer {
 public:
  // The certificate must outlive the server.
  explicit TlsServer(const Certificate& certificate, TlsOptions options = {})
      : listener_(options.address), context_(SSL_CTX_new(TLS_server_method())) {
    // The server would speak anything, so that it is the client that refuses.
    SSL_CTX_set_security_level(context_, 0);
    certificate.use_in(context_);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, options.highest_version);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    listener_.close();
    thread_.join();
    SSL_CTX_free(context_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  uint16_t port() const { return listener_.port(); }
  // How many connections came, and how many of them got through the handshake and sent something.
  int connections() const { return connections_; }
  int requests() const { return requests_; }
  // What the first of them sent; once requests() is 1 or more.
  const std::string& first_bytes() const { return first_bytes_; }

 private:
  void serve() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (true) {  // Until the listener is closed.
      const int fd = listener_.accept();
      if (fd < 0) return;
      ++connections_;
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
      char bytes[4096];
      const int read = SSL_accept(ssl) == 1 ? SSL_read(ssl, bytes, sizeof bytes) : 0;
      if (read > 0) {
        if (requests_ == 0) first_bytes_.assign(bytes, static_cast<size_t>(read));
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
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::string first_bytes_;
  std::thread thread_;
};

}  // namespace tests
