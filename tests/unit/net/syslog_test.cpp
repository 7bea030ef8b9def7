// Syslog: the frame to the byte, text that cannot begin another message, and a collector that has to prove who it is.
#include "net/syslog.h"

#include <fmt/format.h>
#include <string>

#include "net/mail.h"
#include "tests/unit/net/tls_server.h"

#include "tests/test.h"

namespace {

std::string frame(std::string_view text, std::string_view id = "bearer.refused") {
  return net::syslog_frame(
      {.severity = net::SyslogSeverity::kWarning, .time = {1'700'000'000'042}, .id = id, .text = text}, "host.example",
      "program", 42);
}

base::Result<void> send_to(uint16_t port, const std::string& ca_file) {
  net::SyslogSender sender({.server = fmt::format("tls://127.0.0.1:{}", port), .ca_file = ca_file});
  return sender.send(frame("hello"));
}

}  // namespace

TEST_CASE("a frame is the length, and a message of RFC 5424 with facility 13") {
  CHECK(frame("{\"seq\":1}") ==
        "82 <108>1 2023-11-14T22:13:20.042Z host.example program 42 bearer.refused - {\"seq\":1}");
  CHECK(frame("", "").ends_with(" 42 - - "));
}

TEST_CASE("no text begins another message or steers a terminal") {
  for (const std::string_view text : {"a\n<0>1 - - - - - - forged", "\x1B[2J", "a\r\nb",
                                      "\xC2\x9B"
                                      "31m",
                                      "\t\x7F"}) {
    const std::string made = frame(text, text);
    for (const char c : made) CHECK((c >= ' ' && c <= '~'));
    const size_t space = made.find(' ');
    CHECK(std::stoul(made.substr(0, space)) == made.size() - space - 1);
  }
}

TEST_CASE("an address is tls, or tcp on loopback, and has a port") {
  for (const char* good : {"tls://logs.example:6514", "tcp://127.0.0.1:514", "tcp://[::1]:514"}) {
    CHECK(net::check_syslog_server(good));
  }
  for (const char* bad : {"", "logs.example:6514", "tcp://logs.example:514", "tcp://10.0.0.1:514", "tls://logs.example",
                          "https://logs.example:1", "tls://user@logs.example:1", "tls://logs.example:1/path"}) {
    CHECK_FALSE(net::check_syslog_server(bad).has_value());
  }
}

TEST_CASE("a collector that proves who it is gets the frame, and another connection after it has ended the first") {
  tests::Certificate certificate;
  const tests::TlsServer server(certificate);
  net::SyslogSender sender({.server = fmt::format("tls://127.0.0.1:{}", server.port()), .ca_file = certificate.file()});
  REQUIRE(sender.send(frame("hello")));
  while (server.requests() < 1) {
  }
  CHECK(server.first_bytes() == frame("hello"));
  // A frame that meets the very end of a connection is refused, and the next one makes another.
  while (server.requests() < 2) {
    const auto sent = sender.send(frame("again"));
    if (!sent) CHECK(sent.error().code == base::Code::kUnavailable);
  }
  CHECK(server.connections() >= 2);
}

TEST_CASE("a collector with a certificate of nobody, of another name, or out of date gets nothing") {
  const tests::Certificate unknown;
  const tests::TlsServer of_nobody(unknown);
  tests::Certificate trusted;
  CHECK_FALSE(send_to(of_nobody.port(), trusted.file()).has_value());
  tests::Certificate other({.names = "DNS:other.example"});
  const tests::TlsServer of_another(other);
  CHECK_FALSE(send_to(of_another.port(), other.file()).has_value());
  tests::Certificate old({.from_seconds = -7200, .until_seconds = -3600});
  const tests::TlsServer expired(old);
  CHECK_FALSE(send_to(expired.port(), old.file()).has_value());
  tests::Certificate good;
  const tests::TlsServer outdated(good, {.highest_version = TLS1_1_VERSION});
  CHECK_FALSE(send_to(outdated.port(), good.file()).has_value());
  for (const tests::TlsServer* server : {&of_nobody, &of_another, &expired, &outdated}) CHECK(server->requests() == 0);
}

TEST_CASE("nobody there is an error that names the collector") {
  const auto sent = send_to(1, "");
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error().code == base::Code::kUnavailable);
  CHECK(sent.error().message.find("tls://127.0.0.1:1") != std::string::npos);
}

TEST_CASE("a mail has its headers, and a subject of one line") {
  const std::string text = net::mail_text({.from = "a@example.com",
                                           .to = {"b@example.com", "c@example.com"},
                                           .subject = "one\r\nBcc: evil@example.com",
                                           .text = "first\nsecond\r\n.\n",
                                           .date = {1'700'000'000'000}});
  CHECK(text ==
        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nFrom: <a@example.com>\r\nTo: <b@example.com>, <c@example.com>\r\n"
        "Subject: one??Bcc: evil@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Auto-Submitted: auto-generated\r\n\r\nfirst\r\nsecond\r\n.\r\n");
  CHECK_FALSE(net::check_mail_server("mail.example.com").has_value());
  CHECK(net::check_mail_server("smtps://mail.example.com:465"));
}

TEST_CASE("a mail server that cannot be trusted gets no mail") {
  const tests::Certificate unknown;
  const tests::TlsServer server(unknown);
  const auto sent = net::send_mail({.server = fmt::format("smtps://127.0.0.1:{}", server.port())},
                                   {.from = "a@example.com", .to = {"b@example.com"}, .subject = "s", .text = "t"});
  REQUIRE_FALSE(sent.has_value());
  CHECK(server.requests() == 0);
}
