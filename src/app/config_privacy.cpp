#include "app/config_privacy.h"

#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <vector>

#include "base/secret.h"
#include "checks/secrets.h"
#include "config/sealed_file.h"
#include "json/parse.h"
#include "os/files.h"
#include "os/look.h"

namespace app {
namespace {

base::Result<std::vector<std::string>> secrets_of(const std::string& file) {
  TRY(std::string text, os::read_file(file, config::kSealedBytesMax));
  const base::Secret whole(std::move(text));
  if (config::is_sealed(whole.reveal())) return std::vector<std::string>();
  const auto document = json::parse(whole.reveal(), {.bytes_max = config::kPlainBytesMax});
  // What is no JSON was refused before.
  return document ? checks::find_plain_secrets(*document) : std::vector<std::string>();
}

}  // namespace

base::Result<void> check_config_privacy(const std::string& file) {
  constexpr uint32_t kAllMayWrite = 02;
  constexpr uint32_t kMoreThanGroupRead = 037;
  const auto status = file.empty() ? std::nullopt : os::look_at(os::target_of(file));
  if (!status) return {};
  if ((status->mode & kAllMayWrite) != 0) {
    return base::fail(base::Code::kForbidden,
                      fmt::format("{0} can be written by every user of this machine. Run: chmod 600 '{0}'", file));
  }
  // What root hands to the group of a service is good for root too, who looks after it.
  const bool is_handed_on = status->owner == 0 && (status->mode & kMoreThanGroupRead) == 0;
  if (is_handed_on || os::check_private_file(file)) return {};
  TRY(const std::vector<std::string> secrets, secrets_of(file));
  if (secrets.empty()) return {};
  return base::fail(base::Code::kForbidden,
                    fmt::format("{0} holds {1} in the clear, and others can read it. Run: chmod 600 '{0}', or keep the "
                                "secret elsewhere: docs/configuration.md says how.",
                                file, fmt::join(secrets, ", ")));
}

}  // namespace app
