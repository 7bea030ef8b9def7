#include "curation/formats.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "base/text.h"
#include "curation/csv.h"
#include "json/parse.h"
#include "json/write.h"

namespace curation {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::string_view line : base::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  return lines;
}

bool names_spotify(std::string_view text) {
  return text.starts_with("spotify:") || text.starts_with("https://open.spotify.com/");
}

// "Artist - Title", with any dash; a title alone where there is none.
void read_song(std::string_view text, Row& row) {
  constexpr std::array<std::string_view, 3> kDashes{" - ", " \u2013 ", " \u2014 "};
  for (const std::string_view dash : kDashes) {
    const size_t at = text.find(dash);
    if (at == std::string_view::npos || at == 0) continue;
    row.artists = split_names(base::trim(text.substr(0, at)));
    row.title = base::trim(text.substr(at + dash.size()));
    return;
  }
  row.title = base::trim(text);
}

bool is_empty(const Row& row) { return row.uri.empty() && row.title.empty() && row.isrc.empty(); }

// "3. ", "12) ", "- ", "* " before what counts.
std::string_view past_bullet(std::string_view line) {
  line = base::trim(line);
  if (line.starts_with("- ") || line.starts_with("* ")) return base::trim(line.substr(2));
  const size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  const bool is_numbered = digits > 0 && digits < 5 && digits + 1 < line.size() &&
                           (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ';
  return is_numbered ? base::trim(line.substr(digits + 2)) : line;
}

base::Result<Parsed> parse_text(std::string_view text) {
  Parsed out;
  for (const std::string_view line : lines_of(text)) {
    const std::string_view words = past_bullet(line);
    if (words.empty()) continue;
    Row row;
    if (names_spotify(words)) {
      row.uri = words;
    } else {
      read_song(words, row);
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

// The name of a file without its folder and its ending.
std::string_view stem_of(std::string_view path) {
  path = path.substr(path.find_last_of("/\\") + 1);
  return path.substr(0, std::min(path.rfind('.'), path.size()));
}

base::Result<Parsed> parse_m3u(std::string_view text) {
  constexpr std::string_view kInfo = "#EXTINF:";
  Parsed out;
  Row row;
  for (const std::string_view whole : lines_of(text)) {
    const std::string_view line = base::trim(whole);
    if (line.starts_with(kInfo)) {
      const std::string_view info = line.substr(kInfo.size());
      const size_t comma = std::min(info.find(','), info.size());
      row = {};
      // Attributes may follow the seconds; -1 means that the length is not known.
      const std::string_view seconds = info.substr(0, std::min(info.find(' '), comma));
      row.duration_ms = std::max<int64_t>(0, base::parse_integer(seconds).value_or(0)) * 1000;
      if (comma < info.size()) read_song(info.substr(comma + 1), row);
    } else if (!line.empty() && !line.starts_with('#')) {
      if (names_spotify(line)) {
        row.uri = line;
      } else if (row.title.empty()) {
        read_song(past_bullet(stem_of(line)), row);
      }
      if (is_empty(row)) {
        ++out.skipped;
      } else {
        out.rows.push_back(row);
      }
      row = {};
    }
  }
  return out;
}

std::string first_text(const json::Value& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const std::string_view text = object.text_or_empty(name); !text.empty()) return std::string(text);
  }
  return {};
}

Row row_of(const json::Value& value) {
  Row row;
  if (value.is_string()) {
    if (names_spotify(value.string())) {
      row.uri = value.string();
    } else {
      read_song(value.string(), row);
    }
    return row;
  }
  if (!value.is_object()) return row;
  row.uri = first_text(value, {"uri", "url"});
  row.title = first_text(value, {"title", "name", "track"});
  row.album = first_text(value, {"album"});
  row.isrc = first_text(value, {"isrc"});
  row.added_at = first_text(value, {"added_at"});
  if (const json::Value* length = value.find("duration_ms"); length != nullptr && length->is_integer()) {
    row.duration_ms = std::max<int64_t>(0, length->integer());
  }
  const json::Value* artists = value.find("artists");
  if (artists != nullptr && artists->is_array()) {
    for (const json::Value& artist : artists->array()) {
      if (artist.is_string()) row.artists.push_back(artist.string());
    }
  } else if (const std::string artist = first_text(value, {"artist", "artists"}); !artist.empty()) {
    row.artists = split_names(artist);
  }
  return row;
}

void take(const json::Value& value, Parsed& out) {
  Row row = row_of(value);
  if (is_empty(row)) {
    ++out.skipped;
  } else {
    out.rows.push_back(std::move(row));
  }
}

base::Result<Parsed> parse_json(std::string_view text) {
  constexpr json::Limits kLimits{.bytes_max = size_t{4} * 1024 * 1024, .depth_max = 6, .values_max = 200'000};
  Parsed out;
  if (const auto whole = json::parse(text, kLimits)) {
    const json::Value* list = whole->is_object() ? whole->find("tracks") : nullptr;
    if (whole->is_array()) list = &*whole;
    if (list != nullptr && list->is_array()) {
      for (const json::Value& value : list->array()) take(value, out);
    } else {
      take(*whole, out);
    }
    return out;
  }
  size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (base::trim(line).empty()) continue;
    const auto value = json::parse(line, kLimits);
    if (!value) {
      return base::fail(base::Code::kInvalidArgument,
                        fmt::format("The content is no JSON: line {} cannot be read. Pass an array of tracks, an "
                                    "object with \"tracks\", or one object in each line.",
                                    number));
    }
    take(*value, out);
  }
  return out;
}

}  // namespace

std::string head(Format format) {
  if (format == Format::kCsv) return csv_head();
  return format == Format::kM3u ? "#EXTM3U\n" : "";
}

std::string write(Format format, const Row& row) {
  const std::string artists = fmt::format("{}", fmt::join(row.artists, ", "));
  const std::string song = artists.empty() ? row.title : fmt::format("{} - {}", artists, row.title);
  switch (format) {
    case Format::kCsv:
      return write_csv(row);
    case Format::kM3u:
      return fmt::format("#EXTINF:{},{}\n{}\n", row.duration_ms > 0 ? (row.duration_ms + 500) / 1000 : -1, song,
                         row.uri);
    case Format::kText:
      return (song.empty() ? row.uri : song) + "\n";
    case Format::kJson: {
      json::Object object{{"uri", row.uri}};
      if (!row.title.empty()) object.append("title", row.title);
      if (!row.artists.empty()) {
        json::Array names;
        for (const std::string& artist : row.artists) names.emplace_back(artist);
        object.append("artists", std::move(names));
      }
      if (!row.album.empty()) object.append("album", row.album);
      if (!row.isrc.empty()) object.append("isrc", row.isrc);
      if (row.duration_ms > 0) object.append("duration_ms", row.duration_ms);
      if (!row.added_at.empty()) object.append("added_at", row.added_at);
      return json::write(object) + "\n";
    }
  }
  return {};
}

Format guess(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  if (trimmed.starts_with("#EXTM3U")) return Format::kM3u;
  if (trimmed.starts_with('{') || trimmed.starts_with('[')) return Format::kJson;
  const std::string_view first = trimmed.substr(0, std::min(trimmed.find('\n'), trimmed.size()));
  return looks_like_csv(first) ? Format::kCsv : Format::kText;
}

base::Result<Parsed> parse(Format format, std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  base::Result<Parsed> parsed;
  switch (format) {
    case Format::kCsv:
      parsed = parse_csv(text);
      break;
    case Format::kM3u:
      parsed = parse_m3u(text);
      break;
    case Format::kJson:
      parsed = parse_json(text);
      break;
    case Format::kText:
      parsed = parse_text(text);
      break;
  }
  if (parsed && parsed->rows.size() > kRowsMax) {
    return base::fail(
        base::Code::kInvalidArgument,
        fmt::format("The content has {} tracks; {} are allowed. Pass it in parts.", parsed->rows.size(), kRowsMax));
  }
  return parsed;
}

}  // namespace curation
