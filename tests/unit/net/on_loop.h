// Runs a task on a real loop in the test's own thread until it ends.
#pragma once

#include <utility>

#include "net/loop.h"

namespace tests {

template <class T>
T run(net::AsioLoop& loop, base::Task<T> task) {
  return loop.run(std::move(task));
}

}  // namespace tests
