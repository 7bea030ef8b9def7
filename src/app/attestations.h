// The file in which people say what they have done (docs/security-check.md, "Attestations"), as `maintain` keeps it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace app {

// Of each check, the latest are kept: what a year of weeks needs, and a file that stays small.
inline constexpr size_t kAttestationsOfEach = 60;
inline constexpr size_t kAttestationsBytesMax = size_t{1} << 20;

struct NewAttestation {
  std::string id;        // Of a check, such as "ORG-04".
  base::Wall date{};     // Written as a day, in UTC.
  std::string owner;     // 1 to 500 characters, as is the evidence.
  std::string evidence;  // Where that can be seen.
};

// Puts them behind those of the file, which is made where there is none, private to its owner. kInvalidArgument for a
// file that is none of these, which then stays as it is.
base::Result<void> add_attestations(const std::string& path, const std::vector<NewAttestation>& added);

}  // namespace app
