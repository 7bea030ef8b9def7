#include "tools/doctor.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <set>

#include "base/plural.h"
#include "oauth/token.h"
#include "tools/arguments.h"
#include "tools/needs.h"
#include "tools/present.h"

namespace tools {
namespace {

constexpr std::string_view kLogIn = oauth::kHowToLogIn;

Finding ok(std::string check, std::string finding) {
  return {.check = std::move(check), .level = Level::kOk, .finding = std::move(finding)};
}
Finding warning(std::string check, std::string finding, std::string fix) {
  return {.check = std::move(check), .level = Level::kWarning, .finding = std::move(finding), .fix = std::move(fix)};
}
Finding problem(std::string check, std::string finding, std::string fix) {
  return {.check = std::move(check), .level = Level::kProblem, .finding = std::move(finding), .fix = std::move(fix)};
}

Finding login_finding(const base::Result<LoginStatus>& status, base::Wall now) {
  if (!status) {
    return problem("login", status.error().message,
                   "On the machine of this server, run `spotify-mcp-server status`: it says what is wrong.");
  }
  if (!status->logged_in) {
    return problem("login", status->authorized_at ? "The login has ended." : "Nobody is logged in.",
                   std::string(kLogIn));
  }
  if (status->consent_ends_at && *status->consent_ends_at < now + kEndsSoon) {
    return warning("login", fmt::format("The login ends at {}.", base::to_rfc3339(*status->consent_ends_at)),
                   "Spotify asks for consent every six months. " + std::string(kLogIn));
  }
  return ok("login", "Logged in.");
}

Finding scopes_finding(const Services& services, const LoginStatus& status) {
  const std::set<std::string> granted(status.scopes.begin(), status.scopes.end());
  std::vector<std::string> missing;
  for (const std::string& scope : services.wanted_scopes) {
    if (!granted.contains(scope)) missing.push_back(scope);
  }
  if (missing.empty()) return ok("permissions", "The login has every permission that the offered tools need.");
  return warning("permissions",
                 fmt::format("The login lacks {}; tools that need it will fail.", fmt::join(missing, ", ")),
                 "Log in again and allow everything that is asked. " + std::string(kLogIn));
}

Finding account_finding(const base::Result<spotify::Me>& me) {
  // The message of an error of the client says what to do already.
  if (!me) return problem("account", "Spotify did not answer for the account.", me.error().message);
  if (me->product && *me->product != "premium") {
    return warning("account",
                   fmt::format("The account is \"{}\"; commands of the player will be refused.", me->product->text()),
                   "Controlling playback needs Spotify Premium. Reading works without.");
  }
  return ok("account", "Spotify answers for the account.");
}

void quota_findings(const spotify::QuotaReport& quota, std::vector<Finding>& findings) {
  bool is_blocked = false;
  for (const spotify::BucketUsage& usage : quota.buckets) {
    if (!usage.blocked_until) continue;
    is_blocked = true;
    findings.push_back(problem(
        "quota",
        fmt::format("Spotify takes no {} requests until {}; sent in 24 hours: {}.", spotify::bucket_name(usage.bucket),
                    base::to_rfc3339(*usage.blocked_until), usage.last_24_hours),
        "Wait until then; asking earlier makes it longer. Other kinds of requests may still work."));
  }
  if (!quota.is_shared && !is_blocked) {
    findings.push_back(ok("quota", "Nothing is blocked, as far as this process knows."));
  } else if (!is_blocked) {
    findings.push_back(ok("quota", "Nothing is blocked."));
  }
}

Finding cache_finding(const spotify::CacheReport& report) {
  if (!report.stored) return ok("cache", "Answers are kept in memory only.");
  if (*report.stored)
    return ok("cache", base::count_of((*report.stored)->entries, "answer is", "answers are") + " kept.");
  // What the store says names files of this machine.
  return warning("cache", "The file with cached answers cannot be used; each process keeps its own in memory.",
                 "On the machine of this server, the log names the reason (spotify.cache_failed). Give cache.db_path a "
                 "place in a directory that only this user can reach, or remove the file.");
}

Finding devices_finding(const base::Result<spotify::Several<spotify::Device>>& devices) {
  if (!devices) return warning("devices", "The devices could not be listed.", devices.error().message);
  const auto usable = std::ranges::count_if(*devices, [](const auto& each) { return each.id && !each.is_restricted; });
  if (usable == 0) {
    return warning("devices", "No device is online that takes commands.",
                   "Open Spotify on a phone, a computer or a speaker, then look again.");
  }
  const bool active = std::ranges::any_of(*devices, [](const auto& each) { return each.is_active; });
  return ok("devices", fmt::format("{} commands; {} is active.", base::count_of(usable, "device takes", "devices take"),
                                   active ? "one" : "none"));
}

void conclude(DoctorAnswer& answer) {
  const auto problems = std::ranges::count(answer.findings, Level::kProblem, &Finding::level);
  const auto warnings = std::ranges::count(answer.findings, Level::kWarning, &Finding::level);
  answer.healthy = problems == 0;
  answer.summary = problems + warnings == 0 ? "All is well."
                                            : fmt::format("{} and {}.", base::count_of(problems, "problem"),
                                                          base::count_of(warnings, "warning"));
}

}  // namespace

std::vector<Finding> regime_findings(const base::Result<spotify::Regime>& regime, std::span<const Need> needs) {
  if (!regime) {
    return {warning("app", "It is not known which operations Spotify allows this app.", regime.error().message)};
  }
  std::vector<Finding> findings{
      ok("app", fmt::format("The Spotify app is of the kind {}.", spotify::regime_name(*regime)))};
  std::set<std::string_view> told;
  for (const Need& need : needs) {
    if (spotify::exists_in(spotify::info(need.operation), *regime) || !told.insert(need.tool).second) continue;
    const spotify::OperationInfo& operation = spotify::info(need.operation);
    findings.push_back(warning("tools",
                               fmt::format("{} is not offered: Spotify does not give this app {} {}.", need.tool,
                                           http::method_name(operation.method), operation.path),
                               "Nothing on this side; it takes an app with extended quota."));
  }
  return findings;
}

base::Task<base::Result<DoctorAnswer>> doctor(const Services& services, mcp::CallContext& context, schema::Empty) {
  const auto client = services.client_for(context.principal());
  DoctorAnswer answer;
  const auto status = co_await services.login.status(context.principal());
  answer.findings.push_back(login_finding(status, services.clock.wall()));
  if (status && status->logged_in) {
    answer.findings.push_back(scopes_finding(services, *status));
    const auto me = co_await client->me(fresh_call_of(context));
    answer.findings.push_back(account_finding(me));
    const auto regime = co_await client->regime(call_of(context));
    std::ranges::move(regime_findings(regime, needs()), std::back_inserter(answer.findings));
    const auto devices = co_await client->devices(call_of(context));
    answer.findings.push_back(devices_finding(devices));
  }
  quota_findings(co_await client->quota(), answer.findings);
  answer.findings.push_back(cache_finding(co_await client->cache_report()));
  conclude(answer);
  co_return answer;
}

}  // namespace tools
