// A reader that follows a trail as it grows, and can say where it is, so that another life of it goes on there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/disk.h"
#include "base/result.h"

namespace audit {

struct TailPosition {
  std::string segment;  // Empty: before the first one.
  uint64_t offset = 0;
  uint64_t seq = 0;  // Of the record that comes next.

  bool operator==(const TailPosition&) const = default;
};
// One line, for a file. Nothing for what is none.
std::string write_position(const TailPosition& position);
std::optional<TailPosition> read_position(std::string_view text);

// Behind the last whole line. `position.seq` is known only as far as the name of the segment tells.
base::Result<TailPosition> find_end(Disk& disk);

struct Batch {
  std::vector<std::string> lines = {};  // Without their LF.
  TailPosition next = {};
  uint64_t missed = 0;  // Records that were pruned before they were read.
};
// Up to so many lines from there on; none at the end. A last line without its LF is left for later.
base::Result<Batch> read_batch(Disk& disk, const TailPosition& from, size_t lines_max);

}  // namespace audit
