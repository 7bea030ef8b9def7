// Checks a trail from its first key on, in one pass, and says where the first damage is and of what kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/disk.h"
#include "audit/keys.h"
#include "audit/merkle.h"
#include "audit/pruned.h"
#include "audit/segments.h"
#include "base/result.h"

namespace audit {

enum class Damage : uint8_t {
  kEdited,      // A record is not what was written.
  kDeleted,     // Records are missing where others follow.
  kInserted,    // A record stands there that was never written in this place.
  kReordered,   // A record stands before one that was written earlier.
  kTruncated,   // Records are missing at the end.
  kTorn,        // The last line is not whole: most likely a crash, which the next start mends.
  kWrongEpoch,  // A record was closed with the key of another time.
  kRewritten,   // The codes are right, and a signed checkpoint or the state says that there was another record.
  kForged,      // A checkpoint that we did not sign.
  kNoState,     // The state file is missing or changed, so nobody can tell whether the end is whole.
};
std::string_view damage_name(Damage damage);

struct Finding {
  uint64_t seq = 0;  // The first record that is not as it should be.
  Damage damage = Damage::kEdited;
  std::string segment;
  std::string about;  // A sentence.
};

// A record in which a writer told that others are missing. Whoever removes the end and the state with it cannot keep
// the next start from writing one.
struct Gap {
  uint64_t seq = 0;
  std::string damage;
};

struct Report {
  uint64_t first = 0;    // The first record that was checked.
  uint64_t records = 0;  // How many were found good.
  uint64_t epochs = 0;   // The epoch of the last.
  uint64_t bytes = 0;
  size_t segments = 0;
  uint64_t checkpoints = 0;  // How many agree.
  uint64_t pruned = 0;       // How many records were removed before the first, as a signed file says.
  // The trail up to VerifyOptions::capture.
  std::optional<Pruned> captured;
  Digest root{};             // Of the tree over all good records; of a whole pass only.
  std::vector<Gap> gaps;     // What the good records tell of.
  std::optional<Finding> finding;

  // The codes are right, and no record is known to be missing.
  bool is_whole() const { return !finding && gaps.empty(); }
};

struct VerifyOptions {
  // The code of the record before this one is taken as it stands, and checkpoints are not compared: their tree begins
  // with the first record.
  uint64_t from = 0;
  // What is to be known of the records before this one, if it is 1 or more.
  uint64_t capture = 0;
  // Called with each good record, in order.
  std::function<void(std::string_view line)> visit = nullptr;
};

// Errors are those of the disk, and kNotFound for a `from` beyond the end; damage is a finding.
base::Result<Report> verify(const Keys& keys, Disk& disk, const VerifyOptions& options = {});

}  // namespace audit
