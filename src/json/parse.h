// The one JSON parser of the product, strict and bounded: RFC 8259 text in valid UTF-8, no byte-order mark, no
// comments, no trailing data; duplicate names, NUL in a name, numbers that int64 or a finite double cannot hold,
// and anything over the limits are refused.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace json {

struct Limits {
  size_t bytes_max = size_t{4} * 1024 * 1024;
  size_t depth_max = 32;
  // Values in the whole document, so that a small text cannot become a large tree.
  size_t values_max = 200'000;
};

// kInvalidArgument with the byte offset and the rule that was broken; the text itself is never echoed.
base::Result<Value> parse(std::string_view text, const Limits& limits = {});

}  // namespace json
