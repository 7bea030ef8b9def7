// The steps of the runbooks, in the order in which the security guide lists them; what stops the damage comes first.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <system_error>

#include "app/account.h"
#include "app/commands/admin_client.h"
#include "app/commands/incident.h"
#include "app/commands/run_inside.h"
#include "app/local_bearer.h"
#include "app/master_key.h"
#include "app/seal.h"
#include "app/stores.h"
#include "base/plural.h"
#include "crypto/self_test.h"
#include "http/url.h"
#include "json/parse.h"
#include "json/write.h"
#include "mcp/principal.h"
#include "net/http_client.h"
#include "os/files.h"
#include "store/sql/api_key_table.h"

namespace app::commands {
namespace {

constexpr std::chrono::seconds kProbePatience{10};

Outcome failed(const base::Error& error) { return {StepState::kFailed, error.message}; }

Outcome put_seal_on(Incident& incident) {
  const Seal seal(incident.settings().storage.directory);
  const auto sealed = seal.put_on(incident.process.clock.wall());
  if (!sealed) return failed(sealed.error());
  return {StepState::kDone, "No call runs, here and after a restart, until `spotify-mcp-server admin unseal`."};
}

Outcome revoke_sessions(Incident& incident) {
  const auto renewed = LocalBearer::renew(incident.settings().storage.directory, incident.process.random);
  if (!renewed) return failed(renewed.error());
  const auto answers = ask_all(incident.process, incident.settings(),
                               {.method = http::Method::kPost, .target = "/revoke", .body = R"({"all":true})"});
  if (!answers) return failed(answers.error());
  int64_t ended = 0;
  for (const auto& [pid, response] : answers->answered) {
    if (const auto said = json::parse(response.body, {})) ended += integer_of(*said, "ended");
  }
  return {StepState::kDone,
          fmt::format("{} of {} ended, and the bearer is a new one.", base::count_of(ended, "session"),
                      base::count_of(answers->answered.size(), "running server"))};
}

base::Task<base::Result<void>> erase_login(Account* account) {
  CO_TRY_VOID(co_await account->forget(mcp::Principal().id));
  CO_TRY([[maybe_unused]] const int64_t forgotten, co_await account->spotify()->forget_cache());
  co_return base::Result<void>();
}

Outcome forget_logins(Incident& incident) {
  const auto account = Account::make(incident.process, incident.settings(), {.paths = Paths::kShown});
  if (!account) return failed(account.error());
  const auto erased = run_to_end(incident.process.loop, erase_login(account->get()));
  if (!erased) return failed(erased.error());
  return {StepState::kDone,
          "The stored tokens, receipts, snapshots and cached answers are removed. Whoever copied the tokens has them "
          "still: the person "
          "takes them back at https://www.spotify.com/account/apps/."};
}

Outcome rotate_client_secret(Incident& incident) {
  if (incident.settings().spotify.client_secret.secret.empty()) {
    return {StepState::kDone, "This app has no client secret (PKCE), so there is none to rotate."};
  }
  return {StepState::kByHand,
          "In https://developer.spotify.com/dashboard choose the app, Settings, \"Rotate client secret\", then run: "
          "spotify-mcp-server config set spotify.client_secret --secret. The one before it is known to others, so it "
          "does not go into spotify.client_secret_previous."};
}

Outcome rotate_other_secrets(Incident& incident) {
  const config::Settings& settings = incident.settings();
  std::vector<std::string_view> names;
  if (!settings.alerts.webhook_secret.secret.empty()) names.emplace_back("alerts.webhook_secret");
  if (!settings.audit.webhook_secret.secret.empty()) names.emplace_back("audit.webhook_secret");
  if (!settings.mail.password.secret.empty()) names.emplace_back("mail.password");
  if (!settings.store.password.secret.empty()) names.emplace_back("store.password");
  if (names.empty()) return {StepState::kDone, "The settings hold no other secret."};
  return {StepState::kByHand,
          fmt::format("Give the other side a new one, then run `spotify-mcp-server config set NAME --secret` for {}.",
                      fmt::join(names, ", "))};
}

base::Task<base::Result<void>> list_api_keys(store::ApiKeys* keys, std::vector<store::ApiKey>* all) {
  CO_TRY(*all, co_await keys->list());
  co_return base::Result<void>();
}

Outcome revoke_api_keys(Incident& incident) {
  store::sql::ApiKeyTable keys({incident.process.loop, incident.process.worker}, store_place(incident.settings()));
  std::vector<store::ApiKey> all;
  if (const auto listed = run_to_end(incident.process.loop, list_api_keys(&keys, &all)); !listed) {
    return failed(listed.error());
  }
  std::vector<std::string> good;
  for (const store::ApiKey& each : all) {
    if (!each.revoked) good.push_back(each.id);
  }
  if (good.empty()) return {StepState::kDone, "There is no API key that could be revoked."};
  // What they sign with may be known too.
  Outcome revoked = run_command(incident, {"keys", "rotate", "--purpose", "api-keys", "--compromised"});
  if (revoked.state != StepState::kDone) return revoked;
  return {StepState::kDone, fmt::format("{} API keys are revoked: {}. Their clients need new ones of `api-key create`.",
                                        good.size(), fmt::join(good, ", "))};
}

Outcome rotate_keys(Incident& incident) {
  const Outcome grants = run_command(incident, {"keys", "rotate", "--compromised"});
  if (grants.state != StepState::kDone) return grants;
  const Outcome states = run_command(incident, {"keys", "rotate", "--purpose", "request-state", "--compromised"});
  return {states.state, grants.told + " " + states.told};
}
Outcome rotate_master_key(Incident& incident) { return run_command(incident, {"keys", "rotate", "--master"}); }

Outcome review(Incident& incident, const std::vector<std::string_view>& events) {
  if (!incident.review) return {StepState::kFailed, "There is no audit trail to look through."};
  return {StepState::kDone, "What the trail tells " + summary_of(*incident.review, events)};
}

Outcome review_logins(Incident& incident) {
  return review(incident, {"bearer.refused", "login.foreign_answer", "login.failed", "login.succeeded",
                           "token.refresh_failed", "session.opened", "rate.limited"});
}
Outcome review_configuration(Incident& incident) {
  return review(incident, {"config.loaded", "key.made", "admin.command", "login.succeeded", "server.unsealed"});
}
Outcome review_network(Incident& incident) {
  return review(incident, {"tls.refused", "egress.denied", "host.refused", "origin.refused", "bearer.refused"});
}

Outcome verify_trail(Incident& incident) {
  if (!incident.review) return {StepState::kFailed, "There is no audit trail to verify."};
  const audit::Report& report = incident.review->verified;
  if (report.is_whole()) return {StepState::kDone, fmt::format("{} records, whole.", report.records)};
  const std::string why = report.finding ? report.finding->about : "It tells that records are missing.";
  return {StepState::kFound, why + " Run: spotify-mcp-server audit verify"};
}

Outcome scan_dependencies(Incident& incident) { return run_command(incident, {"security-check", "deps"}); }

Outcome assess_dependency(Incident&) {
  return {StepState::kByHand,
          "Compare the advisory with code.json of the evidence: is the library there, in that version, and does a "
          "client or Spotify reach the code in question? If so, run: spotify-mcp-server admin seal"};
}

Outcome update_dependency(Incident&) {
  return {StepState::kByHand,
          "apt-get update && apt-get install --only-upgrade PACKAGE, or put the new release of this program in place."};
}

Outcome self_test(Incident& incident) {
  if (const auto tested = crypto::self_test(); !tested) return failed(tested.error());
  return verify_trail(incident);
}

Outcome restart_servers(Incident& incident) {
  const auto answers = ask_all(incident.process, incident.settings(), {.target = "/status"});
  if (!answers) return failed(answers.error());
  if (answers->answered.empty()) return {StepState::kDone, "No server runs."};
  std::vector<std::string> pids;
  for (const auto& [pid, response] : answers->answered) pids.push_back(pid);
  return {StepState::kByHand,
          fmt::format(
              "Process {} still runs with what was before. When the rest is done, run `spotify-mcp-server admin stop`, "
              "and start it again with `serve --require-check`, which refuses while a check finds something "
              "critical.",
              fmt::join(pids, ", "))};
}

// Takes the rights of others away from what is ours alone.
Outcome close_files(Incident& incident) {
  namespace fs = std::filesystem;
  std::vector<std::string> paths{incident.settings().storage.directory};
  if (!incident.config_file.empty()) paths.push_back(os::target_of(incident.config_file));
  if (const auto key = key_file(os::config_directory(incident.io.environment), incident.io.environment)) {
    paths.push_back(os::target_of(key->path));
  }
  std::vector<std::string> closed;
  std::vector<std::string> open;
  for (const std::string& path : paths) {
    if (!os::exists(path) || os::check_private(path)) continue;
    std::error_code error;
    fs::permissions(path, fs::perms::group_all | fs::perms::others_all, fs::perm_options::remove, error);
    (os::check_private(path) ? closed : open).push_back(path);
  }
  if (!open.empty()) {
    return {StepState::kFailed,
            fmt::format("{} is open to others, or theirs, and could not be closed.", fmt::join(open, ", "))};
  }
  if (!closed.empty()) {
    return {StepState::kFound, fmt::format("{} was open to other users, and is closed now.", fmt::join(closed, ", "))};
  }
  return {StepState::kDone, "The configuration, the key and the data are their owner's alone."};
}

Outcome audit_systems(Incident&) {
  return {StepState::kByHand,
          "Look at every place that may hold a copy of the configuration: backups, logs, repositories, the history of "
          "shells, images of containers."};
}

struct Probe {
  std::string server;
  std::string said = {};
  bool good = false;
};

base::Task<base::Result<void>> ask_server(Process* process, Probe* probe) {
  net::CurlClientOptions options;
  options.allowed_servers = {probe->server};
  options.denied = [probe](const net::Denial& denial) { probe->said = denial.reason; };
  net::CurlClient client(process->loop, std::move(options));
  http::Request request;
  request.server_url = probe->server;
  request.target = "/";
  request.deadline = process->loop.now() + kProbePatience;
  const auto response = co_await client.send(std::move(request));
  probe->good = response.has_value();
  if (response) probe->said = probe->server.starts_with("https:") ? "proves who it is" : "plain HTTP on loopback";
  if (!response && probe->said.empty()) probe->said = response.error().message;
  co_return base::Result<void>();
}

Outcome verify_tls(Incident& incident) {
  std::vector<std::string> told;
  bool good = true;
  for (const std::string& address : {incident.settings().api.base_url, incident.settings().api.accounts_url}) {
    const auto url = http::parse_url(address);
    if (!url) return failed(url.error());
    Probe probe{.server = url->server_url()};
    if (const auto asked = run_to_end(incident.process.loop, ask_server(&incident.process, &probe)); !asked) {
      return failed(asked.error());
    }
    good = good && probe.good;
    told.push_back(fmt::format("{}: {}", probe.server, probe.said));
  }
  return {good ? StepState::kDone : StepState::kFound, fmt::format("{}.", fmt::join(told, "; "))};
}

Outcome check_certificates(Incident& incident) { return run_command(incident, {"security-check", "network"}); }

Outcome review_policies(Incident& incident) {
  const config::Settings& settings = incident.settings();
  return {StepState::kByHand,
          fmt::format("Requests go to {} and {} only; server.allowed_hosts has {} names, server.allowed_origins {}. "
                      "Take out what is not needed, then run: spotify-mcp-server config check",
                      settings.api.base_url, settings.api.accounts_url, settings.server.allowed_hosts.size(),
                      settings.server.allowed_origins.size())};
}

constexpr Step kSeal{"seal", "Seal the installation, so that no call runs.", put_seal_on};
constexpr Step kEvidence{"evidence", "Collect the evidence, before anything else is changed.", collect_evidence};
constexpr Step kRevoke{"revoke_sessions", "End every session, and renew the bearer.", revoke_sessions};
constexpr Step kRevokeKeys{"revoke_api_keys", "Revoke every API key.", revoke_api_keys};
constexpr Step kForget{"forget_logins", "Remove the stored Spotify login and the cached answers.", forget_logins};
constexpr Step kClientSecret{"rotate_client_secret", "Rotate the client secret of the Spotify app.",
                             rotate_client_secret};
constexpr Step kKeys{"rotate_keys", "Put new keys in the place of those that seal the logins.", rotate_keys};
constexpr Step kMasterKey{"rotate_master_key",
                          "Put a new master key in the place of the old one, with what is sealed under it.",
                          rotate_master_key};
constexpr Step kRestart{"restart", "Restart the servers, which still run with what they have read.", restart_servers};
constexpr Step kTrail{"verify_trail", "Verify the audit trail.", verify_trail};

}  // namespace

Outcome run_command(Incident& incident, const std::vector<std::string>& arguments) {
  const std::string text = fmt::format("spotify-mcp-server {}", fmt::join(arguments, " "));
  std::vector<std::string> whole = arguments;
  if (!incident.config_file.empty()) whole.insert(whole.end(), {"--config", incident.config_file});
  const auto ran = run_inside(incident.io, whole);
  if (!ran) {
    return {StepState::kByHand,
            fmt::format("This build has no command for it; what `{}` would do is left to you.", text)};
  }
  const StepState state = ran->code == 0 ? StepState::kDone : ran->code == 1 ? StepState::kFound : StepState::kFailed;
  return {state, fmt::format("{}: {}", text, as_one_line(state == StepState::kFailed ? ran->err : ran->out))};
}

std::span<const Runbook> runbooks() {
  static const std::vector<Runbook> kRunbooks{
      {"auth-compromise",
       "Somebody else may have a bearer, a session or the Spotify login.",
       {kSeal,
        kEvidence,
        kRevoke,
        kRevokeKeys,
        kForget,
        kClientSecret,
        {"review_logins", "Review who tried to get in.", review_logins},
        kKeys,
        kMasterKey,
        kTrail,
        kRestart}},
      {"dependency",
       "A library that this program runs on has a known hole.",
       {kEvidence,
        {"scan", "Scan what the program is built from.", scan_dependencies},
        {"assess", "Judge what the hole means here.", assess_dependency},
        {"update", "Update the library.", update_dependency},
        {"test", "Test the cryptography, and verify the audit trail.", self_test},
        {"restart", "Restart the servers on the new code.", restart_servers}}},
      {"config-exposure",
       "The configuration, or a secret in it, was seen by others.",
       {kSeal,
        kEvidence,
        kRevoke,
        kRevokeKeys,
        kForget,
        kClientSecret,
        {"rotate_other_secrets", "Rotate the other secrets of the configuration.", rotate_other_secrets},
        kKeys,
        kMasterKey,
        {"close_files", "Close the configuration, the key and the data to others.", close_files},
        {"review_configuration", "Review who used the configuration.", review_configuration},
        {"audit_systems", "Look for copies elsewhere.", audit_systems},
        kTrail,
        kRestart}},
      {"network",
       "A certificate is wrong, a connection was refused, or traffic goes where it should not.",
       {kSeal,
        kEvidence,
        {"verify_tls", "Connect to Spotify's servers, and check what they prove.", verify_tls},
        {"certificates", "Check how long the certificates are good.", check_certificates},
        {"review_network", "Review what the network was asked for.", review_network},
        {"policies", "Review the settings of the network.", review_policies},
        kTrail}},
  };
  return kRunbooks;
}

const Runbook* find_runbook(std::string_view incident) {
  const auto found = std::ranges::find(runbooks(), incident, &Runbook::incident);
  return found == runbooks().end() ? nullptr : &*found;
}

}  // namespace app::commands
