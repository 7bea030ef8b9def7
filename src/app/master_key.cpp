#include "app/master_key.h"

#include <fmt/format.h>

#include "crypto/kdf.h"
#include "os/files.h"

namespace app {
namespace {

constexpr std::string_view kKeyVariable = "SPOTIFY_MCP_MASTER_KEY";
constexpr std::string_view kKeyFileVariable = "SPOTIFY_MCP_MASTER_KEY_FILE";
constexpr size_t kKeyFileBytesMax = 4096;
constexpr size_t kSaltBytes = 16;
// Shorter ones are guessed, whatever a guess costs.
constexpr size_t kPassphraseBytesMin = 12;

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

// `source` is the name of the variable, for errors.
base::Result<crypto::Key> from_text(const base::Secret& text, std::string_view source,
                                    const std::string& storage_directory, base::Random& random) {
  auto key = crypto::Key::from_base64(text);
  if (key) return key;
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
  TRY(const std::string salt, salt_of(storage_directory, random));
  return crypto::argon2id(text, salt);
}

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
  TRY_VOID(os::make_private_directory(directory));
  const crypto::Key key = crypto::Key::generate(random);
  const auto created = os::create_private_file(path, std::string(key.to_base64().reveal()) + "\n");
  if (!created && created.error().code != base::Code::kConflict) return std::unexpected(created.error());
  if (created && made) made(path);
  return {};
}

}  // namespace

MasterKeyPlaces key_places(const config::Settings& settings, const os::Environment& environment) {
  return {.storage_directory = settings.storage.directory, .config_directory = os::config_directory(environment)};
}

base::Result<crypto::Key> master_key(const MasterKeyPlaces& places, const os::Environment& environment,
                                     base::Random& random, NoKeyFile none,
                                     const std::function<void(const std::string&)>& made) {
  if (auto text = environment.find(kKeyVariable)) {
    return from_text(base::Secret(*std::move(text)), kKeyVariable, places.storage_directory, random);
  }
  if (const auto path = environment.find(kKeyFileVariable)) {
    TRY_VOID(check_apart(*path, places.storage_directory));
    TRY(std::string text, os::read_private_file(*path, kKeyFileBytesMax));
    return from_text(base::Secret(without_line_end(std::move(text))), kKeyFileVariable, places.storage_directory,
                     random);
  }
  const std::string path = places.config_directory + "/master.key";
  if (places.config_directory.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      "There is no place for the key file: HOME is not set. Set SPOTIFY_MCP_MASTER_KEY_FILE.");
  }
  TRY_VOID(check_apart(path, places.storage_directory));
  if (!os::exists(path)) {
    if (none == NoKeyFile::kRefuse) {
      return base::fail(
          base::Code::kUnavailable,
          fmt::format("The key file {} is missing, and the stored login opens with no other key. Restore it "
                      "from a backup, or run `spotify-mcp-server logout` and log in again.",
                      path));
    }
    TRY_VOID(make_key_file(path, places.config_directory, random, made));
  }
  TRY(std::string text, os::read_private_file(path, kKeyFileBytesMax));
  auto key = crypto::Key::from_base64(base::Secret(without_line_end(std::move(text))));
  if (key) return key;
  return base::fail(base::Code::kUnavailable,
                    fmt::format("{} holds no key. Restore it from a backup, or remove it and log in again.", path));
}

KeyFile key_file(const MasterKeyPlaces& places, const os::Environment& environment) {
  if (environment.find(kKeyVariable)) return {};
  if (auto path = environment.find(kKeyFileVariable)) return {.path = *std::move(path), .may_be_made = false};
  if (places.config_directory.empty()) return {};
  return {.path = places.config_directory + "/master.key", .may_be_made = true};
}

bool has_master_key(const MasterKeyPlaces& places, const os::Environment& environment) {
  return environment.find(kKeyVariable) || environment.find(kKeyFileVariable) ||
         (!places.config_directory.empty() && os::exists(places.config_directory + "/master.key"));
}

}  // namespace app
