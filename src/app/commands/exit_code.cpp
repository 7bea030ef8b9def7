#include "app/commands/exit_code.h"

namespace app::commands {

int exit_code(base::Code code) {
  switch (code) {
    case base::Code::kInvalidArgument:
      return 2;
    case base::Code::kUnauthenticated:
      return 3;
    case base::Code::kForbidden:
      return 4;
    case base::Code::kNotFound:
      return 5;
    case base::Code::kConflict:
      return 6;
    case base::Code::kRateLimited:
      return 7;
    case base::Code::kUpstream:
      return 8;
    case base::Code::kUnavailable:
      return 9;
    case base::Code::kDeadline:
      return 10;
    case base::Code::kCancelled:
      return 11;
    case base::Code::kInternal:
      return 70;
  }
  return 70;
}

}  // namespace app::commands
