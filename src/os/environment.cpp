#include "os/environment.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
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

Environment Environment::of_process(std::span<const std::string_view> secrets) {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, equals);
    if (std::ranges::find(secrets, name) == secrets.end()) {
      environment.variables_.emplace(name, line.substr(equals + 1));
      continue;
    }
    // Of two variables of one name the first counts, and both go.
    if (!environment.secrets_.contains(name)) {
      environment.set_secret(name, base::Secret(std::string(line.substr(equals + 1))));
    }
    // The kernel shows these very bytes to whoever may look.
    ::explicit_bzero(*entry + equals + 1, line.size() - equals - 1);
  }
  for (const std::string_view name : secrets) ::unsetenv(std::string(name).c_str());
  return environment;
}

void Environment::set_secret(std::string_view name, base::Secret value) {
  auto kept = std::make_shared<const base::Secret>(std::move(value));
  const std::string_view text = kept->reveal();
  // A system that gives no locked memory leaves it where other memory is.
  if (!text.empty()) static_cast<void>(::mlock(text.data(), text.size()));
  variables_.erase(std::string(name));
  secrets_.insert_or_assign(std::string(name), std::move(kept));
}

std::optional<std::string> Environment::find(std::string_view name) const {
  if (const auto secret = secrets_.find(name); secret != secrets_.end()) {
    if (secret->second->empty()) return std::nullopt;
    return std::string(secret->second->reveal());
  }
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

bool Environment::has(std::string_view name) const {
  if (const auto secret = secrets_.find(name); secret != secrets_.end()) return !secret->second->empty();
  const auto found = variables_.find(name);
  return found != variables_.end() && !found->second.empty();
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
