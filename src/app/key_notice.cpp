#include "app/key_notice.h"

#include <ostream>

namespace app {

std::function<void(const std::string&)> tell_of_key(Process& process, Io& io) {
  return [&process, &io](const std::string& path) {
    process.loop.post([&io, path] {
      io.err << "warning: The Spotify login and the audit trail are sealed with a new key in " << path
             << ". Without that file you have to log in again, and the trail cannot be verified.\n";
    });
  };
}

std::function<void(const std::string&)> log_key(base::Log& log) {
  return [&log](const std::string& path) {
    log.event(base::Level::kWarning, "key.made",
              {{"path", path}, {"note", "It seals the Spotify login and the audit trail. Without it, log in again."}});
  };
}

}  // namespace app
