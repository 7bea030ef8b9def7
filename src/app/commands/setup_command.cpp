// setup CLIENT: what to put into the configuration of an MCP host, ready to paste.
#include <ostream>

#include <fmt/format.h>

#include "app/commands/commands.h"
#include "json/write.h"
#include "os/files.h"

namespace app::commands {
namespace {

json::Object server_entry(const std::string& program, const std::vector<std::string>& arguments) {
  json::Array list;
  for (const std::string& each : arguments) list.emplace_back(each);
  return {{"command", program}, {"args", std::move(list)}};
}

// One word of a POSIX shell.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:@+,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? "'\\''" : std::string(1, c));
  return quoted + "'";
}

base::Result<int> run(const Command&, const Arguments& arguments, Io& io) {
  std::vector<std::string> given{"stdio"};
  if (arguments.has("--config")) {
    given.emplace_back("--config");
    // The host starts the server in a folder of its own.
    given.push_back(os::absolute(arguments.text("--config")));
  }
  const std::string& client = arguments.positional;
  if (client == "claude-code") {
    io.err << "Run this once:\n";
    std::string line = "claude mcp add --transport stdio spotify -- " + shell_word(io.program);
    for (const std::string& each : given) line += " " + shell_word(each);
    io.out << line << '\n';
  } else if (client == "codex") {
    io.err << "Add this to ~/.codex/config.toml:\n";
    json::Array list;
    for (const std::string& each : given) list.emplace_back(each);
    // A JSON string is a basic string of TOML, and a JSON array of them an array.
    io.out << fmt::format("[mcp_servers.spotify]\ncommand = {}\nargs = {}\n", json::write(io.program),
                          json::write(list));
  } else if (client == "vscode") {
    io.err << "Put this into .vscode/mcp.json of a workspace, or into the user's mcp.json:\n";
    json::Object entry = server_entry(io.program, given);
    entry.set("type", "stdio");
    io.out << json::write_pretty(json::Object{{"servers", json::Object{{"spotify", std::move(entry)}}}});
  } else {
    io.err << (client == "cursor" ? "Put this into ~/.cursor/mcp.json:\n"
                                  : "Put this into claude_desktop_config.json (Settings, Developer, Edit Config):\n");
    io.out << json::write_pretty(
        json::Object{{"mcpServers", json::Object{{"spotify", server_entry(io.program, given)}}}});
  }
  return 0;
}

}  // namespace

Command setup_command() {
  return {.name = "setup",
          .about = "Print what an MCP host needs to start this server.",
          .options = {{.name = "--config", .value = "FILE", .about = "Settings that the host's server should use."}},
          .positional = Positional{.name = "client",
                                   .about = "The host to set up.",
                                   .choices = {"claude-desktop", "claude-code", "cursor", "vscode", "codex"}},
          .master_key = MasterKey::kNotNeeded,
          .run = run};
}

}  // namespace app::commands
