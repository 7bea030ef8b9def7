// ENSURE(condition) guards an invariant of ours, in every build: a violation prints the expression and aborts.
// It never judges input; input gets a Result.
#pragma once

namespace base {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace base

#define ENSURE(condition)                                   \
  do {                                                      \
    if (!(condition)) [[unlikely]] {                        \
      ::base::check_failed(#condition, __FILE__, __LINE__); \
    }                                                       \
  } while (false)
