// config check: whether the settings are good, with every problem and its fix. config show: what they are, and where
// each came from. The forms that write files are in config_seal.cpp and config_edit.cpp.
#include <fmt/format.h>
#include <ostream>

#include "app/commands/commands.h"
#include "app/commands/config_files.h"
#include "app/config_privacy.h"
#include "json/write.h"

namespace app::commands {
namespace {

void flatten(const json::Value& value, const std::string& path, std::vector<std::pair<std::string, json::Value>>& out) {
  if (!value.is_object()) {
    out.emplace_back(path, value);
    return;
  }
  for (const auto& [name, member] : value.object()) flatten(member, path.empty() ? name : path + "." + name, out);
}

std::string origin_of(const config::Loaded& loaded, const std::string& setting) {
  const auto found = loaded.origins.find(setting);
  return found == loaded.origins.end() ? "default" : found->second;
}

void show(const config::Loaded& loaded, const Arguments& arguments, Io& io) {
  const json::Value settings = schema::to_json(loaded.settings);
  if (arguments.has("--json") && !arguments.has("--origin")) {
    io.out << json::write_pretty(settings);
    return;
  }
  std::vector<std::pair<std::string, json::Value>> lines;
  flatten(settings, "", lines);
  if (arguments.has("--json")) {
    json::Object object;
    for (auto& [name, value] : lines) {
      const std::string origin = origin_of(loaded, name);
      object.append(name, json::Object{{"value", std::move(value)}, {"origin", origin}});
    }
    io.out << json::write_pretty(object);
    return;
  }
  for (const auto& [name, value] : lines) {
    const std::string shown = json::write(value);
    if (arguments.has("--origin")) {
      io.out << fmt::format("{:<34} {:<44} {}\n", name, shown, origin_of(loaded, name));
    } else {
      io.out << fmt::format("{:<34} {}\n", name, shown);
    }
  }
}

base::Result<int> check(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  TRY_VOID(check_for_servers(loaded.settings, io));
  const std::string file = find_config_file(arguments.text("--config"), io.environment);
  TRY_VOID(check_config_privacy(file));
  std::vector<std::string> notes = config::find_idle(loaded);
  if (loaded.settings.spotify.client_id.empty()) {
    notes.emplace_back("spotify.client_id is not set, so `login` cannot work yet.");
  }
  if (const auto note = odd_client_id(loaded.settings)) notes.push_back(*note);
  if (arguments.has("--json")) {
    json::Array listed;
    for (const std::string& note : notes) listed.emplace_back(note);
    io.out << json::write_pretty(json::Object{{"ok", true}, {"file", file}, {"notes", std::move(listed)}});
  } else {
    io.out << (file.empty() ? "The settings are good. There is no file.\n" : fmt::format("{} is good.\n", file));
  }
  for (const std::string& note : notes) io.err << "note: " << note << '\n';
  return 0;
}

// More than belong together anywhere.
constexpr int kSetAtOnceMax = 16;

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  const std::string& action = arguments.positional;
  if (action == "seal") return seal_config(command, arguments, io);
  if (action == "unseal") return unseal_config(arguments, io);
  if (action == "edit") return edit_config(command, arguments, io);
  if (action == "set") return set_config(command, arguments, io);
  if (action == "init") return init_config(arguments, io);
  if (!arguments.rest.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("Name the file by an option: config {} --config FILE.", action));
  }
  if (action == "check") return check(command, arguments, io);
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  show(loaded, arguments, io);
  return 0;
}

}  // namespace

base::Result<void> check_for_servers(const config::Settings& settings, const Io& io) {
  TRY_VOID(config::check_listener(settings));
  TRY_VOID(config::check_profile(settings, config::Debugging::kRefused));
  return check_as_a_start(settings, io);
}

Command config_command() {
  return {
      .name = "config",
      .about = "Make, check, show and seal the settings.",
      .options = {config_option(),
                  {.name = "--environment",
                   .value = "KIND",
                   .about = "check, seal, init: for this deployment: development, staging or production.",
                   .setting = "environment"},
                  {.name = "--origin", .kind = OptionKind::kSwitch, .about = "show: where each value came from."},
                  {.name = "--output",
                   .value = "FILE",
                   .about = "seal: the sealed file. unseal: a file for the plain settings. init: the new file."},
                  {.name = "--force", .kind = OptionKind::kSwitch, .about = "Replace the file of --output."},
                  {.name = "--secret",
                   .kind = OptionKind::kSwitch,
                   .about = "set: ask for the value on the terminal, or read it from a pipe on stdin."},
                  json_option()},
      .positional = Positional{.name = "action",
                               .about = "init, check, show, set NAME VALUE, seal FILE, unseal FILE or edit FILE",
                               .choices = {"init", "check", "show", "set", "seal", "unseal", "edit"}},
      .rest = Rest{.name = "values",
                   .about = "set: NAME and VALUE, once or more. seal: the plain file. unseal, edit: the sealed file.",
                   .count_max = kSetAtOnceMax * 2},
      .master_key = MasterKey::kWelcome,
      .run = run};
}

}  // namespace app::commands
