// JSON at the size and shape that the product meets most: one page of a search for tracks. Ours parses strictly (UTF-8,
// duplicate names, depth and size limits) into an ordered tree; the peer in the same run is Boost.JSON's DOM.
#include <benchmark/benchmark.h>

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "json/parse.h"
#include "json/value.h"
#include "json/write.h"

namespace {

constexpr int kTracks = 20;

// An id of 22 base-62 characters that differs for each n.
std::string id_of(std::string_view kind, int n) {
  std::string id = std::string(kind) + std::to_string(n);
  id.resize(22, '0');
  return id;
}

json::Object artist(int n) {
  const std::string id = id_of("artist", n);
  return json::Object{
      {"external_urls", json::Object{{"spotify", "https://open.spotify.com/artist/" + id}}},
      {"href", "https://api.spotify.com/v1/artists/" + id},
      {"id", id},
      {"name", "Artist \"" + std::to_string(n) + "\" de la Forêt"},
      {"type", "artist"},
      {"uri", "spotify:artist:" + id},
  };
}

json::Object album(int n) {
  const std::string id = id_of("album", n);
  json::Array images;
  for (const int side : {640, 300, 64}) {
    images.push_back(json::Object{
        {"height", side}, {"width", side}, {"url", "https://i.scdn.co/image/" + id + std::to_string(side)}});
  }
  return json::Object{
      {"album_type", "album"},
      {"artists", json::Array{artist(n)}},
      {"href", "https://api.spotify.com/v1/albums/" + id},
      {"id", id},
      {"images", std::move(images)},
      {"is_playable", true},
      {"name", "An album with a longer name, number " + std::to_string(n)},
      {"release_date", "2024-05-17"},
      {"release_date_precision", "day"},
      {"total_tracks", 12},
      {"type", "album"},
      {"uri", "spotify:album:" + id},
  };
}

json::Object track(int n) {
  const std::string id = id_of("track", n);
  return json::Object{
      {"album", album(n / 3)},
      {"artists", json::Array{artist(n), artist(n + 1)}},
      {"disc_number", 1},
      {"duration_ms", 180'000 + n * 1'234},
      {"explicit", n % 5 == 0},
      {"external_urls", json::Object{{"spotify", "https://open.spotify.com/track/" + id}}},
      {"href", "https://api.spotify.com/v1/tracks/" + id},
      {"id", id},
      {"is_local", false},
      {"is_playable", true},
      {"name", "Lied Nr. " + std::to_string(n) + " – 夜の散歩 / Night Walk"},
      {"preview_url", nullptr},
      {"track_number", n % 12 + 1},
      {"type", "track"},
      {"uri", "spotify:track:" + id},
  };
}

const json::Value& search_answer() {
  static const json::Value answer = [] {
    json::Array items;
    for (int n = 0; n < kTracks; ++n) {
      items.push_back(track(n));
    }
    return json::Value(json::Object{
        {"tracks", json::Object{
                       {"href", "https://api.spotify.com/v1/search?offset=0&limit=20&query=night&type=track"},
                       {"items", std::move(items)},
                       {"limit", kTracks},
                       {"next", "https://api.spotify.com/v1/search?offset=20&limit=20&query=night&type=track"},
                       {"offset", 0},
                       {"previous", nullptr},
                       {"total", 812},
                   }}});
  }();
  return answer;
}

const std::string& search_text() {
  static const std::string text = json::write(search_answer());
  return text;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(search_text().size()));
}

void parse_ours(benchmark::State& state) {
  for (auto _ : state) {
    auto value = json::parse(search_text());
    if (!value) {
      state.SkipWithError("the answer is refused by our own parser");
      break;
    }
    benchmark::DoNotOptimize(value);
  }
  count_bytes(state);
}
BENCHMARK(parse_ours);

void parse_boost(benchmark::State& state) {
  for (auto _ : state) {
    auto value = boost::json::parse(search_text());
    benchmark::DoNotOptimize(value);
  }
  count_bytes(state);
}
BENCHMARK(parse_boost);

void write_ours(benchmark::State& state) {
  for (auto _ : state) {
    auto text = json::write(search_answer());
    benchmark::DoNotOptimize(text);
  }
  count_bytes(state);
}
BENCHMARK(write_ours);

void write_boost(benchmark::State& state) {
  const boost::json::value value = boost::json::parse(search_text());
  for (auto _ : state) {
    auto text = boost::json::serialize(value);
    benchmark::DoNotOptimize(text);
  }
  count_bytes(state);
}
BENCHMARK(write_boost);

}  // namespace
