// Header texts of any bytes: decoding, Host, Origin and Accept take them without a crash, what decodes is UTF-8, and
// what is written in base64 reads back as itself. Each line of the input is one header.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "mcp/era.h"
#include "mcp/header_params.h"
#include "mcp/transport/http_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> hosts{"mcp.example.com"};
  const std::vector<mcp::HeaderParam> params{{"Mcp-Param-A", {"a"}}};
  http::Request request;
  request.method = http::Method::kPost;
  for (const std::string_view line : base::split(input, '\n')) {
    const std::string text(line);
    const auto decoded = mcp::decode_header_text(text);
    // A text that does not say that it is base64 stands for itself.
    if (decoded && *decoded != text) ENSURE(base::is_valid_utf8(*decoded) && text.starts_with("=?base64?"));
    if (base::is_valid_utf8(text)) {
      ENSURE(mcp::decode_header_text("=?base64?" + crypto::base64_encode(text) + "?=") == text);
      const json::Value arguments = json::Object{{"a", text}};
      const http::Headers same{{"Mcp-Param-A", "=?base64?" + crypto::base64_encode(text) + "?="}};
      ENSURE(!mcp::find_header_param_error(params, &arguments, same));
      ENSURE(mcp::find_header_param_error(params, nullptr, same));
    }
    static_cast<void>(mcp::is_allowed_host(text, hosts));
    static_cast<void>(mcp::is_allowed_origin(text, hosts, {}));
    const size_t colon = text.find(':');
    if (colon != std::string::npos) request.headers.add(text.substr(0, colon), text.substr(colon + 1));
  }
  static_cast<void>(mcp::read_accept(request.headers));
  static_cast<void>(mcp::is_json(request.headers));
  const mcp::HttpView view = mcp::view_of(request);
  if (view.version) ENSURE(base::trim(*view.version) == *view.version);
  static_cast<void>(mcp::classify_method(view));
  return 0;
}
