// A trail that somebody listens to: for what is counted, and for alerts.
#pragma once

#include <functional>
#include <utility>

#include "audit/trail.h"

namespace audit {

class Watch final : public Trail {
 public:
  using Heard = std::function<void(const Entry&)>;

  // Tells the next trail. `heard` comes first, and hears also of what cannot be written. It may be empty, and must not
  // tell this trail anything.
  Watch(Trail& next, Heard heard) : next_(next), heard_(std::move(heard)) {}

  void note(Entry entry) override {
    if (heard_) heard_(entry);
    next_.note(std::move(entry));
  }
  base::Task<base::Result<void>> record(Entry entry) override {
    if (heard_) heard_(entry);
    return next_.record(std::move(entry));
  }
  bool is_failing() const override { return next_.is_failing(); }

 private:
  Trail& next_;
  Heard heard_;
};

}  // namespace audit
