// Odd titles and hostile strings are ordinary words: they reach Spotify byte by byte, come back so, and do nothing to
// the requests, the database, the pages and the log that they pass.
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sqlite3.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "app/pages.h"
#include "base/text.h"
#include "http/url.h"
#include "os/json_log.h"
#include "store/sqlite/response_cache.h"
#include "tests/support/manual_loop.h"
#include "tests/support/odd_titles.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/tools/curation_bench.h"

#include "tests/test.h"

namespace tools {
namespace {

std::vector<std::string> all_strings() {
  std::vector<std::string> all(test::kOddTitles.begin(), test::kOddTitles.end());
  for (std::string& each : test::hostile_strings()) all.push_back(std::move(each));
  return all;
}

// Keeps the requests as they leave.
class Wire final : public http::Client {
 public:
  explicit Wire(http::Client& next) : next_(next) {}
  base::Task<base::Result<http::Response>> send(http::Request request) override {
    target = request.target;
    header_lines.clear();
    for (const auto& [name, value] : request.headers) header_lines.insert(name + ": " + value);
    return next_.send(std::move(request));
  }
  std::string target;
  std::set<std::string> header_lines;

 private:
  http::Client& next_;
};

struct Wired {
  Wired() : wire(bench.http) {
    bench.client = std::make_shared<spotify::Client>(
        spotify::Client::Services{wire, bench.tokens, bench.gate, bench.loop, bench.loop, bench.random, bench.log},
        spotify::ClientOptions{});
  }
  CurationBench bench;
  Wire wire;
};

TEST_CASE("219 odd titles and 300 hostile strings reach the search as they are, in the query and nowhere else") {
  CHECK(test::hostile_strings().size() == 300);
  Wired wired;
  std::set<std::string> usual;
  for (const std::string& words : all_strings()) {
    INFO(words);
    wired.bench.answer("search_tracks", json::Object{{"query", words}, {"limit", 1}});
    const auto target = http::split_target(wired.wire.target);
    CHECK(target.path == "/v1/search");
    const auto query = http::parse_query(target.query);
    REQUIRE(query);
    CHECK(query->size() == 4);
    CHECK(http::find_parameter(*query, "q") == words);
    if (usual.empty()) usual = wired.wire.header_lines;
    CHECK(wired.wire.header_lines == usual);
  }
}

TEST_CASE("as the name and the description of a playlist they are kept as they are") {
  Wired wired;
  const std::string id = wired.bench.playlist_id("Mixed bag");
  constexpr size_t kNameMax = 100;
  for (const std::string& words : all_strings()) {
    INFO(words);
    REQUIRE(base::count_code_points(words) <= kNameMax);
    const mcp::ToolResult result =
        wired.bench.call("update_playlist", json::Object{{"playlist_id", id}, {"name", words}, {"description", words}});
    CHECK_FALSE(result.is_error);
    const auto& playlist = *wired.bench.simulator.world().find_playlist(id);
    CHECK(playlist.name == words);
    CHECK(playlist.description == words);
    CHECK(http::split_target(wired.wire.target).path == "/v1/playlists/" + id);
  }
}

TEST_CASE("a control character is refused with the argument's name, and nothing is sent") {
  CurationBench bench;
  for (const std::string_view words : test::kWithControls) {
    CHECK(bench.error("search_tracks", json::Object{{"query", std::string(words)}}).contains("query"));
    CHECK(bench.error("create_playlist", json::Object{{"name", std::string(words)}}).contains("name"));
  }
  CHECK(bench.simulator.requests() == 0);
}

// The definition of the database: each table and index with its SQL.
std::set<std::string> tables_of(const std::string& path) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  std::set<std::string> tables;
  sqlite3_stmt* names = nullptr;
  REQUIRE(sqlite3_prepare_v2(database, "SELECT name, sql FROM sqlite_master", -1, &names, nullptr) == SQLITE_OK);
  const auto text = [&](int column) {
    const auto* bytes = sqlite3_column_text(names, column);
    return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes));
  };
  while (sqlite3_step(names) == SQLITE_ROW) tables.insert(text(0) + ' ' + text(1));
  sqlite3_finalize(names);
  sqlite3_close(database);
  return tables;
}

TEST_CASE("as keys and answers in the database they are data: the definition is as before, and each comes back") {
  const test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  const test::ManualClock clock;
  store::sqlite::ResponseCacheOptions options{.directory = place.path() + "/data"};
  store::sqlite::ResponseCache cache({loop, worker, clock}, options);
  const auto put = [&](const std::string& words, std::string owner) {
    spotify::StoredAnswer answer{.key = "GET /" + words, .body = words, .etag = words};
    answer.fresh_until = clock.wall() + std::chrono::minutes(10);
    answer.kept_until = answer.fresh_until;
    REQUIRE(loop.run(cache.put({std::move(owner), 1}, std::move(answer), 0)));
  };
  put("first", "owner");
  const std::string file = options.directory + "/" + options.file_name;
  const auto before = tables_of(file);
  const auto all = all_strings();
  for (const std::string& words : all) {
    put(words, "owner");
    put(words, words);
  }
  for (const std::string& words : all) {
    INFO(words);
    for (const std::string& owner : {std::string("owner"), words}) {
      const auto found = loop.run(cache.find({owner, 1}, "GET /" + words));
      REQUIRE(found);
      REQUIRE(found->answer);
      CHECK(found->answer->body == words);
      CHECK(found->answer->etag == words);
    }
  }
  CHECK(tables_of(file) == before);
  const auto stats = loop.run(cache.stats("owner"));
  REQUIRE(stats);
  CHECK(stats->entries == static_cast<int64_t>(all.size()) + 1);
}

TEST_CASE("on a page they are text, and in the log they stay on their line") {
  const size_t tags = 14;  // Of the page itself.
  const test::TemporaryDirectory place;
  const std::string path = place.path() + "/log";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  const test::ManualClock clock;
  std::optional<os::JsonLog> written(std::in_place, file, base::Level::kInfo, clock);
  base::Log& log = *written;
  auto all = all_strings();
  for (const std::string_view words : test::kWithControls) all.emplace_back(words);
  for (const std::string& words : all) {
    INFO(words);
    const auto page = app::page(200, words, words);
    CHECK(static_cast<size_t>(std::ranges::count(page.body, '<')) == tags + 2);
    CHECK(page.body.find("onerror=alert(1)>") == std::string::npos);
    log.event(base::Level::kInfo, "test", {{"words", words}});
  }
  written.reset();
  close(file);
  std::ifstream in(path);
  std::string line;
  size_t lines = 0;
  for (; std::getline(in, line); ++lines) {
    const auto event = json::parse(line);
    REQUIRE(event);
    REQUIRE(lines < all.size());
    CHECK(event->text_or_empty("words") == all[lines]);
    CHECK(event->text_or_empty("event") == "test");
  }
  CHECK(lines == all.size());
}

}  // namespace
}  // namespace tools
