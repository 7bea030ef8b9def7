// What holds for every check: a fixture that passes, one that fails, controls of each framework; and what the reports
// make of it.
#include <fmt/format.h>
#include <map>
#include <set>

#include "base/text.h"
#include "checks/asvs.h"
#include "checks/render.h"
#include "checks/report.h"
#include "checks/words.h"
#include "json/write.h"
#include "tests/unit/checks/fixtures.h"

#include "tests/test.h"

namespace checks {
namespace {

TEST_CASE("there are 179 checks and 10 attestations, in the families of the guide") {
  std::map<std::string_view, int> families;
  std::set<std::string_view> ids;
  for (const Check* check : catalogue()) {
    ++families[family_of(*check)];
    CHECK(ids.insert(check->id).second);
  }
  const std::map<std::string_view, int> expected{{"AUD", 13}, {"AUT", 13}, {"BIN", 14}, {"CFG", 40}, {"CRY", 9},
                                                 {"CTR", 6},  {"DAT", 6},  {"DEP", 11}, {"HST", 20}, {"K8S", 16},
                                                 {"NET", 18}, {"ORG", 10}, {"SLF", 12}, {"SYS", 1}};
  CHECK(families == expected);
}

TEST_CASE("every check passes where all is well, and fails on its own break") {
  std::map<std::string_view, void (*)(Facts&)> by_id;
  for (const Break& each : breaks()) CHECK(by_id.emplace(each.id, each.apply).second);
  const Facts good = good_facts();
  for (const Check* check : catalogue()) {
    INFO(check->id);
    const Outcome well = evaluate(*check, good);
    INFO(well.evidence);
    CHECK(well.status == Status::kPass);
    CHECK(!well.evidence.empty());
    REQUIRE(by_id.contains(check->id));
    Facts bad = good_facts();
    by_id[check->id](bad);
    const Outcome wrong = evaluate(*check, bad);
    INFO(wrong.evidence);
    CHECK(wrong.status == Status::kFail);
    CHECK(!wrong.evidence.empty());
  }
  CHECK(by_id.size() == catalogue().size());
}

TEST_CASE("where nothing was looked at, no check passes") {
  for (const Check* check : catalogue()) {
    // What is built into the program is always known.
    if (check->subject == Subject::kProgram) continue;
    INFO(check->id);
    const Outcome outcome = evaluate(*check, Facts());
    CHECK(outcome.status != Status::kPass);
    CHECK(outcome.status != Status::kWarn);
    CHECK(!outcome.evidence.empty());
  }
}

TEST_CASE("every check is evidence for controls of each framework") {
  std::map<std::string, int> owasp21;
  std::map<std::string, int> owasp25;
  for (const Check* check : catalogue()) {
    INFO(check->id);
    for (const Framework framework :
         {Framework::kOwasp21, Framework::kOwasp25, Framework::kCsf2, Framework::kIso27001, Framework::kSoc2}) {
      const auto names = controls_of(*check, framework);
      CHECK(!names.empty());
      for (const std::string_view name : names) CHECK(!name.empty());
    }
    CHECK(!check->title.empty());
    CHECK(check->remedy.ends_with('.'));
    if (family_of(*check) == "ORG") continue;
    ++owasp21[std::string(check->mapping.owasp21)];
    ++owasp25[std::string(check->mapping.owasp25)];
  }
  const std::map<std::string, int> expected21{{"A01", 10}, {"A02", 24}, {"A03", 8},  {"A04", 26}, {"A05", 43},
                                              {"A06", 12}, {"A07", 17}, {"A08", 16}, {"A09", 17}, {"A10", 6}};
  const std::map<std::string, int> expected25{{"A01", 16}, {"A02", 41}, {"A03", 16}, {"A04", 24}, {"A05", 8},
                                              {"A06", 21}, {"A07", 17}, {"A08", 11}, {"A09", 18}, {"A10", 7}};
  CHECK(owasp21 == expected21);
  CHECK(owasp25 == expected25);
}

// Checks of what the ASVS does not speak of, and why.
constexpr std::string_view kBackups = "backups and whole data";
constexpr std::string_view kWatching = "who watches, and where";
constexpr std::string_view kOperation = "how an operator runs it";
constexpr std::string_view kPeople = "what people do";
const std::map<std::string_view, std::string_view> kOutsideAsvs{
    {"AUD-11", kWatching},  {"AUD-13", kWatching},  {"AUT-02", "metadata"},  {"AUT-13", "changes of a release"},
    {"CFG-31", kBackups},   {"CFG-32", kWatching},  {"CFG-34", "Spotify's"}, {"CFG-36", "reports of flaws"},
    {"CRY-09", kOperation}, {"CTR-05", kOperation}, {"DAT-01", kBackups},    {"DAT-03", kBackups},
    {"DEP-06", "licences"}, {"HST-09", kOperation}, {"HST-13", kOperation},  {"HST-20", kOperation},
    {"K8S-12", kOperation}, {"K8S-13", kOperation}, {"ORG-01", kPeople},     {"ORG-02", kPeople},
    {"ORG-03", kPeople},    {"ORG-04", kPeople},    {"ORG-05", kPeople},     {"ORG-06", kPeople},
    {"ORG-07", kPeople},    {"ORG-08", kPeople},    {"ORG-09", kPeople},     {"ORG-10", kPeople}};

TEST_CASE("ASVS 5.0: every check is mapped to requirements that there are, or is of what it does not speak of") {
  for (const Check* check : catalogue()) {
    INFO(check->id);
    const auto names = controls_of(*check, Framework::kAsvs5);
    CHECK(names.empty() == kOutsideAsvs.contains(check->id));
    for (const std::string_view name : names) {
      INFO(name);
      const auto parts = base::split(name, '.');
      REQUIRE(parts.size() == 3);
      const auto chapters = asvs_chapters();
      const auto chapter = std::ranges::find_if(chapters, [name](const auto& each) { return each.has(name); });
      REQUIRE(chapter != chapters.end());
      const auto section = base::parse_integer(parts[1]).value_or(0);
      REQUIRE((section >= 1 && section <= static_cast<int64_t>(chapter->sections.size())));
      const auto number = base::parse_integer(parts[2]).value_or(0);
      CHECK((number >= 1 && number <= chapter->sections[static_cast<size_t>(section - 1)]));
    }
  }
  size_t requirements = 0;
  for (const AsvsChapter& chapter : asvs_chapters()) requirements += chapter.requirements();
  CHECK(requirements == 345);
}

Report report_of(std::string_view command, const Facts& facts, Request request = {}) {
  request.command = command;
  auto report = make_report(std::move(request), facts, "0.1.0");
  REQUIRE(report);
  return *std::move(report);
}

TEST_CASE("a report says how far it goes in each chapter of the ASVS, and what nothing is evidence for") {
  Facts facts = good_facts();
  const auto chapter = [&facts](std::string_view id) {
    const auto all = asvs_coverage(report_of("compliance", facts));
    return *std::ranges::find_if(all, [id](const AsvsCoverage& each) { return each.chapter->id == id; });
  };
  CHECK(chapter("V4").mapped == 4);
  CHECK(chapter("V4").evidenced == 4);
  CHECK(chapter("V5").mapped == 0);
  facts.config->settings->security.enable_request_signing = false;  // CFG-28, the only one of 4.1.5.
  CHECK(chapter("V4").mapped == 4);
  CHECK(chapter("V4").evidenced == 3);
  const Report report = report_of("compliance", facts);
  const std::string text = to_text(report, {.verbose = false, .framework = Framework::kAsvs5});
  CHECK(text.contains("OWASP ASVS 5.0: evidence for "));
  CHECK(text.contains("V5   File Handling                        mapped   0 of 13  evidence   0"));
  CHECK(text.contains("of its 345 requirements; for the others there is no evidence here"));
  // In the order of their numbers.
  CHECK(text.find("\n  2.2.1 ") < text.find("\n  10.1.2 "));
  CHECK(!text.contains("SOC 2"));
  CHECK(to_html(report, {}).contains("<tr><td class=id>V17<td>WebRTC<td class=n>12<td class=n>0<td class=n>0</tr>"));
  const json::Value json = to_json(report, {.verbose = false, .framework = Framework::kAsvs5});
  CHECK(json.find("asvs5_chapters")->find("V4")->find("evidence")->integer() == 3);
  CHECK(explain("CFG-28")->contains("OWASP ASVS 5.0: 4.1.5"));
  CHECK(counts_before("8.9", "8.10"));
  CHECK(counts_before("CC6.8", "CC7.1"));
  CHECK(!counts_before("10.1.2", "2.2.1"));
  CHECK(!counts_before("5.7", "5.7"));
}

std::string status_in(const Report& report, std::string_view id) {
  for (const Finding& finding : report.findings) {
    if (finding.check->id == id) return std::string(status_name(finding.outcome.status));
  }
  return "none";
}

TEST_CASE("root may let a group read the settings that the service must not change, and nobody else may") {
  const auto judged = [](uint32_t owner, uint32_t mode) {
    Facts facts = good_facts();
    facts.config->way.front().owner = owner;
    facts.config->way.front().mode = mode;
    return status_in(report_of("config", facts), "CFG-01");
  };
  CHECK(judged(0, 0640) == "pass");
  CHECK(judged(0, 0440) == "pass");
  CHECK(judged(0, 0644) == "fail");
  CHECK(judged(0, 0660) == "fail");
  CHECK(judged(990, 0640) == "fail");
}

TEST_CASE("CRY-06: root may let a group read the key of a service, and nobody else may") {
  const auto judged = [](uint32_t owner, uint32_t mode) {
    Facts facts = good_facts();
    facts.keys->file->owner = owner;
    facts.keys->file->mode = mode;
    return status_in(report_of("runtime", facts), "CRY-06");
  };
  CHECK(judged(0, 0440) == "pass");
  CHECK(judged(0, 0640) == "pass");
  CHECK(judged(0, 0444) == "fail");
  CHECK(judged(0, 0660) == "fail");
  CHECK(judged(990, 0440) == "fail");
  CHECK(judged(990, 0600) == "pass");
}

TEST_CASE("CFG-36: where the listener was asked, the file itself has to give the contact of the settings") {
  const auto judged = [](int status, std::string body) {
    Facts facts = good_facts();
    ProbeFact& probe = facts.listener->probes.find("security.txt")->second;
    probe.status = status;
    probe.body = std::move(body);
    return status_in(report_of("config", facts), "CFG-36");
  };
  CHECK(judged(200, "Contact: mailto:security@example.com\nExpires: 2027-03-01T00:00:00Z\n") == "pass");
  CHECK(judged(404, "") == "fail");
  CHECK(judged(200, "Contact: mailto:other@example.com\nExpires: 2027-03-01T00:00:00Z\n") == "fail");
  CHECK(judged(200, "Contact: mailto:security@example.com\n") == "fail");
}

// Of every setting: what turns a check, or why no check asks for it.
struct Change {
  std::string_view key;
  void (*apply)(Facts&);
  std::string_view why_none = {};
};

config::Settings& settings_of(Facts& facts) { return *facts.config->settings; }
void listen_beyond(Facts& f) { settings_of(f).server.host = "0.0.0.0"; }
void speak_tls(Facts& f) {
  listen_beyond(f);
  settings_of(f).server.allowed_hosts = {"mcp.example.com"};
  settings_of(f).server.tls_certificate = "/etc/certificate.pem";
}

constexpr std::string_view kTaste = "what is offered or how it looks, not how safe it is";
constexpr std::string_view kOther = "another setting decides whether it is used, and the start of a server checks it";

const Change kChanges[] = {
    {"environment", [](Facts& f) { f.config->environment_is_declared = false; }},
    {"spotify.client_id", [](Facts& f) { f.config->document = json::Object{{"client_id", "your_client_id"}}; }},
    {"spotify.client_secret", [](Facts& f) { f.config->plain_secrets = {"spotify.client_secret"}; }},
    {"spotify.client_secret_previous", [](Facts& f) { f.config->plain_secrets = {"spotify.client_secret_previous"}; }},
    {"spotify.redirect_uri", [](Facts& f) { settings_of(f).spotify.redirect_uri = "http://example.com/callback"; }},
    {"spotify.scopes",
     [](Facts& f) { settings_of(f).spotify.scopes = {oauth::Scope::parse("user-read-email").value()}; }},
    {"spotify.regime", nullptr, kTaste},
    {"server.host", listen_beyond},
    {"server.port", [](Facts& f) { settings_of(f).metrics.port = settings_of(f).server.port; }},
    {"server.log_level", [](Facts& f) { settings_of(f).server.log_level = config::LogLevel::kDebug; }},
    {"server.auth", [](Facts& f) { settings_of(f).server.auth = config::HttpAuth::kNone; }},
    {"server.allowed_hosts", [](Facts& f) { settings_of(f).server.allowed_hosts = {"*"}; }},
    {"server.allowed_origins", [](Facts& f) { settings_of(f).server.allowed_origins = {"null"}; }},
    {"server.tls_certificate", listen_beyond},
    {"server.tls_key", speak_tls},
    {"server.trusted_proxies", [](Facts& f) { f.trusted_proxies = Texts{"0.0.0.0/0"}; }},
    {"server.connections_per_client",
     [](Facts& f) {
       speak_tls(f);
       settings_of(f).server.tls_key = "/etc/key.pem";
       settings_of(f).server.connections_per_client = schema::Bounded<0, 10000>(0);
     }},
    {"server.requests_per_user",
     [](Facts& f) { settings_of(f).server.requests_per_user = schema::Bounded<0, 1000>(0); }},
    {"server.streams_per_user", [](Facts& f) { settings_of(f).server.streams_per_user = schema::Bounded<0, 1000>(0); }},
    {"server.security_contact", [](Facts& f) { settings_of(f).server.security_contact.clear(); }},
    {"api.base_url", [](Facts& f) { settings_of(f).api.base_url = "https://example.com"; }},
    {"api.accounts_url", [](Facts& f) { settings_of(f).api.accounts_url = "http://example.com"; }},
    {"api.timeout", [](Facts& f) { settings_of(f).api.timeout = config::Seconds(600); }},
    {"api.rate_limit", [](Facts& f) { settings_of(f).api.rate_limit = schema::Bounded<1, 1000>(51); }},
    {"cache.enabled", [](Facts& f) { f.program.cache_hours_max = 48; }},
    {"cache.db_path", [](Facts& f) { settings_of(f).cache.db_path = "/tmp/cache.db"; }},
    {"storage.directory", [](Facts& f) { settings_of(f).storage.directory = "data"; }},
    {"tools.toolsets", nullptr, kTaste},
    {"tools.tools", nullptr, kTaste},
    {"store.url", [](Facts& f) { settings_of(f).store.url = "postgres://mcp@db.example.com/mcp?sslmode=require"; }},
    {"store.password", [](Facts& f) { f.config->plain_secrets = {"store.password"}; }},
    {"store.ca_file", nullptr, kOther},
    {"tools.read_only", nullptr, kTaste},
    {"tools.writes_per_minute",
     [](Facts& f) { settings_of(f).tools.writes_per_minute = schema::Bounded<0, 10'000>(0); }},
    {"tools.writes_per_day", [](Facts& f) { settings_of(f).tools.writes_per_day = schema::Bounded<0, 1'000'000>(0); }},
    {"privacy.lockdown", nullptr, kTaste},
    {"security.session_timeout_minutes",
     [](Facts& f) { settings_of(f).security.session_timeout_minutes = schema::Bounded<1, 60>(6); }},
    {"security.max_sessions_per_user",
     [](Facts& f) { settings_of(f).security.max_sessions_per_user = schema::Bounded<1, 100>(9); }},
    {"security.enable_request_signing", [](Facts& f) { settings_of(f).security.enable_request_signing = false; }},
    {"security.check_at_start", nullptr, "when the checks are asked, not what they say"},
    {"security.key_rotation_days",
     [](Facts& f) { f.keys->made = base::Wall{kNow.unix_ms - 40 * int64_t{86'400'000}}; }},
    {"audit.enabled", [](Facts& f) { settings_of(f).audit.enabled = false; }},
    {"audit.on_failure", [](Facts& f) { settings_of(f).audit.on_failure = config::AuditFailure::kWarn; }},
    {"audit.directory", [](Facts& f) { settings_of(f).audit.directory = "/dev/shm/audit"; }},
    {"audit.checkpoints", [](Facts& f) { settings_of(f).audit.checkpoints.clear(); }},
    {"audit.retention_days", [](Facts& f) { settings_of(f).audit.retention_days = schema::Bounded<1, 36'500>(30); }},
    {"audit.webhook", [](Facts& f) { settings_of(f).audit.webhook = "http://logs.example.com"; }},
    {"audit.webhook_secret",
     [](Facts& f) {
       settings_of(f).audit.webhook = "https://logs.example.com";
       settings_of(f).audit.webhook_secret = config::SecretText("short");
     }},
    {"metrics.port", [](Facts& f) { settings_of(f).metrics.port = settings_of(f).server.port; }},
    {"alerts.webhook", [](Facts& f) { settings_of(f).alerts.webhook = "http://alerts.example.com"; }},
    {"alerts.webhook_secret", [](Facts& f) { settings_of(f).alerts.webhook_secret = config::SecretText("short"); }},
    {"syslog.server",
     [](Facts& f) {
       // The one second place, in the clear.
       settings_of(f).audit.checkpoints.clear();
       settings_of(f).syslog.server = "tcp://logs.example.com:514";
     }},
    {"syslog.ca_file", nullptr, kOther},
    {"syslog.records",
     [](Facts& f) {
       settings_of(f).audit.checkpoints.clear();
       settings_of(f).syslog.server = "tls://logs.example.com:6514";
       settings_of(f).syslog.records = false;
     }},
    {"syslog.alerts",
     [](Facts& f) {
       settings_of(f).alerts.webhook.clear();
       settings_of(f).syslog.server = "tls://logs.example.com:6514";
       settings_of(f).syslog.alerts = false;
     }},
    {"mail.server", nullptr, kOther},
    {"mail.from", nullptr, kOther},
    {"mail.to",
     [](Facts& f) {
       settings_of(f).alerts.webhook.clear();
       settings_of(f).mail.server = "smtps://mail.example.com:465";
     }},
    {"mail.user", nullptr, kOther},
    {"mail.password", [](Facts& f) { f.config->plain_secrets = {"mail.password"}; }},
    {"mail.ca_file", nullptr, kOther},
};

// "server.host", from the schema of the settings.
void collect_names(const json::Value& schema, const std::string& path, std::set<std::string>& names) {
  const json::Value* properties = schema.find("properties");
  if (properties == nullptr) {
    names.insert(path);
    return;
  }
  for (const auto& [name, member] : properties->object()) {
    collect_names(member, path.empty() ? name : path + "." + name, names);
  }
}

TEST_CASE("each settings key that matters, changed, turns a check; of the others it is said why not") {
  std::set<std::string> names;
  collect_names(json::Value(schema::json_schema<config::Settings>()), "", names);
  CHECK(names.size() > 40);
  CHECK(exit_code_of(report_of("config", good_facts())) == 0);
  for (const Change& change : kChanges) {
    INFO(change.key);
    CHECK(names.erase(std::string(change.key)) == 1);
    CHECK((change.apply == nullptr) == !change.why_none.empty());
    if (change.apply == nullptr) continue;
    Facts facts = good_facts();
    change.apply(facts);
    CHECK(report_of("config", facts).count(Status::kFail) > 0);
  }
  // What is left over has no row.
  for (const std::string& name : names) {
    INFO(name);
    CHECK(false);
  }
}

TEST_CASE("beyond loopback there is TLS, or a proxy that is named and a login") {
  Facts facts = good_facts();
  const auto status_of = [&facts](const char* id) { return evaluate(*find_check(id), facts).status; };
  config::Server& server = settings_of(facts).server;
  server.host = "0.0.0.0";
  CHECK(status_of("CFG-06") == Status::kFail);
  server.trusted_proxies = {"10.0.0.1"};
  CHECK(status_of("CFG-06") == Status::kPass);
  server.auth = config::HttpAuth::kNone;
  CHECK(status_of("CFG-06") == Status::kFail);
  CHECK(status_of("CFG-12") == Status::kFail);
  server.tls_certificate = "/etc/certificate.pem";
  CHECK(status_of("CFG-06") == Status::kFail);
  server.tls_key = "/etc/key.pem";
  CHECK(status_of("CFG-06") == Status::kPass);
  for (const char* block : {"0.0.0.0/0", "::/0", "10.0.0.0/7", "2001::/16", "everybody", "10.0.0.1/8"}) {
    INFO(block);
    facts.trusted_proxies = Texts{"192.0.2.7", block};
    CHECK(status_of("CFG-24") == Status::kFail);
  }
  facts.trusted_proxies = Texts{"192.0.2.7", "10.0.0.0/8", "2001:db8::/32"};
  CHECK(status_of("CFG-24") == Status::kPass);
}

TEST_CASE("keys have scopes and an end within a year, and signed requests are good once") {
  Facts facts = good_facts();
  const auto status_of = [&facts](const char* id) { return evaluate(*find_check(id), facts).status; };
  ApiKeyFact& key = facts.api_keys->front();
  key.expires = key.made + std::chrono::days(366);
  CHECK(status_of("CFG-40") == Status::kFail);
  key.expires = key.made + std::chrono::days(365);
  CHECK(status_of("CFG-40") == Status::kPass);
  key.scopes = 0;
  CHECK(status_of("CFG-40") == Status::kFail);
  facts.program.keeps_nonces = false;
  CHECK(status_of("CFG-28") == Status::kFail);
  facts.program.keeps_nonces = true;
  facts.program.signature_window_seconds = 301;
  CHECK(status_of("CFG-28") == Status::kFail);
  facts.api_keys = Fact<std::vector<ApiKeyFact>>::absent("server.auth is not api-key.");
  CHECK(status_of("CFG-28") == Status::kNotApplicable);
}

TEST_CASE("a certificate is renewed when a third of its life or a week is left") {
  constexpr int64_t kDayMs = 86'400'000;
  Facts facts = good_facts();
  const auto status_with = [&](int64_t life, int64_t left) {
    facts.certificate->not_after = {kNow.unix_ms + left * kDayMs};
    facts.certificate->not_before = {kNow.unix_ms + (left - life) * kDayMs};
    return evaluate(*find_check("NET-02"), facts).status;
  };
  CHECK(status_with(90, 31) == Status::kPass);
  CHECK(status_with(90, 30) == Status::kFail);
  CHECK(status_with(10, 8) == Status::kPass);
  CHECK(status_with(10, 7) == Status::kFail);
  CHECK(status_with(90, -1) == Status::kFail);
  facts.certificate->protocol.clear();
  CHECK(evaluate(*find_check("NET-03"), facts).status == Status::kFail);
}

TEST_CASE("NET-01: one server of Spotify that cannot prove itself is enough, one that ends soon is worth a look") {
  constexpr int64_t kDayMs = 86'400'000;
  Facts facts = good_facts();
  const auto outcome = [&facts] { return evaluate(*find_check("NET-01"), facts); };
  facts.spotify_tls->push_back(facts.spotify_tls->front());
  CertificateFacts& last = facts.spotify_tls->back();
  const CertificateFacts good = last;
  const auto status_with = [&](int64_t life, int64_t left) {
    last.not_after = {kNow.unix_ms + left * kDayMs};
    last.not_before = {kNow.unix_ms + (left - life) * kDayMs};
    return outcome().status;
  };
  CHECK(status_with(90, 31) == Status::kPass);
  CHECK(status_with(90, 30) == Status::kWarn);
  CHECK(status_with(10, 8) == Status::kPass);
  CHECK(status_with(10, 7) == Status::kWarn);
  CHECK(status_with(90, 0) == Status::kFail);
  last = good;
  last.about = "it does not speak TLS with us.";
  CHECK(outcome().status == Status::kFail);
  last = good;
  last.unreached = "accounts.spotify.com cannot be reached from here.";
  CHECK(outcome().status == Status::kNotApplicable);
  CHECK(outcome().evidence.starts_with("Skipped: accounts.spotify.com cannot be reached from here."));
  // What was reached counts all the same.
  facts.spotify_tls->front().chain_holds = false;
  CHECK(outcome().status == Status::kFail);
}

TEST_CASE("an open finding ends with 1, from the severity that was asked on") {
  Facts facts = good_facts();
  facts.config->settings->alerts.webhook.clear();  // Medium.
  CHECK(exit_code_of(report_of("config", facts)) == 0);
  CHECK(exit_code_of(report_of("config", facts, {.command = "", .only = {}, .fail_on = Severity::kMedium})) == 1);
  facts.config->plain_secrets = {"spotify.client_secret"};  // Critical.
  const Report report = report_of("config", facts);
  CHECK(exit_code_of(report) == 1);
  CHECK(score_of(report) == 49);
}

TEST_CASE("what could not be read counts as open where it weighs much") {
  Facts facts = good_facts();
  facts.trail = Fact<TrailFacts>::unknown("The trail cannot be read.");
  const Report report = report_of("audit", facts);
  CHECK(exit_code_of(report) == 1);
  CHECK(report.count(Status::kError) > 5);
}

constexpr std::string_view kWaiver =
    R"({"waivers":[{"id":"ID","reason":"a reason","owner":"an owner","ticket":"T-1","expires":"DAY"}]})";

std::string waiver(std::string_view id, std::string_view last) {
  std::string text(kWaiver);
  text.replace(text.find("ID"), 2, id);
  text.replace(text.find("DAY"), 3, last);
  return text;
}

TEST_CASE("a waiver holds until its last day, never for a critical finding in production, and not for long") {
  Facts facts = good_facts();
  facts.config->settings->audit.enabled = false;  // CFG-25, high.
  Request request;
  request.only = {"CFG-25"};
  request.waivers = read_waivers(waiver("CFG-25", "2026-11-30"), kNow).value();
  Report report = report_of("config", facts, request);
  CHECK(exit_code_of(report) == 0);
  CHECK(report.count(Status::kWaived) == 1);

  request.waivers = read_waivers(waiver("CFG-25", "2026-11-29"), kNow).value();
  report = report_of("config", facts, request);
  CHECK(report.count(Status::kWaived) == 0);
  CHECK(exit_code_of(report) == 4);

  // One that was renewed, whichever stands first.
  const auto renewed = read_waivers(waiver("CFG-25", "2026-12-30"), kNow).value();
  for (const bool first : {true, false}) {
    request.waivers = read_waivers(waiver("CFG-25", "2026-11-29"), kNow).value();
    request.waivers.insert(first ? request.waivers.begin() : request.waivers.end(), renewed.front());
    CHECK(exit_code_of(report_of("config", facts, request)) == 0);
  }

  facts.config->plain_secrets = {"spotify.client_secret"};
  request.only = {"CFG-02"};
  request.waivers = read_waivers(waiver("CFG-02", "2026-12-30"), kNow).value();
  CHECK(exit_code_of(report_of("config", facts, request)) == 1);
  facts.environment = config::Deployment::kStaging;
  CHECK(exit_code_of(report_of("config", facts, request)) == 0);

  CHECK(!read_waivers(waiver("CFG-02", "2027-06-30"), kNow));
  CHECK(!read_waivers(waiver("CFG-99", "2026-12-30"), kNow));
  CHECK(!read_waivers(waiver("CFG-02", "2026-02-30"), kNow));
  CHECK(!read_waivers("{\"waivers\":[{\"id\":\"CFG-02\"}]}", kNow));
  CHECK(!read_waivers("no JSON", kNow));
}

TEST_CASE("a baseline silences what failed before, and nothing new") {
  Facts facts = good_facts();
  facts.config->plain_secrets = {"spotify.client_secret"};
  const Report before = report_of("config", facts);
  const auto baseline = read_baseline(json::write(to_json(before, {})));
  REQUIRE(baseline);
  CHECK(exit_code_of(report_of("config", facts, {.command = "", .only = {}, .waivers = {}, .baseline = *baseline})) ==
        0);
  facts.config->problems = {"server.prot is not known"};
  CHECK(exit_code_of(report_of("config", facts, {.command = "", .only = {}, .waivers = {}, .baseline = *baseline})) ==
        1);
  CHECK(!read_baseline("{}"));
}

TEST_CASE("attestations are dated, owned and known") {
  const auto read = [](std::string_view date) {
    return read_attestations(fmt::format(
        R"({{"attestations":[{{"id":"ORG-01","date":"{}","owner":"an owner","evidence":"a record"}}]}})", date));
  };
  CHECK(read("2026-11-01")->at("ORG-01").owner == "an owner");
  CHECK(!read("yesterday"));
  Facts facts = good_facts();
  facts.attestations = read("2027-01-01").value();
  CHECK(evaluate(*find_check("ORG-01"), facts).status == Status::kFail);
  CHECK(evaluate(*find_check("ORG-02"), facts).status == Status::kManual);
}

TEST_CASE("the same facts give the same bytes, and no report says that a standard is met") {
  Facts facts = good_facts();
  facts.config->plain_secrets = {"spotify.client_secret"};
  const auto all_forms = [&facts] {
    const Report report = report_of("compliance", facts);
    return std::vector<std::string>{to_text(report, {.verbose = true, .framework = std::nullopt}),
                                    json::write(to_json(report, {})), json::write(to_sarif(report)),
                                    json::write(to_oscal(report)), to_html(report, {})};
  };
  const auto forms = all_forms();
  CHECK(forms == all_forms());
  for (const std::string& form : forms) {
    CHECK(!base::to_lower_ascii(form).contains("compliant"));
    CHECK(form.contains("CFG-02"));
  }
}

TEST_CASE("what evidence says steers neither a terminal nor a browser") {
  Facts facts = good_facts();
  facts.config->problems = {"\x1b[2J<script>alert(1)</script>\xE2\x80\xAEtxet"};
  const Report report = report_of("config", facts);
  CHECK(!to_text(report, {}).contains('\x1b'));
  CHECK(!to_text(report, {}).contains("\xE2\x80\xAE"));
  CHECK(to_text(report, {}).contains("?txet"));
  CHECK(!to_html(report, {}).contains("<script>"));
  CHECK(to_html(report, {}).contains("&lt;script&gt;"));
}

TEST_CASE("a check that nobody knows, or of another part, is refused with the nearest one") {
  const auto wrong = asked_by({.command = "config", .only = {"CFG-100"}});
  REQUIRE(!wrong);
  CHECK(wrong.error().message.contains("CFG-10"));
  CHECK(!asked_by({.command = "deps", .only = {"CFG-01"}}));
  CHECK(explain("CFG-02")->contains("ISO/IEC 27001:2022 Annex A: 5.17, 8.24"));
  CHECK(!explain("CFG-99"));
}

TEST_CASE("SARIF and OSCAL have the members that their schemas require") {
  Facts facts = good_facts();
  facts.config->plain_secrets = {"spotify.client_secret"};
  const Report report = report_of("all", facts);
  const json::Value sarif = to_sarif(report);
  CHECK(sarif.text_or_empty("version") == "2.1.0");
  const json::Value& run = sarif.find("runs")->array().front();
  const json::Array& rules = run.find("tool")->find("driver")->find("rules")->array();
  const std::set<std::string_view> kinds{"pass", "fail", "review", "open", "notApplicable", "informational"};
  const std::set<std::string_view> levels{"none", "note", "warning", "error"};
  for (const json::Value& result : run.find("results")->array()) {
    const auto index = static_cast<size_t>(result.find("ruleIndex")->integer());
    CHECK(rules.at(index).text_or_empty("id") == result.text_or_empty("ruleId"));
    CHECK(kinds.contains(result.text_or_empty("kind")));
    CHECK(levels.contains(result.text_or_empty("level")));
    // Section 3.27.10: a level only where it failed.
    CHECK((result.text_or_empty("kind") == "fail") == (result.text_or_empty("level") != "none"));
    CHECK(!result.find("message")->text_or_empty("text").empty());
  }
  const json::Value oscal = to_oscal(report);
  const json::Value& body = *oscal.find("assessment-results");
  for (const std::string_view name : {"uuid", "metadata", "import-ap", "results"}) CHECK(body.find(name) != nullptr);
  const json::Value& result = body.find("results")->array().front();
  std::set<std::string> observations;
  const auto is_uuid = [](std::string_view text) {
    return text.size() == 36 && text[14] == '5' && std::string_view("89ab").contains(text[19]);
  };
  for (const json::Value& each : result.find("observations")->array()) {
    CHECK(is_uuid(each.text_or_empty("uuid")));
    observations.emplace(each.text_or_empty("uuid"));
  }
  CHECK(observations.size() == report.findings.size());
  for (const json::Value& each : result.find("findings")->array()) {
    const json::Value& related = each.find("related-observations")->array().front();
    CHECK(observations.contains(std::string(related.text_or_empty("observation-uuid"))));
  }
}

}  // namespace
}  // namespace checks
