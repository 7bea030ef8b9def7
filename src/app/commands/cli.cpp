// The one file that knows CLI11: it is slow to compile, and its exceptions end here.
#include "app/commands/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <ostream>

#include "app/commands/exit_code.h"
#include "app/commands/pending_master.h"
#include "app/key_provider.h"
#include "app/version.h"
#include "base/text.h"

namespace app::commands {
namespace {

constexpr int kUsage = 2;

// Where CLI11 puts what it parses for one command, until it becomes Arguments.
struct Parsed {
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> switches;
  std::string positional;
  std::vector<std::string> rest;
};

void declare(CLI::App& app, const Command& command, Parsed& parsed) {
  for (const Option& option : command.options) {
    const std::string name(option.name.substr(0, option.name.find(',')));
    if (option.kind == OptionKind::kSwitch) {
      app.add_flag(std::string(option.name), parsed.switches[name], std::string(option.about));
      continue;
    }
    CLI::Option* declared = app.add_option(std::string(option.name), parsed.texts[name], std::string(option.about));
    declared->type_name(std::string(option.value))->take_last();
    if (option.kind == OptionKind::kNumber) declared->check(CLI::Range(option.min, option.max));
  }
  if (command.positional) {
    std::vector<std::string> choices(command.positional->choices.begin(), command.positional->choices.end());
    app.add_option(std::string(command.positional->name), parsed.positional, std::string(command.positional->about))
        ->required()
        ->check(CLI::IsMember(choices))
        ->type_name("");
  }
  if (command.rest) {
    app.add_option(std::string(command.rest->name), parsed.rest, std::string(command.rest->about))
        ->expected(0, command.rest->count_max)
        ->type_name("");
  }
}

Arguments arguments_of(const CLI::App& app, const Parsed& parsed) {
  Arguments arguments;
  for (const auto& [name, text] : parsed.texts) {
    if (app.get_option(name)->count() > 0) arguments.values.emplace(name, text);
  }
  for (const auto& [name, on] : parsed.switches) {
    if (on) arguments.values.emplace(name, "");
  }
  arguments.positional = parsed.positional;
  arguments.rest = parsed.rest;
  return arguments;
}

// CLI11 would only say that a command is missing.
std::optional<std::string> unknown_command(const std::vector<std::string>& arguments,
                                           const std::vector<Command>& commands) {
  if (arguments.empty() || arguments.front().starts_with("-")) return std::nullopt;
  std::vector<std::string_view> names;
  for (const Command& command : commands) names.push_back(command.name);
  if (std::ranges::find(names, std::string_view(arguments.front())) != names.end()) return std::nullopt;
  const auto near = base::closest(arguments.front(), names);
  // Bytes that could steer a terminal are not repeated.
  const bool plain = base::is_valid_utf8(arguments.front()) && !base::has_control_characters(arguments.front());
  return fmt::format("There is no command {}{}", plain ? "`" + arguments.front() + "`" : "of that name",
                     near ? fmt::format("; did you mean `{}`?", *near) : "");
}

// "seal: the sealed file. init: the new file." for the action init is "the new file."; what has no label is for all.
std::string about_for(std::string_view about, std::string_view action, const std::vector<std::string_view>& actions) {
  std::string kept;
  bool is_meant = true;
  while (!about.empty()) {
    const size_t end = about.find(". ");
    std::string_view piece = about.substr(0, end);
    about = end == std::string_view::npos ? std::string_view() : about.substr(end + 2);
    if (const size_t colon = piece.find(": "); colon != std::string_view::npos) {
      bool is_label = true;
      bool names_it = false;
      for (const std::string_view word : base::split(piece.substr(0, colon), ',')) {
        const std::string_view name = base::trim(word);
        is_label = is_label && std::ranges::find(actions, name) != actions.end();
        names_it = names_it || name == action;
      }
      if (is_label) {
        is_meant = names_it;
        piece = piece.substr(colon + 2);
      }
    }
    if (is_meant) kept.append(kept.empty() ? "" : ". ").append(piece);
  }
  if (!kept.empty() && !kept.ends_with('.')) kept += '.';
  return kept;
}

// The help of one action, with the options that are for it; nothing where none is named.
std::optional<std::string> help_for_action(const Command& command, const std::vector<std::string>& arguments) {
  if (!command.positional || arguments.size() < 2) return std::nullopt;
  const std::vector<std::string_view>& actions = command.positional->choices;
  const std::string& action = arguments[1];
  if (std::ranges::find(actions, std::string_view(action)) == actions.end()) return std::nullopt;
  std::vector<std::string> texts;
  texts.reserve(command.options.size() + 1);
  Command one = command;
  one.positional = std::nullopt;
  one.options.clear();
  for (Option option : command.options) {
    texts.push_back(about_for(option.about, action, actions));
    option.about = texts.back();
    if (!option.about.empty()) one.options.push_back(option);
  }
  if (one.rest) {
    texts.push_back(about_for(one.rest->about, action, actions));
    one.rest->about = texts.back();
    if (texts.back().empty()) one.rest = std::nullopt;
  }
  Parsed parsed;
  CLI::App app(std::string(command.about), fmt::format("spotify-mcp-server {} {}", command.name, action));
  declare(app, one, parsed);
  return app.help();
}

// Before the command has threads or is confined.
base::Result<void> prepare_key(const Command& command, const Arguments& arguments, Io& io) {
  if (command.master_key == MasterKey::kNotNeeded) return {};
  const auto fetched = fetch_master_key(io.environment);
  if (!fetched && command.master_key == MasterKey::kNeeded) return fetched;
  if (!fetched) {
    io.err << "warning: There is no master key. " << fetched.error().message << '\n';
    return {};
  }
  TRY([[maybe_unused]] const Settled settled, settle_master(command, arguments, io));
  return {};
}

int finish(const base::Result<int>& result, Io& io) {
  io.out.flush();
  if (result && io.out) return *result;
  if (result) {
    io.err << "error: The result could not be written to stdout.\n";
    return exit_code(base::Code::kUnavailable);
  }
  const base::Error& error = result.error();
  io.err << "error: " << error.message << '\n';
  return exit_code(error.code);
}

}  // namespace

int run(const std::vector<std::string>& arguments, const std::vector<Command>& commands, Io& io) {
  if (const auto problem = unknown_command(arguments, commands)) {
    io.err << fmt::format("error: {}. Run `spotify-mcp-server --help`.\n", *problem);
    return kUsage;
  }
  CLI::App app("MCP Server for Spotify: lets an AI assistant search, play and curate on your account.",
               "spotify-mcp-server");
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("{} {}", kProgram, version()), "Print the version.");
  std::vector<std::unique_ptr<Parsed>> parsed;
  std::vector<CLI::App*> subcommands;
  for (const Command& command : commands) {
    subcommands.push_back(app.add_subcommand(std::string(command.name), std::string(command.about)));
    parsed.push_back(std::make_unique<Parsed>());
    declare(*subcommands.back(), command, *parsed.back());
  }
  try {
    // CLI11 takes a vector from its end.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    const auto found = std::ranges::find_if(
        commands, [&](const Command& each) { return !chosen.empty() && each.name == chosen.front()->get_name(); });
    const auto of_action = found == commands.end() ? std::nullopt : help_for_action(*found, arguments);
    io.out << (of_action ? *of_action : chosen.empty() ? app.help() : chosen.front()->help("spotify-mcp-server"));
    return finish(0, io);
  } catch (const CLI::CallForVersion& version_text) {
    io.out << version_text.what() << '\n';
    return finish(0, io);
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    io.err << fmt::format("error: {}. Run `spotify-mcp-server {}--help`.\n", error.what(),
                          chosen.empty() ? "" : chosen.front()->get_name() + " ");
    return kUsage;
  }
  for (size_t i = 0; i < commands.size(); ++i) {
    if (!subcommands[i]->parsed()) continue;
    const Arguments given = arguments_of(*subcommands[i], *parsed[i]);
    const auto prepared = prepare_key(commands[i], given, io);
    if (!prepared) return finish(std::unexpected(prepared.error()), io);
    return finish(commands[i].run(commands[i], given, io), io);
  }
  return kUsage;
}

}  // namespace app::commands
