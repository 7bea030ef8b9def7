// Runs a task on a real loop in the test's own thread until it ends.
#pragma once

#include <optional>
#include <utility>

#include "net/loop.h"

namespace tests {

template <class T>
base::Task<void> keep_result(net::AsioLoop& loop, base::Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
  loop.stop();
}

template <class T>
T run(net::AsioLoop& loop, base::Task<T> task) {
  std::optional<T> out;
  base::TaskGroup group(loop);
  group.spawn(keep_result(loop, std::move(task), out));
  if (!out) loop.run();
  return *std::move(out);
}

}  // namespace tests
