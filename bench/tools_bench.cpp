// What grows with an account: duplicates in a playlist of 10,000 items, the completion of a name among 11,000
// playlists, and a cache file of 1,000,000 answers beside one of 10,000.
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <vector>

#include "curation/duplicates.h"
#include "json/value.h"
#include "net/loop.h"
#include "os/system_clock.h"
#include "store/sqlite/response_cache.h"
#include "tools/names.h"

namespace {

// Every tenth item is there twice, and every tenth has a second id of the same recording.
std::vector<curation::Entry> playlist(size_t count) {
  std::vector<curation::Entry> entries;
  for (size_t i = 0; i < count; ++i) {
    const size_t id = i % 10 == 9 ? i / 2 : i;
    const size_t song = i % 10 == 5 ? i / 3 : id;
    curation::Entry entry;
    entry.uri = fmt::format("spotify:track:{:022}", id);
    entry.title = base::ForeignText(fmt::format("A song of some length, number {} (Remastered)", song));
    entry.artists.emplace_back(fmt::format("Artist {}", song % 997));
    entry.isrc = fmt::format("XXA{:09}", song);
    entry.duration_ms = 180'000 + static_cast<int64_t>(song);
    entries.push_back(std::move(entry));
  }
  return entries;
}

void duplicates(benchmark::State& state, curation::Match match) {
  const auto entries = playlist(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(curation::find_duplicates(entries, match, std::chrono::milliseconds(2000)));
  }
}
void duplicates_by_uri(benchmark::State& state) { duplicates(state, curation::Match::kUri); }
void duplicates_by_recording(benchmark::State& state) { duplicates(state, curation::Match::kRecording); }
BENCHMARK(duplicates_by_uri)->Arg(1'000)->Arg(10'000);
BENCHMARK(duplicates_by_recording)->Arg(1'000)->Arg(10'000);

// What a change of the playlist takes out, and what is left.
void surplus(benchmark::State& state) {
  const auto entries = playlist(static_cast<size_t>(state.range(0)));
  const auto groups = curation::find_duplicates(entries, curation::Match::kUri, {});
  for (auto _ : state) {
    const auto removal = curation::surplus_of(entries, groups);
    benchmark::DoNotOptimize(curation::without(entries, removal.positions));
  }
}
BENCHMARK(surplus)->Arg(1'000)->Arg(10'000);

tools::Names names_of(int64_t count) {
  constexpr int64_t kPage = 50;
  tools::Names names("id");
  for (int64_t from = 0; from < count; from += kPage) {
    json::Array rows;
    for (int64_t i = from; i < from + kPage; ++i) {
      rows.emplace_back(json::Object{{"uri", fmt::format("spotify:playlist:{:022}", i)},
                                     {"name", fmt::format("Songs for a long evening, part {}", i)}});
    }
    json::Object page{{"items", std::move(rows)}, {"next_cursor", fmt::format("{}", from)}};
    if (from == 0)
      names.begin(page);
    else
      names.go_on(names.cursor(), page);
  }
  return names;
}

// The last one of the list, so that all of them are looked at.
void completion(benchmark::State& state) {
  const tools::Names names = names_of(state.range(0));
  const std::string typed = fmt::format("EVENING, part {}", state.range(0) - 1);
  for (auto _ : state) {
    const auto found = names.find(typed);
    if (found.size() != 1) return state.SkipWithError("not found");
  }
}
BENCHMARK(completion)->Arg(1'100)->Arg(11'000)->Unit(benchmark::kMicrosecond);

// A cache file with that many answers of one user, on the file system of the working directory, because /tmp may be
// memory. The rows are written by one statement, in the table that the cache has made.
class CacheFile {
 public:
  explicit CacheFile(int64_t count) : directory_((std::filesystem::current_path() / "cache-bench-XXXXXX").string()) {
    if (::mkdtemp(directory_.data()) == nullptr) std::abort();
    open();
    if (!loop_.run(cache_->clean())) std::abort();
    cache_.reset();
    fill(count);
    open();
    if (!has(count - 1)) std::abort();
  }
  ~CacheFile() {
    cache_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  CacheFile(const CacheFile&) = delete;
  CacheFile& operator=(const CacheFile&) = delete;

  bool has(int64_t i) {
    const auto found = loop_.run(cache_->find({"owner", 1}, fmt::format("/tracks/{:022}?market=US", i)));
    return found && found->answer;
  }

 private:
  void open() {
    cache_ = std::make_unique<store::sqlite::ResponseCache>(
        store::sqlite::ResponseCache::Services{loop_, worker_, clock_},
        store::sqlite::ResponseCacheOptions{
            .directory = directory_, .entries_max = 2'000'000, .bytes_max = int64_t{4} * 1024 * 1024 * 1024});
  }
  void fill(int64_t count) const {
    const int64_t now = clock_.wall().unix_ms;
    const std::string sql = fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {}) "
        "INSERT INTO answers SELECT 'owner', 1, printf('/tracks/%022d?market=US', i), printf('%0300d', i), 'tag', {}, "
        "{}, {}, "
        "330 FROM n",
        count, now, now + 86'400'000, now + 86'400'000);
    sqlite3* file = nullptr;
    if (sqlite3_open((directory_ + "/cache.db").c_str(), &file) != SQLITE_OK ||
        sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      std::abort();
    }
    sqlite3_close(file);
  }

  std::string directory_;
  net::AsioLoop loop_;
  net::ThreadWorker worker_;
  os::SystemClock clock_;
  std::unique_ptr<store::sqlite::ResponseCache> cache_;
};

// Made once for all repetitions.
CacheFile& cache_file(int64_t count) {
  static std::map<int64_t, std::unique_ptr<CacheFile>> files;
  auto& file = files[count];
  if (!file) file = std::make_unique<CacheFile>(count);
  return *file;
}

// Each lookup is another answer, all over the file.
void cache_hit(benchmark::State& state) {
  CacheFile& file = cache_file(state.range(0));
  int64_t i = 0;
  for (auto _ : state) {
    i = (i + 7'919) % state.range(0);
    if (!file.has(i)) return state.SkipWithError("not found");
  }
}
void cache_miss(benchmark::State& state) {
  CacheFile& file = cache_file(state.range(0));
  int64_t i = state.range(0);
  for (auto _ : state) {
    if (file.has(++i)) return state.SkipWithError("found");
  }
}
BENCHMARK(cache_hit)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(cache_miss)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
