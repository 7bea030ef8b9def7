// Everything as it should be: a hosted server in production, with every part that a check can ask about.
#include "checks/manifest.h"
#include "crypto/kdf.h"
#include "tests/unit/checks/fixtures.h"

namespace checks {
namespace {

constexpr std::chrono::hours kHour{1};

base::Wall ago(std::chrono::milliseconds time) { return {kNow.unix_ms - time.count()}; }

ConfigFacts good_config() {
  ConfigFacts config;
  config.file = "/etc/spotify-mcp-server/config.json";
  config.way = {{.path = config.file, .mode = 0600, .owner = 990},
                {.path = "/etc/spotify-mcp-server", .mode = 0750, .owner = 0, .is_directory = true},
                {.path = "/etc", .mode = 0755, .owner = 0, .is_directory = true},
                {.path = "/", .mode = 0755, .owner = 0, .is_directory = true}};
  config.document = json::Object{{"environment", "production"}};
  config.environment_is_declared = true;
  config.own_user = 990;
  config::Settings settings;
  settings.storage.directory = "/var/lib/spotify-mcp-server";
  settings.audit.checkpoints = "/mnt/audit/checkpoints";
  settings.alerts.webhook = "https://alerts.example.com/spotify-mcp";
  settings.alerts.webhook_secret = config::SecretText("obviously-fake-secret-of-a-fixture");
  settings.security.enable_request_signing = true;
  settings.server.security_contact = "mailto:security@example.com";
  config.settings = std::move(settings);
  return config;
}

ProgramFacts good_program() {
  return {.body_bytes = 4 << 20,
          .header_fields = 64,
          .header_bytes = 16 << 10,
          .line_bytes = 8 << 10,
          .json_depth = 32,
          .header_timeout_seconds = 10,
          .idle_timeout_seconds = 60,
          .write_stall_seconds = 30,
          .connections = 10'000,
          .sessions_per_principal = 3,
          .kdf = {},
          .cache_hours_max = 2,
          .answer_bytes_max = 32 << 10,
          .signature_window_seconds = 300,
          .keeps_nonces = true,
          .tools = {{"search", false, false, {}, "aa"},
                    {"unfollow_playlist", true, true, {"playlist-modify-private"}, "bb"}},
          .needed_scopes = {"playlist-modify-private"},
          .tool_digest = "0123456789abcdef0123456789abcdef",
          .locked_digest = "0123456789abcdef0123456789abcdef",
          .algorithms = {"AES-256-GCM", "SHA-256"},
          .inventory = {"SHA-256", "AES-256-GCM"}};
}

SystemFacts good_system() {
  SystemFacts system;
  system.is_container = true;
  system.ptrace_scope = 1;
  system.kptr_restrict = 1;
  system.dmesg_restrict = 1;
  system.randomize_va_space = 2;
  system.clock_is_synchronised = true;
  system.now = kNow;
  system.built = ago(24 * kHour);
  system.release = "Debian GNU/Linux 12 (bookworm)";
  system.supported_until = base::Wall{kNow.unix_ms + std::chrono::milliseconds(std::chrono::days(365)).count()};
  system.pending_updates = Texts{};
  return system;
}

DataFacts good_data() {
  return {.directory = "/var/lib/spotify-mcp-server",
          .files = {{.path = "/var/lib/spotify-mcp-server", .mode = 0700, .owner = 990, .is_directory = true},
                    {.path = "/var/lib/spotify-mcp-server/spotify-mcp-server.db", .mode = 0600, .owner = 990}},
          .free_percent = 50,
          .free_inodes_percent = 80,
          .file_system = "ext4"};
}

ProcessFacts good_process() {
  ProcessFacts process;
  process.pid = 42;
  process.user = 990;
  process.no_new_privileges = true;
  process.seccomp = 2;
  process.paths_are_confined = true;
  process.keys_are_locked = true;
  process.core_bytes_max = 0;
  process.is_dumpable = false;
  process.exposed_secrets = Texts{};
  process.environment_is_hidden = true;
  process.open_files_max = 1 << 20;
  process.mounts = {{.point = "/", .type = "overlay", .source = "overlay", .is_read_only = true}};
  process.declared = {{"127.0.0.1", 8000}};
  process.listening = std::vector<Socket>{{"127.0.0.1", 8000}};
  process.peers = std::vector<Socket>{{"203.0.113.7", 443}};
  process.egress = {{.host = "api.spotify.com", .port = 443, .addresses = {"203.0.113.7"}}};
  process.program = {.path = "/usr/bin/spotify-mcp-server", .mode = 0755, .owner = 0};
  process.config = {.path = "/etc/spotify-mcp-server/config.json", .mode = 0640, .owner = 0};
  return process;
}

BinaryFacts good_binary() {
  BinaryFacts binary;
  binary.path = "/usr/bin/spotify-mcp-server";
  binary.elf = {.is_x86 = true,
                .is_pie = true,
                .has_relro = true,
                .binds_now = true,
                .stack_is_executable = false,
                .has_writable_code = false,
                .has_text_relocations = false,
                .has_stack_guard = true,
                .fortified = 5,
                .fortifiable = 2,
                .has_ibt = true,
                .has_shadow_stack = true,
                .search_path = "",
                .needed = {"libssl.so.3"},
                .imports = {"memcpy"},
                .build_id = "00"};
  binary.build = BuildFacts{.version = "0.1.0",
                            .commit = "0123abcd",
                            .type = "Release",
                            .compiler = "clang 19",
                            .flags = "-O2",
                            .sanitizers = "",
                            .sbom_digest = "5b",
                            .date = "2026-11-29"};
  binary.digest = "d1";
  binary.signed_checksum = std::string();
  binary.provenance = std::string();
  binary.openssl_version = 0x30000110;
  binary.openssl_path = "/usr/lib/x86_64-linux-gnu/libssl.so.3";
  return binary;
}

DependencyFacts good_dependencies() {
  DependencyFacts dependencies;
  dependencies.sbom_digest = std::string("5b");
  dependencies.embedded_digest = "5b";
  dependencies.drift = Texts{};
  dependencies.matches = std::vector<Match>{};
  dependencies.snapshot = ago(24 * kHour);
  dependencies.origin.kind = SnapshotOrigin::Kind::kSigned;
  dependencies.licence_problems = Texts{};
  dependencies.floating = Texts{};
  dependencies.outdated = Texts{};
  dependencies.components = 12;
  return dependencies;
}

ListenerFacts good_listener() {
  ListenerFacts listener;
  listener.address = "127.0.0.1:8000";
  listener.slow_header_limit_seconds = 10;
  const auto answer = [&](const char* name, int status, bool closed = false, const char* head = "",
                          const char* body = "") {
    listener.probes[name] = {.status = status, .closed = closed, .head = head, .body = body};
  };
  answer("health", 200, false,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
         "X-Content-Type-Options: nosniff\r\n\r\n");
  answer("host", 403);
  answer("origin", 403);
  answer("no_token", 401, false,
         "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer resource_metadata=\"https://mcp.example.com\"\r\n\r\n");
  answer("framing.both lengths", 400, true);
  answer("framing.two lengths", 400, true);
  answer("body_large", 413);
  answer("head_large", 431);
  answer("deep_json", 400);
  answer("trace", 405);
  answer("put", 405);
  answer("connect", 501);
  answer("text_plain", 415);
  answer("token_in_query", 401);
  answer("slow_head", 408, true);
  answer("admin", 404);
  answer("metrics", 404);
  answer("header_mismatch", 400, false, "", R"({"error":{"code":-32020}})");
  answer("security.txt", 200, false, "", "Contact: mailto:security@example.com\nExpires: 2027-03-01T00:00:00Z\n");
  return listener;
}

CertificateFacts good_certificate(const char* host) {
  return {.host = host,
          .chain_holds = true,
          .name_matches = true,
          .key_matches = true,
          .not_before = ago(24 * kHour),
          .not_after = {kNow.unix_ms + std::chrono::milliseconds(std::chrono::days(89)).count()},
          .protocol = "TLSv1.3",
          .weak = {},
          .about = ""};
}

AuthServerFacts good_auth_server() {
  return {.access_seconds = 900,
          .code_seconds = 60,
          .refresh_days = 30,
          .pkce_is_required = true,
          .challenge_methods = {"S256"},
          .grant_types = {"authorization_code", "refresh_token"},
          .sends_issuer = true,
          .registers_anyone = false,
          .registration_is_limited = false,
          .client_documents_are_guarded = true,
          .canonical_url = "https://mcp.example.com",
          .resource = "https://mcp.example.com",
          .follows_foreign_redirect = false,
          .users_max = 5,
          .grants_without_consent = 0};
}

DatabaseFacts good_database() {
  DatabaseFacts database;
  database.path = "/var/lib/spotify-mcp-server/spotify-mcp-server.db";
  database.secure_delete = true;
  database.syncs_every_commit = true;
  database.primary_key_id = "k1";
  database.expired_rows = size_t{0};
  database.sessions_max = size_t{3};
  database.grants = {{.principal = "h:a",
                      .key_id = "k1",
                      .opens = true,
                      .nonce = "n1",
                      .authorized = ago(24 * kHour),
                      .used = ago(kHour)}};
  database.columns = {"grants.principal"};
  database.inventory = {"grants.principal"};
  return database;
}

TrailFacts good_trail() {
  TrailFacts trail;
  trail.report.records = 100;
  trail.report.segments = 1;
  trail.report.checkpoints = 2;
  trail.last_record = ago(kHour);
  trail.last_checkpoint = ago(kHour);
  trail.events = {{"server.started", 1}, {"config.loaded", 1}};
  trail.files = {{.path = "segment", .mode = 0600}};
  trail.first_record = ago(48 * kHour);
  return trail;
}

constexpr std::string_view kGoodManifest = R"(
apiVersion: v1
kind: Namespace
metadata: {name: mcp, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mcp}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  egress:
  - ports: [{port: 53, protocol: UDP}, {port: 443, protocol: TCP}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mcp}
spec:
  strategy: {type: Recreate}
  template:
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 30
      securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: server
        image: registry.example.com/mcp@sha256:0000000000000000000000000000000000000000000000000000000000000000
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        env: [{name: SPOTIFY_MCP_MASTER_KEY_FILE, value: /run/secrets/key}]
        resources:
          limits: {cpu: "1", memory: 256Mi, ephemeral-storage: 64Mi}
          requests: {cpu: 100m, memory: 64Mi, ephemeral-storage: 16Mi}
        startupProbe: {exec: {command: [spotify-mcp-server, healthcheck]}}
        livenessProbe: {exec: {command: [spotify-mcp-server, healthcheck]}}
        readinessProbe: {httpGet: {path: /readyz, port: 8000}}
      volumes:
      - {name: key, secret: {secretName: key, defaultMode: 0400}}
      - {name: tmp, emptyDir: {sizeLimit: 16Mi}}
      - {name: data, persistentVolumeClaim: {claimName: data}}
---
apiVersion: v1
kind: Service
metadata: {name: mcp}
spec: {type: ClusterIP}
)";

ManifestFacts good_manifest() { return parse_manifest(kGoodManifest).value(); }

DockerfileFacts good_dockerfile() {
  return parse_dockerfile("FROM debian:12@sha256:" + std::string(64, '0') +
                          " AS build\nRUN make\n"
                          "FROM scratch\nCOPY --from=build /out/spotify-mcp-server /usr/bin/\nUSER 65532:65532\n"
                          "HEALTHCHECK CMD [\"/usr/bin/spotify-mcp-server\", \"healthcheck\"]\n")
      .value();
}

UnitFacts good_unit() {
  return parse_unit("spotify-mcp-server.service",
                    "[Service]\nUser=spotify-mcp\nNoNewPrivileges=yes\nCapabilityBoundingSet=\nAmbientCapabilities=\n"
                    "ProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\nPrivateUsers=yes\n"
                    "ProtectClock=yes\nProtectHostname=yes\nProtectKernelTunables=yes\nProtectKernelModules=yes\n"
                    "ProtectKernelLogs=yes\nProtectControlGroups=yes\nProtectProc=invisible\nProcSubset=pid\n"
                    "RestrictNamespaces=yes\nRestrictRealtime=yes\nRestrictSUIDSGID=yes\nLockPersonality=yes\n"
                    "MemoryDenyWriteExecute=yes\nRemoveIPC=yes\nSystemCallArchitectures=native\n"
                    "SystemCallFilter=@system-service\nRestrictAddressFamilies=AF_INET\nUMask=0077\n")
      .value();
}

}  // namespace

Facts good_facts() {
  Facts facts;
  facts.now = kNow;
  facts.config = good_config();
  facts.program = good_program();
  facts.system = good_system();
  facts.data = good_data();
  facts.process = good_process();
  facts.binary = good_binary();
  facts.dependencies = good_dependencies();
  facts.listener = good_listener();
  facts.certificate = good_certificate("mcp.example.com");
  facts.spotify_tls = std::vector<CertificateFacts>{good_certificate("api.spotify.com")};
  facts.auth_server = good_auth_server();
  facts.api_keys = std::vector<ApiKeyFact>{
      {.id = "k", .scopes = 1, .made = ago(24 * kHour), .expires = kNow + std::chrono::days(30)}};
  facts.trusted_proxies = Texts{"10.0.0.0/24"};
  facts.database = good_database();
  facts.keys = KeyFacts{.source = "file /etc/spotify-mcp-server/master.key",
                        .file = FileFact{.path = "/etc/spotify-mcp-server/master.key", .mode = 0600, .owner = 990},
                        .weakness = "",
                        .made = ago(24 * kHour),
                        .overdue = {},
                        .config_generation = 3,
                        .accepted_generation = 3};
  facts.backups =
      BackupFacts{.last = ago(kHour), .last_restore = ago(24 * kHour), .is_encrypted = true, .verifies = true};
  facts.trail = good_trail();
  facts.manifest = good_manifest();
  facts.dockerfile = good_dockerfile();
  facts.unit = good_unit();
  std::map<std::string, Attestation, std::less<>> said;
  for (const Check* check : catalogue()) {
    if (check->subject == Subject::kAttestations)
      said[std::string(check->id)] = {ago(24 * kHour), "an owner", "a record"};
    facts.self_tests[std::string(check->id)] = {.cases = 3, .failures = {}};
  }
  said["ALERT-TEST"] = {ago(24 * kHour), "an owner", "a record"};
  facts.attestations = std::move(said);
  return facts;
}

}  // namespace checks
