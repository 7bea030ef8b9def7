// How well a track that was found fits the one that was meant, from 0 to 100.
//
//   the same ISRC                                   100, whatever the rest
//   title   up to 50   words of the name that both have; brackets that name a version or a guest aside
//   artist  up to 35   the best of the artists; full marks for none given
//   album   up to 5    full marks for none given
//   length  up to 10   full marks within 3 seconds or for none given, none beyond 30
//   version  -12       for each of live, cover, karaoke, remix, instrumental, acoustic, demo and changed tempo that
//                      was not asked for; -25 for karaoke and cover, -3 for a remaster
//            -15       for each that was asked for in the title and is not there
//
// So the studio version wins, unless the title asks for another one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace curation {

// Both the one that is meant and the one that was found; what is not known is empty or 0. Raw words: for comparison
// only.
struct Song {
  std::string title{};
  std::vector<std::string> artists{};
  std::string album{};
  std::string isrc{};
  int64_t duration_ms = 0;
};

int score(const Song& wanted, const Song& found);

}  // namespace curation
