// Changes of whole playlists against the simulator: what they do, what they ask, and what they refuse.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/tools/curation_bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

TEST_CASE("duplicates are found by URI and by recording, with their positions") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const auto same = bench.answer("find_duplicates", json::Object{{"playlist_id", id}, {"match", "uri"}});
  CHECK(integer(same, "total_groups") == 1);
  CHECK(integer(same, "surplus") == 2);
  const auto all = bench.answer("find_duplicates", json::Object{{"playlist_id", id}, {"match", "recording"}});
  CHECK(integer(all, "total_groups") == 2);
  const auto& copies = all.find("groups")->array()[0].find("copies")->array();
  REQUIRE(copies.size() == 3);
  CHECK(integer(copies[0], "position") == 1);
  CHECK_FALSE(text(copies[0], "name").empty());
  CHECK(bench.writes() == 0);
}

TEST_CASE("dedupe keeps the first of each, and undo brings the rest back") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const Uris before = bench.now(id);
  const auto answer = bench.done("dedupe_playlist", json::Object{{"playlist_id", id}, {"match", "recording"}});
  CHECK(status(answer) == "verified");
  CHECK(integer(answer, "removed") == 3);
  const Uris after = bench.now(id);
  CHECK(after.size() == before.size() - 3);
  CHECK(std::set<std::string>(after.begin(), after.end()).size() == after.size());
  CHECK(integer(answer, "items_after") == static_cast<int64_t>(after.size()));
  const auto again = bench.answer("dedupe_playlist", json::Object{{"playlist_id", id}, {"match", "recording"}});
  CHECK(status(again) == "unchanged");
  const auto undone = bench.done("undo", json::Object{{"receipt", text(answer, "receipt")}});
  CHECK(status(undone) == "verified");
  CHECK(bench.now(id) == before);
  // And the undo itself can be taken back.
  CHECK(status(bench.done("undo", json::Object{})) == "verified");
  CHECK(bench.now(id) == after);
}

TEST_CASE("what is looked for is what would be taken out, unless said otherwise") {
  CurationBench bench;
  const json::Object same{{"playlist_id", bench.playlist_id("Twice as nice")}};
  json::Object dry = same;
  dry.set("dry_run", true);
  CHECK(integer(bench.answer("find_duplicates", same), "surplus") ==
        integer(bench.answer("dedupe_playlist", dry), "removed"));
}

TEST_CASE("what is not there is not called removed, and one is not called several") {
  CurationBench bench;
  auto& playlist = bench.playlist("Empty for now");
  bench.fill(playlist, {bench.track_uri(0), bench.track_uri(1)});
  const json::Object gone{{"playlist_id", playlist.id}, {"uris", bench.track_uris(1, 50)}};
  const auto nothing = bench.answer("remove_tracks_from_playlist", gone);
  CHECK(status(nothing) == "unchanged");
  CHECK(text(nothing, "summary") == "Nothing to do: \"Empty for now\" does not hold that item.");
  const auto one =
      bench.done("remove_tracks_from_playlist", {{"playlist_id", playlist.id}, {"uris", bench.track_uris(1)}});
  CHECK(text(one, "summary").starts_with("Removed every occurrence of 1 item: 1 removed."));
  CHECK(text(one, "playlist_id") == playlist.id);
  CHECK(text(one, "uri") == "spotify:playlist:" + playlist.id);
  bench.fill(playlist, {bench.track_uri(0), bench.track_uri(0)});
  const auto found = bench.answer("find_duplicates", json::Object{{"playlist_id", playlist.id}});
  CHECK(text(found, "summary").contains("holds 1 group of duplicates"));
  CHECK(text(found, "summary").contains("take out 1 of 2 items"));
  const auto again = bench.done("dedupe_playlist", {{"playlist_id", playlist.id}});
  CHECK(text(again, "summary").starts_with("Took out 1 duplicate: 1 removed."));
  CHECK(text(bench.answer("dedupe_playlist", json::Object{{"playlist_id", playlist.id}}), "summary") ==
        "Nothing to do: \"Empty for now\" holds nothing twice.");
  const auto file = bench.answer("export_playlist", json::Object{{"playlist_id", playlist.id}});
  CHECK(text(file, "summary") == "1 of 1 item as csv.");
}

TEST_CASE("a dry run shows the exact effect and sends nothing") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const Uris before = bench.now(id);
  const auto answer = bench.answer("dedupe_playlist", json::Object{{"playlist_id", id}, {"dry_run", true}});
  CHECK(status(answer) == "dry_run");
  CHECK(integer(answer, "removed") == 2);
  CHECK(integer(answer, "items_before") == static_cast<int64_t>(before.size()));
  CHECK(integer(answer, "items_after") == static_cast<int64_t>(before.size()) - 2);
  CHECK(text(answer, "summary").contains("Would take out 2 duplicates in \"Twice as nice\": 2 removed (\""));
  CHECK_FALSE(text(answer, "summary").contains("request"));
  CHECK_FALSE(text(answer, "summary").ends_with(' '));
  REQUIRE(answer.find("changes")->array().size() == 2);
  const json::Value& row = answer.find("changes")->array()[0];
  CHECK(text(row, "change") == "removed");
  CHECK(text(row, "uri") == before[static_cast<size_t>(integer(row, "from"))]);
  CHECK(answer.find("receipt") == nullptr);
  CHECK(bench.writes() == 0);
}

TEST_CASE("without a way to ask nothing happens but by the ticket of that very call") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const Uris before = bench.now(id);
  const json::Object arguments{{"playlist_id", id}};
  const auto refused = bench.answer("dedupe_playlist", arguments);
  CHECK(status(refused) == "unchanged");
  CHECK(text(refused, "summary").contains("confirm"));
  const std::string ticket = text(refused, "confirm");
  const auto with = [&](json::Object more, std::string confirm) {
    more.set("confirm", std::move(confirm));
    return more;
  };
  CHECK(bench.error("dedupe_playlist", with(arguments, "made-up")).contains("dry_run"));
  CHECK(
      bench.error("dedupe_playlist", with({{"playlist_id", id}, {"match", "recording"}}, ticket)).contains("confirm"));
  CHECK(bench.error("shuffle_playlist", with(arguments, ticket)).contains("confirm"));
  // Another state of the playlist, another principal, a quarter of an hour later.
  bench.loop.run_for(std::chrono::minutes(16));
  CHECK(bench.error("dedupe_playlist", with(arguments, ticket)).contains("15 minutes"));
  const std::string second = text(bench.answer("dedupe_playlist", arguments), "confirm");
  bench.answer("reorder_playlist", json::Object{{"playlist_id", id}, {"range_start", 0}, {"insert_before", 2}});
  CHECK(bench.error("dedupe_playlist", with(arguments, second)).contains("changed since"));
  mcp::CallContext other(bench.loop, {.id = "somebody"}, mcp::Revision::k2026_07_28, base::Instant::never());
  const std::string third = text(bench.answer("dedupe_playlist", arguments), "confirm");
  CHECK(bench.run(other, "dedupe_playlist", with(arguments, third)).is_error);
  CHECK(bench.writes() == 1);
  CHECK(bench.now(id).size() == before.size());
}

TEST_CASE("a client that can ask is asked, and only a yes is one") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const json::Object arguments{{"playlist_id", id}};
  const json::Object no{{"action", "accept"}, {"content", json::Object{{"go_ahead", false}}}};
  for (const json::Object& reply : {json::Object{{"action", "decline"}}, json::Object{{"action", "cancel"}}, no}) {
    const auto result = bench.asked("dedupe_playlist", arguments, reply);
    CHECK(status(*result.structured) == "unchanged");
    CHECK(text(*result.structured, "summary").contains("did not agree"));
    CHECK(result.structured->find("confirm") == nullptr);
  }
  CHECK(bench.writes() == 0);
  CHECK(bench.heard.front().contains("take out 2 duplicates"));
  CHECK(bench.heard.front().contains("Twice as nice"));
  CHECK(status(*bench.asked("dedupe_playlist", arguments, yes()).structured) == "verified");
  // A dry run of such a client gives no ticket that would go round the person.
  CHECK(bench.asked("shuffle_playlist", json::Object{{"playlist_id", id}, {"dry_run", true}}, yes())
            .structured->find("confirm") == nullptr);
}

TEST_CASE("sorting few that are out of place moves them and keeps the dates") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  bench.done("sort_playlist", json::Object{{"playlist_id", id}, {"by", "title"}});
  const Uris sorted = bench.now(id);
  bench.answer("reorder_playlist", json::Object{{"playlist_id", id}, {"range_start", 3}, {"insert_before", 90}});
  bench.simulator.reset_counts();
  const auto answer = bench.done("sort_playlist", json::Object{{"playlist_id", id}, {"by", "title"}});
  CHECK(bench.now(id) == sorted);
  CHECK(bench.writes() == 1);
  CHECK(integer(answer, "dates_lost") == 0);
  CHECK(status(bench.done("sort_playlist", json::Object{{"playlist_id", id}, {"by", "title"}})) == "unchanged");
}

TEST_CASE("a playlist with a local file is shuffled around it, and nothing is lost") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Mixed bag");
  Uris before = bench.now(id);
  const auto answer = bench.done("shuffle_playlist", json::Object{{"playlist_id", id}});
  CHECK(status(answer) == "verified");
  Uris after = bench.now(id);
  CHECK(after != before);
  std::ranges::sort(before);
  std::ranges::sort(after);
  CHECK(after == before);
}

TEST_CASE("replace gives exactly these items") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const auto answer =
      bench.done("replace_playlist_items", json::Object{{"playlist_id", id}, {"uris", bench.track_uris(150)}});
  CHECK(status(answer) == "verified");
  REQUIRE(bench.now(id).size() == 150);
  for (size_t n = 0; n < 150; ++n) CHECK(bench.now(id)[n] == bench.track_uri(n));
  bench.done("replace_playlist_items", json::Object{{"playlist_id", id}, {"uris", json::Array{}}});
  CHECK(bench.now(id).empty());
}

TEST_CASE("somebody else's playlist is neither read nor written, and the error says so") {
  CurationBench bench;
  std::string id;
  for (const auto& [each, playlist] : bench.simulator.world().playlists()) {
    if (playlist.owner == "sim-friend" && !playlist.is_collaborative) id = each;
  }
  for (const char* tool : {"find_duplicates", "dedupe_playlist", "shuffle_playlist", "snapshot_playlist"}) {
    CHECK(bench.error(tool, json::Object{{"playlist_id", id}}).contains("owner and collaborators"));
  }
  CHECK(bench.writes() == 0);
}

TEST_CASE("what Spotify does not take any more is left out, and the rest is written") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  json::Array uris = bench.track_uris(250);
  for (const size_t n : {0UL, 120UL, 249UL}) uris[n] = "spotify:track:" + std::string(21, '0') + std::to_string(n % 7);
  const auto answer = bench.done("replace_playlist_items", json::Object{{"playlist_id", id}, {"uris", uris}});
  CHECK(status(answer) == "verified");
  CHECK(text(answer, "summary").contains("3 items"));
  CHECK(integer(answer, "items_after") == 247);
  Uris expected;
  for (size_t n = 0; n < 250; ++n) {
    if (n != 0 && n != 120 && n != 249) expected.push_back(bench.track_uri(n));
  }
  CHECK(bench.now(id) == expected);
  CHECK(status(bench.done("undo", json::Object{})) == "verified");
}

TEST_CASE("a read that fails at any place ends without a write, and the next call goes on there") {
  for (int nth = 0; nth < 4; ++nth) {
    CurationBench bench;
    bench.fault({.kind = FaultKind::kStatus, .path = "/playlists", .skip = nth, .times = 1, .status = 403});
    const json::Object arguments{{"playlist_id", bench.playlist_id("Everything, always")}, {"dry_run", true}};
    CHECK(bench.call("shuffle_playlist", arguments).is_error);
    CHECK(bench.simulator.requests() == nth + 1);
    bench.simulator.reset_counts();
    CHECK(status(bench.answer("shuffle_playlist", arguments)) == "dry_run");
    // A head with 100 items, and the pages of 50 that were not read before.
    CHECK(bench.simulator.requests() == (nth < 2 ? 4 : 5 - nth));
    CHECK(bench.writes() == 0);
  }
}

TEST_CASE("undo leaves alone what somebody changed since, unless forced") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const Uris before = bench.now(id);
  const auto answer = bench.done("dedupe_playlist", json::Object{{"playlist_id", id}});
  bench.answer("add_tracks_to_playlist", json::Object{{"playlist_id", id}, {"uris", bench.track_uris(1, 900)}});
  const Uris changed = bench.now(id);
  const json::Object arguments{{"receipt", text(answer, "receipt")}};
  const auto stale = bench.answer("undo", arguments);
  CHECK(status(stale) == "stale");
  CHECK(text(stale, "summary").contains("force"));
  CHECK(bench.now(id) == changed);
  json::Object forced = arguments;
  forced.set("force", true);
  CHECK(status(bench.done("undo", forced)) == "verified");
  CHECK(bench.now(id) == before);
}

TEST_CASE("undo knows only receipts of its principal, and says which there are") {
  CurationBench bench;
  CHECK(bench.error("undo", json::Object{}).contains("no receipt"));
  const auto answer = bench.done("dedupe_playlist", json::Object{{"playlist_id", bench.playlist_id("Twice as nice")}});
  CHECK(bench.error("undo", json::Object{{"receipt", "rcpt_none"}}).contains(text(answer, "receipt")));
  mcp::CallContext other(bench.loop, {.id = "somebody"}, mcp::Revision::k2026_07_28, base::Instant::never());
  const auto result = bench.run(other, "undo", json::Object{{"receipt", text(answer, "receipt")}});
  CHECK(result.is_error);
}

TEST_CASE("when nothing can be kept nothing is changed") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  class Full final : public store::Archive {
   public:
    base::Task<base::Result<void>> put(std::string, store::Kept) override {
      co_return base::fail(base::Code::kUnavailable, "The disk is full.");
    }
    base::Task<base::Result<std::optional<store::Kept>>> get(std::string, std::string) override {
      co_return std::nullopt;
    }
    base::Task<base::Result<std::vector<store::Kept>>> list(std::string, std::string, std::string) override {
      co_return std::vector<store::Kept>();
    }
    base::Task<base::Result<void>> erase(std::string, std::string) override { co_return base::Result<void>(); }
    base::Task<base::Result<void>> forget(std::string) override { co_return base::Result<void>(); }
  } full;
  Desk desk({full, bench.loop, bench.random});
  Services services{.client_for = bench.services.client_for, .login = bench.login, .clock = bench.loop, .desk = desk};
  const auto tools = all_tools(services);
  const auto tool =
      std::ranges::find(tools, std::string("dedupe_playlist"), [](const auto& each) { return each.info.name; });
  mcp::CallContext context(bench.loop, {}, mcp::Revision::k2026_07_28, base::Instant::never());
  const auto result = bench.loop.run(tool->call(context, json::Object{{"playlist_id", id}}));
  CHECK(result.is_error);
  CHECK(bench.writes() == 0);
}

}  // namespace
}  // namespace tools
