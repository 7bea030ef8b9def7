// config edit: a sealed file in the person's editor. config init: a first file.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <ostream>
#include <utility>

#include "app/commands/config_files.h"
#include "app/master_key.h"
#include "app/sealed_config.h"
#include "crypto/constant_time.h"
#include "crypto/os_random.h"
#include "json/write.h"
#include "os/editor.h"
#include "os/files.h"
#include "os/system_clock.h"
#include "os/terminal.h"

namespace app::commands {
namespace {

using base::Code;
using base::fail;

// The editor and its plugins have no business with our keys.
os::Environment for_editor(const os::Environment& environment) {
  os::Environment::Variables variables = environment.all();
  std::erase_if(variables, [](const auto& entry) {
    return entry.first.starts_with("SPOTIFY_") || entry.first.starts_with("SECURITY_");
  });
  return os::Environment(std::move(variables));
}

struct Edited {
  config::Loaded loaded;
  base::Secret text;
};

// The editor again and again, until the settings are good or the person gives up.
base::Result<Edited> edit_until_good(const config::Opened& opened, SettingsRequest request, Io& io) {
  base::Secret text = opened.text.clone();
  // Ends with good settings, with an editor that fails, or where nobody is there to try again.
  while (true) {
    TRY(std::string edited,
        os::edit_text(std::string(text.reveal()), "config.json", config::kPlainBytesMax, for_editor(io.environment)));
    request.text = edited;
    text = base::Secret(std::move(edited));
    if (crypto::equal(text, opened.text)) return fail(Code::kCancelled, "Nothing was changed, so nothing was sealed.");
    auto loaded = load_settings(request, io.environment);
    if (loaded) {
      if (const auto checked = check_for_servers(loaded->settings, io); !checked)
        loaded = std::unexpected(checked.error());
    }
    if (loaded) return Edited{.loaded = *std::move(loaded), .text = std::move(text)};
    io.err << "error: " << loaded.error().message << '\n' << std::flush;
    if (!os::read_secret_line("Press Enter to edit again, or Ctrl-C to give up: ")) {
      return fail(loaded.error().code, "The settings were not good, so nothing was sealed. Edit the file again.");
    }
  }
}

json::Object first_settings(std::string_view environment) {
  const bool development = environment == "development";
  return {
      {"environment", environment},
      {"spotify", json::Object{{"client_id", ""}, {"redirect_uri", "http://127.0.0.1/callback"}}},
      {"server", json::Object{{"host", "127.0.0.1"}, {"port", 8000}, {"log_level", development ? "debug" : "info"}}},
      {"audit", json::Object{{"enabled", true}, {"on_failure", development ? "warn" : "deny"}}}};
}

}  // namespace

base::Result<void> seal_again(const Resealing& what, std::string_view text, Io& io) {
  TRY(const auto master, given_master_key(os::config_directory(io.environment), io.environment));
  if (!master) return fail(Code::kNotFound, "The master key has gone meanwhile, so nothing was sealed.");
  TRY(const int64_t accepted, accepted_generation(what.loaded.settings.storage.directory, what.header.environment));
  config::SealedAs as{.environment = what.header.environment,
                      .generation = std::max(accepted, what.header.generation) + 1,
                      .created = os::SystemClock().wall()};
  if (what.header.stretched) as.cost = *what.header.stretched;
  crypto::OsRandom random;
  TRY(const std::string sealed, config::seal(*master, as, text, random));
  // Somebody else's edit would be lost without a word.
  TRY(const std::string meanwhile, read_sealed_config(what.file));
  if (meanwhile != what.before) {
    return fail(Code::kConflict, fmt::format("{} was changed by someone else meanwhile. Change it again.", what.file));
  }
  TRY_VOID(write_config(what.file, sealed, Overwrite::kAllow));
  io.out << fmt::format(
      "Sealed {} for environment {} as generation {}. A running server takes over what it "
      "can at `admin reload`, and the rest when it is started again.\n",
      what.file, schema::enum_name(as.environment), as.generation);
  return {};
}

base::Result<int> edit_config(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const std::string file, file_of(arguments));
  TRY(const std::string before, read_sealed_config(file));
  TRY(const config::Opened opened, open_sealed(file, before, io.environment));
  SettingsRequest request = settings_request(command, arguments);
  request.config_file = file;
  request.sealed = opened.header;
  // What is written is newer than anything, whatever it began from.
  request.rollback = Rollback::kAllow;
  TRY(const Edited edited, edit_until_good(opened, std::move(request), io));
  TRY_VOID(seal_again({file, before, opened.header, edited.loaded}, edited.text.reveal(), io));
  return 0;
}

base::Result<int> init_config(const Arguments& arguments, Io& io) {
  if (!arguments.rest.empty()) {
    return fail(Code::kInvalidArgument, "Name the new file by an option: config init --output FILE.");
  }
  std::string environment = arguments.text("--environment");
  if (environment.empty()) environment = io.environment.find("DEPLOYMENT_ENVIRONMENT").value_or("production");
  std::string file = arguments.text("--output");
  if (file.empty()) {
    const std::string directory = os::config_directory(io.environment);
    if (directory.empty()) return fail(Code::kInvalidArgument, "HOME is not set. Name the new file: --output FILE.");
    TRY_VOID(os::make_owned_directory(directory));
    file = directory + "/config.json";
  }
  const std::string text = json::write_pretty(first_settings(environment));
  // It must pass what every other file must, and so does the name of the environment.
  TRY(const config::Loaded loaded, load_settings({.config_file = file, .text = text}, io.environment));
  TRY_VOID(write_config(file, text, arguments.has("--force") ? Overwrite::kAllow : Overwrite::kRefuse));
  io.out << fmt::format("Wrote {} for environment {}.\n", file, environment);
  io.err << fmt::format(
      "note: Make an app at https://developer.spotify.com/dashboard with the redirect URI {0}, then run:\n"
      "spotify-mcp-server config set spotify.client_id YOUR-CLIENT-ID{1}\nspotify-mcp-server login{1}\n",
      loaded.settings.spotify.redirect_uri, arguments.has("--output") ? " --config '" + file + "'" : "");
  return 0;
}

}  // namespace app::commands
