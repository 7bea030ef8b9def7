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

namespace app::commands {
namespace {

using base::Code;
using base::fail;

struct NewKey {
  config::MasterSecret secret;
  crypto::Key key;
  std::string file = {};  // That it is to stand in; none where the person keeps it.
};

base::Result<NewKey> new_key(const MasterKeyPlaces& places, const os::Environment& environment, base::Random& random) {
  TRY(auto given, new_master_key(environment));
  if (given) {
    TRY(crypto::Key key, stretched(*given, places, random));
    return NewKey{.secret = *std::move(given), .key = std::move(key)};
  }
  const KeySource source = key_source(places.config_directory, environment);
  if (source.name != "file" || !source.is_there) {
    return fail(Code::kInvalidArgument,
                "The master key of today stands in no file of ours, so say which is the new one: set "
                "SPOTIFY_MCP_NEW_MASTER_KEY_FILE. Make one with: openssl rand -base64 32");
  }
  // Never one that waited: whoever read the key file may have read that too.
  crypto::Key drawn = crypto::Key::generate(random);
  crypto::Key twin = drawn.clone();
  return NewKey{.secret = std::move(twin), .key = std::move(drawn), .file = source.place};
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

struct Talk {
  Account& account;
  AuditTrail& audit;
  const NewKey& fresh;
};

base::Task<base::Result<void>> replace(Talk* talk) {
  talk->audit.begin("keys");
  CO_TRY_VOID(co_await talk->audit.start(NoKeyFile::kRefuse));
  auto telling = tell_rotation(&talk->audit, "begin");
  auto done = co_await std::move(telling);
  if (done) done = co_await talk->account.store().replace_master(talk->fresh.key.clone());
  auto ending = tell_rotation(&talk->audit, "end");
  if (done) done = co_await std::move(ending);
  co_await talk->audit.close();
  co_return done;
}

void say(const std::string& file, const std::string& kept, const Arguments& arguments, Io& io) {
  if (arguments.has("--json")) {
    io.out << json::write_pretty(json::Object{{"master", "replaced"}, {"file", file}, {"old", kept}});
  } else {
    io.out << "The master key is a new one, and everything is sealed under it.\n";
  }
  if (kept.empty() && !file.empty()) return;
  io.err << (file.empty()
                 ? "note: Give it to the servers as SPOTIFY_MCP_MASTER_KEY(_FILE) from now on, and start them "
                   "again. The old one opens nothing any more.\n"
                 : fmt::format("note: {} holds it. Renew your copy of it, and start running servers again.\n"
                               "note: The old one is in {}: a data directory that shares the key file, and "
                               "backups of before, open with that one only. Remove it when nothing needs it.\n",
                               file, kept));
}

int say_what_would_be(const std::string& directory, Io& io) {
  io.out << "A new master key, and every key and a sealed configuration under it. Nothing was changed.\n";
  io.err << fmt::format(
      "note: Only {} would be under it. Another data directory that uses the same master key opens with the old one "
      "only: rotate each, or give them key files of their own first (SPOTIFY_MCP_MASTER_KEY_FILE).\n",
      directory);
  return 0;
}

}  // namespace

base::Result<int> rotate_master(const Command& command, const Arguments& arguments, Io& io, Settled settled) {
  const std::string config_file = find_config_file(arguments.text("--config"), io.environment);
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  const MasterKeyPlaces places = key_places(loaded.settings, io.environment);
  const std::string& directory = loaded.settings.storage.directory;
  if (arguments.has("--dry-run")) return say_what_would_be(directory, io);
  if (settled == Settled::kFinished) {
    const KeySource source = key_source(places.config_directory, io.environment);
    say(source.name == "file" ? source.place : "", "", arguments, io);
    return 0;
  }
  TRY(const os::FileLock lock, rotation_lock(directory));
  TRY(const crypto::Key before, master_key(places, io.environment, process.random, NoKeyFile::kRefuse, nullptr));
  TRY(const NewKey fresh, new_key(places, io.environment, process.random));
  const Ending ending{.key_file = fresh.file, .storage_directory = directory, .config_file = config_file};
  if (!fresh.file.empty()) {
    TRY_VOID(os::write_private_file(pending_key_file(fresh.file, directory), key_line(fresh.key).reveal()));
  }
  TRY_VOID(prepare_config(loaded, config_file, fresh, process, io));
  {
    TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
    AuditTrail audit(process, loaded.settings, nullptr);
    Talk talk{*account, audit, fresh};
    TRY_VOID(run_to_end(process.loop, replace(&talk)));
  }
  TRY_VOID(put_in_place(ending, before, fresh.key));
  say(fresh.file, fresh.file.empty() ? "" : kept_as(fresh.file, before), arguments, io);
  return 0;
}

}  // namespace app::commands
