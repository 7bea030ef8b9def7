#include "audit/journal.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "audit/pruned.h"
#include "audit/state.h"
#include "json/write.h"

namespace audit {
namespace {

// A line of a hostile file must not make us compute keys for ever. A year has 35,040 epochs of 900 s.
constexpr uint64_t kEpochsAheadMax = 1'000'000;

}  // namespace

Journal::Journal(Keys keys, Disk& disk, base::Random& random, JournalOptions options)
    : keys_(std::move(keys)),
      disk_(disk),
      random_(random),
      options_(std::move(options)),
      pseudonyms_(keys_.names, options_.salt),
      signer_(keys_.id, keys_.signing),
      chain_(std::move(keys_.initial)) {}

base::Result<Journal> Journal::open(Keys keys, Disk& disk, base::Random& random, JournalOptions options,
                                    base::Wall now) {
  Journal journal(std::move(keys), disk, random, std::move(options));
  TRY(const auto lock, disk.lock());
  TRY_VOID(journal.find_end(now));
  TRY_VOID(journal.write_notices());
  journal.checkpoint_size_ = journal.size();
  journal.checkpoint_time_ = now;
  return journal;
}

base::Result<void> Journal::find_end(base::Wall now) {
  TRY(const auto sealed, disk_.read_state());
  TRY(const auto names, disk_.segments());
  const bool known = sealed && adopt_state(*sealed).has_value();
  if (known) {
    TRY_VOID(catch_up(now));
  } else if (!names.empty()) {
    // Without a state the whole trail is read from the first key on.
    from_start_ = true;
    TRY(const auto text, disk_.read_pruned());
    std::optional<Pruned> pruned;
    if (text) {
      TRY(pruned, open_pruned(*text, keys_));
      chain_ = chain_after(*pruned, chain_.key());
    }
    for (const std::string& name : names) {
      if (pruned && first_seq_of(name).value_or(0) < pruned->tree.size()) continue;
      TRY(const uint64_t size, disk_.size(name));
      segment_ = name;
      offset_ = 0;
      TRY_VOID(follow(name, size, now));
      if (segment_ != name) break;  // Set aside: what comes after stands on damage.
    }
    from_start_ = false;
    notices_.push_back({.event = Event::kAuditGap,
                        .request = {{"damage", sealed ? "state damaged" : "state missing"}},
                        .status = "mended",
                        .time = now});
  }
  // The key that was on the disk belongs to records that are there; this process begins with the next one.
  const bool fresh = !sealed && names.empty();
  TRY(const uint64_t size, segment_.empty() ? base::Result<uint64_t>(0) : disk_.size(segment_));
  return begin_epoch(now, fresh || size >= options_.segment_bytes_max ? Segment::kNew : Segment::kSame);
}

base::Result<void> Journal::adopt_state(const std::string& sealed) {
  TRY(State state, open_state(sealed, keys_));
  chain_ = std::move(state.chain);
  segment_ = std::move(state.segment);
  offset_ = state.offset;
  epoch_start_ = chain_.size();
  epoch_began_ = state.began;
  state_ = sealed;
  return {};
}

base::Result<void> Journal::catch_up(base::Wall now) {
  TRY(const auto sealed, disk_.read_state());
  // Another process has gone to the next epoch.
  if (sealed && *sealed != state_) TRY_VOID(adopt_state(*sealed));
  if (!sealed) {
    notices_.push_back(
        {.event = Event::kAuditGap, .request = {{"damage", "state missing"}}, .status = "mended", .time = now});
    TRY_VOID(begin_epoch(now, Segment::kSame));
  }
  TRY(const uint64_t size, disk_.size(segment_));
  if (size < offset_) return set_aside("truncated", now);
  if (size > offset_) return follow(segment_, size, now);
  return {};
}

bool Journal::is_next(const Line& line, Digest& mac) {
  const auto head = read_head(line.text);
  if (!head || head->seq != chain_.size() || head->epoch < chain_.epoch()) return false;
  if (head->epoch != chain_.epoch() && (!from_start_ || head->epoch - chain_.epoch() > kEpochsAheadMax)) return false;
  while (chain_.epoch() < head->epoch) chain_.evolve();
  mac = chain_.mac_of(head->body);
  return head->mac == mac_text(mac);
}

base::Result<void> Journal::follow(const std::string& segment, uint64_t end, base::Wall now) {
  bool is_damaged = false;
  bool is_torn = false;
  TRY([[maybe_unused]] const bool whole, read_lines(disk_, segment, offset_, end, [&](const Line& line) {
        Digest mac;
        is_torn = line.is_torn;
        is_damaged = !is_torn && !is_next(line, mac);
        if (is_torn || is_damaged) return false;
        chain_.follow(line.text, mac);
        offset_ = line.offset + line.text.size() + 1;
        return true;
      }));
  if (is_damaged) return set_aside("edited", now);
  if (!is_torn) return {};
  // A crash cut the last write: nobody was told that it had succeeded.
  const auto cut = disk_.truncate(segment, offset_);
  if (!cut) return set_aside("torn", now);
  notices_.push_back({.event = Event::kAuditRecovered,
                      .request = {{"segment", segment}, {"bytes", end - offset_}},
                      .status = "ok",
                      .reason = "a write was cut short",
                      .time = now});
  return {};
}

// The evidence stays where it is. The chain goes on from the last good record, in a segment of its own.
base::Result<void> Journal::set_aside(std::string_view damage, base::Wall now) {
  notices_.push_back({.event = Event::kAuditGap,
                      .request = {{"damage", damage}, {"segment", segment_}},
                      .status = "mended",
                      .reason = "run: spotify-mcp-server audit verify",
                      .time = now});
  return begin_epoch(now, Segment::kNew);
}

bool Journal::is_epoch_over(base::Wall now) const {
  const auto age = now - epoch_began_;
  // A clock that was set back must not make an epoch last for years.
  return age >= options_.epoch_lasts || age < -options_.epoch_lasts ||
         chain_.size() - epoch_start_ >= options_.epoch_records_max;
}

base::Result<void> Journal::begin_epoch(base::Wall now, Segment segment) {
  Chain next = chain_.clone();
  next.evolve();
  std::string name = segment_;
  uint64_t offset = offset_;
  if (segment == Segment::kNew) {
    TRY(const auto names, disk_.segments());
    int attempt = 0;
    do {
      name = segment_name(next.size(), attempt++);
    } while (std::ranges::find(names, name) != names.end());
    offset = 0;
  }
  const State state{.chain = std::move(next), .segment = name, .offset = offset, .began = now};
  std::string sealed = seal_state(state, keys_, random_);
  TRY_VOID(disk_.replace_state(sealed));
  chain_ = state.chain.clone();
  segment_ = std::move(name);
  offset_ = offset;
  epoch_start_ = chain_.size();
  epoch_began_ = now;
  state_ = std::move(sealed);
  return {};
}

base::Result<void> Journal::append(std::span<const Entry> entries, base::Wall now) {
  TRY(const auto lock, disk_.lock());
  TRY_VOID(catch_up(now));
  TRY_VOID(write_notices());
  while (!entries.empty()) {
    if (is_epoch_over(now)) {
      TRY_VOID(begin_epoch(now, offset_ >= options_.segment_bytes_max ? Segment::kNew : Segment::kSame));
    }
    const uint64_t room = options_.epoch_records_max - (chain_.size() - epoch_start_);
    const size_t count = std::min<size_t>(entries.size(), room);
    TRY_VOID(write(entries.first(count)));
    entries = entries.subspan(count);
  }
  checkpoint(now);
  return {};
}

base::Result<void> Journal::write_notices() {
  if (notices_.empty()) return {};
  TRY_VOID(write(notices_));
  notices_.clear();
  return {};
}

base::Result<void> Journal::write(std::span<const Entry> entries) {
  Chain next = chain_.clone();
  std::string lines;
  if (options_.salt) pseudonyms_.look_again();
  for (const Entry& entry : entries) {
    next.append(lines, write_body(entry, next.size(), next.epoch(), pseudonyms_));
  }
  if (auto written = disk_.append(segment_, lines); !written) {
    // What stands there in part was promised to nobody. Where even this fails, the next catch_up() finds it.
    static_cast<void>(disk_.truncate(segment_, offset_));
    return written;
  }
  chain_ = std::move(next);
  offset_ += lines.size();
  if (options_.written) options_.written(lines);
  return {};
}

void Journal::checkpoint(base::Wall now) {
  const uint64_t fresh = size() - checkpoint_size_;
  if (fresh == 0) return;
  const auto age = now - checkpoint_time_;
  if (fresh < options_.checkpoint_records_max && age >= std::chrono::milliseconds(0) &&
      age < options_.checkpoint_every) {
    return;
  }
  const std::string note = signer_.sign({.size = size(), .root = chain_.tree().root()});
  const auto written = disk_.append_checkpoint(note);
  if (options_.written) options_.written(json::write(json::Object{{"checkpoint", note}}) + "\n");
  checkpoint_problem_.reset();
  if (!written) checkpoint_problem_ = written.error();
  checkpoint_time_ = now;
  if (written) checkpoint_size_ = size();
}

base::Result<void> Journal::tick(base::Wall now) {
  TRY(const auto lock, disk_.lock());
  TRY_VOID(catch_up(now));
  TRY_VOID(write_notices());
  if (is_epoch_over(now) && size() > epoch_start_) {
    TRY_VOID(begin_epoch(now, offset_ >= options_.segment_bytes_max ? Segment::kNew : Segment::kSame));
  }
  checkpoint(now);
  return {};
}

base::Result<void> Journal::close(base::Wall now) {
  TRY(const auto lock, disk_.lock());
  TRY_VOID(catch_up(now));
  TRY_VOID(write_notices());
  checkpoint_time_ = now + -options_.checkpoint_every;
  checkpoint(now);
  if (size() > epoch_start_) TRY_VOID(begin_epoch(now, Segment::kSame));
  return {};
}

}  // namespace audit
