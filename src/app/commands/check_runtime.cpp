// The machine, the running server and its data as facts.
#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <variant>

#include "app/audit_trail.h"
#include "app/cache_file.h"
#include "app/commands/backup_file.h"
#include "app/commands/check_facts.h"
#include "app/commands/shared_state.h"
#include "app/master_key.h"
#include "app/sealed_config.h"
#include "app/stores.h"
#include "audit/checkpoint.h"
#include "audit/event.h"
#include "base/text.h"
#include "checks/collect_host.h"
#include "checks/inventory.h"
#include "checks/secrets.h"
#include "checks/words.h"
#include "crypto/os_random.h"
#include "json/parse.h"
#include "os/files.h"
#include "store/keyset.h"
#include "store/sqlite/inspect.h"
#include "store/sqlite/migrations.h"
#include "store/vault.h"

namespace app::commands {
namespace {

using checks::Fact;
using checks::Facts;
using checks::Texts;

constexpr size_t kDatabaseBytesMax = size_t{256} << 20;

const config::Settings* settings_in(const Facts& facts) {
  return facts.config && facts.config->settings ? &*facts.config->settings : nullptr;
}

// What a token of this login looks like in the clear, anywhere in the files of the database.
void search(const checks::Host& host, const std::string& path, const std::vector<base::Secret>& tokens, Texts& found) {
  constexpr size_t kTokenBytesMin = 16;
  for (const std::string_view suffix : {"", "-wal"}) {
    const std::string file = path + std::string(suffix);
    const auto bytes = host.read(file, kDatabaseBytesMax);
    if (!bytes) continue;
    const std::string name = file.substr(file.rfind('/') + 1);
    for (const base::Secret& token : tokens) {
      const bool is_there = token.size() >= kTokenBytesMin && bytes->contains(token.reveal());
      if (is_there) found.push_back(fmt::format("a token of the login in {}", name));
    }
    if (const auto kind = checks::secret_shape(*bytes)) found.push_back(fmt::format("{} in {}", *kind, name));
  }
}

void add_columns(std::span<const checks::DataColumn> from, Texts& to) {
  for (const checks::DataColumn& column : from) to.emplace_back(column.column);
}

void add_cache(const CheckRequest& request, const config::Settings& settings, base::Wall now,
               checks::DatabaseFacts& database) {
  if (!settings.cache.enabled) return;
  const CacheFile file = cache_file(settings);
  const std::string path = file.directory + "/" + file.name;
  if (!request.host.look(path).exists) return;
  const auto cache = store::sqlite::inspect_cache(path, now);
  if (!cache) {
    database.integrity.push_back("the cached answers: " + cache.error().message);
    return;
  }
  database.expired_answers = cache->expired;
  database.columns.insert(database.columns.end(), cache->columns.begin(), cache->columns.end());
  add_columns(checks::cache_columns(), database.inventory);
}

// The keys of the logins, opened with the master key. Nothing where there is none, or it opens none of them.
std::optional<store::Vault> vault_of(const std::vector<store::StoredKey>& keys, const crypto::Key& master,
                                     checks::DatabaseFacts& database) {
  const store::KeyWrap wrap(master);
  std::optional<store::Vault> vault;
  for (const store::StoredKey& row : keys) {
    if (row.purpose != store::kGrantKeys || row.state != store::KeyState::kPrimary) continue;
    database.primary_key_id = row.id;
    if (const auto key = wrap.open(row)) vault.emplace(*key);
  }
  for (const store::StoredKey& row : keys) {
    if (row.purpose != store::kGrantKeys || row.state != store::KeyState::kEnabled) continue;
    database.previous_key_ids.push_back(row.id);
    const auto key = vault ? wrap.open(row) : base::Result<crypto::Key>(base::fail(base::Code::kNotFound, ""));
    if (key) vault->add(*key);
  }
  return vault;
}

base::Result<store::Grant> open_grant(const store::sqlite::InspectedGrant& grant,
                                      const std::optional<store::Vault>& vault,
                                      const base::Result<crypto::Key>& master) {
  if (!master) return std::unexpected(master.error());
  if (grant.sealed.data_key.empty()) {
    return store::Vault::open_direct(*master, grant.principal, grant.generation, grant.sealed.box);
  }
  if (!vault) return base::fail(base::Code::kUnavailable, "The keys are under another master key.");
  return vault->open(grant.principal, grant.generation, grant.sealed);
}

// Opens what is sealed, where the key is there; tells nothing of what was in it but its times.
void add_grants(const CheckRequest& request, const store::sqlite::Inspection& found,
                const base::Result<crypto::Key>& master, checks::DatabaseFacts& database) {
  std::vector<base::Secret> tokens;
  std::optional<store::Vault> vault;
  if (master) {
    vault = vault_of(found.keys, *master, database);
    database.previous_key_ids.push_back(store::Vault::direct_key_id(*master));
  }
  for (const store::sqlite::InspectedGrant& grant : found.grants) {
    checks::GrantFact fact;
    fact.principal = fmt::format("login {}", database.grants.size() + 1);
    fact.key_id = grant.sealed.key_id;
    // Each box has a data key of its own; it is those that share a key.
    const std::string& shared = grant.sealed.data_key.empty() ? grant.sealed.box : grant.sealed.data_key;
    fact.nonce = shared.substr(0, crypto::Aes256Gcm::kNonceBytes);
    if (auto opened = open_grant(grant, vault, master)) {
      fact.opens = true;
      fact.authorized = opened->authorized_at;
      tokens.push_back(std::move(opened->access_token));
      tokens.push_back(std::move(opened->refresh_token));
    }
    database.grants.push_back(std::move(fact));
  }
  search(request.host, database.path, tokens, database.plain_tokens);
}

void gather_database(const CheckRequest& request, const config::Settings& settings,
                     const base::Result<crypto::Key>& key, const std::string& scratch, Facts& facts) {
  using Database = Fact<checks::DatabaseFacts>;
  if (is_shared(settings)) {
    facts.database = Database::absent(
        "The state is in PostgreSQL (store.url), sealed here before it goes there; the database has its own operator.");
    return;
  }
  checks::DatabaseFacts database;
  database.path = settings.storage.directory + "/" + store::sqlite::kDatabaseName;
  if (!request.host.look(database.path).exists) {
    facts.database = Database::absent("There is no database yet: nobody has logged in.");
    return;
  }
  const auto inspected = store::sqlite::inspect_store(settings.storage.directory);
  if (!inspected) {
    facts.database = Database::unknown(inspected.error().message);
    return;
  }
  database.integrity = inspected->problems;
  database.columns = inspected->columns;
  database.rows_of_nobody = inspected->archived_of_nobody;
  add_columns(checks::store_columns(), database.inventory);
  const char* in_memory = "Pending logins and sessions are in the memory of the server alone.";
  database.expired_rows = Fact<size_t>::absent(in_memory);
  database.sessions_max = Fact<size_t>::absent(in_memory);
  add_grants(request, *inspected, key, database);
  add_cache(request, settings, facts.now, database);
  std::ranges::sort(database.columns);
  std::ranges::sort(database.inventory);
  if (const auto opening = store::sqlite::try_opening(scratch)) {
    database.trusts_schema = opening->trusts_schema;
    database.secure_delete = opening->secure_delete;
    database.syncs_every_commit = opening->syncs_every_commit;
  }
  facts.database = std::move(database);
}

// The master key as it is; nothing is made, no key and no salt of a passphrase.
base::Result<crypto::Key> present_key(const CheckRequest& request, const config::Settings& settings) {
  const os::Environment& environment = request.io.environment;
  const MasterKeyPlaces places = key_places(settings, environment);
  if (!has_master_key(places, environment)) {
    return base::fail(base::Code::kNotFound, "There is no master key here, so what is sealed cannot be opened.");
  }
  TRY(const auto given, given_master_key(places.config_directory, environment));
  const bool stretched = given && std::holds_alternative<base::Secret>(*given);
  if (stretched && !request.host.look(settings.storage.directory + "/passphrase-salt").exists) {
    return base::fail(base::Code::kNotFound, "The passphrase has sealed nothing here yet.");
  }
  crypto::OsRandom random;
  return master_key(places, environment, random, NoKeyFile::kRefuse, nullptr);
}

void gather_keys(const CheckRequest& request, const config::Settings& settings, const base::Result<crypto::Key>& key,
                 Facts& facts) {
  using Keys = Fact<checks::KeyFacts>;
  const os::Environment& environment = request.io.environment;
  const MasterKeyPlaces places = key_places(settings, environment);
  if (!has_master_key(places, environment)) {
    facts.keys = Keys::absent("There is no master key yet: nothing is sealed.");
    return;
  }
  checks::KeyFacts keys;
  keys.source = "SPOTIFY_MCP_MASTER_KEY";
  if (const auto file = key_file(places.config_directory, environment)) {
    keys.file = request.host.look(file->path);
    keys.source = "file " + file->path;
    keys.made = keys.file->changed;
  }
  if (key) {
    keys.weakness = crypto::weakness_of(*key).value_or("");
  } else if (key.error().code == base::Code::kInvalidArgument) {
    keys.weakness = key.error().message;
  } else {
    facts.keys = Keys::unknown(key.error().message);
    return;
  }
  constexpr std::chrono::days kDayMore{1};  // A server rotates on the day.
  const std::chrono::days rotation(settings.security.key_rotation_days.value());
  const auto judge = [&](const auto& rows) {
    for (const auto& row : rows) {
      if (row.state != store::KeyState::kPrimary) continue;
      if (row.purpose == store::kGrantKeys) keys.made = row.created;
      if (rotation.count() > 0 && facts.now - row.created > rotation + kDayMore) {
        keys.overdue.push_back(fmt::format("{}, made on {}", row.purpose, checks::day(row.created)));
      }
    }
  };
  if (is_shared(settings)) {
    const auto shared = look_at_shared(request, settings);
    if (!shared) {
      facts.keys = Keys::unknown(shared.error().message);
      return;
    }
    judge(shared->keys);
  } else if (const auto found = store::sqlite::inspect_store(settings.storage.directory)) {
    judge(found->keys);
  }
  if (facts.config->is_sealed && facts.config->generation) {
    keys.config_generation = facts.config->generation;
    keys.accepted_generation = accepted_generation(settings.storage.directory, settings.environment).value_or(0);
  }
  facts.keys = std::move(keys);
}

// How many records the latest checkpoint that agrees does not cover.
uint64_t records_behind(const StoredTrail& stored, std::string_view notes, uint64_t records) {
  const audit::CheckpointSigner signer(stored.keys.id, stored.keys.signing);
  uint64_t covered = 0;
  const auto lines = base::split(notes, '\n');
  for (size_t i = 0; i + audit::kCheckpointLines < lines.size(); i += audit::kCheckpointLines) {
    std::string note;
    for (size_t k = 0; k < audit::kCheckpointLines; ++k) note.append(lines[i + k]) += '\n';
    const auto opened = signer.open(note);
    if (opened && opened->size <= records) covered = std::max(covered, opened->size);
  }
  return records - covered;
}

// A record with its seven fields: time, event and severity, user, source, request, status, reason.
void read_record(std::string_view line, base::Wall reviewed, checks::TrailFacts& trail, int64_t& last_ms) {
  const auto record = json::parse(line);
  if (!record) {
    ++trail.incomplete_records;
    return;
  }
  for (const std::string_view name : {"time", "event", "severity", "user", "source", "request", "status", "reason"}) {
    if (record->find(name) == nullptr) {
      ++trail.incomplete_records;
      break;
    }
  }
  ++trail.events[std::string(record->text_or_empty("event"))];
  if (const auto kind = checks::secret_shape(line)) {
    const json::Value* seq = record->find("seq");
    trail.secrets.push_back(
        fmt::format("{} in record {}", *kind, seq != nullptr && seq->is_integer() ? seq->integer() : 0));
  }
  const auto at = checks::parse_time(record->text_or_empty("time"));
  if (!at) return;
  if (!trail.first_record) trail.first_record = at;
  if (at->unix_ms + 1000 < last_ms) ++trail.backward_steps;
  last_ms = std::max(last_ms, at->unix_ms);
  trail.last_record = base::Wall{last_ms};
  const auto event = audit::find_event(record->text_or_empty("event"));
  const bool is_critical = event && audit::info_of(*event).severity == audit::Severity::kCritical;
  if (is_critical && *at >= reviewed) ++trail.open_alerts;
}

// What was critical before the end of the day on which somebody attested a review is explained.
base::Wall last_review(const Facts& facts) {
  if (!facts.attestations) return {};
  const auto found = facts.attestations->find("AUD-13");
  return found == facts.attestations->end() ? base::Wall{} : found->second.date + std::chrono::days(1);
}

void gather_trail(const CheckRequest& request, const config::Settings& settings, Facts& facts) {
  using Trail = Fact<checks::TrailFacts>;
  if (!settings.audit.enabled) {
    facts.trail = Trail::absent("The trail is switched off: audit.enabled is false.");
    return;
  }
  crypto::OsRandom random;
  auto stored = find_trail(settings, request.io.environment, random);
  if (!stored) {
    const bool none = stored.error().code == base::Code::kNotFound;
    facts.trail = none ? Trail::absent(stored.error().message) : Trail::unknown(stored.error().message);
    return;
  }
  checks::TrailFacts trail;
  int64_t last_ms = 0;
  audit::VerifyOptions options;
  const base::Wall reviewed = last_review(facts);
  options.visit = [&](std::string_view line) { read_record(line, reviewed, trail, last_ms); };
  auto report = audit::verify(stored->keys, *stored->disk, options);
  if (!report) {
    facts.trail = Trail::unknown(report.error().message);
    return;
  }
  trail.report = *std::move(report);
  const auto notes = stored->disk->read_checkpoints();
  if (notes && *notes) trail.records_behind_checkpoint = records_behind(*stored, **notes, trail.report.records);
  trail.files = checks::tree_of(request.host, stored->directory);
  if (!settings.audit.webhook.empty() || !settings.syslog.server.empty())
    trail.lost_lines = lost_lines(request, settings);
  // The verifier knows of what a signed file says was removed.
  trail.unsigned_prunes = trail.report.first > trail.report.pruned ? 1 : 0;
  facts.trail = std::move(trail);
}

// The newest backup of a folder, restored into a scratch folder, which shows that it can be.
void gather_backups(const CheckRequest& request, const std::string& scratch, Facts& facts) {
  using Backups = Fact<checks::BackupFacts>;
  const std::string folder = request.arguments.text("--backups");
  if (folder.empty()) {
    facts.backups = Backups::absent("No folder of backups was given: --backups DIRECTORY (docs/backups.md).");
    return;
  }
  const os::Environment& environment = request.io.environment;
  const auto master = given_master_key(os::config_directory(environment), environment);
  if (!master || !*master) {
    facts.backups = Backups::unknown("There is no master key here, so no backup can be opened.");
    return;
  }
  checks::BackupFacts backups{
      .last = std::nullopt, .last_restore = std::nullopt, .is_encrypted = true, .verifies = false};
  std::string newest;
  for (const std::string& name : request.host.list(folder)) {
    const std::string path = folder + "/" + name;
    const auto head = read_backup_head(path, **master);
    const auto made = head ? checks::parse_time(head->created) : std::nullopt;
    if (!made || (backups.last && *made <= *backups.last)) continue;
    backups.last = made;
    newest = path;
  }
  const std::string place = scratch + "/restored";
  if (!newest.empty() && os::make_private_directory(place) && extract_backup(newest, **master, place)) {
    backups.verifies = true;
    backups.last_restore = facts.now;
  }
  facts.backups = backups;
}

}  // namespace

void gather_machine(const CheckRequest& request, Facts& facts) {
  facts.system = checks::collect_system(
      request.host, {.now = facts.now,
                     .built = facts.system ? facts.system->built : base::Wall{},
                     .security_index = request.arguments.text("--security-index"),
                     .in_kubernetes = request.io.environment.find("KUBERNETES_SERVICE_HOST").has_value()});
}

void gather_runtime(const CheckRequest& request, const std::string& scratch, Facts& facts) {
  gather_machine(request, facts);
  const config::Settings* settings = settings_in(facts);
  if (settings == nullptr) {
    const char* why = "The settings cannot be read, so nobody knows where the data is.";
    facts.process = Fact<checks::ProcessFacts>::unknown(why);
    facts.data = Fact<checks::DataFacts>::unknown(why);
    facts.database = Fact<checks::DatabaseFacts>::unknown(why);
    facts.keys = Fact<checks::KeyFacts>::unknown(why);
    facts.trail = Fact<checks::TrailFacts>::unknown(why);
    return;
  }
  facts.data = checks::collect_data(request.host, settings->storage.directory, store::sqlite::kDatabaseName);
  gather_process(request, *settings, facts);
  if (request.asks("CFG") || request.asks("AUT") || request.asks("DAT") || request.asks("CRY")) {
    const auto key = present_key(request, *settings);
    gather_keys(request, *settings, key, facts);
    gather_database(request, *settings, key, scratch, facts);
  }
  if (request.asks("CFG") || request.asks("DAT")) gather_backups(request, scratch, facts);
  if (request.asks("AUD")) gather_trail(request, *settings, facts);
}

}  // namespace app::commands
