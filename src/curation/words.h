// Titles as people mean them: without case, accents and punctuation, and with the version of the song told apart from
// its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace curation {

// Lower case, Latin letters without their accents, everything but letters and digits as one blank. For comparison and
// for sorting; never shown.
std::string fold(std::string_view text);
std::vector<std::string> words_of(std::string_view text);

// A set of versions, as bits.
using Versions = uint32_t;
inline constexpr Versions kLive = 1U << 0U;
inline constexpr Versions kCover = 1U << 1U;
inline constexpr Versions kKaraoke = 1U << 2U;
inline constexpr Versions kRemaster = 1U << 3U;
inline constexpr Versions kRemix = 1U << 4U;
inline constexpr Versions kInstrumental = 1U << 5U;
inline constexpr Versions kAcoustic = 1U << 6U;
inline constexpr Versions kDemo = 1U << 7U;
inline constexpr Versions kTempo = 1U << 8U;  // Sped up, slowed down.

struct Title {
  std::string name;  // Folded, without what names a version or a guest.
  Versions versions = 0;
};
// Only what stands in brackets or after " - " can name a version, so that a song called "Live Wire" is none.
Title title_of(std::string_view text);
// The versions that any words name: for artists and albums, such as "The Karaoke Crew".
Versions versions_in(std::string_view text);

// How alike two texts are, from 0 to 1, by the words that they share.
double likeness(std::string_view a, std::string_view b);

}  // namespace curation
