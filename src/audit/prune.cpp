#include "audit/prune.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/pruned.h"
#include "audit/segments.h"
#include "audit/verifier.h"
#include "crypto/base64.h"
#include "json/parse.h"

namespace audit {
namespace {

constexpr size_t kLineBytesMax = size_t{64} * 1024;

// The time of the first record of a segment, as it stands there; nothing for an empty one.
base::Result<std::optional<std::string>> begin_of(Disk& disk, const std::string& segment) {
  TRY(const std::string start, disk.read(segment, 0, kLineBytesMax));
  const auto record = json::parse(std::string_view(start).substr(0, start.find('\n')), {});
  if (!record || record->text_or_empty("time").empty()) return std::optional<std::string>();
  return std::optional(std::string(record->text_or_empty("time")));
}

// The first segment that is kept. Times in UTC in one form sort as texts.
base::Result<std::string> first_kept(Disk& disk, const std::vector<std::string>& names, base::Wall keep_from) {
  const std::string from = base::to_rfc3339(keep_from);
  std::string first = names.front();
  for (const std::string& name : names) {
    TRY(const auto begins, begin_of(disk, name));
    if (!begins || *begins >= from) break;
    first = name;
  }
  return first;
}

base::Result<std::optional<Pruned>> known_beginning(const Keys& keys, Disk& disk) {
  TRY(const auto text, disk.read_pruned());
  if (!text) return std::optional<Pruned>();
  TRY(Pruned pruned, open_pruned(*text, keys));
  return std::optional(std::move(pruned));
}

}  // namespace

base::Result<Pruning> prune(const Keys& keys, Disk& disk, base::Random& random, base::Wall keep_from, base::Wall now) {
  TRY(const std::vector<std::string> names, disk.segments());
  if (names.empty()) return Pruning{};
  TRY(auto beginning, known_beginning(keys, disk));
  TRY(const std::string kept, first_kept(disk, names, keep_from));
  uint64_t first = first_seq_of(kept).value_or(0);
  const uint64_t already = beginning ? beginning->tree.size() : 0;
  const bool more = first > already;
  if (!more) first = already;
  std::vector<std::string> old;
  for (const std::string& name : names) {
    if (first_seq_of(name).value_or(first) < first) old.push_back(name);
  }
  if (old.empty()) return Pruning{.first = first};
  if (more) {
    TRY(const Report report, verify(keys, disk, {.capture = first}));
    if (report.finding || !report.captured) {
      return base::fail(base::Code::kConflict,
                        "The trail is damaged, so nothing of it is removed. Run: spotify-mcp-server audit verify");
    }
    beginning = report.captured;
  }
  TRY(Journal journal, Journal::open(keys.clone(), disk, random, {}, now));
  const Entry entry{.event = Event::kAuditPruned,
                    .request = {{"first", first}, {"root", crypto::base64_encode(beginning->tree.root())}},
                    .time = now};
  TRY_VOID(journal.append(std::span(&entry, 1), now));
  TRY_VOID(journal.close(now));
  TRY(const auto lock, disk.lock());
  TRY_VOID(disk.replace_pruned(sign_pruned(*beginning, keys)));
  for (const std::string& name : old) TRY_VOID(disk.remove(name));
  return Pruning{.first = first, .segments = old.size()};
}

}  // namespace audit
