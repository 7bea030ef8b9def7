// The key under which the login is sealed. It never lies beside what it opens.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/sealed_file.h"
#include "config/settings.h"
#include "crypto/key.h"
#include "os/environment.h"

namespace app {

inline constexpr std::string_view kKeyVariable = "SPOTIFY_MCP_MASTER_KEY";
inline constexpr std::string_view kKeyFileVariable = "SPOTIFY_MCP_MASTER_KEY_FILE";
inline constexpr std::string_view kNewKeyVariable = "SPOTIFY_MCP_NEW_MASTER_KEY";
inline constexpr std::string_view kNewKeyFileVariable = "SPOTIFY_MCP_NEW_MASTER_KEY_FILE";
// auto, keyring or pkcs11; see key_provider.h.
inline constexpr std::string_view kKeyProviderVariable = "SPOTIFY_MCP_KEY_PROVIDER";
inline constexpr std::string_view kPinVariable = "SPOTIFY_MCP_PKCS11_PIN";
// Variables that hold a secret themselves. The program takes them out of its environment when it starts.
inline constexpr std::array kSecretVariables{kKeyVariable, kNewKeyVariable, kPinVariable,
                                             std::string_view("SPOTIFY_CLIENT_SECRET")};

struct MasterKeyPlaces {
  // Where the database is; a passphrase's salt is kept there, and a key never.
  std::string storage_directory;
  // Where a key file is made when the environment gives none.
  std::string config_directory;
};

// As a key stands in a file: base64 and a line end.
base::Secret key_line(const crypto::Key& key);

MasterKeyPlaces key_places(const config::Settings& settings, const os::Environment& environment);

// What is done when there is no key file. With a login that was sealed under a key, a new one would only hide that the
// old one is gone.
enum class NoKeyFile { kMake, kRefuse };

// SPOTIFY_MCP_MASTER_KEY (32 bytes as base64, or a passphrase of 12 characters or more), else the content of
// SPOTIFY_MCP_MASTER_KEY_FILE, else the systemd credential spotify-mcp-master-key, else the key file, which is made at
// first use; `made`, which may be empty, is then called with its path, so that the person learns of it. A file in the
// directory of the database, or below it, is refused with kInvalidArgument: whoever copies the one would have the
// other. Blocking, and slow for a passphrase: run it on a worker.
base::Result<crypto::Key> master_key(const MasterKeyPlaces& places, const os::Environment& environment,
                                     base::Random& random, NoKeyFile none,
                                     const std::function<void(const std::string&)>& made);

// The same as it was given, a passphrase still unstretched, and nothing where master_key() would make a file. For what
// is opened before the database is known, such as the configuration that says where it is. kInvalidArgument for
// a key that nobody drew at random.
base::Result<std::optional<config::MasterSecret>> given_master_key(const std::string& config_directory,
                                                                   const os::Environment& environment);

// The file that master_key() would look for, or nothing where a variable holds the key itself or there is no place for
// one.
struct KeyFile {
  std::string path;
  bool may_be_made = false;
};
std::optional<KeyFile> key_file(const std::string& config_directory, const os::Environment& environment);

// Whether master_key() would take a key that is there, and make none.
bool has_master_key(const MasterKeyPlaces& places, const os::Environment& environment);

// Where the master key comes from, in words; never the key.
struct KeySource {
  std::string name;   // "variable", "file", "credential", "keyring" or "pkcs11".
  std::string place;  // The name of the variable, or a path.
  bool is_there = false;
};
KeySource key_source(const std::string& config_directory, const os::Environment& environment);

// The master key that is to take the place of the one of today: from SPOTIFY_MCP_NEW_MASTER_KEY or its _FILE form.
base::Result<std::optional<config::MasterSecret>> new_master_key(const os::Environment& environment);
// A passphrase is stretched, with the salt of this data directory. Slow then.
base::Result<crypto::Key> stretched(const config::MasterSecret& secret, const MasterKeyPlaces& places,
                                    base::Random& random);

}  // namespace app
