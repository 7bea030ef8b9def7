#include "audit/segments.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace audit {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20U;
constexpr size_t kLineBytesMax = size_t{64} * 1024;
constexpr size_t kSeqDigits = 20;
constexpr std::string_view kEnding = ".jsonl";

}  // namespace

std::string segment_name(uint64_t first_seq, int attempt) {
  return fmt::format("{:020}-{:03}{}", first_seq, attempt, kEnding);
}

std::optional<uint64_t> first_seq_of(std::string_view name) {
  if (name.size() <= kSeqDigits + 1 + kEnding.size() || name[kSeqDigits] != '-' || !name.ends_with(kEnding)) {
    return std::nullopt;
  }
  const auto seq = base::parse_integer(name.substr(0, kSeqDigits));
  if (!seq || *seq < 0) return std::nullopt;
  return static_cast<uint64_t>(*seq);
}

base::Result<bool> read_lines(Disk& disk, const std::string& segment, uint64_t offset, uint64_t end,
                              const LineVisitor& visit) {
  std::string rest;  // Of a line that the last piece did not end.
  uint64_t at = offset;
  while (at < end) {
    TRY(std::string piece, disk.read(segment, at, static_cast<size_t>(std::min<uint64_t>(kReadBytes, end - at))));
    if (piece.empty()) break;
    at += piece.size();
    rest.append(piece);
    size_t start = 0;
    // Ends when no whole line is left.
    for (size_t lf = rest.find('\n'); start < rest.size(); lf = rest.find('\n', start)) {
      const bool is_long = lf == std::string::npos ? rest.size() - start > kLineBytesMax : lf - start > kLineBytesMax;
      if (lf == std::string::npos && !is_long) break;
      const size_t length = is_long ? kLineBytesMax : lf - start;
      if (!visit({segment, at - rest.size() + start, std::string_view(rest).substr(start, length)})) return false;
      start += is_long ? length : length + 1;
    }
    rest.erase(0, start);
  }
  if (!rest.empty()) return visit({segment, at - rest.size(), rest, true});
  return true;
}

base::Result<Extent> measure(Disk& disk) {
  // A copy that cannot be locked, such as one on a read-only medium, has no writer either.
  const auto lock = disk.lock();
  TRY(const auto names, disk.segments());
  Extent extent;
  TRY(extent.state, disk.read_state());
  for (const std::string& name : names) {
    TRY(const uint64_t size, disk.size(name));
    extent.segments.emplace(name, size);
  }
  return extent;
}

}  // namespace audit
