// Titles folded and told apart by version, and the score that prefers the studio version.
#include "curation/words.h"

#include <string>
#include <vector>

#include "curation/score.h"

#include "tests/test.h"

namespace curation {
namespace {

TEST_CASE("folding leaves letters and digits of every script") {
  CHECK(fold("  H\u00e9llo,   W\u00d6RLD!! ") == "hello world");
  CHECK(fold("Don\u2019t don't") == "dont dont");
  CHECK(fold("\u017b\u00f3\u0142\u0107 \u00df \u00c6on") == "zolc ss aeon");
  CHECK(fold("\u041c\u0418\u0420 \u039b\u039f\u0393\u039f\u03a3") ==
        "\u043c\u0438\u0440 \u03bb\u03bf\u03b3\u03bf\u03c3");
  CHECK(fold("\u97f3\u697d\u3000\u3010live\u3011") == "\u97f3\u697d live");
  CHECK(fold("e\u0301") == "e");
  CHECK(fold("\xff\xc3").size() <= 6);  // Bytes that are no UTF-8 end as something.
}

TEST_CASE("a version stands in brackets or after a dash, and the rest is the name") {
  CHECK(title_of("Live Wire").versions == 0);
  CHECK(title_of("Tin Roof (Live at the Hall)").versions == kLive);
  CHECK(title_of("Tin Roof (Live at the Hall)").name == "tin roof");
  CHECK(title_of("Tin Roof - 2011 Remaster").versions == kRemaster);
  CHECK(title_of("Tin Roof - 2011 Remaster").name == "tin roof");
  CHECK(title_of("Tin Roof [Karaoke Version]").versions == kKaraoke);
  CHECK(title_of("Tin Roof (feat. Somebody)").name == "tin roof");
  CHECK(title_of("Tin Roof (Part Two)").name == "tin roof part two");
  CHECK(title_of("(Live)").name == "live");
  CHECK(title_of("Tin (Demo) Roof - Slowed + Reverb").versions == (kDemo | kTempo));
}

Song song(std::string title, std::string artist, int64_t duration_ms = 200'000) {
  return {.title = std::move(title), .artists = {std::move(artist)}, .duration_ms = duration_ms};
}

TEST_CASE("the studio version wins over live, cover, karaoke and remaster unless asked") {
  const Song wanted{.title = "Tin Roof", .artists = {"Cellar Choir"}};
  const int studio = score(wanted, song("Tin Roof", "Cellar Choir"));
  CHECK(studio == 99);
  for (const Song& other :
       {song("Tin Roof (Live)", "Cellar Choir"), song("Tin Roof - Karaoke", "Cellar Choir"),
        song("Tin Roof - 2009 Remaster", "Cellar Choir"), song("Tin Roof", "The Karaoke Crew"),
        song("Tin Roof (In the Style of Cellar Choir)", "Party Band"), song("Tin Roof - Remix", "Cellar Choir")}) {
    INFO(other.title);
    CHECK(score(wanted, other) < studio);
  }
  const Song live{.title = "Tin Roof (Live)", .artists = {"Cellar Choir"}};
  CHECK(score(live, song("Tin Roof (Live)", "Cellar Choir")) > score(live, song("Tin Roof", "Cellar Choir")));
  CHECK(score(wanted, song("Tin Roof - 2009 Remaster", "Cellar Choir")) >
        score(wanted, song("Tin Roof (Live)", "Cellar Choir")));
}

TEST_CASE("an equal ISRC is a proof, another artist or length is a doubt") {
  Song wanted = song("Tin Roof", "Cellar Choir");
  wanted.isrc = "XX-A11-22-33333";
  Song found = song("Anything", "Nobody");
  found.isrc = "xxa112233333";
  CHECK(score(wanted, found) < 100);
  found.isrc = "XX-A11-22-33333";
  CHECK(score(wanted, found) == 100);
  CHECK(score(song("Tin Roof", "Cellar Choir"), song("Tin Roof", "Somebody Else")) < 70);
  CHECK(score(song("Tin Roof", "Cellar Choir"), song("Tin Roof", "Cellar Choir", 290'000)) == 90);
}

}  // namespace
}  // namespace curation
