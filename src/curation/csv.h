// CSV (RFC 4180) with the columns that Exportify writes. A cell that a spreadsheet would take for a formula begins with
// an apostrophe, which reading takes off again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "curation/formats.h"

namespace curation {

std::string csv_head();
std::string write_csv(const Row& row);
// Columns are found by their names, in any order; others are ignored.
base::Result<Parsed> parse_csv(std::string_view text);
bool looks_like_csv(std::string_view first_line);

// Names joined by ", " where a comma within a name has a backslash before it.
std::vector<std::string> split_names(std::string_view joined);
std::string join_names(const std::vector<std::string>& names);

}  // namespace curation
