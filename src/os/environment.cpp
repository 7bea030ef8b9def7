#include "os/environment.h"

#include <unistd.h>

namespace os {
namespace {

std::string below(const Environment& environment, std::string_view variable, std::string_view under_home) {
  constexpr std::string_view kProgram = "/spotify-mcp-server";
  const auto own = environment.find(variable);
  // The specification says that a relative path is invalid and must be ignored.
  if (own && own->starts_with('/')) return *own + std::string(kProgram);
  const auto home = environment.find("HOME");
  if (home && home->starts_with('/')) return *home + std::string(under_home) + std::string(kProgram);
  return {};
}

}  // namespace

Environment Environment::of_process() {
  Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::string data_directory(const Environment& environment) {
  return below(environment, "XDG_DATA_HOME", "/.local/share");
}

std::string config_directory(const Environment& environment) {
  return below(environment, "XDG_CONFIG_HOME", "/.config");
}

std::string state_directory(const Environment& environment) {
  return below(environment, "XDG_STATE_HOME", "/.local/state");
}

}  // namespace os
