#include "audit/verifier.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "audit/chain.h"
#include "audit/checkpoint.h"
#include "audit/record.h"
#include "audit/state.h"
#include "base/text.h"
#include "json/parse.h"

namespace audit {
namespace {

// Keys of epochs are computed one after another; no trail has more than this, and a hostile number costs no time.
constexpr uint64_t kEpochsMax = 10'000'000;

// Quotes of others are escaped, so only the member itself looks like this.
bool tells_of_gap(std::string_view line) { return line.contains(R"("event":"audit.gap")"); }

std::string damage_told_in(std::string_view line) {
  const auto record = json::parse(line);
  const json::Value* request = record ? record->find("request") : nullptr;
  return std::string(request != nullptr ? request->text_or_empty("damage") : std::string_view());
}

class Verification {
 public:
  Verification(const Keys& keys, Disk& disk, const VerifyOptions& options)
      : keys_(keys),
        disk_(disk),
        options_(options),
        signer_(keys.id, keys.signing),
        chain_(keys.initial.clone()),
        next_(options.from) {}

  base::Result<Report> run() {
    TRY_VOID(read_checkpoints());
    TRY(Extent extent, measure(disk_));
    extent_ = std::move(extent.segments);
    if (extent.state) {
      if (auto state = open_state(*extent.state, keys_)) state_.emplace(*std::move(state));
    }
    TRY_VOID(read_pruned());
    TRY_VOID(find_start());
    for (const auto& [name, size] : extent_) {
      if (name < start_segment_) continue;
      ++report_.segments;
      TRY(const bool go_on, read_lines(disk_, name, 0, size, [this](const Line& line) { return check(line); }));
      if (!go_on) break;
    }
    if (!report_.finding) check_end();
    if (report_.finding && cause_) TRY_VOID(classify());
    report_.first = std::max(options_.from, report_.pruned);
    report_.epochs = chain_.epoch();
    if (options_.from == 0) report_.root = chain_.tree().root();
    return std::move(report_);
  }

 private:
  base::Result<void> read_checkpoints() {
    TRY(const auto text, disk_.read_checkpoints());
    if (!text || options_.from != 0) return {};
    const auto lines = base::split(*text, '\n');
    // The last element is what stands after the last LF: nothing, or a note that a crash cut.
    for (size_t i = 0; i + kCheckpointLines < lines.size(); i += kCheckpointLines) {
      const char* begin = lines[i].data();
      const char* end = lines[i + kCheckpointLines - 1].data() + lines[i + kCheckpointLines - 1].size() + 1;
      const auto checkpoint = signer_.open(std::string_view(begin, end));
      if (!checkpoint) {
        find(0, Damage::kForged, "", fmt::format("Checkpoint {} of the file is not signed by this trail's key.",
                                                 i / kCheckpointLines + 1));
        forged_ = std::exchange(report_.finding, std::nullopt);
        return {};
      }
      checkpoints_.emplace(checkpoint->size, checkpoint->root);
    }
    return {};
  }

  // Records that were removed on purpose are as good as there: what they held is signed. What a crash has left of their
  // segments is passed over.
  base::Result<void> read_pruned() {
    TRY(const auto text, disk_.read_pruned());
    if (!text) return {};
    auto pruned = open_pruned(*text, keys_);
    if (!pruned) {
      find(0, Damage::kForged, "", "The file that says where the trail begins is not signed by this trail's key.");
      return {};
    }
    report_.pruned = pruned->tree.size();
    if (options_.from != 0 && options_.from <= report_.pruned) {
      return base::fail(base::Code::kNotFound,
                        fmt::format("The records before {} were pruned. Leave --from away.", report_.pruned));
    }
    start_segment_ = segment_name(report_.pruned, 0);
    if (options_.from != 0) return {};
    chain_ = chain_after(*pruned, keys_.initial);
    next_ = report_.pruned;
    const auto expected = checkpoints_.find(next_);
    if (expected != checkpoints_.end() && expected->second != pruned->tree.root()) {
      find(next_, Damage::kRewritten, "", "A signed checkpoint says that the removed records were others.");
    }
    return {};
  }

  // For a part of the trail: the segment that holds its first record, and the code of the record before it.
  base::Result<void> find_start() {
    if (options_.from == 0) return {};
    for (const auto& [name, size] : extent_) {
      if (first_seq_of(name).value_or(0) <= options_.from) start_segment_ = std::max(start_segment_, name);
    }
    bool found = false;
    for (const auto& [name, size] : extent_) {
      if (name > start_segment_) break;
      TRY([[maybe_unused]] const bool all, read_lines(disk_, name, 0, size, [&](const Line& line) {
            const auto head = read_head(line.text);
            const auto mac = head && head->seq + 1 == options_.from ? parse_mac(head->mac) : std::nullopt;
            if (!mac) return true;
            chain_.start_after(*mac);
            found = true;
            return false;
          }));
    }
    if (!found && state_ && options_.from > state_->chain.size()) {
      return base::fail(base::Code::kNotFound,
                        fmt::format("The trail has {} records, numbered from 0.", state_->chain.size()));
    }
    if (!found) {
      find(options_.from - 1, Damage::kDeleted, "", "The record before the first one asked for is missing.");
    }
    return {};
  }

  void find(uint64_t seq, Damage damage, std::string_view segment, std::string about) {
    report_.finding = Finding{seq, damage, std::string(segment), std::move(about)};
  }
  bool stop(Damage damage, const Line& line, std::string about) {
    find(next_, damage, line.segment, std::move(about));
    return false;
  }

  bool check(const Line& line) {
    if (report_.finding) return false;
    const auto head = read_head(line.text);
    // Lines before the part that was asked for.
    if (next_ == options_.from && options_.from != 0 && head && head->seq < options_.from) return true;
    if (line.is_torn && line.segment == extent_.rbegin()->first) {
      return stop(Damage::kTorn, line, "The last line is not whole. After a crash the next start mends it.");
    }
    const bool fits = head && head->seq == next_ && head->epoch >= chain_.epoch() && head->epoch <= last_epoch();
    if (fits) {
      while (chain_.epoch() < head->epoch) chain_.evolve();
      const Digest mac = chain_.mac_of(head->body);
      if (head->mac == mac_text(mac)) return take(line, *head, mac);
    }
    cause_ = std::string(line.text);
    find(next_, Damage::kEdited, line.segment, "The record is not what was written.");
    cause_offset_ = line.offset;
    return false;
  }

  uint64_t last_epoch() const { return state_ ? state_->chain.epoch() : kEpochsMax; }

  bool take(const Line& line, const Head& head, const Digest& mac) {
    if (state_ && (head.seq < state_->chain.size()) == (head.epoch == state_->chain.epoch())) {
      return stop(Damage::kWrongEpoch, line, "The record was closed with the key of another time.");
    }
    chain_.follow(line.text, mac);
    if (tells_of_gap(line.text)) report_.gaps.push_back({.seq = head.seq, .damage = damage_told_in(line.text)});
    if (options_.visit) options_.visit(line.text);
    ++next_;
    if (next_ == options_.capture) report_.captured = {head.epoch, mac, chain_.tree()};
    ++report_.records;
    report_.bytes += line.text.size() + 1;
    if (options_.from != 0) return true;
    if (const auto expected = checkpoints_.find(next_); expected != checkpoints_.end()) {
      if (expected->second != chain_.tree().root()) {
        --next_;
        return stop(Damage::kRewritten, line,
                    fmt::format("The signed checkpoint of {} records says that they were others.", next_ + 1));
      }
      ++report_.checkpoints;
    }
    if (state_ && state_->chain.size() == next_ && state_->chain.last_mac() != mac) {
      --next_;
      return stop(Damage::kRewritten, line, "The state file says that this record was another.");
    }
    return true;
  }

  void check_end() {
    if (!state_ && !extent_.empty()) {
      return find(next_, Damage::kNoState, "",
                  "The state file is missing or changed, so nobody can tell whether records are missing at the end.");
    }
    if (state_ && state_->chain.size() > next_) {
      return find(next_, Damage::kTruncated, "",
                  fmt::format("There were {} records at least.", state_->chain.size()));
    }
    if (!checkpoints_.empty() && checkpoints_.rbegin()->first > next_) {
      return find(next_, Damage::kTruncated, "",
                  fmt::format("A signed checkpoint tells of {} records.", checkpoints_.rbegin()->first));
    }
    report_.finding = std::move(forged_);
  }

  // Says what happened to the first bad line, from what else is there. Slow, and done once.
  base::Result<void> classify() {
    Finding& finding = *report_.finding;
    const auto head = read_head(*cause_);
    if (!head) return {};
    if (head->seq < next_) {
      finding.damage = Damage::kInserted;
      finding.about = fmt::format("Record {} stands here a second time.", head->seq);
      return {};
    }
    if (head->seq == next_ && is_of_another_epoch(*head)) {
      finding.damage = Damage::kWrongEpoch;
      finding.about = "The record was closed with the key of another time.";
      return {};
    }
    TRY(const bool later, stands_later());
    if (head->seq == next_) {
      // The true one follows: this one was put before it.
      if (later) {
        finding.damage = Damage::kInserted;
        finding.about = "A record that was never written stands before the true one.";
      }
      return {};
    }
    finding.damage = later ? Damage::kReordered : Damage::kDeleted;
    finding.about = later ? fmt::format("Record {} stands before it.", head->seq)
                          : fmt::format("The next record is {}.", head->seq);
    return {};
  }

  bool is_of_another_epoch(const Head& head) {
    Chain key(keys_.initial.clone());
    key.start_after(chain_.last_mac());
    const uint64_t last = state_ ? state_->chain.epoch() : chain_.epoch();
    for (; key.epoch() <= last; key.evolve()) {
      if (head.mac == mac_text(key.mac_of(head.body))) return true;
    }
    return false;
  }

  // Whether the record that should stand here, with its right code, stands anywhere further on.
  base::Result<bool> stands_later() {
    bool found = false;
    for (const auto& [name, size] : extent_) {
      if (name < report_.finding->segment) continue;
      TRY([[maybe_unused]] const bool all, read_lines(disk_, name, 0, size, [&](const Line& line) {
            const auto head = read_head(line.text);
            const bool is_cause = name == report_.finding->segment && line.offset <= cause_offset_;
            // A gap that a writer told of stands in the place of the damage; it is not the record that was there.
            const bool is_gap = line.offset == 0 && tells_of_gap(line.text);
            if (!head || is_cause || is_gap || head->seq != next_ || head->epoch < chain_.epoch()) return true;
            Chain key = chain_.clone();
            while (key.epoch() < std::min(head->epoch, last_epoch())) key.evolve();
            found = head->mac == mac_text(key.mac_of(head->body));
            return !found;
          }));
      if (found) break;
    }
    return found;
  }

  const Keys& keys_;
  Disk& disk_;
  const VerifyOptions& options_;
  CheckpointSigner signer_;
  Chain chain_;
  uint64_t next_;
  std::optional<State> state_;
  std::map<std::string, uint64_t> extent_;
  std::string start_segment_;
  std::map<uint64_t, Digest> checkpoints_;
  std::optional<Finding> forged_;
  std::optional<std::string> cause_;
  uint64_t cause_offset_ = 0;
  Report report_;
};

}  // namespace

std::string_view damage_name(Damage damage) {
  switch (damage) {
    case Damage::kEdited: return "edited";
    case Damage::kDeleted: return "deleted";
    case Damage::kInserted: return "inserted";
    case Damage::kReordered: return "reordered";
    case Damage::kTruncated: return "truncated";
    case Damage::kTorn: return "torn";
    case Damage::kWrongEpoch: return "wrong_epoch";
    case Damage::kRewritten: return "rewritten";
    case Damage::kForged: return "forged_checkpoint";
    case Damage::kNoState: return "no_state";
  }
  return "";
}

base::Result<Report> verify(const Keys& keys, Disk& disk, const VerifyOptions& options) {
  return Verification(keys, disk, options).run();
}

}  // namespace audit
