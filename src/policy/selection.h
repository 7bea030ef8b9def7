// Which tools a client gets: by toolset, by name, read-only, and by the permissions that the login has. Plain data in,
// plain data out; the catalogue of tools itself stands higher up, in tools/.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace policy {

enum class Access { kReadWrite, kReadOnly };

struct Selection {
  // Names of toolsets, "default" for those of the default, or "all". Nothing: the default, unless single tools are
  // named.
  std::optional<std::vector<std::string>> toolsets = std::nullopt;
  // Single tools, beside those of the toolsets.
  std::vector<std::string> tools = {};
  Access access = Access::kReadWrite;
  // What the login may do. Nothing: not known yet, so nothing is filtered by it.
  std::optional<std::vector<std::string>> granted_scopes = std::nullopt;
};

struct Candidate {
  std::string name;
  std::string toolset;
  // Toolsets that bring it along besides its own.
  std::vector<std::string> also_with = {};
  Access needs = Access::kReadWrite;
  std::vector<std::string> scopes = {};
  // Whether it belongs to the default of the audience at hand.
  bool by_default = false;
  // Whether what it stands on is there at all.
  bool is_possible = true;
};

enum class Reason { kNotAsked, kNotPossible, kReadOnly, kScopeMissing };

struct LeftOut {
  size_t index = 0;
  Reason reason = Reason::kNotAsked;
};

struct Chosen {
  // Indexes into the candidates, in their order.
  std::vector<size_t> kept;
  std::vector<LeftOut> left_out;
};

// kInvalidArgument for a toolset or a tool that nobody knows, with the nearest name, and when nothing is left.
base::Result<Chosen> select(std::span<const Candidate> candidates, const Selection& selection);

}  // namespace policy
