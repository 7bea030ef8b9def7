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

  // Puts a new token in the place of the old one, which no server takes any more once it has read the file again.
  static base::Result<void> renew(const std::string& directory, base::Random& random);
  // Reads the file again.
  base::Result<void> reload();

  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request& request) override;

 private:
  LocalBearer(std::string path, base::Secret token) : path_(std::move(path)), token_(std::move(token)) {}

  std::string path_;
  base::Secret token_;
};

}  // namespace app
