// The files of a trail: how they are called, and how their lines are read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "audit/disk.h"
#include "base/result.h"

namespace audit {

// "00000000000000000042-000.jsonl": the number of the first record, and which attempt it is; a later attempt goes on
// where the one before was damaged. Names sort in the order of the trail.
std::string segment_name(uint64_t first_seq, int attempt);
// The number of the first record, or nothing for a name of another kind.
std::optional<uint64_t> first_seq_of(std::string_view name);

struct Line {
  std::string_view segment;
  uint64_t offset = 0;    // Where it begins.
  std::string_view text;  // Without its LF.
  bool is_torn = false;   // The file ends before the LF.
};
// False ends the reading.
using LineVisitor = std::function<bool(const Line& line)>;

// Reads one segment from `offset` up to `end`. A line longer than 64 KiB comes in pieces of that length; no record is
// that long, so each of them is damage.
base::Result<bool> read_lines(Disk& disk, const std::string& segment, uint64_t offset, uint64_t end,
                              const LineVisitor& visit);

// The length of every segment, and the sealed state, at one moment between two commits: a reader sees whole records
// while others write.
struct Extent {
  std::map<std::string, uint64_t> segments;
  std::optional<std::string> state;
};
base::Result<Extent> measure(Disk& disk);

}  // namespace audit
