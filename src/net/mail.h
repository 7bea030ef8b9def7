// One mail over SMTP (RFC 5321), for alerts. No program is started and no shell is asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace net {

struct MailServer {
  // "smtps://host:port" (TLS from the start) or "smtp://host:port" (STARTTLS, without which nothing is sent; on a
  // loopback literal it may be missing).
  std::string server;
  std::string user = {};  // Empty: without a login.
  base::Secret password = {};
  std::string ca_file = {};  // Empty: the authorities of the system.
};
// kInvalidArgument for another form.
base::Result<void> check_mail_server(std::string_view server);

struct Mail {
  // Addresses in their plain form, "name@host", without anything that could begin another line.
  std::string from;
  std::vector<std::string> to;
  std::string subject;  // One line of ASCII.
  std::string text;
  base::Wall date = {};
};
// The message as it goes over the wire, before dot-stuffing: headers and a text of lines that end with CR LF.
std::string mail_text(const Mail& mail);

// For a worker: it blocks for up to half a minute. kUnavailable when the server does not take it.
base::Result<void> send_mail(const MailServer& server, const Mail& mail);

}  // namespace net
