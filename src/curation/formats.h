// Lists of tracks as text: CSV with the columns of Exportify, extended M3U, JSON, and plain lines "Artist - Title".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace curation {

enum class Format { kCsv, kM3u, kJson, kText };

// What a format can say of one track; what it does not say is empty or 0.
struct Row {
  std::string uri{};
  std::string title{};
  std::vector<std::string> artists{};
  std::string album{};
  std::string isrc{};
  std::string added_at{};
  int64_t duration_ms = 0;

  bool operator==(const Row&) const = default;
};

// The texts that are written must be clean already. head() and the rows in order are the whole file, so that a
// long one can be written piece by piece; JSON is one object per line, which is read as well as an array.
std::string head(Format format);
std::string write(Format format, const Row& row);

// kInvalidArgument says what is wrong and in which line. Lines without anything that names a track are left out and
// counted.
struct Parsed {
  std::vector<Row> rows;
  size_t skipped = 0;
};
inline constexpr size_t kRowsMax = 10'000;
base::Result<Parsed> parse(Format format, std::string_view text);
// What the text looks like.
Format guess(std::string_view text);

}  // namespace curation
