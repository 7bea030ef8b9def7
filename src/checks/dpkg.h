// What Debian's package manager has written down: installed packages, indexes of an archive, versions and their order.
// Only files are read.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checks/facts.h"
#include "checks/host.h"

namespace checks {

// The order of deb-version(7), as `dpkg --compare-versions` has it.
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

struct Package {
  std::string name;
  std::string architecture;
  std::string version;
  std::string source;          // Of the source package.
  std::string source_version;  // Advisories speak of this one.
};
// Stanzas of deb822(5) with a Package and a Version; of a status file those alone that are installed.
std::vector<Package> parse_packages(std::string_view text);

inline constexpr const char* kDpkgStatus = "/var/lib/dpkg/status";
inline constexpr const char* kAptLists = "/var/lib/apt/lists";

// The installed packages; absent where there is no dpkg: then nobody here knows, and that is no clean bill.
Fact<std::vector<Package>> installed_packages(const Host& host);
// What every index in `lists` whose own name contains `part` says of the packages of these names, in plain text or as
// apt compresses it (unpack.h). Absent where there is no index; unknown where one cannot be read.
Fact<std::vector<Package>> indexed_packages(const Host& host, const std::string& lists, std::string_view part,
                                            const std::set<std::string_view>& names);
// Installed packages that the security pocket has in a newer version, from the indexes that `apt-get update` has
// fetched into `lists`. Unknown where there are none.
Fact<Texts> pending_updates(const Host& host, const std::vector<Package>& installed, const std::string& lists);

// By path: which package a file belongs to.
std::map<std::string, std::string, std::less<>> owners_of(const Host& host, const std::vector<std::string>& paths);

}  // namespace checks
