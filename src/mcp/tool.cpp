#include "mcp/tool.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "mcp/header_params.h"

namespace mcp {
namespace {

constexpr size_t kNameBytesMax = 128;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

bool is_object_schema(const json::Object& schema) {
  const json::Value* type = schema.find("type");
  return type != nullptr && type->is_string() && type->string() == "object";
}

// Whether a reference leads out of the schema. Who follows one fetches what somebody else wrote, when somebody else
// likes (2026-07-28 server/tools: implementations do not fetch references to other documents by themselves).
bool leads_out(const json::Object& schema) {
  for (const auto& [name, value] : schema) {
    const bool refers = name == "$ref" || name == "$dynamicRef";
    if (refers && value.is_string() && !value.string().starts_with('#')) return true;
    if (value.is_object() && leads_out(value.object())) return true;
    if (!value.is_array()) continue;
    for (const json::Value& item : value.array()) {
      if (item.is_object() && leads_out(item.object())) return true;
    }
  }
  return false;
}

// All four hints are said out loud: what an absent one means differs from what a reader would guess.
json::Object annotations(const ToolInfo& info, Revision revision) {
  json::Object hints;
  // Later revisions have the title beside the name.
  if (!info.title.empty() && revision < Revision::k2025_06_18) hints.append("title", info.title);
  hints.append("readOnlyHint", info.effect == Effect::kRead);
  hints.append("destructiveHint", info.effect == Effect::kDestroy);
  hints.append("idempotentHint", info.effect == Effect::kRead || info.repeat == Repeat::kIdempotent);
  hints.append("openWorldHint", info.world == World::kOpen);
  return hints;
}

}  // namespace

json::Object describe(const Tool& tool, Revision revision) {
  json::Object entry{{"name", tool.info.name}};
  const bool since_june = revision >= Revision::k2025_06_18;
  if (since_june && !tool.info.title.empty()) entry.append("title", tool.info.title);
  entry.append("description", tool.info.description);
  json::Object& input = entry.append("inputSchema", tool.input_schema).object();
  if (era_of(revision) == Era::kLegacy) erase_header_params(input);
  if (since_june && tool.output_schema) entry.append("outputSchema", *tool.output_schema);
  if (revision >= Revision::k2025_03_26) entry.append("annotations", annotations(tool.info, revision));
  return entry;
}

std::optional<std::string> find_flaw(const Tool& tool) {
  const std::string& name = tool.info.name;
  if (name.empty() || name.size() > kNameBytesMax || !std::ranges::all_of(name, is_name_character)) {
    return fmt::format("the name \"{}\" is not 1 to {} of A-Z a-z 0-9 _ . -", name, kNameBytesMax);
  }
  const auto flaw = [&](std::string_view what) { return fmt::format("{}: {}", name, what); };
  if (tool.info.description.empty()) return flaw("the description is missing");
  if (!base::is_valid_utf8(tool.info.description) || !base::is_valid_utf8(tool.info.title)) {
    return flaw("the title or the description is not UTF-8");
  }
  if (!is_object_schema(tool.input_schema)) return flaw("the root of the input schema is no object");
  if (tool.output_schema && !is_object_schema(*tool.output_schema)) {
    return flaw("the root of the output schema is no object");
  }
  if (leads_out(tool.input_schema) || (tool.output_schema && leads_out(*tool.output_schema))) {
    return flaw("a $ref of its schemas leads to another document; put what it means under $defs");
  }
  if (!tool.call) return flaw("there is no function to call");
  return std::nullopt;
}

namespace detail {

base::Task<ToolResult> refuse(base::Error error) { co_return ToolResult::failure(error); }

}  // namespace detail
}  // namespace mcp
