// One check of `security-check` as a row of a table: what it asks, what it weighs, which controls it gives evidence
// for, what to do when it fails, and a pure function from facts to a finding. Gathering the facts is another matter
// (collect.h), so every check is tested with one set of facts that passes and one that fails.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace checks {

struct Facts;

enum class Severity { kLow, kMedium, kHigh, kCritical };
inline constexpr size_t kSeverities = 4;
std::string_view severity_name(Severity severity);
std::optional<Severity> find_severity(std::string_view name);

enum class Status {
  kPass,
  kFail,
  kWarn,           // Good as it is, and worth a look.
  kManual,         // A person has to look: this program cannot know.
  kNotApplicable,  // There is no such thing in this deployment; the evidence says why.
  kWaived,         // It fails, and a waiver that has not expired says who accepts that.
  kError,          // It is there and could not be read. Never taken for a pass.
};
std::string_view status_name(Status status);

struct Outcome {
  Status status = Status::kError;
  // What was seen. Never a secret, and nothing that changes from one run to the next on an unchanged host.
  std::string evidence;
};
Outcome pass(std::string evidence);
Outcome fail(std::string evidence);
Outcome warn(std::string evidence);
Outcome manual(std::string evidence);
Outcome not_applicable(std::string reason);
Outcome error(std::string reason);
// Passes or fails by `good`, with the same evidence.
Outcome judge(bool good, std::string evidence);

// Controls that a check gives evidence for. Several of one framework are separated by ", ".
struct Mapping {
  std::string_view owasp21;
  std::string_view owasp25;
  std::string_view csf;
  std::string_view iso;
  std::string_view soc;
};

// The facts that a check stands on. Where they are absent or unknown the check is not asked.
enum class Subject {
  kNothing,
  kConfig,        // The settings as they are written.
  kSettings,      // The settings as they are understood.
  kProgram,       // What is built into this program.
  kSystem,        // The machine.
  kData,          // The data directory.
  kProcess,       // The running server.
  kBinary,        // The program file.
  kDependencies,  // Libraries and packages.
  kListener,      // Our HTTP listener.
  kCertificate,   // The certificate of our own.
  kSpotifyTls,    // Spotify's servers, over the network.
  kAuthServer,    // An authorization server in this program.
  kApiKeys,
  kDatabase,
  kKeys,   // The master key.
  kTrail,  // The audit trail.
  kSelfTests,
  kManifest,  // Kubernetes objects.
  kDockerfile,
  kUnit,  // A systemd unit.
  kAttestations,
};

struct Check {
  std::string_view id;  // "CFG-01"
  std::string_view title;
  Severity severity;
  Subject subject;
  Mapping mapping;
  std::string_view remedy;
  Outcome (*evaluate)(const Facts& facts);
};

std::span<const Check> config_checks();
std::span<const Check> listen_checks();
std::span<const Check> host_checks();
std::span<const Check> binary_checks();
std::span<const Check> dependency_checks();
std::span<const Check> network_checks();
std::span<const Check> auth_checks();
std::span<const Check> data_checks();
std::span<const Check> crypto_checks();
std::span<const Check> audit_checks();
std::span<const Check> self_test_checks();
std::span<const Check> kubernetes_checks();
std::span<const Check> container_checks();
std::span<const Check> organisation_checks();

// All of them, by id.
const std::vector<const Check*>& catalogue();
// Null for an id that nobody knows.
const Check* find_check(std::string_view id);
// "CFG" of "CFG-01".
std::string_view family_of(const Check& check);

// What the check finds; the reason why it cannot be asked where its facts are missing.
Outcome evaluate(const Check& check, const Facts& facts);

}  // namespace checks
