#include "sim/world/sim_net.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/check.h"

namespace sim::world {
namespace {

using base::Code;

std::unexpected<base::Error> lost() {
  return base::fail(Code::kUnavailable, "The connection was lost before the answer was complete. Try again.",
                    "connection reset");
}

std::unexpected<base::Error> too_late() {
  return base::fail(Code::kDeadline, "No answer came in time. Try again.", "deadline");
}

}  // namespace

const char* name_of(NetFailure failure) {
  switch (failure) {
    case NetFailure::kRefused:
      return "refused";
    case NetFailure::kLostBefore:
      return "lost before";
    case NetFailure::kLostAfter:
      return "lost after";
    case NetFailure::kSilent:
      return "silent";
    case NetFailure::kTruncated:
      return "truncated";
    case NetFailure::kServerError:
      return "server error";
  }
  return "";
}

std::optional<NetFailure> SimNet::failure_of_this_send() {
  if (planned_ && planned_->first == sends_) return planned_->second;
  if (per_thousand_ == 0 || random_.below(1000) >= per_thousand_) return std::nullopt;
  return kNetFailures[random_.below(std::size(kNetFailures))];
}

std::chrono::microseconds SimNet::latency() {
  using std::chrono::microseconds;
  const microseconds min = options_.latency_min;
  const auto span = static_cast<uint64_t>((microseconds(options_.latency_max) - min).count());
  return min + microseconds(random_.below(span + 1));
}

base::Task<bool> SimNet::travel(std::chrono::microseconds takes, base::Instant deadline) {
  const base::Instant arrives = loop_.now() + takes;
  co_await base::sleep_until(loop_, std::min(arrives, std::max(deadline, loop_.now())));
  co_return arrives < deadline;
}

base::Task<base::Result<http::Response>> SimNet::send(http::Request request) {
  ++sends_;
  loop_.note(fmt::format("{} {}{}", http::method_name(request.method), request.server_url, request.target));
  if (watcher_) watcher_(request);
  const base::Instant deadline = request.deadline;
  if (const auto failure = failure_of_this_send()) {
    ++failures_;
    loop_.note(name_of(*failure));
    co_return co_await fail_on_the_way(std::move(request), *failure);
  }
  if (!co_await travel(latency(), deadline)) co_return too_late();
  // What the service began goes on when nobody waits any more, but this one's answer is not seen.
  auto response = co_await service_.send(std::move(request));
  if (!co_await travel(latency(), deadline)) co_return too_late();
  loop_.note(response ? fmt::format("{} {}", response->status, response->body) : response.error().detail);
  co_return response;
}

base::Task<base::Result<http::Response>> SimNet::fail_on_the_way(http::Request request, NetFailure failure) {
  const base::Instant deadline = request.deadline;
  if (!co_await travel(latency(), deadline)) co_return too_late();
  switch (failure) {
    case NetFailure::kRefused:
      co_return base::fail(Code::kUnavailable, "The service cannot be reached. Try again later.", "not sent");
    case NetFailure::kLostBefore:
      co_return lost();
    case NetFailure::kServerError:
      co_return http::Response{.status = 503, .headers = {{"Content-Type", "text/html"}}, .body = "<h1>503</h1>"};
    case NetFailure::kLostAfter:
    case NetFailure::kSilent:
    case NetFailure::kTruncated:
      break;
  }
  auto response = co_await service_.send(std::move(request));
  if (!response || failure == NetFailure::kLostAfter) co_return lost();
  if (failure == NetFailure::kTruncated) {
    response->body.resize(response->body.size() / 2);
    co_return response;
  }
  // A silent peer without a deadline would be a task that never ends.
  ENSURE(deadline != base::Instant::never());
  co_await base::sleep_until(loop_, std::max(deadline, loop_.now()));
  co_return too_late();
}

}  // namespace sim::world
