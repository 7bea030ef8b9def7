// What the program is made of, what is known of its flaws, and the rules it is measured by: plain values for the
// checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "checks/check.h"
#include "checks/fact.h"

namespace checks {

struct Component {
  std::string name;                   // Of the binary package, such as "libssl3"; or of a library that was built in.
  std::string source;                 // Of the source package, by which advisories are kept.
  std::string version;                // Of the source package.
  std::vector<std::string> licences;  // As its copyright file declares them for the source.
  std::string digest;                 // SHA-256 of the file that is loaded or was built in; empty for headers.
  std::string file;                   // "libssl.so.3"; empty for headers.

  bool operator==(const Component&) const = default;
};

// An advisory that is about a component in its version.
struct Match {
  std::string id;
  std::string component;
  std::string version;
  std::string fixed{};  // The first good version; empty: none is known.
  Severity severity = Severity::kMedium;
  base::Wall published{};
  // Why it does not count, by a VEX statement that holds.
  std::string suppressed{};

  bool operator==(const Match&) const = default;
};

// What shows that a snapshot of advisories is what somebody trustworthy made.
struct SnapshotOrigin {
  enum class Kind { kUnsigned, kSigned, kForged, kServer };
  Kind kind = Kind::kUnsigned;
  std::string problem{};  // Of a forged one.
};

struct VexProblem {
  std::string id;
  std::string about;
};

struct DependencyFacts {
  Fact<std::string> sbom_digest;  // Of the file.
  std::string embedded_digest;    // Of the same, as the program knows it.
  // Libraries that are loaded and not in the SBOM, or in another version.
  Fact<std::vector<std::string>> drift;
  Fact<std::vector<Match>> matches;
  std::optional<base::Wall> snapshot;
  SnapshotOrigin origin{};  // Of the same.
  std::vector<VexProblem> vex_problems;
  // "libfoo: GPL-3.0 is not in the policy"
  Fact<std::vector<std::string>> licence_problems;
  // Not pinned by a digest or an exact version.
  Fact<std::vector<std::string>> floating;
  Fact<std::vector<std::string>> outdated;
  size_t components = 0;
};

}  // namespace checks
