#include "sim/spotify/search.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"

namespace sim::spotify {
namespace {

constexpr auto kFilters =
    std::to_array<std::string_view>({"album", "artist", "track", "year", "upc", "isrc", "genre", "tag"});

// The letter under an accent, for U+00C0 to U+00FF and the few beyond that names here use; 0 leaves the bytes. In the
// table a star is a sign without a letter.
char unaccented(uint8_t lead, uint8_t trail) {
  constexpr std::string_view kLatin1 =
      "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo*ouuuuypy";
  static_assert(kLatin1.size() == 64);
  if (lead == 0xC3 && trail >= 0x80 && kLatin1[trail - 0x80U] != '*') return kLatin1[trail - 0x80U];
  if (lead == 0xC4 && trail == 0xB0) return 'i';                      // İ
  if (lead == 0xC5 && (trail == 0x81 || trail == 0x82)) return 'l';  // Ł ł
  return 0;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<uint8_t>(c) >= 0x80;
}

bool has_token(const std::vector<std::string>& tokens, std::string_view wanted) {
  return std::ranges::find(tokens, wanted) != tokens.end();
}

bool has_prefix(const std::vector<std::string>& tokens, std::string_view wanted) {
  return std::ranges::any_of(tokens, [&](const std::string& token) { return token.starts_with(wanted); });
}

// Every word of the value is a word of the text.
bool contains_words(const std::vector<std::string>& tokens, std::string_view value) {
  return std::ranges::all_of(tokenize(value), [&](const std::string& word) { return has_token(tokens, word); });
}

bool contains_words(std::string_view text, std::string_view value) { return contains_words(tokenize(text), value); }

bool year_matches(int year, std::string_view value) {
  const size_t dash = value.find('-');
  const auto from = base::parse_integer(value.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : base::parse_integer(value.substr(dash + 1));
  return from && to && year >= *from && year <= *to;
}

}  // namespace

std::vector<std::string> tokenize(std::string_view text) {
  std::vector<std::string> tokens;
  std::string token;
  const auto finish = [&] {
    if (!token.empty()) tokens.push_back(std::exchange(token, {}));
  };
  const std::string lower = base::to_lower_ascii(text);
  for (size_t i = 0; i < lower.size(); ++i) {
    const char plain = i + 1 < lower.size() ? unaccented(static_cast<uint8_t>(lower[i]),
                                                         static_cast<uint8_t>(lower[i + 1]))
                                            : '\0';
    if (plain != 0) {
      token += plain;
      ++i;
    } else if (is_word_byte(lower[i])) {
      token += lower[i];
    } else if (lower[i] != '\'') {
      finish();
    }
  }
  finish();
  if (tokens.empty() && !base::trim(text).empty()) tokens.emplace_back(base::trim(text));
  return tokens;
}

SearchQuery parse_search_query(std::string_view q) {
  SearchQuery query;
  std::string plain;
  std::string* open = &plain;  // Where an unquoted word belongs.
  std::vector<std::pair<std::string, std::string>> filters;
  filters.reserve(16);
  while (!q.empty()) {
    if (q.front() == ' ') {
      q.remove_prefix(1);
      continue;
    }
    const size_t colon = q.find(':');
    const std::string name = base::to_lower_ascii(q.substr(0, std::min(colon, q.size())));
    const bool is_filter = std::ranges::find(kFilters, name) != kFilters.end() && filters.size() < 16;
    if (is_filter) {
      q.remove_prefix(colon + 1);
      filters.emplace_back(name, "");
      open = &filters.back().second;
    }
    if (q.starts_with('"')) {
      const size_t end = std::min(q.find('"', 1), q.size());
      *open += (open->empty() ? "" : " ") + std::string(q.substr(1, end - 1));
      q.remove_prefix(std::min(end + 1, q.size()));
      // A quoted value is complete: what follows is plain again.
      open = &plain;
      continue;
    }
    const size_t end = std::min(q.find(' '), q.size());
    *open += (open->empty() ? "" : " ") + std::string(q.substr(0, end));
    q.remove_prefix(end);
  }
  query.filters = std::move(filters);
  if (!plain.empty()) query.words = tokenize(plain);
  return query;
}

std::optional<SearchScore> score(const SearchDocument& document, const std::vector<std::string>& words) {
  SearchScore total;
  for (const std::string& word : words) {
    int points = 0;
    const auto look = [&](const std::vector<std::string>& tokens, int weight) {
      if (has_token(tokens, word)) points = std::max(points, 4 * weight);
      else if (has_prefix(tokens, word)) points = std::max(points, 2 * weight);
    };
    look(document.name, 3);
    look(document.second, 2);
    look(document.third, 1);
    if (points > 0) ++total.matched;
    total.points += points;
  }
  if (total.matched * 2 < static_cast<int>(words.size())) return std::nullopt;
  if (!words.empty() && document.name == words) total.points += 20;
  else if (!words.empty() && !document.name.empty() && document.name[0] == words[0]) total.points += 3;
  return total;
}

SearchIndex::SearchIndex(const Catalogue& catalogue) : catalogue_(catalogue) {
  const auto names = [&](const std::vector<Index>& list) {
    std::vector<std::string> tokens;
    for (const Index i : list) std::ranges::move(tokenize(catalogue.artists[i].name), std::back_inserter(tokens));
    return tokens;
  };
  const auto joined = [](const std::vector<std::string>& texts) {
    std::vector<std::string> tokens;
    for (const std::string& text : texts) std::ranges::move(tokenize(text), std::back_inserter(tokens));
    return tokens;
  };
  for (const Artist& each : catalogue.artists) {
    artists_.documents.push_back({tokenize(each.name), {}, joined(each.genres), each.popularity});
  }
  for (const Album& each : catalogue.albums) {
    albums_.documents.push_back({tokenize(each.name), names(each.artists), {}, each.popularity});
  }
  for (const Track& each : catalogue.tracks) {
    const auto& album = albums_.documents[each.album].name;
    tracks_.documents.push_back({tokenize(each.name), names(each.artists), album, each.popularity});
  }
  for (const Show& each : catalogue.shows) {
    shows_.documents.push_back({tokenize(each.name), tokenize(each.publisher), tokenize(each.description), 0});
  }
  for (const Episode& each : catalogue.episodes) {
    episodes_.documents.push_back({tokenize(each.name), shows_.documents[each.show].name, {}, 0});
  }
  for (const Audiobook& each : catalogue.audiobooks) {
    audiobooks_.documents.push_back({tokenize(each.name), joined(each.authors), joined(each.narrators), 0});
  }
  for (Shelf* const shelf : {&artists_, &albums_, &tracks_, &shows_, &episodes_, &audiobooks_}) index(*shelf);
}

void SearchIndex::index(Shelf& shelf) {
  for (Index i = 0; i < shelf.documents.size(); ++i) {
    const SearchDocument& document = shelf.documents[i];
    for (const auto* const tokens : {&document.name, &document.second, &document.third}) {
      for (const std::string& token : *tokens) {
        auto& places = shelf.places[token];
        if (places.empty() || places.back() != i) places.push_back(i);
      }
    }
  }
}

std::vector<Index> SearchIndex::candidates(const Shelf& shelf, const std::vector<std::string>& words) {
  std::vector<bool> is_candidate(shelf.documents.size(), words.empty());
  for (const std::string& word : words) {
    for (auto at = shelf.places.lower_bound(word); at != shelf.places.end() && at->first.starts_with(word); ++at) {
      for (const Index i : at->second) is_candidate[i] = true;
    }
  }
  std::vector<Index> found;
  for (Index i = 0; i < is_candidate.size(); ++i) {
    if (is_candidate[i]) found.push_back(i);
  }
  return found;
}

const SearchIndex::Shelf& SearchIndex::shelf(Kind kind) const {
  switch (kind) {
    case Kind::kArtist:
      return artists_;
    case Kind::kAlbum:
      return albums_;
    case Kind::kTrack:
      return tracks_;
    case Kind::kShow:
      return shows_;
    case Kind::kEpisode:
      return episodes_;
    case Kind::kAudiobook:
      return audiobooks_;
    case Kind::kChapter:
      return none_;
  }
  return none_;
}

bool SearchIndex::passes(Kind kind, Index index, const std::pair<std::string, std::string>& filter) const {
  const auto& [name, value] = filter;
  const bool is_track = kind == Kind::kTrack;
  const bool is_album = kind == Kind::kAlbum;
  const bool is_artist = kind == Kind::kArtist;
  if (name == "track") return is_track && contains_words(tracks_.documents[index].name, value);
  if (name == "isrc") return is_track && base::equals_ignoring_case(catalogue_.tracks[index].isrc, value);
  if (name == "upc") return is_album && catalogue_.albums[index].upc == value;
  if (name == "tag") {
    // "hipster" is the least popular tenth.
    const bool rare = is_album && catalogue_.albums[index].popularity < 10;
    return is_album && (value == "new" ? catalogue_.albums[index].is_new : value == "hipster" && rare);
  }
  if (name == "album") {
    if (is_album) return contains_words(albums_.documents[index].name, value);
    return is_track && contains_words(albums_.documents[catalogue_.tracks[index].album].name, value);
  }
  if (name == "artist") {
    if (is_artist) return contains_words(artists_.documents[index].name, value);
    if (!is_track && !is_album) return false;
    const auto& by = is_track ? catalogue_.tracks[index].artists : catalogue_.albums[index].artists;
    return std::ranges::any_of(by, [&](Index i) { return contains_words(artists_.documents[i].name, value); });
  }
  if (name == "year") {
    const auto of = [&](Index album) { return year_matches(catalogue_.albums[album].released.year(), value); };
    if (is_album) return of(index);
    if (is_track) return of(catalogue_.tracks[index].album);
    return is_artist && std::ranges::any_of(catalogue_.artists[index].albums, of);
  }
  if (name == "genre") {
    if (!is_artist && !is_track) return false;
    const Index artist = is_artist ? index : catalogue_.tracks[index].artists[0];
    const auto& genres = catalogue_.artists[artist].genres;
    return std::ranges::any_of(genres, [&](const std::string& genre) { return contains_words(genre, value); });
  }
  return false;
}

std::vector<Index> SearchIndex::find(Kind kind, const SearchQuery& query) const {
  const Shelf& all = shelf(kind);
  struct Hit {
    SearchScore score;
    int popularity;
    Index index;
  };
  std::vector<Hit> hits;
  for (const Index i : candidates(all, query.words)) {
    const auto scored = score(all.documents[i], query.words);
    if (!scored) continue;
    const bool passed =
        std::ranges::all_of(query.filters, [&](const auto& filter) { return passes(kind, i, filter); });
    if (passed) hits.push_back({*scored, all.documents[i].popularity, i});
  }
  std::ranges::sort(hits, [](const Hit& a, const Hit& b) {
    return std::tuple(-a.score.matched, -a.score.points, -a.popularity, a.index) <
           std::tuple(-b.score.matched, -b.score.points, -b.popularity, b.index);
  });
  std::vector<Index> found;
  found.reserve(hits.size());
  for (const Hit& hit : hits) found.push_back(hit.index);
  return found;
}

}  // namespace sim::spotify
