// Advisories in the OSV format (ossf.github.io/osv-schema), from files, and the statements in OpenVEX that say which of
// them do not apply here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "checks/dependencies.h"
#include "checks/host.h"
#include "json/value.h"

namespace checks {

// One package of one advisory.
struct Affected {
  std::string package;
  // Affected from `introduced` on ("0": always), until before `fixed`, or through `last`.
  struct Range {
    std::string introduced;
    std::string fixed;
    std::string last;
  };
  std::vector<Range> ranges;
  std::vector<std::string> versions;
};
struct Advisory {
  std::string id;
  std::vector<std::string> aliases;
  Severity severity = Severity::kHigh;
  base::Wall published{};
  std::vector<Affected> affected;
};

// Nothing for an advisory that was withdrawn, or is about no package of the ecosystem. kInvalidArgument for what is no
// advisory. One without a severity counts as high: nobody knows better.
base::Result<std::optional<Advisory>> read_advisory(const json::Value& value, std::string_view ecosystem);
// The base score of a CVSS 3.x vector; nothing for what is none.
std::optional<double> cvss_score(std::string_view vector);
// The first version that is good again, "" when none is known; nothing when the version is not affected.
std::optional<std::string> affects(const Affected& affected, std::string_view version);

struct Advisories {
  std::vector<Advisory> all;
  base::Wall snapshot{};
  SnapshotOrigin origin{};
};
// A file with one advisory, a list of them or {"vulns": [...]}; or a directory of such files. kNotFound when it is not
// there, kInvalidArgument for one that cannot be read: half of the advisories is no basis.
// With a public key (32 bytes in base64), FILE.sig has to be a signature over the file; in a directory, SHA256SUMS.sig
// one over SHA256SUMS, which has to name each of its files and no other. Whether that holds is in `origin`. An empty
// `key` asks for none.
base::Result<Advisories> read_advisories(const Host& host, const std::string& path, std::string_view ecosystem,
                                         std::string_view key = {});

struct VexStatement {
  std::string vulnerability;
  std::string product;  // A package's name; empty: all.
  std::string justification;
  std::optional<base::Wall> expires;
  bool clears = false;  // not_affected or fixed.
};
base::Result<std::vector<VexStatement>> read_vex(std::string_view text);

struct Matched {
  std::vector<Match> matches;
  std::vector<VexProblem> problems;
};
Matched match_advisories(const std::vector<Component>& components, const std::vector<Advisory>& advisories,
                         const std::vector<VexStatement>& statements, base::Wall now);

}  // namespace checks
