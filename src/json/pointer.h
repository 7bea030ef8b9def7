// JSON Pointer (RFC 6901), as far as error messages need it: naming the place of a problem.
#pragma once

#include <string>
#include <string_view>

namespace json {

// "/a" and "b/c" become "/a/b~1c" (section 3).
std::string append_token(std::string pointer, std::string_view token);

}  // namespace json
