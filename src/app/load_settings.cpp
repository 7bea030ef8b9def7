#include "app/load_settings.h"

#include <fmt/format.h>
#include <utility>

#include "app/sealed_config.h"
#include "os/files.h"

namespace app {
namespace {

constexpr size_t kSecretFileBytesMax = size_t{64} * 1024;

base::Result<void> read_config(config::Sources& sources, const os::Environment& environment) {
  TRY(std::string text, os::read_file(sources.file_name, config::kSealedBytesMax));
  if (config::is_sealed(text)) {
    TRY(config::Opened opened, open_sealed(sources.file_name, text, environment));
    sources.file_text = std::string(opened.text.reveal());
    sources.sealed = std::move(opened.header);
    return {};
  }
  if (text.size() > config::kPlainBytesMax) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("{} is larger than {} bytes.", sources.file_name, config::kPlainBytesMax));
  }
  sources.file_text = std::move(text);
  return {};
}

// A host starts the server wherever it likes, and the same settings must mean the same folder: what a file says is seen
// from the file.
void resolve_paths(config::Loaded& loaded, const std::string& file) {
  const std::string whole = os::absolute(file);
  const std::string folder = whole.substr(0, whole.rfind('/') + 1);
  const auto resolve = [&](std::string_view setting, std::string& path) {
    const auto origin = loaded.origins.find(setting);
    const bool of_file = origin != loaded.origins.end() && origin->second.starts_with("file");
    path = os::absolute(path, of_file ? folder : "");
  };
  resolve("storage.directory", loaded.settings.storage.directory);
  resolve("cache.db_path", loaded.settings.cache.db_path);
  resolve("audit.directory", loaded.settings.audit.directory);
  resolve("audit.checkpoints", loaded.settings.audit.checkpoints);
  resolve("server.tls_certificate", loaded.settings.server.tls_certificate);
  resolve("server.tls_key", loaded.settings.server.tls_key);
  resolve("syslog.ca_file", loaded.settings.syslog.ca_file);
  resolve("mail.ca_file", loaded.settings.mail.ca_file);
  resolve("store.ca_file", loaded.settings.store.ca_file);
}

}  // namespace

base::Result<void> settle_paths(config::Loaded& loaded, const std::string& file, const os::Environment& environment) {
  resolve_paths(loaded, file);
  std::string& directory = loaded.settings.storage.directory;
  if (directory.empty()) directory = os::data_directory(environment);
  if (!directory.empty()) return {};
  return base::fail(base::Code::kInvalidArgument,
                    "There is no place for data: neither HOME nor XDG_DATA_HOME is set. Set storage.directory.");
}

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
  if (request.text) {
    sources.file_text = request.text;
    sources.sealed = request.sealed;
  } else if (!sources.file_name.empty()) {
    TRY_VOID(read_config(sources, environment));
  }
  sources.variable = [&environment](std::string_view name) { return environment.find(name); };
  std::vector<std::string> files;
  sources.read_file = [&files](const std::string& path) {
    files.push_back(path);
    return os::read_private_file(path, kSecretFileBytesMax);
  };
  sources.flags = request.flags;
  auto read = config::load(sources);
  if (sources.file_text) const base::Secret wiped(*std::move(sources.file_text));
  TRY(config::Loaded loaded, std::move(read));
  loaded.files = std::move(files);
  if (!sources.file_name.empty()) loaded.files.push_back(sources.file_name);
  TRY_VOID(config::check(loaded.settings));
  TRY_VOID(settle_paths(loaded, sources.file_name, environment));
  const std::string& directory = loaded.settings.storage.directory;
  if (loaded.sealed && request.rollback == Rollback::kRefuse) {
    TRY_VOID(check_generation(directory, *loaded.sealed, sources.file_name));
  }
  return loaded;
}

}  // namespace app
