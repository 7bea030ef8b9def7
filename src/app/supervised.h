// A server as a service of systemd, or of whoever speaks its protocol (os/supervisor.h). Where there is no supervisor,
// nothing is said. What cannot be said is logged: the server is worth having without it.
#pragma once

#include <string_view>

#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "os/environment.h"

namespace app {

// The socket that was opened for `serve`; -1: none was. kInvalidArgument when there are several.
base::Result<int> passed_listener(const os::Environment& environment);

class Supervised {
 public:
  // Both must outlive it.
  Supervised(const os::Environment& environment, base::Log& log) : environment_(environment), log_(log) {}

  // Requests are answered from now on.
  void ready() const;
  void stopping() const;
  // Tells again and again that the loop runs, where the supervisor wants to know, until it is dropped.
  static base::Task<void> stay_alive(const Supervised* self, base::Loop* loop);

 private:
  void tell(std::string_view state) const;

  const os::Environment& environment_;
  base::Log& log_;
};

}  // namespace app
