#include "checks/unit_score.h"

#include <fmt/format.h>

#include "base/text.h"
#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

// Each with the value that it must have; several are separated by "|", an empty one means set to nothing.
struct Directive {
  std::string_view name;
  std::string_view values;
};
constexpr Directive kRequired[] = {
    {"NoNewPrivileges", "yes|true"},   {"CapabilityBoundingSet", ""},         {"AmbientCapabilities", ""},
    {"ProtectSystem", "strict"},       {"ProtectHome", "yes|true|tmpfs"},     {"PrivateTmp", "yes|true"},
    {"PrivateDevices", "yes|true"},    {"PrivateUsers", "yes|true"},          {"ProtectClock", "yes|true"},
    {"ProtectHostname", "yes|true"},   {"ProtectKernelTunables", "yes|true"}, {"ProtectKernelModules", "yes|true"},
    {"ProtectKernelLogs", "yes|true"}, {"ProtectControlGroups", "yes|true"},  {"ProtectProc", "invisible"},
    {"ProcSubset", "pid|all"},         {"RestrictNamespaces", "yes|true"},    {"RestrictRealtime", "yes|true"},
    {"RestrictSUIDSGID", "yes|true"},  {"LockPersonality", "yes|true"},       {"MemoryDenyWriteExecute", "yes|true"},
    {"RemoveIPC", "yes|true"},         {"SystemCallArchitectures", "native"},
};
// Set to something, whatever it is.
constexpr std::string_view kPresent[] = {"SystemCallFilter", "RestrictAddressFamilies", "UMask"};

bool is_as_required(const UnitFacts& unit, const Directive& directive) {
  const auto found = unit.service.find(directive.name);
  if (found == unit.service.end() || found->second.empty()) return false;
  const std::string value = base::to_lower_ascii(found->second.back());
  if (directive.values.empty()) return value.empty();
  for (const std::string_view good : base::split(directive.values, '|')) {
    if (value == good) return true;
  }
  return false;
}

std::string user_problem(const UnitFacts& unit) {
  const auto dynamic = unit.service.find("DynamicUser");
  if (dynamic != unit.service.end() && (dynamic->second.back() == "yes" || dynamic->second.back() == "true")) return {};
  const auto user = unit.service.find("User");
  if (user == unit.service.end() || user->second.back().empty()) return "User";
  return user->second.back() == "root" || user->second.back() == "0" ? "User (it is root)" : "";
}

// systemd starts what stands behind a "+" or "!" with all rights, outside of what the unit says.
Texts privileged_commands(const UnitFacts& unit) {
  Texts found;
  for (const auto& [name, values] : unit.service) {
    if (!name.starts_with("Exec")) continue;
    for (const std::string& value : values) {
      const std::string_view prefix = std::string_view(value).substr(0, value.find_first_not_of("@-:+!|"));
      if (prefix.find_first_of("+!") != std::string_view::npos)
        found.push_back(name + " (it is outside of the sandbox)");
    }
  }
  return found;
}

}  // namespace

Outcome judge_unit(const Facts& facts) {
  const UnitFacts& unit = *facts.unit;
  Texts missing;
  if (std::string wrong = user_problem(unit); !wrong.empty()) missing.push_back(std::move(wrong));
  for (const Directive& each : kRequired) {
    if (!is_as_required(unit, each)) missing.emplace_back(each.name);
  }
  for (const std::string_view name : kPresent) {
    const auto found = unit.service.find(name);
    if (found == unit.service.end() || found->second.back().empty()) missing.emplace_back(name);
  }
  for (std::string& each : privileged_commands(unit)) missing.push_back(std::move(each));
  const size_t all = std::size(kRequired) + std::size(kPresent) + 1;
  if (missing.empty()) return pass(fmt::format("All {} directives are there.", all));
  return fail(fmt::format("{} of {} directives are missing or weak: {}", missing.size(), all, sentence(missing)));
}

}  // namespace checks
