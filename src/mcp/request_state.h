// The requestState of a request that waits for answers (2026-07-28 basic/utilities/mrtr): what was answered in earlier
// rounds, sealed, so that any instance with the same key can go on and nobody can change it. It opens only
// for the same principal, method and parameters, and only for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "json/value.h"
#include "mcp/message.h"
#include "mcp/principal.h"
#include "mcp/question.h"

namespace mcp {

class RequestStates {
 public:
  // A state may be sent back for this long: a person may be asked in between.
  static constexpr std::chrono::minutes kLifetime{15};
  static constexpr size_t kBytesMax = size_t{256} * 1024;

  RequestStates(crypto::Key key, const base::Clock& clock, base::Random& random);

  // kInvalidArgument when the answers are too large to be carried round.
  base::Result<std::string> seal(const Principal& principal, const Call& call, const Answers& answers) const;
  // kInvalidArgument for anything that seal() did not give for this very request, or that is too old.
  base::Result<Answers> open(const Principal& principal, const Call& call, std::string_view sealed) const;

 private:
  crypto::Aes256Gcm box_;
  const base::Clock& clock_;
  base::Random& random_;
};

}  // namespace mcp
