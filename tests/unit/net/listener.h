// A listening loopback socket for servers that a test plays itself.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

namespace tests {

class Listener {
 public:
  // At a free port, or at the one that another listener has at another address.
  explicit Listener(const char* at = "127.0.0.1", uint16_t port = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, at, &address.sin_addr) == 1);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(fd_, 16) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() {
    close();
    ::close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  uint16_t port() const { return port_; }
  // Ends an accept() that waits in another thread.
  void close() { ::shutdown(fd_, SHUT_RDWR); }
  // Whether a connection was made that nobody has accepted yet.
  bool has_visitor() const {
    pollfd wait{fd_, POLLIN, 0};
    return ::poll(&wait, 1, 0) > 0;
  }
  // -1 after close(), or when nobody comes.
  int accept() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, 10'000) <= 0) return -1;
    return ::accept(fd_, nullptr, nullptr);
  }

 private:
  int fd_;
  uint16_t port_ = 0;
};

// Reads one request head from an accepted socket; empty at its end.
inline std::string read_head(int fd) {
  std::string text;
  char byte = 0;
  while (!text.ends_with("\r\n\r\n")) {
    pollfd wait{fd, POLLIN, 0};
    if (::poll(&wait, 1, 10'000) <= 0 || ::recv(fd, &byte, 1, 0) <= 0) return {};
    text += byte;
  }
  return text;
}
inline void write_all(int fd, std::string_view text) {
  (void)!::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace tests
