// The settings: the file that holds them, what is written in it, and what it means.
#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/facts.h"
#include "checks/words.h"
#include "config/store_url.h"
#include "http/url.h"

namespace checks {
namespace {

using config::Deployment;

// What the requests to a webhook are signed with.
constexpr size_t kSecretBytesMin = 32;

const config::Settings& settings_in(const Facts& facts) { return *facts.config->settings; }

// The first of the file and its folders that another could change, and why.
std::string weak_place(const ConfigFacts& config) {
  constexpr uint32_t kOthersWrite = 022;
  constexpr uint32_t kSticky = 01000;
  for (const FileFact& each : config.way) {
    if (each.is_link) return fmt::format("{} is a symbolic link", each.path);
    if (each.owner != config.own_user && each.owner != 0) {
      return fmt::format("{} belongs to another user (uid {})", each.path, each.owner);
    }
    // Root may let the group of a service read what the service must not change.
    const uint32_t closed = each.owner == 0 ? 037 : 077;
    if (!each.is_directory && (each.mode & closed) != 0) {
      return fmt::format("{} has mode {:04o}", each.path, each.mode & 07777);
    }
    // In a folder such as /tmp only the owner of a file may replace it.
    if (each.is_directory && (each.mode & kOthersWrite) != 0 && (each.mode & kSticky) == 0) {
      return fmt::format("others may write to {} (mode {:04o})", each.path, each.mode & 07777);
    }
  }
  return {};
}

void find_examples(const json::Value& value, const std::string& path, Texts& found) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.object())
      find_examples(member, path.empty() ? name : path + "." + name, found);
  } else if (value.is_array()) {
    for (const json::Value& item : value.array()) find_examples(item, path, found);
  } else if (value.is_string()) {
    const std::string lower = base::to_lower_ascii(value.string());
    for (const std::string_view example :
         {"your_", "your-domain", "yourcompany", "changeme", "change_me", "example_", "<client", "xxxx"}) {
      if (lower.contains(example)) {
        found.push_back(path);
        return;
      }
    }
  }
}

Outcome judge_redirect(const Facts& facts) {
  const std::string& text = settings_in(facts).spotify.redirect_uri;
  const auto url = http::parse_url(text);
  if (!url) return fail("spotify.redirect_uri is no URL, or has a fragment or a user name in it.");
  if (url->host == "localhost") return fail("spotify.redirect_uri uses the name localhost, which Spotify refuses.");
  if (url->target.contains('*')) return fail("spotify.redirect_uri has a wildcard in it.");
  const bool good = url->scheme == "https" || http::is_loopback_literal(url->host);
  return judge(good, fmt::format("spotify.redirect_uri leads to {}.", url->server_url()));
}

Outcome judge_egress(const Facts& facts) {
  const config::Settings& settings = settings_in(facts);
  Texts foreign;
  const auto look_at = [&](std::string_view name, const std::string& text, std::string_view own) {
    const auto url = http::parse_url(text);
    if (url && (url->server_url() == own || http::is_loopback_literal(url->host))) return;
    foreign.push_back(fmt::format("{} names another server", name));
  };
  look_at("api.base_url", settings.api.base_url, "https://api.spotify.com");
  look_at("api.accounts_url", settings.api.accounts_url, "https://accounts.spotify.com");
  if (!foreign.empty()) return fail(sentence(foreign));
  Texts declared{"Spotify's two servers"};
  if (!settings.alerts.webhook.empty()) declared.emplace_back("alerts.webhook");
  if (!settings.audit.webhook.empty()) declared.emplace_back("audit.webhook");
  if (!settings.syslog.server.empty()) declared.emplace_back("syslog.server");
  if (!settings.mail.server.empty()) declared.emplace_back("mail.server");
  if (!settings.store.url.empty()) declared.emplace_back("store.url");
  return pass("Connections go to " + sentence(declared));
}

Outcome judge_tls(const Facts& facts) {
  const config::Settings& settings = settings_in(facts);
  Texts plain;
  const auto look_at = [&](std::string_view name, const std::string& text) {
    const auto url = http::parse_url(text);
    if (!url || (url->scheme != "https" && !http::is_loopback_literal(url->host))) plain.emplace_back(name);
  };
  look_at("api.base_url", settings.api.base_url);
  look_at("api.accounts_url", settings.api.accounts_url);
  if (!settings.alerts.webhook.empty()) look_at("alerts.webhook", settings.alerts.webhook);
  if (!settings.audit.webhook.empty()) look_at("audit.webhook", settings.audit.webhook);
  const std::string& syslog = settings.syslog.server;
  if (!syslog.empty() && !syslog.starts_with("tls://")) {
    const auto url = http::parse_url("https" + syslog.substr(std::min(syslog.find("://"), syslog.size())));
    if (!url || !http::is_loopback_literal(url->host)) plain.emplace_back("syslog.server");
  }
  const auto store = config::parse_store_url(settings.store.url);
  if (store && !store->is_local() && store->ssl_mode != "verify-full") plain.emplace_back("store.url");
  if (!plain.empty()) return fail("Without TLS, or without a look at the certificate: " + sentence(plain));
  return pass("Every address beyond this machine is https. No setting switches verification off.");
}

// Where records or checkpoints go beside the trail, so that who wipes this machine does not wipe all.
Texts second_places(const config::Settings& settings) {
  Texts places;
  if (!settings.audit.checkpoints.empty()) places.emplace_back("audit.checkpoints");
  if (!settings.audit.webhook.empty()) places.emplace_back("audit.webhook");
  if (!settings.syslog.server.empty() && settings.syslog.records) places.emplace_back("syslog.server");
  return places;
}

Outcome judge_audit(const Facts& facts) {
  const config::Audit& audit = settings_in(facts).audit;
  if (!audit.enabled) return fail("audit.enabled is false.");
  if (audit.on_failure != config::AuditFailure::kDeny) return fail("audit.on_failure is warn.");
  if (!audit.webhook.empty() && audit.webhook_secret.secret.size() < kSecretBytesMin) {
    return fail("audit.webhook_secret is missing or short.");
  }
  const Texts places = second_places(settings_in(facts));
  if (places.empty()) return fail("Nothing leaves the folder of the trail: no checkpoints, no webhook, no syslog.");
  return pass("The trail is durable and fails closed. Also: " + sentence(places));
}

Outcome judge_paths(const Facts& facts) {
  const config::Settings& settings = settings_in(facts);
  Texts bad;
  const auto look_at = [&](std::string_view name, const std::string& path) {
    if (path.empty()) return;
    if (!path.starts_with('/')) bad.push_back(fmt::format("{} is relative", name));
    for (const std::string_view shared : {"/tmp", "/var/tmp", "/dev/shm"}) {
      if (path == shared || path.starts_with(std::string(shared) + "/")) {
        bad.push_back(fmt::format("{} is below {}", name, shared));
      }
    }
  };
  look_at("storage.directory", settings.storage.directory);
  look_at("cache.db_path", settings.cache.db_path);
  look_at("audit.directory", settings.audit.directory);
  if (facts.data && !facts.data->files.empty()) {
    const FileFact& directory = facts.data->files.front();
    if (directory.exists && (directory.mode & 077) != 0) {
      bad.push_back(fmt::format("the data directory has mode {:04o}", directory.mode & 07777));
    }
  }
  if (!bad.empty()) return fail(sentence(bad));
  return pass("The paths are absolute and not in a folder that all users share.");
}

Outcome judge_alerts(const Facts& facts) {
  const config::Settings& settings = settings_in(facts);
  const config::Alerts& alerts = settings.alerts;
  Texts sinks;
  if (!settings.syslog.server.empty() && settings.syslog.alerts) sinks.emplace_back("syslog.server");
  if (!settings.mail.server.empty() && !settings.mail.to.empty()) sinks.emplace_back("mail.server");
  if (!alerts.webhook.empty()) {
    const auto url = http::parse_url(alerts.webhook);
    if (!url || (url->scheme != "https" && !http::is_loopback_literal(url->host))) {
      return fail("alerts.webhook is no https address.");
    }
    if (alerts.webhook_secret.secret.size() < kSecretBytesMin)
      return fail("alerts.webhook_secret is missing or short.");
    sinks.emplace_back("alerts.webhook, signed");
  }
  if (sinks.empty()) return fail("Alerts are in the log only: no webhook, no syslog, no mail.");
  return pass("Alerts go to " + sentence(sinks));
}

Outcome judge_scopes(const Facts& facts) {
  const auto& asked = settings_in(facts).spotify.scopes;
  Texts needless;
  for (const oauth::Scope& scope : asked) {
    if (std::ranges::find(facts.program.needed_scopes, scope.text()) == facts.program.needed_scopes.end()) {
      needless.push_back(scope.text());
    }
  }
  if (!needless.empty()) return fail("No tool that is offered needs: " + sentence(needless));
  return pass(asked.empty() ? "A login asks for what the offered tools need."
                            : fmt::format("Each of the {} permissions is needed by a tool.", asked.size()));
}

Outcome judge_consent(const Facts& facts) {
  Texts silent;
  size_t destructive = 0;
  for (const ToolFact& tool : facts.program.tools) {
    if (!tool.is_destructive) continue;
    ++destructive;
    if (!tool.asks) silent.push_back(tool.name);
  }
  if (facts.program.tools.empty()) return error("It is not known which tools are offered.");
  if (destructive == 0) return pass("No tool that takes something away is offered.");
  if (!silent.empty()) return fail("They take something away without asking: " + sentence(silent));
  return pass(fmt::format("All {} tools that take something away ask a person first.", destructive));
}

Outcome judge_kdf(const Facts& facts) {
  constexpr uint32_t kMemoryKibMin = 19 * 1024;
  constexpr uint32_t kPassesMin = 2;
  const crypto::Argon2Cost cost = facts.config->stretched.value_or(facts.program.kdf);
  return judge(cost.memory_kib >= kMemoryKibMin && cost.passes >= kPassesMin,
               fmt::format("A passphrase is stretched by argon2id with {} KiB and {} passes{}.", cost.memory_kib,
                           cost.passes, facts.config->stretched ? ", as the sealed file says" : ""));
}

// By the settings, and by the file itself where the listener was asked.
Outcome judge_contact(const Facts& facts) {
  const std::string& contact = settings_in(facts).server.security_contact;
  if (contact.empty()) return fail("server.security_contact is not set, so there is no /.well-known/security.txt.");
  if (facts.listener) {
    const auto found = facts.listener->probes.find("security.txt");
    const bool named = found != facts.listener->probes.end() && found->second.status == 200 &&
                       found->second.body.contains("Contact: " + contact) && found->second.body.contains("Expires: ");
    if (!named) return fail("/.well-known/security.txt does not give it.");
  }
  return pass("/.well-known/security.txt names a contact.");
}

const Check kChecks[] = {
    {"CFG-01",
     "The settings file is private, and so is the way to it",
     Severity::kHigh,
     Subject::kConfig,
     {"A05", "A02", "PR.DS-01", "8.3, 8.9", "CC6.1"},
     "Run `chmod 600 FILE`, give it to the user who runs the server, and take the right to write to its folders from "
     "others.",
     [](const Facts& facts) {
       if (facts.config->file.empty()) return not_applicable("There is no settings file.");
       const std::string weak = weak_place(*facts.config);
       return judge(weak.empty(), weak.empty() ? "The file and its folders are closed to others." : weak + ".");
     }},
    {"CFG-02",
     "No secret stands in the settings in the clear",
     Severity::kCritical,
     Subject::kConfig,
     {"A02", "A04", "PR.AA-01, PR.DS-01", "5.17, 8.24", "CC6.1"},
     "Put secrets into files of their own and name them by ${file:PATH} or a *_FILE variable, or seal the settings: "
     "`config seal FILE --output SEALED`.",
     [](const Facts& facts) {
       if (facts.config->is_sealed) return pass("The settings are sealed.");
       if (facts.config->file.empty()) return not_applicable("There is no settings file.");
       const Texts& found = facts.config->plain_secrets;
       return judge(found.empty(), found.empty() ? "None was found." : "A secret in the clear: " + sentence(found));
     }},
    {"CFG-03",
     "The settings are well-formed, with no unknown and no doubled name",
     Severity::kHigh,
     Subject::kConfig,
     {"A05", "A02", "PR.PS-01", "8.9", "CC7.1"},
     "Mend what the evidence names; `config check` says the same with more words.",
     [](const Facts& facts) {
       if (!facts.config->problems.empty()) return fail(sentence(facts.config->problems));
       if (!facts.config->unset_variables.empty()) {
         return warn("They are well-formed. Not set here, so not judged: " + sentence(facts.config->unset_variables));
       }
       return pass("Every setting is known and in its range.");
     }},
    {"CFG-04",
     "The kind of deployment is declared",
     Severity::kHigh,
     Subject::kConfig,
     {"A05", "A02", "PR.PS-01", "8.31", "CC8.1"},
     "Set environment, or DEPLOYMENT_ENVIRONMENT, to development, staging or production; seal the settings for the one "
     "that they are for.",
     [](const Facts& facts) {
       const ConfigFacts& config = *facts.config;
       const std::string_view here = schema::enum_name(facts.environment);
       if (config.is_sealed && config.sealed_environment != here) {
         return fail(fmt::format("The settings were sealed for {}, and this is {}.", config.sealed_environment, here));
       }
       return judge(config.is_sealed || config.environment_is_declared,
                    config.is_sealed || config.environment_is_declared
                        ? fmt::format("It is {}.", here)
                        : fmt::format("Nobody declared it; {} is assumed.", here));
     }},
    {"CFG-05",
     "The log of a production server has no debug lines",
     Severity::kHigh,
     Subject::kSettings,
     {"A05", "A02", "PR.PS-04", "8.15", "CC7.2"},
     "Set server.log_level to info.",
     [](const Facts& facts) {
       const bool debugs = settings_in(facts).server.log_level == config::LogLevel::kDebug;
       if (debugs && facts.environment != Deployment::kProduction) return warn("server.log_level is debug.");
       return judge(!debugs, debugs ? "server.log_level is debug." : "server.log_level is info or higher.");
     }},
    {"CFG-10",
     "Spotify sends the browser to https or to a loopback literal",
     Severity::kCritical,
     Subject::kSettings,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Set spotify.redirect_uri to https, or to http://127.0.0.1/callback, and register the same in Spotify's "
     "dashboard.",
     judge_redirect},
    {"CFG-11",
     "The login asks for no permission that no tool needs",
     Severity::kMedium,
     Subject::kSettings,
     {"A01", "A01", "PR.AA-05", "8.2, 5.18", "CC6.3"},
     "Take the permissions out of spotify.scopes, or leave it empty.",
     judge_scopes},
    {"CFG-13",
     "A login that nobody completes ends within five minutes",
     Severity::kHigh,
     Subject::kSettings,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Set security.session_timeout_minutes to 5 or less.",
     [](const Facts& facts) {
       constexpr int64_t kMinutesMax = 5;
       const int64_t minutes = settings_in(facts).security.session_timeout_minutes.value();
       return judge(minutes <= kMinutesMax, fmt::format("security.session_timeout_minutes is {}.", minutes));
     }},
    {"CFG-14",
     "A user has three sessions at most",
     Severity::kMedium,
     Subject::kSettings,
     {"A07", "A07", "PR.AA-05", "8.5", "CC6.1"},
     "Set security.max_sessions_per_user to 3 or less.",
     [](const Facts& facts) {
       constexpr int64_t kSessionsMax = 3;
       const int64_t sessions = settings_in(facts).security.max_sessions_per_user.value();
       return judge(sessions <= kSessionsMax, fmt::format("security.max_sessions_per_user is {}.", sessions));
     }},
    {"CFG-19",
     "The server talks to Spotify and to declared servers alone",
     Severity::kHigh,
     Subject::kSettings,
     {"A10", "A01", "PR.IR-01", "8.20, 8.23", "CC6.6"},
     "Set api.base_url and api.accounts_url to Spotify's servers, or remove both.",
     judge_egress},
    {"CFG-20",
     "TLS is verified everywhere",
     Severity::kCritical,
     Subject::kSettings,
     {"A02", "A04", "PR.DS-02", "8.24", "CC6.7"},
     "Use https, or tls:// for a collector of logs, for every address that is not on this machine.",
     judge_tls},
    {"CFG-25",
     "The audit trail is durable, fails closed and has a second place",
     Severity::kHigh,
     Subject::kSettings,
     {"A09", "A09", "PR.PS-04", "8.15", "CC7.2"},
     "Set audit.enabled to true, audit.on_failure to deny, and audit.checkpoints to a file on another disk or machine.",
     judge_audit},
    {"CFG-26",
     "Audit records are kept for as long as the policy asks",
     Severity::kMedium,
     Subject::kSettings,
     {"A09", "A09", "PR.PS-04", "5.33, 8.15", "CC7.2"},
     "Switch the trail on and set audit.retention_days to 365 or more.",
     [](const Facts& facts) {
       constexpr int64_t kDaysMin = 365;
       const config::Audit& audit = settings_in(facts).audit;
       if (!audit.enabled) return fail("There is no trail: audit.enabled is false.");
       return judge(audit.retention_days.value() >= kDaysMin,
                    fmt::format("audit.retention_days is {}.", audit.retention_days.value()));
     }},
    {"CFG-27",
     "Data lies in private folders of its own",
     Severity::kMedium,
     Subject::kSettings,
     {"A05", "A02", "PR.DS-01", "8.3", "CC6.1"},
     "Set storage.directory, cache.db_path and audit.directory to absolute paths outside of /tmp, in folders with mode "
     "0700.",
     judge_paths},
    {"CFG-29",
     "A passphrase is stretched at the floor of OWASP or above",
     Severity::kHigh,
     Subject::kConfig,
     {"A02", "A04", "PR.DS-01", "8.24", "CC6.1"},
     "Seal the settings anew with this version, which stretches with 64 MiB and 3 passes.",
     judge_kdf},
    {"CFG-30",
     "The master key is not older than the rotation policy",
     Severity::kMedium,
     Subject::kKeys,
     {"A02", "A04", "PR.AA-01", "8.24", "CC6.1"},
     "Run `keys rotate` (docs/keys.md), or set security.key_rotation_days to 30 or less.",
     [](const Facts& facts) {
       constexpr std::chrono::days kAgeMax{31};
       if (!facts.keys->made) return manual("The age of a key that comes from the environment is not known here.");
       return judge(facts.now - *facts.keys->made <= kAgeMax,
                    fmt::format("It was made on {}; the policy is {} days.", day(*facts.keys->made), kAgeMax.count()));
     }},
    {"CFG-31",
     "Backups are made, and sealed",
     Severity::kMedium,
     Subject::kNothing,
     {"A04", "A06", "PR.DS-11", "8.13", "A1.2"},
     "Make encrypted backups regularly, and tell this command where they are.",
     [](const Facts& facts) {
       if (!facts.backups) return facts.backups.lacking();
       return judge(facts.backups->is_encrypted && facts.backups->last.has_value(),
                    facts.backups->is_encrypted ? "Backups are sealed." : "The backup is not encrypted.");
     }},
    {"CFG-32",
     "Alerts reach someone, signed",
     Severity::kMedium,
     Subject::kSettings,
     {"A09", "A09", "DE.AE-06", "8.16", "CC7.3"},
     "Set alerts.webhook to an https address and alerts.webhook_secret to the output of `openssl rand -hex 32`.",
     judge_alerts},
    {"CFG-33",
     "Tools that take something away ask a person first",
     Severity::kMedium,
     Subject::kProgram,
     {"A04", "A06", "PR.AA-05", "8.2", "CC6.3"},
     "Set tools.read_only, or remove the tools that the evidence names.",
     judge_consent},
    {"CFG-36",
     "There is a contact for security reports",
     Severity::kLow,
     Subject::kSettings,
     {"A05", "A02", "ID.RA-08", "5.5, 6.8", "CC2.3"},
     "Set server.security_contact, which serve gives at /.well-known/security.txt (RFC 9116).",
     judge_contact},
    {"CFG-37",
     "No example value was left in the settings",
     Severity::kHigh,
     Subject::kConfig,
     {"A05", "A02", "PR.PS-01", "8.9", "CC6.1"},
     "Replace the value of the settings that the evidence names.",
     [](const Facts& facts) {
       Texts found;
       find_examples(facts.config->document, "", found);
       return judge(found.empty(), found.empty() ? "None was found." : "An example was left in: " + sentence(found));
     }},
    {"CFG-38",
     "Words from outside are cleaned, and answers have a limit",
     Severity::kHigh,
     Subject::kProgram,
     {"A03", "A05", "PR.DS-10", "8.12, 8.26", "CC6.8"},
     "Use a build whose self-tests pass.",
     [](const Facts& facts) {
       const auto cleaned = facts.self_tests.find("SLF-05");
       if (cleaned == facts.self_tests.end()) return error("The self-test of the sanitiser did not run.");
       const bool good = cleaned->second.failures.empty() && facts.program.answer_bytes_max > 0;
       return judge(good, fmt::format("The sanitiser is always on and {}; an answer has {} bytes at most.",
                                      cleaned->second.failures.empty() ? "passes its self-test" : "FAILS its self-test",
                                      facts.program.answer_bytes_max));
     }},
    {"CFG-39",
     "No answer of Spotify is kept for long",
     Severity::kMedium,
     Subject::kSettings,
     {"A04", "A06", "ID.AM-08", "8.10", "C1.2"},
     "Use a build whose times are below a day, or set cache.enabled to false.",
     [](const Facts& facts) {
       constexpr int64_t kHoursMax = 24;
       if (!settings_in(facts).cache.enabled) return pass("Nothing is cached: cache.enabled is false.");
       return judge(facts.program.cache_hours_max <= kHoursMax,
                    fmt::format("The longest time is {} hours.", facts.program.cache_hours_max));
     }},
};

}  // namespace

std::span<const Check> config_checks() { return kChecks; }

}  // namespace checks
