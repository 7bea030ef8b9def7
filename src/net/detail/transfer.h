// One request of CurlClient on its way through libcurl: the handle's set-up, its callbacks and what
// came of it. For the .cpp files of net/ only.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/url.h"
#include "net/addresses.h"
#include "net/detail/curl.h"
#include "net/http_client.h"

namespace net {

using Outcome = base::Result<http::Response>;

bool has_effect(http::Method method);
// No control character: safe in a header line or a target.
bool is_line_safe(std::string_view text);

// A header list that may hold a secret: its lines are wiped when it dies.
class HeaderList {
 public:
  HeaderList() = default;
  ~HeaderList();
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  void add(std::string_view name, std::string_view value);
  // Keeps libcurl from sending a field of its own.
  void suppress(std::string_view name);
  void append(std::string line);
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

enum class Refusal { kNone, kTooLarge, kRepeat };

// One request on its way. The loop's thread fills it and hands it over; from then on it belongs to
// the I/O thread, but for `over`: it has ended, or no one waits for it any more.
struct Transfer {
  using Setter = base::Completion<Outcome>::Setter;

  Transfer(http::Request given, http::Url server, Setter set)
      : request(std::move(given)), url(std::move(server)), setter(std::move(set)) {}
  ~Transfer() {
    if (easy != nullptr) curl()->easy_cleanup(easy);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  http::Request request;
  const http::Url url;
  Setter setter;
  long timeout_ms = 0;
  std::atomic<bool> over = false;

  const CurlClientOptions* options = nullptr;
  Reach reach = Reach::kPublic;
  CURL* easy = nullptr;
  HeaderList headers;
  HeaderList addresses;  // Of the test's name service.
  http::Response response;
  size_t header_bytes = 0;
  bool sent = false;
  Refusal refusal = Refusal::kNone;
  // The kind of the last address that was refused.
  std::string_view refused_address = {};
  // Set with the outcome: what to tell of it beside the error.
  std::optional<Denial> denial = std::nullopt;
};

// On the I/O thread: makes the handle of a transfer whose `options` stand.
void set_up(Transfer& transfer);
// On the I/O thread: the response is moved out of the transfer.
Outcome outcome_of(Transfer& transfer, CURLcode code);

}  // namespace net
