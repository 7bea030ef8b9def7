// SIGINT, SIGTERM and, where it is wanted, SIGHUP as events. SIGPIPE is ignored: a peer that went away is an error of a
// write, not the end.
#pragma once

#include <functional>
#include <memory>

namespace os {

void ignore_broken_pipes();

// Whether SIGHUP is an event too, or ends the process as it always does.
enum class Hangup { kEnds, kIsTold };

// Blocks these signals for the process and waits for them on a thread of its own. Make it before any other thread,
// because threads inherit the mask. `on_signal` is called on that thread, once per signal: post to the loop from it.
class SignalWaiter {
 public:
  explicit SignalWaiter(std::function<void(int signal)> on_signal, Hangup hangup = Hangup::kEnds);
  // Gives the signals their old effect back.
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace os
