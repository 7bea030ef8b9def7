// Resources and resource templates (2026-07-28 server/resources).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"

namespace mcp {

struct ResourceContents {
  std::string uri;
  std::string mime_type;
  std::string text;                         // Or, for binary data:
  std::optional<std::string> base64 = std::nullopt;
};

using ResourceRead = std::function<base::Task<base::Result<std::vector<ResourceContents>>>(
    CallContext&, std::string uri, std::map<std::string, std::string> variables)>;

struct Resource {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  ResourceRead read;
};

// `uri_template` is RFC 6570 level 1: "{name}" stands for one path segment. Matching is linear in the length of the URI.
struct ResourceTemplate {
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  ResourceRead read;
};

}  // namespace mcp
