#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "tests/test.h"

std::filesystem::path source_directory() { return SMS_SOURCE_DIR; }

#if __has_feature(address_sanitizer)
// The checks that trap (cmake/flags.cmake) end in an illegal instruction: it is reported with its stack, too. Most of a
// run is the allocator; what it keeps of freed memory and of stacks is enough to see where a fault comes from.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "handle_sigill=1:malloc_context_size=10:quarantine_size_mb=32";
}
#endif
