// Tool parameters that a client repeats in headers of its HTTP request, so that a proxy can route by them
// (2026-07-28 server/tools, "x-mcp-header"). The header and the argument must say the same.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"
#include "json/value.h"
#include "mcp/error.h"

namespace mcp {

struct HeaderParam {
  std::string header;             // "Mcp-Param-Region"
  std::vector<std::string> path;  // Names from the arguments object to the value.
};

// The annotated parameters of an input schema, or what is wrong with an annotation.
std::expected<std::vector<HeaderParam>, std::string> find_header_params(const json::Object& input_schema);

// Leaves the annotations of such a schema out, for those who do not know them.
void erase_header_params(json::Object& input_schema);

// -32020 when a header is missing, superfluous or different.
std::optional<RpcError> find_header_param_error(const std::vector<HeaderParam>& params, const json::Value* arguments,
                                                const http::Headers& headers);

}  // namespace mcp
