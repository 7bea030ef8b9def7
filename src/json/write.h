// JSON text from a Value: compact for the wire, indented for people.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace json {

// UTF-8, without a newline anywhere (so it may stand on one line of stdio), non-ASCII characters as they are.
// Always valid JSON: bytes that are not UTF-8 become U+FFFD, a number that is not finite becomes null.
std::string write(const Value& value);
void write_to(std::string& out, const Value& value);
// Two spaces per level and a final newline; for files, --json output and snapshots.
std::string write_pretty(const Value& value);
// A JSON string literal with its quotes.
void write_string_to(std::string& out, std::string_view text);

}  // namespace json
