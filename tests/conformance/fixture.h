// What the official MCP conformance suite expects a server under test to offer: tools, prompts and resources with fixed
// names and answers, and `echo` for the benchmarks. A product of the suite's descriptions, nothing of Spotify.
#pragma once

#include "mcp/server.h"

namespace fixture {


inline constexpr std::string_view kRedPixelPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
inline constexpr std::string_view kSilentWav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

inline mcp::ToolResult text(std::string words) {
  mcp::ToolResult result;
  result.content.push_back(mcp::Content::text(std::move(words)));
  return result;
}

inline json::Object no_arguments() {
  return {{"type", "object"}, {"properties", json::Object{}}, {"additionalProperties", false}};
}
inline json::Object one_text(std::string name, std::string about) {
  return {{"type", "object"},
          {"properties",
           json::Object{{name, json::Object{{"type", "string"}, {"description", std::move(about)}}}}},
          {"required", json::Array{name}}};
}

inline void add_tool(mcp::Server& server, std::string name, std::string description, json::Object schema,
                     mcp::ToolFunction call) {
  mcp::ToolInfo info{.name = std::move(name),
                     .title = {},
                     .description = std::move(description),
                     .effect = mcp::Effect::kRead,
                     .world = mcp::World::kClosed};
  server.add(mcp::Tool{std::move(info), std::move(schema), std::nullopt, std::move(call)});
}

}  // namespace fixture
