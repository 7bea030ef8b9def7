#include "app/key_provider.h"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "app/master_key.h"
#include "crypto/key.h"
#include "keys/keyring.h"
#include "keys/pkcs11.h"
#include "os/child.h"
#include "os/files.h"

namespace app {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

constexpr size_t kPinFileBytesMax = 1024;
// Says in an environment that its master key is the answer of a provider. No variable can be called so.
constexpr std::string_view kAnswered = "=answered";
// A person may have to unlock the keyring; a token answers at once.
constexpr std::chrono::minutes kPatience{2};

enum class Provider { kNone, kKeyring, kToken };

Result<Provider> provider_of(const os::Environment& environment) {
  const std::string name = environment.find(kKeyProviderVariable).value_or("auto");
  if (name == "auto") return Provider::kNone;
  if (environment.has(kKeyVariable) || environment.has(kKeyFileVariable)) {
    return fail(Code::kConflict, fmt::format("{} says {}, and {} is set too. Unset one of them.", kKeyProviderVariable,
                                             name, environment.has(kKeyVariable) ? kKeyVariable : kKeyFileVariable));
  }
  if (name == "keyring") return Provider::kKeyring;
  if (name == "pkcs11") return Provider::kToken;
  return fail(Code::kInvalidArgument, fmt::format("{} must be auto, keyring or pkcs11.", kKeyProviderVariable));
}

Result<keys::Token> token_of(const os::Environment& environment) {
  const auto module = environment.find("SPOTIFY_MCP_PKCS11_MODULE");
  if (!module) {
    return fail(Code::kInvalidArgument,
                "Say which library speaks to the token: SPOTIFY_MCP_PKCS11_MODULE, such as "
                "/usr/lib/softhsm/libsofthsm2.so.");
  }
  keys::Token token{.module = *module, .label = environment.find("SPOTIFY_MCP_PKCS11_TOKEN").value_or("")};
  if (auto key = environment.find("SPOTIFY_MCP_PKCS11_KEY")) token.key = *std::move(key);
  return token;
}

Result<Secret> pin_of(const os::Environment& environment) {
  if (auto pin = environment.find(kPinVariable)) return Secret(*std::move(pin));
  if (const auto path = environment.find("SPOTIFY_MCP_PKCS11_PIN_FILE")) {
    TRY(std::string text, os::read_private_file(*path, kPinFileBytesMax));
    text.resize(text.find_last_not_of("\r\n") + 1);
    return Secret(std::move(text));
  }
  return fail(Code::kInvalidArgument, "The token asks for its PIN: set SPOTIFY_MCP_PKCS11_PIN_FILE.");
}

Result<Secret> ask_keyring(const os::Environment& environment) {
  TRY(auto found, keys::read_keyring(environment));
  if (found) return *std::move(found);
  return fail(Code::kNotFound, "The keyring has no master key yet. Make it with: spotify-mcp-server keys init");
}

}  // namespace

void use_master_key(os::Environment& environment, base::Secret text) {
  environment.set_secret(kKeyVariable, std::move(text));
  environment.set_secret(kAnswered, base::Secret(std::string("yes")));
}

base::Result<void> fetch_master_key(os::Environment& environment) {
  if (environment.has(kAnswered)) return {};
  TRY(const Provider provider, provider_of(environment));
  if (provider == Provider::kNone) return {};
  if (provider == Provider::kKeyring) {
    TRY(Secret text, os::ask_child([&environment] { return ask_keyring(environment); }, kPatience));
    use_master_key(environment, std::move(text));
    return {};
  }
  TRY(const keys::Token token, token_of(environment));
  TRY(const Secret pin, pin_of(environment));
  const auto ask = [&]() -> Result<Secret> {
    TRY(const crypto::Key key, keys::read_token(token, pin));
    return key.to_base64();
  };
  TRY(Secret text, os::ask_child(ask, kPatience));
  use_master_key(environment, std::move(text));
  return {};
}

base::Result<bool> make_provided_key(const os::Environment& environment, base::Random& random) {
  TRY(const Provider provider, provider_of(environment));
  if (provider == Provider::kNone) return false;
  const auto make = [&]() -> Result<Secret> {
    if (provider == Provider::kKeyring) {
      TRY(const auto found, keys::read_keyring(environment));
      if (found) return fail(Code::kConflict, "The keyring has a master key already.");
      TRY_VOID(keys::write_keyring(environment, crypto::Key::generate(random).to_base64()));
      return Secret();
    }
    TRY(const keys::Token token, token_of(environment));
    TRY(const Secret pin, pin_of(environment));
    TRY_VOID(keys::make_token_key(token, pin));
    return Secret();
  };
  TRY([[maybe_unused]] const Secret nothing, os::ask_child(make, kPatience));
  return true;
}

}  // namespace app
