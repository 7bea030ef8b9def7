#include "spotify/attempts.h"

namespace spotify {

Attempts::Next Attempts::after(const Ending& ending) {
  ++tries_;
  const bool is_read = repeat_ == Repeat::kRead;
  switch (ending.kind) {
    case Ending::Kind::kAnswered:
      return after_answer(ending);
    case Ending::Kind::kNotSent:
      return spend(retries_left_) ? Next::kRetrySoon : Next::kGiveUp;
    case Ending::Kind::kUnreadable:
      return spend(retries_left_) ? Next::kRetrySoon : Next::kGiveUp;
    case Ending::Kind::kLost:
      if (!is_read) return Next::kAmbiguous;
      return spend(retries_left_) ? Next::kRetrySoon : Next::kGiveUp;
  }
  return Next::kGiveUp;
}

Attempts::Next Attempts::after_answer(const Ending& ending) {
  const bool is_read = repeat_ == Repeat::kRead;
  const int status = ending.status;
  if ((status >= 200 && status < 300) || status == 304) return Next::kAccept;
  if (status == 401) return spend(refreshes_left_) ? Next::kRefresh : Next::kGiveUp;
  if (status == 429) {
    if (ending.wait.kind == Wait::Kind::kLong) return Next::kBlock;
    return is_read && spend(waits_left_) ? Next::kWaitAndRetry : Next::kGiveUp;
  }
  if (status >= 500) {
    if (!is_read) return Next::kAmbiguous;
    return spend(retries_left_) ? Next::kRetrySoon : Next::kGiveUp;
  }
  return Next::kGiveUp;
}

}  // namespace spotify
