// setup CLIENT: what to put into the configuration of an MCP host, ready to paste, and the login that goes with it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ostream>

#include "app/commands/commands.h"
#include "json/write.h"
#include "os/files.h"

namespace app::commands {
namespace {

using Words = std::vector<std::string>;

json::Array list_of(const Words& words) {
  json::Array list;
  for (const std::string& each : words) list.emplace_back(each);
  return list;
}

json::Object server_entry(const std::string& program, const Words& arguments) {
  return {{"command", program}, {"args", list_of(arguments)}};
}

// One word of a POSIX shell.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:@+,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? "'\\''" : std::string(1, c));
  return quoted + "'";
}

std::string shell_line(Words words) {
  for (std::string& each : words) each = shell_word(each);
  return fmt::format("{}", fmt::join(words, " "));
}

// The options that the server and the login have to share: they decide which permissions are needed.
Words shared_options(const Arguments& arguments, const Io& io) {
  Words words;
  std::string file = arguments.text("--config");
  // The host has not the variables of this shell.
  if (file.empty()) file = io.environment.find("SPOTIFY_MCP_CONFIG").value_or("");
  // And it starts the server in a folder of its own.
  if (!file.empty()) words.insert(words.end(), {"--config", os::absolute(file)});
  for (const char* name : {"--toolsets", "--tools"}) {
    if (arguments.has(name)) words.insert(words.end(), {name, arguments.text(name)});
  }
  if (arguments.has("--read-only")) words.emplace_back("--read-only");
  return words;
}

Words command_of(std::string_view command, const Words& options) {
  Words words{std::string(command)};
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

void print_entry(const std::string& client, const Words& server, Io& io) {
  if (client == "claude-code") {
    io.err << "Run this once:\n";
    Words line{"claude", "mcp", "add", "--scope", "user", "--transport", "stdio", "spotify", "--", io.program};
    line.insert(line.end(), server.begin(), server.end());
    io.out << shell_line(std::move(line)) << '\n';
  } else if (client == "codex") {
    io.err << "Add this to ~/.codex/config.toml:\n";
    // A JSON string is a basic string of TOML, and a JSON array of them an array.
    io.out << fmt::format("[mcp_servers.spotify]\ncommand = {}\nargs = {}\n", json::write(io.program),
                          json::write(list_of(server)));
  } else if (client == "vscode") {
    io.err << "Put this into .vscode/mcp.json of a workspace, or into the user's mcp.json:\n";
    json::Object entry = server_entry(io.program, server);
    entry.set("type", "stdio");
    io.out << json::write_pretty(json::Object{{"servers", json::Object{{"spotify", std::move(entry)}}}});
  } else {
    io.err << (client == "cursor" ? "Put this into ~/.cursor/mcp.json:\n"
                                  : "Put this into claude_desktop_config.json (Settings, Developer, Edit Config):\n");
    io.out << json::write_pretty(
        json::Object{{"mcpServers", json::Object{{"spotify", server_entry(io.program, server)}}}});
  }
}

// What will keep the host's server from working, as far as it can be seen from here. An error where no server starts
// with these options.
base::Result<Words> find_obstacles(const Command& command, const Arguments& arguments, const Io& io) {
  const auto loaded = settings_of(command, arguments, io);
  if (!loaded) {
    const bool is_missing = arguments.has("--config") && !os::exists(arguments.text("--config"));
    if (is_missing || loaded.error().code == base::Code::kInvalidArgument) return std::unexpected(loaded.error());
    // A sealed file whose key, or a variable that, only the host has.
    return Words{"The settings could not be read here. " + loaded.error().message};
  }
  TRY_VOID(check_as_a_start(loaded->settings, io));
  const auto origin = loaded->origins.find("spotify.client_id");
  if (loaded->settings.spotify.client_id.empty()) {
    return Words{
        "There is no Spotify client ID, so the login cannot work yet. Run: spotify-mcp-server config set "
        "spotify.client_id YOUR-CLIENT-ID"};
  }
  if (origin != loaded->origins.end() && origin->second.starts_with("environment")) {
    return Words{
        fmt::format("The client ID comes from the {}, which the host may not pass on. Run: spotify-mcp-server "
                    "config set spotify.client_id YOUR-CLIENT-ID",
                    origin->second)};
  }
  return Words{};
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const Words obstacles, find_obstacles(command, arguments, io));
  const Words options = shared_options(arguments, io);
  const Words server = command_of("stdio", options);
  const Words login = command_of("login", options);
  if (arguments.has("--json")) {
    json::Object answer = server_entry(io.program, server);
    answer.set("client", arguments.positional);
    answer.set("login", list_of(login));
    answer.set("notes", list_of(obstacles));
    io.out << json::write_pretty(answer);
  } else {
    print_entry(arguments.positional, server, io);
    Words line{io.program};
    line.insert(line.end(), login.begin(), login.end());
    io.err << "And log in once, with the same options:\n" << shell_line(std::move(line)) << '\n';
  }
  for (const std::string& each : obstacles) io.err << "note: " << each << '\n';
  return 0;
}

}  // namespace

Command setup_command() {
  Command command{
      .name = "setup",
      .about = "Print what an MCP host needs to start this server.",
      .options = {{.name = "--config", .value = "FILE", .about = "Settings that the host's server should use."},
                  json_option()},
      .positional = Positional{.name = "client",
                               .about = "The host to set up.",
                               .choices = {"claude-desktop", "claude-code", "cursor", "vscode", "codex"}},
      .master_key = MasterKey::kWelcome,
      .run = run};
  for (const Option& option : selection_options()) command.options.push_back(option);
  return command;
}

}  // namespace app::commands
