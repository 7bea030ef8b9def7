// What every change passes before its handler: the consent of the person, for every tool that takes something away, and
// the budget of its principal.
#include "tools/guard.h"

#include <string>
#include <vector>

#include "store/memory.h"
#include "tests/unit/tools/curation_bench.h"
#include "tests/unit/tools/writes.h"

#include "tests/test.h"

namespace tools {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

bool is_destructive(const Bench& bench, const std::string& tool) {
  return bench.find(tool).info.effect == mcp::Effect::kDestroy;
}

// Whether anything was changed, at Spotify or here.
bool is_untouched(const Bench& bench) { return bench.writes() == 0 && bench.login.logouts == 0; }

TEST_CASE("every tool that takes something away asks first, and without a yes nothing happens") {
  size_t destructive = 0;
  CurationBench counted;
  const size_t all = every_write(counted).size();
  for (size_t n = 0; n < all; ++n) {
    CurationBench bench;
    const WriteCall call = every_write(bench)[n];
    INFO(call.tool);
    const bool has_confirm = bench.find(call.tool).input_schema.find("properties")->find("confirm") != nullptr;
    if (!is_destructive(bench, call.tool)) {
      CHECK(has_confirm == (call.tool == "import_playlist"));
      continue;
    }
    ++destructive;
    CHECK(has_confirm);
    // Nobody can be asked, and nobody agreed.
    const auto refused = bench.answer(call.tool, call.arguments);
    CHECK(status(refused) == "unchanged");
    CHECK(text(refused, "summary").starts_with("Nothing was changed yet. Would "));
    CHECK_FALSE(text(refused, "confirm").empty());
    // Somebody is asked, and does not agree.
    const auto declined = bench.asked(call.tool, call.arguments, json::Object{{"action", "decline"}});
    CHECK(status(*declined.structured) == "unchanged");
    REQUIRE(bench.heard.size() == 1);
    CHECK(bench.heard.front().ends_with(" Do you agree?"));
    CHECK_FALSE(bench.heard.front().contains("Dry run"));
    // A ticket of another call, and none at all.
    json::Object forged = call.arguments;
    forged.set("confirm", bench.desk.ticket_for("something else"));
    CHECK(bench.error(call.tool, forged).contains("confirm does not belong to this call"));
    forged.set("confirm", 7);
    CHECK(bench.error(call.tool, forged).contains("confirm must be"));
    CHECK(is_untouched(bench));
    // A yes.
    const auto agreed = bench.asked(call.tool, call.arguments, yes());
    INFO(Bench::text_of(agreed));
    CHECK_FALSE(agreed.is_error);
    if (call.tool != "clear_user_cache") CHECK_FALSE(is_untouched(bench));
  }
  CHECK(destructive == 13);
}

TEST_CASE("the question names what would be gone, as it may be shown, and how much more") {
  CurationBench bench;
  auto& user = bench.simulator.user();
  json::Array uris;
  for (size_t n = 0; n < 5; ++n) uris.emplace_back("spotify:track:" + user.tracks.items()[n].id);
  const auto name_of = [&](const json::Value& uri) {
    const auto details = bench.answer("get_track_details", json::Object{{"track_id", uri.string()}});
    return "\"" + text(details, "name") + "\" by \"" + text(details.find("artists")->array().front(), "name") + "\"";
  };
  const std::string first = name_of(uris[0]);
  bench.asked("remove_from_library", json::Object{{"uris", uris}}, json::Object{{"action", "decline"}});
  REQUIRE(bench.heard.size() == 1);
  CHECK(bench.heard[0] == "Remove from library: Would remove " + first + ", " + name_of(uris[1]) + ", " +
                              name_of(uris[2]) + " and 2 more from the library. Do you agree?");
  // Whoever cannot be asked reads the same.
  const auto told = bench.answer("remove_from_library", json::Object{{"uris", json::Array{uris[0]}}});
  CHECK(text(told, "summary").contains("Would remove " + first + " from the library."));
  // The way back is asked about in the same words.
  bench.answer("save_to_library", json::Object{{"uris", bench.track_uris(1, 2400)}});
  bench.asked("undo", json::Object{}, json::Object{{"action", "decline"}});
  REQUIRE(bench.heard.size() == 2);
  CHECK(bench.heard[1] == "Undo: Would remove " + name_of(bench.track_uri(2400)) + " from the library. Do you agree?");
  // Of a playlist too.
  auto& playlist = bench.playlist("Empty for now");
  bench.fill(playlist, {bench.track_uri(7), bench.track_uri(8)});
  bench.asked("replace_playlist_items", json::Object{{"playlist_id", playlist.id}, {"uris", bench.track_uris(1, 7)}},
              json::Object{{"action", "decline"}});
  REQUIRE(bench.heard.size() == 3);
  CHECK(bench.heard[2].contains("in \"Empty for now\": 1 removed (" + name_of(bench.track_uri(8)) + ")"));
  CHECK(bench.writes() == 1);
}

TEST_CASE("in lockdown the question names URIs") {
  CurationBench bench({.privacy = Privacy::kLockdown});
  const std::string uri = "spotify:track:" + bench.simulator.user().tracks.items().front().id;
  bench.asked("remove_from_library", json::Object{{"uris", json::Array{uri}}}, json::Object{{"action", "decline"}});
  REQUIRE(bench.heard.size() == 1);
  CHECK(bench.heard[0].contains("Would remove " + uri + " from the library."));
}

TEST_CASE("a ticket is for the call, however its client writes it") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const auto refused = bench.answer("dedupe_playlist", json::Object{{"playlist_id", id}});
  const std::string ticket = text(refused, "confirm");
  // With what is the default anyway, in another order.
  const auto answer = bench.answer(
      "dedupe_playlist", json::Object{{"dry_run", false}, {"match", "uri"}, {"confirm", ticket}, {"playlist_id", id}});
  CHECK(status(answer) == "verified");
  // It was for that effect, which is there now.
  const auto again = bench.answer("dedupe_playlist", json::Object{{"playlist_id", id}, {"confirm", ticket}});
  CHECK(status(again) == "unchanged");
}

TEST_CASE("what changed while the person thought is not done") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  mcp::CallContext context(bench.loop, {}, mcp::Revision::k2025_06_18, bench.loop.now() + seconds(90));
  context.set_client_capabilities({{"elicitation", json::Object{}}});
  context.set_ask([&](std::vector<mcp::Question> questions) -> base::Task<base::Result<mcp::Answers>> {
    co_await base::sleep_for(bench.loop, seconds(40));
    bench.fill(*bench.simulator.world().find_playlist(id), {bench.track_uri(1), bench.track_uri(1)});
    mcp::Answers answers;
    answers.emplace(questions.front().key, yes());
    co_return answers;
  });
  const auto result = bench.run(context, "dedupe_playlist", json::Object{{"playlist_id", id}});
  REQUIRE_FALSE(result.is_error);
  CHECK(status(*result.structured) == "stale");
  CHECK(bench.writes() == 0);
}

// A bench whose principal may make few changes.
struct Few {
  explicit Few(policy::BudgetLimits limits, store::Quota* given = nullptr) : budget(limits) {
    bench.chain =
        guard_over({.desk = bench.desk,
                    .clock = bench.loop,
                    .budget = &budget,
                    .ledger = given == nullptr ? &ledger : given,
                    .refused = [this](mcp::Principal, std::string tool, policy::OverBudget) -> base::Task<void> {
                      refused.push_back(std::move(tool));
                      co_return;
                    }});
  }
  mcp::ToolResult volume(int percent) { return bench.call("set_volume", json::Object{{"volume_percent", percent}}); }

  CurationBench bench;
  policy::Budget budget;
  store::MemoryQuota ledger;
  std::vector<std::string> refused;
};

TEST_CASE("a loop of changes ends at the budget, and reads go on") {
  Few few({.per_minute = 5, .per_day = 100});
  int done = 0;
  std::string refusal;
  for (int i = 0; i < 20; ++i) {
    const auto result =
        few.bench.call("add_to_queue", json::Object{{"uri", few.bench.track_uri(static_cast<size_t>(i))}});
    if (result.is_error) {
      CHECK(result.code == base::Code::kRateLimited);
      refusal = Bench::text_of(result);
      break;
    }
    ++done;
  }
  CHECK(done == 5);
  CHECK(few.bench.writes() == 5);
  CHECK(refusal.contains("5 changes in a minute"));
  CHECK(refusal.contains("tools.writes_per_minute"));
  CHECK(few.refused == std::vector<std::string>{"add_to_queue"});
  few.bench.answer("get_queue", json::Object{});
  CHECK(text(few.bench.answer("set_volume", json::Object{{"volume_percent", 3}, {"dry_run", true}}), "status") ==
        "dry_run");
  // Whoever is over it is not even asked.
  CHECK(few.bench.asked("unfollow_playlist", json::Object{{"playlist_id", few.bench.playlist_id("Mixed bag")}}, yes())
            .is_error);
  CHECK(few.bench.heard.empty());
  few.bench.loop.run_for(seconds(60));
  CHECK_FALSE(few.volume(7).is_error);
}

TEST_CASE("the budget of the day is shared by all processes and outlives them") {
  store::MemoryQuota ledger;
  Few first({.per_minute = 0, .per_day = 3}, &ledger);
  CHECK_FALSE(first.volume(11).is_error);
  CHECK_FALSE(first.volume(12).is_error);
  Few second({.per_minute = 0, .per_day = 3}, &ledger);
  CHECK_FALSE(second.volume(13).is_error);
  for (Few* each : {&first, &second}) {
    const auto refused = each->volume(14);
    CHECK(refused.is_error);
    CHECK(Bench::text_of(refused).contains("3 changes in 24 hours"));
  }
  Few later({.per_minute = 0, .per_day = 3}, &ledger);
  CHECK(later.volume(15).is_error);
  later.bench.loop.run_for(hours(24));
  later.bench.tokens.token = later.bench.simulator.grant().access;
  CHECK_FALSE(later.volume(16).is_error);
}

TEST_CASE("what changes nothing costs nothing") {
  Few few({.per_minute = 2, .per_day = 2});
  const std::string id = few.bench.playlist_id("Twice as nice");
  for (int i = 0; i < 5; ++i) {
    // Refused for want of consent; so already.
    CHECK(status(few.bench.answer("dedupe_playlist", json::Object{{"playlist_id", id}})) == "unchanged");
    CHECK(status(few.bench.answer("reorder_playlist",
                                  json::Object{{"playlist_id", id}, {"range_start", 1}, {"insert_before", 2}})) ==
          "unchanged");
  }
  for (int i = 0; i < 5; ++i) {
    // Refused for what it asks: here, and by Spotify.
    CHECK(few.bench.call("set_volume", json::Object{{"volume_percent", 101}}).is_error);
    CHECK(few.bench.call("play", json::Object{{"device_id", "gone"}}).is_error);
  }
  CHECK(status(few.bench.done("dedupe_playlist", {{"playlist_id", id}})) == "verified");
  CHECK_FALSE(few.volume(9).is_error);
  CHECK(few.volume(10).is_error);
}

TEST_CASE("a playlist of the same name is not made twice in a row") {
  CurationBench bench;
  const json::Object mix{{"name", "Rainy"}};
  const auto first = bench.answer("create_playlist", mix);
  const auto second = bench.answer("create_playlist", mix);
  CHECK(status(second) == "unchanged");
  CHECK(text(second, "uri") == text(first, "uri"));
  CHECK(text(second, "summary").contains("less than 10 seconds ago"));
  const std::string id = bench.playlist_id("Mixed bag");
  CHECK(status(bench.answer("clone_playlist", json::Object{{"playlist_id", id}, {"name", "Rainy"}})) == "unchanged");
  CHECK(bench.simulator.requests("POST /me/playlists") == 1);
  // Another name, another principal, and a while later it is no repetition.
  CHECK(status(bench.answer("create_playlist", json::Object{{"name", "Sunny"}})) == "verified");
  mcp::CallContext other(bench.loop, {.id = "somebody"}, mcp::Revision::k2026_07_28, base::Instant::never());
  CHECK(status(*bench.run(other, "create_playlist", mix).structured) == "verified");
  bench.loop.run_for(seconds(11));
  CHECK(status(bench.answer("create_playlist", mix)) == "verified");
}

TEST_CASE("a playlist that may have been made is not made again, one that surely was not is") {
  CurationBench bench;
  bench.fault({.kind = sim::spotify::FaultKind::kResetAfter, .method = "POST", .path = "/me/playlists"});
  CHECK(status(bench.answer("create_playlist", json::Object{{"name", "Rainy"}})) == "ambiguous");
  const auto again = bench.answer("create_playlist", json::Object{{"name", "Rainy"}});
  CHECK(status(again) == "unchanged");
  CHECK(text(again, "summary").contains("get_playlists"));
  bench.fault({.kind = sim::spotify::FaultKind::kStatus, .method = "POST", .path = "/me/playlists", .status = 403});
  CHECK(bench.call("create_playlist", json::Object{{"name", "Sunny"}}).is_error);
  CHECK(status(bench.answer("create_playlist", json::Object{{"name", "Sunny"}})) == "verified");
}

}  // namespace
}  // namespace tools
