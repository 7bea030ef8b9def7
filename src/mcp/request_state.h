// The requestState of a request that waits for answers (2026-07-28 basic/utilities/mrtr): what was asked and what was
// answered in earlier rounds, sealed, so that any instance with the same key can go on and nobody can change it. It
// opens only for the same principal, method and parameters, and only for a while.
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
  enum class Spending {
    kFirst,  // For the first who spends this id, and for nobody after.
    kAgain,  // Also where it cannot be known.
    kFull,   // This principal has confirmed as much as can be remembered; later there is room again.
  };

  virtual ~SpentStates() = default;
  // After `until` the state is too old anyway, and the id may be forgotten.
  virtual base::Task<Spending> spend(std::string principal, std::string id, base::Wall until) = 0;
};

// For one process. Full, it takes no more of a principal until some are too old.
class MemorySpentStates final : public SpentStates {
 public:
  static constexpr size_t kIdsPerPrincipalMax = 1'000;
  static constexpr size_t kPrincipalsMax = 10'000;

  explicit MemorySpentStates(const base::Clock& clock) : clock_(clock) {}
  base::Task<Spending> spend(std::string principal, std::string id, base::Wall until) override;

 private:
  using Ids = std::map<std::string, base::Wall>;
  void forget_old(Ids& ids) const;

  const base::Clock& clock_;
  std::map<std::string, Ids> until_;  // By principal.
};

// How far a request has come that asks its client something.
struct Rounds {
  // What was asked, as digest_of() each question, by its key. Where something is changed, an answer counts for the
  // question that it was given to: never before that was asked, and not for another one that has come in its place.
  std::map<std::string, std::string> asked;
  Answers answers;  // Those that counted so far.
};
std::string digest_of(const Question& question);

class RequestStates {
 public:
  // A state may be sent back for this long, in which a person reads and answers: as long as an older client has for its
  // answer (ServerOptions::answer_deadline).
  static constexpr std::chrono::seconds kLifetime{300};
  // One that confirms what cannot be taken back. A yes that comes later was given to how things stood before, and is
  // asked for anew.
  static constexpr std::chrono::seconds kConfirmLifetime{120};
  static constexpr size_t kBytesMax = size_t{256} * 1024;

  struct Opened {
    Rounds rounds;
    std::string id;      // Of this request, until it is spent.
    base::Wall expires;  // It opens until then.
  };

  // The first key seals, and every key opens: a new one goes in front, and the one before stays for kLifetime. At least
  // one.
  RequestStates(std::vector<crypto::Key> keys, const base::Clock& clock, base::Random& random);
  void set_keys(std::vector<crypto::Key> keys);

  // `id` is that of the round before, or "" for the first one; from now on the state opens for `lifetime`.
  // kInvalidArgument when the answers are too large to be carried round.
  base::Result<std::string> seal(const Principal& principal, const Call& call, std::string id, const Rounds& rounds,
                                 base::Duration lifetime = kLifetime) const;
  // kInvalidArgument for anything that seal() did not give for this very request, or that is too old.
  base::Result<Opened> open(const Principal& principal, const Call& call, std::string_view sealed) const;

 private:
  std::vector<crypto::Aes256Gcm> boxes_;
  const base::Clock& clock_;
  base::Random& random_;
};

}  // namespace mcp
