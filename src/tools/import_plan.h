// A list on its way into Spotify: its rows, and what each was matched with. It is kept in the archive between calls,
// so that the list is sent once and nothing is searched for twice.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "curation/formats.h"
#include "tools/services.h"

namespace tools {

struct Match {
  std::string uri{};  // Empty: nothing was found.
  int confidence = 0;
};

struct ImportPlan {
  std::string id;
  std::vector<curation::Row> rows{};
  std::vector<Match> matches{};  // Of the first rows; the others are still to be matched.
  size_t skipped = 0;            // Lines that named nothing.

  bool is_complete() const { return matches.size() >= rows.size(); }
};

base::Task<base::Result<void>> keep_plan(const Services& services, std::string principal, ImportPlan plan);
base::Task<base::Result<ImportPlan>> find_plan(const Services& services, std::string principal, std::string id);

}  // namespace tools
