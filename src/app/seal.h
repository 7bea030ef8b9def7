// The seal: a mark in the data directory that stops every call of every server of that directory, over restarts, until
// the administrator takes it off. For the minutes in which nobody knows yet what has happened.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/auditor_over.h"
#include "audit/trail.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"

namespace app {

class Seal {
 public:
  // The directory need not exist.
  explicit Seal(const std::string& data_directory);

  // Looks at the disk each time, so that a seal holds at once in every process. True also when it cannot be known.
  bool is_on() const;
  // Durable before it returns. Fine when it is on (off) already.
  base::Result<void> put_on(base::Wall now) const;
  base::Result<void> take_off() const;

  // What a caller is told.
  static base::Error refusal();

 private:
  std::string directory_;
  std::string path_;
};

// Refuses every call while the seal is on, and tells the trail of each. A change looks at the disk each time; a read
// believes for this long what the call before it saw, so that a crowd of reads does not ask the disk for each of them.
class SealedCalls final : public AuditorOver {
 public:
  static constexpr std::chrono::milliseconds kReadsBelieve{10};

  // All must outlive it and its calls.
  SealedCalls(base::Loop& loop, const Seal& seal, audit::Trail& trail, mcp::Auditor& next)
      : AuditorOver(next), loop_(loop), seal_(seal), trail_(trail) {}

  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts facts) override;

 private:
  bool is_sealed(mcp::CallFacts::Touch touch);

  base::Loop& loop_;
  const Seal& seal_;
  audit::Trail& trail_;
  std::optional<base::Instant> looked_at_;
  bool was_on_ = false;
};

}  // namespace app
