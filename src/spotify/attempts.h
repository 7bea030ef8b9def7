// After each try of a request: give up, or go on, and when. Without I/O, so that the rules can be read in one place:
//   401                 refresh once, whatever the operation: Spotify did nothing
//   429, short          reads wait, at most twice; writes are answered
//   429, long or quota  answered at once
//   5xx, no answer      reads once more; a write that may have arrived is never sent again
//   not sent            once more, also writes
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "http/message.h"
#include "spotify/errors.h"
#include "spotify/operation.h"

namespace spotify {

// How one try ended.
struct Ending {
  enum class Kind {
    kAnswered,    // A response came; `response` is it.
    kUnreadable,  // A read came back with 2xx and a body that is no JSON.
    kLost,        // Sent, or perhaps sent, and no whole response came.
    kNotSent,     // For certain no byte went out.
  };
  Kind kind = Kind::kAnswered;
  int status = 0;
  Wait wait{};  // Of a 429.
};

class Attempts {
 public:
  enum class Next {
    kAccept,        // 2xx or 304.
    kRefresh,       // Reject the token and try again.
    kWaitAndRetry,  // Spotify named the wait: pause everything, then try again.
    kRetrySoon,     // Try again after a short pause.
    kBlock,         // Close the bucket and give the error.
    kGiveUp,        // Give the error.
    kAmbiguous,     // Give the error of a write that may have happened.
  };

  explicit Attempts(Repeat repeat) : repeat_(repeat) {}
  Next after(const Ending& ending);
  int tries() const { return tries_; }

 private:
  Next after_answer(const Ending& ending);
  bool spend(int& left) {
    if (left <= 0) return false;
    --left;
    return true;
  }

  Repeat repeat_;
  int tries_ = 0;
  int refreshes_left_ = 1;
  int waits_left_ = 2;
  int retries_left_ = 1;
};

}  // namespace spotify
