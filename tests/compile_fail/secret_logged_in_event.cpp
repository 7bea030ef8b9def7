// expect: no matching constructor for initialization of 'const base::Field'
#include "base/log.h"
#include "base/secret.h"

void log(base::Log& log, const base::Secret& secret) {
  log.event(base::Level::kInfo, "login.done", {{"token", secret}});
}
