#include "net/ask_raw.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

namespace net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kAnswerBytesMax = size_t{1} << 20;
constexpr size_t kReadBytes = size_t{16} * 1024;

class Socket {
 public:
  explicit Socket(int family) : number_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

// False when the time is over.
bool wait_for(int socket, short what, Clock::time_point end) {
  while (true) {  // Until something happens or the time is over.
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{socket, what, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  int family = AF_UNSPEC;
};

std::optional<Address> address_of(const std::string& host, uint16_t port) {
  Address address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    std::memcpy(&address.bytes, &v4, sizeof v4);
    address.size = sizeof v4;
    address.family = AF_INET;
  } else if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    std::memcpy(&address.bytes, &v6, sizeof v6);
    address.size = sizeof v6;
    address.family = AF_INET6;
  } else {
    return std::nullopt;
  }
  return address;
}

bool connect_to(int socket, const Address& address, Clock::time_point end) {
  const auto* where = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (::connect(socket, where, address.size) == 0) return true;
  if (errno != EINPROGRESS || !wait_for(socket, POLLOUT, end)) return false;
  int problem = 0;
  socklen_t size = sizeof problem;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

// A peer that refuses early stops reading; what it says is read all the same.
void send_all(int socket, std::string_view bytes, Clock::time_point end) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(socket, POLLOUT, end)) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

// Whether the bytes hold an answer of a known length after which the connection goes on.
bool is_whole(std::string_view bytes) {
  const size_t blank = bytes.find("\r\n\r\n");
  if (blank == std::string_view::npos) return false;
  const std::string head = base::to_lower_ascii(bytes.substr(0, blank + 2));
  if (head.contains("\r\nconnection: close")) return false;
  const size_t length = head.find("\r\ncontent-length:");
  if (length == std::string::npos) return false;
  const size_t begin = length + 17;
  const auto number =
      base::parse_integer(base::trim(std::string_view(head).substr(begin, head.find("\r\n", begin) - begin)));
  return number && *number >= 0 && bytes.size() >= blank + 4 + static_cast<size_t>(*number);
}

}  // namespace

base::Result<RawAnswer> ask_raw(const std::string& host, uint16_t port, std::string_view request,
                                std::chrono::milliseconds patience) {
  const Clock::time_point end = Clock::now() + patience;
  const auto address = address_of(host, port);
  if (!address) return base::fail(base::Code::kInvalidArgument, "A probe needs an address, not a name.");
  const Socket socket(address->family);
  if (socket.number() < 0 || !connect_to(socket.number(), *address, end)) {
    return base::fail(base::Code::kUnavailable, "Nobody listens there.");
  }
  send_all(socket.number(), request, end);
  std::string bytes;
  RawAnswer answer;
  std::array<char, kReadBytes> chunk{};
  while (!is_whole(bytes) && bytes.size() < kAnswerBytesMax && wait_for(socket.number(), POLLIN, end)) {
    const ssize_t got = ::recv(socket.number(), chunk.data(), chunk.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) {
      answer.closed = true;
      break;
    }
    bytes.append(chunk.data(), static_cast<size_t>(got));
  }
  const size_t blank = bytes.find("\r\n\r\n");
  answer.head = bytes.substr(0, blank == std::string::npos ? blank : blank + 4);
  if (blank != std::string::npos) answer.body = bytes.substr(blank + 4);
  constexpr size_t kStatusAt = 9;
  if (bytes.starts_with("HTTP/1.") && bytes.size() > kStatusAt + 3) {
    answer.status = static_cast<int>(base::parse_integer(std::string_view(bytes).substr(kStatusAt, 3)).value_or(0));
  }
  return answer;
}

}  // namespace net
