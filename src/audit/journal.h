// The writer of a trail. Several processes may each have one over the same place: they take turns, and each first reads
// what the others have added, so there is one chain and one numbering. Every call blocks, and belongs on a worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.h"
#include "audit/checkpoint.h"
#include "audit/disk.h"
#include "audit/entry.h"
#include "audit/keys.h"
#include "audit/record.h"
#include "audit/segments.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace audit {

struct JournalOptions {
  std::chrono::milliseconds epoch_lasts = std::chrono::seconds(900);
  uint64_t epoch_records_max = 10'000;
  std::chrono::milliseconds checkpoint_every = std::chrono::seconds(60);
  uint64_t checkpoint_records_max = 1'000;
  // A new epoch begins in a new segment when the old one has so many bytes.
  uint64_t segment_bytes_max = uint64_t{16} * 1024 * 1024;
  // Told of the lines of a commit when they are durable, and of each checkpoint as the line {"checkpoint":"NOTE"}; for
  // other sinks. On the thread of the journal.
  std::function<void(std::string_view lines)> written = nullptr;
  // On the thread of the journal.
  UserSalt salt = nullptr;
};

class Journal {
 public:
  // Finds the end of the trail, mends what a crash left, and begins a new epoch. The disk and the randomness must
  // outlive the journal. `keys.initial` is not kept.
  static base::Result<Journal> open(Keys keys, Disk& disk, base::Random& random, JournalOptions options,
                                    base::Wall now);

  // All entries are durable when it succeeds. When it fails none of them counts as written.
  base::Result<void> append(std::span<const Entry> entries, base::Wall now);
  // What is due by time alone: the next epoch, a checkpoint.
  base::Result<void> tick(base::Wall now);
  // A last checkpoint, and a last epoch, so that no key of a record stays on the disk.
  base::Result<void> close(base::Wall now);

  uint64_t size() const { return chain_.size(); }
  uint64_t epoch() const { return chain_.epoch(); }
  // Why the second sink did not take the last checkpoint, or nothing. The trail itself goes on.
  const std::optional<base::Error>& checkpoint_problem() const { return checkpoint_problem_; }

 private:
  enum class Segment { kSame, kNew };
  Journal(Keys keys, Disk& disk, base::Random& random, JournalOptions options);

  base::Result<void> find_end(base::Wall now);
  base::Result<void> catch_up(base::Wall now);
  base::Result<void> adopt_state(const std::string& sealed);
  // Takes in what stands in `segment` from the known offset up to `end`.
  base::Result<void> follow(const std::string& segment, uint64_t end, base::Wall now);
  bool is_next(const Line& line, Digest& mac);
  base::Result<void> begin_epoch(base::Wall now, Segment segment);
  base::Result<void> set_aside(std::string_view damage, base::Wall now);
  bool is_epoch_over(base::Wall now) const;
  base::Result<void> write(std::span<const Entry> entries);
  base::Result<void> write_notices();
  void checkpoint(base::Wall now);

  Keys keys_;
  Disk& disk_;
  base::Random& random_;
  JournalOptions options_;
  Pseudonyms pseudonyms_;
  CheckpointSigner signer_;
  Chain chain_;
  std::string segment_;
  uint64_t offset_ = 0;
  uint64_t epoch_start_ = 0;
  base::Wall epoch_began_{};
  std::string state_;  // As it was last seen on the disk.
  // While the whole trail is read, epochs may follow one another.
  bool from_start_ = false;
  uint64_t checkpoint_size_ = 0;
  base::Wall checkpoint_time_{};
  std::optional<base::Error> checkpoint_problem_;
  std::vector<Entry> notices_;  // What was found on the way; written before anything else.
};

}  // namespace audit
