// The list of all tools, and who gets which of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mcp/tool.h"
#include "policy/selection.h"
#include "tools/services.h"

namespace tools {

// Where the server speaks. Logging in from within the assistant is for the person who owns the process.
enum class Audience { kStdio, kHttp };

enum class Default { kEverywhere, kOnStdio, kNowhere };

struct Toolset {
  std::string_view name;
  std::string_view about;
  Default part_of_default = Default::kEverywhere;
};
std::span<const Toolset> toolsets();

// Every tool, in the order of toolsets(). `services` must outlive them. A flaw in the catalogue is a bug of ours and
// ends the program.
std::vector<mcp::Tool> all_tools(const Services& services);

// What is wrong with a list of tools, or nothing: names unique and well-formed; title, description and both schemas
// there; every object closed; no combinator at a root; toolset and scopes known.
std::optional<std::string> find_catalogue_flaw(std::span<const mcp::Tool> tools);

// kInvalidArgument for names that nobody knows, with the nearest one.
// Without a regime nothing is left out for the sake of it.
base::Result<std::vector<mcp::Tool>> select_tools(std::vector<mcp::Tool> tools, const policy::Selection& selection,
                                                  Audience audience,
                                                  std::optional<spotify::Regime> regime = std::nullopt);

// Every permission that some tool needs, once each: what a login asks for.
std::vector<std::string> scopes_of(std::span<const mcp::Tool> tools);

// docs/tools.md: one table per toolset, from the same entries that a client sees.
std::string document(std::span<const mcp::Tool> tools);

}  // namespace tools
