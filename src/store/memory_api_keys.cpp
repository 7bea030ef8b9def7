#include "store/memory_api_keys.h"

#include <algorithm>

namespace store {

base::Error too_many_nonces() {
  return {base::Code::kRateLimited, "Too many signed requests in the last minutes. Wait a while.", "", std::nullopt};
}

base::Error key_is_there() { return {base::Code::kConflict, "There is an API key of that id.", "", std::nullopt}; }

base::Task<base::Result<void>> MemoryApiKeys::add(ApiKey key) {
  if (std::ranges::find(keys_, key.id, &ApiKey::id) != keys_.end()) co_return std::unexpected(key_is_there());
  const auto later = std::ranges::upper_bound(keys_, key.created, {}, &ApiKey::created);
  keys_.insert(later, std::move(key));
  co_return base::Result<void>();
}

base::Task<base::Result<std::optional<ApiKey>>> MemoryApiKeys::find(std::string id) {
  const auto found = std::ranges::find(keys_, id, &ApiKey::id);
  co_return found == keys_.end() ? std::nullopt : std::optional(*found);
}

base::Task<base::Result<std::vector<ApiKey>>> MemoryApiKeys::list() { co_return keys_; }

base::Task<base::Result<bool>> MemoryApiKeys::revoke(std::string id, base::Wall now) {
  const auto found = std::ranges::find(keys_, id, &ApiKey::id);
  if (found == keys_.end()) co_return false;
  if (!found->revoked) found->revoked = now;
  co_return true;
}

base::Task<base::Result<void>> MemoryApiKeys::add_signing(ApiKey key, base::Secret signing_key) {
  std::string id = key.id;
  auto adding = add(std::move(key));
  CO_TRY_VOID(co_await std::move(adding));
  signing_keys_.emplace(std::move(id), std::move(signing_key));
  co_return base::Result<void>();
}

base::Task<base::Result<std::optional<base::Secret>>> MemoryApiKeys::signing_key(std::string id) {
  const auto found = signing_keys_.find(id);
  if (found == signing_keys_.end()) co_return std::optional<base::Secret>();
  co_return std::optional(found->second.clone());
}

base::Task<base::Result<bool>> MemoryNonces::use(std::string key_id, std::string nonce, base::Wall expires,
                                                 base::Wall now) {
  std::erase_if(kept_, [now](const auto& each) { return each.second < now; });
  if (kept_.size() >= kept_max_) co_return std::unexpected(too_many_nonces());
  co_return kept_.emplace(std::pair(std::move(key_id), std::move(nonce)), expires).second;
}

}  // namespace store
