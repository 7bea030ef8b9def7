#include "checks/check.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/facts.h"

namespace checks {
namespace {

constexpr std::array<std::string_view, kSeverities> kSeverityNames{"low", "medium", "high", "critical"};

template <class T>
std::optional<Outcome> unless(const Fact<T>& fact) {
  return fact ? std::optional<Outcome>() : fact.lacking();
}

std::optional<Outcome> lacking(Subject subject, const Facts& facts) {
  switch (subject) {
    case Subject::kNothing:
    case Subject::kProgram:
    case Subject::kSelfTests:
    case Subject::kAttestations:
      return std::nullopt;
    case Subject::kConfig:
      return unless(facts.config);
    case Subject::kSettings:
      if (!facts.config) return facts.config.lacking();
      if (facts.config->settings) return std::nullopt;
      return error("The settings cannot be judged before CFG-03 is mended.");
    case Subject::kSystem:
      return unless(facts.system);
    case Subject::kData:
      return unless(facts.data);
    case Subject::kProcess:
      return unless(facts.process);
    case Subject::kBinary:
      return unless(facts.binary);
    case Subject::kDependencies:
      return unless(facts.dependencies);
    case Subject::kListener:
      return unless(facts.listener);
    case Subject::kCertificate:
      return unless(facts.certificate);
    case Subject::kSpotifyTls:
      return unless(facts.spotify_tls);
    case Subject::kAuthServer:
      return unless(facts.auth_server);
    case Subject::kApiKeys:
      return unless(facts.api_keys);
    case Subject::kDatabase:
      return unless(facts.database);
    case Subject::kKeys:
      return unless(facts.keys);
    case Subject::kTrail:
      return unless(facts.trail);
    case Subject::kManifest:
      return unless(facts.manifest);
    case Subject::kDockerfile:
      return unless(facts.dockerfile);
    case Subject::kUnit:
      return unless(facts.unit);
  }
  return error("Nobody knows what this check stands on.");
}

}  // namespace

std::string_view severity_name(Severity severity) { return kSeverityNames[static_cast<size_t>(severity)]; }

std::optional<Severity> find_severity(std::string_view name) {
  const auto* const found = std::ranges::find(kSeverityNames, name);
  if (found == kSeverityNames.end()) return std::nullopt;
  return static_cast<Severity>(found - kSeverityNames.begin());
}

std::string_view status_name(Status status) {
  switch (status) {
    case Status::kPass:
      return "pass";
    case Status::kFail:
      return "fail";
    case Status::kWarn:
      return "warn";
    case Status::kManual:
      return "manual";
    case Status::kNotApplicable:
      return "not_applicable";
    case Status::kWaived:
      return "waived";
    case Status::kError:
      return "error";
  }
  return "";
}

Outcome pass(std::string evidence) { return {Status::kPass, std::move(evidence)}; }
Outcome fail(std::string evidence) { return {Status::kFail, std::move(evidence)}; }
Outcome warn(std::string evidence) { return {Status::kWarn, std::move(evidence)}; }
Outcome manual(std::string evidence) { return {Status::kManual, std::move(evidence)}; }
Outcome not_applicable(std::string reason) { return {Status::kNotApplicable, std::move(reason)}; }
Outcome error(std::string reason) { return {Status::kError, std::move(reason)}; }
Outcome judge(bool good, std::string evidence) { return good ? pass(std::move(evidence)) : fail(std::move(evidence)); }

const std::vector<const Check*>& catalogue() {
  static const std::vector<const Check*> kAll = [] {
    std::vector<const Check*> all;
    for (const auto family : {config_checks(), listen_checks(), host_checks(), binary_checks(), dependency_checks(),
                              network_checks(), auth_checks(), data_checks(), crypto_checks(), audit_checks(),
                              self_test_checks(), kubernetes_checks(), container_checks(), organisation_checks()}) {
      for (const Check& check : family) all.push_back(&check);
    }
    std::ranges::sort(all, {}, &Check::id);
    return all;
  }();
  return kAll;
}

const Check* find_check(std::string_view id) {
  for (const Check* check : catalogue()) {
    if (check->id == id) return check;
  }
  return nullptr;
}

std::string_view family_of(const Check& check) { return check.id.substr(0, check.id.find('-')); }

Outcome evaluate(const Check& check, const Facts& facts) {
  if (auto missing = lacking(check.subject, facts)) return *std::move(missing);
  return check.evaluate(facts);
}

}  // namespace checks
