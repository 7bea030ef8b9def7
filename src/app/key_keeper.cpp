#include "app/key_keeper.h"

#include <utility>
#include <vector>

namespace app {
namespace {

using store::KeyState;
using store::sql::KeyInfo;
using store::sql::Leak;

// Of one step. A step keeps others from writing, so it must not take long.
constexpr int64_t kRowsOfAStep = 500;

}  // namespace

std::optional<KeyInfo> sealing_key(const std::vector<KeyInfo>& keys, std::string_view purpose) {
  for (const KeyInfo& each : keys) {
    if (each.purpose == purpose && each.state == KeyState::kPrimary) return each;
  }
  return std::nullopt;
}

int64_t count_behind(const std::vector<KeyInfo>& keys) {
  int64_t count = 0;
  for (const KeyInfo& each : keys) {
    if (each.state != KeyState::kPrimary) count += each.grants;
  }
  return count;
}

base::Task<base::Result<void>> KeyKeeper::tell(std::string step, KeyRotation rotation) {
  audit::Entry entry{.event = audit::Event::kKeyRotated,
                     .source = "local",
                     .request = {{"step", step},
                                 {"purpose", rotation.key.purpose},
                                 {"key", std::string_view(rotation.key.id).substr(0, store::kKeyIdShown)}},
                     .status = "ok"};
  if (step == "end") {
    entry.request.emplace_back("rewrapped", rotation.rewrapped);
    entry.request.emplace_back("ended", rotation.ended);
    entry.request.emplace_back("damaged", rotation.damaged);
    entry.request.emplace_back("destroyed", rotation.destroyed);
  }
  auto recording = services_.trail.record(std::move(entry));
  co_return co_await std::move(recording);
}

base::Task<base::Result<KeyRotation>> KeyKeeper::wrap_all(KeyRotation rotation) {
  store::sql::Store& store = services_.store;
  std::string after;
  for (bool more = true; more;) {
    CO_TRY(const auto step, co_await store.rewrap(after, kRowsOfAStep));
    rotation.rewrapped += step.rewrapped;
    rotation.ended += step.ended;
    rotation.damaged += step.damaged;
    after = step.last;
    more = step.more;
  }
  CO_TRY(rotation.destroyed, co_await store.destroy_unused_keys());
  auto telling = tell("end", rotation);
  CO_TRY_VOID(co_await std::move(telling));
  co_return rotation;
}

base::Task<base::Result<KeyRotation>> KeyKeeper::rotate(Leak leak, int64_t seen) {
  store::sql::Store& store = services_.store;
  CO_TRY(const auto before, co_await store.keys());
  KeyRotation rotation;
  if (const auto key = sealing_key(before, store::kGrantKeys)) rotation.key = *key;
  rotation.key.purpose = store::kGrantKeys;
  rotation.went_on = leak == Leak::kNone && count_behind(before) > 0;
  auto telling = tell(rotation.went_on ? "go on" : leak == Leak::kSuspected ? "begin, compromised" : "begin", rotation);
  CO_TRY_VOID(co_await std::move(telling));
  if (!rotation.went_on) {
    auto rotating = store.rotate(std::string(store::kGrantKeys), leak, seen);
    CO_TRY(rotation.key, co_await std::move(rotating));
  }
  auto wrapping = wrap_all(std::move(rotation));
  co_return co_await std::move(wrapping);
}

base::Task<base::Result<std::optional<KeyRotation>>> KeyKeeper::keep(std::chrono::hours age) {
  CO_TRY(const auto keys, co_await services_.store.keys());
  const auto key = sealing_key(keys, store::kGrantKeys);
  if (!key) co_return std::optional<KeyRotation>();
  const bool is_old = age.count() > 0 && services_.clock.wall() - key->created >= age;
  if (!is_old && count_behind(keys) == 0) co_return std::optional<KeyRotation>();
  auto rotating = rotate(Leak::kNone, key->version);
  CO_TRY(KeyRotation done, co_await std::move(rotating));
  co_return std::optional<KeyRotation>(std::move(done));
}

base::Task<base::Result<KeyInfo>> KeyKeeper::rotate_states(Leak leak, int64_t seen) {
  KeyRotation rotation;
  rotation.key.purpose = store::kStateKeys;
  auto telling = tell(leak == Leak::kSuspected ? "begin, compromised" : "begin", rotation);
  CO_TRY_VOID(co_await std::move(telling));
  auto rotating = services_.store.rotate(std::string(store::kStateKeys), leak, seen);
  CO_TRY(rotation.key, co_await std::move(rotating));
  auto ending = tell("end", rotation);
  CO_TRY_VOID(co_await std::move(ending));
  co_return rotation.key;
}

base::Task<base::Result<void>> KeyKeeper::keep_states(std::chrono::hours age) {
  CO_TRY(const auto keys, co_await services_.store.keys());
  const auto key = sealing_key(keys, store::kStateKeys);
  if (!key) co_return base::Result<void>();
  if (age.count() > 0 && services_.clock.wall() - key->created >= age) {
    auto rotating = rotate_states(Leak::kNone, key->version);
    CO_TRY_VOID(co_await std::move(rotating));
  }
  CO_TRY_VOID(co_await services_.store.destroy_old_state_keys(kStatesLive));
  co_return base::Result<void>();
}

base::Task<base::Result<KeyRotation>> KeyKeeper::rotate_signing(Leak leak) {
  KeyRotation rotation;
  rotation.key.purpose = store::kSigningKeys;
  auto telling = tell(leak == Leak::kSuspected ? "begin, compromised" : "begin", rotation);
  CO_TRY_VOID(co_await std::move(telling));
  CO_TRY(const auto done, co_await services_.store.rotate_signing(leak));
  rotation.key = done.key;
  rotation.rewrapped = done.resealed;
  rotation.ended = done.revoked;
  rotation.damaged = done.damaged;
  auto ending = tell("end", rotation);
  CO_TRY_VOID(co_await std::move(ending));
  co_return rotation;
}

}  // namespace app
