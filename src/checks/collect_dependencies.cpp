#include "checks/collect_dependencies.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "checks/advisories.h"
#include "checks/dpkg.h"
#include "checks/osv_query.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"
#include "json/parse.h"

namespace checks {
namespace {

constexpr size_t kFileBytesMax = size_t{4} << 20;

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

bool any_of(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [name](const std::string& pattern) { return matches(pattern, name); });
}

std::string base_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::string property(const json::Value& component, std::string_view name) {
  const json::Value* properties = component.find("properties");
  if (properties == nullptr || !properties->is_array()) return {};
  for (const json::Value& each : properties->array()) {
    if (each.text_or_empty("name") == name) return std::string(each.text_or_empty("value"));
  }
  return {};
}

// "libssl.so.3" of "libssl.so.3.0.17": what an update changes does not count.
std::string_view stem_of(std::string_view file) {
  const size_t so = file.find(".so.");
  if (so == std::string_view::npos) return file;
  return file.substr(0, file.find('.', so + 4));
}

Texts drift_of(const std::vector<std::string>& loaded, const std::vector<Component>& components) {
  Texts drift;
  for (const std::string& path : loaded) {
    const std::string name = base_name(path);
    const bool known = std::ranges::any_of(
        components, [&](const Component& each) { return !each.file.empty() && stem_of(name) == stem_of(each.file); });
    if (!known) drift.push_back(name + " is not in the bill of materials");
    if (!path.starts_with("/usr/lib") && !path.starts_with("/lib")) drift.push_back(path + " is outside of the system");
  }
  return drift;
}

// What is installed here counts, not what the build had: the version of the system's package.
std::vector<Component> as_installed(const std::vector<Component>& components, const std::vector<Package>& packages) {
  std::map<std::string_view, const Package*> by_name;
  for (const Package& package : packages) by_name[package.name] = &package;
  std::vector<Component> installed;
  for (Component component : components) {
    const auto found = by_name.find(component.name);
    // Headers are in the program as the build had them.
    if (found != by_name.end() && !component.file.empty()) {
      component.source = found->second->source;
      component.version = found->second->source_version;
    }
    installed.push_back(std::move(component));
  }
  return installed;
}

Texts licence_problems(const Host& host, const std::vector<Component>& components, const LicencePolicy& policy) {
  Texts problems;
  std::set<std::string> seen;
  for (const Component& component : components) {
    if (!seen.insert(component.name).second) continue;
    std::vector<std::string> licences = component.licences;
    if (const auto text = host.read(fmt::format("/usr/share/doc/{}/copyright", component.name), kFileBytesMax)) {
      if (std::string licence = main_licence(*text); !licence.empty()) licences = {std::move(licence)};
    }
    for (const std::string& licence : licences) {
      if (!is_allowed(policy, licence)) problems.push_back(fmt::format("{}: {}", component.name, licence));
    }
  }
  return problems;
}

Texts floating(const std::vector<Component>& components) {
  Texts all;
  for (const Component& component : components) {
    if (component.version.empty() || (!component.file.empty() && component.digest.empty()))
      all.push_back(component.name);
  }
  return all;
}

Fact<Texts> outdated(const Host& host, const std::vector<Component>& components, const std::string& indexes) {
  std::set<std::string_view> names;
  for (const Component& component : components) names.insert(component.name);
  const auto indexed = indexed_packages(host, indexes, "", names);
  if (!indexed && indexed.lacking().status == Status::kError) return Fact<Texts>::unknown(indexed.lacking().evidence);
  if (!indexed) return Fact<Texts>::unknown("There is no index of the archive to compare with.");
  std::map<std::string, std::string, std::less<>> newest;
  for (const Package& package : *indexed) {
    std::string& version = newest[package.name];
    if (version.empty() || compare_versions(package.source_version, version) > 0) version = package.source_version;
  }
  std::set<std::string> behind;
  for (const Component& component : components) {
    const auto found = newest.find(component.name);
    if (found != newest.end() && compare_versions(component.version, found->second) < 0) {
      behind.insert(fmt::format("{} {} -> {}", component.name, component.version, found->second));
    }
  }
  return Texts(behind.begin(), behind.end());
}

base::Result<void> add_advisories(const Host& host, const DependencyRequest& request,
                                  const std::vector<Component>& components, DependencyFacts& facts) {
  using Matches = Fact<std::vector<Match>>;
  std::vector<VexStatement> statements;
  if (!request.vex.empty()) {
    TRY(const std::string text, host.read(request.vex, kFileBytesMax));
    auto read = read_vex(text);
    if (!read) return base::fail(read.error().code, fmt::format("{}: {}", request.vex, read.error().message));
    statements = *std::move(read);
  }
  const auto match = [&](const Advisories& advisories) {
    facts.snapshot = advisories.snapshot;
    facts.origin = advisories.origin;
    Matched matched = match_advisories(components, advisories.all, statements, request.now);
    facts.matches = std::move(matched.matches);
    facts.vex_problems = std::move(matched.problems);
  };
  if (request.ask) {
    // A server that is down is no mistake of whoever asks: nothing is known, and nothing passes.
    const auto asked = request.ask(components);
    if (asked) {
      match(*asked);
    } else {
      facts.matches = Matches::unknown(asked.error().message);
    }
    return {};
  }
  if (request.advisories.empty()) {
    facts.matches = Matches::unknown(
        "No advisories were given: --advisories with a file or a directory in the OSV format, or --advisories-server. "
        "Nothing is known of "
        "flaws.");
    facts.vex_problems = match_advisories({}, {}, statements, request.now).problems;
    return {};
  }
  std::string key;
  if (!request.advisories_key.empty()) {
    TRY(key, host.read(request.advisories_key, kFileBytesMax));
  }
  TRY(const Advisories advisories, read_advisories(host, request.advisories, kEcosystem, key));
  match(advisories);
  // Who can take an advisory out of a snapshot could let everything pass.
  if (advisories.origin.kind == SnapshotOrigin::Kind::kForged)
    facts.matches = Matches::unknown(advisories.origin.problem);
  return {};
}

}  // namespace

base::Result<std::vector<Component>> read_sbom(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  const json::Value* list = document.find("components");
  if (document.text_or_empty("bomFormat") != "CycloneDX" || list == nullptr || !list->is_array()) {
    return base::fail(base::Code::kInvalidArgument, "It is no bill of materials in the format CycloneDX.");
  }
  std::vector<Component> components;
  for (const json::Value& each : list->array()) {
    Component component{.name = std::string(each.text_or_empty("name")),
                        .source = property(each, "debian:source"),
                        .version = property(each, "debian:source-version"),
                        .licences = {},
                        .digest = {},
                        .file = property(each, "file")};
    if (component.version.empty()) component.version = each.text_or_empty("version");
    if (component.source.empty()) component.source = component.name;
    if (const json::Value* hashes = each.find("hashes"); hashes != nullptr && hashes->is_array()) {
      for (const json::Value& hash : hashes->array()) {
        if (hash.text_or_empty("alg") == "SHA-256") component.digest = hash.text_or_empty("content");
      }
    }
    if (const json::Value* licences = each.find("licenses"); licences != nullptr && licences->is_array()) {
      for (const json::Value& licence : licences->array()) {
        const json::Value* named = licence.find("license");
        if (named != nullptr) component.licences.emplace_back(named->text_or_empty("name"));
      }
    }
    components.push_back(std::move(component));
  }
  return components;
}

std::string main_licence(std::string_view copyright) {
  if (!copyright.contains("Format:")) return {};
  bool of_all = false;
  for (const std::string_view line : base::split(copyright, '\n')) {
    if (line.empty()) of_all = false;
    if (line.starts_with("Files:")) of_all = base::trim(line.substr(6)) == "*";
    if (of_all && line.starts_with("License:")) return std::string(base::trim(line.substr(8)));
  }
  return {};
}

const LicencePolicy& default_policy() {
  // What binds whoever offers the program as a service, or forbids some use of it. Debian's files declare the licence
  // of a source package, where a library under the LGPL often stands beside tools under the GPL, so that one is for a
  // policy of the operator's own.
  static const LicencePolicy kPolicy{
      .allow = {}, .deny = {"AGPL*", "SSPL*", "BUSL*", "CC-BY-NC*", "Commons-Clause*", "proprietary*"}};
  return kPolicy;
}

base::Result<LicencePolicy> read_policy(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  LicencePolicy policy;
  for (const auto& [name, list] : {std::pair{"allow", &policy.allow}, std::pair{"deny", &policy.deny}}) {
    const json::Value* names = document.find(name);
    if (names == nullptr) continue;
    if (!names->is_array()) return base::fail(base::Code::kInvalidArgument, "allow and deny are lists of licences.");
    for (const json::Value& each : names->array()) {
      if (!each.is_string()) return base::fail(base::Code::kInvalidArgument, "A licence has to be a text.");
      list->push_back(each.string());
    }
  }
  if (policy.allow.empty() && policy.deny.empty()) {
    return base::fail(base::Code::kInvalidArgument, "The policy has neither allow nor deny.");
  }
  return policy;
}

bool is_allowed(const LicencePolicy& policy, std::string_view licence) {
  for (size_t at = licence.find(" or "); at != std::string_view::npos; at = licence.find(" or ")) {
    if (is_allowed(policy, base::trim(licence.substr(0, at)))) return true;
    licence.remove_prefix(at + 4);
  }
  // An exception is what makes it possible to link.
  const bool excepted = base::to_lower_ascii(licence).contains("exception");
  if (!excepted && any_of(policy.deny, licence)) return false;
  return policy.allow.empty() || any_of(policy.allow, licence);
}

std::vector<std::string> libraries_in(std::string_view maps) {
  std::set<std::string> paths;
  for (const std::string_view line : base::split(maps, '\n')) {
    const size_t slash = line.find('/');
    if (slash == std::string_view::npos) continue;
    const std::string_view path = line.substr(slash);
    if (path.contains(".so") && !path.contains(".so.cache") && !path.ends_with("(deleted)")) paths.emplace(path);
  }
  return {paths.begin(), paths.end()};
}

base::Result<DependencyFacts> collect_dependencies(const Host& host, const DependencyRequest& request) {
  DependencyFacts facts;
  facts.embedded_digest = request.embedded_digest;
  std::vector<Component> components;
  const auto text = host.read(request.sbom, kFileBytesMax);
  const auto read = text ? read_sbom(*text) : base::Result<std::vector<Component>>(std::unexpected(text.error()));
  if (read) {
    facts.sbom_digest = crypto::to_hex(crypto::sha256(*text));
    components = *read;
    facts.floating = floating(components);
  } else {
    const std::string why = "There is no bill of materials: " + read.error().message;
    facts.sbom_digest = Fact<std::string>::unknown(why);
    facts.floating = Fact<Texts>::unknown(why);
  }
  facts.components = components.size();
  const auto maps = host.read(request.maps, kFileBytesMax);
  facts.drift = read && maps ? Fact<Texts>(drift_of(libraries_in(*maps), components))
                             : Fact<Texts>::unknown("There is no bill of materials to compare with.");
  const auto packages = installed_packages(host);
  if (packages) components = as_installed(components, *packages);
  LicencePolicy policy = default_policy();
  if (!request.licences.empty()) {
    TRY(const std::string own, host.read(request.licences, kFileBytesMax));
    auto parsed = read_policy(own);
    if (!parsed)
      return base::fail(parsed.error().code, fmt::format("{}: {}", request.licences, parsed.error().message));
    policy = *std::move(parsed);
  }
  facts.licence_problems = read ? Fact<Texts>(licence_problems(host, components, policy))
                                : Fact<Texts>::unknown("There is no bill of materials to judge.");
  facts.outdated = outdated(host, components, request.indexes);
  TRY_VOID(add_advisories(host, request, components, facts));
  if (!read) {
    facts.matches = Fact<std::vector<Match>>::unknown("There is no bill of materials to match advisories with.");
  }
  return facts;
}

}  // namespace checks
