// The tools of the fixture that answer by themselves.
#pragma once

#include <chrono>
#include <utility>

#include "base/loop.h"
#include "json/parse.h"
#include "tests/conformance/fixture.h"

namespace fixture {
namespace detail {

constexpr std::chrono::milliseconds kPause{50};

inline base::Task<mcp::ToolResult> ready(mcp::ToolResult result) { co_return result; }

inline base::Task<mcp::ToolResult> log_slowly(mcp::CallContext& context) {
  base::Loop& loop = context.loop();
  context.log(mcp::Severity::kInfo, "Tool execution started");
  co_await base::sleep_for(loop, kPause);
  context.log(mcp::Severity::kInfo, "Tool processing data");
  co_await base::sleep_for(loop, kPause);
  context.log(mcp::Severity::kInfo, "Tool execution completed");
  co_return text("Tool with logging executed successfully");
}

inline base::Task<mcp::ToolResult> progress_slowly(mcp::CallContext& context) {
  base::Loop& loop = context.loop();
  context.progress(0, 100, "Started");
  co_await base::sleep_for(loop, kPause);
  context.progress(50, 100, "Half way");
  co_await base::sleep_for(loop, kPause);
  context.progress(100, 100, "Done");
  co_return text("Tool with progress executed successfully");
}

// Lets go of the connection in the middle: the client comes back with Last-Event-ID.
inline base::Task<mcp::ToolResult> reconnect(mcp::CallContext& context) {
  base::Loop& loop = context.loop();
  context.let_go_of_connection();
  co_await base::sleep_for(loop, 2 * kPause);
  co_return text("Reconnection test completed successfully");
}

inline mcp::ToolFunction constant(mcp::ToolResult result) {
  return [result = std::move(result)](mcp::CallContext&, json::Value) { return ready(result); };
}

inline void add_content_tools(mcp::Server& server) {
  const auto add = [&](std::string name, mcp::ToolResult result) {
    add_tool(server, std::move(name), "Always answers the same.", no_arguments(), constant(std::move(result)));
  };
  const std::string png(kRedPixelPng);
  add("test_simple_text", text("This is a simple text response for testing."));
  add("test_image_content", {{mcp::Content::image(png, "image/png")}});
  add("test_audio_content", {{mcp::Content::audio(std::string(kSilentWav), "audio/wav")}});
  add("test_embedded_resource", {{mcp::Content::resource("test://embedded-resource", "text/plain",
                                                         "This is an embedded resource content.")}});
  add("test_multiple_content_types",
      {{mcp::Content::text("Multiple content types test:"), mcp::Content::image(png, "image/png"),
        mcp::Content::resource("test://mixed-content-resource", "application/json",
                               R"({"test":"data","value":123})")}});
  mcp::ToolResult failed = text("This tool intentionally returns an error for testing");
  failed.is_error = true;
  add("test_error_handling", std::move(failed));
}

}  // namespace detail

inline void add_tools(mcp::Server& server) {
  detail::add_content_tools(server);
  const auto add = [&](std::string name, std::string description, mcp::ToolFunction call) {
    add_tool(server, std::move(name), std::move(description), no_arguments(), std::move(call));
  };
  add_tool(server, "echo", "Gives back its text.", one_text("text", "What to give back."),
           [](mcp::CallContext&, json::Value arguments) {
             return detail::ready(text(std::string(arguments.text_or_empty("text"))));
           });
  const mcp::ToolFunction log = [](mcp::CallContext& context, json::Value) { return detail::log_slowly(context); };
  add("test_tool_with_logging", "Logs three times.", log);
  add("test_logging_tool", "Logs three times.", log);
  add("test_tool_with_progress", "Tells of its progress three times.",
      [](mcp::CallContext& context, json::Value) { return detail::progress_slowly(context); });
  add("test_reconnection", "Lets go of the connection before it answers.",
      [](mcp::CallContext& context, json::Value) { return detail::reconnect(context); });
  add("test_trigger_tool_change", "Says that the list of tools has changed.",
      [&server](mcp::CallContext&, json::Value) {
        server.publish({mcp::Event::Kind::kToolsChanged});
        return detail::ready(text("Tool change triggered"));
      });
  add("test_trigger_prompt_change", "Says that the list of prompts has changed.",
      [&server](mcp::CallContext&, json::Value) {
        server.publish({mcp::Event::Kind::kPromptsChanged});
        return detail::ready(text("Prompt change triggered"));
      });
  auto schema = json::parse(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
    "$defs":{"address":{"$anchor":"addressDef","type":"object",
      "properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
    "properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
      "contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
    "allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
    "if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
    "then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})");
  add_tool(server, "json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", std::move(schema->object()),
           detail::constant(text("JSON Schema 2020-12 tool called")));
  auto header = json::parse(R"({"type":"object","properties":{
    "region":{"type":"string","description":"A region.","x-mcp-header":"Region"}}})");
  add_tool(server, "test_x_mcp_header", "Takes a parameter that the client repeats in a header.",
           std::move(header->object()), detail::constant(text("Header accepted")));
}

}  // namespace fixture
