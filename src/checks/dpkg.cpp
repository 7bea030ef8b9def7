#include "checks/dpkg.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "base/text.h"
#include "checks/unpack.h"

namespace checks {
namespace {

constexpr size_t kStatusBytesMax = size_t{64} << 20;
constexpr size_t kIndexBytesMax = size_t{256} << 20;
constexpr size_t kListBytesMax = size_t{8} << 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A tilde sorts before the end, letters before everything else.
int order_of(std::string_view text, size_t at) {
  constexpr int kBeyondLetters = 256;
  if (at >= text.size() || is_digit(text[at])) return 0;
  const char c = text[at];
  if (c == '~') return -1;
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter ? c : static_cast<unsigned char>(c) + kBeyondLetters;
}

// Of an upstream version or a revision: pieces without digits, and numbers, in turns.
std::strong_ordering compare_part(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !is_digit(a[i])) || (j < b.size() && !is_digit(b[j]))) {
      const int left = order_of(a, i);
      const int right = order_of(b, j);
      if (left != right) return left <=> right;
      ++i;
      ++j;
    }
    i = std::min(i, a.size());
    j = std::min(j, b.size());
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    const size_t begin = i;
    const size_t other = j;
    while (i < a.size() && is_digit(a[i])) ++i;
    while (j < b.size() && is_digit(b[j])) ++j;
    // Without their zeros the longer number is the larger one.
    if (i - begin != j - other) return (i - begin) <=> (j - other);
    const int differs = a.substr(begin, i - begin).compare(b.substr(other, j - other));
    if (differs != 0) return differs <=> 0;
  }
  return std::strong_ordering::equal;
}

struct Version {
  std::string_view epoch;
  std::string_view upstream;
  std::string_view revision;
};

Version split_version(std::string_view text) {
  Version version;
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    version.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const size_t dash = text.rfind('-');
  version.upstream = text.substr(0, dash);
  if (dash != std::string_view::npos) version.revision = text.substr(dash + 1);
  return version;
}

// "foo (1.2)" of a Source field.
void read_source(std::string_view field, Package& package) {
  const size_t open = field.find('(');
  package.source = base::trim(field.substr(0, open));
  if (open == std::string_view::npos) return;
  const std::string_view rest = field.substr(open + 1);
  package.source_version = base::trim(rest.substr(0, rest.find(')')));
}

// An archive has tens of thousands of stanzas, so those of other packages are passed over by their first line.
void add_named(std::string_view index, const std::set<std::string_view>& names, std::vector<Package>& all) {
  constexpr std::string_view kName = "Package: ";
  while (!index.empty()) {
    const void* const gap = ::memmem(index.data(), index.size(), "\n\n", 2);
    const size_t length =
        gap == nullptr ? index.size() : static_cast<size_t>(static_cast<const char*>(gap) - index.data()) + 2;
    const std::string_view stanza = index.substr(0, length);
    index.remove_prefix(length);
    const std::string_view first = stanza.substr(0, std::min(stanza.size(), stanza.find('\n')));
    if (first.starts_with(kName) && !names.contains(first.substr(kName.size()))) continue;
    for (Package& package : parse_packages(stanza)) {
      if (names.contains(package.name)) all.push_back(std::move(package));
    }
  }
}

void finish(Package& package, bool installed, std::vector<Package>& all) {
  if (!package.name.empty() && !package.version.empty() && installed) {
    if (package.source.empty()) package.source = package.name;
    if (package.source_version.empty()) package.source_version = package.version;
    all.push_back(package);
  }
  package = {};
}

}  // namespace

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
  const Version left = split_version(a);
  const Version right = split_version(b);
  if (const auto order = compare_part(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_part(left.upstream, right.upstream); order != 0) return order;
  return compare_part(left.revision, right.revision);
}

std::vector<Package> parse_packages(std::string_view text) {
  std::vector<Package> all;
  Package package;
  bool installed = true;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) {
      finish(package, installed, all);
      installed = true;
      continue;
    }
    const size_t colon = line.find(':');
    if (line.front() == ' ' || line.front() == '\t' || colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (name == "Package") package.name = value;
    if (name == "Version") package.version = value;
    if (name == "Architecture") package.architecture = value;
    if (name == "Source") read_source(value, package);
    if (name == "Status") installed = value.ends_with(" installed");
  }
  finish(package, installed, all);
  return all;
}

Fact<std::vector<Package>> installed_packages(const Host& host) {
  using Packages = Fact<std::vector<Package>>;
  const auto text = host.read(kDpkgStatus, kStatusBytesMax);
  if (!text && text.error().code == base::Code::kNotFound) {
    return Packages::unknown("This system has no database of dpkg, so nobody here knows what is installed.");
  }
  if (!text) return Packages::unknown(text.error().message);
  return parse_packages(*text);
}

Fact<std::vector<Package>> indexed_packages(const Host& host, const std::string& lists, std::string_view part,
                                            const std::set<std::string_view>& names) {
  using Packages = Fact<std::vector<Package>>;
  std::vector<Package> all;
  bool any = false;
  for (const std::string& name : host.list(lists)) {
    const size_t at = name.find("_Packages");
    if (at == std::string::npos || !name.contains(part)) continue;
    const std::string path = lists + "/" + name;
    if (unpacked_name(name).substr(at) != "_Packages") {
      return Packages::unknown(
          fmt::format("{} is in a format that is not read here; give the indexes in plain text by "
                      "--security-index DIRECTORY.",
                      path));
    }
    auto bytes = host.read(path, kIndexBytesMax);
    if (!bytes) return Packages::unknown(bytes.error().message);
    const auto text = unpack(name, *std::move(bytes), kIndexBytesMax);
    if (!text) return Packages::unknown(fmt::format("{}: {}", path, text.error().message));
    any = true;
    add_named(*text, names, all);
  }
  if (!any) return Packages::absent("There is no index of the archive.");
  return all;
}

Fact<Texts> pending_updates(const Host& host, const std::vector<Package>& installed, const std::string& lists) {
  std::set<std::string_view> names;
  for (const Package& package : installed) names.insert(package.name);
  const auto indexed = indexed_packages(host, lists, "security", names);
  if (!indexed && indexed.lacking().status == Status::kError) return Fact<Texts>::unknown(indexed.lacking().evidence);
  if (!indexed) {
    return Fact<Texts>::unknown(
        "There is no index of the security pocket. Run `apt-get update`, or give one by --security-index DIRECTORY.");
  }
  std::map<std::string, std::string, std::less<>> offered;
  for (const Package& package : *indexed) {
    std::string& newest = offered[package.name + ":" + package.architecture];
    if (newest.empty() || compare_versions(package.version, newest) > 0) newest = package.version;
  }
  Texts pending;
  for (const Package& package : installed) {
    const auto found = offered.find(package.name + ":" + package.architecture);
    if (found == offered.end() || compare_versions(package.version, found->second) >= 0) continue;
    pending.push_back(fmt::format("{} {} -> {}", package.name, package.version, found->second));
  }
  std::ranges::sort(pending);
  return pending;
}

std::map<std::string, std::string, std::less<>> owners_of(const Host& host, const std::vector<std::string>& paths) {
  constexpr const char* kInfo = "/var/lib/dpkg/info";
  // With a merged /usr one file has two names.
  std::map<std::string, std::string, std::less<>> wanted;
  for (const std::string& path : paths) {
    wanted[path] = path;
    if (path.starts_with("/usr/lib")) wanted[path.substr(4)] = path;
    if (path.starts_with("/lib")) wanted["/usr" + path] = path;
  }
  std::map<std::string, std::string, std::less<>> owners;
  for (const std::string& name : host.list(kInfo)) {
    if (!name.ends_with(".list")) continue;
    const auto text = host.read(fmt::format("{}/{}", kInfo, name), kListBytesMax);
    if (!text) continue;
    std::string package = name.substr(0, name.size() - 5);
    for (const std::string_view line : base::split(*text, '\n')) {
      const auto found = wanted.find(line);
      if (found != wanted.end()) owners[found->second] = package.substr(0, package.find(':'));
    }
    if (owners.size() == paths.size()) break;
  }
  return owners;
}

}  // namespace checks
