#include "audit/tail.h"

#include <algorithm>
#include <fmt/format.h>

#include "audit/record.h"
#include "audit/segments.h"
#include "base/text.h"

namespace audit {
namespace {

// What is read at once; a batch of the longest records is longer, and comes in two.
constexpr size_t kReadBytes = size_t{1} << 20U;

// The segment behind `name`, or nothing.
std::optional<std::string> segment_behind(const std::vector<std::string>& names, const std::string& name) {
  const auto next = std::ranges::upper_bound(names, name);
  return next == names.end() ? std::nullopt : std::optional(*next);
}

void add_lines(std::string_view bytes, size_t lines_max, Batch& batch) {
  size_t start = 0;
  for (size_t end = bytes.find('\n'); end != std::string_view::npos && batch.lines.size() < lines_max;
       end = bytes.find('\n', start)) {
    const std::string_view line = bytes.substr(start, end - start);
    // What is damaged is sent on as it is, and has no number.
    if (const auto head = read_head(line)) batch.next.seq = head->seq + 1;
    batch.lines.emplace_back(line);
    start = end + 1;
  }
  batch.next.offset += start;
}

}  // namespace

std::string write_position(const TailPosition& position) {
  return fmt::format("{} {} {}\n", position.segment.empty() ? "-" : position.segment, position.offset, position.seq);
}

std::optional<TailPosition> read_position(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const std::vector<std::string_view> words = base::split(text, ' ');
  if (words.size() != 3 || (words[0] != "-" && !first_seq_of(words[0]))) return std::nullopt;
  const auto offset = base::parse_integer(words[1]);
  const auto seq = base::parse_integer(words[2]);
  if (!offset || !seq || *offset < 0 || *seq < 0) return std::nullopt;
  return TailPosition{.segment = words[0] == "-" ? std::string() : std::string(words[0]),
                      .offset = static_cast<uint64_t>(*offset),
                      .seq = static_cast<uint64_t>(*seq)};
}

base::Result<TailPosition> find_end(Disk& disk) {
  TRY(const std::vector<std::string> names, disk.segments());
  if (names.empty()) return TailPosition();
  TailPosition end{.segment = names.back(), .seq = first_seq_of(names.back()).value_or(0)};
  // Ends with the last whole line.
  for (Batch batch{.next = end};; end = batch.next) {
    TRY(batch, read_batch(disk, end, kReadBytes));
    if (batch.lines.empty()) return end;
  }
}

base::Result<Batch> read_batch(Disk& disk, const TailPosition& from, size_t lines_max) {
  TRY(const std::vector<std::string> names, disk.segments());
  Batch batch{.next = from};
  const bool is_there = std::ranges::binary_search(names, from.segment);
  if (!is_there) {
    const auto first = segment_behind(names, from.segment);
    if (!first) return batch;
    const uint64_t seq = first_seq_of(*first).value_or(from.seq);
    batch.missed = seq > from.seq ? seq - from.seq : 0;
    batch.next = {.segment = *first, .offset = 0, .seq = seq};
  }
  // Ends with lines, or behind the last segment.
  while (true) {
    TRY(const std::string bytes, disk.read(batch.next.segment, batch.next.offset, kReadBytes));
    add_lines(bytes, lines_max, batch);
    if (!batch.lines.empty()) return batch;
    const auto next = segment_behind(names, batch.next.segment);
    if (!next) return batch;
    // A line that was cut there is not ended any more.
    batch.next = {.segment = *next, .offset = 0, .seq = first_seq_of(*next).value_or(batch.next.seq)};
  }
}

}  // namespace audit
