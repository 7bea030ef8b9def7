#include "os/signals.h"

#include <csignal>
#include <cstdint>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <thread>
#include <unistd.h>

#include "base/check.h"

namespace os {

void ignore_broken_pipes() { ENSURE(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR); }

struct SignalWaiter::Impl {
  sigset_t before{};
  int signals = -1;
  int stop = -1;
  std::jthread thread;
};

SignalWaiter::SignalWaiter(std::function<void(int signal)> on_signal, Hangup hangup) : impl_(std::make_unique<Impl>()) {
  sigset_t waited;
  sigemptyset(&waited);
  sigaddset(&waited, SIGINT);
  sigaddset(&waited, SIGTERM);
  if (hangup == Hangup::kIsTold) sigaddset(&waited, SIGHUP);
  ENSURE(pthread_sigmask(SIG_BLOCK, &waited, &impl_->before) == 0);
  impl_->signals = ::signalfd(-1, &waited, SFD_CLOEXEC | SFD_NONBLOCK);
  impl_->stop = ::eventfd(0, EFD_CLOEXEC);
  ENSURE(impl_->signals >= 0 && impl_->stop >= 0);
  impl_->thread = std::jthread([signals = impl_->signals, stop = impl_->stop, on_signal = std::move(on_signal)] {
    pollfd waits[] = {{signals, POLLIN, 0}, {stop, POLLIN, 0}};
    // Ends when the owner writes to `stop`.
    while (true) {
      if (::poll(waits, 2, -1) < 0) continue;
      if (waits[1].revents != 0) return;
      signalfd_siginfo info{};
      if (::read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        on_signal(static_cast<int>(info.ssi_signo));
      }
    }
  });
}

SignalWaiter::~SignalWaiter() {
  const uint64_t one = 1;
  ENSURE(::write(impl_->stop, &one, sizeof one) == static_cast<ssize_t>(sizeof one));
  impl_->thread.join();
  ::close(impl_->signals);
  ::close(impl_->stop);
  pthread_sigmask(SIG_SETMASK, &impl_->before, nullptr);
}

}  // namespace os
