// Search over the catalogue: words match by prefix, the field filters of the Web API narrow, the ranking is
// deterministic. More matched words come first, then better places of the match, then popularity.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/spotify/catalogue.h"

namespace sim::spotify {

// Lower case, accents of Latin letters taken off, cut at everything that is no letter or digit. A text of signs alone
// is one token, so that "!?!" can be found.
std::vector<std::string> tokenize(std::string_view text);

struct SearchQuery {
  std::vector<std::string> words;
  // album, artist, track, year, upc, isrc, genre, tag with their values.
  std::vector<std::pair<std::string, std::string>> filters;
};
// Values may be quoted; an unquoted one reaches to the next filter, as "artist:Ada Lund track:Kite" does.
SearchQuery parse_search_query(std::string_view q);

// The texts of one thing, as tokens, by how much a match in them is worth.
struct SearchDocument {
  std::vector<std::string> name;
  std::vector<std::string> second;
  std::vector<std::string> third;
  int popularity = 0;
};
struct SearchScore {
  int matched = 0;
  int points = 0;
};
// Nothing when fewer than half of the words match.
std::optional<SearchScore> score(const SearchDocument& document, const std::vector<std::string>& words);

class SearchIndex {
 public:
  explicit SearchIndex(const Catalogue& catalogue);
  SearchIndex(const SearchIndex&) = delete;
  SearchIndex& operator=(const SearchIndex&) = delete;

  // Best first. kChapter finds nothing: chapters cannot be searched.
  std::vector<Index> find(Kind kind, const SearchQuery& query) const;

 private:
  bool passes(Kind kind, Index index, const std::pair<std::string, std::string>& filter) const;
  // All things of one kind, and where each token stands. Nothing is added once it is indexed.
  struct Shelf {
    std::vector<SearchDocument> documents;
    std::map<std::string_view, std::vector<Index>> places;
  };
  static void index(Shelf& shelf);
  // What has a token that begins with one of the words; everything when there are none.
  static std::vector<Index> candidates(const Shelf& shelf, const std::vector<std::string>& words);
  const Shelf& shelf(Kind kind) const;

  const Catalogue& catalogue_;
  Shelf artists_;
  Shelf albums_;
  Shelf tracks_;
  Shelf shows_;
  Shelf episodes_;
  Shelf audiobooks_;
  Shelf none_;
};

}  // namespace sim::spotify
