// Messages to a syslog collector (RFC 5424) over a connection that it can trust: TLS as RFC 5425 has it, or plain TCP
// with the same framing on loopback, where a relay takes them on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace net {

enum class SyslogSeverity : uint8_t { kCritical = 2, kError = 3, kWarning = 4, kNotice = 5, kInfo = 6 };

struct SyslogMessage {
  SyslogSeverity severity = SyslogSeverity::kInfo;
  base::Wall time = {};
  std::string_view id;    // A word of ours, such as the name of an event.
  std::string_view text;  // Printable; what is not, and whatever is beyond ASCII, becomes '?'.
};

// The message in its frame: the length, a space, and "<PRI>1 TIME HOST APP PROCID MSGID - TEXT" with the facility 13
// (log audit).
std::string syslog_frame(const SyslogMessage& message, std::string_view host, std::string_view program, int process);

struct SyslogOptions {
  // "tls://host:port" or "tcp://127.0.0.1:port".
  std::string server;
  // Authorities that its certificate is checked with; empty: those of the system.
  std::string ca_file = {};
};
// kInvalidArgument for another form, and for tcp elsewhere than on loopback.
base::Result<void> check_syslog_server(std::string_view server);

// One connection, opened when something is sent and again after it has broken. For one thread, a worker: every call may
// block for seconds.
class SyslogSender {
 public:
  explicit SyslogSender(SyslogOptions options);
  ~SyslogSender();
  SyslogSender(const SyslogSender&) = delete;
  SyslogSender& operator=(const SyslogSender&) = delete;

  // Frames, whole. Syslog has no acknowledgement: what is sent has reached the collector's system unless the connection
  // breaks at that moment. kUnavailable when it cannot be reached or does not prove who it is.
  base::Result<void> send(std::string_view frames);

 private:
  class Connection;
  SyslogOptions options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace net
