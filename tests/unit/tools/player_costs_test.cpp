// What a command of the player costs of Spotify's quota, to the request: one read for the way back, the command, and
// one look at what came of it. A second look only where Spotify is late, the devices only where one is missing.
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/tools/curation_bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;
using std::chrono::milliseconds;
using Counts = std::map<std::string, int, std::less<>>;

struct Command {
  std::string tool;
  json::Object arguments{};
  std::string request{};
};

std::vector<Command> every_command(Bench& bench) {
  return {
      {"play", {{"uris", bench.track_uris(3)}}, "PUT /me/player/play"},
      {"pause", {}, "PUT /me/player/pause"},
      {"skip_next", {}, "POST /me/player/next"},
      {"skip_previous", {}, "POST /me/player/previous"},
      {"seek", {{"position_ms", 30'000}}, "PUT /me/player/seek"},
      {"set_volume", {{"volume_percent", 15}}, "PUT /me/player/volume"},
      {"set_shuffle", {{"shuffle", true}}, "PUT /me/player/shuffle"},
      {"set_repeat", {{"mode", "context"}}, "PUT /me/player/repeat"},
      {"transfer_playback", {{"device_id", bench.device("Robin's phone")}}, "PUT /me/player"},
      {"add_to_queue", {{"uri", bench.track_uri(1)}}, "POST /me/player/queue"},
  };
}

// Plays the second of some tracks.
void prepare(Bench& bench) {
  bench.answer("play", json::Object{{"uris", bench.track_uris(3, 100)}, {"offset_position", 1}});
  bench.simulator.reset_counts();
}

Counts counts_of(Bench& bench, const std::string& tool, json::Object arguments) {
  bench.simulator.reset_counts();
  bench.call(tool, std::move(arguments));
  Counts counts;
  for (const auto& [operation, times] : bench.simulator.request_counts()) {
    if (times > 0) counts.emplace(operation, times);
  }
  return counts;
}

// Runs each command in a world of its own that `change` has made what it is.
void check_each(const std::function<void(Bench&, const Command&)>& change,
                const std::function<Counts(const Command&)>& expected,
                sim::spotify::Config config = with_shared_catalogue()) {
  CurationBench list;
  for (size_t n = 0; n < every_command(list).size(); ++n) {
    CurationBench bench(config);
    prepare(bench);
    const Command command = every_command(bench)[n];
    INFO(command.tool);
    change(bench, command);
    CHECK(counts_of(bench, command.tool, command.arguments) == expected(command));
  }
}

bool is_queue(const Command& command) { return command.tool == "add_to_queue"; }

TEST_CASE("every tool of the player that changes something is among the commands") {
  CurationBench bench;
  size_t commands = 0;
  for (const mcp::Tool& tool : bench.tools) {
    const bool is_one = tool.info.toolset == "playback" || tool.info.toolset == "queue";
    commands += is_one && tool.info.effect != mcp::Effect::kRead ? 1 : 0;
  }
  CHECK(every_command(bench).size() == commands);
}

TEST_CASE("a command that is done at once costs three requests, the queue one") {
  check_each([](Bench&, const Command&) {},
             [](const Command& command) {
               if (is_queue(command)) return Counts{{command.request, 1}};
               return Counts{{"GET /me/player", 2}, {command.request, 1}};
             });
}

TEST_CASE("a command that the player shows late costs one look more, and never another") {
  for (const auto lag : {milliseconds(800), milliseconds(60'000)}) {
    sim::spotify::Config config = with_shared_catalogue();
    config.player_lag = lag;
    check_each([](Bench& bench, const Command&) { bench.loop.run_for(std::chrono::minutes(2)); },
               [](const Command& command) {
                 if (is_queue(command)) return Counts{{command.request, 1}};
                 return Counts{{"GET /me/player", 3}, {command.request, 1}};
               },
               config);
  }
}

TEST_CASE("what is so already costs what was read before, and the command that says it") {
  CurationBench bench;
  prepare(bench);
  CHECK(counts_of(bench, "play", {}) == Counts{{"GET /me/player", 1}, {"PUT /me/player/play", 1}});
  bench.answer("pause", json::Object{});
  const Counts paused{{"GET /me/player", 1}, {"PUT /me/player/pause", 1}};
  CHECK(counts_of(bench, "pause", {}) == paused);
  bench.player().remove_device(bench.device("Kitchen speaker"));
  CHECK(counts_of(bench, "pause", {}) == paused);
}

TEST_CASE("a refusal costs no look, and the devices once where one is missing") {
  check_each([](Bench& bench, const Command&) { bench.player().remove_device(bench.device("Kitchen speaker")); },
             [](const Command& command) {
               // A transfer names its device, and a pause is already there.
               if (command.tool == "transfer_playback") return Counts{{"GET /me/player", 2}, {command.request, 1}};
               if (command.tool == "pause") return Counts{{"GET /me/player", 1}, {command.request, 1}};
               if (is_queue(command)) return Counts{{"GET /me/player/devices", 1}, {command.request, 1}};
               return Counts{{"GET /me/player", 1}, {"GET /me/player/devices", 1}, {command.request, 1}};
             });
  check_each(
      [](Bench& bench, const Command&) {
        bench.tokens.token = bench.simulator.grant(sim::spotify::all_scopes(), sim::spotify::kFreeUser).access;
      },
      [](const Command& command) {
        if (is_queue(command)) return Counts{{command.request, 1}};
        return Counts{{"GET /me/player", 1}, {command.request, 1}};
      });
}

TEST_CASE("a command without an answer is looked up and not sent again") {
  for (const FaultKind kind : {FaultKind::kResetAfter, FaultKind::kResetBefore}) {
    check_each(
        [kind](Bench& bench, const Command& command) {
          const size_t space = command.request.find(' ');
          bench.fault({.kind = kind,
                       .method = command.request.substr(0, space),
                       .path = command.request.substr(space + 1),
                       .times = 9});
        },
        [kind](const Command& command) {
          if (is_queue(command)) return Counts{{command.request, 1}};
          return Counts{{"GET /me/player", kind == FaultKind::kResetAfter ? 2 : 3}, {command.request, 1}};
        });
  }
}

TEST_CASE("a rehearsal costs nothing, but where it has to know the item or the device") {
  CurationBench bench;
  for (const Command& command : every_command(bench)) {
    INFO(command.tool);
    json::Object dry = command.arguments;
    dry.set("dry_run", true);
    Counts expected;
    if (command.tool == "seek") expected = {{"GET /me/player", 1}};
    if (command.tool == "set_volume") expected = {{"GET /me/player/devices", 1}};
    CHECK(counts_of(bench, command.tool, dry) == expected);
  }
}

}  // namespace
}  // namespace tools
