// The environment of the process, taken once as a value, so that whoever reads it can be given another in a test.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace os {

class Environment {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  explicit Environment(Variables variables) : variables_(std::move(variables)) {}
  static Environment of_process();

  // An empty variable counts as absent: that is what people mean by `NAME= command`.
  std::optional<std::string> find(std::string_view name) const;
  const Variables& all() const { return variables_; }

 private:
  Variables variables_;
};

// Where a program keeps its files (XDG Base Directory Specification), below "spotify-mcp-server". Empty when neither
// the XDG variable nor HOME is an absolute path.
std::string data_directory(const Environment& environment);
std::string config_directory(const Environment& environment);
std::string state_directory(const Environment& environment);

}  // namespace os
