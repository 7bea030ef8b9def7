// The environment of the process, taken once as a value, so that whoever reads it can be given another in a test.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/secret.h"

namespace os {

class Environment {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  explicit Environment(Variables variables) : variables_(std::move(variables)) {}
  // The variables of `secrets` are taken out of the process: their bytes are overwritten where they stand, so that
  // /proc/PID/environ does not show them, and no child gets them. They stay in memory that is not swapped out. While
  // there is one thread.
  static Environment of_process(std::span<const std::string_view> secrets = {});

  // An empty variable counts as absent: that is what people mean by `NAME= command`.
  std::optional<std::string> find(std::string_view name) const;
  // Whether find() gives something, for what is not to be copied.
  bool has(std::string_view name) const;
  // Without the secrets.
  const Variables& all() const { return variables_; }
  // As if a variable of that name held it.
  void set_secret(std::string_view name, base::Secret value);

 private:
  Variables variables_;
  // Shared by the copies of this environment.
  std::map<std::string, std::shared_ptr<const base::Secret>, std::less<>> secrets_;
};

// Where a program keeps its files (XDG Base Directory Specification), below "spotify-mcp-server". Empty when neither
// the XDG variable nor HOME is an absolute path.
std::string data_directory(const Environment& environment);
std::string config_directory(const Environment& environment);
std::string state_directory(const Environment& environment);

}  // namespace os
