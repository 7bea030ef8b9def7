// What the service limits and delays: quota, rate, changes that show late, markets, and recordings that are exchanged.
#include <string>

#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;

namespace {

using std::chrono::hours;
using std::chrono::seconds;

spotify::Config with(spotify::Quota quota, spotify::Regime regime = spotify::Regime::kDev2026) {
  spotify::Config config;
  config.quota = quota;
  config.regime = regime;
  return config;
}

int64_t retry_after(const Reply& reply) { return std::stoll(std::string(reply.headers.find("Retry-After").value())); }

std::string lagging_show(const Harness& harness) { return harness.simulator.catalogue().shows[30].id; }

}  // namespace

TEST_CASE("a quota of a bucket is used up, named, and comes back as its requests get a day old") {
  Harness harness(with({.per_day = 3}));
  CHECK(harness.get("/me").status == 200);
  harness.pass(std::chrono::minutes(50));
  for (int i = 0; i < 2; ++i) CHECK(harness.get("/me").status == 200);
  const Reply refused = harness.get("/me/top/artists");
  CHECK(refused.status == 429);
  CHECK(refused.reason() == "QUOTA_EXCEEDED");
  CHECK(retry_after(refused) == 23 * 3600 + 600);
  // Other buckets have their own, and a refusal does not count.
  CHECK(harness.get("/me/shows").status == 200);
  CHECK(harness.simulator.spent("user") == 3);
  CHECK(harness.simulator.spent("library") == 1);
  harness.pass(hours(23) + std::chrono::minutes(10));
  harness.token = harness.simulator.grant().access;
  CHECK(harness.get("/me").status == 200);
  CHECK(harness.get("/me").status == 429);
}

TEST_CASE("the rate of the app is limited whatever is asked, without a quota reason") {
  Harness harness(with({.per_30_seconds = 2}));
  CHECK(harness.get("/me").status == 200);
  harness.pass(seconds(10));
  CHECK(harness.get("/me/shows").status == 200);
  const Reply refused = harness.get("/me/tracks");
  CHECK(refused.status == 429);
  CHECK(refused.reason().empty());
  CHECK(retry_after(refused) == 20);
  harness.pass(seconds(20));
  CHECK(harness.get("/me/tracks").status == 200);
}

TEST_CASE("an app with extended quota has a rate and no quota") {
  Harness harness(with({.per_day = 1}, spotify::Regime::kExtended));
  for (int i = 0; i < 5; ++i) CHECK(harness.get("/me").status == 200);
}

TEST_CASE("changes of the library show late when they are told to") {
  spotify::Config config;
  config.write_lag = seconds(5);
  Harness harness(std::move(config));
  const std::string uri = "spotify:show:" + lagging_show(harness);
  const std::string check = "/me/library/contains?uris=" + uri;
  CHECK(harness.put("/me/library?uris=" + uri).status == 200);
  CHECK(harness.get(check).text == "[false]");
  CHECK_FALSE(harness.get("/me/shows").text.contains(lagging_show(harness)));
  harness.pass(seconds(5));
  CHECK(harness.get(check).text == "[true]");
  CHECK(harness.get("/me/shows").text.contains(lagging_show(harness)));
}

TEST_CASE("changes of a playlist show late, and a second change makes the first one visible") {
  spotify::Config config;
  config.write_lag = seconds(5);
  Harness harness(std::move(config));
  const std::string id = text_at(harness.post("/me/playlists", R"({"name":"one"})").body, "id");
  CHECK(harness.get("/playlists/" + id).status == 404);
  harness.pass(seconds(5));
  CHECK(harness.put("/playlists/" + id, R"({"name":"two"})").status == 200);
  CHECK(text_at(harness.get("/playlists/" + id).body, "name") == "one");
  CHECK(harness.put("/playlists/" + id, R"({"name":"three"})").status == 200);
  CHECK(text_at(harness.get("/playlists/" + id).body, "name") == "two");
  // What was refused changes nothing of what is seen.
  CHECK(harness.put("/playlists/" + id, R"({"name":7})").status == 400);
  CHECK(text_at(harness.get("/playlists/" + id).body, "name") == "two");
  harness.pass(seconds(5));
  CHECK(text_at(harness.get("/playlists/" + id).body, "name") == "three");
}

TEST_CASE("audiobooks exist in six countries, by the market or else by the account") {
  Harness harness;
  const auto& book = harness.simulator.catalogue().audiobooks[0];
  const std::string chapter = harness.simulator.catalogue().chapters[book.chapters[1]].id;
  for (const std::string& path :
       {"/audiobooks/" + book.id, "/audiobooks/" + book.id + "/chapters", "/chapters/" + chapter}) {
    CHECK(harness.get(path).status == 200);
    CHECK(harness.get(path + "?market=NZ").status == 200);
    CHECK(harness.get(path + "?market=DE").status == 404);
    CHECK(harness.get(path + "?market=de").status == 400);
  }
  const std::string search = "/search?type=audiobook&q=a";
  CHECK(at(harness.get(search).body, "audiobooks.total").integer() > 0);
  CHECK(at(harness.get(search + "&market=DE").body, "audiobooks.total").integer() == 0);
  harness.simulator.user().country = "DE";
  CHECK(harness.get("/audiobooks/" + book.id).status == 404);
  CHECK(harness.get("/audiobooks/" + book.id + "?market=US").status == 200);
}

TEST_CASE("the account's country is that of the configuration, and may come before the market of a request") {
  spotify::Config config;
  config.country = "JP";
  Harness harness(config);
  const std::string restricted = "/tracks/" + harness.simulator.catalogue().tracks[40].id;
  CHECK(at(harness.get(restricted + "?market=from_token").body, "is_playable") == json::Value(true));
  const Reply abroad = harness.get(restricted + "?market=US");
  CHECK(at(abroad.body, "is_playable") == json::Value(false));
  CHECK(text_at(abroad.body, "restrictions.reason") == "market");

  config.market_rule = spotify::MarketRule::kAccount;
  Harness documented(config);
  CHECK(at(documented.get(restricted + "?market=US").body, "is_playable") == json::Value(true));
  CHECK(documented.get(restricted).body.find("is_playable") == nullptr);
  CHECK(documented.get(restricted + "?market=usa").message() == "Invalid market code");
}

TEST_CASE("older regimes exchange a recording that a market lacks, and say what was asked for") {
  Harness harness(with({}, spotify::Regime::kExtended));
  const auto& made = harness.simulator.catalogue();
  const std::string& asked = made.tracks[40].id;
  REQUIRE(made.tracks[40].is_restricted);
  const Reply reply = harness.get("/tracks/" + asked + "?market=US");
  CHECK(text_at(reply.body, "linked_from.id") == asked);
  CHECK(text_at(reply.body, "id") != asked);
  CHECK(at(reply.body, "is_playable") == json::Value(true));
  // Where it is licensed, and without a market, it is itself.
  for (const std::string query : {"", "?market=JP"}) {
    const Reply itself = harness.get("/tracks/" + asked + query);
    CHECK(text_at(itself.body, "id") == asked);
    CHECK(itself.body.find("linked_from") == nullptr);
  }
  Harness dev;
  const Reply plain = dev.get("/tracks/" + asked + "?market=US");
  CHECK(text_at(plain.body, "id") == asked);
  CHECK(at(plain.body, "is_playable") == json::Value(false));
}

TEST_CASE("older regimes have categories to browse") {
  Harness harness(with({}, spotify::Regime::kDevLegacy));
  const Reply page = harness.get("/browse/categories?limit=2&offset=1");
  CHECK(at(page.body, "categories.total").integer() == 6);
  CHECK(at(page.body, "categories.items").array().size() == 2);
  const std::string id = text_at(page.body, "categories.items.0.id");
  CHECK(text_at(harness.get("/browse/categories/" + id).body, "name") == text_at(page.body, "categories.items.0.name"));
  CHECK(harness.get("/browse/categories/none").status == 404);
}
