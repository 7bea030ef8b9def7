#include "net/syslog.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fmt/format.h>
#include <poll.h>
#include <utility>

#include "net/detail/easy.h"

namespace net {
namespace {

constexpr int kLogAudit = 13;
constexpr int kSendMilliseconds = 10'000;
// RFC 5424 section 6: the longest a name may be.
constexpr size_t kHostMax = 255;
constexpr size_t kProgramMax = 48;
constexpr size_t kIdMax = 32;

// A header field is printable ASCII without a space; "-" where there is nothing to say.
std::string field(std::string_view text, size_t bytes_max) {
  std::string out(text.substr(0, bytes_max));
  for (char& c : out) {
    if (c <= ' ' || c > '~') c = '?';
  }
  return out.empty() ? "-" : out;
}

std::string time_of(base::Wall time) {
  std::string text = base::to_rfc3339(time);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, (time.unix_ms % 1000 + 1000) % 1000);
}

}  // namespace

std::string syslog_frame(const SyslogMessage& message, std::string_view host, std::string_view program, int process) {
  std::string line =
      fmt::format("<{}>1 {} {} {} {} {} - ", kLogAudit * 8 + static_cast<int>(message.severity), time_of(message.time),
                  field(host, kHostMax), field(program, kProgramMax), process, field(message.id, kIdMax));
  for (const char c : message.text) line += c < ' ' || c > '~' ? '?' : c;
  return fmt::format("{} {}", line.size(), line);
}

base::Result<void> check_syslog_server(std::string_view server) {
  TRY(const http::Url url, parse_server(server, "tls", "tcp"));
  if (url.scheme == "https" || http::is_loopback_literal(url.host)) return {};
  return base::fail(base::Code::kInvalidArgument, "tcp:// is for 127.0.0.1 and [::1] only. Use tls://.");
}

class SyslogSender::Connection {
 public:
  static base::Result<std::unique_ptr<Connection>> open(const SyslogOptions& options) {
    TRY_VOID(check_syslog_server(options.server));
    TRY(const http::Url url, parse_server(options.server, "tls", "tcp"));
    TRY(Easy easy, make_easy(url.server_url(), url.scheme, options.ca_file));
    set_option(easy, CURLOPT_CONNECT_ONLY, 1L);
    set_option(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    const CURLcode code = curl()->easy_perform(easy.get());
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (code == CURLE_OK) curl()->easy_getinfo(easy.get(), CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD) return failed(options.server, code);
    return std::make_unique<Connection>(std::move(easy), socket, options.server);
  }
  Connection(Easy easy, curl_socket_t socket, std::string server)
      : easy_(std::move(easy)), socket_(socket), server_(std::move(server)) {}

  // A collector says nothing, so what can be read is the end.
  bool is_open() const {
    char byte = 0;
    size_t read = 0;
    return curl()->easy_recv(easy_.get(), &byte, 1, &read) == CURLE_AGAIN;
  }

  base::Result<void> send(std::string_view bytes) {
    // Ends when all is sent, or with an error.
    while (!bytes.empty()) {
      size_t sent = 0;
      const CURLcode code = curl()->easy_send(easy_.get(), bytes.data(), bytes.size(), &sent);
      if (code != CURLE_OK && code != CURLE_AGAIN) return failed(server_, code);
      bytes.remove_prefix(sent);
      if (code != CURLE_AGAIN) continue;
      pollfd waiting{.fd = socket_, .events = POLLOUT, .revents = 0};
      if (::poll(&waiting, 1, kSendMilliseconds) == 0) return failed(server_, CURLE_OPERATION_TIMEDOUT);
    }
    return {};
  }

 private:
  static std::unexpected<base::Error> failed(const std::string& server, CURLcode code) {
    return base::fail(base::Code::kUnavailable, fmt::format("The syslog collector {} cannot be reached.", server),
                      curl()->easy_strerror(code));
  }

  Easy easy_;
  curl_socket_t socket_;
  std::string server_;
};

SyslogSender::SyslogSender(SyslogOptions options) : options_(std::move(options)) {}
SyslogSender::~SyslogSender() = default;

base::Result<void> SyslogSender::send(std::string_view frames) {
  if (connection_ && !connection_->is_open()) connection_.reset();
  if (!connection_) {
    TRY(connection_, Connection::open(options_));
  }
  auto sent = connection_->send(frames);
  if (!sent) connection_.reset();
  return sent;
}

}  // namespace net
