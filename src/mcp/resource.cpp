#include "mcp/resource.h"

#include <algorithm>

#include "base/text.h"
#include "http/url.h"
#include "mcp/uri_match.h"

namespace mcp {
namespace {

constexpr std::string_view kSegmentEnds = "/?#";
// ASCII that stands in a URI encoded or not at all (RFC 3986 section 2). Other letters may stand for themselves, as in
// an IRI (RFC 3987).
constexpr std::string_view kNeverInUri = " \"<>\\^`{|}";

// A scheme of RFC 3986 section 3.1, then a colon.
bool has_scheme(std::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::ranges::all_of(uri.substr(0, colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::optional<std::string> find_template_flaw(std::string_view text) {
  while (!text.empty()) {
    const size_t open = text.find_first_of("{}");
    if (open == std::string_view::npos) return std::nullopt;
    const size_t close = text.find('}', open);
    if (text[open] == '}' || close == std::string_view::npos) return "a brace has no partner";
    if (!is_variable_name(text.substr(open + 1, close - open - 1))) return "a variable name is not [A-Za-z0-9_]+";
    text.remove_prefix(close + 1);
    // So there is only one way to match, found in one pass.
    if (!text.empty() && !kSegmentEnds.contains(text.front())) return "a variable does not end its path segment";
  }
  return std::nullopt;
}

// Whoever builds a path of it leaves the place that it names (RFC 3986 section 5.2.4).
bool is_dot_segment(std::string_view text) { return text == "." || text == ".."; }

template <class R>
std::optional<std::string> find_common_flaw(const R& resource, std::string_view uri) {
  if (!has_scheme(uri)) return std::string(uri) + ": the URI has no scheme";
  if (resource.name.empty()) return std::string(uri) + ": the name is missing";
  if (!resource.read) return std::string(uri) + ": there is no function to call";
  return std::nullopt;
}

template <class R>
json::Object describe_as(std::string_view uri_name, const std::string& uri, const R& resource, Revision revision) {
  json::Object entry{{std::string(uri_name), uri}, {"name", resource.name}};
  if (revision >= Revision::k2025_06_18 && !resource.title.empty()) entry.append("title", resource.title);
  if (!resource.description.empty()) entry.append("description", resource.description);
  if (!resource.mime_type.empty()) entry.append("mimeType", resource.mime_type);
  return entry;
}

}  // namespace

std::optional<std::map<std::string, std::string>> match(std::string_view uri_template, std::string_view uri) {
  size_t ignored = 0;
  return match_counting(uri_template, uri, ignored);
}

std::optional<std::map<std::string, std::string>> match_counting(std::string_view uri_template, std::string_view uri,
                                                                 size_t& looked_at) {
  std::map<std::string, std::string> variables;
  // Each round takes what it goes over off the front of both, and none puts it back.
  while (!uri_template.empty()) {
    const size_t open = std::min(uri_template.find('{'), uri_template.size());
    looked_at += open + 1;
    if (uri.substr(0, open) != uri_template.substr(0, open)) return std::nullopt;
    uri_template.remove_prefix(open);
    uri.remove_prefix(open);
    if (uri_template.empty()) break;
    const size_t close = uri_template.find('}');
    const std::string_view raw = uri.substr(0, std::min(uri.find_first_of(kSegmentEnds), uri.size()));
    looked_at += close + 1 + raw.size() + 1;
    auto decoded = http::percent_decode(raw);
    if (!decoded || decoded->empty() || decoded->contains('/') || !base::is_valid_utf8(*decoded) ||
        base::has_control_characters(*decoded) || is_dot_segment(*decoded) ||
        raw.find_first_of(kNeverInUri) != std::string_view::npos) {
      return std::nullopt;
    }
    variables.emplace(uri_template.substr(1, close - 1), *std::move(decoded));
    uri_template.remove_prefix(close + 1);
    uri.remove_prefix(raw.size());
  }
  if (!uri.empty()) return std::nullopt;
  return variables;
}

std::optional<std::string> find_flaw(const Resource& resource) { return find_common_flaw(resource, resource.uri); }

std::optional<std::string> find_flaw(const ResourceTemplate& resource) {
  if (auto flaw = find_common_flaw(resource, resource.uri_template)) return flaw;
  const auto flaw = find_template_flaw(resource.uri_template);
  if (!flaw) return std::nullopt;
  return resource.uri_template + ": " + *flaw;
}

json::Object describe(const Resource& resource, Revision revision) {
  return describe_as("uri", resource.uri, resource, revision);
}

json::Object describe(const ResourceTemplate& resource, Revision revision) {
  return describe_as("uriTemplate", resource.uri_template, resource, revision);
}

}  // namespace mcp
