#include "app/process.h"

#include <csignal>
#include <optional>
#include <utility>

namespace app {
namespace {

base::Task<void> run_and_stop(net::AsioLoop* loop, base::Task<base::Result<void>> task,
                              std::optional<base::Result<void>>* result) {
  *result = co_await std::move(task);
  loop->stop();
}

}  // namespace

StopSignal::StopSignal(net::AsioLoop& loop, Signals signals) {
  os::ignore_broken_pipes();
  if (signals == Signals::kEnd) return;
  const auto hear = [this, &loop](int signal) {
    if (signal != SIGHUP) return loop.post([this] { arrived(); });
    loop.post([this] {
      if (hangup_) hangup_();
    });
  };
  waiter_.emplace(hear, signals == Signals::kAskAndReload ? os::Hangup::kIsTold : os::Hangup::kEnds);
}

void StopSignal::on_stop(std::function<void()> callback) {
  callback_ = std::move(callback);
  if (arrived_) callback_();
}

void StopSignal::arrived() {
  if (std::exchange(arrived_, true)) return;
  if (callback_) callback_();
}

base::Result<void> run_to_end(net::AsioLoop& loop, base::Task<base::Result<void>> task) {
  std::optional<base::Result<void>> result;
  base::TaskGroup group(loop);
  group.spawn(run_and_stop(&loop, std::move(task), &result));
  // The task may have ended, and stopped the loop, before it ever ran.
  if (!result) loop.run();
  if (!result) return base::fail(base::Code::kCancelled, "Stopped.");
  return *std::move(result);
}

}  // namespace app
