// Lists of any bytes, in every format: reading ends, names no more rows than there are lines, and what is read as CSV
// or JSON and written again is read as the same rows.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "curation/formats.h"
#include "curation/score.h"
#include "curation/words.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using curation::Format;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const Format format : {Format::kCsv, Format::kM3u, Format::kJson, Format::kText, curation::guess(text)}) {
    const auto parsed = curation::parse(format, text);
    ENSURE(parsed || parsed.error().code == base::Code::kInvalidArgument);
    if (!parsed) continue;
    for (const curation::Row& row : parsed->rows) {
      const int points = curation::score({.title = row.title, .artists = row.artists, .album = row.album},
                                         {.title = row.album, .artists = row.artists, .album = row.title});
      ENSURE(points >= 0 && points < 100);
      // Texts that are written are clean: valid UTF-8 in one line.
      const bool is_clean = base::is_valid_utf8(row.title) && !base::has_control_characters(row.title);
      if (!is_clean) continue;
      const curation::Row written{.uri = "spotify:track:x", .title = row.title};
      for (const Format back : {Format::kCsv, Format::kJson}) {
        const auto again = curation::parse(back, curation::head(back) + curation::write(back, written));
        ENSURE(again && again->rows.size() == 1 && again->rows.front() == written);
      }
    }
  }
  ENSURE(curation::fold(curation::fold(text)) == curation::fold(text));
  return 0;
}
