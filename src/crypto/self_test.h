// Known-answer tests of every primitive, run when the program starts: a library that computes wrongly (a broken
// build, a replaced file, a faulty processor) is found before it touches a secret.
#pragma once

#include "base/result.h"

namespace crypto {

// About a millisecond. kInternal, with the name of the primitive, when an answer is wrong.
base::Result<void> self_test();

}  // namespace crypto
