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
                                 .generation = static_cast<uint64_t>(token.generation)};
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

}  // namespace app
