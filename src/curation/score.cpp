#include "curation/score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "curation/words.h"

namespace curation {
namespace {

constexpr double kTitle = 50;
constexpr double kArtist = 35;
constexpr double kAlbum = 5;
constexpr double kLength = 10;
constexpr double kMissingVersion = 15;
constexpr int64_t kLengthSameMs = 3'000;
constexpr int64_t kLengthOtherMs = 30'000;

struct Penalty {
  Versions version;
  double points;
};
constexpr std::array kPenalties{
    Penalty{kLive, 12},     Penalty{kCover, 25}, Penalty{kKaraoke, 25},
    Penalty{kRemaster, 3},  Penalty{kRemix, 12}, Penalty{kInstrumental, 12},
    Penalty{kAcoustic, 12}, Penalty{kDemo, 12},  Penalty{kTempo, 12},
};

double artists_alike(const Song& wanted, const Song& found) {
  if (wanted.artists.empty()) return 1;
  double best = 0;
  for (const std::string& a : wanted.artists) {
    for (const std::string& b : found.artists) best = std::max(best, likeness(a, b));
  }
  return best;
}

double lengths_alike(const Song& wanted, const Song& found) {
  if (wanted.duration_ms <= 0 || found.duration_ms <= 0) return 1;
  const int64_t apart = std::abs(wanted.duration_ms - found.duration_ms);
  if (apart <= kLengthSameMs) return 1;
  if (apart >= kLengthOtherMs) return 0;
  return static_cast<double>(kLengthOtherMs - apart) / static_cast<double>(kLengthOtherMs - kLengthSameMs);
}

// Who sings "karaoke" may say so in the title, the artist or the album.
Versions versions_of(const Song& song) {
  Versions versions = title_of(song.title).versions;
  constexpr Versions kAnywhere = kKaraoke | kCover;
  for (const std::string& artist : song.artists) versions |= versions_in(artist) & kAnywhere;
  return versions | (versions_in(song.album) & kAnywhere);
}

bool is_same(const std::string& a, const std::string& b) { return !a.empty() && fold(a) == fold(b); }

}  // namespace

int score(const Song& wanted, const Song& found) {
  if (is_same(wanted.isrc, found.isrc)) return 100;
  double points = kTitle * likeness(title_of(wanted.title).name, title_of(found.title).name) +
                  kArtist * artists_alike(wanted, found) + kLength * lengths_alike(wanted, found) +
                  kAlbum * (wanted.album.empty() ? 1 : likeness(wanted.album, found.album));
  const Versions asked = versions_of(wanted);
  const Versions given = versions_of(found);
  for (const Penalty& penalty : kPenalties) {
    const bool is_asked = (asked & penalty.version) != 0;
    const bool is_given = (given & penalty.version) != 0;
    if (is_given && !is_asked) points -= penalty.points;
    if (is_asked && !is_given) points -= kMissingVersion;
  }
  // 100 is for a proof, such as an ISRC.
  return std::clamp(static_cast<int>(std::lround(points)), 0, 99);
}

}  // namespace curation
