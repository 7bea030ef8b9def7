// Following artists: in every regime by the request that it has, read back afterwards, and nothing sent in vain.
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;
using sim::spotify::Regime;

sim::spotify::Config of_regime(Regime regime) {
  sim::spotify::Config config;
  config.regime = regime;
  return config;
}

// Artists that the default user does not follow.
json::Array strangers(Bench& bench, size_t count) {
  json::Array ids;
  for (const auto& artist : bench.simulator.catalogue().artists) {
    if (ids.size() == count) break;
    if (!bench.simulator.user().followed_artists.contains(artist.id)) ids.emplace_back(artist.id);
  }
  REQUIRE(ids.size() == count);
  return ids;
}

TEST_CASE("artists are followed and unfollowed in every regime, and read back") {
  for (const Regime regime : {Regime::kDev2026, Regime::kDevLegacy, Regime::kExtended}) {
    CAPTURE(static_cast<int>(regime));
    Bench bench(of_regime(regime));
    const json::Array ids = strangers(bench, 55);
    const auto followed = bench.answer("follow_artists", json::Object{{"artist_ids", ids}});
    CHECK(text(followed, "status") == "verified");
    CHECK(integer(followed, "done") == 55);
    for (const json::Value& id : ids) CHECK(bench.simulator.user().followed_artists.contains(id.string()));
    const bool by_library = regime == Regime::kDev2026;
    CHECK(bench.simulator.requests("PUT /me/library") == (by_library ? 2 : 0));
    CHECK(bench.simulator.requests("PUT /me/following") == (by_library ? 0 : 2));
    const auto left = bench.done("unfollow_artists", json::Object{{"artist_ids", ids}});
    CHECK(text(left, "status") == "verified");
    for (const json::Value& id : ids) CHECK_FALSE(bench.simulator.user().followed_artists.contains(id.string()));
    CHECK(bench.simulator.requests("DELETE /me/following") == (by_library ? 0 : 2));
    // The regime is asked for once.
    CHECK(bench.simulator.requests("GET /markets") == 1);
  }
}

TEST_CASE("who is followed already is not followed again") {
  Bench bench;
  json::Array ids = strangers(bench, 1);
  const std::string followed = bench.followed();
  ids.emplace_back("https://open.spotify.com/artist/" + followed);
  ids.emplace_back("spotify:artist:" + followed);
  const auto answer = bench.answer("follow_artists", json::Object{{"artist_ids", ids}});
  CHECK(integer(answer, "done") == 1);
  CHECK(text(answer, "summary").contains("1 was followed already"));
  const auto again = bench.answer("follow_artists", json::Object{{"artist_ids", ids}});
  CHECK(text(again, "status") == "unchanged");
  CHECK(bench.writes() == 1);
}

TEST_CASE("a dry run reads, says what would happen and changes nothing") {
  Bench bench;
  const json::Array ids = strangers(bench, 3);
  const auto answer = bench.answer("follow_artists", json::Object{{"artist_ids", ids}, {"dry_run", true}});
  CHECK(text(answer, "status") == "dry_run");
  CHECK(text(answer, "summary").contains("Would follow \""));
  const std::string followed = bench.followed();
  const auto other =
      bench.done("unfollow_artists", json::Object{{"artist_ids", json::Array{followed}}, {"dry_run", true}});
  CHECK(text(other, "summary").contains("Would unfollow \""));
  CHECK(bench.writes() == 0);
  CHECK(bench.simulator.requests("GET /markets") == 0);
}

TEST_CASE("what may have happened is said to be so, and is not sent twice") {
  // Without an answer it is looked up: verified when Spotify shows it, ambiguous when not.
  for (const auto kind : {FaultKind::kResetAfter, FaultKind::kResetBefore}) {
    Bench bench;
    bench.fault({.kind = kind, .method = "PUT", .path = "/me/library"});
    const auto answer = bench.answer("follow_artists", json::Object{{"artist_ids", strangers(bench, 2)}});
    CHECK(text(answer, "status") == (kind == FaultKind::kResetAfter ? "verified" : "ambiguous"));
    CHECK(bench.writes() == 1);
  }
}

TEST_CASE("a change that Spotify takes and does not make is not called verified") {
  Bench bench;
  bench.fault({.kind = FaultKind::kEmpty200, .method = "PUT", .path = "/me/library"});
  bench.fault({.kind = FaultKind::kStatusAfter,
               .method = "GET",
               .path = "/me/library/contains",
               .skip = 1,
               .times = 9,
               .status = 404});
  const auto answer = bench.answer("follow_artists", json::Object{{"artist_ids", strangers(bench, 2)}});
  CHECK(text(answer, "status") == "accepted");
  CHECK(text(answer, "summary").contains("could not be read back"));
}

TEST_CASE("a follow that stops half way says how far it came") {
  Bench bench;
  bench.fault({.kind = FaultKind::kQuotaExceeded, .method = "PUT", .path = "/me/library", .skip = 1, .times = 9});
  const auto answer = bench.answer("follow_artists", json::Object{{"artist_ids", strangers(bench, 90)}});
  CHECK(text(answer, "status") == "partial");
  CHECK(integer(answer, "done") == 40);
}

TEST_CASE("a login without the permission is told which one it lacks") {
  Bench bench;
  const json::Array ids = strangers(bench, 1);
  bench.tokens.token = bench.simulator.grant({"user-follow-read"}).access;
  CHECK(bench.error("follow_artists", json::Object{{"artist_ids", ids}}).contains("user-follow-modify"));
  bench.tokens.token = bench.simulator.grant({"user-follow-modify"}).access;
  CHECK(bench.error("follow_artists", json::Object{{"artist_ids", ids}}).contains("user-follow-read"));
  CHECK_FALSE(bench.simulator.user().followed_artists.contains(ids[0].string()));
  bench.tokens.logged_out = true;
  CHECK(bench.error("follow_artists", json::Object{{"artist_ids", ids}}).contains("Not logged in"));
}

TEST_CASE("what is no artist is refused before anything is sent") {
  Bench bench;
  CHECK(bench.error("follow_artists", json::Object{{"artist_ids", json::Array{bench.track_uri(0)}}})
            .contains("artist_ids"));
  CHECK(bench.error("follow_artists", json::Object{{"artist_ids", json::Array{}}}).contains("artist_ids"));
  CHECK(bench.simulator.requests() == 0);
}

}  // namespace
}  // namespace tools
