// The requestState of a request that waits for answers (2026-07-28 basic/utilities/mrtr): what was answered in earlier
// rounds, sealed, so that any instance with the same key can go on and nobody can change it. It opens only
// for the same principal, method and parameters, and only for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/aead.h"
#include "json/value.h"
#include "mcp/message.h"
#include "mcp/principal.h"
#include "mcp/question.h"

namespace mcp {

// Which states were used up. A state that confirms a change counts once, so that nobody who sees it can send it again.
class SpentStates {
 public:
  virtual ~SpentStates() = default;
  // True for the first who spends this id, and for nobody after; false also where it cannot be known. After `until` the
  // state is too old anyway, and the id may be forgotten.
  virtual base::Task<bool> spend(std::string id, base::Wall until) = 0;
};

// For one process. Full, it takes no more until some are too old.
class MemorySpentStates final : public SpentStates {
 public:
  static constexpr size_t kIdsMax = 10'000;

  explicit MemorySpentStates(const base::Clock& clock) : clock_(clock) {}
  base::Task<bool> spend(std::string id, base::Wall until) override;

 private:
  const base::Clock& clock_;
  std::map<std::string, base::Wall> until_;
};

class RequestStates {
 public:
  // A state may be sent back for this long: a person may be asked in between.
  static constexpr std::chrono::minutes kLifetime{15};
  static constexpr size_t kBytesMax = size_t{256} * 1024;

  struct Opened {
    Answers answers;
    std::string id;      // Of this state alone.
    base::Wall expires;  // It opens until then.
  };

  // The first key seals, and every key opens: a new one goes in front, and the one before stays for kLifetime. At least
  // one.
  RequestStates(std::vector<crypto::Key> keys, const base::Clock& clock, base::Random& random);
  void set_keys(std::vector<crypto::Key> keys);

  // kInvalidArgument when the answers are too large to be carried round.
  base::Result<std::string> seal(const Principal& principal, const Call& call, const Answers& answers) const;
  // kInvalidArgument for anything that seal() did not give for this very request, or that is too old.
  base::Result<Opened> open(const Principal& principal, const Call& call, std::string_view sealed) const;

 private:
  std::vector<crypto::Aes256Gcm> boxes_;
  const base::Clock& clock_;
  base::Random& random_;
};

}  // namespace mcp
