// What a process has once: clocks, randomness, the loop, workers, the log. Everything else is handed references to these.
#pragma once

#include <string>

#include "base/log.h"
#include "crypto/os_random.h"
#include "net/loop.h"
#include "os/environment.h"
#include "os/json_log.h"
#include "os/system_clock.h"

namespace app {

struct Process {
  explicit Process(os::Environment given, base::Level least)
      : environment(std::move(given)), log(2, least, clock) {}

  os::Environment environment;
  os::SystemClock clock;
  crypto::OsRandom random;
  os::JsonLog log;
  net::AsioLoop loop;
  net::ThreadWorker worker;
};

// Runs the loop until the task has ended, and gives its result.
base::Result<void> run_to_end(net::AsioLoop& loop, base::Task<base::Result<void>> task);

}  // namespace app
