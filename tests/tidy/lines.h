// How the rules read a line of C++.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/tidy.h"

namespace tidy {

std::vector<std::string_view> lines_of(const File& file);

// The text between the quotes or brackets of an #include line.
std::optional<std::string_view> included(std::string_view line, char open, char close);

// The begin of a violation: "path:line: ". Takes the line from 0.
std::string at(const File& file, size_t line);

// Code without the contents of string literals and without comments, so that a rule judges code only.
std::string code_of(std::string_view line);

}  // namespace tidy
