#include "app/adapters.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace app {
namespace {

// Beside the names of buckets: the end of a wait that concerns all of them.
constexpr std::string_view kPause = "everything";

}  // namespace

base::Task<base::Result<spotify::AccessToken>> RefresherTokens::access_token(base::Instant deadline) {
  CO_TRY(oauth::AccessToken token, co_await refresher_.token(deadline));
  co_return spotify::AccessToken{.secret = std::move(token.secret),
                                 .generation = static_cast<uint64_t>(token.generation),
                                 .login = token.authorized_at.unix_ms};
}

void RefresherTokens::rejected(uint64_t generation) { refresher_.rejected(static_cast<int64_t>(generation)); }

base::Task<base::Result<spotify::QuotaRecord>> StoredQuota::load() {
  CO_TRY(const store::QuotaState state, co_await quota_.load());
  spotify::QuotaRecord record;
  // A bucket that this version no longer has is left where it is.
  for (const auto& [name, block] : state.blocks) {
    if (name == kPause) record.pause = spotify::QuotaRecord::Pause{.until = block.until, .since = block.since};
    if (const auto bucket = spotify::parse_bucket(name)) {
      record.blocks.push_back({.bucket = *bucket, .until = block.until, .since = block.since});
    }
  }
  for (const store::QuotaCount& each : state.counts) {
    if (const auto bucket = spotify::parse_bucket(each.bucket)) {
      record.counts.push_back({.bucket = *bucket, .hour = each.hour, .count = each.count});
    }
  }
  co_return record;
}

base::Task<base::Result<void>> StoredQuota::save(spotify::QuotaRecord record) {
  for (const spotify::Block& block : record.blocks) {
    std::string name(spotify::bucket_name(block.bucket));
    const store::QuotaBlock stored{.until = block.until, .since = block.since};
    CO_TRY_VOID(co_await quota_.block(std::move(name), stored));
  }
  if (record.pause) {
    const store::QuotaBlock pause{.until = record.pause->until, .since = record.pause->since};
    CO_TRY_VOID(co_await quota_.block(std::string(kPause), pause));
  }
  if (record.counts.empty()) co_return base::Result<void>();
  std::vector<store::QuotaCount> counts;
  for (const spotify::HourCount& each : record.counts) {
    counts.push_back(
        {.bucket = std::string(spotify::bucket_name(each.bucket)), .hour = each.hour, .count = each.count});
  }
  co_return co_await quota_.count(std::move(counts), record.now);
}

base::Task<base::Result<std::optional<spotify::FoundRegime>>> StoredRegime::load_regime() {
  CO_TRY(const std::optional<store::Fact> fact, co_await facts_.fact(name_));
  const auto regime = fact ? spotify::parse_regime(fact->value) : std::nullopt;
  if (!regime) co_return std::optional<spotify::FoundRegime>();
  co_return std::optional(spotify::FoundRegime{*regime, fact->learnt_at});
}

base::Task<base::Result<void>> StoredRegime::save_regime(spotify::FoundRegime found) {
  store::Fact fact{std::string(spotify::regime_name(found.regime)), found.found_at};
  co_return co_await facts_.learn(name_, std::move(fact));
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

base::Task<mcp::SpentStates::Spending> StoredSpentStates::spend(std::string principal, std::string id,
                                                                base::Wall until) {
  auto spending = store_.spend(std::move(principal), std::move(id), until);
  const auto first = co_await std::move(spending);
  if (first) co_return *first ? Spending::kFirst : Spending::kAgain;
  if (first.error().code == base::Code::kRateLimited) co_return Spending::kFull;
  log_.event(base::Level::kError, "states.not_spent",
             {{"why", first.error().message}, {"detail", first.error().detail}});
  co_return Spending::kAgain;
}

base::Task<bool> StoredSpentStates::spend_ticket(std::string ticket, base::Wall until) {
  auto spending = spend("", "ticket " + std::move(ticket), until);
  co_return co_await std::move(spending) == Spending::kFirst;
}

}  // namespace app
