#include "app/local_bearer.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/constant_time.h"
#include "crypto/random_text.h"
#include "os/files.h"

namespace app {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenCharactersMin = 32;
constexpr size_t kFileBytesMax = 1024;

base::Secret make_line(base::Random& random) {
  return base::Secret(crypto::random_token(random, kTokenBytes) + "\n");
}

base::Result<base::Secret> read_token(const std::string& path) {
  TRY(std::string text, os::read_private_file(path, kFileBytesMax));
  text.resize(text.find_last_not_of("\r\n") + 1);
  if (text.size() < kTokenCharactersMin || text.find_first_of(" \t\r\n") != std::string::npos) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("{} holds no usable token. Remove it and start again.", path));
  }
  return base::Secret(std::move(text));
}

}  // namespace

base::Result<LocalBearer> LocalBearer::open(const std::string& directory, base::Random& random) {
  const std::string path = file_in(directory);
  if (!os::exists(path)) {
    const auto created = os::create_private_file(path, make_line(random).reveal());
    // Another process may have been first; then its token is the one.
    if (!created && created.error().code != base::Code::kConflict) return std::unexpected(created.error());
  }
  TRY(base::Secret token, read_token(path));
  return LocalBearer(path, std::move(token));
}

base::Result<void> LocalBearer::renew(const std::string& directory, base::Random& random) {
  return os::replace_private_file(file_in(directory), make_line(random).reveal());
}

base::Result<void> LocalBearer::reload() {
  TRY(token_, read_token(path_));
  return {};
}

base::Task<base::Result<mcp::Principal>> LocalBearer::authenticate(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.authorization.reveal();
  // The scheme's name has no case (RFC 9110 section 11.1).
  const bool bearer = base::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme);
  const std::string_view token = bearer ? value.substr(kScheme.size()) : std::string_view();
  if (token.empty() || !crypto::equal(token, token_.reveal())) {
    co_return base::fail(base::Code::kUnauthenticated,
                         "Send the token from the file http-token in the server's data directory as a bearer.");
  }
  co_return mcp::Principal{};
}

}  // namespace app
