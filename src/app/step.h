// One step of something that a command goes through with a person: the runbook of an incident, the maintenance of a
// week. Each says what became of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace app {

enum class StepState : uint8_t {
  kDone,
  kFound,   // It was done, and what it looked at is not as it should be.
  kByHand,  // A person has to do it.
  kFailed,
  kPlanned  // A dry run.
};
std::string_view state_name(StepState state);

struct Outcome {
  StepState state = StepState::kDone;
  std::string told;  // Sentences.
};

// One line for a person, out of what a command has printed.
std::string as_one_line(std::string text);

}  // namespace app
