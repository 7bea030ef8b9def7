#include "app/master_key.h"

#include <fmt/format.h>
#include <set>
#include <span>
#include <utility>

#include "crypto/kdf.h"
#include "os/files.h"

namespace app {
namespace {

constexpr size_t kKeyFileBytesMax = 4096;
constexpr size_t kSaltBytes = 16;
// Shorter ones are guessed, whatever a guess costs.
constexpr size_t kPassphraseBytesMin = 12;
constexpr size_t kPassphraseDistinctMin = 5;

std::string without_line_end(std::string text) {
  text.resize(text.find_last_not_of("\r\n") + 1);
  return text;
}

// The salt is no secret; it only must be the same at every start.
base::Result<std::string> salt_of(const std::string& directory, base::Random& random) {
  TRY_VOID(os::make_private_directory(directory));
  const std::string path = directory + "/passphrase-salt";
  if (!os::exists(path)) {
    std::string salt(kSaltBytes, '\0');
    random.fill(std::as_writable_bytes(std::span(salt)));
    const auto created = os::create_private_file(path, salt);
    // Another process may have been first; then its salt is the one.
    if (!created && created.error().code != base::Code::kConflict) return std::unexpected(created.error());
  }
  TRY(std::string salt, os::read_private_file(path, kSaltBytes));
  if (salt.size() == kSaltBytes) return salt;
  return base::fail(base::Code::kUnavailable,
                    fmt::format("{} is damaged. Restore it from a backup, or remove it and log in again.", path));
}

constexpr std::string_view kMakeOne = "Make one with: openssl rand -base64 32";

// `source` is the name of the variable or the path, for errors.
base::Result<crypto::Key> strong(crypto::Key key, std::string_view source) {
  const auto weakness = crypto::weakness_of(key);
  if (!weakness) return key;
  return base::fail(base::Code::kInvalidArgument,
                    fmt::format("{} is no random key: {}. {}", source, *weakness, kMakeOne));
}

base::Result<config::MasterSecret> from_text(base::Secret text, std::string_view source) {
  auto key = crypto::Key::from_base64(text);
  if (key) {
    TRY(crypto::Key checked, strong(*std::move(key), source));
    return checked;
  }
  // Padding says that this was to be a key; taken for a passphrase, a key that was cut would seal a login by accident.
  if (text.reveal().ends_with('=')) {
    return base::fail(key.error().code, fmt::format("{} holds no key. {}", source, key.error().message));
  }
  if (text.reveal().size() < kPassphraseBytesMin) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("{} is too short for a passphrase: use {} characters or more, or a key from: openssl "
                                  "rand -base64 32",
                                  source, kPassphraseBytesMin));
  }
  if (std::set<char>(text.reveal().begin(), text.reveal().end()).size() < kPassphraseDistinctMin) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("{} is no passphrase: it repeats few characters. {}", source, kMakeOne));
  }
  return text;
}

base::Result<config::MasterSecret> from_key_file(const std::string& path) {
  TRY(std::string text, os::read_private_file(path, kKeyFileBytesMax));
  auto key = crypto::Key::from_base64(base::Secret(without_line_end(std::move(text))));
  if (!key) {
    return base::fail(base::Code::kUnavailable,
                      fmt::format("{} holds no key. Restore it from a backup, or remove it and log in again.", path));
  }
  TRY(crypto::Key checked, strong(*std::move(key), path));
  return checked;
}

// What systemd decrypted for this unit (LoadCredential=, LoadCredentialEncrypted=). It sees to who can read it, by
// lists that the mode does not show.
std::optional<std::string> credential_file(const os::Environment& environment) {
  const auto directory = environment.find("CREDENTIALS_DIRECTORY");
  if (!directory || !directory->starts_with('/')) return std::nullopt;
  std::string path = *directory + "/spotify-mcp-master-key";
  return os::exists(path) ? std::optional(std::move(path)) : std::nullopt;
}

base::Result<config::MasterSecret> from_text_file(const std::string& path, std::string_view source) {
  TRY(std::string text, os::read_private_file(path, kKeyFileBytesMax));
  return from_text(base::Secret(without_line_end(std::move(text))), source);
}

std::string usual_key_file(const std::string& config_directory) { return config_directory + "/master.key"; }

base::Result<void> check_apart(const std::string& key_file, const std::string& storage_directory) {
  if (!os::is_within(key_file, storage_directory)) return {};
  return base::fail(
      base::Code::kInvalidArgument,
      fmt::format("The key file {} lies beside the database that it opens. Set storage.directory to another "
                  "folder, or {} to a file elsewhere.",
                  key_file, kKeyFileVariable));
}

base::Result<void> make_key_file(const std::string& path, const std::string& directory, base::Random& random,
                                 const std::function<void(const std::string&)>& made) {
  TRY_VOID(os::make_owned_directory(directory));
  const crypto::Key key = crypto::Key::generate(random);
  const auto created = os::create_private_file(path, key_line(key).reveal());
  if (!created && created.error().code != base::Code::kConflict) return std::unexpected(created.error());
  if (created && made) made(path);
  return {};
}

}  // namespace

base::Secret key_line(const crypto::Key& key) {
  const base::Secret text = key.to_base64();
  std::string line;
  line.reserve(text.size() + 1);
  line += text.reveal();
  line += '\n';
  return base::Secret(std::move(line));
}

MasterKeyPlaces key_places(const config::Settings& settings, const os::Environment& environment) {
  return {.storage_directory = settings.storage.directory, .config_directory = os::config_directory(environment)};
}

std::optional<KeyFile> key_file(const std::string& config_directory, const os::Environment& environment) {
  if (environment.has(kKeyVariable)) return std::nullopt;
  if (auto path = environment.find(kKeyFileVariable)) return KeyFile{.path = *std::move(path), .may_be_made = false};
  if (auto path = credential_file(environment)) return KeyFile{.path = *std::move(path), .may_be_made = false};
  if (config_directory.empty()) return std::nullopt;
  return KeyFile{.path = usual_key_file(config_directory), .may_be_made = true};
}

base::Result<std::optional<config::MasterSecret>> given_master_key(const std::string& config_directory,
                                                                   const os::Environment& environment) {
  if (auto text = environment.find(kKeyVariable)) {
    TRY(config::MasterSecret secret, from_text(base::Secret(*std::move(text)), kKeyVariable));
    return secret;
  }
  if (const auto path = environment.find(kKeyFileVariable)) {
    TRY(config::MasterSecret secret, from_text_file(*path, kKeyFileVariable));
    return secret;
  }
  if (const auto path = credential_file(environment)) {
    TRY(std::string text, os::read_file(*path, kKeyFileBytesMax));
    TRY(config::MasterSecret secret, from_text(base::Secret(without_line_end(std::move(text))), *path));
    return secret;
  }
  if (config_directory.empty() || !os::exists(usual_key_file(config_directory))) return std::nullopt;
  TRY(config::MasterSecret secret, from_key_file(usual_key_file(config_directory)));
  return secret;
}

base::Result<crypto::Key> master_key(const MasterKeyPlaces& places, const os::Environment& environment,
                                     base::Random& random, NoKeyFile none,
                                     const std::function<void(const std::string&)>& made) {
  const auto file = key_file(places.config_directory, environment);
  if (!file && !environment.has(kKeyVariable)) {
    return base::fail(base::Code::kInvalidArgument,
                      "There is no place for the key file: HOME is not set. Set SPOTIFY_MCP_MASTER_KEY_FILE.");
  }
  if (file) TRY_VOID(check_apart(file->path, places.storage_directory));
  TRY(auto given, given_master_key(places.config_directory, environment));
  if (!given) {
    if (none == NoKeyFile::kRefuse) {
      return base::fail(
          base::Code::kUnavailable,
          fmt::format(
              "The key file {} is missing, and what is stored opens with no other key. Restore it from a backup, "
              "or, if it is lost, run `spotify-mcp-server logout --lost-key` and log in again.",
              file->path));
    }
    TRY_VOID(make_key_file(file->path, places.config_directory, random, made));
    TRY(given, from_key_file(file->path));
  }
  if (auto* key = std::get_if<crypto::Key>(&*given)) return std::move(*key);
  return stretched(*given, places, random);
}

base::Result<crypto::Key> stretched(const config::MasterSecret& secret, const MasterKeyPlaces& places,
                                    base::Random& random) {
  if (const auto* key = std::get_if<crypto::Key>(&secret)) return key->clone();
  TRY(const std::string salt, salt_of(places.storage_directory, random));
  return crypto::argon2id(std::get<base::Secret>(secret), salt);
}

base::Result<std::optional<config::MasterSecret>> new_master_key(const os::Environment& environment) {
  if (auto text = environment.find(kNewKeyVariable)) {
    TRY(config::MasterSecret secret, from_text(base::Secret(*std::move(text)), kNewKeyVariable));
    return secret;
  }
  if (const auto path = environment.find(kNewKeyFileVariable)) {
    TRY(config::MasterSecret secret, from_text_file(*path, kNewKeyFileVariable));
    return secret;
  }
  return std::nullopt;
}

KeySource key_source(const std::string& config_directory, const os::Environment& environment) {
  const std::string provider = environment.find(kKeyProviderVariable).value_or("auto");
  if (provider != "auto") {
    return {.name = provider, .place = "", .is_there = environment.has(kKeyVariable)};
  }
  if (environment.has(kKeyVariable)) {
    return {.name = "variable", .place = std::string(kKeyVariable), .is_there = true};
  }
  const auto file = key_file(config_directory, environment);
  if (!file) return {.name = "file", .place = "", .is_there = false};
  const bool is_credential = credential_file(environment) == file->path;
  return {.name = is_credential ? "credential" : "file", .place = file->path, .is_there = os::exists(file->path)};
}

bool has_master_key(const MasterKeyPlaces& places, const os::Environment& environment) {
  return environment.has(kKeyVariable) || environment.has(kKeyFileVariable) || credential_file(environment) ||
         (!places.config_directory.empty() && os::exists(usual_key_file(places.config_directory)));
}

}  // namespace app
