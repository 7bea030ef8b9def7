// The audit trail as the rest of the program sees it: somewhere to tell what happened.
#pragma once

#include <utility>

#include "audit/entry.h"
#include "base/result.h"
#include "base/task.h"

namespace audit {

class Trail {
 public:
  virtual ~Trail() = default;

  // Takes the event in. It is on the disk some milliseconds later, or counted among those of a gap.
  virtual void note(Entry entry) = 0;
  // Ends when the event is on the disk, and with it everything that was told before. kUnavailable when it cannot be
  // written and what it tells of must not happen; the message says what to do.
  virtual base::Task<base::Result<void>> record(Entry entry) = 0;
  // Whether the last attempt to write has failed.
  virtual bool is_failing() const = 0;
};

// For commands that do nothing worth a record, and where the trail is switched off.
class NullTrail final : public Trail {
 public:
  void note(Entry) override {}
  base::Task<base::Result<void>> record(Entry) override { co_return base::Result<void>(); }
  bool is_failing() const override { return false; }
};

}  // namespace audit
