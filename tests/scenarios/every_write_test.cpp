// Every tool that changes something, with each of its requests failing in every way: what the answer says is true of
// the simulator, nothing is done twice, and where there is a receipt undo leads back.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/world/scenario.h"
#include "sim/world/sim_net.h"
#include "tests/unit/tools/curation_bench.h"
#include "tests/unit/tools/writes.h"

#include "tests/test.h"

namespace scenario {
namespace {

using tools::CurationBench;
using tools::text;
using tools::WriteCall;

// All that a person would see of the account. The place within the item is left out: it moves by itself.
struct Picture {
  std::map<std::string, std::vector<std::string>> playlists;  // By what they are called.
  std::set<std::string> library;
  std::string player;
  std::vector<std::string> queue;

  bool operator==(const Picture&) const = default;
};

void add_all(std::set<std::string>& out, std::string_view kind, const sim::spotify::SavedList& saved) {
  for (const auto& each : saved.items()) out.insert(std::string(kind) + each.id);
}

// Time passes while requests fail, so the player is looked at only for its own commands.
Picture picture_of(CurationBench& bench, const std::string& tool) {
  Picture picture;
  const auto& user = bench.simulator.user();
  for (const auto& saved : user.playlists.items()) {
    const auto* playlist = bench.simulator.world().find_playlist(saved.id);
    if (playlist == nullptr) continue;
    auto& rows = picture.playlists[playlist->name + "|" + playlist->description + "|" + playlist->cover_url + "|" +
                                   std::to_string(static_cast<int>(playlist->visibility))];
    rows.emplace_back("list");
    for (const auto& entry : playlist->entries()) rows.push_back(entry.uri);
  }
  add_all(picture.library, "track ", user.tracks);
  add_all(picture.library, "album ", user.albums);
  add_all(picture.library, "artist ", user.followed_artists);
  const std::string& toolset = bench.find(tool).info.toolset;
  if (toolset != "playback" && toolset != "queue") return picture;
  const auto& player = bench.player();
  const auto* device = player.active_device();
  picture.player = (player.current() == nullptr ? "nothing" : player.current()->uri) +
                   (player.is_playing() ? " plays" : " stands") +
                   (player.shuffle() == sim::spotify::Shuffle::kOn ? " shuffled" : "") +
                   std::string(sim::spotify::repeat_name(player.repeat())) +
                   (device == nullptr ? "" : device->name + std::to_string(device->volume_percent.value_or(-1)));
  // A shuffled order is another one each time.
  if (player.shuffle() == sim::spotify::Shuffle::kOff) picture.queue = player.upcoming(3);
  return picture;
}

// The tools over a network that can fail.
struct World : CurationBench {
  World() : net(loop, http, 5), calls(tools::every_write(*this)) {
    client = std::make_shared<spotify::Client>(spotify::Client::Services{net, tokens, gate, loop, loop, random, log},
                                               spotify::ClientOptions{});
    time_allowed = std::chrono::seconds(60);
    answer("play", json::Object{});
    answer("seek", json::Object{{"position_ms", 0}});
  }

  sim::world::SimNet net;
  std::vector<WriteCall> calls;
};

// What happens here, and not at Spotify; an import that begins writes nothing.
bool is_local(const std::string& tool) {
  return tool == "logout" || tool == "cleanup_cache" || tool == "clear_user_cache" || tool == "snapshot_playlist";
}

// The call as a person wants it who agrees to it.
json::Object ready(World& world, const WriteCall& call) {
  json::Object arguments = call.arguments;
  if (call.tool == "import_playlist") {
    return {{"confirm", text(world.answer(call.tool, arguments), "confirm")}, {"name", "Imported"}};
  }
  if (world.find(call.tool).info.effect != mcp::Effect::kDestroy) return arguments;
  json::Object dry = arguments;
  dry.set("dry_run", true);
  arguments.set("confirm", text(world.answer(call.tool, dry), "confirm"));
  return arguments;
}

// What the call leaves when nothing goes wrong.
struct Whole {
  Picture before;
  Picture after;
};
Whole undisturbed(size_t which) {
  World world;
  const WriteCall& call = world.calls[which];
  const std::string& tool = call.tool;
  const json::Object arguments = ready(world, call);
  Whole whole{.before = picture_of(world, tool), .after = {}};
  const auto result = world.call(call.tool, arguments);
  INFO(tools::Bench::text_of(result));
  REQUIRE_FALSE(result.is_error);
  whole.after = picture_of(world, tool);
  if (call.tool != "seek") CHECK(whole.after != whole.before);
  return whole;
}

// Several requests can end between the two.
bool has_middle(const std::string& tool) {
  return tool == "add_tracks_to_playlist" || tool == "save_to_library" || tool.ends_with("_playlist") ||
         tool.ends_with("_playlists") || tool == "import_playlist" || tool == "replace_playlist_items";
}

void check_answer(const std::string& tool, const mcp::ToolResult& result, const Whole& whole, const Picture& now) {
  if (result.is_error) {
    CHECK(now == whole.before);
    return;
  }
  const std::string status = text(*result.structured, "status");
  if (status == "verified" || status == "accepted") {
    CHECK(now == whole.after);
  } else if (status == "partial") {
    CHECK(has_middle(tool));
    CHECK(now != whole.after);
  } else if (status == "ambiguous") {
    CHECK((now == whole.before || now == whole.after || has_middle(tool)));
  } else {
    CHECK(now == whole.before);
  }
}

// Skipping, playing and seeking leave places in the queue and in the history that no command brings back.
bool leads_back(const std::string& tool) {
  static const std::set<std::string> kNot{"play",         "skip_next",          "skip_previous",    "seek",
                                          "add_to_queue", "set_playlist_cover", "transfer_playback"};
  return !kNot.contains(tool);
}

// Of several parts each has its own; an import tells of what it wrote.
std::vector<std::string> receipts_of(const json::Value& answer) {
  std::vector<std::string> receipts{text(answer, "receipt")};
  if (const json::Value* parts = answer.find("parts")) {
    for (const json::Value& part : parts->array()) receipts.push_back(text(part, "receipt"));
  }
  if (const json::Value* written = answer.find("written")) receipts.push_back(text(*written, "receipt"));
  std::erase(receipts, "");
  return receipts;
}

void check_way_back(World& world, const std::string& tool, const mcp::ToolResult& result, const Whole& whole) {
  if (result.is_error || !leads_back(tool)) return;
  const auto receipts = receipts_of(*result.structured);
  if (receipts.empty()) return;
  // A request that was lost on its way is not late here: it was carried out, or it was not.
  std::string left;
  for (const std::string& receipt : receipts) {
    const auto undone = world.agreed("undo", {{"receipt", receipt}});
    INFO("undo: " << tools::Bench::text_of(undone));
    REQUIRE_FALSE(undone.is_error);
    left = text(*undone.structured, "status");
  }
  // Where it is not known how things were, or whether anything was changed, undo leaves it alone and says so.
  const bool is_sure = text(*result.structured, "status") == "verified" && tool.find("_playlist") != std::string::npos;
  if (!is_sure && (left == "stale" || left == "unchanged")) return;
  // A part that may have been made has no receipt.
  if (tool == "split_playlist" && text(*result.structured, "status") == "ambiguous") return;
  CHECK(picture_of(world, tool) == whole.before);
}

// Each tool meets two of the six kinds of failure, another one the others; with SMS_SEEDS each meets all.
bool is_wanted(size_t which, sim::world::NetFailure failure) {
  constexpr size_t kShare = 3;
  return std::getenv("SMS_SEEDS") != nullptr || (which + static_cast<size_t>(failure)) % kShare == 0;
}

void check_every_failure(size_t which) {
  const std::string tool = World().calls[which].tool;
  if (is_local(tool)) return;
  INFO(tool);
  const Whole whole = undisturbed(which);
  const auto runs = sim::world::every_failure([&](sim::world::PlannedFailure planned) {
    if (planned.step > 0 && !is_wanted(which, planned.failure)) return uint64_t{0};
    INFO("step " << planned.step << " " << sim::world::name_of(planned.failure));
    World world;
    const json::Object arguments = ready(world, world.calls[which]);
    const uint64_t before = world.net.sends();
    planned.arm(world.net);
    const auto result = world.call(tool, arguments);
    const uint64_t steps = world.net.sends() - before;
    world.net.clear_planned();
    INFO(tools::Bench::text_of(result));
    check_answer(tool, result, whole, picture_of(world, tool));
    check_way_back(world, tool, result, whole);
    return steps;
  });
  CHECK(runs.steps >= 1);
}

TEST_CASE(
    "every tool that changes something is among those that meet failures, but for what asks Spotify to change "
    "nothing") {
  World world;
  std::set<std::string> met;
  for (const WriteCall& call : world.calls) {
    if (!is_local(call.tool)) met.insert(call.tool);
  }
  for (const mcp::Tool& tool : world.tools) {
    if (tool.info.effect == mcp::Effect::kRead || met.contains(tool.info.name)) continue;
    INFO(tool.info.name);
    // Logging in and out, and what is kept here.
    const int writes = world.writes();
    const auto call = std::ranges::find(world.calls, tool.info.name, &WriteCall::tool);
    if (call == world.calls.end()) {
      CHECK(tool.info.scopes.empty());
    } else {
      CHECK_FALSE(world.agreed(call->tool, call->arguments).is_error);
    }
    CHECK(world.writes() == writes);
  }
}

TEST_CASE("after a failure at any request of any write the answer is true, and undo leads back") {
  const size_t all = World().calls.size();
  for (size_t which = 0; which < all; ++which) check_every_failure(which);
}

}  // namespace
}  // namespace scenario
