#include "app/key_notice.h"

#include <ostream>

#include "app/master_key.h"

namespace app {

void warn_of_variables(const config::Settings& settings, const os::Environment& environment, base::Log& log) {
  if (settings.environment != config::Deployment::kProduction) return;
  // A keyring or a token gives it by the same name, after the start.
  if (key_source(os::config_directory(environment), environment).name != "variable") return;
  log.event(base::Level::kWarning, "key.in_environment",
            {{"variable", kKeyVariable},
             {"note",
              "Whoever may see how this program was started has the key. Use SPOTIFY_MCP_MASTER_KEY_FILE, a "
              "systemd credential, a keyring or a token (docs/keys.md)."}});
}

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
