// The guard of local-http mode: a random token in a file that only its owner can read. Whoever can read the file is the
// owner; a web page or another user of this machine is not.
#pragma once

#include <string>
#include <utility>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "mcp/transport/streamable_http.h"

namespace app {

class LocalBearer final : public mcp::Authenticator {
 public:
  // Reads `<directory>/http-token`, or makes it once. The directory is private and exists.
  static base::Result<LocalBearer> open(const std::string& directory, base::Random& random);
  static std::string file_in(const std::string& directory) { return directory + "/http-token"; }

  base::Task<base::Result<mcp::Principal>> authenticate(base::Secret authorization) override;

 private:
  explicit LocalBearer(base::Secret token) : token_(std::move(token)) {}

  base::Secret token_;
};

}  // namespace app
