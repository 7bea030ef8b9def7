#include "app/commands/check_at_start.h"

#include <fmt/format.h>
#include <ostream>
#include <utility>
#include <vector>

#include "app/commands/check_facts.h"
#include "app/version.h"
#include "app/commands/waivers.h"
#include "checks/report.h"
#include "http/url.h"
#include "os/system_clock.h"

namespace app::commands {
namespace {

bool is_asked_for(const Arguments& arguments, const config::Settings& settings) {
  if (arguments.has("--require-check")) return true;
  switch (settings.security.check_at_start) {
    case config::CheckAtStart::kAlways:
      return true;
    case config::CheckAtStart::kNever:
      return false;
    case config::CheckAtStart::kExposed:
      break;
  }
  return settings.environment == config::Deployment::kProduction && !http::is_loopback_host(settings.server.host);
}

void tell(const std::vector<const checks::Finding*>& open, Io& io) {
  io.err << fmt::format("error: The security checks refuse this start. Critical findings: {}.\n", open.size());
  for (const checks::Finding* each : open) {
    io.err << fmt::format("  {} {}: {}\n    {}\n", each->check->id, each->check->title, each->outcome.evidence,
                          each->check->remedy);
  }
  io.err << "Mend them, or accept one for a while with --waivers FILE. `spotify-mcp-server security-check start` shows "
            "every finding (docs/security-check.md).\n";
}

}  // namespace

base::Result<std::optional<int>> check_at_start(const Command& command, const Arguments& arguments,
                                                const config::Settings& settings, Io& io) {
  if (!is_asked_for(arguments, settings)) return std::nullopt;
  const os::SystemClock clock;
  checks::Request request{.command = "start", .fail_on = checks::Severity::kCritical};
  TRY(request.waivers, waivers_of(arguments, clock.wall()));
  TRY(const auto asked, checks::asked_by(request));
  const checks::RealHost host;
  CheckRequest gathering{command, arguments, io, host, {}};
  for (const checks::Check* each : asked) gathering.families.insert(checks::family_of(*each));
  TRY(const checks::Facts facts, gather_facts(gathering, clock.wall()));
  TRY(const checks::Report report, checks::make_report(std::move(request), facts, std::string(version())));
  std::vector<const checks::Finding*> open;
  for (const checks::Finding& each : report.findings) {
    if (checks::is_open(each) && each.check->severity == checks::Severity::kCritical) open.push_back(&each);
  }
  if (open.empty()) return std::nullopt;
  tell(open, io);
  return kRefusedByChecks;
}

Option require_check_option() {
  return {.name = "--require-check",
          .kind = OptionKind::kSwitch,
          .about = "Do not start while a check of `security-check start` finds something critical."};
}

Option waivers_option() {
  return {.name = "--waivers", .value = "FILE", .about = "What is accepted, by whom and until when."};
}

}  // namespace app::commands
