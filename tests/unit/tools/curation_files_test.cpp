// Playlists as files and lists as playlists, and covers, against the simulator.
#include <set>
#include <string>
#include <vector>

#include "crypto/base64.h"
#include "curation/formats.h"
#include "tests/unit/tools/curation_bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

std::string export_all(CurationBench& bench, const std::string& id, std::string_view format) {
  std::string file;
  json::Object arguments{{"playlist_id", id}, {"format", format}};
  for (int calls = 0; calls < 100; ++calls) {
    const auto answer = bench.answer("export_playlist", arguments);
    CHECK(wire_cost(answer) <= bench.services.options.answer_bytes_max);
    CHECK(integer(answer, "items") > 0);
    file += text(answer, "content");
    const std::string cursor = text(answer, "next_cursor");
    if (cursor.empty()) return file;
    arguments.set("cursor", cursor);
  }
  FAIL("the cursor never ends");
  return file;
}

// Matches every row and gives the answers.
std::vector<json::Value> match_all(CurationBench& bench, json::Object arguments) {
  std::vector<json::Value> answers;
  for (int calls = 0; calls < 100; ++calls) {
    answers.push_back(bench.answer("import_playlist", arguments));
    CHECK(wire_cost(answers.back()) <= bench.services.options.answer_bytes_max);
    const std::string cursor = text(answers.back(), "next_cursor");
    if (cursor.empty()) return answers;
    arguments = json::Object{{"cursor", cursor}};
  }
  FAIL("the cursor never ends");
  return answers;
}

std::string id_in(const json::Value& answer) { return text(*answer.find("written"), "playlist_id"); }

TEST_CASE("what is exported is imported as the same list, in every format that names items") {
  for (const char* format : {"csv", "m3u", "json"}) {
    CurationBench bench;
    const std::string id = bench.playlist_id("Everything, always");
    const std::string file = export_all(bench, id, format);
    bench.simulator.reset_counts();
    const auto answers = match_all(bench, json::Object{{"content", file}, {"limit", 40}});
    CHECK(bench.simulator.requests("GET /search") == 0);
    CHECK(integer(answers.back(), "matched") == 250);
    CHECK(bench.writes() == 0);
    const auto written =
        bench.answer("import_playlist", json::Object{{"confirm", text(answers.back(), "confirm")}, {"name", "Again"}});
    CHECK(status(written) == "verified");
    CHECK(bench.now(id_in(written)) == bench.now(id));
  }
}

TEST_CASE("hostile names leave as cleaned text, and no cell of the CSV is a formula") {
  CurationBench bench;
  auto& playlist = bench.playlist("Empty for now");
  bench.fill(playlist, {bench.track_uri(0), bench.track_uri(1)});
  const std::string file = export_all(bench, playlist.id, "csv");
  CHECK(file.starts_with("\"Track URI\""));
  CHECK_FALSE(file.contains("\u202e"));
  CHECK(curation::parse(curation::Format::kCsv, file)->rows.size() == 2);
}

TEST_CASE("in lockdown an export holds no words") {
  CurationBench bench({.privacy = Privacy::kLockdown});
  const std::string id = bench.playlist_id("Mixed bag");
  const auto answer = bench.answer("export_playlist", json::Object{{"playlist_id", id}, {"format", "json"}});
  CHECK_FALSE(text(answer, "content").contains("title"));
  CHECK_FALSE(text(answer, "content").contains("Cellar"));
  CHECK_FALSE(text(answer, "summary").contains("Mixed"));
}

TEST_CASE("an export that goes on after a change says so") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Everything, always");
  const auto first = bench.answer("export_playlist", json::Object{{"playlist_id", id}});
  bench.answer("add_tracks_to_playlist", json::Object{{"playlist_id", id}, {"uris", bench.track_uris(1)}});
  CHECK(bench.error("export_playlist", json::Object{{"playlist_id", id}, {"cursor", text(first, "next_cursor")}})
            .contains("without a cursor"));
}

TEST_CASE("lines are matched by words, rows with an ISRC by that, and each says how sure it is") {
  CurationBench bench;
  const auto& catalogue = bench.simulator.catalogue();
  const auto& track = catalogue.tracks[100];
  const std::string artist = catalogue.artists[track.artists[0]].name;
  const auto lines = match_all(bench, json::Object{{"content", artist + " - " + track.name + "\nzzqx - vvkkww\n"}});
  REQUIRE(lines.size() == 1);
  const auto& rows = lines[0].find("rows")->array();
  REQUIRE(rows.size() == 2);
  CHECK(text(rows[0], "by") == "search");
  CHECK(integer(*rows[0].find("match"), "confidence") >= 90);
  CHECK(text(*rows[0].find("match")->find("item"), "name") == track.name);
  CHECK(text(rows[1], "by") == "none");
  CHECK(integer(lines[0], "matched") == 1);
  CHECK(integer(lines[0], "unmatched") == 1);
  CHECK(
      text(lines[0], "summary")
          .starts_with("Looked at 2 of 2 rows: 1 found, 0 doubtful, 1 not found. Would write 1; nothing was written."));

  const auto isrc = match_all(bench, json::Object{{"content", "title,isrc\nSomething Else," + track.isrc + "\n"}});
  const auto& row = isrc[0].find("rows")->array()[0];
  CHECK(text(row, "by") == "isrc");
  CHECK(integer(*row.find("match"), "confidence") == 100);
  CHECK(bench.writes() == 0);
}

TEST_CASE("an import is never written before all rows are matched, and only what is matched well") {
  CurationBench bench;
  const auto& catalogue = bench.simulator.catalogue();
  std::string content;
  for (size_t n = 0; n < 5; ++n) {
    const auto& track = catalogue.tracks[n * 50];
    content += catalogue.artists[track.artists[0]].name + " - " + track.name + "\n";
  }
  content += "zzqx - vvkkww\n";
  const auto first = bench.answer("import_playlist", json::Object{{"content", content}, {"limit", 2}});
  CHECK(first.find("confirm") == nullptr);
  CHECK(text(first, "summary").contains("nothing was written"));
  const auto rest = match_all(bench, json::Object{{"cursor", text(first, "next_cursor")}});
  const std::string confirm = text(rest.back(), "confirm");
  CHECK(bench.error("import_playlist", json::Object{{"confirm", confirm}}).contains("name"));
  CHECK(bench.error("import_playlist", json::Object{{"confirm", "impt_none"}, {"name", "x"}}).contains("Begin again"));
  CHECK(bench.error("import_playlist", json::Object{}).contains("one of"));
  CHECK(bench.error("import_playlist", json::Object{{"content", "\n\n"}}).contains("names no track"));
  const std::string into = bench.playlist_id("Mixed bag");
  const Uris before = bench.now(into);
  const auto dry =
      bench.answer("import_playlist", json::Object{{"confirm", confirm}, {"into", into}, {"dry_run", true}});
  CHECK(status(dry) == "dry_run");
  CHECK(bench.writes() == 0);
  const auto written = bench.answer("import_playlist", json::Object{{"confirm", confirm}, {"into", into}});
  CHECK(status(written) == "verified");
  CHECK(bench.now(into).size() == before.size() + 5);
  bench.done("undo", json::Object{{"receipt", text(*written.find("written"), "receipt")}});
  CHECK(bench.now(into) == before);
}

TEST_CASE("a search that fails stops the matching, keeps what was found, and goes on there") {
  CurationBench bench;
  const auto& catalogue = bench.simulator.catalogue();
  std::string content;
  for (size_t n = 0; n < 4; ++n) {
    const auto& track = catalogue.tracks[n * 50];
    content += catalogue.artists[track.artists[0]].name + " - " + track.name + "\n";
  }
  bench.fault({.kind = FaultKind::kStatus, .path = "/search", .skip = 2, .times = 9, .status = 403});
  const auto first = bench.answer("import_playlist", json::Object{{"content", content}});
  CHECK(first.find("rows")->array().size() == 2);
  bench.simulator.faults().clear();
  const auto rest = match_all(bench, json::Object{{"cursor", text(first, "next_cursor")}});
  CHECK(rest.back().find("rows")->array().size() == 2);
  CHECK(integer(rest.back(), "matched") == 4);
}

const std::string kJpeg = crypto::base64_encode("\xFF\xD8\xFF\xE0 an invented picture");

TEST_CASE("a cover is set after asking, and read from Spotify's own servers only") {
  CurationBench bench;
  auto& playlist = bench.playlist("Empty for now");
  const json::Object arguments{{"playlist_id", playlist.id}, {"image", "data:image/jpeg;base64,\n" + kJpeg}};
  const auto refused = bench.answer("set_playlist_cover", arguments);
  CHECK(status(refused) == "unchanged");
  CHECK(bench.writes() == 0);
  const auto answer = bench.done("set_playlist_cover", arguments);
  CHECK(status(answer) == "verified");
  CHECK(bench.simulator.requests("PUT /playlists/{id}/images") == 1);
  const auto shown = bench.answer("get_playlist_cover", json::Object{{"playlist_id", playlist.id}});
  REQUIRE(shown.find("images")->array().size() == 1);
  CHECK(text(shown.find("images")->array()[0], "url") == playlist.cover_url);
  playlist.cover_url = "https://collect.example.invalid/?x=1";
  CHECK(bench.answer("get_playlist_cover", json::Object{{"playlist_id", playlist.id}}).find("images")->array().empty());
}

TEST_CASE("what is no JPEG, or too large, is refused before anything is sent") {
  CurationBench bench;
  const std::string id = bench.playlist_id("Empty for now");
  const auto error = [&](std::string image) {
    return bench.error("set_playlist_cover", json::Object{{"playlist_id", id}, {"image", std::move(image)}});
  };
  CHECK(error(crypto::base64_encode("\x89PNG, not a JPEG at all")).contains("JPEG"));
  CHECK(error("this is no base64 at all!").contains("JPEG"));
  CHECK(error(crypto::base64_encode("\xFF\xD8\xFF" + std::string(198'000, 'x'))).contains("smaller"));
  CHECK(bench.simulator.requests() == 0);
}

TEST_CASE("a cover without an answer is ambiguous, unless Spotify shows it") {
  for (const auto kind : {FaultKind::kResetBefore, FaultKind::kResetAfter}) {
    CurationBench bench;
    auto& playlist = bench.playlist("Empty for now");
    bench.fault({.kind = kind, .method = "PUT", .path = "/playlists"});
    const auto answer = bench.done("set_playlist_cover", json::Object{{"playlist_id", playlist.id}, {"image", kJpeg}});
    CHECK(status(answer) == (kind == FaultKind::kResetAfter ? "verified" : "ambiguous"));
    CHECK(playlist.cover_url.empty() == (kind == FaultKind::kResetBefore));
    CHECK(bench.simulator.requests("PUT /playlists/{id}/images") == 1);
  }
}

}  // namespace
}  // namespace tools
