#include "app/commands/pending_master.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <ostream>
#include <utility>
#include <variant>
#include <vector>

#include "app/key_provider.h"
#include "app/sealed_config.h"
#include "app/stores.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"
#include "store/keyset.h"

namespace app::commands {
namespace {

constexpr size_t kKeyBytesMax = 4096;
constexpr std::string_view kPendingMark = ".next-";
// A rotation is a few writes, and stretches two passphrases at most.
constexpr std::chrono::seconds kRotationPatience{15};

// The configuration that a command was pointed at, by an option or as its argument.
std::string config_of(const Command& command, const Arguments& arguments, const os::Environment& environment) {
  std::string named = arguments.text("--config");
  const bool of_argument =
      command.name == "config" && (arguments.positional == "unseal" || arguments.positional == "edit");
  if (named.empty() && of_argument && !arguments.rest.empty()) named = arguments.rest.front();
  return find_config_file(named, environment);
}

bool opens(const config::Settings& settings, const crypto::Key& key) {
  return store::sql::stored_keys(*store_place(settings), key, "").has_value();
}

base::Result<crypto::Key> read_key(const std::string& path) {
  TRY(std::string text, os::read_private_file(path, kKeyBytesMax));
  text.resize(text.find_last_not_of("\r\n") + 1);
  return crypto::Key::from_base64(base::Secret(std::move(text)));
}

// Its bytes are overwritten first.
base::Result<void> drop(const std::string& path) {
  if (!os::exists(path)) return {};
  TRY_VOID(os::replace_private_file(path, ""));
  return os::remove_file(path);
}

// The files beside `file` whose names begin with its name and that.
std::vector<std::string> files_beside(const std::string& file, std::string_view mark) {
  std::vector<std::string> files;
  if (file.empty()) return files;
  const std::filesystem::path whole(os::target_of(file));
  const std::string start = whole.filename().string() + std::string(mark);
  const auto names = os::list_directory(whole.parent_path().string());
  if (!names) return files;
  for (const std::string& name : *names) {
    if (name.starts_with(start)) files.push_back((whole.parent_path() / name).string());
  }
  return files;
}

// With those that a kill left unfinished, which nobody else looks for.
base::Result<void> drop_waiting(const Ending& ending) {
  const std::string pending = pending_key_file(ending.key_file, ending.storage_directory);
  for (const std::string& file : files_beside(ending.key_file, kPendingMark)) {
    if (file.starts_with(pending)) TRY_VOID(drop(file));
  }
  return {};
}

std::string own_key_file(const os::Environment& environment) {
  const KeySource source = key_source(os::config_directory(environment), environment);
  return source.name == "file" && source.is_there ? source.place : std::string();
}

// A sealed configuration whose turn had not come when the process was killed opens under the new key alone.
base::Result<void> finish_config(const std::string& file, const os::Environment& environment) {
  const std::string config = file.empty() ? "" : os::target_of(file);
  if (config.empty() || !os::exists(next_of(config))) return {};
  TRY(const std::string next, os::read_file(next_of(config), config::kSealedBytesMax));
  TRY(const std::string now, os::read_file(config, config::kSealedBytesMax));
  if (!config::is_sealed(now) || open_sealed(config, now, environment)) return {};
  if (!open_sealed(next_of(config), next, environment)) return {};
  TRY_VOID(os::write_private_file(config, next));
  return os::remove_file(next_of(config));
}

base::Result<void> put_config_in_place(const std::string& file) {
  const std::string config = file.empty() ? "" : os::target_of(file);
  if (config.empty() || !os::exists(next_of(config))) return {};
  TRY(const std::string sealed, os::read_file(next_of(config), config::kSealedBytesMax));
  TRY_VOID(os::write_private_file(config, sealed));
  return os::remove_file(next_of(config));
}

// As a variable would hold it.
base::Secret text_of(const config::MasterSecret& secret) {
  const auto* key = std::get_if<crypto::Key>(&secret);
  return key != nullptr ? key->to_base64() : std::get<base::Secret>(secret).clone();
}

// The master key that is to be, where a variable or a waiting file has it.
struct Candidate {
  crypto::Key key;
  base::Secret text;  // As a variable would hold it.
  std::string key_file;
};

std::optional<Candidate> candidate_of(const Ending& ending, const os::Environment& environment, base::Random& random) {
  if (!ending.key_file.empty()) {
    auto key = read_key(pending_key_file(ending.key_file, ending.storage_directory));
    if (key) {
      base::Secret text = key->to_base64();
      return Candidate{.key = *std::move(key), .text = std::move(text), .key_file = ending.key_file};
    }
  }
  const auto given = new_master_key(environment);
  if (!given || !*given) return std::nullopt;
  const MasterKeyPlaces places{.storage_directory = ending.storage_directory,
                               .config_directory = os::config_directory(environment)};
  auto key = stretched(**given, places, random);
  if (!key) return std::nullopt;
  return Candidate{.key = *std::move(key), .text = text_of(**given), .key_file = ""};
}

base::Task<base::Result<void>> tell_all(AuditTrail* audit, std::string step) {
  audit->begin("keys");
  CO_TRY_VOID(co_await audit->start(NoKeyFile::kRefuse));
  const auto told = co_await tell_rotation(audit, std::move(step));
  co_await audit->close();
  co_return told;
}

// What was settled is settled, also where the trail cannot say so: a server that needs it refuses to start then.
void record(const config::Settings& settings, Io& io, std::string step) {
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  AuditTrail audit(process, settings, nullptr);
  const auto told = run_to_end(process.loop, tell_all(&audit, std::move(step)));
  if (!told) io.err << "warning: The audit trail does not have it. " << told.error().message << '\n';
}

void finish(const Ending& ending, const crypto::Key& before, Candidate candidate, Io& io) {
  Ending whole = ending;
  whole.key_file = candidate.key_file;
  const auto placed = put_in_place(whole, before, candidate.key);
  if (placed && !whole.key_file.empty()) {
    io.err << fmt::format(
        "note: A rotation of the master key had been ended in the middle. Now it is complete: {} "
        "holds the new key, and {} the old one.\n",
        whole.key_file, kept_as(whole.key_file, before));
    return;
  }
  // The data open with it all the same, and the next command tries again.
  use_master_key(io.environment, std::move(candidate.text));
  if (!placed) {
    // It may lie in a folder that can be written.
    static_cast<void>(put_config_in_place(ending.config_file));
    io.err << "warning: The data are under the new master key, which is used, but could not take its place. "
           << placed.error().message << '\n';
    return;
  }
  io.err << "note: The data are under the new master key. Give it as SPOTIFY_MCP_MASTER_KEY(_FILE) from now on, "
            "instead of SPOTIFY_MCP_NEW_MASTER_KEY(_FILE).\n";
}

// The data open with the key of today, so what waits is there already, or nothing will ever need it.
base::Result<Settled> clear(const Ending& ending, const crypto::Key& today) {
  if (ending.key_file.empty()) return Settled::kNothing;
  const std::string pending = pending_key_file(ending.key_file, ending.storage_directory);
  if (!os::exists(pending)) {
    TRY_VOID(drop_waiting(ending));
    return Settled::kNothing;
  }
  const auto waiting = read_key(pending);
  const bool is_there = waiting && store::key_id(*waiting) == store::key_id(today);
  if (is_there) {
    TRY_VOID(put_config_in_place(ending.config_file));
  } else if (!ending.config_file.empty()) {
    const std::string next = next_of(os::target_of(ending.config_file));
    TRY_VOID(os::remove_file(next));
    for (const std::string& file : files_beside(next, ".")) TRY_VOID(os::remove_file(file));
  }
  TRY_VOID(drop_waiting(ending));
  return is_there ? Settled::kFinished : Settled::kUndone;
}

base::Result<Settled> settle(const config::Settings& settings, const Ending& ending, Io& io) {
  TRY(const os::FileLock lock, rotation_lock(ending.storage_directory));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  const MasterKeyPlaces places = key_places(settings, io.environment);
  TRY(const crypto::Key before, master_key(places, io.environment, process.random, NoKeyFile::kRefuse, nullptr));
  if (opens(settings, before)) {
    const auto cleared = clear(ending, before);
    if (cleared) return *cleared;
    io.err << "warning: What a rotation of the master key left could not be removed. " << cleared.error().message
           << '\n';
    return Settled::kNothing;
  }
  auto candidate = candidate_of(ending, io.environment, process.random);
  if (!candidate || !opens(settings, candidate->key)) return Settled::kNothing;
  finish(ending, before, *std::move(candidate), io);
  return Settled::kFinished;
}

// With the key of today, or, where the configuration is no longer under it, with one that waits or was given.
base::Result<config::Loaded> load(const SettingsRequest& request, const std::vector<std::string>& waiting,
                                  const os::Environment& environment) {
  auto loaded = load_settings(request, environment);
  const auto try_with = [&](base::Secret text) {
    os::Environment other = environment;
    use_master_key(other, std::move(text));
    loaded = load_settings(request, other);
  };
  for (const std::string& file : waiting) {
    if (loaded) return loaded;
    if (const auto key = read_key(file)) try_with(key->to_base64());
  }
  if (loaded) return loaded;
  if (const auto given = new_master_key(environment); given && *given) try_with(text_of(**given));
  return loaded;
}

}  // namespace

std::string next_of(const std::string& file) { return file + ".next"; }

std::string pending_key_file(const std::string& key_file, const std::string& storage_directory) {
  constexpr size_t kDigits = 16;
  const std::string name = crypto::to_hex(crypto::sha256(os::target_of(storage_directory)));
  return fmt::format("{}{}{}", os::target_of(key_file), kPendingMark, name.substr(0, kDigits));
}

std::string kept_as(const std::string& key_file, const crypto::Key& before) {
  return fmt::format("{}.{}", os::target_of(key_file), store::key_id(before).substr(0, store::kKeyIdShown));
}

base::Result<os::FileLock> rotation_lock(const std::string& storage_directory) {
  TRY_VOID(os::make_private_directory(storage_directory));
  return os::FileLock::take(storage_directory + "/master-rotation.lock", kRotationPatience);
}

base::Result<void> put_in_place(const Ending& ending, const crypto::Key& before, const crypto::Key& after) {
  if (!ending.key_file.empty()) {
    if (!os::exists(kept_as(ending.key_file, before))) {
      TRY_VOID(os::create_private_file(kept_as(ending.key_file, before), key_line(before).reveal()));
    }
    TRY_VOID(os::replace_private_file(os::target_of(ending.key_file), key_line(after).reveal()));
  }
  TRY_VOID(put_config_in_place(ending.config_file));
  if (ending.key_file.empty()) return {};
  return drop_waiting(ending);
}

base::Task<base::Result<void>> tell_rotation(AuditTrail* audit, std::string step) {
  audit::Entry entry{.event = audit::Event::kKeyRotated,
                     .source = "local",
                     .request = {{"step", std::move(step)}, {"purpose", "master"}},
                     .status = "ok"};
  co_return co_await audit->trail().record(std::move(entry));
}

base::Result<Settled> settle_master(const Command& command, const Arguments& arguments, Io& io) {
  const std::string config_file = config_of(command, arguments, io.environment);
  const std::string key_file = own_key_file(io.environment);
  const bool has_next = !config_file.empty() && os::exists(next_of(os::target_of(config_file)));
  const bool is_given = io.environment.has(kNewKeyVariable) || io.environment.has(kNewKeyFileVariable);
  const std::vector<std::string> waiting = files_beside(key_file, kPendingMark);
  if (!has_next && !is_given && waiting.empty()) return Settled::kNothing;
  TRY_VOID(finish_config(config_file, io.environment));
  SettingsRequest request = settings_request(command, arguments);
  request.config_file = config_file;
  // The command judges the file that it will find.
  request.rollback = Rollback::kAllow;
  const auto loaded = load(request, waiting, io.environment);
  if (!loaded || !has_master_key(key_places(loaded->settings, io.environment), io.environment)) {
    return Settled::kNothing;
  }
  const Ending ending{
      .key_file = key_file, .storage_directory = loaded->settings.storage.directory, .config_file = config_file};
  if (!os::exists(ending.storage_directory)) return Settled::kNothing;
  TRY(const Settled settled, settle(loaded->settings, ending, io));
  if (settled == Settled::kFinished) record(loaded->settings, io, "end");
  if (settled == Settled::kUndone) {
    record(loaded->settings, io, "undone");
    io.err << "note: A rotation of the master key had been ended before anything was under the new key. It is undone: "
              "the key of before is the one.\n";
  }
  return settled;
}

}  // namespace app::commands
