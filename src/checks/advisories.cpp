#include "checks/advisories.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "base/text.h"
#include "checks/dpkg.h"
#include "checks/signed_files.h"
#include "checks/words.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"
#include "json/parse.h"

namespace checks {
namespace {

constexpr size_t kFileBytesMax = size_t{64} << 20;
constexpr size_t kFilesMax = 200'000;

// Whether all that was read is what somebody has signed. The bytes that are judged are those that were read.
class Signatures {
 public:
  Signatures(const Host& host, const std::string& path, bool is_directory, std::string_view key)
      : host_(host), key_(key), is_directory_(is_directory) {
    if (!is_directory) return;
    const auto sums = read_signed(host, path + "/SHA256SUMS", key, kFileBytesMax);
    if (!sums) {
      note(sums.error().message);
      return;
    }
    for (auto& [name, digest] : read_checksums(*sums)) {
      if (name.ends_with(".json")) unseen_.emplace(name, digest);
    }
  }

  void see(const std::string& file, std::string_view text) {
    if (!problem_.empty()) return;
    const std::string name = file.substr(file.rfind('/') + 1);
    if (!is_directory_) {
      const auto signature = host_.read(file + ".sig", kFileBytesMax);
      if (!signature) return note(signature.error().message);
      const auto holds = check_signature(text, *signature, key_, name);
      return holds ? void() : note(holds.error().message);
    }
    const auto found = unseen_.find(name);
    if (found == unseen_.end()) return note(fmt::format("The signed checksums do not name {}.", name));
    if (found->second != crypto::to_hex(crypto::sha256(text))) note(fmt::format("{} is not what was signed.", name));
    unseen_.erase(found);
  }

  // When all was seen.
  SnapshotOrigin origin() {
    if (problem_.empty() && !unseen_.empty())
      note(fmt::format("{} was signed and is missing.", unseen_.begin()->first));
    if (problem_.empty()) return {SnapshotOrigin::Kind::kSigned};
    return {SnapshotOrigin::Kind::kForged, problem_};
  }

 private:
  void note(std::string problem) { problem_ = std::move(problem); }

  const Host& host_;
  std::string_view key_;
  bool is_directory_;
  std::map<std::string, std::string, std::less<>> unseen_;
  std::string problem_;
};

std::optional<Severity> severity_of_word(std::string_view word) {
  const std::string lower = base::to_lower_ascii(word);
  if (lower == "moderate") return Severity::kMedium;
  if (lower == "unimportant" || lower == "negligible") return Severity::kLow;
  return find_severity(lower);
}

Severity severity_of_score(double score) {
  if (score >= 9.0) return Severity::kCritical;
  if (score >= 7.0) return Severity::kHigh;
  return score >= 4.0 ? Severity::kMedium : Severity::kLow;
}

Severity severity_of(const json::Value& advisory) {
  if (const json::Value* scores = advisory.find("severity"); scores != nullptr && scores->is_array()) {
    for (const json::Value& each : scores->array()) {
      if (const auto score = cvss_score(each.text_or_empty("score"))) return severity_of_score(*score);
    }
  }
  for (const std::string_view place : {"database_specific", "ecosystem_specific"}) {
    const json::Value* specific = advisory.find(place);
    if (specific == nullptr) continue;
    for (const std::string_view name : {"severity", "urgency"}) {
      if (const auto severity = severity_of_word(specific->text_or_empty(name))) return *severity;
    }
  }
  return Severity::kHigh;
}

// Each "introduced" begins a range, which the next "fixed" or "last_affected" ends.
void read_events(const json::Value& range, Affected& affected) {
  const json::Value* events = range.find("events");
  if (events == nullptr || !events->is_array()) return;
  for (const json::Value& event : events->array()) {
    const std::string_view introduced = event.text_or_empty("introduced");
    if (!introduced.empty()) affected.ranges.push_back({std::string(introduced), "", ""});
    if (affected.ranges.empty()) continue;
    const std::string_view fixed = event.text_or_empty("fixed");
    const std::string_view last = event.text_or_empty("last_affected");
    if (!fixed.empty()) affected.ranges.back().fixed = fixed;
    if (!last.empty()) affected.ranges.back().last = last;
  }
}

std::optional<Affected> read_affected(const json::Value& value, std::string_view ecosystem) {
  const json::Value* package = value.find("package");
  if (package == nullptr || package->text_or_empty("ecosystem") != ecosystem) return std::nullopt;
  Affected affected{.package = std::string(package->text_or_empty("name")), .ranges = {}, .versions = {}};
  if (const json::Value* ranges = value.find("ranges"); ranges != nullptr && ranges->is_array()) {
    for (const json::Value& range : ranges->array()) {
      if (range.text_or_empty("type") == "ECOSYSTEM") read_events(range, affected);
    }
  }
  if (const json::Value* versions = value.find("versions"); versions != nullptr && versions->is_array()) {
    for (const json::Value& version : versions->array()) {
      if (version.is_string()) affected.versions.push_back(version.string());
    }
  }
  return affected;
}

base::Result<void> add_file(const json::Value& document, std::string_view ecosystem, std::vector<Advisory>& all) {
  const json::Value* list = document.find("vulns");
  if (list == nullptr && document.is_array()) list = &document;
  if (list == nullptr) {
    TRY(auto one, read_advisory(document, ecosystem));
    if (one) all.push_back(*std::move(one));
    return {};
  }
  if (!list->is_array()) return base::fail(base::Code::kInvalidArgument, "It holds no advisories.");
  for (const json::Value& each : list->array()) {
    TRY(auto one, read_advisory(each, ecosystem));
    if (one) all.push_back(*std::move(one));
  }
  return {};
}

constexpr std::string_view kJustifications[] = {
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};

// Why a statement does not count; empty: it does.
std::string problem_of(const VexStatement& statement, base::Wall now) {
  if (!statement.clears) return {};
  if (std::ranges::find(kJustifications, statement.justification) == std::end(kJustifications)) {
    return "has no justification of OpenVEX";
  }
  if (!statement.expires) return "never ends";
  return *statement.expires < now ? "has expired" : "";
}

}  // namespace

std::optional<double> cvss_score(std::string_view vector) {
  if (!vector.starts_with("CVSS:3.")) return std::nullopt;
  std::map<std::string_view, char> has;
  for (const std::string_view part : base::split(vector, '/')) {
    const size_t colon = part.find(':');
    if (colon != std::string_view::npos && part.size() == colon + 2) has[part.substr(0, colon)] = part.back();
  }
  const auto weigh = [&has](std::string_view metric, std::string_view letters, std::initializer_list<double> weights) {
    const auto found = has.find(metric);
    const size_t at = found == has.end() ? std::string_view::npos : letters.find(found->second);
    return at == std::string_view::npos ? -1.0 : weights.begin()[at];
  };
  // FIRST, CVSS v3.1 specification, sections 7.1 and 7.4.
  const bool changed = has.contains("S") && has["S"] == 'C';
  const double attack = weigh("AV", "NALP", {0.85, 0.62, 0.55, 0.2});
  const double complexity = weigh("AC", "LH", {0.77, 0.44});
  const double privileges = changed ? weigh("PR", "NLH", {0.85, 0.68, 0.5}) : weigh("PR", "NLH", {0.85, 0.62, 0.27});
  const double interaction = weigh("UI", "NR", {0.85, 0.62});
  const double c = weigh("C", "HLN", {0.56, 0.22, 0});
  const double i = weigh("I", "HLN", {0.56, 0.22, 0});
  const double a = weigh("A", "HLN", {0.56, 0.22, 0});
  for (const double each : {attack, complexity, privileges, interaction, c, i, a}) {
    if (each < 0) return std::nullopt;
  }
  const double base = 1 - (1 - c) * (1 - i) * (1 - a);
  const double impact = changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  if (impact <= 0) return 0;
  const double exploitability = 8.22 * attack * complexity * privileges * interaction;
  const double score = std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0);
  return std::ceil(std::round(score * 100'000) / 10'000) / 10;
}

base::Result<std::optional<Advisory>> read_advisory(const json::Value& value, std::string_view ecosystem) {
  Advisory advisory;
  advisory.id = value.text_or_empty("id");
  const json::Value* affected = value.find("affected");
  if (advisory.id.empty()) return base::fail(base::Code::kInvalidArgument, "An advisory has no id.");
  if (value.find("withdrawn") != nullptr || affected == nullptr || !affected->is_array()) return std::nullopt;
  for (const json::Value& each : affected->array()) {
    if (auto one = read_affected(each, ecosystem)) advisory.affected.push_back(*std::move(one));
  }
  if (advisory.affected.empty()) return std::nullopt;
  for (const std::string_view list : {"aliases", "upstream"}) {
    const json::Value* names = value.find(list);
    if (names == nullptr || !names->is_array()) continue;
    for (const json::Value& name : names->array()) {
      if (name.is_string()) advisory.aliases.push_back(name.string());
    }
  }
  advisory.severity = severity_of(value);
  advisory.published = parse_day(value.text_or_empty("published").substr(0, 10)).value_or(base::Wall{});
  return advisory;
}

std::optional<std::string> affects(const Affected& affected, std::string_view version) {
  for (const Affected::Range& range : affected.ranges) {
    const bool begun = range.introduced == "0" || compare_versions(version, range.introduced) >= 0;
    const bool mended = !range.fixed.empty() && compare_versions(version, range.fixed) >= 0;
    const bool beyond = !range.last.empty() && compare_versions(version, range.last) > 0;
    if (begun && !mended && !beyond) return range.fixed;
  }
  if (std::ranges::find(affected.versions, version) != affected.versions.end()) return "";
  return std::nullopt;
}

base::Result<Advisories> read_advisories(const Host& host, const std::string& path, std::string_view ecosystem,
                                         std::string_view key) {
  const FileFact place = host.look(path);
  if (!place.exists) {
    return base::fail(base::Code::kNotFound, fmt::format("There are no advisories at {}.", path));
  }
  std::vector<std::string> files{path};
  if (place.is_directory) {
    files.clear();
    for (const std::string& name : host.list(path)) {
      if (name.ends_with(".json")) files.push_back(path + "/" + name);
    }
    if (files.empty()) return base::fail(base::Code::kNotFound, fmt::format("There are no advisories in {}.", path));
  }
  if (files.size() > kFilesMax) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("{} holds more than {} files.", path, kFilesMax));
  }
  Advisories advisories{.all = {}, .snapshot = place.changed};
  std::optional<Signatures> signatures;
  if (!key.empty()) signatures.emplace(host, path, place.is_directory, key);
  for (const std::string& file : files) {
    TRY(const std::string text, host.read(file, kFileBytesMax));
    if (signatures) signatures->see(file, text);
    const auto document = json::parse(text, {.bytes_max = kFileBytesMax, .depth_max = 32, .values_max = 10'000'000});
    auto added = document ? add_file(*document, ecosystem, advisories.all)
                          : base::Result<void>(std::unexpected(document.error()));
    if (!added) return base::fail(base::Code::kInvalidArgument, fmt::format("{}: {}", file, added.error().message));
  }
  if (signatures) advisories.origin = signatures->origin();
  return advisories;
}

base::Result<std::vector<VexStatement>> read_vex(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  const json::Value* statements = document.find("statements");
  if (statements == nullptr || !statements->is_array()) {
    return base::fail(base::Code::kInvalidArgument, "It is no OpenVEX document: it has no statements.");
  }
  std::vector<VexStatement> all;
  for (const json::Value& each : statements->array()) {
    VexStatement statement;
    const json::Value* vulnerability = each.find("vulnerability");
    if (vulnerability != nullptr && vulnerability->is_string()) statement.vulnerability = vulnerability->string();
    if (vulnerability != nullptr && vulnerability->is_object()) {
      statement.vulnerability = vulnerability->text_or_empty("name");
    }
    if (statement.vulnerability.empty()) {
      return base::fail(base::Code::kInvalidArgument, "A statement names no vulnerability.");
    }
    const std::string_view status = each.text_or_empty("status");
    statement.clears = status == "not_affected" || status == "fixed";
    statement.justification = each.text_or_empty("justification");
    if (const auto last = parse_day(each.text_or_empty("expires"))) statement.expires = *last + std::chrono::days(1);
    all.push_back(std::move(statement));
  }
  return all;
}

Matched match_advisories(const std::vector<Component>& components, const std::vector<Advisory>& advisories,
                         const std::vector<VexStatement>& statements, base::Wall now) {
  Matched result;
  for (const VexStatement& statement : statements) {
    if (std::string problem = problem_of(statement, now); !problem.empty()) {
      result.problems.push_back({statement.vulnerability, std::move(problem)});
    }
  }
  std::map<std::string_view, std::vector<const Component*>> by_source;
  for (const Component& component : components) {
    auto& same = by_source[component.source];
    // Several libraries come from one source; an advisory counts once.
    if (same.empty() || same.front()->version != component.version) same.push_back(&component);
  }
  for (const Advisory& advisory : advisories) {
    for (const Affected& affected : advisory.affected) {
      const auto found = by_source.find(affected.package);
      if (found == by_source.end()) continue;
      for (const Component* component : found->second) {
        const auto fixed = affects(affected, component->version);
        if (!fixed) continue;
        Match match{advisory.id, component->source, component->version, *fixed, advisory.severity, advisory.published,
                    {}};
        for (const VexStatement& statement : statements) {
          const bool about = statement.vulnerability == advisory.id ||
                             std::ranges::find(advisory.aliases, statement.vulnerability) != advisory.aliases.end();
          if (about && statement.clears && problem_of(statement, now).empty())
            match.suppressed = statement.justification;
        }
        result.matches.push_back(std::move(match));
      }
    }
  }
  std::ranges::sort(result.matches, {}, [](const Match& match) { return std::pair(match.id, match.component); });
  return result;
}

}  // namespace checks
