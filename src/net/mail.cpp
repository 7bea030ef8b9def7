#include "net/mail.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <strings.h>
#include <utility>

#include "net/detail/easy.h"

namespace net {
namespace {

constexpr long kSeconds = 30;

struct Unread {
  std::string_view text;
};

size_t read_text(char* buffer, size_t size, size_t count, void* context) {
  auto& unread = *static_cast<Unread*>(context);
  const size_t bytes = std::min(unread.text.size(), size * count);
  std::memcpy(buffer, unread.text.data(), bytes);
  unread.text.remove_prefix(bytes);
  return bytes;
}

size_t drop(char*, size_t size, size_t count, void*) { return size * count; }

class Addresses {
 public:
  explicit Addresses(const std::vector<std::string>& all) {
    for (const std::string& address : all) {
      list_ = curl()->slist_append(list_, fmt::format("<{}>", address).c_str());
      ENSURE(list_ != nullptr);
    }
  }
  ~Addresses() {
    if (list_ != nullptr) curl()->slist_free_all(list_);
  }
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

std::string one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace

base::Result<void> check_mail_server(std::string_view server) {
  TRY([[maybe_unused]] const http::Url url, parse_server(server, "smtps", "smtp"));
  return {};
}

std::string mail_text(const Mail& mail) {
  const std::time_t seconds = mail.date.unix_ms / 1000;
  std::string text = fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nAuto-Submitted: auto-generated\r\n\r\n",
      fmt::gmtime(seconds), mail.from, fmt::join(mail.to, ">, <"), one_line(mail.subject));
  for (const char c : mail.text) {
    if (c == '\r') continue;
    if (c == '\n') text += '\r';
    text += c;
  }
  if (!text.ends_with("\r\n")) text += "\r\n";
  return text;
}

base::Result<void> send_mail(const MailServer& server, const Mail& mail) {
  TRY(const http::Url url, parse_server(server.server, "smtps", "smtp"));
  const bool tls = url.scheme == "https";
  TRY(const Easy easy, make_easy(server.server, tls ? "smtps" : "smtp", server.ca_file));
  const bool may_be_plain = !tls && http::is_loopback_literal(url.host);
  set_option(easy, CURLOPT_USE_SSL, static_cast<long>(may_be_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  if (!server.user.empty()) {
    set_option(easy, CURLOPT_USERNAME, server.user.c_str());
    std::string password(server.password.reveal());
    set_option(easy, CURLOPT_PASSWORD, password.c_str());
    explicit_bzero(password.data(), password.size());
  }
  const Addresses recipients(mail.to);
  const std::string text = mail_text(mail);
  Unread unread{text};
  const std::string from = fmt::format("<{}>", mail.from);
  set_option(easy, CURLOPT_MAIL_FROM, from.c_str());
  set_option(easy, CURLOPT_MAIL_RCPT, recipients.get());
  set_option(easy, CURLOPT_UPLOAD, 1L);
  set_option(easy, CURLOPT_READFUNCTION, &read_text);
  set_option(easy, CURLOPT_READDATA, &unread);
  set_option(easy, CURLOPT_WRITEFUNCTION, &drop);
  set_option(easy, CURLOPT_TIMEOUT, kSeconds);
  const CURLcode code = curl()->easy_perform(easy.get());
  if (code == CURLE_OK) return {};
  return base::fail(base::Code::kUnavailable, fmt::format("The mail server {} does not take the mail.", server.server),
                    curl()->easy_strerror(code));
}

}  // namespace net
