// A client that sends exactly the bytes that a test gives it. Blocking, each wait with a deadline
// of its own, so that a server that says nothing makes a test fail instead of hang.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tests {

class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        connected_(other.connected_),
        seen_(std::move(other.seen_)) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int descriptor() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  // Closes with a reset instead of the polite way.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }
  // Every send() leaves as a packet of its own, so that the pieces of a request arrive as pieces.
  void send_at_once() {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  // Gives false when the server stopped listening to us.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // One response: head and body by Content-Length or chunks (the chunks stay as they are).
  // `expect_body` is false for HEAD. Nothing when the connection ends or the time runs out first.
  std::optional<std::string> response(bool expect_body = true) {
    const auto head_end = find("\r\n\r\n");
    if (!head_end) return std::nullopt;
    const std::string head = seen_.substr(0, *head_end + 4);
    size_t size = head.size();
    const auto length = value_of(head, "Content-Length: ");
    if (expect_body && length) {
      size += std::stoul(*length);
      while (seen_.size() < size) {
        if (!more()) return std::nullopt;
      }
    } else if (expect_body && head.find("Transfer-Encoding: chunked") != std::string::npos) {
      size_t end = 0;
      while ((end = seen_.find("0\r\n\r\n", head.size())) == std::string::npos) {
        if (!more()) return std::nullopt;
      }
      size = end + 5;
    }
    std::string whole = seen_.substr(0, size);
    seen_.erase(0, size);
    return whole;
  }
  // Everything up to the end of the connection; nothing when it does not end in time.
  std::optional<std::string> until_closed() {
    while (more()) {
    }
    if (!ended_) return std::nullopt;
    return std::exchange(seen_, {});
  }
  // Reads until `text` has come; true when it has.
  bool wait_for(std::string_view text) { return find(text).has_value(); }
  // Takes at most so much of what is there, and forgets it.
  void take_drop(size_t most) {
    std::string drop(most, '\0');
    (void)::recv(fd_, drop.data(), drop.size(), MSG_DONTWAIT);
  }
  bool closed_by_server() { return until_closed() == ""; }
  // What has come and was not taken.
  const std::string& seen() const { return seen_; }

 private:
  static std::optional<std::string> value_of(const std::string& head, std::string_view name) {
    const size_t at = head.find(name);
    if (at == std::string::npos) return std::nullopt;
    const size_t begin = at + name.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
  std::optional<size_t> find(std::string_view text) {
    size_t at = 0;
    while ((at = seen_.find(text)) == std::string::npos) {
      if (!more()) return std::nullopt;
    }
    return at;
  }
  bool more() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, 10'000) <= 0) return false;
    char bytes[65536];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    ended_ = count <= 0;
    if (ended_) return false;
    seen_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string seen_;
};

}  // namespace tests
