#include "config/settings.h"

#include "base/text.h"

namespace schema {
namespace {

constexpr std::array kLevels{std::pair{config::LogLevel::kDebug, std::string_view("debug")},
                             std::pair{config::LogLevel::kInfo, std::string_view("info")},
                             std::pair{config::LogLevel::kWarning, std::string_view("warning")},
                             std::pair{config::LogLevel::kError, std::string_view("error")}};

}  // namespace

json::Object Type<config::LogLevel>::schema() {
  json::Array names;
  for (const auto& [level, name] : kLevels) names.emplace_back(name);
  return {{"type", "string"}, {"enum", std::move(names)}};
}

void Type<config::LogLevel>::read(const json::Value& value, config::LogLevel& out, Reader& reader) {
  if (!value.is_string()) return reader.wrong_type("a string", value);
  for (const auto& [level, name] : kLevels) {
    if (base::equals_ignoring_case(name, value.string())) {
      out = level;
      return;
    }
  }
  reader.problem("must be one of: debug, info, warning, error");
}

json::Value Type<config::LogLevel>::write(config::LogLevel value) {
  for (const auto& [level, name] : kLevels) {
    if (level == value) return name;
  }
  return "";
}

void Type<config::SecretText>::read(const json::Value& value, config::SecretText& out, Reader& reader) {
  if (!value.is_string()) return reader.wrong_type("a string", value);
  out = config::SecretText(value.string());
}

}  // namespace schema
