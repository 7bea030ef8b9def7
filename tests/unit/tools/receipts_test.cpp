// The way back from every change, by its receipt, and where there is none.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/tools/curation_bench.h"
#include "tests/unit/tools/writes.h"
#include "tools/receipt.h"

#include "tests/test.h"

namespace tools {
namespace {

std::string receipt(const json::Value& answer) {
  const std::string id = text(answer, "receipt");
  CHECK(id.starts_with("rcpt_"));
  return id;
}
json::Value undo(CurationBench& bench, const json::Value& answer) {
  return bench.done("undo", {{"receipt", receipt(answer)}});
}

TEST_CASE("what was added is taken out where it was put, and only there") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const Uris before = bench.now(id);
  const auto at_end =
      bench.answer("add_tracks_to_playlist", json::Object{{"playlist_id", id}, {"uris", bench.track_uris(120)}});
  CHECK(status(undo(bench, at_end)) == "verified");
  CHECK(bench.now(id) == before);
  // One that is there already: its older copy stays.
  const auto inside = bench.answer(
      "add_tracks_to_playlist", json::Object{{"playlist_id", id}, {"uris", json::Array{before[9]}}, {"position", 3}});
  CHECK(status(undo(bench, inside)) == "verified");
  CHECK(bench.now(id) == before);
}

TEST_CASE("what was added and then moved is left alone, unless forced") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const Uris before = bench.now(id);
  const auto added =
      bench.answer("add_tracks_to_playlist", json::Object{{"playlist_id", id}, {"uris", bench.track_uris(1, 2000)}});
  bench.answer("reorder_playlist", json::Object{{"playlist_id", id}, {"range_start", 250}, {"insert_before", 7}});
  CHECK(status(undo(bench, added)) == "stale");
  CHECK(bench.now(id) != before);
  CHECK(status(bench.done("undo", {{"receipt", receipt(added)}, {"force", true}})) == "verified");
  CHECK(bench.now(id) == before);
  CHECK(
      bench.error("undo", json::Object{{"receipt", receipt(added)}, {"finish", true}}).contains("cannot be finished"));
}

TEST_CASE("what was removed comes back where it was") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Twice as nice");
  const Uris before = bench.now(id);
  const auto removed =
      bench.done("remove_tracks_from_playlist", {{"playlist_id", id}, {"uris", json::Array{before[1], before[4]}}});
  CHECK(bench.now(id) != before);
  CHECK(status(undo(bench, removed)) == "verified");
  CHECK(bench.now(id) == before);
}

TEST_CASE("a playlist that is too long is not read for one removal, and gets back the items but not their places") {
  CurationBench bench;
  auto& playlist = bench.playlist("Empty for now");
  Uris uris;
  for (size_t n = 0; n < 2500; ++n) uris.push_back(bench.track_uri(n));
  bench.fill(playlist, uris);
  const auto dry =
      bench.answer("remove_tracks_from_playlist",
                   json::Object{{"playlist_id", playlist.id}, {"uris", bench.track_uris(2, 10)}, {"dry_run", true}});
  CHECK(text(dry, "summary").contains("at its end"));
  const auto removed =
      bench.done("remove_tracks_from_playlist", {{"playlist_id", playlist.id}, {"uris", bench.track_uris(2, 10)}});
  CHECK(status(removed) == "verified");
  CHECK(bench.simulator.requests("GET /playlists/{id}/items") == 0);
  CHECK(playlist.entries().size() == 2498);
  bench.time_allowed = std::chrono::seconds(600);
  CHECK(status(undo(bench, removed)) == "verified");
  REQUIRE(playlist.entries().size() == 2500);
  CHECK(playlist.entries()[2498].uri == bench.track_uri(10));
  CHECK(playlist.entries()[2499].uri == bench.track_uri(11));
}

TEST_CASE("what was moved goes back, in both directions, and not over what came since") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const Uris before = bench.now(id);
  for (const auto& [from, to] : {std::pair{2, 40}, std::pair{40, 2}, std::pair{0, 250}}) {
    const auto moved = bench.answer(
        "reorder_playlist",
        json::Object{{"playlist_id", id}, {"range_start", from}, {"insert_before", to}, {"range_length", 5}});
    CHECK(bench.now(id) != before);
    CHECK(status(undo(bench, moved)) == "verified");
    CHECK(bench.now(id) == before);
  }
  const auto moved =
      bench.answer("reorder_playlist", json::Object{{"playlist_id", id}, {"range_start", 2}, {"insert_before", 9}});
  bench.answer("add_tracks_to_playlist", json::Object{{"playlist_id", id}, {"uris", bench.track_uris(1)}});
  CHECK(status(undo(bench, moved)) == "stale");
}

TEST_CASE("a playlist is called as before, but for a description that was not there") {
  CurationBench bench;
  auto& playlist = bench.playlist("Mixed bag");
  playlist.description = "Tea & <b>rain</b>";
  const auto old = playlist.visibility;
  const auto changed =
      bench.answer("update_playlist", json::Object{{"playlist_id", playlist.id},
                                                   {"name", "Bag"},
                                                   {"description", "Other"},
                                                   {"public", old != sim::spotify::Visibility::kPublic}});
  CHECK(status(changed) == "verified");
  CHECK(playlist.visibility != old);
  CHECK(status(undo(bench, changed)) == "verified");
  CHECK(playlist.name == "Mixed bag");
  CHECK(playlist.description == "Tea & <b>rain</b>");
  CHECK(playlist.visibility == old);
  CHECK(status(bench.answer("update_playlist", json::Object{{"playlist_id", playlist.id}, {"name", "Mixed bag"}})) ==
        "unchanged");
  const auto again = bench.answer("update_playlist", json::Object{{"playlist_id", playlist.id}, {"name", "Bag"}});
  playlist.name = "Somebody's";
  CHECK(status(undo(bench, again)) == "stale");
  CHECK(playlist.name == "Somebody's");
  CHECK(status(bench.done("undo", {{"receipt", receipt(again)}, {"force", true}})) == "verified");
  playlist.description.clear();
  const auto described =
      bench.answer("update_playlist", json::Object{{"playlist_id", playlist.id}, {"description", "New"}});
  CHECK(text(undo(bench, described), "summary").contains("cannot take a description away"));
}

TEST_CASE("a playlist that was made or dropped") {
  CurationBench bench;
  const auto made = bench.answer("create_playlist", json::Object{{"name", "Rainy"}});
  CHECK(status(undo(bench, made)) == "verified");
  CHECK_FALSE(bench.simulator.user().playlists.contains(text(made, "playlist_id")));
  const std::string id = bench.playlist_id("Mixed bag");
  const auto dropped = bench.done("unfollow_playlist", {{"playlist_id", id}});
  CHECK_FALSE(bench.simulator.user().playlists.contains(id));
  const auto back = undo(bench, dropped);
  CHECK(status(back) == "verified");
  CHECK(integer(back, "requests") == 1);
  CHECK(integer(back, "requests_done") == 1);
  CHECK(bench.simulator.user().playlists.contains(id));
  CHECK(status(bench.done("unfollow_playlist", {{"playlist_id", text(made, "playlist_id")}})) == "unchanged");
}

TEST_CASE("the library goes back to what it was, and what was there before stays") {
  CurationBench bench;
  const std::string old = "spotify:track:" + bench.simulator.user().tracks.items().front().id;
  const std::string fresh = bench.track_uri(2500);
  const std::string fresh_id = fresh.substr(fresh.rfind(':') + 1);
  const auto saved = bench.answer("save_to_library", json::Object{{"uris", json::Array{old, fresh}}});
  CHECK(integer(saved, "done") == 1);
  CHECK(text(saved, "summary").contains("1 was saved already"));
  CHECK(status(undo(bench, saved)) == "verified");
  CHECK_FALSE(bench.simulator.user().tracks.contains(fresh_id));
  CHECK(bench.simulator.user().tracks.contains(old.substr(old.rfind(':') + 1)));
  const auto removed = bench.done("remove_from_library", {{"uris", json::Array{old, fresh}}});
  CHECK(integer(removed, "done") == 1);
  const auto back = undo(bench, removed);
  CHECK(text(back, "summary").contains("today's date"));
  CHECK(bench.simulator.user().tracks.contains(old.substr(old.rfind(':') + 1)));
  CHECK_FALSE(bench.simulator.user().tracks.contains(fresh_id));
}

TEST_CASE("artists are followed again in every regime") {
  for (const auto regime :
       {sim::spotify::Regime::kDev2026, sim::spotify::Regime::kDevLegacy, sim::spotify::Regime::kExtended}) {
    CurationBench bench(regime);
    const std::string artist = bench.followed();
    const auto left = bench.done("unfollow_artists", {{"artist_ids", json::Array{artist}}});
    CHECK_FALSE(bench.simulator.user().followed_artists.contains(artist));
    CHECK(status(undo(bench, left)) == "verified");
    CHECK(bench.simulator.user().followed_artists.contains(artist));
  }
}

TEST_CASE("the player goes back to where it stood, as far as there is a command for it") {
  CurationBench bench;
  auto& player = bench.player();
  bench.answer("play", json::Object{{"uris", bench.track_uris(3)}});
  const auto volume = bench.answer("set_volume", json::Object{{"volume_percent", 7}});
  const auto shuffle = bench.answer("set_shuffle", json::Object{{"shuffle", true}});
  const auto repeat = bench.answer("set_repeat", json::Object{{"mode", "track"}});
  CHECK(status(undo(bench, volume)) == "verified");
  CHECK(player.active_device()->volume_percent == 40);
  CHECK(status(undo(bench, shuffle)) == "verified");
  CHECK(player.shuffle() == sim::spotify::Shuffle::kOff);
  CHECK(status(undo(bench, repeat)) == "verified");
  CHECK(player.repeat() == sim::spotify::Repeat::kOff);
  const auto pause = bench.answer("pause", json::Object{});
  CHECK(status(undo(bench, pause)) == "verified");
  CHECK(player.is_playing());
  const std::string heard = player.current()->uri;
  const auto skip = bench.answer("skip_next", json::Object{});
  CHECK(player.current()->uri != heard);
  CHECK(status(undo(bench, skip)) == "verified");
  CHECK(player.current()->uri == heard);
  const auto seek = bench.answer("seek", json::Object{{"position_ms", 90'000}});
  CHECK(status(undo(bench, seek)) == "verified");
  CHECK(player.progress_ms(bench.simulator.now()) < 60'000);
  const std::string device(player.active_device()->name);
  const auto moved = bench.answer("transfer_playback", json::Object{{"device_id", bench.device("Robin's phone")}});
  CHECK(status(undo(bench, moved)) == "verified");
  CHECK(player.active_device()->name == device);
  const auto other = bench.answer("play", json::Object{{"uris", bench.track_uris(1, 700)}});
  CHECK(status(undo(bench, other)) == "verified");
  CHECK(player.current()->uri == heard);
}

TEST_CASE("a position beyond the end is taken back as the skip that it was, and the question names the item") {
  CurationBench bench;
  bench.answer("play", json::Object{{"uris", bench.track_uris(3)}});
  const std::string heard = bench.player().current()->uri;
  const auto beyond = bench.answer("seek", json::Object{{"position_ms", 80'000'000}});
  CHECK(bench.player().current()->uri != heard);
  CHECK(text(bench.answer("undo", json::Object{{"receipt", receipt(beyond)}}), "summary").contains("Would play \""));
  CHECK(status(undo(bench, beyond)) == "verified");
  CHECK(bench.player().current()->uri == heard);
}

TEST_CASE("where there is no way back, undo says why and sends nothing") {
  CurationBench bench;
  const auto queued = bench.answer("add_to_queue", json::Object{{"uri", bench.track_uri(5)}});
  const auto cover = bench.done("set_playlist_cover", {{"playlist_id", bench.playlist_id("Mixed bag")},
                                                       {"image", crypto::base64_encode("\xFF\xD8\xFF a picture")}});
  bench.simulator.reset_counts();
  for (const auto& [answer, why] : {std::pair{queued, "out of the queue"}, std::pair{cover, "the old picture"}}) {
    const auto undone = undo(bench, answer);
    CHECK(status(undone) == "unchanged");
    CHECK(text(undone, "summary").contains(why));
  }
  CHECK(bench.writes() == 0);
}

TEST_CASE("an evening at the volume does not drive out the receipt of a playlist") {
  CurationBench bench;
  const auto dedupe = bench.done("dedupe_playlist", {{"playlist_id", bench.playlist_id("Twice as nice")}});
  for (int n = 0; n < 30; ++n) bench.answer("set_volume", json::Object{{"volume_percent", 20 + n}});
  const auto kept = bench.loop.run(bench.archive.list("owner", std::string(kReceiptKind), "player"));
  REQUIRE(kept);
  CHECK(kept->size() == kPlayerReceiptsMax);
  CHECK(status(undo(bench, dedupe)) == "verified");
}

// The way back that each change leaves, as docs/changes.md tells it. Login and what is kept here ask Spotify for
// nothing.
const std::map<std::string, Way>& ways() {
  static const std::map<std::string, Way> kWays{
      {"play", Way::kPlayer},
      {"pause", Way::kPlayer},
      {"skip_next", Way::kPlayer},
      {"skip_previous", Way::kPlayer},
      {"seek", Way::kPlayer},
      {"set_volume", Way::kPlayer},
      {"set_shuffle", Way::kPlayer},
      {"set_repeat", Way::kPlayer},
      {"transfer_playback", Way::kPlayer},
      {"add_to_queue", Way::kNoWay},
      {"create_playlist", Way::kMade},
      {"update_playlist", Way::kDetails},
      {"add_tracks_to_playlist", Way::kAdded},
      {"remove_tracks_from_playlist", Way::kContent},
      {"reorder_playlist", Way::kMoved},
      {"unfollow_playlist", Way::kUnsaved},
      {"save_to_library", Way::kSaved},
      {"remove_from_library", Way::kUnsaved},
      {"dedupe_playlist", Way::kContent},
      {"replace_playlist_items", Way::kContent},
      {"sort_playlist", Way::kContent},
      {"shuffle_playlist", Way::kContent},
      {"clone_playlist", Way::kMade},
      {"merge_playlists", Way::kMade},
      {"split_playlist", Way::kMade},
      {"restore_playlist", Way::kContent},
      {"undo", Way::kUnsaved},  // Of a playlist that was made.
      {"import_playlist", Way::kMade},
      {"set_playlist_cover", Way::kNoWay},
      {"follow_artists", Way::kSaved},
      {"unfollow_artists", Way::kUnsaved},
  };
  return kWays;
}

// The receipt of a call of the tool that has done something; of several, the first.
std::string receipt_of(CurationBench& bench, const WriteCall& call) {
  if (bench.find(call.tool).info.toolset == "playback")
    bench.answer("play", json::Object{{"uris", bench.track_uris(5)}, {"offset_position", 2}});
  json::Value answer;
  if (call.tool != "import_playlist") {
    answer = bench.done(call.tool, call.arguments);
  } else {
    // It gives a confirm of its own, which goes without what was matched.
    answer = bench.answer(call.tool, call.arguments);
    answer = bench.answer(call.tool, json::Object{{"confirm", text(answer, "confirm")}, {"name", "Imported"}});
  }
  CHECK(status(answer) == (call.tool == "add_to_queue" ? "accepted" : "verified"));
  if (const json::Value* parts = answer.find("parts")) return receipt(parts->array().front());
  if (const json::Value* written = answer.find("written")) return receipt(*written);
  return receipt(answer);
}

TEST_CASE("every change at Spotify leaves a receipt with its way back, and undo goes it") {
  CurationBench list;
  size_t changes = 0;
  for (const mcp::Tool& tool : list.tools) {
    if (tool.info.effect == mcp::Effect::kRead || tool.info.scopes.empty() || tool.info.name == "snapshot_playlist")
      continue;
    INFO(tool.info.name);
    REQUIRE(ways().contains(tool.info.name));
    const Way way = ways().at(tool.info.name);
    ++changes;
    CurationBench bench;
    const auto calls = every_write(bench);
    const std::string id = receipt_of(bench, *std::ranges::find(calls, tool.info.name, &WriteCall::tool));
    const auto kept = bench.loop.run(find_receipt(bench.services, "owner", KeptId(id)));
    REQUIRE(kept);
    CHECK(schema::enum_name(kept->way) == schema::enum_name(way));
    bench.simulator.reset_counts();
    const auto undone = bench.done("undo", {{"receipt", id}});
    INFO(text(undone, "summary"));
    CHECK(status(undone) == (way == Way::kNoWay ? "unchanged" : "verified"));
    CHECK((bench.writes() == 0) == (way == Way::kNoWay));
  }
  CHECK(changes == ways().size());
}

class FullArchive final : public store::Archive {
 public:
  explicit FullArchive(store::Archive& under) : under_(under) {}
  base::Task<base::Result<void>> put(std::string, store::Kept) override {
    co_return base::fail(base::Code::kUnavailable, "The disk is full.");
  }
  base::Task<base::Result<std::optional<store::Kept>>> get(std::string principal, std::string id) override {
    return under_.get(std::move(principal), std::move(id));
  }
  base::Task<base::Result<std::vector<store::Kept>>> list(std::string principal, std::string kind,
                                                          std::string subject) override {
    return under_.list(std::move(principal), std::move(kind), std::move(subject));
  }
  base::Task<base::Result<void>> erase(std::string, std::string) override { co_return base::Result<void>(); }
  base::Task<base::Result<void>> forget(std::string) override { co_return base::Result<void>(); }

 private:
  store::Archive& under_;
};

TEST_CASE("where no receipt can be kept nothing is taken away") {
  CurationBench bench;
  const auto calls = every_write(bench);
  FullArchive full(bench.archive);
  Desk desk({full, bench.loop, bench.random});
  Services services{.client_for = bench.services.client_for, .login = bench.login, .clock = bench.loop, .desk = desk};
  const auto tools = all_tools(services);
  for (const WriteCall& call : calls) {
    const auto tool = std::ranges::find(tools, call.tool, [](const mcp::Tool& each) { return each.info.name; });
    if (tool->info.effect != mcp::Effect::kDestroy || tool->info.toolset == "auth") continue;
    INFO(call.tool);
    mcp::CallContext context(bench.loop, {}, mcp::Revision::k2026_07_28, base::Instant::never());
    const auto result = bench.loop.run(tool->call(context, call.arguments));
    CHECK(result.is_error == (tool->info.toolset != "operations"));
  }
  CHECK(bench.writes() == 0);
}

}  // namespace
}  // namespace tools
