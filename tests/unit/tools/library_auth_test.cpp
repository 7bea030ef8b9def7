// The library's writes and the auth tools.
#include <set>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

TEST_CASE("saving, checking and removing, in requests of 40") {
  Bench bench;
  const json::Array uris = bench.track_uris(90, 500);
  const auto saved = bench.answer("save_to_library", json::Object{{"uris", uris}});
  CHECK(text(saved, "status") == "verified");
  CHECK(integer(saved, "done") == 90);
  CHECK(bench.writes() == 3);
  const auto checked = bench.answer("check_library", json::Object{{"uris", uris}});
  CHECK(integer(checked, "saved") == 90);
  CHECK(text(items(checked)[7], "uri") == uris[7].string());
  bench.done("remove_from_library", json::Object{{"uris", uris}});
  CHECK(integer(bench.answer("check_library", json::Object{{"uris", uris}}), "saved") == 0);
}

TEST_CASE("the same URI twice is saved once") {
  Bench bench;
  const auto saved =
      bench.answer("save_to_library", json::Object{{"uris", json::Array{bench.track_uri(500), bench.track_uri(500)}}});
  CHECK(integer(saved, "asked") == 1);
}

TEST_CASE("artists and albums go through the same tools") {
  Bench bench;
  const auto& catalogue = bench.simulator.catalogue();
  const json::Array uris{"spotify:artist:" + catalogue.artists[0].id,
                         "https://open.spotify.com/album/" + catalogue.albums[0].id};
  bench.answer("save_to_library", json::Object{{"uris", uris}});
  CHECK(bench.simulator.user().followed_artists.contains(catalogue.artists[0].id));
  CHECK(bench.simulator.user().albums.contains(catalogue.albums[0].id));
}

TEST_CASE("what takes every kind of item asks for the permission of every kind") {
  Bench bench;
  for (const mcp::Tool& tool : all_tools(bench.services)) {
    const std::set<std::string> scopes(tool.info.scopes.begin(), tool.info.scopes.end());
    if (tool.info.name == "save_to_library" || tool.info.name == "remove_from_library") {
      CHECK(scopes.contains("user-follow-modify"));
      CHECK(scopes.contains("user-library-modify"));
      CHECK(scopes.contains("playlist-modify-public"));
    }
    if (tool.info.name == "check_library") {
      CHECK(scopes.contains("user-follow-read"));
      CHECK(!scopes.contains("user-library-modify"));
    }
  }
}

TEST_CASE("a login that may save but not follow is told the one permission that it lacks") {
  Bench bench;
  const std::string artist = "spotify:artist:" + bench.simulator.catalogue().artists[0].id;
  bench.tokens.token = bench.simulator.grant({"user-library-modify", "user-library-read", "user-follow-read"}).access;
  const std::string error = bench.error("save_to_library", json::Object{{"uris", json::Array{artist}}});
  CHECK(error.contains("(user-follow-modify)"));
  CHECK(!error.contains("user-library-modify"));
  CHECK(error.contains("get_auth_url"));
}

TEST_CASE("a library write that stops half way says how far it came") {
  Bench bench;
  bench.fault({.kind = FaultKind::kQuotaExceeded, .method = "PUT", .path = "/me/library", .skip = 1, .times = 9});
  const auto saved = bench.answer("save_to_library", json::Object{{"uris", bench.track_uris(90, 500)}});
  CHECK(text(saved, "status") == "partial");
  CHECK(integer(saved, "done") == 40);

  Bench lost;
  lost.fault({.kind = FaultKind::kResetBefore, .method = "PUT", .path = "/me/library"});
  CHECK(text(lost.answer("save_to_library", json::Object{{"uris", lost.track_uris(2, 500)}}), "status") == "ambiguous");
}

TEST_CASE("the status of the login, with the name sanitised") {
  Bench bench;
  const auto answer = bench.answer("get_auth_status", json::Object{});
  CHECK(answer.find("logged_in")->boolean());
  CHECK(text(answer, "name") == "Robin");
  CHECK_FALSE(text(answer, "summary").contains("six months"));
  bench.login.current.consent_ends_at = bench.loop.wall() + kEndsSoon;
  CHECK_FALSE(text(bench.answer("get_auth_status", json::Object{}), "summary").contains("six months"));
  bench.login.current.consent_ends_at = bench.loop.wall() + (kEndsSoon - std::chrono::seconds(1));
  CHECK(text(bench.answer("get_auth_status", json::Object{}), "summary").contains("log in again before"));
  bench.login.current = {};
  CHECK(text(bench.answer("get_auth_status", json::Object{}), "summary").contains("get_auth_url"));
}

TEST_CASE("a login within the assistant: address, callback, status") {
  Bench bench;
  bench.login.current.logged_in = false;
  const auto url = bench.answer("get_auth_url", json::Object{});
  CHECK(text(url, "auth_url").starts_with("https://accounts.spotify.com/"));
  CHECK(text(url, "summary").contains("authenticate"));
  CHECK(integer(url, "valid_for_s") == 300);
  CHECK(bench.error("authenticate", json::Object{{"callback_url", "http://127.0.0.1:1/callback?code=wrong"}})
            .contains("get_auth_url"));
  CHECK(bench.answer("authenticate", json::Object{{"callback_url", bench.login.good_callback}})
            .find("logged_in")
            ->boolean());
}

TEST_CASE("logout forgets the login once, and a dry run does not") {
  Bench bench;
  CHECK(text(bench.done("logout", json::Object{{"dry_run", true}}), "status") == "dry_run");
  CHECK(bench.login.logouts == 0);
  CHECK(text(bench.done("logout", json::Object{}), "status") == "verified");
  CHECK(text(bench.done("logout", json::Object{}), "status") == "unchanged");
}

}  // namespace
}  // namespace tools
