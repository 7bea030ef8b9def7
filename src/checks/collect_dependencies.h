// What the program is made of, from its bill of materials, the package manager's files and advisories.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checks/advisories.h"
#include "checks/dependencies.h"
#include "checks/host.h"

namespace checks {

// CycloneDX 1.6 in JSON, as our build writes it.
base::Result<std::vector<Component>> read_sbom(std::string_view text);

// The licence of the paragraph `Files: *` of a machine-readable copyright file (DEP-5); empty for another form.
std::string main_licence(std::string_view copyright);
struct LicencePolicy {
  // Where `allow` is empty, everything is allowed that is not denied. A name that ends in * is a beginning.
  std::vector<std::string> allow;
  std::vector<std::string> deny;
};
const LicencePolicy& default_policy();
base::Result<LicencePolicy> read_policy(std::string_view text);
// Of several that are joined by "or" one has to do.
bool is_allowed(const LicencePolicy& policy, std::string_view licence);

struct DependencyRequest {
  std::string sbom;              // A path.
  std::string embedded_digest;   // Of the SBOM that this program was built with.
  std::string advisories;        // A path; empty: none.
  std::string advisories_key{};  // The path of the public key that signs them; empty: nobody asks.
  // Asks a server for the advisories of these packages instead; null: nobody is asked.
  std::function<base::Result<Advisories>(const std::vector<Component>&)> ask = nullptr;
  std::string vex;
  std::string licences;
  std::string indexes;  // A directory with indexes of the archive.
  std::string maps = "/proc/self/maps";
  base::Wall now{};
};
// Errors are those of files that were named and cannot be used; the rest are facts.
base::Result<DependencyFacts> collect_dependencies(const Host& host, const DependencyRequest& request);

// The libraries of a process, from /proc/PID/maps.
std::vector<std::string> libraries_in(std::string_view maps);

}  // namespace checks
