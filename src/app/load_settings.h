// Settings as a command needs them: the file that was named or found, the environment, the flags; checked.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/load.h"
#include "os/environment.h"

namespace app {

// What is done with a sealed file that is older than the last one that was accepted.
enum class Rollback { kRefuse, kAllow };

struct SettingsRequest {
  // Empty: $SPOTIFY_MCP_CONFIG, else config.json in the configuration directory if it is there, else no file.
  std::string config_file;
  // What the file holds in the clear, where the caller has it already; the file is not read then.
  std::optional<std::string> text = std::nullopt;
  // The header that it is to be judged under, as if it came from a sealed file.
  std::optional<config::SealedHeader> sealed = std::nullopt;
  std::map<std::string, json::Value, std::less<>> flags = {};
  Rollback rollback = Rollback::kRefuse;
};

// Fails when the settings cannot be read or do not hold together. storage.directory is filled in. A sealed file is
// opened with the master key that is there; none is made for it.
base::Result<config::Loaded> load_settings(const SettingsRequest& request, const os::Environment& environment);
// What load_settings() does to paths: those of the file are seen from its folder, and storage.directory is filled in.
base::Result<void> settle_paths(config::Loaded& loaded, const std::string& file, const os::Environment& environment);
// The file that would be read, or "".
std::string find_config_file(const std::string& named, const os::Environment& environment);

}  // namespace app
