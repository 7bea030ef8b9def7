#include "net/loop.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/detail/asio_loop.h"

namespace net {

namespace {

base::Instant steady_now() {
  return {std::chrono::duration_cast<base::Duration>(
      std::chrono::steady_clock::now().time_since_epoch())};
}

}  // namespace

AsioLoop::AsioLoop() : impl_(std::make_unique<Impl>()) {}
AsioLoop::~AsioLoop() = default;

base::Instant AsioLoop::now() const { return steady_now(); }

void AsioLoop::post(base::Callback callback) { asio::post(impl_->context, std::move(callback)); }

AsioLoop::TimerId AsioLoop::call_at(base::Instant at, base::Callback callback) {
  ENSURE(at != base::Instant::never());
  const TimerId id = impl_->next_timer++;
  impl_->timers.emplace(Impl::Key(at, id), std::move(callback));
  impl_->due.emplace(id, at);
  if (at < impl_->armed_at) impl_->arm();
  return id;
}

void AsioLoop::cancel(TimerId id) {
  const auto found = impl_->due.find(id);
  if (found == impl_->due.end()) return;
  // The callback may own things that cancel other timers when they die, so it dies last.
  const auto dying = impl_->timers.extract(Impl::Key(found->second, id));
  impl_->due.erase(found);
}

void AsioLoop::run() {
  if (impl_->context.stopped()) impl_->context.restart();
  impl_->context.run();
}

void AsioLoop::stop() { impl_->context.stop(); }

void AsioLoop::call_on(std::initializer_list<int> signals, base::Callback callback) {
  impl_->signals = std::make_unique<asio::signal_set>(impl_->context);
  for (const int signal : signals) impl_->signals->add(signal);
  impl_->signals->async_wait([call = std::move(callback)](const boost::system::error_code& error, int) mutable {
    if (!error) call();
  });
}

AsioLoop::Impl::~Impl() {
  const auto dying = std::move(timers);
  timers.clear();
  due.clear();
}

void AsioLoop::Impl::arm() {
  const base::Instant first = timers.begin()->first.first;
  armed_at = first;
  alarm.expires_at(std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(first.since_start)));
  alarm.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // Armed anew for an earlier time.
    armed_at = base::Instant::never();
    fire_due();
    if (!timers.empty() && timers.begin()->first.first < armed_at) arm();
  });
}

void AsioLoop::Impl::fire_due() {
  const base::Instant now = steady_now();
  // A callback may set timers that are due at once; those wait for the next turn, so that sockets
  // get theirs.
  const TimerId first_new = next_timer;
  for (auto at = timers.begin(); at != timers.end() && at->first.first <= now;) {
    if (at->first.second >= first_new) {
      ++at;
      continue;
    }
    auto node = timers.extract(at);
    due.erase(node.key().second);
    node.mapped()();
    at = timers.begin();
  }
}

ThreadWorker::ThreadWorker() : thread_([this] { work_until_stopped(); }) {}

ThreadWorker::~ThreadWorker() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_one();
}

void ThreadWorker::submit(base::Callback work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  changed_.notify_one();
}

void ThreadWorker::work_until_stopped() {
  std::unique_lock lock(mutex_);
  // Ends when the owner stops it and the queue is empty.
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    base::Callback work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // What it owns dies here, not under the lock.
    lock.lock();
  }
}

}  // namespace net
