// New playlists out of others, comparisons, and snapshots, against the simulator.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "tests/unit/tools/curation_bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

std::string id_in(const json::Value& answer) { return text(answer, "playlist_id"); }

TEST_CASE("a clone has the same items in the same order, and says what cannot be copied") {
  CurationBench bench;
  const auto answer = bench.done(
      "clone_playlist", json::Object{{"playlist_id", bench.playlist_id("Everything, always")}, {"name", "Copy"}});
  CHECK(status(answer) == "verified");
  CHECK(bench.now(id_in(answer)) == bench.now(bench.playlist_id("Everything, always")));
  CHECK(bench.simulator.world().find_playlist(id_in(answer))->visibility != sim::spotify::Visibility::kPublic);
  const auto dry = bench.done(
      "clone_playlist",
      json::Object{{"playlist_id", bench.playlist_id("Everything, always")}, {"name", "Copy"}, {"dry_run", true}});
  CHECK(status(dry) == "dry_run");
  CHECK(integer(dry, "requests") == 4);
}

TEST_CASE("a copy that is cut off in the middle is finished by undo with finish, and taken off without") {
  for (const bool finish : {true, false}) {
    CurationBench bench;
    const std::string from = bench.playlist_id("Everything, always");
    bench.fault({.kind = FaultKind::kResetBefore, .method = "POST", .path = "/playlists", .skip = 1});
    const auto answer = bench.done("clone_playlist", json::Object{{"playlist_id", from}, {"name", "Copy"}});
    CHECK(status(answer) == "ambiguous");
    const std::string id = id_in(answer);
    CHECK(bench.now(id).size() == 100);
    json::Object arguments{{"receipt", text(answer, "receipt")}};
    if (finish) arguments.set("finish", true);
    const auto undone = bench.done("undo", arguments);
    if (finish) {
      CHECK(status(undone) == "verified");
      CHECK(bench.now(id) == bench.now(from));
    } else {
      CHECK(status(undone) == "verified");
      CHECK_FALSE(bench.simulator.user().playlists.contains(id));
    }
  }
}

TEST_CASE("a create without an answer is ambiguous and is not repeated") {
  CurationBench bench;
  bench.fault({.kind = FaultKind::kResetAfter, .method = "POST", .path = "/me/playlists"});
  const auto answer =
      bench.done("clone_playlist", json::Object{{"playlist_id", bench.playlist_id("Mixed bag")}, {"name", "Copy"}});
  CHECK(status(answer) == "ambiguous");
  CHECK(bench.simulator.requests("POST /me/playlists") == 1);
  CHECK(bench.simulator.requests("POST /playlists/{id}/items") == 0);
}

TEST_CASE("a merge makes a new list of all without duplicates, or appends to one and can be undone") {
  CurationBench bench;
  const std::string a = bench.playlist_id("Twice as nice");
  const std::string b = bench.playlist_id("Everything, always");
  const auto made = bench.done("merge_playlists", json::Object{{"playlist_ids", json::Array{a, b}}, {"name", "Both"}});
  CHECK(status(made) == "verified");
  const Uris both = bench.now(id_in(made));
  CHECK(std::set<std::string>(both.begin(), both.end()).size() == both.size());
  CHECK(both.front() == bench.now(a).front());
  const Uris before = bench.now(a);
  const auto into = bench.done("merge_playlists", json::Object{{"playlist_ids", json::Array{a, b}}, {"into", a}});
  CHECK(status(into) == "verified");
  CHECK(bench.now(a).size() > before.size());
  CHECK(std::equal(before.begin(), before.end(), bench.now(a).begin()));
  bench.done("undo", json::Object{{"receipt", text(into, "receipt")}});
  CHECK(bench.now(a) == before);
  CHECK(bench.error("merge_playlists", json::Object{{"playlist_ids", json::Array{a}}}).contains("not both"));
}

TEST_CASE("a split makes a part for each artist or portion and leaves the original") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const Uris before = bench.now(id);
  const auto sized = bench.done("split_playlist", json::Object{{"playlist_id", id}, {"by", "size"}, {"size", 100}});
  CHECK(status(sized) == "verified");
  const auto& parts = sized.find("parts")->array();
  REQUIRE(parts.size() == 3);
  CHECK(integer(parts[2], "items") == 50);
  CHECK(bench.now(id_in(parts[1])) == Uris(before.begin() + 100, before.begin() + 200));
  CHECK(bench.now(id) == before);
  const auto dry = bench.done("split_playlist",
                              json::Object{{"playlist_id", id}, {"by", "artist"}, {"parts_max", 5}, {"dry_run", true}});
  REQUIRE(dry.find("parts")->array().size() == 5);
  int64_t items = 0;
  for (const auto& part : dry.find("parts")->array()) items += integer(part, "items");
  CHECK(items == 250);
}

TEST_CASE("a split whose second part is in doubt counts the first, and makes no third") {
  CurationBench bench;
  const json::Object split{{"playlist_id", bench.playlist_id("Everything, always")}, {"by", "size"}, {"size", 100}};
  bench.fault({.kind = FaultKind::kResetAfter, .method = "POST", .path = "/me/playlists", .skip = 1});
  const auto answer = bench.done("split_playlist", split);
  CHECK(status(answer) == "ambiguous");
  CHECK(text(answer, "summary").starts_with("Made 1 of "));
  CHECK(bench.simulator.requests("POST /me/playlists") == 2);
}

TEST_CASE("two playlists are compared with names and positions, to the end") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const auto copy = bench.done("clone_playlist", json::Object{{"playlist_id", id}, {"name", "Copy"}});
  const std::string other = id_in(copy);
  CHECK(integer(bench.answer("diff_playlists", json::Object{{"first_id", id}, {"second_id", other}}), "kept") == 250);
  bench.done("replace_playlist_items", json::Object{{"playlist_id", other}, {"uris", bench.track_uris(120, 700)}});
  json::Object arguments{{"first_id", id}, {"second_id", other}};
  int64_t rows = 0;
  for (int calls = 0; calls < 50; ++calls) {
    const auto answer = bench.answer("diff_playlists", arguments);
    CHECK(integer(answer, "removed") + integer(answer, "kept") + integer(answer, "moved") == 250);
    CHECK(wire_cost(answer) <= bench.services.options.answer_bytes_max);
    rows += static_cast<int64_t>(answer.find("changes")->array().size());
    const std::string cursor = text(answer, "next_cursor");
    if (cursor.empty()) {
      CHECK(rows == integer(answer, "removed") + integer(answer, "added") + integer(answer, "moved"));
      return;
    }
    arguments.set("cursor", cursor);
  }
  FAIL("the cursor never ends");
}

TEST_CASE("a snapshot shows what changed since, and restore goes back to it") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Mixed bag");
  const Uris before = bench.now(id);
  CHECK(bench.error("diff_since_snapshot", json::Object{{"playlist_id", id}}).contains("snapshot_playlist"));
  const auto kept = bench.answer("snapshot_playlist", json::Object{{"playlist_id", id}, {"label", "before"}});
  CHECK(integer(kept, "items") == 7);
  bench.done("shuffle_playlist", json::Object{{"playlist_id", id}});
  bench.done("remove_tracks_from_playlist", json::Object{{"playlist_id", id}, {"uris", json::Array{before[0]}}});
  const auto since = bench.answer("diff_since_snapshot", json::Object{{"playlist_id", id}});
  CHECK(integer(since, "removed") == 1);
  const auto restored =
      bench.done("restore_playlist", json::Object{{"playlist_id", id}, {"snapshot", text(kept, "snapshot")}});
  INFO(json::write(restored));
  // The one that Spotify no longer has cannot be added, but it was still there, so everything is back.
  CHECK(bench.now(id) == before);
  CHECK(bench
            .error("restore_playlist", json::Object{{"playlist_id", bench.playlist_id("Twice as nice")},
                                                    {"snapshot", text(kept, "snapshot")}})
            .contains("for this playlist"));
}

TEST_CASE("a local file that was removed stays away, and the answer says so") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Mixed bag");
  const Uris before = bench.now(id);
  bench.answer("snapshot_playlist", json::Object{{"playlist_id", id}});
  bench.done("remove_tracks_from_playlist",
             json::Object{{"playlist_id", id}, {"uris", json::Array{before[3], before[0]}}});
  const auto restored = bench.done("restore_playlist", json::Object{{"playlist_id", id}});
  CHECK(text(restored, "summary").contains("1 local file or nameless entry cannot be put back"));
  Uris expected = before;
  expected.erase(expected.begin() + 3);
  CHECK(bench.now(id) == expected);
}

TEST_CASE("what cannot be played is listed with its reason") {
  CurationBench bench;
  const auto answer =
      bench.answer("find_unavailable", json::Object{{"playlist_id", bench.playlist_id("Mixed bag")}, {"market", "SE"}});
  CHECK(integer(answer, "total") == 3);
  std::set<std::string> reasons;
  for (const auto& row : items(answer)) reasons.insert(text(row, "reason"));
  CHECK(reasons.contains("local"));
  CHECK(bench.writes() == 0);
}

TEST_CASE("10,000 items are read in 200 requests and sorted in 100, over several calls where time is short") {
  CurationBench bench;
  auto& playlist = bench.playlist("Empty for now");
  Uris uris;
  const size_t known = bench.simulator.catalogue().tracks.size();
  for (size_t n = 0; n < 10'000; ++n) uris.push_back(bench.track_uri((n * 7919) % known));
  bench.fill(playlist, uris);
  bench.time_allowed = std::chrono::seconds(3600);
  const auto dry =
      bench.answer("sort_playlist", json::Object{{"playlist_id", playlist.id}, {"by", "artist"}, {"dry_run", true}});
  CHECK(bench.simulator.requests() <= 200);
  CHECK(integer(dry, "requests") == 100);
  bench.simulator.reset_counts();
  const auto answer = bench.done("sort_playlist", json::Object{{"playlist_id", playlist.id}, {"by", "artist"}});
  CHECK(status(answer) == "verified");
  CHECK(bench.writes() == 100);
  // The content was known from the dry run, by its snapshot.
  CHECK(bench.simulator.requests() <= 105);
  CHECK(playlist.entries().size() == 10'000);
  // One that breaks off in the middle is carried through by its receipt, with what is left of its requests.
  const Uris sorted = bench.now(playlist.id);
  bench.simulator.reset_counts();
  bench.fault({.kind = FaultKind::kStatus, .method = "POST", .path = "/playlists", .skip = 48, .status = 403});
  const auto broken = bench.done("shuffle_playlist", json::Object{{"playlist_id", playlist.id}});
  CHECK(status(broken) == "partial");
  CHECK(integer(broken, "requests_done") == 49);
  CHECK(playlist.entries().size() == 4900);
  CHECK(status(bench.done("undo", json::Object{{"finish", true}})) == "verified");
  CHECK(playlist.entries().size() == 10'000);
  CHECK(bench.writes() == 100 + 1);  // And the one that was refused.
  Uris now = bench.now(playlist.id);
  CHECK(now != sorted);
  std::ranges::sort(now);
  Uris all = sorted;
  std::ranges::sort(all);
  CHECK(now == all);
}

}  // namespace
}  // namespace tools
