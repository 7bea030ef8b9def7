// Changes of whole playlists that go wrong: whatever fails, and when, the answer is true of the simulator, and undo
// leads back or to the end.
#include <algorithm>
#include <string>
#include <vector>

#include "curation/plan.h"
#include "tests/unit/tools/curation_bench.h"
#include "tools/receipt.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

// Whether `now` is what the first `done` requests of the plan make of `before`.
bool is_after(const Uris& before, const Uris& after, int64_t done, const Uris& now) {
  Uris uris = before;
  const auto plan = curation::plan(before, after);
  for (size_t i = 0; i < static_cast<size_t>(done); ++i) curation::perform(plan->steps[i], uris);
  return uris == now;
}

// A change of a playlist that is there: how it is asked for, and what it leaves when nothing goes wrong.
struct Case {
  std::string tool;
  std::string playlist;
  json::Object arguments;
};

constexpr std::string_view kLong = "Empty for now";

// Two requests long, so that there is a middle to fail in; the first lines fill it.
std::vector<Case> cases(CurationBench& bench) {
  Uris uris;
  for (size_t n = 0; n < 120; ++n) uris.push_back(bench.track_uri(n * 7));
  bench.fill(bench.playlist(kLong), std::move(uris));
  const std::string own(kLong);
  return {
      {"sort_playlist", own, {{"by", "title"}}},
      {"shuffle_playlist", "Mixed bag", {}},
      {"dedupe_playlist", "Twice as nice", {{"match", "recording"}}},
      {"replace_playlist_items", own, {{"uris", bench.track_uris(110, 40)}}},
      {"merge_playlists", "Twice as nice", {{"playlist_ids", json::Array{bench.playlist_id(kLong)}}}},
      {"restore_playlist", own, {{"snapshot", "snap_x"}}},
  };
}

json::Object arguments_of(CurationBench& bench, const Case& change) {
  json::Object arguments = change.arguments;
  const std::string id = bench.playlist_id(change.playlist);
  arguments.set(change.tool == "merge_playlists" ? "into" : "playlist_id", id);
  if (change.tool == "restore_playlist") {
    Snapshot then{.id = "snap_x", .playlist = *spotify::PlaylistId::parse(id)};
    for (const json::Value& uri : bench.track_uris(115, 90)) then.uris.push_back(uri.string());
    REQUIRE(bench.loop.run(keep(bench.services, "owner", std::move(then))));
  }
  return arguments;
}

// What the change leaves when nothing goes wrong.
Uris undisturbed(size_t which) {
  CurationBench bench;
  const Case change = cases(bench)[which];
  CHECK(status(bench.done(change.tool, arguments_of(bench, change))) == "verified");
  return bench.now(bench.playlist_id(change.playlist));
}

enum class Way { kBack, kOn };

// One fault at the n-th request: the answer must be true of the simulator, and undo must lead back or to the end.
// False when there was no n-th request.
bool survives(size_t which, const Uris& after, FaultKind kind, int nth, Way way) {
  CurationBench bench;
  const Case change = cases(bench)[which];
  const std::string id = bench.playlist_id(change.playlist);
  const Uris before = bench.now(id);
  json::Object sure = arguments_of(bench, change);
  json::Object dry = sure;
  dry.set("dry_run", true);
  const std::string ticket = text(bench.answer(change.tool, dry), "confirm");
  if (!ticket.empty()) sure.set("confirm", ticket);
  bench.simulator.reset_counts();
  bench.fault({.kind = kind, .path = "/playlists", .skip = nth, .times = 1, .status = 502});
  const auto result = bench.call(change.tool, sure);
  bench.simulator.faults().clear();
  const bool was_reached = bench.simulator.requests() > nth;
  INFO(change.tool << ", fault " << static_cast<int>(kind) << " at " << nth << ": " << Bench::text_of(result));
  if (result.is_error) {
    CHECK(bench.now(id) == before);
    return was_reached;
  }
  const json::Value& answer = *result.structured;
  const int64_t done = integer(answer, "requests_done");
  const bool is_true = is_after(before, after, done, bench.now(id));
  const bool is_next = status(answer) == "ambiguous" && is_after(before, after, done + 1, bench.now(id));
  CHECK((is_true || is_next));
  if (status(answer) == "verified") CHECK(bench.now(id) == after);
  if (status(answer) != "ambiguous")
    CHECK(integer(answer, "items_after") == static_cast<int64_t>(bench.now(id).size()));
  json::Object back{{"receipt", text(answer, "receipt")}};
  if (way == Way::kOn) back.set("finish", true);
  CHECK(status(bench.done("undo", back)) != "stale");
  CHECK(bench.now(id) == (way == Way::kOn ? after : before));
  return was_reached;
}

TEST_CASE("after a fault at any request of any change the answer is true, and undo goes back or on") {
  CurationBench bench;
  for (size_t which = 0; which < cases(bench).size(); ++which) {
    const Uris after = undisturbed(which);
    std::vector<FaultKind> kinds{FaultKind::kResetBefore, FaultKind::kResetAfter};
    // To the client the others are alike for every change.
    if (which == 0) kinds.insert(kinds.end(), {FaultKind::kStatus, FaultKind::kStatusAfter, FaultKind::kEmpty200});
    for (const FaultKind kind : kinds) {
      int nth = 0;
      while (survives(which, after, kind, nth, nth % 2 == static_cast<int>(which % 2) ? Way::kBack : Way::kOn)) ++nth;
      INFO(which);
      CHECK(nth >= 3);  // The head, at least one write, and the look afterwards; the content is known by then.
    }
  }
}

TEST_CASE("a change that runs out of time says how far it came, and goes on with undo and finish") {
  CurationBench bench;
  const std::string id = bench.playlist_id(cases(bench)[0].playlist);
  const Uris after = undisturbed(0);
  json::Object arguments{{"playlist_id", id}, {"by", "title"}};
  arguments.set("confirm", text(bench.answer("sort_playlist", arguments), "confirm"));
  bench.time_allowed = std::chrono::seconds(9);
  bench.fault({.kind = FaultKind::kSlow, .times = 1000, .delay_ms = 2000});
  const auto answer = bench.answer("sort_playlist", arguments);
  INFO(json::write(answer));
  CHECK((status(answer) == "partial" || status(answer) == "ambiguous"));
  CHECK(bench.now(id) != after);
  bench.simulator.faults().clear();
  bench.done("undo", json::Object{{"finish", true}});
  CHECK(bench.now(id) == after);
}

TEST_CASE("a playlist that is too long for one call is read in several, each going on where the last one stopped") {
  CurationBench bench;
  auto& playlist = bench.playlist("Empty for now");
  Uris uris;
  for (size_t n = 0; n < 2000; ++n) uris.push_back(bench.track_uri(n));
  bench.fill(playlist, uris);
  bench.fault({.kind = FaultKind::kSlow, .times = 1000, .delay_ms = 2000});
  const json::Object arguments{{"playlist_id", playlist.id}};
  int calls = 1;
  for (; calls < 20; ++calls) {
    const auto result = bench.call("find_duplicates", arguments);
    if (!result.is_error) break;
    CHECK(Bench::text_of(result).contains("of 2000 items so far"));
  }
  CHECK(calls > 2);
  CHECK(calls < 8);
  CHECK(bench.simulator.requests("GET /playlists/{id}/items") < 45);
}

TEST_CASE("a long change tells how far it is") {
  CurationBench bench;
  mcp::CallContext context(bench.loop, {}, mcp::Revision::k2026_07_28, base::Instant::never());
  std::vector<double> told;
  context.set_progress("token", [&](std::string_view method, json::Object params) {
    CHECK(method == "notifications/progress");
    told.push_back(params.find("progress")->number());
  });
  const json::Object arguments{{"playlist_id", bench.playlist_id("Everything, always")}, {"name", "Copy"}};
  const auto result = bench.loop.run(bench.find("clone_playlist").call(context, arguments));
  CHECK_FALSE(result.is_error);
  CHECK(told.size() >= 3);
  CHECK(std::ranges::is_sorted(told));
}

TEST_CASE("a wait for Spotify's limit is told while it lasts, and to nobody who has gone") {
  CurationBench bench;
  std::vector<std::string> told;
  std::vector<double> progress;
  const auto listen = [&](std::string_view, json::Object params) {
    told.emplace_back(params.find("message")->string());
    progress.push_back(params.find("progress")->number());
  };
  mcp::CallContext context(bench.loop, {}, mcp::Revision::k2026_07_28, base::Instant::never());
  context.set_progress("token", listen);
  bench.gate.pause_for(std::chrono::milliseconds(26'000));
  const auto result = bench.loop.run(bench.find("get_me").call(context, json::Object{}));
  CHECK_FALSE(result.is_error);
  CHECK(told == std::vector<std::string>{"Waiting 26 seconds for Spotify's limit"});
  // What the handler counts goes on from there.
  context.progress(1, 2, "1 of 2");
  context.teller()("again");
  context.progress(2, 2, "2 of 2");
  CHECK(told.size() == 4);
  CHECK(std::ranges::is_sorted(progress));
  std::function<void(std::string)> late;
  {
    mcp::CallContext gone(bench.loop, {}, mcp::Revision::k2026_07_28, base::Instant::never());
    gone.set_progress("token", listen);
    late = gone.teller();
  }
  late("nobody hears this");
  CHECK(told.size() == 4);
  // A wait that nobody notices is not worth a word.
  bench.gate.pause_for(std::chrono::milliseconds(500));
  CHECK_FALSE(bench.loop.run(bench.find("get_playlists").call(context, json::Object{})).is_error);
  CHECK(told.size() == 4);
}

}  // namespace
}  // namespace tools
