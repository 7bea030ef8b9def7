// Text that somebody wrote on Spotify and that looks like an attempt to lead a model: counted each time that it is
// shown, told to the audit trail once for each thing that bears it. The text itself is in neither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "app/metrics.h"
#include "audit/trail.h"
#include "tools/sign.h"

namespace app {

class ContentWatch {
 public:
  // Things that are remembered as told, so that a list that is read again and again does not fill the trail. When so
  // many are known, it begins anew.
  static constexpr size_t kToldMax = 4096;

  // Both must outlive it.
  ContentWatch(Metrics& metrics, audit::Trail& trail) : metrics_(metrics), trail_(trail) {}

  void hear(const tools::Suspicion& suspicion);
  // How many it heard of so far.
  uint64_t heard() const { return heard_; }

 private:
  Metrics& metrics_;
  audit::Trail& trail_;
  std::set<std::string> told_;
  uint64_t heard_ = 0;
};

}  // namespace app
