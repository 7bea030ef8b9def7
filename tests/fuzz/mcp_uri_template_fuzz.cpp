// A URI template on the first line, a URI on the second: what a variable stands for is never a piece of the path's own
// structure, and a URI that is put together from what was found is found again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "http/url.h"
#include "mcp/resource.h"

namespace {

// The template with its variables replaced.
std::string expand(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string uri;
  while (!text.empty()) {
    const size_t open = text.find('{');
    uri += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    uri += http::percent_encode(variables.at(std::string(text.substr(open + 1, close - open - 1))));
    text.remove_prefix(close + 1);
  }
  return uri;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line_end = input.find('\n');
  if (line_end == std::string_view::npos) return 0;
  const std::string_view text = input.substr(0, line_end);
  const std::string_view uri = input.substr(line_end + 1);
  mcp::ResourceTemplate resource{.uri_template = std::string(text),
                                 .name = "n",
                                 .title = {},
                                 .description = {},
                                 .mime_type = {},
                                 .read = [](mcp::CallContext&, std::string, std::map<std::string, std::string>)
                                     -> base::Task<base::Result<std::vector<mcp::ResourceContents>>> {
                                   co_return std::vector<mcp::ResourceContents>();
                                 }};
  // A server takes no template that has a flaw.
  if (mcp::find_flaw(resource)) return 0;
  const auto variables = mcp::match(text, uri);
  if (!variables) return 0;
  for (const auto& [name, value] : *variables) {
    ENSURE(!value.empty() && text.contains('{' + name + '}'));
    for (const char c : value) ENSURE(c != '/' && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
  ENSURE(mcp::match(text, expand(text, *variables)) == variables);
  return 0;
}
