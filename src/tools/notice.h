// What in a text looks like an attempt to lead a model. These are guesses, for counting and for the audit trail:
// nothing is kept from anybody because of them.
#pragma once

#include <string_view>

#include "tools/sign.h"

namespace tools {

// kHidden, before what is hidden is removed. Characters that people use in good faith do not count: the direction marks
// of Hebrew and Arabic, one soft hyphen, the flag of Wales.
Signs notice_hidden(std::u32string_view text);
// kInstruction, in text that was sanitised.
Signs notice_instructions(std::string_view sanitised);

}  // namespace tools
