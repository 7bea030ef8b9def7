// What a person filled in, against the form that they were asked to fill in (2025-11-25 client/elicitation, "Requested
// Schema"). A client may have shown something else, or nothing: its answer is input like any other.
#pragma once

#include <optional>
#include <string>

#include "json/value.h"

namespace mcp {

// Why `content` is no answer to a form of `requested_schema`: one sentence that names the first field that does not
// fit, and never what stands in it. Nothing when it fits. A form without `properties` takes anything.
std::optional<std::string> find_form_flaw(const json::Object& requested_schema, const json::Object& content);

}  // namespace mcp
