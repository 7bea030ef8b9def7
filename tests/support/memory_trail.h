// An audit trail that keeps what it is told, and refuses on demand.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/trail.h"

namespace test {

class MemoryTrail final : public audit::Trail {
 public:
  std::vector<audit::Entry> entries;
  bool refuses = false;

  void note(audit::Entry entry) override { entries.push_back(std::move(entry)); }
  base::Task<base::Result<void>> record(audit::Entry entry) override {
    if (refuses) co_return base::fail(base::Code::kUnavailable, "The audit trail cannot be written.");
    entries.push_back(std::move(entry));
    co_return base::Result<void>();
  }
  bool is_failing() const override { return refuses; }

  // The names of the events, in order, with spaces between them.
  std::string names() const {
    std::string all;
    for (const audit::Entry& entry : entries) all.append(all.empty() ? "" : " ").append(info_of(entry.event).name);
    return all;
  }
};

}  // namespace test
