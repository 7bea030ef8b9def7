// Prompts: templates that a person picks in the host (2026-07-28 server/prompts).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/content.h"
#include "mcp/context.h"

namespace mcp {

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

struct PromptMessage {
  std::string role;  // "user" or "assistant"
  Content content;
};

struct PromptResult {
  std::string description;
  std::vector<PromptMessage> messages;
};

// Values that a person may mean by what was typed so far into `argument`; `known` are the arguments already filled in.
// At most 100 are sent.
using Complete = std::function<base::Task<base::Result<std::vector<std::string>>>(
    CallContext&, std::string argument, std::string typed, std::map<std::string, std::string> known)>;

struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  // Called with the arguments that came; required ones are there.
  std::function<base::Task<base::Result<PromptResult>>(CallContext&, std::map<std::string, std::string>)> get;
  Complete complete = nullptr;
};

// What is wrong with a prompt's declaration, or nothing. A server refuses such a prompt when it is added.
std::optional<std::string> find_flaw(const Prompt& prompt);
json::Object describe(const Prompt& prompt, Revision revision);


}  // namespace mcp
