#include "app/adapters.h"

#include <optional>
#include <string>
#include <utility>

namespace app {
namespace {

std::optional<spotify::Bucket> bucket_of(std::string_view name) {
  for (size_t i = 0; i < spotify::kBuckets; ++i) {
    const auto bucket = static_cast<spotify::Bucket>(i);
    if (spotify::bucket_name(bucket) == name) return bucket;
  }
  return std::nullopt;
}

}  // namespace

base::Task<base::Result<spotify::AccessToken>> RefresherTokens::access_token(base::Instant deadline) {
  CO_TRY(oauth::AccessToken token, co_await refresher_.token(deadline));
  co_return spotify::AccessToken{.secret = std::move(token.secret),
                                 .generation = static_cast<uint64_t>(token.generation),
                                 .login = token.authorized_at.unix_ms};
}

void RefresherTokens::rejected(uint64_t generation) { refresher_.rejected(static_cast<int64_t>(generation)); }

base::Task<base::Result<std::vector<spotify::Block>>> StoredQuota::load() {
  CO_TRY(const auto ends, co_await quota_.load());
  std::vector<spotify::Block> blocks;
  for (const auto& [name, until] : ends) {
    // A bucket that this version no longer has is left where it is.
    if (const auto bucket = bucket_of(name)) blocks.push_back({.bucket = *bucket, .until = until});
  }
  co_return blocks;
}

base::Task<base::Result<void>> StoredQuota::save(std::vector<spotify::Block> blocks) {
  for (const spotify::Block& block : blocks) {
    std::string name(spotify::bucket_name(block.bucket));
    CO_TRY_VOID(co_await quota_.block(std::move(name), block.until));
  }
  co_return base::Result<void>();
}

base::Error without_paths(base::Error error, Paths paths, base::Log& log) {
  // What os/ and the store say of a file names it by its directory, so a message without a slash names none.
  if (paths == Paths::kShown || error.message.find('/') == std::string::npos) return error;
  log.event(base::Level::kError, "store.failed", {{"code", base::code_name(error.code)}, {"why", error.message}});
  error.detail = error.detail.empty() ? std::move(error.message) : error.message + " " + error.detail;
  error.message =
      "The stored Spotify login cannot be used now. On the machine of this server, `spotify-mcp-server status` says "
      "what is wrong and how to mend it.";
  return error;
}

base::Task<base::Result<std::optional<store::Grant>>> GuardedGrants::load(std::string principal) {
  auto result = co_await grants_.load(std::move(principal));
  if (!result) co_return std::unexpected(without_paths(std::move(result).error(), paths_, log_));
  co_return result;
}

base::Task<base::Result<void>> GuardedGrants::check_writable(std::string principal) {
  auto result = co_await grants_.check_writable(std::move(principal));
  if (!result) co_return std::unexpected(without_paths(std::move(result).error(), paths_, log_));
  co_return result;
}

base::Task<base::Result<int64_t>> GuardedGrants::replace(std::string principal, store::Grant grant) {
  auto result = co_await grants_.replace(std::move(principal), std::move(grant));
  if (!result) co_return std::unexpected(without_paths(std::move(result).error(), paths_, log_));
  co_return result;
}

base::Task<base::Result<int64_t>> GuardedGrants::update(std::string principal, store::Grant grant) {
  auto result = co_await grants_.update(std::move(principal), std::move(grant));
  if (!result) co_return std::unexpected(without_paths(std::move(result).error(), paths_, log_));
  co_return result;
}

base::Task<base::Result<void>> GuardedGrants::erase(std::string principal) {
  auto result = co_await grants_.erase(std::move(principal));
  if (!result) co_return std::unexpected(without_paths(std::move(result).error(), paths_, log_));
  co_return result;
}

base::Task<base::Result<std::unique_ptr<store::Lease>>> GuardedLeases::acquire(std::string principal,
                                                                               base::Instant deadline) {
  auto result = co_await leases_.acquire(std::move(principal), deadline);
  if (!result) co_return std::unexpected(without_paths(std::move(result).error(), paths_, log_));
  co_return result;
}

}  // namespace app
