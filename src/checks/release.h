// The files of a release beside its program: checksums, provenance, and Ed25519 signatures over both.
#pragma once

#include <string>

#include "checks/fact.h"
#include "checks/host.h"

namespace checks {

struct ReleaseRequest {
  std::string directory;   // With SHA256SUMS, SHA256SUMS.sig, provenance.json and provenance.json.sig; empty: none.
  std::string public_key;  // A file with the 32 bytes of the key in base64.
  std::string program_name;
  std::string program_digest;
};
// Each "" when all is well, what is wrong otherwise; absent where no release was given.
struct ReleaseFiles {
  Fact<std::string> checksum;
  Fact<std::string> provenance;
};
ReleaseFiles check_release(const Host& host, const ReleaseRequest& request);

}  // namespace checks
