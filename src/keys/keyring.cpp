#include "keys/keyring.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <libsecret/secret.h>
#include <string>

#include "os/files.h"

namespace keys {
namespace {

using base::Code;
using base::fail;

constexpr const char* kLibrary = "libsecret-1.so.0";
constexpr const char* kAttribute = "application";
constexpr const char* kApplication = "spotify-mcp-server";

const SecretSchema kSchema{"io.github.spotify_mcp_server.MasterKey",
                           SECRET_SCHEMA_NONE,
                           {{kAttribute, SECRET_SCHEMA_ATTRIBUTE_STRING}, {nullptr, SECRET_SCHEMA_ATTRIBUTE_STRING}},
                           0,
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr,
                           nullptr};

struct Library {
  decltype(&::secret_password_lookup_sync) lookup = nullptr;
  decltype(&::secret_password_store_sync) store = nullptr;
  decltype(&::secret_password_free) free_password = nullptr;
  decltype(&::g_error_free) free_error = nullptr;
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

base::Result<Library> load() {
  // It stays loaded: its threads run on.
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  Library found;
  if (library != nullptr && find(library, "secret_password_lookup_sync", found.lookup) &&
      find(library, "secret_password_store_sync", found.store) &&
      find(library, "secret_password_free", found.free_password) && find(library, "g_error_free", found.free_error)) {
    return found;
  }
  return fail(Code::kUnavailable,
              fmt::format("The keyring cannot be asked: {} is not installed (Debian: libsecret-1-0).", kLibrary));
}

// Without one of these GLib would start a program that looks for a session.
base::Result<void> check_session(const os::Environment& environment) {
  if (environment.find("DBUS_SESSION_BUS_ADDRESS")) return {};
  const auto runtime = environment.find("XDG_RUNTIME_DIR");
  if (runtime && os::exists(*runtime + "/bus")) return {};
  return fail(Code::kUnavailable,
              "There is no desktop session here, and so no keyring: DBUS_SESSION_BUS_ADDRESS is not set. A host that "
              "starts the server must pass it on; or keep the master key elsewhere (docs/keys.md).");
}

std::unexpected<base::Error> refused(const Library& library, GError* error) {
  const std::string why = error->message == nullptr ? "" : error->message;
  library.free_error(error);
  return fail(Code::kUnavailable, "The keyring did not answer, or stayed locked. Unlock it, and try again.", why);
}

}  // namespace

base::Result<std::optional<base::Secret>> read_keyring(const os::Environment& environment) {
  TRY_VOID(check_session(environment));
  TRY(const Library library, load());
  GError* error = nullptr;
  char* const text = library.lookup(&kSchema, nullptr, &error, kAttribute, kApplication, nullptr);
  if (error != nullptr) return refused(library, error);
  if (text == nullptr) return std::optional<base::Secret>();
  base::Secret secret{std::string(text)};
  library.free_password(text);
  return std::optional<base::Secret>(std::move(secret));
}

base::Result<void> write_keyring(const os::Environment& environment, const base::Secret& text) {
  TRY_VOID(check_session(environment));
  TRY(const Library library, load());
  GError* error = nullptr;
  const std::string terminated(text.reveal());
  const bool stored = library.store(&kSchema, SECRET_COLLECTION_DEFAULT, "Master key of spotify-mcp-server",
                                    terminated.c_str(), nullptr, &error, kAttribute, kApplication, nullptr) != 0;
  if (error != nullptr) return refused(library, error);
  if (stored) return {};
  return fail(Code::kUnavailable, "The keyring did not take the key. Unlock it, and try again.");
}

}  // namespace keys
