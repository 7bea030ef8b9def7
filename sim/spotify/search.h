// Search over the catalogue: words match by prefix, the field filters of the Web API narrow, the ranking is
// deterministic. More matched words come first, then better places of the match, then popularity.
#pragma once

#include <cstdint>
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

  // Best first. kChapter finds nothing: chapters cannot be searched.
  std::vector<Index> find(Kind kind, const SearchQuery& query) const;

 private:
  bool passes(Kind kind, Index index, const std::pair<std::string, std::string>& filter) const;
  const std::vector<SearchDocument>& documents(Kind kind) const;

  const Catalogue& catalogue_;
  std::vector<SearchDocument> artists_;
  std::vector<SearchDocument> albums_;
  std::vector<SearchDocument> tracks_;
  std::vector<SearchDocument> shows_;
  std::vector<SearchDocument> episodes_;
  std::vector<SearchDocument> audiobooks_;
  std::vector<SearchDocument> none_;
};

}  // namespace sim::spotify
