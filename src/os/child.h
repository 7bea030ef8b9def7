// A question that another process answers, which is made for it and gone afterwards: for libraries whose threads,
// memory and descriptors have no place in ours.
#pragma once

#include <chrono>
#include <functional>

#include "base/result.h"
#include "base/secret.h"

namespace os {

// Runs `work` in a child of this process, which must have one thread only, and gives what it gave, its error included.
// kDeadline, and the child is killed, when that takes longer than `patience`; kUnavailable when the child died. An
// answer may have 4096 bytes.
base::Result<base::Secret> ask_child(const std::function<base::Result<base::Secret>()>& work,
                                     std::chrono::milliseconds patience);

}  // namespace os
