#include "mcp/content.h"

#include <utility>

#include "json/write.h"

namespace mcp {

Content Content::text(std::string text) {
  return {json::Object{{"type", "text"}, {"text", std::move(text)}}};
}

Content Content::image(std::string base64, std::string mime_type) {
  return {json::Object{{"type", "image"}, {"data", std::move(base64)}, {"mimeType", std::move(mime_type)}}};
}

Content Content::audio(std::string base64, std::string mime_type) {
  return {json::Object{{"type", "audio"}, {"data", std::move(base64)}, {"mimeType", std::move(mime_type)}}};
}

Content Content::resource_link(std::string uri, std::string name, std::string mime_type) {
  json::Object block{{"type", "resource_link"}, {"uri", std::move(uri)}, {"name", std::move(name)}};
  if (!mime_type.empty()) block.append("mimeType", std::move(mime_type));
  return {std::move(block)};
}

Content Content::resource(std::string uri, std::string mime_type, std::string text) {
  json::Object resource{{"uri", std::move(uri)}};
  if (!mime_type.empty()) resource.append("mimeType", std::move(mime_type));
  resource.append("text", std::move(text));
  return {json::Object{{"type", "resource"}, {"resource", std::move(resource)}}};
}

ToolResult ToolResult::of(json::Value structured) {
  ToolResult result;
  result.content.push_back(Content::text(json::write(structured)));
  result.structured = std::move(structured);
  return result;
}

std::string write_members(const ToolResult& result) {
  constexpr size_t kUsualBytes = 512;  // Most results fit without growing.
  std::string out;
  out.reserve(kUsualBytes);
  out += R"("content":[)";
  for (const Content& each : result.content) {
    if (out.back() != '[') out += ',';
    json::write_to(out, each.block);
  }
  out += ']';
  if (result.structured) json::write_to(out.append(R"(,"structuredContent":)"), *result.structured);
  if (result.is_error) out += R"(,"isError":true)";
  return out;
}

ToolResult ToolResult::failure(const base::Error& error) {
  ToolResult result;
  result.content.push_back(Content::text(error.message));
  result.is_error = true;
  result.code = error.code;
  return result;
}

}  // namespace mcp
