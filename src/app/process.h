// What a process has once: clocks, randomness, the loop, workers, the log. Everything else is handed references to
// these.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "crypto/os_random.h"
#include "net/loop.h"
#include "os/environment.h"
#include "os/json_log.h"
#include "os/signals.h"
#include "os/system_clock.h"

namespace app {

// Whether SIGINT and SIGTERM end the process where it stands, or ask it to come to an end; and whether SIGHUP asks it
// to read its configuration again.
enum class Signals { kEnd, kAsk, kAskAndReload };

// The first SIGINT or SIGTERM as a callback on the loop.
class StopSignal {
 public:
  StopSignal(net::AsioLoop& loop, Signals signals);

  // Also for a signal that came before this call.
  void on_stop(std::function<void()> callback);
  // Each SIGHUP, from now on. On the loop's thread; null: none is heard.
  void on_hangup(std::function<void()> callback) { hangup_ = std::move(callback); }
  // As if the signal had come. On the loop's thread.
  void request() { arrived(); }

 private:
  void arrived();

  std::function<void()> callback_;
  std::function<void()> hangup_;
  bool arrived_ = false;
  // Last: its thread ends before what it calls.
  std::optional<os::SignalWaiter> waiter_;
};

struct Process {
  Process(os::Environment given, base::Level least, Signals signals)
      : environment(std::move(given)), log(2, least, clock), stop(loop, signals) {}

  os::Environment environment;
  os::SystemClock clock;
  crypto::OsRandom random;
  os::JsonLog log;
  net::AsioLoop loop;
  StopSignal stop;  // Before any other thread: threads inherit the signal mask.
  net::ThreadWorker worker;
};

// Runs the loop until the task has ended, and gives its result.
base::Result<void> run_to_end(net::AsioLoop& loop, base::Task<base::Result<void>> task);

}  // namespace app
