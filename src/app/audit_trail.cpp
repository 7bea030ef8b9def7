#include "app/audit_trail.h"

#include <fmt/format.h>
#include <utility>

#include "app/master_key.h"
#include "app/stores.h"
#include "app/version.h"
#include "audit/files/file_disk.h"
#include "audit/journal.h"
#include "crypto/random_text.h"
#include "json/write.h"
#include "os/files.h"
#include "schema/fields.h"
#include "store/keyset.h"
#include "store/sql/store.h"
#include "store/sql/user_salts.h"

namespace app {
namespace {

using audit::Event;

constexpr size_t kSaltBytes = 16;

std::unique_ptr<audit::Disk> disk_of(const config::Settings& settings, const std::string& directory) {
  const std::string& named = settings.audit.checkpoints;
  return std::make_unique<audit::files::FileDisk>(directory, named.empty() ? directory + "/checkpoints" : named);
}

audit::OnFailure on_failure(const config::Settings& settings) {
  return settings.audit.on_failure == config::AuditFailure::kWarn ? audit::OnFailure::kWarn : audit::OnFailure::kDeny;
}

// An id of the trail and one of its key both name it; a person has the first before their eyes, as a directory.
base::Result<audit::Keys> keys_of_trail(const store::sql::Place& place, const crypto::Key& master,
                                        std::string_view id) {
  audit::Keys first = audit::Keys::derive(master);
  TRY(const auto stored, store::sql::stored_keys(place, master, store::kAuditKeys));
  if (stored.empty() && (id.empty() || first.id == id)) return first;
  for (const crypto::Key& each : stored) {
    audit::Keys keys = audit::Keys::of(each);
    if (id.empty() || keys.id == id) return keys;
  }
  return base::fail(base::Code::kNotFound,
                    fmt::format("This master key has no trail {}. The directories in audit.directory are named after "
                                "their trails.",
                                id));
}

}  // namespace

std::string audit_directory(const config::Settings& settings) {
  return settings.audit.directory.empty() ? settings.storage.directory + "/audit" : settings.audit.directory;
}

// What the trail's thread needs to open it. After that no key but the journal's is left.
struct AuditTrail::Opening {
  base::Result<audit::Journal> open(base::Wall now) {
    if (!keys) {
      TRY(const crypto::Key master, master_key(places, environment, random, none, made));
      TRY(keys, keys_of_trail(*tables, master, ""));
      disk = make_disk(keys->id);
    }
    // Before this process has written a line.
    auto end = audit::find_end(*disk);
    const std::string id = keys->id;
    audit::JournalOptions options;
    options.written = written;
    options.salt = [salts = salts, &random = random](std::string_view user) {
      auto salt = salts->salt_of(std::string(user));
      // A damaged database must not stop the trail. The name is then of nobody who could be found.
      return salt ? *std::move(salt) : crypto::random_token(random, kSaltBytes);
    };
    auto journal = audit::Journal::open(keys->clone(), *disk, random, std::move(options), now);
    if (journal) keys.reset();
    if (journal && follow) std::exchange(follow, nullptr)(id, end ? *std::move(end) : audit::TailPosition());
    return journal;
  }
  base::Result<audit::Journal> open_or_advise(base::Wall now) {
    auto journal = open(now);
    if (journal) return journal;
    base::Error error = std::move(journal).error();
    error.message = "The audit trail cannot be opened: " + error.message;
    // Without its key the rest of the server does not work either, so no setting of the trail helps.
    if (keys) error.message += " Mend that, or set audit.on_failure to \"warn\", or audit.enabled to false.";
    return std::unexpected(std::move(error));
  }

  MasterKeyPlaces places;
  NoKeyFile none = NoKeyFile::kRefuse;
  const os::Environment& environment;
  base::Random& random;
  std::function<void(const std::string&)> made;
  std::function<std::unique_ptr<audit::Disk>(const std::string& id)> make_disk;
  std::function<void(std::string_view lines)> written;
  // Called once, on the thread of the trail, when it is open.
  std::function<void(const std::string& id, audit::TailPosition start)> follow;
  std::shared_ptr<const store::sql::Place> tables;
  std::shared_ptr<store::sql::UserSalts> salts;
  std::optional<audit::Keys> keys = std::nullopt;
  std::unique_ptr<audit::Disk> disk = nullptr;
};

AuditTrail::AuditTrail(Process& process, const config::Settings& settings,
                       std::function<void(const std::string&)> key_made, audit::Watch::Heard heard, Metrics* metrics)
    : settings_text_(json::write(schema::to_json(settings))),
      environment_(schema::to_json(settings.environment).string()),
      log_level_(schema::to_json(settings.server.log_level).string()),
      forwarder_(AuditForwarder::make(process, settings, metrics)),
      watch_(make_recorder(process, settings, std::move(key_made), heard), heard),
      auditor_(process.loop, watch_) {}

std::function<void(std::string_view)> AuditTrail::forwarding(Process& process) const {
  if (!forwarder_) return nullptr;
  return [forwarder = forwarder_, &process](std::string_view lines) {
    process.loop.post([forwarder, text = std::string(lines)] { forwarder->written(text); });
  };
}

std::function<void(const std::string&, audit::TailPosition)> AuditTrail::following(
    Process& process, const config::Settings& settings) const {
  if (!forwarder_) return nullptr;
  return [forwarder = forwarder_, &process, &settings](const std::string& id, audit::TailPosition start) {
    std::string directory = audit_directory(settings) + "/" + id;
    std::shared_ptr<audit::Disk> disk = disk_of(settings, directory);
    process.loop.post([forwarder, directory, disk, start] { forwarder->begin(directory, disk, start); });
  };
}

audit::Trail& AuditTrail::make_recorder(Process& process, const config::Settings& settings,
                                        std::function<void(const std::string&)> key_made,
                                        const audit::Watch::Heard& heard) {
  if (!settings.audit.enabled) return nothing_;
  auto told = [this, &process, made = std::move(key_made)](const std::string& path) {
    if (made) made(path);
    process.loop.post([this] { watch_.note({.event = Event::kKeyMade, .source = "local", .status = "ok"}); });
  };
  const auto tables = store_place(settings);
  opening_ = std::make_shared<Opening>(Opening{
      .places = key_places(settings, process.environment),
      .environment = process.environment,
      .random = process.random,
      .made = std::move(told),
      .make_disk = [settings_directory = audit_directory(settings),
                    &settings](const std::string& id) { return disk_of(settings, settings_directory + "/" + id); },
      .written = forwarding(process),
      .follow = following(process, settings),
      .tables = tables,
      .salts = std::make_shared<store::sql::UserSalts>(tables, process.random)});
  recorder_.emplace(audit::Recorder::Services{process.loop, worker_, process.clock, process.log},
                    audit::RecorderOptions{.on_failure = on_failure(settings), .heard = heard},
                    [opening = opening_](base::Wall now) { return opening->open_or_advise(now); });
  return *recorder_;
}

void AuditTrail::begin(std::string_view mode) {
  mode_ = mode;
  watch_.note({.event = Event::kServerStarted,
               .source = "local",
               .request = {{"version", version()}, {"mode", mode_}},
               .status = "ok"});
  audit::Entry loaded{.event = Event::kConfigLoaded,
                      .source = "local",
                      .request = {{"settings", audit::Hidden{settings_text_}},
                                  {"environment", environment_},
                                  {"log_level", log_level_}},
                      .status = "ok"};
  if (sealed_) loaded.request.emplace_back("generation", sealed_->generation);
  watch_.note(std::move(loaded));
}

base::Task<base::Result<void>> AuditTrail::start(NoKeyFile none) {
  if (!recorder_) co_return base::Result<void>();
  opening_->none = none;
  auto starting = recorder_->start();
  co_return co_await std::move(starting);
}

base::Task<void> AuditTrail::close() {
  auditor_.tell_counted();
  if (!recorder_) co_return;
  watch_.note({.event = Event::kServerStopped, .source = "local", .request = {{"mode", mode_}}, .status = "ok"});
  auto closing = recorder_->close();
  co_await std::move(closing);
  if (forwarder_) co_await forwarder_->settle();
}

base::Result<StoredTrail> find_trail(const config::Settings& settings, const os::Environment& environment,
                                     base::Random& random, std::string_view id) {
  const MasterKeyPlaces places = key_places(settings, environment);
  if (!has_master_key(places, environment)) {
    return base::fail(base::Code::kNotFound,
                      "There is no master key here, so no trail can be read. Set SPOTIFY_MCP_MASTER_KEY_FILE to the "
                      "key of the server that wrote it.");
  }
  TRY(const crypto::Key master, master_key(places, environment, random, NoKeyFile::kRefuse, nullptr));
  TRY(audit::Keys keys, keys_of_trail(*store_place(settings), master, id));
  std::string directory = audit_directory(settings) + "/" + keys.id;
  if (!os::exists(directory)) {
    return base::fail(base::Code::kNotFound, "There is no trail of this master key in " + audit_directory(settings) +
                                                 ". Set audit.directory, or give the key of the server that wrote it.");
  }
  auto disk = disk_of(settings, directory);
  return StoredTrail{.keys = std::move(keys), .disk = std::move(disk), .directory = std::move(directory)};
}

}  // namespace app
