// backup: writes what cannot be had again into one sealed file (create), proves that it can be restored (verify), and
// puts it back (restore). The databases are copied while servers use them. docs/backups.md.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

#include "app/admin_server.h"
#include "app/audit_trail.h"
#include "app/cache_file.h"
#include "app/commands/backup_file.h"
#include "app/commands/commands.h"
#include "app/key_notice.h"
#include "app/master_key.h"
#include "app/stores.h"
#include "app/version.h"
#include "audit/checkpoint.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/http_server.h"
#include "os/files.h"
#include "store/sql/store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/snapshot.h"

namespace app::commands {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

constexpr const char* kNumbersFile = "backups.json";
constexpr size_t kNumbersBytesMax = 4096;
constexpr std::string_view kData = "data/";
constexpr std::string_view kConfig = "config";

struct Call {
  Process& process;
  const config::Loaded& loaded;
  const Arguments& arguments;
  Io& io;
  std::string file;  // The backup.

  const config::Settings& settings() const { return loaded.settings; }
  const std::string& data() const { return loaded.settings.storage.directory; }
};

// A folder of this process in the data directory, which is private, and gone afterwards.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) { clear(); }
  ~Scratch() { clear(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  void clear() const {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string path_;
};

base::Result<config::MasterSecret> key_of(const Call& call) {
  TRY(auto master, given_master_key(os::config_directory(call.io.environment), call.io.environment));
  if (master) return *std::move(master);
  return fail(Code::kNotFound,
              "There is no master key here. Set SPOTIFY_MCP_MASTER_KEY_FILE to the key of the server; a backup opens "
              "with that key and with no other.");
}

// The number of the newest backup that this data directory knows; 0 where there is none.
base::Result<int64_t> newest_number(const std::string& data) {
  const std::string path = data + "/" + kNumbersFile;
  if (!os::exists(path)) return 0;
  TRY(const std::string text, os::read_private_file(path, kNumbersBytesMax));
  const auto parsed = json::parse(text, {.bytes_max = kNumbersBytesMax});
  const json::Value* newest = parsed ? parsed->find("newest") : nullptr;
  if (newest != nullptr && newest->is_integer()) return newest->integer();
  return fail(Code::kUnavailable,
              fmt::format("{} is damaged. Remove it; the age of backups is then not judged.", path));
}

base::Result<void> note_number(const std::string& data, int64_t number) {
  return os::write_private_file(data + "/" + kNumbersFile, json::write(json::Object{{"newest", number}}) + "\n");
}

// Leaves out what is made anew (the cache, sockets, locks, the bearer), what belongs to this installation and no
// earlier one (the seal, the numbers of backups), and whole folders: the audit trail is never set back.
bool is_kept(const config::Settings& settings, const std::string& name) {
  const CacheFile cache = cache_file(settings);
  return name != "sealed" && name != "http-token" && name != kNumbersFile && !name.ends_with(".lock") &&
         !name.ends_with("-wal") && !name.ends_with("-shm") && !name.ends_with("-journal") &&
         !name.starts_with("lease") && !name.contains(".before-restore-") &&
         !(cache.directory == settings.storage.directory && name.starts_with(cache.name));
}

base::Result<std::vector<BackupSource>> take_snapshot(const Call& call, const std::string& folder) {
  std::vector<BackupSource> sources;
  TRY(const std::vector<std::string> names, os::list_directory(call.data()));
  for (const std::string& name : names) {
    const std::string path = call.data() + "/" + name;
    std::error_code ignored;
    if (!fs::is_regular_file(fs::symlink_status(path, ignored)) || !is_kept(call.settings(), name)) continue;
    if (!store::sqlite::is_database(path)) {
      sources.push_back({.name = std::string(kData) + name, .path = path});
      continue;
    }
    const std::string copy = folder + "/" + name;
    TRY_VOID(store::sqlite::copy_database(path, copy));
    TRY_VOID(store::sqlite::check_database(copy));
    sources.push_back({.name = std::string(kData) + name, .path = copy});
  }
  const std::string config = find_config_file(call.arguments.text("--config"), call.io.environment);
  if (!config.empty()) sources.push_back({.name = std::string(kConfig), .path = config});
  return sources;
}

// The newest signed checkpoint, or nothing where there is no trail.
std::string newest_checkpoint(const Call& call) {
  auto stored = find_trail(call.settings(), call.io.environment, call.process.random);
  if (!stored) return {};
  const auto notes = stored->disk->read_checkpoints();
  if (!notes || !*notes) return {};
  const audit::CheckpointSigner signer(stored->keys.id, stored->keys.signing);
  const auto lines = base::split(**notes, '\n');
  std::string newest;
  for (size_t i = 0; i + audit::kCheckpointLines < lines.size(); i += audit::kCheckpointLines) {
    std::string note;
    for (size_t k = 0; k < audit::kCheckpointLines; ++k) note.append(lines[i + k]) += '\n';
    if (signer.open(note)) newest = std::move(note);
  }
  return newest;
}

base::Task<base::Result<void>> record(AuditTrail* audit, audit::Entry entry) {
  audit->begin("backup");
  CO_TRY_VOID(co_await audit->start(NoKeyFile::kRefuse));
  const auto recorded = co_await audit->trail().record(std::move(entry));
  co_await audit->close();
  co_return recorded;
}

base::Result<void> tell_trail(const Call& call, audit::Event event, const BackupHead& head, uint64_t bytes) {
  AuditTrail audit(call.process, call.settings(), tell_of_key(call.process, call.io));
  audit::Entry entry{.event = event,
                     .source = "local",
                     .request = {{"number", head.number}, {"files", head.entries.size()}},
                     .status = "ok"};
  if (bytes > 0) entry.request.emplace_back("bytes", bytes);
  return run_to_end(call.process.loop, record(&audit, std::move(entry)));
}

uint64_t bytes_of(const BackupHead& head) {
  uint64_t bytes = 0;
  for (const BackupEntry& entry : head.entries) bytes += entry.bytes;
  return bytes;
}

void print(const Call& call, std::string_view done, const BackupHead& head) {
  if (call.arguments.has("--json")) {
    json::Array names;
    for (const BackupEntry& entry : head.entries) names.emplace_back(entry.name);
    call.io.out << json::write_pretty(json::Object{{"done", done},
                                                   {"number", head.number},
                                                   {"created", head.created},
                                                   {"files", std::move(names)},
                                                   {"bytes", static_cast<int64_t>(bytes_of(head))}});
    return;
  }
  call.io.out << fmt::format("Backup {} of {}: {} files, {} bytes. {}\n", head.number, head.created,
                             head.entries.size(), bytes_of(head), done);
}

// A backup opens with the master key of today, and so must what is in it.
base::Result<void> check_keys_open(const Call& call, const config::MasterSecret& master) {
  const MasterKeyPlaces places = key_places(call.settings(), call.io.environment);
  TRY(const crypto::Key key, stretched(master, places, call.process.random));
  const auto opened = store::sql::stored_keys(*store_place(call.loaded.settings), key, "");
  if (opened) return {};
  return fail(opened.error().code, "Such a backup would bring back nothing that opens. " + opened.error().message);
}

base::Result<int> create(const Call& call) {
  TRY(const config::MasterSecret master, key_of(call));
  if (!os::exists(call.data())) {
    return fail(Code::kNotFound, fmt::format("There is no data in {}.", call.data()));
  }
  TRY_VOID(check_keys_open(call, master));
  TRY_VOID(os::check_private(call.data()));
  TRY(const os::FileLock lock, os::FileLock::take(call.data() + "/backups.lock", std::chrono::seconds(5)));
  const Scratch scratch(call.data() + "/backup-scratch");
  TRY_VOID(os::make_private_directory(scratch.path()));
  TRY(const std::vector<BackupSource> sources, take_snapshot(call, scratch.path()));
  TRY(const int64_t newest, newest_number(call.data()));
  const base::Wall now = call.process.clock.wall();
  BackupHead head{.number = newest + 1,
                  .created = base::to_rfc3339(now),
                  .program = fmt::format("{} {}", kProgram, version()),
                  .checkpoint = newest_checkpoint(call),
                  .entries = {}};
  TRY(head,
      write_backup(call.file, std::move(head), sources, master, call.settings().environment, now, call.process.random));
  TRY_VOID(note_number(call.data(), head.number));
  const auto told = tell_trail(call, audit::Event::kBackupMade, head, bytes_of(head));
  if (!told) call.io.err << "warning: The backup is not in the audit trail. " << told.error().message << '\n';
  print(call, "It opens with the master key only: keep a copy of that key elsewhere.", head);
  return 0;
}

// Everything that a restore would do, without touching what is there.
base::Result<BackupHead> drill(const Call& call, const config::MasterSecret& master, const std::string& folder) {
  TRY_VOID(os::make_private_directory(folder));
  TRY(BackupHead head, extract_backup(call.file, master, folder));
  for (const BackupEntry& entry : head.entries) {
    const std::string path = folder + "/" + entry.name;
    if (!store::sqlite::is_database(path)) continue;
    TRY_VOID(store::sqlite::check_database(path));
    if (entry.name != std::string(kData) + store::sqlite::kDatabaseName) continue;
    // Refused here: one of another program, or of a newer version of this one.
    TRY([[maybe_unused]] const store::sqlite::Database opened,
        store::sqlite::Database::open(folder + "/data", store::sqlite::kDatabaseName,
                                      store::sqlite::database_schema()));
  }
  return head;
}

base::Result<int> verify(const Call& call) {
  TRY(const config::MasterSecret master, key_of(call));
  TRY_VOID(os::make_private_directory(call.data()));
  const Scratch scratch(call.data() + "/backup-scratch");
  TRY(const BackupHead head, drill(call, master, scratch.path()));
  print(call, "It can be restored.", head);
  return 0;
}

base::Result<void> check_nobody_runs(const Call& call) {
  const std::string directory = admin_directory(call.data());
  TRY(const std::vector<std::string> names, os::list_directory(directory));
  for (const std::string& name : names) {
    if (!net::is_listening_at(directory + "/" + name)) continue;
    return fail(Code::kConflict, "A server of this data directory is running. Run: spotify-mcp-server admin stop");
  }
  return {};
}

base::Result<void> check_age(const Call& call, const BackupHead& head) {
  if (call.arguments.has("--allow-rollback")) return {};
  TRY(const int64_t newest, newest_number(call.data()));
  if (head.number >= newest) return {};
  return fail(Code::kConflict,
              fmt::format("{} is backup {}, and backup {} was made here since. What was revoked or changed meanwhile "
                          "would come back: take the newest one, or pass --allow-rollback.",
                          call.file, head.number, newest));
}

// What is there is kept under another name first, and a database changes its content in one transaction.
base::Result<void> put_back(const std::string& from, const std::string& to, const std::string& stamp) {
  const bool database = store::sqlite::is_database(from);
  if (os::exists(to)) {
    const std::string aside = to + ".before-restore-" + stamp;
    if (store::sqlite::is_database(to)) {
      TRY_VOID(store::sqlite::copy_database(to, aside));
    } else {
      TRY(const std::string bytes, os::read_file(to, config::kSealedBytesMax));
      TRY_VOID(os::create_private_file(aside, bytes));
    }
  }
  if (database) return store::sqlite::copy_database(from, to);
  return os::move_file(from, to);
}

base::Result<int> restore(const Call& call) {
  TRY(const config::MasterSecret master, key_of(call));
  TRY_VOID(os::make_private_directory(call.data()));
  TRY(const os::FileLock lock, os::FileLock::take(call.data() + "/backups.lock", std::chrono::seconds(5)));
  TRY_VOID(check_nobody_runs(call));
  const Scratch scratch(call.data() + "/backup-scratch");
  TRY(const BackupHead head, drill(call, master, scratch.path()));
  TRY_VOID(check_age(call, head));
  const std::string config = call.arguments.text("--config-output");
  if (!config.empty() && os::exists(config)) {
    return fail(Code::kConflict, fmt::format("{} exists already. Name another file.", config));
  }
  for (const BackupEntry& entry : head.entries) {
    if (!entry.name.starts_with(kData) || call.arguments.has("--force")) continue;
    const std::string path = call.data() + "/" + entry.name.substr(kData.size());
    if (!os::exists(path)) continue;
    return fail(Code::kConflict, fmt::format("{} exists already. Pass --force to put the backup in its place; what is "
                                             "there is kept beside it.",
                                             path));
  }
  const std::string stamp = std::to_string(call.process.clock.wall().unix_ms);
  for (const BackupEntry& entry : head.entries) {
    const std::string from = scratch.path() + "/" + entry.name;
    if (entry.name.starts_with(kData)) {
      TRY_VOID(put_back(from, call.data() + "/" + entry.name.substr(kData.size()), stamp));
    } else if (!config.empty()) {
      TRY(const std::string bytes, os::read_file(from, config::kSealedBytesMax));
      TRY_VOID(os::create_private_file(config, bytes));
    }
  }
  TRY(const int64_t newest, newest_number(call.data()));
  TRY_VOID(note_number(call.data(), std::max(newest, head.number)));
  const auto told = tell_trail(call, audit::Event::kBackupRestored, head, 0);
  if (!told) call.io.err << "warning: This is not in the audit trail. " << told.error().message << '\n';
  print(call, "It is restored.", head);
  return 0;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  const std::string& what = arguments.positional;
  if (arguments.rest.size() != 1) {
    return fail(Code::kInvalidArgument, fmt::format("Say which file: backup {} FILE.", what));
  }
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  const Call call{process, loaded, arguments, io, arguments.rest.front()};
  if (is_shared(loaded.settings)) {
    return fail(Code::kInvalidArgument,
                "The logins and keys of this server are in the database of store.url, which a backup of a data "
                "directory would miss. Back it up with `pg_dump --schema=spotify_mcp`, and keep the file of the master "
                "key and the audit directory of each replica elsewhere (docs/replicas.md).");
  }
  if (what == "create") return create(call);
  if (what == "verify") return verify(call);
  return restore(call);
}

}  // namespace

Command backup_command() {
  return {
      .name = "backup",
      .about = "Make a sealed backup, prove that it can be restored, restore it.",
      .options = {config_option(),
                  {.name = "--force",
                   .kind = OptionKind::kSwitch,
                   .about = "restore: also where there is data, which is kept beside it."},
                  {.name = "--allow-rollback",
                   .kind = OptionKind::kSwitch,
                   .about = "restore: also a backup that is older than the newest one made here."},
                  {.name = "--config-output",
                   .value = "FILE",
                   .about = "restore: where the configuration goes; left out otherwise."},
                  json_option()},
      .positional =
          Positional{.name = "what", .about = "create, verify or restore.", .choices = {"create", "verify", "restore"}},
      .rest = Rest{.name = "file", .about = "The backup.", .count_max = 1},
      .run = run};
}

}  // namespace app::commands
