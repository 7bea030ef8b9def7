// The test framework.
#pragma once

// An assertion becomes one call, which halves what a test costs to compile.
#define DOCTEST_CONFIG_SUPER_FAST_ASSERTS
#include <doctest/doctest.h>
#include <filesystem>

// The root of the checkout that this test was built from: snapshots, transcripts and the tidy test read the tree.
std::filesystem::path source_directory();
