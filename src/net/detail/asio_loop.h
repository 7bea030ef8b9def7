// The inside of AsioLoop, for the .cpp files of net/ that put sockets on it. The only header with
// Asio types.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include "net/loop.h"

namespace net {

namespace asio = boost::asio;

struct AsioLoop::Impl {
  ~Impl();

  // All timers share one Asio timer, armed for the earliest. A cancelled timer leaves it armed: a
  // spurious wake-up is cheaper than a system call for every deadline that was met.
  //
  // Callbacks that die with the context may cancel timers, so the timers are declared first.
  using Key = std::pair<base::Instant, AsioLoop::TimerId>;
  std::map<Key, base::Callback> timers;
  std::unordered_map<AsioLoop::TimerId, base::Instant> due;
  AsioLoop::TimerId next_timer = 1;
  base::Instant armed_at = base::Instant::never();

  // One thread runs it, any thread may post: concurrency hint 1 keeps the locks and drops needless
  // wake-ups.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::unique_ptr<asio::signal_set> signals;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      alarm{context};

  void arm();
  void fire_due();
};

}  // namespace net
