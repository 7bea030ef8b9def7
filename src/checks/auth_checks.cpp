// Who may do what: the authorization server where there is one, stored logins, and the tools.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

Outcome judge_metadata(const Facts& facts) {
  const AuthServerFacts& has = *facts.auth_server;
  Texts bad;
  if (has.challenge_methods != Texts{"S256"}) bad.emplace_back("S256 is not the only method");
  for (const std::string_view old : {"implicit", "password"}) {
    if (std::ranges::find(has.grant_types, old) != has.grant_types.end())
      bad.push_back(fmt::format("{} is offered", old));
  }
  if (!has.sends_issuer) bad.emplace_back("answers do not name their issuer");
  return judge(bad.empty(),
               bad.empty() ? "S256 alone, no implicit and no password grant, with issuer." : sentence(bad));
}

Outcome judge_plain_tokens(const Facts& facts) {
  const Texts& found = facts.database->plain_tokens;
  return judge(found.empty(),
               found.empty() ? "No token was found in the bytes of the database." : "Found: " + sentence(found));
}

Outcome judge_unused(const Facts& facts) {
  constexpr std::chrono::days kUnusedMax{90};
  Texts unused;
  if (facts.database->grants.empty()) return not_applicable("Nobody is logged in.");
  for (const GrantFact& grant : facts.database->grants) {
    if (!grant.used) return manual("The store does not keep when a login was used last.");
    if (facts.now - *grant.used > kUnusedMax) unused.push_back(grant.principal);
  }
  return judge(unused.empty(), unused.empty() ? "Each login was used in the last 90 days."
                                              : fmt::format("{} logins were not used for 90 days.", unused.size()));
}

Outcome judge_six_months(const Facts& facts) {
  constexpr std::chrono::days kLife{180};
  constexpr std::chrono::days kNotice{14};
  for (const GrantFact& grant : facts.database->grants) {
    if (!grant.opens) return error("A login could not be opened, so its end is not known.");
    const base::Wall ends = grant.authorized + kLife;
    if (ends - facts.now < kNotice) return fail(fmt::format("A login ends on {}.", day(ends)));
  }
  if (facts.database->grants.empty()) return not_applicable("Nobody is logged in.");
  return pass("No login ends within two weeks.");
}

Outcome judge_scope_table(const Facts& facts) {
  Texts bad;
  for (const ToolFact& tool : facts.program.tools) {
    if (tool.is_destructive && tool.reaches_out && tool.scopes.empty()) bad.push_back(tool.name);
  }
  if (!bad.empty()) return fail("They need no permission: " + sentence(bad));
  Outcome tested = judge_self_test(facts, "AUT-12");
  if (tested.status != Status::kPass) return tested;
  return pass(fmt::format("{} tools; a client sees and calls those of its scopes alone ({} cases).",
                          facts.program.tools.size(), facts.self_tests.find("AUT-12")->second.cases));
}

const Check kChecks[] = {
    {"AUT-01",
     "The authorization server offers what is safe alone",
     Severity::kCritical,
     Subject::kAuthServer,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Do not use this build; report it.",
     judge_metadata},
    {"AUT-02",
     "The metadata of the resource names it canonically",
     Severity::kHigh,
     Subject::kAuthServer,
     {"A07", "A07", "PR.AA-04", "8.5", "CC6.1"},
     "Set the public address to the one that clients use.",
     [](const Facts& facts) {
       const bool same = facts.auth_server->resource == facts.auth_server->canonical_url;
       return judge(same, same ? "They are equal." : "They differ.");
     }},
    {"AUT-03",
     "A redirect that is not registered is not followed",
     Severity::kCritical,
     Subject::kAuthServer,
     {"A01", "A01", "PR.AA-03", "8.26", "CC6.1"},
     "Do not use this build; report it.",
     [](const Facts& facts) {
       return judge(!facts.auth_server->follows_foreign_redirect,
                    facts.auth_server->follows_foreign_redirect ? "It was followed." : "It was refused.");
     }},
    {"AUT-04",
     "No token stands in the database in the clear",
     Severity::kCritical,
     Subject::kDatabase,
     {"A02", "A04", "PR.DS-01", "8.24", "CC6.1"},
     "Log out, remove the database, log in again; report it.",
     judge_plain_tokens},
    {"AUT-05",
     "Nothing is kept past its end",
     Severity::kMedium,
     Subject::kDatabase,
     {"A07", "A07", "PR.AA-05", "8.5", "CC6.1"},
     "Start the server, which removes what has ended.",
     [](const Facts& facts) {
       const Fact<size_t>& rows = facts.database->expired_rows;
       if (!rows) return rows.lacking();
       return judge(*rows == 0, fmt::format("{} rows are past their end.", *rows));
     }},
    {"AUT-06",
     "No user has more sessions than allowed",
     Severity::kMedium,
     Subject::kDatabase,
     {"A07", "A07", "PR.AA-05", "8.5", "CC6.1"},
     "End sessions: `admin sessions`, `admin revoke SESSION`.",
     [](const Facts& facts) {
       if (!facts.config || !facts.config->settings) return facts.config.lacking();
       const auto allowed = static_cast<size_t>(facts.config->settings->security.max_sessions_per_user.value());
       const Fact<size_t>& most = facts.database->sessions_max;
       if (!most) return most.lacking();
       return judge(*most <= allowed, fmt::format("At most {} of {}.", *most, allowed));
     }},
    {"AUT-07",
     "No login lies unused for 90 days",
     Severity::kLow,
     Subject::kDatabase,
     {"A07", "A07", "PR.AA-05", "5.18", "CC6.2"},
     "Log out those who do not come back.",
     judge_unused},
    {"AUT-08",
     "Every grant has a consent",
     Severity::kHigh,
     Subject::kAuthServer,
     {"A01", "A01", "PR.AA-05", "5.15", "CC6.2"},
     "Revoke the grants without one.",
     [](const Facts& facts) {
       return judge(facts.auth_server->grants_without_consent == 0,
                    fmt::format("{} grants without consent.", facts.auth_server->grants_without_consent));
     }},
    {"AUT-09",
     "A revoked token stops at once",
     Severity::kHigh,
     Subject::kSelfTests,
     {"A07", "A07", "RS.MI-01", "8.5", "CC6.2"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return judge_self_test(facts, "AUT-09"); }},
    {"AUT-10",
     "No login at Spotify ends within two weeks",
     Severity::kLow,
     Subject::kDatabase,
     {"A07", "A07", "PR.AA-01", "5.17", "CC6.1"},
     "Log in again: `login`. Spotify ends a login six months after it was made.",
     judge_six_months},
    {"AUT-11",
     "Nobody reaches what is another's",
     Severity::kCritical,
     Subject::kSelfTests,
     {"A01", "A01", "PR.AA-05", "8.3", "CC6.1"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return judge_self_test(facts, "AUT-11"); }},
    {"AUT-12",
     "Every tool names its permissions, and the list is filtered by them",
     Severity::kHigh,
     Subject::kProgram,
     {"A01", "A01", "PR.AA-05", "5.15, 8.2", "CC6.3"},
     "Do not use this build; report it.",
     judge_scope_table},
    {"AUT-13",
     "The definitions of the tools are those that were built",
     Severity::kHigh,
     Subject::kProgram,
     {"A08", "A08", "PR.PS-01", "8.32", "CC8.1"},
     "Install the release again.",
     [](const Facts& facts) {
       const bool same = facts.program.tool_digest == facts.program.locked_digest;
       return judge(same && !facts.program.tool_digest.empty(),
                    same ? "Digest " + facts.program.tool_digest.substr(0, 16) + "."
                         : "The digest differs from the one that was built in.");
     }},
};

}  // namespace

std::span<const Check> auth_checks() { return kChecks; }

}  // namespace checks
