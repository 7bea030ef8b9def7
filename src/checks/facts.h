// What is known of an installation when its checks are evaluated: plain values, gathered by the collectors. No secret
// is among them, only whether one was found and where.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/verifier.h"
#include "base/clock.h"
#include "checks/dependencies.h"
#include "checks/fact.h"
#include "checks/manifest.h"
#include "config/settings.h"
#include "crypto/kdf.h"
#include "json/value.h"

namespace checks {

using Texts = std::vector<std::string>;

// A file or directory as lstat() shows it.
struct FileFact {
  std::string path;
  bool exists = true;
  uint32_t mode = 0;  // The permission bits, and the sticky bit.
  uint32_t owner = 0;
  bool is_link = false;
  bool is_directory = false;
  base::Wall changed{};
};

struct ConfigFacts {
  // Empty: there is no file, all settings come from the environment and the defaults.
  std::string file;
  // The file, then its folders up to the root.
  std::vector<FileFact> way;
  bool is_sealed = false;
  std::string sealed_environment;
  std::optional<int64_t> generation;  // Of a sealed file.
  std::optional<crypto::Argon2Cost> stretched;
  // As it is written, before ${NAME} is replaced. Null for a file that is no JSON.
  json::Value document;
  // Values that are secrets in the clear, by the names of their settings.
  Texts plain_secrets;
  // What is wrong with the form, a sentence each.
  Texts problems;
  Texts unset_variables;
  bool environment_is_declared = false;
  std::optional<config::Settings> settings;
  uint32_t own_user = 0;
};

struct ToolFact {
  std::string name;
  bool is_destructive = false;
  bool asks = false;  // Takes nothing away before a person has agreed.
  Texts scopes;
  std::string digest;       // Of what a client sees of it.
  bool reaches_out = true;  // Beyond this machine.
};

// Built in; nobody sets it.
struct ProgramFacts {
  size_t body_bytes = 0;
  size_t header_fields = 0;
  size_t header_bytes = 0;
  size_t line_bytes = 0;
  size_t json_depth = 0;
  int64_t header_timeout_seconds = 0;
  int64_t idle_timeout_seconds = 0;
  int64_t write_stall_seconds = 0;
  size_t connections = 0;
  size_t sessions_per_principal = 0;
  crypto::Argon2Cost kdf;
  int64_t cache_hours_max = 0;  // The longest time that an answer of Spotify is kept.
  size_t answer_bytes_max = 0;
  int64_t signature_window_seconds = 0;  // On either side of the clock.
  bool keeps_nonces = false;             // A signed request is good for one use, also across a restart.
  std::vector<ToolFact> tools;           // Those that are offered.
  Texts needed_scopes;
  std::string tool_digest;    // Of the definitions of all tools.
  std::string locked_digest;  // The same when the program was built.
  Texts algorithms;           // Of crypto/, by its own registry.
  Texts inventory;            // Of the documented inventory.
};

struct Mount {
  std::string point;
  std::string type;
  std::string source;
  bool is_read_only = false;
};

struct SystemFacts {
  bool is_container = false;
  int64_t ptrace_scope = -1;  // -1: the kernel has no such switch.
  int64_t kptr_restrict = -1;
  int64_t dmesg_restrict = -1;
  int64_t randomize_va_space = -1;
  std::optional<bool> clock_is_synchronised;
  base::Wall now{};
  base::Wall built{};
  std::string release;                        // "Debian GNU/Linux 12 (bookworm)"
  std::optional<base::Wall> supported_until;  // Security support of the release.
  Fact<Texts> pending_updates;                // "libssl3 3.0.15-1 -> 3.0.16-1"
  bool has_swap = false;
};

struct DataFacts {
  std::string directory;
  std::vector<FileFact> files;  // The directory first, then everything below it.
  int64_t free_percent = 0;
  int64_t free_inodes_percent = 0;
  std::string file_system;  // Its type, such as "ext4".
  // Tried on the database; nothing where there is none, or it may not be opened.
  std::optional<bool> locks_hold = std::nullopt;
  // Who else has the database open: "sqlite3 (process 4711)".
  std::vector<std::string> strangers = {};
};

struct Socket {
  std::string address;
  uint16_t port = 0;

  bool operator==(const Socket&) const = default;
};

// A server that the settings let us connect to.
struct EgressFact {
  std::string host;
  uint16_t port = 0;
  Texts addresses;  // Where its name leads now; none: it was not asked.
};

struct ProcessFacts {
  int64_t pid = 0;
  uint32_t user = 0;
  uint64_t effective_capabilities = 0;
  uint64_t bounding_capabilities = 0;
  bool no_new_privileges = false;
  int64_t seccomp = 0;
  std::optional<bool> paths_are_confined;  // As the server itself has tried; nothing: it did not say.
  std::string profile;                     // Of a security module such as AppArmor: "name (enforce)"; empty: none.
  int64_t core_bytes_max = -1;             // -1: no limit.
  std::optional<bool> is_dumpable;
  int64_t swapped_kib = 0;
  std::optional<bool> keys_are_locked;  // In memory that is never swapped, as the server says; nothing: it did not say.
  // Names of variables, or "argument 3", that hold what looks like a secret. Unknown: not readable.
  Fact<Texts> exposed_secrets;
  bool environment_is_hidden = false;  // Nobody but root can read it.
  int64_t open_files_max = 0;
  std::vector<Mount> mounts;
  Fact<std::vector<Socket>> listening;
  Fact<std::vector<Socket>> peers;
  std::vector<Socket> declared;
  std::vector<EgressFact> egress;
  FileFact program;
  FileFact config;
  size_t instances = 1;
};

struct ElfFacts {
  bool is_x86 = false;
  bool is_pie = false;
  bool has_relro = false;
  bool binds_now = false;
  bool stack_is_executable = false;
  bool has_writable_code = false;
  bool has_text_relocations = false;
  bool has_stack_guard = false;
  size_t fortified = 0;
  size_t fortifiable = 0;
  bool has_ibt = false;
  bool has_shadow_stack = false;
  std::string search_path;  // RPATH or RUNPATH.
  Texts needed;
  Texts imports;
  std::string build_id;
};

struct BuildFacts {
  std::string version;
  std::string commit;
  std::string type;  // "Release"
  std::string compiler;
  std::string flags;
  std::string sanitizers;
  std::string sbom_digest;
  std::string date;
};

struct BinaryFacts {
  std::string path;
  ElfFacts elf;
  Fact<BuildFacts> build;
  std::string digest;  // SHA-256, hexadecimal.
  // Whether the signed checksums of the release have this digest; why not, else "".
  Fact<std::string> signed_checksum;
  Fact<std::string> provenance;
  int64_t openssl_version = 0;  // 0x30000000 and up.
  std::string openssl_path;
  Texts embedded_secrets;  // Kinds of what was found.
};

struct ProbeFact {
  int status = 0;  // 0: the connection was closed without an answer.
  bool closed = false;
  std::string head;
  std::string body;
};

struct ListenerFacts {
  std::string address;
  // Asked on the wire, by name; the names are those of probes.h.
  std::map<std::string, ProbeFact, std::less<>> probes;
  int64_t slow_header_limit_seconds = 0;
};

struct CertificateFacts {
  std::string host;
  bool chain_holds = false;
  bool name_matches = false;
  bool key_matches = true;
  base::Wall not_before{};
  base::Wall not_after{};
  std::string protocol;        // "TLSv1.3": what was agreed on; empty: nothing.
  Texts weak;                  // Versions and ciphers that are accepted although they are too old or too weak.
  std::string about;           // What else is wrong, in a sentence.
  std::string unreached = {};  // Why the server could not be asked.
};

struct AuthServerFacts {
  int64_t access_seconds = 0;
  int64_t code_seconds = 0;
  int64_t refresh_days = 0;
  bool pkce_is_required = false;
  Texts challenge_methods;
  Texts grant_types;
  bool sends_issuer = false;
  bool registers_anyone = false;
  bool registration_is_limited = false;
  std::optional<bool> client_documents_are_guarded;  // Nothing: no client id metadata documents.
  std::string canonical_url;
  std::string resource;
  bool follows_foreign_redirect = false;
  size_t users_max = 0;
  size_t grants_without_consent = 0;
};

// A key that could be used now.
struct ApiKeyFact {
  std::string id;
  size_t scopes = 0;
  base::Wall made{};
  std::optional<base::Wall> expires;
};

struct GrantFact {
  std::string principal;  // A pseudonym.
  std::string key_id;
  bool opens = false;
  std::string nonce{};
  base::Wall authorized{};
  std::optional<base::Wall> used;
};

struct DatabaseFacts {
  std::string path;
  Texts integrity;  // What integrity_check and foreign_key_check say, but "ok".
  bool trusts_schema = false;
  bool secure_delete = false;
  bool syncs_every_commit = false;
  std::vector<GrantFact> grants;
  std::string primary_key_id;
  Texts previous_key_ids;  // Those that still open.
  Texts plain_tokens;      // Shapes of tokens found in its bytes, by file.
  Fact<size_t> expired_rows;
  Fact<size_t> sessions_max;  // The most sessions that one user has.
  size_t rows_of_nobody = 0;  // Personal rows of principals without a grant.
  Texts columns;              // "grants.principal"
  Texts inventory;            // The same, from the documented inventory, with their classes.
  size_t expired_answers = 0;
};

struct KeyFacts {
  std::string source;  // "file PATH", "SPOTIFY_MCP_MASTER_KEY"
  std::optional<FileFact> file;
  std::string weakness;  // Empty: the bytes look random.
  std::optional<base::Wall> made;
  // Purposes whose rotation is overdue.
  Texts overdue;
  std::optional<int64_t> config_generation;
  int64_t accepted_generation = 0;
};

struct BackupFacts {
  std::optional<base::Wall> last;
  std::optional<base::Wall> last_restore;
  bool is_encrypted = false;
  bool verifies = false;
};

struct TrailFacts {
  audit::Report report;
  std::optional<base::Wall> last_record;
  std::optional<base::Wall> last_checkpoint;
  uint64_t records_behind_checkpoint = 0;
  size_t incomplete_records = 0;
  Texts secrets;  // Kinds of secrets seen, with the number of the record.
  size_t backward_steps = 0;
  std::map<std::string, size_t, std::less<>> events;
  std::vector<FileFact> files;
  std::optional<base::Wall> first_record;
  size_t unsigned_prunes = 0;
  size_t open_alerts = 0;             // Critical events since the last review.
  std::optional<int64_t> lost_lines;  // That no second place has got; nothing: no running server says.
};

struct SelfTest {
  size_t cases = 0;
  Texts failures;
};

struct Attestation {
  base::Wall date{};
  std::string owner;
  std::string evidence;
};

struct Facts {
  base::Wall now{};
  bool is_offline = false;
  config::Deployment environment = config::Deployment::kProduction;
  Fact<ConfigFacts> config;
  ProgramFacts program;
  Fact<SystemFacts> system;
  Fact<DataFacts> data;
  Fact<ProcessFacts> process;
  Fact<BinaryFacts> binary;
  Fact<DependencyFacts> dependencies;
  Fact<ListenerFacts> listener;
  Fact<CertificateFacts> certificate;
  Fact<std::vector<CertificateFacts>> spotify_tls;
  Fact<AuthServerFacts> auth_server;
  Fact<std::vector<ApiKeyFact>> api_keys;
  // Addresses and networks whose word for who calls is taken.
  Fact<Texts> trusted_proxies;
  Fact<DatabaseFacts> database;
  Fact<KeyFacts> keys;
  Fact<BackupFacts> backups;
  Fact<TrailFacts> trail;
  std::map<std::string, SelfTest, std::less<>> self_tests;  // By the id of the check.
  Fact<ManifestFacts> manifest;
  Fact<DockerfileFacts> dockerfile;
  Fact<UnitFacts> unit;
  // By the id of the check.
  Fact<std::map<std::string, Attestation, std::less<>>> attestations;
};

}  // namespace checks
