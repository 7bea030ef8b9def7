// Questions to a server that speaks the API of osv.dev, and its answers: POST /v1/query with a package and a version.
// Whether and whom to ask is decided elsewhere; what is sent is names and versions of packages, and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checks/advisories.h"
#include "checks/dependencies.h"

namespace checks {

// The distribution that our packages are from, as OSV names it.
inline constexpr std::string_view kEcosystem = "Debian:12";

// Components with one source package and one version are one question.
std::vector<Component> questions_of(const std::vector<Component>& components);
// The body of one; `page` is what the page before said, or empty.
std::string osv_question(const Component& component, std::string_view page);

struct OsvPage {
  std::vector<Advisory> advisories;
  std::string next;  // Empty: it was the last.
};
// kInvalidArgument for what is no such answer.
base::Result<OsvPage> read_osv_page(std::string_view text);

}  // namespace checks
