// The toolset "operations": what it says of cache and quota is what happened, and the doctor finds what is wrong.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"
#include "tools/doctor.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

// The finding of one check; the worst one where there are several.
json::Value finding(const json::Value& answer, std::string_view check) {
  json::Value found;
  for (const json::Value& each : answer.find("findings")->array()) {
    if (each.text_or_empty("check") != check) continue;
    if (found.is_null() || each.text_or_empty("level") != "ok") found = each;
  }
  return found;
}
std::string level(const json::Value& answer, std::string_view check) {
  return std::string(finding(answer, check).text_or_empty("level"));
}
json::Value bucket(const json::Value& answer, std::string_view name) {
  for (const json::Value& each : answer.find("buckets")->array()) {
    if (each.text_or_empty("bucket") == name) return each;
  }
  return {};
}

TEST_CASE("the cache says how often it helped") {
  Bench bench;
  const json::Object show{{"show_id", bench.simulator.catalogue().shows[0].id}};
  for (int i = 0; i < 3; ++i) bench.answer("get_show", show);
  const auto answer = bench.answer("get_cache_stats", json::Object{});
  CHECK(integer(answer, "memory_entries") == 1);
  CHECK(integer(answer, "memory_hits") == 2);
  CHECK(integer(answer, "memory_misses") == 1);
  CHECK(integer(answer, "memory_bytes") > 0);
  CHECK(integer(answer, "stored_hits") == 0);
  CHECK(answer.find("stored_entries") == nullptr);
  CHECK(text(answer, "summary").starts_with("2 reads"));
  CHECK(bench.simulator.requests("GET /shows/{id}") == 1);
}

TEST_CASE("cleaning removes what is out of date, clearing everything, and a dry run nothing") {
  Bench bench;
  const json::Object show{{"show_id", bench.simulator.catalogue().shows[0].id}};
  bench.answer("get_show", show);
  CHECK(text(bench.answer("cleanup_cache", json::Object{}), "status") == "unchanged");
  CHECK(text(bench.done("clear_user_cache", json::Object{{"dry_run", true}}), "summary").contains("remove 1 "));
  CHECK(integer(bench.answer("get_cache_stats", json::Object{}), "memory_entries") == 1);
  const auto cleared = bench.done("clear_user_cache", json::Object{});
  CHECK(text(cleared, "status") == "verified");
  CHECK(integer(cleared, "removed") == 1);
  bench.answer("get_show", show);
  CHECK(bench.simulator.requests("GET /shows/{id}") == 2);
  // An answer with an ETag is good for a confirmation for an hour beyond its end.
  bench.loop.run_for(std::chrono::hours(2));
  CHECK(text(bench.answer("cleanup_cache", json::Object{{"dry_run", true}}), "status") == "dry_run");
  CHECK(integer(bench.answer("cleanup_cache", json::Object{}), "removed") == 1);
  CHECK(bench.writes() == 0);
}

TEST_CASE("the quota status counts each request in its bucket") {
  Bench bench;
  bench.answer("search_tracks", json::Object{{"query", "midnight"}, {"limit", 25}});
  bench.answer("get_saved_shows", json::Object{});
  const auto answer = bench.answer("get_quota_status", json::Object{});
  CHECK(integer(bucket(answer, "search"), "last_24_hours") == 3);
  CHECK(integer(bucket(answer, "library"), "last_24_hours") == 1);
  CHECK(integer(bucket(answer, "player"), "last_24_hours") == 0);
  CHECK(integer(answer, "window_used") == 4);
  CHECK(answer.find("all_processes")->boolean() == false);
  CHECK(text(answer, "summary").starts_with("4 requests"));
  CHECK(text(answer, "summary").contains("Nothing is blocked"));
}

TEST_CASE("a used-up quota shows in the status and in the doctor's findings, with its end") {
  sim::spotify::Config config;
  config.quota.per_day = 2;
  Bench bench(std::move(config));
  bench.answer("search_tracks", json::Object{{"query", "one"}, {"limit", 5}});
  bench.answer("search_tracks", json::Object{{"query", "two"}, {"limit", 5}});
  CHECK(bench.error("search_tracks", json::Object{{"query", "three"}}).contains("quota for search"));
  CHECK(bench.simulator.spent("search") == 2);
  const auto status = bench.answer("get_quota_status", json::Object{});
  CHECK_FALSE(text(bucket(status, "search"), "blocked_until").empty());
  CHECK(bucket(status, "library").find("blocked_until") == nullptr);
  const auto checked = bench.answer("doctor", json::Object{});
  CHECK(level(checked, "quota") == "problem");
  CHECK(text(finding(checked, "quota"), "finding").contains("search"));
  CHECK_FALSE(checked.find("healthy")->boolean());
  // Nothing more was asked of the closed bucket.
  CHECK(bench.simulator.requests("GET /search") == 3);
}

TEST_CASE("a doctor with nothing to say says so, and writes nothing") {
  Bench bench;
  bench.login.current.scopes = {};
  bench.services.wanted_scopes = {};
  const auto answer = bench.answer("doctor", json::Object{});
  INFO(json::write(answer));
  CHECK(answer.find("healthy")->boolean());
  CHECK(text(answer, "summary") == "All is well.");
  for (const char* check : {"login", "permissions", "account", "app", "devices", "quota", "cache"}) {
    CHECK(level(answer, check) == "ok");
    CHECK(finding(answer, check).find("fix") == nullptr);
  }
  CHECK(text(finding(answer, "app"), "finding").contains("dev2026"));
  CHECK(bench.writes() == 0);
}

TEST_CASE("the doctor says once of each tool that the app cannot have why that is so") {
  const std::vector<Need> needs{{"search", spotify::Operation::kSearch},
                                {"recommend", spotify::Operation::kGetRecommendations},
                                {"recommend", spotify::Operation::kGetMarkets},
                                {"list_markets", spotify::Operation::kGetMarkets}};
  const auto of = [&](spotify::Regime regime) { return regime_findings(regime, needs); };
  const auto found = of(spotify::Regime::kDev2026);
  REQUIRE(found.size() == 3);
  CHECK(found[0].finding == "The Spotify app is of the kind dev2026.");
  CHECK(found[1].finding == "recommend is not offered: Spotify does not give this app GET /recommendations.");
  CHECK(found[2].finding == "list_markets is not offered: Spotify does not give this app GET /markets.");
  for (const Finding& each : {found[1], found[2]}) {
    CHECK(each.level == Level::kWarning);
    CHECK(each.fix.value_or("").contains("extended quota"));
  }
  CHECK(of(spotify::Regime::kExtended).size() == 2);
  const auto unknown = regime_findings(base::fail(base::Code::kUnavailable, "Try again later."), needs);
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].fix == "Try again later.");
}

TEST_CASE("the doctor names the regime of each kind of app, and asks for it once") {
  for (const auto regime :
       {sim::spotify::Regime::kDev2026, sim::spotify::Regime::kDevLegacy, sim::spotify::Regime::kExtended}) {
    sim::spotify::Config config;
    config.regime = regime;
    Bench bench(std::move(config));
    for (int i = 0; i < 2; ++i) {
      CHECK(text(finding(bench.answer("doctor", json::Object{}), "app"), "finding")
                .contains(sim::spotify::regime_name(regime)));
    }
    CHECK(bench.simulator.requests("GET /markets") == 1);
  }
}

TEST_CASE("whoever is not logged in is told how, and nothing is asked of Spotify") {
  Bench bench;
  bench.login.current = {};
  const auto answer = bench.answer("doctor", json::Object{});
  CHECK(level(answer, "login") == "problem");
  CHECK(text(finding(answer, "login"), "fix").contains("get_auth_url"));
  CHECK(bench.simulator.requests() == 0);
}

TEST_CASE("a login that ends soon and permissions that are missing are warnings") {
  Bench bench;
  bench.login.current.consent_ends_at = bench.loop.wall() + std::chrono::days(12);
  bench.services.wanted_scopes = {"user-top-read", "user-library-read"};
  const auto answer = bench.answer("doctor", json::Object{});
  CHECK(level(answer, "login") == "warning");
  CHECK(level(answer, "permissions") == "warning");
  CHECK(text(finding(answer, "permissions"), "finding").contains("user-library-read"));
  CHECK_FALSE(text(finding(answer, "permissions"), "finding").contains("user-top-read"));
  CHECK(answer.find("healthy")->boolean());
}

TEST_CASE("what concerns the whole app is found and explained, and no word of Spotify's comes through") {
  Bench bench;
  bench.fault({.kind = FaultKind::kPremiumOwner, .path = "/", .times = 99});
  const auto answer = bench.answer("doctor", json::Object{});
  CHECK(level(answer, "account") == "problem");
  CHECK(text(finding(answer, "account"), "fix").contains("Renew it"));
  CHECK(level(answer, "app") == "warning");
  CHECK_FALSE(json::write(answer).contains("When the subscription status changes"));
}

TEST_CASE("no device that takes commands is a warning") {
  Bench bench;
  bench.tokens.token = bench.simulator.grant(sim::spotify::all_scopes(), sim::spotify::kFriendUser).access;
  if (!bench.simulator.user(sim::spotify::kFriendUser).player.devices().empty()) return;
  const auto answer = bench.answer("doctor", json::Object{});
  CHECK(level(answer, "devices") == "warning");
  CHECK(text(finding(answer, "devices"), "fix").contains("Open Spotify"));
}

TEST_CASE("every finding that is not well has a fix") {
  Bench bench;
  bench.login.current.consent_ends_at = bench.loop.wall();
  bench.services.wanted_scopes = {"user-library-read"};
  bench.fault({.kind = FaultKind::kStatus, .path = "/", .times = 99, .status = 500});
  const auto answer = bench.answer("doctor", json::Object{});
  for (const json::Value& each : answer.find("findings")->array()) {
    CHECK((each.find("fix") != nullptr) == (each.text_or_empty("level") != "ok"));
  }
  CHECK(text(answer, "summary").contains("problem"));
}

}  // namespace
}  // namespace tools
