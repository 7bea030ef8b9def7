#include "app/supervised.h"

#include <vector>

#include "os/supervisor.h"

namespace app {

base::Result<int> passed_listener(const os::Environment& environment) {
  TRY(const std::vector<int> sockets, os::passed_sockets(environment));
  if (sockets.size() > 1) {
    return base::fail(base::Code::kInvalidArgument,
                      "The supervisor passed several sockets, and serve listens at one. Name one ListenStream= in the "
                      "socket unit.");
  }
  return sockets.empty() ? -1 : sockets.front();
}

void Supervised::ready() const { tell("READY=1"); }
void Supervised::stopping() const { tell("STOPPING=1"); }

base::Task<void> Supervised::stay_alive(const Supervised* self, base::Loop* loop) {
  const auto interval = os::watchdog_interval(self->environment_);
  if (!interval) co_return;
  while (true) {  // Until the server drops it.
    self->tell("WATCHDOG=1");
    co_await base::sleep_for(*loop, *interval / 2);
  }
}

void Supervised::tell(std::string_view state) const {
  const auto told = os::tell_supervisor(environment_, state);
  if (!told) log_.event(base::Level::kWarning, "supervisor.not_told", {{"why", told.error().message}});
}

}  // namespace app
