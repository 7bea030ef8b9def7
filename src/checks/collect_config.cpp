#include "checks/collect_config.h"

#include <set>
#include <utility>

#include "base/text.h"
#include "checks/secrets.h"
#include "json/parse.h"

namespace checks {
namespace {

// The names of ${NAME} in a text.
std::set<std::string, std::less<>> variables_in(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 1)) {
    const std::string_view rest = text.substr(at + 2);
    const std::string_view name = rest.substr(0, rest.find('}'));
    if (name.size() < rest.size() && !name.contains(':')) names.emplace(name);
  }
  return names;
}

}  // namespace

ConfigRead read_config(config::Sources sources) {
  ConfigRead read;
  ConfigFacts& facts = read.facts;
  facts.file = sources.file_name;
  facts.is_sealed = sources.sealed.has_value();
  if (sources.sealed) {
    facts.sealed_environment = schema::enum_name(sources.sealed->environment);
    facts.stretched = sources.sealed->stretched;
    facts.generation = sources.sealed->generation;
  }
  if (sources.file_text) {
    if (auto document = json::parse(*sources.file_text, {.bytes_max = config::kPlainBytesMax})) {
      facts.document = *std::move(document);
    }
    facts.plain_secrets = find_plain_secrets(facts.document);
  }
  // A variable that is not set here stays as it is written, so that the rest can be judged.
  std::set<std::string, std::less<>> unset;
  if (sources.file_text) {
    for (const std::string& name : variables_in(*sources.file_text)) {
      if (!sources.variable(name)) unset.insert(name);
    }
  }
  facts.unset_variables.assign(unset.begin(), unset.end());
  sources.variable = [given = std::move(sources.variable), unset](std::string_view name) -> std::optional<std::string> {
    if (auto value = given(name)) return value;
    if (unset.contains(name)) return "${" + std::string(name) + "}";
    return std::nullopt;
  };
  auto loaded = config::load(sources);
  if (sources.file_text) const base::Secret wiped(*std::move(sources.file_text));
  if (!loaded) {
    for (const std::string_view line : base::split(loaded.error().message, '\n')) facts.problems.emplace_back(line);
    return read;
  }
  facts.environment_is_declared = loaded->origins.contains("environment");
  read.loaded = *std::move(loaded);
  return read;
}

}  // namespace checks
