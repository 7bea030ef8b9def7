// config seal and config unseal: between a plain file of settings and one that only the master key opens.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <ostream>
#include <utility>

#include "app/account.h"
#include "app/commands/config_files.h"
#include "app/master_key.h"
#include "app/process.h"
#include "app/sealed_config.h"
#include "json/parse.h"
#include "json/write.h"
#include "os/files.h"
#include "os/terminal.h"

namespace app::commands {
namespace {

using base::Code;
using base::fail;

std::unexpected<base::Error> taken(const std::string& file) {
  return fail(Code::kConflict,
              fmt::format("{} is there already. Choose another name, or replace it with --force.", file));
}

Overwrite overwrite_of(const Arguments& arguments) {
  return arguments.has("--force") ? Overwrite::kAllow : Overwrite::kRefuse;
}

std::string directory_of(const std::string& file) {
  const std::string parent = std::filesystem::path(file).parent_path().string();
  return parent.empty() ? "." : parent;
}

base::Task<base::Result<void>> ask_store(Account* account, NoKeyFile* none) {
  CO_TRY(*none, co_await account->no_key_file());
  co_return base::Result<void>();
}

// The key that is there, else one that is made as at the first start: not while a login waits for the one that is gone.
base::Result<config::MasterSecret> sealing_key(const config::Loaded& loaded, Io& io) {
  const MasterKeyPlaces places = key_places(loaded.settings, io.environment);
  TRY(auto given, given_master_key(places.config_directory, io.environment));
  if (given) return *std::move(given);
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
  NoKeyFile none = NoKeyFile::kRefuse;
  TRY_VOID(run_to_end(process.loop, ask_store(account.get(), &none)));
  return master_key(places, io.environment, process.random, none, [&io](const std::string& path) {
    io.err << "warning: The configuration is sealed with a new key in " << path
           << ". Without that file nobody can open it: keep a copy in a safe place.\n";
  });
}

// A text that says one environment inside and another outside would surprise whoever unseals it.
base::Result<void> check_stated_environment(const std::string& file, const std::string& plain,
                                            config::Deployment environment) {
  TRY(const json::Value document, json::parse(plain));
  const std::string_view stated = document.text_or_empty("environment");
  const std::string_view name = schema::enum_name(environment);
  if (stated.empty() || stated.starts_with("${") || stated == name) return {};
  return fail(Code::kConflict, fmt::format("{} says environment {}, and it was to be sealed for {}. Change the one in "
                                           "the file, or drop --environment and DEPLOYMENT_ENVIRONMENT.",
                                           file, stated, name));
}

// One more than anything that was in use, or that stands in the file that is replaced.
base::Result<int64_t> next_generation(const config::Loaded& loaded, const config::MasterSecret& master,
                                      const std::string& output) {
  TRY(int64_t generation, accepted_generation(loaded.settings.storage.directory, loaded.settings.environment));
  if (os::exists(output)) {
    const auto old = os::read_file(output, config::kSealedBytesMax);
    if (old) {
      if (const auto opened = config::open(master, *old)) generation = std::max(generation, opened->header.generation);
    }
  }
  if (generation < config::kGenerationMax) return generation + 1;
  return fail(Code::kConflict, "There are no more generations. Choose another storage.directory.");
}

void tell_sealed(const std::string& file, const std::string& output, const config::SealedHeader& header,
                 const Arguments& arguments, Io& io) {
  const std::string_view environment = schema::enum_name(header.environment);
  if (arguments.has("--json")) {
    io.out << json::write_pretty(json::Object{
        {"file", output}, {"environment", environment}, {"generation", header.generation}, {"key", header.key_id}});
  } else {
    io.out << fmt::format("Sealed {} for environment {} as generation {}, under the key {}.\n", output, environment,
                          header.generation, header.key_id);
  }
  io.err << fmt::format(
      "note: {0} still holds the settings in the clear. Try the sealed file with `spotify-mcp-server config check "
      "--config '{1}'`, then remove the plain one: shred -u '{0}'\n",
      file, output);
}

void warn_of_key_beside(const std::string& output, Io& io) {
  const auto key = key_file(os::config_directory(io.environment), io.environment);
  if (!key || !os::is_within(output, directory_of(key->path))) return;
  io.err << fmt::format(
      "warning: The key {} lies beside the file that it opens: whoever copies the directory has both. Move the key "
      "elsewhere, and set SPOTIFY_MCP_MASTER_KEY_FILE.\n",
      key->path);
}

}  // namespace

base::Result<std::string> file_of(const Arguments& arguments) {
  if (arguments.rest.size() == 1 && !arguments.rest.front().empty()) return arguments.rest.front();
  return fail(Code::kInvalidArgument, fmt::format("Say which file: config {0} FILE{1}.", arguments.positional,
                                                  arguments.positional == "seal" ? " --output SEALED" : ""));
}

base::Result<std::string> read_plain_config(const std::string& file) {
  TRY(std::string text, os::read_file(file, config::kSealedBytesMax));
  if (!config::is_sealed(text)) return text;
  return fail(Code::kInvalidArgument, fmt::format("{0} is sealed already. To change it, run: spotify-mcp-server config "
                                                  "edit '{0}'",
                                                  file));
}

base::Result<std::string> read_sealed_config(const std::string& file) {
  TRY(std::string text, os::read_file(file, config::kSealedBytesMax));
  if (config::is_sealed(text)) return text;
  return fail(
      Code::kInvalidArgument,
      fmt::format("{0} is not sealed. To seal it, run: spotify-mcp-server config seal '{0}' --output SEALED", file));
}

base::Result<void> write_config(const std::string& file, const std::string& bytes, Overwrite overwrite) {
  if (overwrite == Overwrite::kAllow) return os::write_private_file(os::target_of(file), bytes);
  auto created = os::create_private_file(file, bytes);
  if (created || created.error().code != Code::kConflict) return created;
  return taken(file);
}

base::Result<int> seal_config(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const std::string file, file_of(arguments));
  const std::string output = arguments.text("--output");
  if (output.empty()) {
    return fail(Code::kInvalidArgument, "Say where the sealed file goes: config seal FILE --output SEALED.");
  }
  TRY(const std::string plain, read_plain_config(file));
  std::error_code ignored;
  if (std::filesystem::equivalent(file, output, ignored)) {
    return fail(Code::kInvalidArgument, "The plain file is kept, so --output must name another one.");
  }
  // Told before anything is derived, and checked again when it is written.
  if (os::exists(output) && !arguments.has("--force")) return taken(output);
  SettingsRequest request = settings_request(command, arguments);
  request.config_file = file;
  request.text = plain;
  TRY(const config::Loaded loaded, load_settings(request, io.environment));
  TRY_VOID(check_stated_environment(file, plain, loaded.settings.environment));
  // `stdio` and `login` never listen, so this is no reason not to seal.
  if (const auto listener = config::check_listener(loaded.settings); !listener) {
    io.err << "note: serve would not start from this file. " << listener.error().message << '\n';
  }
  TRY(const config::MasterSecret master, sealing_key(loaded, io));
  TRY(const int64_t generation, next_generation(loaded, master, output));
  crypto::OsRandom random;
  const os::SystemClock clock;
  const config::SealedAs as{
      .environment = loaded.settings.environment, .generation = generation, .created = clock.wall()};
  TRY(const std::string sealed, config::seal(master, as, plain, random));
  TRY_VOID(write_config(output, sealed, overwrite_of(arguments)));
  TRY(const config::SealedHeader header, config::read_header(sealed));
  warn_of_key_beside(output, io);
  tell_sealed(file, output, header, arguments, io);
  return 0;
}

base::Result<int> unseal_config(const Arguments& arguments, Io& io) {
  TRY(const std::string file, file_of(arguments));
  const std::string output = arguments.text("--output");
  if (output.empty() && os::terminal_on(os::Stream::kOutput) == os::Terminal::kAbsent) {
    return fail(Code::kInvalidArgument,
                "Settings in the clear go to a terminal, and stdout is none. Run this in a terminal, or name a file "
                "that is yours alone: --output FILE.");
  }
  TRY(const std::string text, read_sealed_config(file));
  TRY(const config::Opened opened, open_sealed(file, text, io.environment));
  if (output.empty()) {
    io.out << opened.text.reveal();
    if (!opened.text.reveal().ends_with('\n')) io.out << '\n';
    return 0;
  }
  TRY_VOID(write_config(output, std::string(opened.text.reveal()), overwrite_of(arguments)));
  io.err << fmt::format(
      "note: {0} holds the settings in the clear, for you alone. Remove it when you are done: shred "
      "-u '{0}'\n",
      output);
  return 0;
}

}  // namespace app::commands
