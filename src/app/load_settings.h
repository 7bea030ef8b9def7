// Settings as a command needs them: the file that was named or found, the environment, the flags; checked.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "config/load.h"
#include "os/environment.h"

namespace app {

struct SettingsRequest {
  // Empty: $SPOTIFY_MCP_CONFIG, else config.json in the configuration directory if it is there, else no file.
  std::string config_file;
  std::map<std::string, json::Value, std::less<>> flags;
};

// Fails when the settings cannot be read or do not hold together. storage.directory is filled in.
base::Result<config::Loaded> load_settings(const SettingsRequest& request, const os::Environment& environment);
// The file that would be read, or "".
std::string find_config_file(const std::string& named, const os::Environment& environment);

}  // namespace app
