#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "tests/test.h"

std::filesystem::path source_directory() { return SMS_SOURCE_DIR; }
