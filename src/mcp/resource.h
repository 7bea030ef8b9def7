// Resources and resource templates (2026-07-28 server/resources).
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "mcp/prompt.h"

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
  // For how long a client of 2026-07-28 may reuse what it read.
  std::chrono::milliseconds ttl{0};
};

// `uri_template` is RFC 6570 level 1: "{name}" stands for one path segment. Matching is linear in the length of the
// URI.
struct ResourceTemplate {
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  ResourceRead read;
  std::chrono::milliseconds ttl{0};
  Complete complete = nullptr;  // For its variables.
};

// The variables of `uri` decoded, or nothing when it does not match. A variable stands for one or more characters of
// one path segment, and never for text with a slash or a control character in it or for "." and "..", encoded or not;
// what may not stand in a URI unencoded, such as a space, does not match.
std::optional<std::map<std::string, std::string>> match(std::string_view uri_template, std::string_view uri);

// What is wrong with a declaration, or nothing. A server refuses it when it is added.
std::optional<std::string> find_flaw(const Resource& resource);
std::optional<std::string> find_flaw(const ResourceTemplate& resource);
json::Object describe(const Resource& resource, Revision revision);
json::Object describe(const ResourceTemplate& resource, Revision revision);

}  // namespace mcp
