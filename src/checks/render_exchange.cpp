// The two exchange formats: SARIF 2.1.0 (OASIS) and OSCAL 1.1.2 assessment-results (NIST).
#include <fmt/format.h>
#include <set>
#include <string>
#include <string_view>

#include "checks/render.h"
#include "checks/words.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"

namespace checks {
namespace {

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "note";
    case Severity::kMedium:
      return "warning";
    case Severity::kHigh:
    case Severity::kCritical:
      return "error";
  }
  return "none";
}

// What GitHub and others sort by: a CVSS-like number.
std::string_view number_of(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "3.0";
    case Severity::kMedium:
      return "5.5";
    case Severity::kHigh:
      return "8.0";
    case Severity::kCritical:
      return "9.5";
  }
  return "0.0";
}

std::string_view kind_of(const Finding& finding) {
  switch (finding.outcome.status) {
    case Status::kPass:
      return "pass";
    case Status::kNotApplicable:
      return "notApplicable";
    case Status::kManual:
    case Status::kWarn:
      return "review";
    case Status::kFail:
    case Status::kWaived:
      return "fail";
    case Status::kError:
      return is_open(finding) ? "fail" : "open";
  }
  return "open";
}

// Viewers show nothing without a file. What is judged is an installation, so the area stands for one.
json::Object location_of(const Check& check) {
  const std::string uri = fmt::format("installation/{}", family_of(check));
  return {{"physicalLocation", json::Object{{"artifactLocation", json::Object{{"uri", uri}}}}},
          {"logicalLocations", json::Array{json::Value(json::Object{{"name", check.id}, {"kind", "member"}})}}};
}

json::Object rule_of(const Check& check) {
  return {{"id", check.id},
          {"shortDescription", json::Object{{"text", check.title}}},
          {"help", json::Object{{"text", check.remedy}}},
          {"defaultConfiguration", json::Object{{"level", level_of(check.severity)}}},
          {"properties", json::Object{{"security-severity", number_of(check.severity)},
                                      {"tags", json::Array{json::Value("security")}}}}};
}

// A name-based UUID (RFC 9562), so that one finding has one id in every report.
std::string uuid_of(std::string_view name) {
  std::string hex = crypto::to_hex(crypto::sha256(fmt::format("spotify-mcp-server/security-check/{}", name)));
  hex[12] = '5';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20, 12));
}

// A token of OSCAL begins with a letter.
std::string token_of(Framework framework, std::string_view control) {
  return fmt::format("{}_{}", framework_id(framework), control);
}

json::Array reviewed(const Report& report) {
  std::set<std::string> ids;
  for (const Finding& finding : report.findings) {
    for (size_t i = 0; i < kFrameworks; ++i) {
      const auto framework = static_cast<Framework>(i);
      for (const std::string_view control : controls_of(*finding.check, framework)) {
        ids.insert(token_of(framework, control));
      }
    }
  }
  json::Array all;
  for (const std::string& id : ids) all.emplace_back(json::Object{{"control-id", id}});
  return all;
}

json::Object observation_of(const Finding& finding, const std::string& made) {
  return {
      {"uuid", uuid_of(fmt::format("observation/{}", finding.check->id))},
      {"title", finding.check->title},
      {"description", finding.outcome.evidence.empty() ? "Nothing was seen." : finding.outcome.evidence},
      {"props", json::Array{json::Object{{"name", "check-id"}, {"value", finding.check->id}},
                            json::Object{{"name", "status"}, {"value", status_name(finding.outcome.status)}},
                            json::Object{{"name", "severity"}, {"value", severity_name(finding.check->severity)}}}},
      {"methods", json::Array{json::Value(finding.check->subject == Subject::kAttestations ? "INTERVIEW" : "TEST")}},
      {"collected", made}};
}

json::Object finding_of(const Finding& finding) {
  const bool open = is_open(finding);
  return {{"uuid", uuid_of(fmt::format("finding/{}", finding.check->id))},
          {"title", finding.check->title},
          {"description", open ? finding.check->remedy : std::string_view("There is evidence for it.")},
          {"target", json::Object{{"type", "objective-id"},
                                  {"target-id", finding.check->id},
                                  {"status", json::Object{{"state", open ? "not-satisfied" : "satisfied"}}}}},
          {"related-observations",
           json::Array{json::Object{{"observation-uuid", uuid_of(fmt::format("observation/{}", finding.check->id))}}}}};
}

}  // namespace

json::Value to_sarif(const Report& report) {
  json::Array rules;
  json::Array results;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    rules.emplace_back(rule_of(*finding.check));
    const std::string_view kind = kind_of(finding);
    json::Object result{
        {"ruleId", finding.check->id},
        {"ruleIndex", static_cast<int64_t>(i)},
        {"kind", kind},
        {"level", kind == "fail" ? level_of(finding.check->severity) : std::string_view("none")},
        {"message", json::Object{{"text", fmt::format("{}. {}", finding.check->title, finding.outcome.evidence)}}},
        {"locations", json::Array{json::Value(location_of(*finding.check))}},
        {"partialFingerprints", json::Object{{"check/v1", finding.check->id}}}};
    if (finding.outcome.status == Status::kWaived) {
      result.append("suppressions",
                    json::Array{json::Object{{"kind", "external"}, {"justification", finding.waiver->reason}}});
    }
    if (finding.is_known) result.append("baselineState", "unchanged");
    results.emplace_back(std::move(result));
  }
  json::Object driver{
      {"name", "spotify-mcp-server security-check"}, {"version", report.version}, {"rules", std::move(rules)}};
  json::Object run{{"tool", json::Object{{"driver", std::move(driver)}}},
                   {"invocations", json::Array{json::Object{{"executionSuccessful", true},
                                                            {"endTimeUtc", base::to_rfc3339(report.made)}}}},
                   {"results", std::move(results)}};
  return json::Object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", json::Array{json::Value(std::move(run))}}};
}

json::Value to_oscal(const Report& report) {
  const std::string made = base::to_rfc3339(report.made);
  json::Array observations;
  json::Array findings;
  for (const Finding& finding : report.findings) {
    observations.emplace_back(observation_of(finding, made));
    const Status status = finding.outcome.status;
    if (status == Status::kPass || status == Status::kWarn || is_open(finding)) {
      findings.emplace_back(finding_of(finding));
    }
  }
  json::Object result{
      {"uuid", uuid_of(fmt::format("result/{}/{}", report.command, made))},
      {"title", fmt::format("security-check {}", report.command)},
      {"description", "Evidence for controls, gathered by a program. Whether a standard is met, an auditor says."},
      {"start", made},
      {"reviewed-controls",
       json::Object{{"control-selections", json::Array{json::Object{{"include-controls", reviewed(report)}}}}}},
      {"observations", std::move(observations)}};
  if (!findings.empty()) result.append("findings", std::move(findings));
  json::Object metadata{{"title", "Security checks of spotify-mcp-server"},
                        {"last-modified", made},
                        {"version", report.version},
                        {"oscal-version", "1.1.2"}};
  return json::Object{
      {"assessment-results", json::Object{{"uuid", uuid_of(fmt::format("results/{}/{}", report.command, made))},
                                          {"metadata", std::move(metadata)},
                                          {"import-ap", json::Object{{"href", "#security-check"}}},
                                          {"results", json::Array{json::Value(std::move(result))}}}}};
}

}  // namespace checks
