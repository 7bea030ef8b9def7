// Known-answer tests of every primitive, run when the program starts: a library that computes wrongly (a broken
// build, a replaced file, a faulty processor) is found before it touches a secret.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace crypto {

// About a millisecond. kInternal, with the name of the primitive, when an answer is wrong.
base::Result<void> self_test();

// The names of the primitives that it tests: all that this program computes with.
std::vector<std::string_view> primitives();

// Of OpenSSL as it is loaded: 0xMNN00PP0 for M.NN.PP, such as 0x30000110.
unsigned long library_version();

}  // namespace crypto
