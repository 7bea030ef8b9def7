#include "app/commands/master_rotation.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <ostream>
#include <utility>

#include "app/account.h"
#include "app/audit_trail.h"
#include "app/commands/config_files.h"
#include "app/key_notice.h"
#include "app/master_key.h"
#include "app/sealed_config.h"
#include "app/stores.h"
#include "json/write.h"
#include "os/files.h"
#include "store/keyset.h"

namespace app::commands {
namespace {

using base::Code;
using base::fail;

constexpr size_t kKeyBytesMax = 4096;

// Where what is to take a file's place waits.
std::string next_of(const std::string& file) { return file + ".next"; }

struct NewKey {
  config::MasterSecret secret;
  crypto::Key key;
  std::optional<std::string> file;  // That it is to stand in; none where the person keeps it.
};

base::Result<NewKey> from_next_file(const std::string& file) {
  TRY(std::string text, os::read_private_file(next_of(file), kKeyBytesMax));
  text.resize(text.find_last_not_of("\r\n") + 1);
  auto key = crypto::Key::from_base64(base::Secret(std::move(text)));
  if (!key) {
    return fail(Code::kUnavailable, fmt::format("{} holds no key. Remove it, and run this again.", next_of(file)));
  }
  crypto::Key twin = key->clone();
  return NewKey{.secret = std::move(twin), .key = *std::move(key), .file = file};
}

base::Result<NewKey> new_key(const MasterKeyPlaces& places, const os::Environment& environment, base::Random& random,
                             bool may_draw) {
  TRY(auto given, new_master_key(environment));
  if (given) {
    TRY(crypto::Key key, stretched(*given, places, random));
    return NewKey{.secret = *std::move(given), .key = std::move(key), .file = std::nullopt};
  }
  const KeySource source = key_source(places.config_directory, environment);
  if (source.name != "file" || !source.is_there) {
    return fail(Code::kInvalidArgument,
                "The master key of today stands in no file of ours, so say which is the new one: set "
                "SPOTIFY_MCP_NEW_MASTER_KEY_FILE. Make one with: openssl rand -base64 32");
  }
  if (may_draw && !os::exists(next_of(source.place))) {
    const crypto::Key drawn = crypto::Key::generate(random);
    TRY_VOID(os::create_private_file(next_of(source.place), key_line(drawn).reveal()));
  }
  return from_next_file(source.place);
}

// Whether a rotation was killed after the store had taken the new key.
bool is_store_ahead(const config::Settings& settings, const crypto::Key& before, const crypto::Key& after) {
  const auto tables = store_place(settings);
  return !store::sql::stored_keys(*tables, before, "") && store::sql::stored_keys(*tables, after, "");
}

base::Result<void> prepare_config(const config::Loaded& loaded, const std::string& file, const NewKey& fresh,
                                  Process& process, Io& io) {
  if (!loaded.sealed) return {};
  TRY(const std::string before, os::read_file(file, config::kSealedBytesMax));
  TRY(const config::Opened opened, open_sealed(file, before, io.environment));
  TRY(const int64_t accepted, accepted_generation(loaded.settings.storage.directory, opened.header.environment));
  config::SealedAs as{.environment = opened.header.environment,
                      .generation = std::max(accepted, opened.header.generation) + 1,
                      .created = process.clock.wall()};
  if (opened.header.stretched) as.cost = *opened.header.stretched;
  TRY(const std::string sealed, config::seal(fresh.secret, as, opened.text.reveal(), process.random));
  return os::write_private_file(next_of(os::target_of(file)), sealed);
}

// Where the old key goes: another data directory may share the file, and backups of before open with no other key.
std::string kept_as(const std::string& file, const crypto::Key& before) {
  return fmt::format("{}.{}", os::target_of(file), store::key_id(before).substr(0, store::kKeyIdShown));
}

base::Result<void> keep_old(const NewKey& fresh, const crypto::Key& before) {
  if (!fresh.file) return {};
  const std::string path = kept_as(*fresh.file, before);
  if (os::exists(path)) return {};
  return os::create_private_file(path, std::string(before.to_base64().reveal()) + "\n");
}

// From here on the old key opens nothing of this data directory.
base::Result<void> put_in_place(const NewKey& fresh, const std::string& config_file) {
  if (fresh.file) {
    TRY_VOID(os::replace_private_file(os::target_of(*fresh.file), key_line(fresh.key).reveal()));
    TRY_VOID(os::replace_private_file(next_of(*fresh.file), ""));
    TRY_VOID(os::remove_file(next_of(*fresh.file)));
  }
  const std::string config = config_file.empty() ? "" : os::target_of(config_file);
  if (config.empty() || !os::exists(next_of(config))) return {};
  TRY(const std::string sealed, os::read_file(next_of(config), config::kSealedBytesMax));
  TRY_VOID(os::write_private_file(config, sealed));
  return os::remove_file(next_of(config));
}

// A sealed configuration whose turn had not come when the process was killed opens under the new key alone.
base::Result<void> finish_config(const std::string& file, const os::Environment& environment) {
  const std::string config = file.empty() ? "" : os::target_of(file);
  if (config.empty() || !os::exists(next_of(config))) return {};
  TRY(const std::string next, os::read_file(next_of(config), config::kSealedBytesMax));
  TRY(const std::string now, os::read_file(config, config::kSealedBytesMax));
  if (open_sealed(config, now, environment) || !open_sealed(next_of(config), next, environment)) return {};
  TRY_VOID(os::write_private_file(config, next));
  return os::remove_file(next_of(config));
}

struct Talk {
  Account& account;
  AuditTrail& audit;
  const NewKey& fresh;
};

base::Task<base::Result<void>> tell(AuditTrail* audit, std::string step) {
  audit::Entry entry{.event = audit::Event::kKeyRotated,
                     .source = "local",
                     .request = {{"step", std::move(step)}, {"purpose", "master"}},
                     .status = "ok"};
  co_return co_await audit->trail().record(std::move(entry));
}

base::Task<base::Result<void>> replace(Talk* talk) {
  talk->audit.begin("keys");
  CO_TRY_VOID(co_await talk->audit.start(NoKeyFile::kRefuse));
  auto telling = tell(&talk->audit, "begin");
  auto done = co_await std::move(telling);
  if (done) done = co_await talk->account.store().replace_master(talk->fresh.key.clone());
  auto ending = tell(&talk->audit, "end");
  if (done) done = co_await std::move(ending);
  co_await talk->audit.close();
  co_return done;
}

void say(const NewKey& fresh, const crypto::Key& before, const Arguments& arguments, Io& io) {
  if (arguments.has("--json")) {
    io.out << json::write_pretty(json::Object{{"master", "replaced"},
                                              {"file", fresh.file.value_or("")},
                                              {"old", fresh.file ? kept_as(*fresh.file, before) : ""}});
  } else {
    io.out << "The master key is a new one, and everything is sealed under it.\n";
  }
  io.err << (fresh.file ? fmt::format("note: {} holds it. Renew your copy of it, and start running servers again.\n"
                                      "note: The old one is in {}: a data directory that shares the key file, and "
                                      "backups of before, open with that one only. Remove it when nothing needs it.\n",
                                      *fresh.file, kept_as(*fresh.file, before))
                        : "note: Give it to the servers as SPOTIFY_MCP_MASTER_KEY(_FILE) from now on, and start them "
                          "again. The old one opens nothing any more.\n");
}

}  // namespace

base::Result<int> rotate_master(const Command& command, const Arguments& arguments, Io& io) {
  const std::string config_file = find_config_file(arguments.text("--config"), io.environment);
  TRY_VOID(finish_config(config_file, io.environment));
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  const MasterKeyPlaces places = key_places(loaded.settings, io.environment);
  TRY(const crypto::Key before, master_key(places, io.environment, process.random, NoKeyFile::kRefuse, nullptr));
  const bool dry = arguments.has("--dry-run");
  if (dry) {
    io.out << "A new master key, and every key and a sealed configuration under it. Nothing was changed.\n";
    io.err << fmt::format(
        "note: Only {} would be under it. Another data directory that uses the same master key opens with the old one "
        "only: rotate each, or give them key files of their own first (SPOTIFY_MCP_MASTER_KEY_FILE).\n",
        loaded.settings.storage.directory);
    return 0;
  }
  TRY(const NewKey fresh, new_key(places, io.environment, process.random, true));
  if (!is_store_ahead(loaded.settings, before, fresh.key)) {
    TRY_VOID(prepare_config(loaded, config_file, fresh, process, io));
    TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
    AuditTrail audit(process, loaded.settings, nullptr);
    Talk talk{*account, audit, fresh};
    TRY_VOID(run_to_end(process.loop, replace(&talk)));
  }
  TRY_VOID(keep_old(fresh, before));
  TRY_VOID(put_in_place(fresh, config_file));
  say(fresh, before, arguments, io);
  return 0;
}

}  // namespace app::commands
