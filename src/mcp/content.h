// Content blocks of tool results and prompts (2026-07-28 server/tools, "Tool Result"; same shapes since 2024-11-05 but
// for audio, since 2025-03-26, and resource_link, since 2025-06-18).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace mcp {

// One block, already in its wire shape.
struct Content {
  json::Object block;

  static Content text(std::string text);
  // `base64` as it goes on the wire.
  static Content image(std::string base64, std::string mime_type);
  static Content audio(std::string base64, std::string mime_type);
  static Content resource_link(std::string uri, std::string name, std::string mime_type = {});
  // An embedded text resource.
  static Content resource(std::string uri, std::string mime_type, std::string text);
};

struct ToolResult {
  std::vector<Content> content;
  // Conforms to the tool's output schema when it has one.
  std::optional<json::Value> structured = std::nullopt;
  bool is_error = false;
  // What kind of failure it was. For this process (middleware, audit, other handlers); it does not go on the wire.
  std::optional<base::Code> code = std::nullopt;

  // For an answer that is given many times: write_members() of one like it, and then the other members are empty. Only
  // for clients that know both of its parts (since 2025-06-18).
  std::shared_ptr<const std::string> written = nullptr;

  // A structured answer with its text twin: the same JSON as text, for clients that read only text.
  static ToolResult of(json::Value structured);
  // An execution problem: isError with the error's client-safe message, so that the model can act on it.
  static ToolResult failure(const base::Error& error);
};

// `"content":[...],"structuredContent":{...}`, as both go on the wire, and `"isError":true` of a failure.
std::string write_members(const ToolResult& result);

}  // namespace mcp
