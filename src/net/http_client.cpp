#include "net/http_client.h"

#include <algorithm>
#include <csignal>
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/text.h"
#include "http/url.h"
#include "net/detail/transfer.h"

namespace net {

namespace {

// Nothing is missed: a new request wakes the poll, and libcurl knows its own timers.
constexpr int kIdlePollMs = 600'000;

std::unexpected<base::Error> not_sent(base::Code code, std::string message, std::string detail = "not sent") {
  return base::fail(code, std::move(message), std::move(detail));
}

// Scheme, host and port in one spelling, for comparison.
std::string canonical_server(const http::Url& url) {
  return fmt::format("{}://{}:{}", url.scheme, url.host, url.port_or_default());
}

}  // namespace

struct CurlClient::Core {
  Core(base::Loop& owner, CurlClientOptions given) : loop(owner), options(std::move(given)) {
    for (const std::string& server : options.allowed_servers) {
      if (const auto url = http::parse_url(server)) allowed.insert(canonical_server(*url));
    }
  }
  ~Core() {
    if (multi != nullptr) curl()->multi_cleanup(multi);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  base::Result<http::Url> check(const http::Request& request) const;
  std::unexpected<base::Error> deny(const http::Request& request, std::string message) const;
  void submit(std::shared_ptr<Transfer> transfer);
  void abort(const std::shared_ptr<Transfer>& transfer);
  void shut_down();

  void start_thread();
  void run();
  bool take_orders();
  void finish_ended();
  void drop(Transfer* transfer);

  base::Loop& loop;
  const CurlClientOptions options;
  std::set<std::string> allowed;
  std::thread thread;

  std::mutex mutex;
  CURLM* multi = nullptr;
  std::deque<std::shared_ptr<Transfer>> incoming;
  std::vector<std::shared_ptr<Transfer>> dropped;
  bool stopping = false;

  // Of the I/O thread.
  std::vector<std::shared_ptr<Transfer>> active;
};

std::unexpected<base::Error> CurlClient::Core::deny(const http::Request& request, std::string message) const {
  if (options.denied) options.denied({Denial::Kind::kServer, request.server_url, message});
  return not_sent(base::Code::kForbidden, std::move(message));
}

base::Result<http::Url> CurlClient::Core::check(const http::Request& request) const {
  auto url = http::parse_url(request.server_url);
  if (!url || !allowed.contains(canonical_server(*url))) {
    return deny(request, "This server is not in the list of allowed servers.");
  }
  if (url->scheme == "http" && !http::is_loopback_literal(url->host)) {
    return deny(request, "Plain http is allowed for loopback addresses only. Use https.");
  }
  const bool sound_lines = std::ranges::all_of(request.headers, [](const auto& line) {
    return is_line_safe(line.first) && is_line_safe(line.second) && !line.first.empty() &&
           line.first.find_first_of(": ;") == std::string::npos &&
           !base::equals_ignoring_case(line.first, "authorization");
  });
  if (!sound_lines || !is_line_safe(request.authorization.reveal()) || !request.target.starts_with('/') ||
      !is_line_safe(request.target) || request.target.find_first_of(" #") != std::string::npos ||
      request.method == http::Method::kOther) {
    return not_sent(base::Code::kInvalidArgument, "The request cannot be sent: a part of it is not well-formed.");
  }
  return url;
}

void CurlClient::Core::start_thread() {
  if (multi != nullptr) return;
  multi = curl()->multi_init();
  ENSURE(multi != nullptr);
  curl()->multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options.limits.connections_per_server));
  curl()->multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  thread = std::thread([this] { run(); });
}

void CurlClient::Core::submit(std::shared_ptr<Transfer> transfer) {
  start_thread();
  const std::lock_guard lock(mutex);
  incoming.push_back(std::move(transfer));
  curl()->multi_wakeup(multi);
}

void CurlClient::Core::abort(const std::shared_ptr<Transfer>& transfer) {
  if (transfer->over.exchange(true)) return;
  const std::lock_guard lock(mutex);
  if (stopping) return;
  dropped.push_back(transfer);
  curl()->multi_wakeup(multi);
}

void CurlClient::Core::shut_down() {
  if (multi == nullptr) return;
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    curl()->multi_wakeup(multi);
  }
  thread.join();
}

void CurlClient::Core::run() {
  // TLS writes to a closed socket raise SIGPIPE in this thread, and no signal is ours to handle
  // here.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (take_orders()) {
    int running = 0;
    curl()->multi_perform(multi, &running);
    finish_ended();
    curl()->multi_poll(multi, nullptr, 0, kIdlePollMs, nullptr);
  }
  while (!active.empty()) drop(active.back().get());
}

bool CurlClient::Core::take_orders() {
  std::deque<std::shared_ptr<Transfer>> fresh;
  std::vector<std::shared_ptr<Transfer>> gone;
  {
    const std::lock_guard lock(mutex);
    if (stopping) return false;
    fresh.swap(incoming);
    gone.swap(dropped);
  }
  for (const auto& transfer : gone) drop(transfer.get());
  for (auto& transfer : fresh) {
    if (transfer->over) continue;
    set_up(*transfer);
    ENSURE(curl()->multi_add_handle(multi, transfer->easy) == CURLM_OK);
    active.push_back(std::move(transfer));
  }
  return true;
}

void CurlClient::Core::finish_ended() {
  int left = 0;
  while (const CURLMsg* message = curl()->multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* context = nullptr;
    curl()->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context);
    auto& transfer = *static_cast<Transfer*>(context);
    transfer.over = true;
    loop.post([set = transfer.setter, outcome = outcome_of(transfer, message->data.result)]() mutable {
      set(std::move(outcome));
    });
    drop(&transfer);
  }
}

void CurlClient::Core::drop(Transfer* transfer) {
  const auto found = std::ranges::find_if(active, [&](const auto& each) { return each.get() == transfer; });
  if (found == active.end()) return;
  curl()->multi_remove_handle(multi, transfer->easy);
  curl()->easy_cleanup(std::exchange(transfer->easy, nullptr));
  active.erase(found);
}

namespace {

// Lives in the frame of send(): a frame that is dropped takes its transfer along.
template <class Core>
class AbortGuard {
 public:
  AbortGuard(std::shared_ptr<Core> core, std::shared_ptr<Transfer> transfer)
      : core_(std::move(core)), transfer_(std::move(transfer)) {}
  ~AbortGuard() { core_->abort(transfer_); }
  AbortGuard(const AbortGuard&) = delete;
  AbortGuard& operator=(const AbortGuard&) = delete;

 private:
  std::shared_ptr<Core> core_;
  std::shared_ptr<Transfer> transfer_;
};

}  // namespace

CurlClient::CurlClient(base::Loop& loop, CurlClientOptions options)
    : core_(std::make_shared<Core>(loop, std::move(options))) {}

CurlClient::~CurlClient() { core_->shut_down(); }

base::Task<base::Result<http::Response>> CurlClient::send(http::Request request) {
  const auto core = core_;
  CO_TRY(auto url, core->check(request));
  if (curl() == nullptr) {
    co_return not_sent(base::Code::kUnavailable,
                       "This server cannot send requests now. Try again; its log says why to whoever runs it.",
                       "libcurl.so.4 (Debian package libcurl4) could not be loaded");
  }
  long timeout_ms = 0;
  if (request.deadline != base::Instant::never()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(request.deadline - core->loop.now());
    if (left.count() <= 0) {
      co_return not_sent(base::Code::kDeadline,
                         "The time for this request ran out. Try again, or ask for less at once.");
    }
    timeout_ms = static_cast<long>(left.count());
  }
  const base::Completion<Outcome> done(core->loop);
  const auto transfer = std::make_shared<Transfer>(std::move(request), std::move(url), done.setter());
  transfer->options = &core->options;
  transfer->timeout_ms = timeout_ms;
  const AbortGuard<Core> guard(core, transfer);
  core->submit(transfer);
  Outcome outcome = co_await done;
  if (transfer->denial && core->options.denied) core->options.denied(*transfer->denial);
  co_return outcome;
}

}  // namespace net
