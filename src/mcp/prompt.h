// Prompts: templates that a person picks in the host (2026-07-28 server/prompts).
#pragma once

#include <functional>
#include <map>
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

struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  // Called with the arguments that came; required ones are there.
  std::function<base::Task<base::Result<PromptResult>>(CallContext&, std::map<std::string, std::string>)> get;
};

}  // namespace mcp
