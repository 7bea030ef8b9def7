// load_client PORT slow|stalled|listen|silent COUNT DRIP_MS: many bad clients of an MCP server on 127.0.0.1, and one
// good one.
//
// slow: COUNT connections, a third each of: a head that never ends, a body that never ends (a byte every DRIP_MS), and
// requests whose answers are never read. The good client calls the tool echo, one call after the other.
// stalled: COUNT bodies of 4 MiB that stop before their last byte, beside the same good client.
// listen: COUNT subscriptions/listen streams, of which every second is never read. The good client calls the tool that
// tells all of them of a change.
// silent: the same streams with nothing to tell them; the good client calls echo.
//
// Prints {"opened":N} when all stand, {"rounds":N} after so many good requests from then on, goes on until its stdin
// ends, and then prints what it saw as one line of JSON.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "base/text.h"

namespace {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

constexpr int kOpenPerAnswer = 20;  // More at once than the server accepts would hold this program up, not the server.
constexpr int kUnreadRequests = 400;
constexpr int kSmallWindow = 4096;
constexpr size_t kLargeBody = size_t{4} << 20;  // As large as the server takes one.
constexpr size_t kRounds = 100;

constexpr std::string_view kMeta =
    R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"load","version":"1"}})";

std::string post(std::string_view method, std::string_view name, std::string_view params) {
  const std::string body =
      fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{{{}"_meta":{}}}}})", method, params, kMeta);
  const std::string name_line = name.empty() ? std::string() : fmt::format("Mcp-Name: {}\r\n", name);
  return fmt::format(
      "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {}\r\n{}"
      "Content-Length: {}\r\n\r\n{}",
      method, name_line, body.size(), body);
}

std::string call(std::string_view tool, std::string_view arguments) {
  return post("tools/call", tool, fmt::format(R"("name":"{}","arguments":{},)", tool, arguments));
}

enum class Kind { kHead, kBody, kStalled, kUnread, kStream, kUnreadStream, kGood };

struct Peer {
  int fd = -1;
  Kind kind = Kind::kGood;
  std::string in = {};
  size_t received = 0;
  size_t left = 0;  // Of a large body, before its last byte.
};

struct Seen {
  size_t opened = 0;
  size_t ended = 0;     // Slow connections that the server closed, as far as a client can see it.
  size_t answered = 0;  // Streams that began.
  size_t notified_bytes = 0;
  size_t good = 0;
  size_t failed = 0;
  std::vector<double> millis = {};
};

class Client {
 public:
  Client(uint16_t port, std::string_view mode, size_t count, Milliseconds drip)
      : port_(port),
        listen_(mode == "listen" || mode == "silent"),
        stalled_(mode == "stalled"),
        count_(count),
        drip_(drip),
        request_(mode == "listen" ? call("test_trigger_tool_change", "{}")
                                  : call("echo", R"({"text":"a good request"})")) {}

  int run() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event input{.events = EPOLLIN, .data = {.ptr = nullptr}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &input);
    if (!connect(good_, Kind::kGood)) return fail("cannot connect");
    ask();
    // Until the runner closes our stdin.
    while (!stopped_) turn();
    report();
    return 0;
  }

 private:
  static int fail(std::string_view what) {
    fmt::print(stderr, "error: {}\n", what);
    return 1;
  }

  void turn() {
    if (!announced_ && peers_.size() == count_ && (!listen_ || seen_.answered >= (count_ + 1) / 2)) {
      announced_ = true;
      tell("opened", seen_.opened);
    }
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      auto* peer = static_cast<Peer*>(event.data.ptr);
      if (peer == nullptr) {
        stopped_ = true;
      } else {
        look_at(*peer, event.events);
      }
    }
    const Time now = std::chrono::steady_clock::now();
    if (now - dripped_ < drip_) return;
    dripped_ = now;
    for (const auto& peer : peers_) drip(*peer);
  }

  bool connect(Peer& peer, Kind kind) {
    peer.kind = kind;
    peer.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer.fd < 0) return false;
    const bool silent = kind == Kind::kUnread || kind == Kind::kUnreadStream;
    if (silent) ::setsockopt(peer.fd, SOL_SOCKET, SO_RCVBUF, &kSmallWindow, sizeof kSmallWindow);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(peer.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    const uint32_t output = kind == Kind::kStalled ? EPOLLOUT : 0U;
    epoll_event event{.events = silent ? 0U : EPOLLIN | output, .data = {.ptr = &peer}};
    return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.fd, &event) == 0;
  }

  void open_next() {
    const size_t index = peers_.size();
    Kind kind = Kind::kHead;
    if (stalled_) {
      kind = Kind::kStalled;
    } else if (listen_) {
      kind = index % 2 == 0 ? Kind::kStream : Kind::kUnreadStream;
    } else if (index % 3 != 0) {
      kind = index % 3 == 1 ? Kind::kBody : Kind::kUnread;
    }
    peers_.push_back(std::make_unique<Peer>());
    Peer& peer = *peers_.back();
    if (!connect(peer, kind)) {
      ++seen_.failed;
      return;
    }
    ++seen_.opened;
    if (kind == Kind::kHead) {
      send(peer, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    } else if (kind == Kind::kBody) {
      send(peer,
           "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{");
    } else if (kind == Kind::kStalled) {
      send(peer, fmt::format("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             "Content-Length: {}\r\n\r\n",
                             kLargeBody));
      peer.left = kLargeBody - 1;
    } else if (kind == Kind::kUnread) {
      const std::string request = post("tools/list", "", "");
      std::string all;
      for (int i = 0; i < kUnreadRequests; ++i) all += request;
      send(peer, all);
    } else {
      send(peer, post("subscriptions/listen", "", R"("notifications":{"toolsListChanged":true},)"));
    }
  }

  // What does not fit at once is left out: the clients here that send much are those that never read.
  static void send(const Peer& peer, std::string_view bytes) {
    (void)::send(peer.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // As much of a large body as the socket takes.
  void push(Peer& peer) {
    static const std::string kBlanks(size_t{64} << 10, ' ');
    ssize_t sent = 1;
    while (peer.left > 0 && sent > 0) {
      sent = ::send(peer.fd, kBlanks.data(), std::min(peer.left, kBlanks.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) peer.left -= static_cast<size_t>(sent);
    }
    if (peer.left > 0) return;
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &peer}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, peer.fd, &event);
  }

  void drip(Peer& peer) {
    if (peer.fd < 0) return;
    if (peer.kind == Kind::kHead) send(peer, "a");
    if (peer.kind == Kind::kBody) send(peer, " ");
  }

  void end(Peer& peer) {
    ++seen_.ended;
    ::close(peer.fd);
    peer.fd = -1;
  }

  void look_at(Peer& peer, uint32_t events) {
    if ((events & EPOLLOUT) != 0 && (events & (EPOLLHUP | EPOLLERR)) == 0) push(peer);
    if ((events & EPOLLIN) == 0) {
      if ((events & (EPOLLHUP | EPOLLERR)) != 0) end(peer);
      return;
    }
    const ssize_t count = ::recv(peer.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (peer.kind == Kind::kGood) return hear(count);
    if (count <= 0) return end(peer);
    if (peer.kind != Kind::kStream) return;
    if (peer.received == 0) ++seen_.answered;
    peer.received += static_cast<size_t>(count);
    seen_.notified_bytes += static_cast<size_t>(count);
  }

  void ask() {
    asked_ = std::chrono::steady_clock::now();
    send(good_, request_);
  }

  void hear(ssize_t count) {
    if (count <= 0) {
      ++seen_.failed;
      ::close(good_.fd);
      if (!connect(good_, Kind::kGood)) stopped_ = true;
      return ask();
    }
    good_.in.append(buffer_.data(), static_cast<size_t>(count));
    const size_t head = good_.in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    constexpr std::string_view kLength = "Content-Length: ";
    const size_t at = good_.in.find(kLength);
    if (at == std::string::npos) return;
    const size_t begin = at + kLength.size();
    const std::string digits = good_.in.substr(begin, good_.in.find('\r', begin) - begin);
    if (good_.in.size() < head + 4 + static_cast<size_t>(base::parse_integer(digits).value_or(0))) return;
    const bool is_ok = good_.in.starts_with("HTTP/1.1 200 ") && !good_.in.contains("\"error\"");
    ++(is_ok ? seen_.good : seen_.failed);
    const auto took = std::chrono::steady_clock::now() - asked_;
    seen_.millis.push_back(std::chrono::duration<double, std::milli>(took).count());
    good_.in.clear();
    if (announced_ && ++rounds_ == kRounds) tell("rounds", rounds_);
    for (int i = 0; i < kOpenPerAnswer && peers_.size() < count_; ++i) open_next();
    ask();
  }

  static void tell(std::string_view what, size_t number) {
    fmt::print("{{\"{}\":{}}}\n", what, number);
    std::fflush(stdout);
  }

  void report() {
    std::ranges::sort(seen_.millis);
    const auto at = [&](double part) {
      if (seen_.millis.empty()) return 0.0;
      return seen_.millis[static_cast<size_t>(part * static_cast<double>(seen_.millis.size() - 1))];
    };
    fmt::print(R"({{"opened":{},"ended":{},"answered":{},"notified_bytes":{},)", seen_.opened, seen_.ended,
               seen_.answered, seen_.notified_bytes);
    fmt::print(R"("good":{},"failed":{},"p50_ms":{:.2f},"p99_ms":{:.2f},"max_ms":{:.1f}}})", seen_.good, seen_.failed,
               at(0.5), at(0.99), at(1.0));
    fmt::print("\n");
  }

  const uint16_t port_;
  const bool listen_;
  const bool stalled_;
  const size_t count_;
  const Milliseconds drip_;
  const std::string request_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Peer>> peers_;
  Peer good_;
  Seen seen_;
  Time asked_;
  Time dripped_;
  bool announced_ = false;
  size_t rounds_ = 0;
  bool stopped_ = false;
  std::array<char, 65536> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int index) { return base::parse_integer(index < argc ? argv[index] : ""); };
  const std::string_view mode = argc == 5 ? argv[2] : "";
  const auto port = number(1);
  const auto count = number(3);
  const auto drip = number(4);
  const bool known = mode == "slow" || mode == "stalled" || mode == "listen" || mode == "silent";
  if (!known || !port || !count || !drip || *port < 1 || *port > 65535 || *count < 1) {
    fmt::print(stderr, "usage: load_client PORT slow|stalled|listen|silent COUNT DRIP_MS\n");
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Client client(static_cast<uint16_t>(*port), mode, static_cast<size_t>(*count), Milliseconds(*drip));
  return client.run();
}
