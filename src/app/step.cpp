#include "app/step.h"

#include <algorithm>

namespace app {

std::string_view state_name(StepState state) {
  switch (state) {
    case StepState::kDone:
      return "done";
    case StepState::kFound:
      return "found";
    case StepState::kByHand:
      return "by hand";
    case StepState::kFailed:
      return "failed";
    case StepState::kPlanned:
      return "planned";
  }
  return "";
}

std::string as_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace app
