#include "mcp/prompt.h"

#include <algorithm>

#include "base/text.h"

namespace mcp {

std::optional<std::string> find_flaw(const Prompt& prompt) {
  if (prompt.name.empty()) return "a prompt has no name";
  if (prompt.description.empty()) return prompt.name + ": the description is missing";
  if (!prompt.get) return prompt.name + ": there is no function to call";
  for (size_t i = 0; i < prompt.arguments.size(); ++i) {
    if (prompt.arguments[i].name.empty()) return prompt.name + ": an argument has no name";
    for (size_t j = 0; j < i; ++j) {
      if (prompt.arguments[i].name == prompt.arguments[j].name) {
        return prompt.name + ": two arguments are called " + prompt.arguments[i].name;
      }
    }
  }
  return std::nullopt;
}

json::Object describe(const Prompt& prompt, Revision revision) {
  json::Object entry{{"name", prompt.name}};
  if (revision >= Revision::k2025_06_18 && !prompt.title.empty()) entry.append("title", prompt.title);
  entry.append("description", prompt.description);
  json::Array arguments;
  for (const PromptArgument& argument : prompt.arguments) {
    json::Object described{{"name", argument.name}};
    if (!argument.description.empty()) described.append("description", argument.description);
    described.append("required", argument.required);
    arguments.emplace_back(std::move(described));
  }
  if (!arguments.empty()) entry.append("arguments", std::move(arguments));
  return entry;
}

}  // namespace mcp
