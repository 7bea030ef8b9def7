#include "app/load_settings.h"

#include "os/files.h"

namespace app {
namespace {

constexpr size_t kConfigBytesMax = size_t{256} * 1024;
constexpr size_t kSecretFileBytesMax = size_t{64} * 1024;

}  // namespace

std::string find_config_file(const std::string& named, const os::Environment& environment) {
  if (!named.empty()) return named;
  if (const auto variable = environment.find("SPOTIFY_MCP_CONFIG")) return *variable;
  const std::string directory = os::config_directory(environment);
  const std::string usual = directory + "/config.json";
  return !directory.empty() && os::exists(usual) ? usual : "";
}

base::Result<config::Loaded> load_settings(const SettingsRequest& request, const os::Environment& environment) {
  config::Sources sources;
  sources.file_name = find_config_file(request.config_file, environment);
  if (!sources.file_name.empty()) {
    TRY(sources.file_text, os::read_file(sources.file_name, kConfigBytesMax));
  }
  sources.variable = [&environment](std::string_view name) { return environment.find(name); };
  sources.read_file = [](const std::string& path) { return os::read_private_file(path, kSecretFileBytesMax); };
  sources.flags = request.flags;
  TRY(config::Loaded loaded, config::load(sources));
  TRY_VOID(config::check(loaded.settings));
  std::string& directory = loaded.settings.storage.directory;
  if (directory.empty()) directory = os::data_directory(environment);
  if (directory.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      "There is no place for data: neither HOME nor XDG_DATA_HOME is set. Set storage.directory.");
  }
  return loaded;
}

}  // namespace app
