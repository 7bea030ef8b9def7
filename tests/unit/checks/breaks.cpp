// For each check the change that makes it fail, and nothing else of its facts.
#include "checks/manifest.h"
#include "tests/unit/checks/fixtures.h"

namespace checks {
namespace {

config::Settings& settings(Facts& facts) { return *facts.config->settings; }
ElfFacts& elf(Facts& facts) { return facts.binary->elf; }
ProbeFact& probe(Facts& facts, const char* name) { return facts.listener->probes[name]; }
void self_test(Facts& facts, const char* id) { facts.self_tests[id].failures = {"case 1"}; }
void age(Facts& facts, const char* id, int days) {
  (*facts.attestations)[id].date = {kNow.unix_ms - days * int64_t{86'400'000}};
}

json::Value& deployment(Facts& facts) { return facts.manifest->objects[2]; }
json::Value& at(json::Value& value, std::initializer_list<std::string_view> path) {
  json::Value* here = &value;
  for (const std::string_view name : path) here = here->object().find(name);
  return *here;
}
json::Value& pod(Facts& facts) { return at(deployment(facts), {"spec", "template", "spec"}); }
json::Value& container(Facts& facts) { return at(pod(facts), {"containers"}).array().front(); }
Instruction& instruction(Facts& facts, std::string_view name) {
  for (auto each = facts.dockerfile->instructions.rbegin();; ++each) {
    if (each->name == name) return *each;
  }
}

constexpr int64_t kDayMs = 86'400'000;

const Break kBreaks[] = {
    {"CFG-01", [](Facts& f) { f.config->way.front().mode = 0644; }},
    {"CFG-02", [](Facts& f) { f.config->plain_secrets = {"spotify.client_secret"}; }},
    {"CFG-03", [](Facts& f) { f.config->problems = {"server.prot is not known"}; }},
    {"CFG-04", [](Facts& f) { f.config->environment_is_declared = false; }},
    {"CFG-05", [](Facts& f) { settings(f).server.log_level = config::LogLevel::kDebug; }},
    {"CFG-06", [](Facts& f) { settings(f).server.host = "0.0.0.0"; }},
    {"CFG-07", [](Facts& f) { f.auth_server->canonical_url = "http://mcp.example.com"; }},
    {"CFG-08", [](Facts& f) { settings(f).server.allowed_hosts = {"*.example.com"}; }},
    {"CFG-09", [](Facts& f) { settings(f).server.allowed_origins = {"*"}; }},
    {"CFG-10", [](Facts& f) { settings(f).spotify.redirect_uri = "http://localhost:8888/callback"; }},
    {"CFG-11", [](Facts& f) { settings(f).spotify.scopes = {oauth::Scope::parse("user-read-email").value()}; }},
    {"CFG-12", [](Facts& f) { settings(f).server.auth = config::HttpAuth::kNone; }},
    {"CFG-13", [](Facts& f) { settings(f).security.session_timeout_minutes = schema::Bounded<1, 60>(10); }},
    {"CFG-14", [](Facts& f) { settings(f).security.max_sessions_per_user = schema::Bounded<1, 100>(4); }},
    {"CFG-15", [](Facts& f) { f.auth_server->code_seconds = 600; }},
    {"CFG-16", [](Facts& f) { f.auth_server->challenge_methods = {"S256", "plain"}; }},
    {"CFG-17", [](Facts& f) { f.auth_server->registers_anyone = true; }},
    {"CFG-18", [](Facts& f) { f.auth_server->client_documents_are_guarded = false; }},
    {"CFG-19", [](Facts& f) { settings(f).api.base_url = "https://api.example.com/v1"; }},
    {"CFG-20", [](Facts& f) { settings(f).api.base_url = "http://api.spotify.com/v1"; }},
    {"CFG-21", [](Facts& f) { f.program.body_bytes = size_t{64} << 20; }},
    {"CFG-22", [](Facts& f) { settings(f).api.timeout = config::Seconds(3600); }},
    {"CFG-23", [](Facts& f) { settings(f).api.rate_limit = schema::Bounded<1, 1000>(500); }},
    {"CFG-24", [](Facts& f) { f.trusted_proxies = Texts{"0.0.0.0/0"}; }},
    {"CFG-25", [](Facts& f) { settings(f).audit.on_failure = config::AuditFailure::kWarn; }},
    {"CFG-26", [](Facts& f) { settings(f).audit.retention_days = schema::Bounded<1, 36'500>(30); }},
    {"CFG-27", [](Facts& f) { settings(f).storage.directory = "/tmp/data"; }},
    {"CFG-28", [](Facts& f) { settings(f).security.enable_request_signing = false; }},
    {"CFG-29", [](Facts& f) { f.config->stretched = crypto::Argon2Cost{8 * 1024, 1, 1}; }},
    {"CFG-30", [](Facts& f) { f.keys->made = base::Wall{kNow.unix_ms - 40 * kDayMs}; }},
    {"CFG-31", [](Facts& f) { f.backups->is_encrypted = false; }},
    {"CFG-32", [](Facts& f) { settings(f).alerts.webhook.clear(); }},
    {"CFG-33", [](Facts& f) { f.program.tools.back().asks = false; }},
    {"CFG-34", [](Facts& f) { f.auth_server->users_max = 25; }},
    {"CFG-35", [](Facts& f) { settings(f).metrics.port = settings(f).server.port; }},
    {"CFG-36", [](Facts& f) { probe(f, "security.txt").status = 404; }},
    {"CFG-37", [](Facts& f) { f.config->document = json::Object{{"client", "your_spotify_client_id"}}; }},
    {"CFG-38", [](Facts& f) { self_test(f, "SLF-05"); }},
    {"CFG-39", [](Facts& f) { f.program.cache_hours_max = 48; }},
    {"CFG-40", [](Facts& f) { f.api_keys->front().expires.reset(); }},

    {"HST-01", [](Facts& f) { f.process->user = 0; }},
    {"HST-02", [](Facts& f) { f.process->no_new_privileges = false; }},
    {"HST-03", [](Facts& f) { f.process->seccomp = 0; }},
    {"HST-04", [](Facts& f) { f.process->paths_are_confined = false; }},
    {"HST-05", [](Facts& f) { f.process->is_dumpable = true; }},
    {"HST-06",
     [](Facts& f) {
       f.process->swapped_kib = 4;
       f.process->keys_are_locked = false;
     }},
    {"HST-07", [](Facts& f) { f.process->exposed_secrets = Texts{"SPOTIFY_CLIENT_SECRET"}; }},
    {"HST-08", [](Facts& f) { f.process->open_files_max = 1024; }},
    {"HST-09", [](Facts& f) { f.system->ptrace_scope = 0; }},
    {"HST-10", [](Facts& f) { f.system->randomize_va_space = 0; }},
    {"HST-11", [](Facts& f) { f.system->clock_is_synchronised = false; }},
    {"HST-12", [](Facts& f) { f.process->mounts.front().is_read_only = false; }},
    {"HST-13", [](Facts& f) { f.data->free_percent = 3; }},
    {"HST-14", [](Facts& f) { f.data->files.back().mode = 0644; }},
    {"HST-15", [](Facts& f) { f.process->listening->push_back({"0.0.0.0", 4444}); }},
    {"HST-16", [](Facts& f) { f.process->peers->push_back({"203.0.113.9", 25}); }},
    {"HST-17", [](Facts& f) { f.system->pending_updates = Texts{"libssl3 1 -> 2"}; }},
    {"HST-18", [](Facts& f) { f.process->mounts.push_back({"/var/run/docker.sock", "tmpfs", "", false}); }},
    {"HST-19", [](Facts& f) { f.process->program.mode = 0777; }},
    {"HST-20", [](Facts& f) { f.data->file_system = "nfs4"; }},

    {"BIN-01", [](Facts& f) { elf(f).is_pie = false; }},
    {"BIN-02", [](Facts& f) { elf(f).binds_now = false; }},
    {"BIN-03", [](Facts& f) { elf(f).stack_is_executable = true; }},
    {"BIN-04", [](Facts& f) { elf(f).has_stack_guard = false; }},
    {"BIN-05", [](Facts& f) { elf(f).fortified = 0; }},
    {"BIN-06", [](Facts& f) { elf(f).has_ibt = false; }},
    {"BIN-07", [](Facts& f) { elf(f).search_path = "/home/someone/lib"; }},
    {"BIN-08", [](Facts& f) { f.binary->build->sanitizers = "address"; }},
    {"BIN-09", [](Facts& f) { f.binary->build->commit.clear(); }},
    {"BIN-10", [](Facts& f) { f.binary->signed_checksum = std::string("Another digest was signed."); }},
    {"BIN-11", [](Facts& f) { f.binary->openssl_path = "/home/someone/lib/libssl.so.3"; }},
    {"BIN-12", [](Facts& f) { f.binary->embedded_secrets = {"a private key"}; }},
    {"BIN-13", [](Facts& f) { elf(f).imports.emplace_back("popen"); }},
    {"BIN-14", [](Facts& f) { f.binary->provenance = std::string("It names another program."); }},

    {"DEP-01", [](Facts& f) { f.dependencies->sbom_digest = std::string("other"); }},
    {"DEP-02", [](Facts& f) { f.dependencies->drift = Texts{"libcurl4 7.88.1-9"}; }},
    {"DEP-03",
     [](Facts& f) {
       f.dependencies->matches = std::vector<Match>{
           {.id = "DSA-1", .component = "libssl3", .version = "1", .severity = Severity::kHigh, .published = kNow}};
     }},
    {"DEP-04", [](Facts& f) { f.dependencies->snapshot = base::Wall{kNow.unix_ms - 8 * kDayMs}; }},
    {"DEP-05",
     [](Facts& f) {
       f.dependencies->matches = std::vector<Match>{{.id = "DSA-1",
                                                     .component = "libssl3",
                                                     .version = "1",
                                                     .severity = Severity::kMedium,
                                                     .published = {kNow.unix_ms - 91 * kDayMs}}};
     }},
    {"DEP-06", [](Facts& f) { f.dependencies->licence_problems = Texts{"libplanted: GPL-3.0"}; }},
    {"DEP-07", [](Facts& f) { f.dependencies->floating = Texts{"libssl3"}; }},
    {"DEP-08", [](Facts& f) { f.dependencies->vex_problems = {{"DSA-1", "has expired"}}; }},
    {"DEP-09", [](Facts& f) { f.system->pending_updates = Texts{"libssl3 1 -> 2"}; }},
    {"DEP-10", [](Facts& f) { f.dependencies->outdated = Texts{"libcurl4"}; }},
    {"DEP-11",
     [](Facts& f) {
       f.dependencies->matches = std::vector<Match>{
           {.id = "DSA-1", .component = "libssl3", .version = "1", .severity = Severity::kCritical, .published = kNow}};
     }},

    {"NET-01", [](Facts& f) { f.spotify_tls->front().chain_holds = false; }},
    {"NET-02", [](Facts& f) { f.certificate->not_after = {kNow.unix_ms + 5 * kDayMs}; }},
    {"NET-03", [](Facts& f) { f.certificate->weak = {"TLS 1.1"}; }},
    {"NET-04", [](Facts& f) { self_test(f, "NET-04"); }},
    {"NET-05", [](Facts& f) { probe(f, "host").status = 200; }},
    {"NET-06", [](Facts& f) { probe(f, "no_token").status = 200; }},
    {"NET-07", [](Facts& f) { probe(f, "framing.both lengths") = {200, false, "", ""}; }},
    {"NET-08", [](Facts& f) { probe(f, "body_large").status = 200; }},
    {"NET-09", [](Facts& f) { probe(f, "trace").status = 200; }},
    {"NET-10", [](Facts& f) { probe(f, "text_plain").status = 200; }},
    {"NET-11", [](Facts& f) { probe(f, "health").head = "HTTP/1.1 200 OK\r\n\r\n"; }},
    {"NET-12", [](Facts& f) { probe(f, "host").head = "HTTP/1.1 403 Forbidden\r\nServer: x/1.0\r\n\r\n"; }},
    {"NET-13", [](Facts& f) { probe(f, "token_in_query").status = 200; }},
    {"NET-14", [](Facts& f) { self_test(f, "NET-14"); }},
    {"NET-15", [](Facts& f) { self_test(f, "NET-15"); }},
    {"NET-16", [](Facts& f) { probe(f, "slow_head").closed = false; }},
    {"NET-17", [](Facts& f) { probe(f, "metrics").status = 200; }},
    {"NET-18", [](Facts& f) { probe(f, "header_mismatch").status = 200; }},

    {"AUT-01", [](Facts& f) { f.auth_server->grant_types.emplace_back("implicit"); }},
    {"AUT-02", [](Facts& f) { f.auth_server->resource = "https://other.example.com"; }},
    {"AUT-03", [](Facts& f) { f.auth_server->follows_foreign_redirect = true; }},
    {"AUT-04", [](Facts& f) { f.database->plain_tokens = {"a token of Spotify"}; }},
    {"AUT-05", [](Facts& f) { f.database->expired_rows = size_t{1}; }},
    {"AUT-06", [](Facts& f) { f.database->sessions_max = size_t{4}; }},
    {"AUT-07", [](Facts& f) { f.database->grants.front().used = base::Wall{kNow.unix_ms - 91 * kDayMs}; }},
    {"AUT-08", [](Facts& f) { f.auth_server->grants_without_consent = 1; }},
    {"AUT-09", [](Facts& f) { self_test(f, "AUT-09"); }},
    {"AUT-10", [](Facts& f) { f.database->grants.front().authorized = {kNow.unix_ms - 170 * kDayMs}; }},
    {"AUT-11", [](Facts& f) { self_test(f, "AUT-11"); }},
    {"AUT-12", [](Facts& f) { f.program.tools.back().scopes.clear(); }},
    {"AUT-13", [](Facts& f) { f.program.tool_digest = "ffff456789abcdef"; }},

    {"DAT-01", [](Facts& f) { f.database->integrity = {"row 3 missing from index"}; }},
    {"DAT-02", [](Facts& f) { f.database->trusts_schema = true; }},
    {"DAT-03", [](Facts& f) { f.backups->last = base::Wall{kNow.unix_ms - 2 * kDayMs}; }},
    {"DAT-04", [](Facts& f) { f.database->rows_of_nobody = 7; }},
    {"DAT-05", [](Facts& f) { f.database->expired_answers = 3; }},
    {"DAT-06", [](Facts& f) { f.database->columns.emplace_back("grants.surname"); }},

    {"CRY-01", [](Facts& f) { self_test(f, "CRY-01"); }},
    {"CRY-02", [](Facts& f) { f.database->grants.front().key_id = "old"; }},
    {"CRY-03", [](Facts& f) { f.database->grants.front().opens = false; }},
    {"CRY-04", [](Facts& f) { f.database->grants.push_back(f.database->grants.front()); }},
    {"CRY-05", [](Facts& f) { f.keys->weakness = "all bytes follow one pattern"; }},
    {"CRY-06", [](Facts& f) { f.keys->file->mode = 0640; }},
    {"CRY-07", [](Facts& f) { f.keys->overdue = {"master key"}; }},
    {"CRY-08", [](Facts& f) { f.program.algorithms.emplace_back("MD5"); }},
    {"CRY-09", [](Facts& f) { f.keys->config_generation = 2; }},

    {"AUD-01", [](Facts& f) { f.trail->report.finding = audit::Finding{3, audit::Damage::kEdited, "", ""}; }},
    {"AUD-02", [](Facts& f) { f.trail->records_behind_checkpoint = 5; }},
    {"AUD-03", [](Facts& f) { f.trail->report.gaps = {{.seq = 4, .damage = "truncated"}}; }},
    {"AUD-04", [](Facts& f) { f.trail->incomplete_records = 1; }},
    {"AUD-05", [](Facts& f) { f.trail->secrets = {"a token of Spotify in record 3"}; }},
    {"AUD-06", [](Facts& f) { f.trail->files.front().mode = 0644; }},
    {"AUD-07", [](Facts& f) { f.trail->backward_steps = 1; }},
    {"AUD-08", [](Facts& f) { f.trail->events.clear(); }},
    {"AUD-09", [](Facts& f) { settings(f).audit.checkpoints.clear(); }},
    {"AUD-10", [](Facts& f) { settings(f).alerts.webhook.clear(); }},
    {"AUD-11", [](Facts& f) { f.trail->open_alerts = 1; }},
    {"AUD-12", [](Facts& f) { f.trail->unsigned_prunes = 1; }},
    {"AUD-13", [](Facts& f) { age(f, "AUD-13", 8); }},

    {"SLF-01", [](Facts& f) { self_test(f, "SLF-01"); }},
    {"SLF-02", [](Facts& f) { self_test(f, "SLF-02"); }},
    {"SLF-03", [](Facts& f) { self_test(f, "SLF-03"); }},
    {"SLF-04", [](Facts& f) { self_test(f, "SLF-04"); }},
    {"SLF-05", [](Facts& f) { self_test(f, "SLF-05"); }},
    {"SLF-06", [](Facts& f) { self_test(f, "SLF-06"); }},
    {"SLF-07", [](Facts& f) { self_test(f, "SLF-07"); }},
    {"SLF-08", [](Facts& f) { self_test(f, "SLF-08"); }},
    {"SLF-09", [](Facts& f) { self_test(f, "SLF-09"); }},
    {"SLF-10", [](Facts& f) { self_test(f, "SLF-10"); }},
    {"SLF-11", [](Facts& f) { self_test(f, "SLF-11"); }},
    {"SLF-12", [](Facts& f) { self_test(f, "SLF-12"); }},

    {"K8S-01", [](Facts& f) { at(pod(f), {"securityContext", "runAsUser"}) = 0; }},
    {"K8S-02", [](Facts& f) { at(container(f), {"securityContext", "allowPrivilegeEscalation"}) = true; }},
    {"K8S-03", [](Facts& f) { at(container(f), {"securityContext", "capabilities"}) = json::Object(); }},
    {"K8S-04", [](Facts& f) { at(pod(f), {"securityContext", "seccompProfile", "type"}) = "Unconfined"; }},
    {"K8S-05", [](Facts& f) { at(container(f), {"securityContext", "readOnlyRootFilesystem"}) = false; }},
    {"K8S-06", [](Facts& f) { at(container(f), {"image"}) = "mcp:latest"; }},
    {"K8S-07", [](Facts& f) { at(container(f), {"resources", "limits"}) = json::Object(); }},
    {"K8S-08", [](Facts& f) { at(pod(f), {"automountServiceAccountToken"}) = true; }},
    {"K8S-09", [](Facts& f) { at(f.manifest->objects[1], {"spec", "policyTypes"}).array().pop_back(); }},
    {"K8S-10",
     [](Facts& f) {
       const json::Object from{{"secretKeyRef", json::Object{{"name", "s"}}}};
       at(container(f), {"env"}).array().emplace_back(
           json::Object{{"name", "SPOTIFY_CLIENT_SECRET"}, {"valueFrom", from}});
     }},
    {"K8S-11", [](Facts& f) { pod(f).object().set("hostNetwork", true); }},
    {"K8S-12", [](Facts& f) { container(f).object().erase("livenessProbe"); }},
    {"K8S-13", [](Facts& f) { at(deployment(f), {"spec", "strategy", "type"}) = "RollingUpdate"; }},
    {"K8S-14", [](Facts& f) { at(at(pod(f), {"volumes"}).array()[1], {"emptyDir"}) = json::Object(); }},
    {"K8S-15", [](Facts& f) { at(f.manifest->objects[0], {"metadata", "labels"}) = json::Object(); }},
    {"K8S-16", [](Facts& f) { at(f.manifest->objects[3], {"spec", "type"}) = "LoadBalancer"; }},
    {"CTR-01", [](Facts& f) { f.dockerfile->instructions.front().arguments = "debian:12 AS build"; }},
    {"CTR-02", [](Facts& f) { instruction(f, "USER").arguments = "root"; }},
    {"CTR-03", [](Facts& f) { f.dockerfile->instructions.push_back({"ENV", "SPOTIFY_CLIENT_SECRET=fake", 9}); }},
    {"CTR-04", [](Facts& f) { instruction(f, "FROM").arguments = "debian:12@sha256:00"; }},
    {"CTR-05", [](Facts& f) { instruction(f, "HEALTHCHECK").arguments = "CMD curl http://localhost"; }},
    {"CTR-06", [](Facts& f) { f.dockerfile->instructions.push_back({"COPY", "--chown=1:1 . /app", 9}); }},
    {"SYS-01", [](Facts& f) { f.unit->service.erase("NoNewPrivileges"); }},

    {"ORG-01", [](Facts& f) { age(f, "ORG-01", 366); }},
    {"ORG-02", [](Facts& f) { age(f, "ORG-02", 91); }},
    {"ORG-03", [](Facts& f) { age(f, "ORG-03", 91); }},
    {"ORG-04", [](Facts& f) { age(f, "ORG-04", 91); }},
    {"ORG-05", [](Facts& f) { age(f, "ORG-05", 91); }},
    {"ORG-06", [](Facts& f) { age(f, "ORG-06", 32); }},
    {"ORG-07", [](Facts& f) { age(f, "ORG-07", 181); }},
    {"ORG-08", [](Facts& f) { age(f, "ORG-08", 91); }},
    {"ORG-09", [](Facts& f) { age(f, "ORG-09", 91); }},
    {"ORG-10", [](Facts& f) { age(f, "ORG-10", 91); }},
};

}  // namespace

std::span<const Break> breaks() { return kBreaks; }

}  // namespace checks
