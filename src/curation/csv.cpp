#include "curation/csv.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "base/text.h"

namespace curation {
namespace {

enum class Column { kUri, kTitle, kArtists, kAlbum, kDuration, kIsrc, kAdded };

// The first of each kind is the one that is written.
struct Named {
  std::string_view name;  // Lower case.
  Column column;
};
constexpr std::array kColumns{
    Named{"track uri", Column::kUri},
    Named{"spotify uri", Column::kUri},
    Named{"uri", Column::kUri},
    Named{"track name", Column::kTitle},
    Named{"title", Column::kTitle},
    Named{"name", Column::kTitle},
    Named{"track", Column::kTitle},
    Named{"song", Column::kTitle},
    Named{"artist name(s)", Column::kArtists},
    Named{"artist", Column::kArtists},
    Named{"artists", Column::kArtists},
    Named{"artist name", Column::kArtists},
    Named{"album name", Column::kAlbum},
    Named{"album", Column::kAlbum},
    Named{"duration (ms)", Column::kDuration},
    Named{"track duration (ms)", Column::kDuration},
    Named{"duration_ms", Column::kDuration},
    Named{"isrc", Column::kIsrc},
    Named{"added at", Column::kAdded},
    Named{"added_at", Column::kAdded},
};
constexpr std::string_view kFormulaStarts = "=+-@'\t\r";

std::optional<Column> column_named(std::string_view name) {
  const std::string lower = base::to_lower_ascii(base::trim(name));
  const auto found = std::ranges::find(kColumns, lower, &Named::name);
  return found == kColumns.end() ? std::nullopt : std::optional(found->column);
}

std::string cell(std::string_view text) {
  std::string out = "\"";
  if (!text.empty() && kFormulaStarts.contains(text.front())) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string uncovered(std::string text) {
  const bool is_guarded = text.size() > 1 && text[0] == '\'' && kFormulaStarts.contains(text[1]);
  return is_guarded ? text.substr(1) : std::move(text);
}

char separator_of(std::string_view first_line) {
  const auto count = [&](char c) { return std::ranges::count(first_line, c); };
  if (count('\t') > count(',')) return '\t';
  return count(';') > count(',') ? ';' : ',';
}

// One record after the other, quoted cells with their line ends.
class Records {
 public:
  Records(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  // Nothing at the end.
  std::optional<std::vector<std::string>> next() {
    if (rest_.empty()) return std::nullopt;
    std::vector<std::string> cells(1);
    bool is_quoted = false;
    size_t at = 0;
    for (; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (is_quoted) {
        if (c != '"') {
          cells.back() += c;
        } else if (at + 1 < rest_.size() && rest_[at + 1] == '"') {
          cells.back() += c;
          ++at;
        } else {
          is_quoted = false;
        }
      } else if (c == '"' && cells.back().empty()) {
        is_quoted = true;
      } else if (c == separator_) {
        cells.emplace_back();
      } else if (c == '\n') {
        break;
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    is_open_ = is_quoted;
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return cells;
  }
  // The last record ended within a quoted cell.
  bool is_open() const { return is_open_; }

 private:
  std::string_view rest_;
  char separator_;
  bool is_open_ = false;
};

void put(Row& row, Column column, std::string text) {
  switch (column) {
    case Column::kUri:
      row.uri = std::move(text);
      break;
    case Column::kTitle:
      row.title = std::move(text);
      break;
    case Column::kArtists:
      row.artists = split_names(text);
      break;
    case Column::kAlbum:
      row.album = std::move(text);
      break;
    case Column::kDuration:
      row.duration_ms = std::max<int64_t>(0, base::parse_integer(text).value_or(0));
      break;
    case Column::kIsrc:
      row.isrc = std::move(text);
      break;
    case Column::kAdded:
      row.added_at = std::move(text);
      break;
  }
}

}  // namespace

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ", ";
    for (const char c : name) {
      if (c == ',' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::vector<std::string> split_names(std::string_view joined) {
  std::vector<std::string> names(1);
  for (size_t i = 0; i < joined.size(); ++i) {
    const bool is_escape =
        joined[i] == '\\' && i + 1 < joined.size() && (joined[i + 1] == ',' || joined[i + 1] == '\\');
    if (is_escape) {
      names.back() += joined[++i];
    } else if (joined[i] == ',' || joined[i] == ';') {
      names.emplace_back();
    } else {
      names.back() += joined[i];
    }
  }
  for (std::string& name : names) name = std::string(base::trim(name));
  std::erase(names, "");
  return names;
}

std::string csv_head() {
  return "\"Track URI\",\"Track Name\",\"Artist Name(s)\",\"Album Name\",\"Duration (ms)\",\"ISRC\",\"Added At\"\r\n";
}

std::string write_csv(const Row& row) {
  return fmt::format("{},{},{},{},{},{},{}\r\n", cell(row.uri), cell(row.title), cell(join_names(row.artists)),
                     cell(row.album), row.duration_ms > 0 ? cell(std::to_string(row.duration_ms)) : "", cell(row.isrc),
                     cell(row.added_at));
}

bool looks_like_csv(std::string_view first_line) {
  Records records(first_line, separator_of(first_line));
  const auto cells = records.next();
  if (!cells || cells->size() < 2) return false;
  return std::ranges::any_of(*cells, [](const std::string& name) { return column_named(name).has_value(); });
}

base::Result<Parsed> parse_csv(std::string_view text) {
  const std::string_view first_line = text.substr(0, std::min(text.find('\n'), text.size()));
  Records records(text, separator_of(first_line));
  std::vector<std::optional<Column>> columns;
  std::vector<Column> taken;
  for (const std::string& name : records.next().value_or(std::vector<std::string>())) {
    auto column = column_named(name);
    // Of two columns with one meaning the first counts.
    if (column && std::ranges::find(taken, *column) != taken.end()) column.reset();
    if (column) taken.push_back(*column);
    columns.push_back(column);
  }
  if (taken.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      "The first line of the CSV names no known column. Use Exportify's: Track URI, Track Name, Artist "
                      "Name(s), Album Name, Duration (ms), ISRC.");
  }
  Parsed out;
  while (const auto cells = records.next()) {
    Row row;
    for (size_t i = 0; i < std::min(cells->size(), columns.size()); ++i) {
      if (columns[i]) put(row, *columns[i], uncovered((*cells)[i]));
    }
    if (row.uri.empty() && row.title.empty() && row.isrc.empty()) {
      ++out.skipped;
    } else {
      out.rows.push_back(std::move(row));
    }
  }
  if (records.is_open()) {
    return base::fail(base::Code::kInvalidArgument, "The CSV ends within a quoted cell: pass the whole file.");
  }
  return out;
}

}  // namespace curation
