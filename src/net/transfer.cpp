#include "net/detail/transfer.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/x509_vfy.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "net/detail/test_network.h"

namespace net {

bool has_effect(http::Method method) {
  return method != http::Method::kGet && method != http::Method::kHead && method != http::Method::kOptions;
}

bool is_line_safe(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

HeaderList::~HeaderList() {
  for (curl_slist* line = list_; line != nullptr; line = line->next) {
    explicit_bzero(line->data, std::strlen(line->data));
  }
  if (list_ != nullptr) curl()->slist_free_all(list_);
}

void HeaderList::add(std::string_view name, std::string_view value) {
  // "Name;" is how libcurl spells a field with an empty value; "Name:" removes one.
  append(value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
}

void HeaderList::suppress(std::string_view name) { append(fmt::format("{}:", name)); }

void HeaderList::append(std::string line) {
  list_ = curl()->slist_append(list_, line.c_str());
  ENSURE(list_ != nullptr);
  explicit_bzero(line.data(), line.size());
}

namespace {

// Fields that this client writes itself; one from a caller could point the request elsewhere or
// break its framing.
bool is_own_field(std::string_view name) {
  static constexpr std::string_view kOwn[] = {"host",       "content-length",  "transfer-encoding",
                                              "connection", "accept-encoding", "expect"};
  return std::ranges::any_of(kOwn, [name](std::string_view own) { return base::equals_ignoring_case(own, name); });
}

// Fields that no longer describe the body once it was received whole and unpacked.
bool is_transfer_field(std::string_view name) {
  return is_own_field(name) || base::equals_ignoring_case(name, "content-encoding");
}

// ---- Callbacks of libcurl, on the I/O thread.

size_t on_header(char* data, size_t size, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::string_view line(data, size * count);
  transfer.header_bytes += line.size();
  if (transfer.header_bytes > transfer.options->limits.response_header_bytes) {
    transfer.refusal = Refusal::kTooLarge;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    transfer.response.headers = {};  // What came before belonged to an interim response.
    return line.size();
  }
  const std::string_view field = line.substr(0, line.find_first_of("\r\n"));
  const size_t colon = field.find(':');
  if (colon == std::string_view::npos) return line.size();
  const std::string_view name = base::trim(field.substr(0, colon));
  if (!is_transfer_field(name)) {
    transfer.response.headers.add(name, base::trim(field.substr(colon + 1)));
  }
  return line.size();
}

size_t on_body(char* data, size_t size, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const size_t bytes = size * count;
  if (transfer.response.body.size() + bytes > transfer.options->limits.response_bytes) {
    transfer.refusal = Refusal::kTooLarge;
    return 0;
  }
  transfer.response.body.append(data, bytes);
  return bytes;
}

// Called when the connection stands and the request is about to go out. libcurl sends a request
// again when a kept connection dies under it; the first copy may have arrived, so one with an
// effect stops here.
int on_ready_to_send(void* context, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.sent && has_effect(transfer.request.method)) {
    transfer.refusal = Refusal::kRepeat;
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.sent = true;
  return CURL_PREREQFUNC_OK;
}

bool may_connect_to(const Transfer& transfer, const sockaddr& address) {
  if (!transfer.options->unix_path.empty()) return address.sa_family == AF_UNIX;
  const TestNetwork* test = transfer.options->test_network.get();
  if (test != nullptr && transfer.reach == Reach::kPublic) return test->is_public(address);
  return may_connect(transfer.reach, address);
}

// Called with the very address that is about to be connected, after the name was resolved: an answer of the name
// service that changes between a check and its use has nothing to change here.
curl_socket_t on_open_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (!may_connect_to(transfer, address->addr)) {
    transfer.refused_address = kind_of_address(address->addr);
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// ---- Set-up of a handle.

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  // A failure here means a libcurl without the feature: nothing that a run could go on without.
  ENSURE(curl()->easy_setopt(easy, option, value) == CURLE_OK);
}

void set_method(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const http::Request& request = transfer.request;
  const bool sends_body = !request.body.empty() || request.method == http::Method::kPost ||
                          request.method == http::Method::kPut || request.method == http::Method::kPatch;
  if (sends_body) {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request.body.data());
    if (!request.headers.find("Content-Type")) transfer.headers.suppress("Content-Type");
  }
  if (request.method == http::Method::kHead) {
    set(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != http::Method::kGet || sends_body) {
    set(easy, CURLOPT_CUSTOMREQUEST, std::string(http::method_name(request.method)).c_str());
  }
}

void set_headers(Transfer& transfer) {
  for (const auto& [name, value] : transfer.request.headers) {
    if (!is_own_field(name)) transfer.headers.add(name, value);
  }
  if (!transfer.request.authorization.empty()) {
    transfer.headers.add("Authorization", transfer.request.authorization.reveal());
  }
  transfer.headers.suppress("Expect");
  set(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers.get());
}

Reach reach_of(const Transfer& transfer, bool direct) {
  if (!direct || transfer.options->private_addresses == PrivateAddresses::kAllow) return Reach::kAnywhere;
  return http::is_loopback_literal(transfer.url.host) ? Reach::kLoopback : Reach::kPublic;
}

void set_test_addresses(Transfer& transfer) {
  const TestNetwork* test = transfer.options->test_network.get();
  if (test == nullptr || http::is_loopback_literal(transfer.url.host)) return;
  const std::string& host = transfer.url.host;
  transfer.addresses.append(fmt::format("{}:{}:{}", host, transfer.url.port_or_default(), test->addresses(host)));
  set(transfer.easy, CURLOPT_RESOLVE, transfer.addresses.get());
}

void set_security(Transfer& transfer) {
  CURL* easy = transfer.easy;
  const CurlClientOptions& options = *transfer.options;
  set(easy, CURLOPT_PROTOCOLS_STR, transfer.url.scheme.c_str());
  // Redirects are never followed; if they were, then by no other protocol.
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    set(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!options.unix_path.empty()) set(easy, CURLOPT_UNIX_SOCKET_PATH, options.unix_path.c_str());
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  // Empty strings, not null: null would let the environment decide.
  const bool direct = http::is_loopback_literal(transfer.url.host) || !options.proxy;
  set(easy, CURLOPT_PROXY, direct ? "" : options.proxy->c_str());
  set(easy, CURLOPT_NOPROXY, "");
  transfer.reach = reach_of(transfer, direct);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, &transfer);
}

}  // namespace

void set_up(Transfer& transfer) {
  transfer.easy = curl()->easy_init();
  ENSURE(transfer.easy != nullptr);
  CURL* easy = transfer.easy;
  const CurlClientOptions& options = *transfer.options;
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // A hanging name lookup does not hold up the I/O thread.
  set(easy, CURLOPT_PRIVATE, &transfer);
  set(easy, CURLOPT_URL, (transfer.url.server_url() + transfer.request.target).c_str());
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_PIPEWAIT, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(options.limits.connect_timeout).count()));
  set(easy, CURLOPT_TIMEOUT_MS, transfer.timeout_ms);
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.limits.stall_timeout.count()));
  set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.limits.response_bytes));
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  set(easy, CURLOPT_PREREQFUNCTION, &on_ready_to_send);
  set(easy, CURLOPT_PREREQDATA, &transfer);
  set_security(transfer);
  set_test_addresses(transfer);
  set_method(transfer);
  set_headers(transfer);
}

// ---- What came of it.

namespace {

struct Distrust {
  std::string_view reason;
  std::string_view advice;
};

// Why a certificate was not believed, as far as it helps the person who has to do something about it.
Distrust distrust_of(const Transfer& transfer) {
  static constexpr std::string_view kClock = "Check the clock of this machine.";
  long verdict = X509_V_OK;
  curl()->easy_getinfo(transfer.easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {"its certificate has expired", kClock};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {"its certificate is not valid yet", kClock};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return {"its certificate is not from a trusted authority",
              "Check the installed authorities and any proxy in between."};
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:  // So libcurl says when the chain is good and the name does not fit.
      return {"its certificate is for another name", "Check the name service and any proxy in between."};
    default:
      return {"its certificate is not valid", "Check the installed authorities and any proxy in between."};
  }
}

bool is_distrusted(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR;
}

// Not where another address of the same name was connected: then the refused one did no harm.
bool ended_at_an_address(const Transfer& transfer, CURLcode code) {
  return code == CURLE_COULDNT_CONNECT && !transfer.refused_address.empty() && !transfer.sent;
}

std::optional<Denial> denial_of(const Transfer& transfer, CURLcode code) {
  using Kind = Denial::Kind;
  std::string server = transfer.url.server_url();
  if (ended_at_an_address(transfer, code)) {
    return Denial{Kind::kAddress, std::move(server), fmt::format("its address is {}", transfer.refused_address)};
  }
  if (is_distrusted(code)) return Denial{Kind::kTrust, std::move(server), std::string(distrust_of(transfer).reason)};
  if (code == CURLE_SSL_CONNECT_ERROR) {
    return Denial{Kind::kTrust, std::move(server), "no secure connection with TLS 1.2 or newer was made"};
  }
  return std::nullopt;
}

base::Error error_of(const Transfer& transfer, CURLcode code, bool deadline_passed) {
  using base::Code;
  const std::string& host = transfer.url.host;
  const auto make = [&](Code kind, std::string message) {
    return base::Error{kind, std::move(message), transfer.sent ? curl()->easy_strerror(code) : "not sent",
                       std::nullopt};
  };
  if (ended_at_an_address(transfer, code)) {
    return make(Code::kForbidden,
                fmt::format("{} leads to an address that is not on the public internet ({}), which is not allowed. "
                            "Check the name service and the setting of this server.",
                            host, transfer.refused_address));
  }
  if (transfer.refusal == Refusal::kTooLarge || code == CURLE_FILESIZE_EXCEEDED) {
    return make(Code::kUpstream, fmt::format("{} answered with too much data. Ask for less at once.", host));
  }
  if (is_distrusted(code)) {
    const auto [reason, advice] = distrust_of(transfer);
    return make(Code::kUnavailable, fmt::format("Cannot trust {}: {}. {}", host, reason, advice));
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return make(Code::kUnavailable,
                  fmt::format("Cannot reach {}: the name does not resolve. Check the network connection.", host));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return make(Code::kUnavailable, "Cannot reach the proxy: its name does not resolve. Check the proxy setting.");
    case CURLE_COULDNT_CONNECT:
      return make(Code::kUnavailable, fmt::format("Cannot reach {}: it does not accept connections. {}", host,
                                                  http::is_loopback_literal(host)
                                                      ? "Start what should listen there, or name its port."
                                                      : "Check the network connection and try again."));
    case CURLE_SSL_CACERT_BADFILE:
      return make(Code::kUnavailable, "The file of trusted authorities cannot be read. Check the setting.");
    case CURLE_SSL_CONNECT_ERROR:
      return make(Code::kUnavailable,
                  fmt::format("Cannot reach {}: no secure connection could be made. It must speak TLS 1.2 or newer; "
                              "check any proxy in between, and try again.",
                              host));
    case CURLE_OPERATION_TIMEDOUT:
      if (deadline_passed) {
        return make(Code::kDeadline,
                    fmt::format("{} did not answer in time. Try again, or ask for less at once.", host));
      }
      return make(Code::kUnavailable,
                  fmt::format("Cannot reach {}: no connection in time. Check the network connection.", host));
    default:
      return make(Code::kUnavailable,
                  transfer.sent && has_effect(transfer.request.method)
                      ? fmt::format("The connection to {} broke, and it is not known whether the request "
                                    "took effect. "
                                    "Look before you repeat it.",
                                    host)
                      : fmt::format("The connection to {} broke before the answer was complete. Try again.", host));
  }
}

}  // namespace

Outcome outcome_of(Transfer& transfer, CURLcode code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl()->easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    return std::move(transfer.response);
  }
  transfer.denial = denial_of(transfer, code);
  curl_off_t total_us = 0;
  curl()->easy_getinfo(transfer.easy, CURLINFO_TOTAL_TIME_T, &total_us);
  const bool deadline_passed = transfer.timeout_ms > 0 && total_us / 1000 >= transfer.timeout_ms - 1;
  return std::unexpected(error_of(transfer, code, deadline_passed || transfer.sent));
}

}  // namespace net
