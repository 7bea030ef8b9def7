#include "mcp/transport/exchange.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "http/sse.h"

namespace mcp {
namespace {

constexpr std::chrono::milliseconds kRetry{3000};

class SseBody final : public http::BodyStream {
 public:
  SseBody(base::Loop& loop, std::shared_ptr<void> owner, Outbox& outbox, StreamStyle style, int64_t after)
      : loop_(loop), owner_(std::move(owner)), outbox_(outbox), style_(std::move(style)), after_(after),
        reader_(outbox.begin_reading()) {}

  base::Task<std::optional<std::string>> next() override {
    if (std::exchange(style_.primes, false)) {
      co_return http::sse_retry(kRetry) + http::sse_event("", "", id(after_));
    }
    if (loop_.now() >= style_.until) co_return std::nullopt;
    auto next = co_await outbox_.next(reader_, after_, std::min(loop_.now() + style_.keep_alive, style_.until));
    if (next.item) {
      after_ = next.item->number;
      co_return http::sse_event(next.item->message, "message", id(after_));
    }
    if (next.at_end || loop_.now() >= style_.until) co_return std::nullopt;
    co_return http::sse_comment();
  }

 private:
  std::string id(int64_t number) const {
    return style_.id.empty() ? std::string() : fmt::format("{}-{}", style_.id, number);
  }

  base::Loop& loop_;
  std::shared_ptr<void> owner_;
  Outbox& outbox_;
  StreamStyle style_;
  int64_t after_;
  uint64_t reader_;
};

}  // namespace

void Exchange::start(base::Task<Reply> task, PrincipalLoads::Slot place) {
  place_.emplace(std::move(place));
  running_.emplace(drive(std::move(task)));
  running_->start();
}

base::Task<void> Exchange::drive(base::Task<Reply> task) {
  Reply reply = co_await std::move(task);
  place_.reset();
  ended_ = true;
  if (streaming_) {
    outbox_.push_last(std::move(reply.text));
  } else {
    reply_ = std::move(reply);
  }
  settled();
}

void Exchange::cancel() {
  running_.reset();
  place_.reset();
  ended_ = true;
  outbox_.close();
  settled();
}

void Exchange::send(std::string message) {
  if (!is_open()) return;
  streaming_ = true;
  outbox_.push(std::move(message));
  settled();
}

void Exchange::let_go() {
  if (!is_open()) return;
  streaming_ = true;
  outbox_.send_reader_away();
  settled();
}

void Exchange::settled() {
  if (waiter_) std::exchange(waiter_, std::nullopt).value()(true);
}

base::Task<void> Exchange::settle() {
  if (is_settled()) co_return;
  const base::Completion<bool> known(loop_);
  waiter_ = known.setter();
  co_await known;
}

http::Response stream_response(std::unique_ptr<http::BodyStream> body) {
  http::Response response;
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-cache, no-transform");
  response.headers.add("X-Accel-Buffering", "no");
  response.stream = std::move(body);
  return response;
}

std::unique_ptr<http::BodyStream> stream_body(base::Loop& loop, std::shared_ptr<void> owner, Outbox& outbox,
                                              StreamStyle style, int64_t after) {
  return std::make_unique<SseBody>(loop, std::move(owner), outbox, std::move(style), after);
}

}  // namespace mcp
