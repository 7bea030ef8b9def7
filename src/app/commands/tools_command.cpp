// tools: what a client would see in tools/list.
#include <ostream>

#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/compose.h"
#include "json/write.h"

namespace app::commands {
namespace {

std::string_view effect_of(const mcp::Tool& tool) {
  switch (tool.info.effect) {
    case mcp::Effect::kRead:
      return "reads";
    case mcp::Effect::kWrite:
      return "writes";
    case mcp::Effect::kDestroy:
      return "removes";
  }
  return "";
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kWarning, Signals::kEnd);
  TRY(const auto product, Product::make(process, loaded.settings, tools::Audience::kStdio, {}));
  if (arguments.has("--json")) {
    json::Array list;
    for (const mcp::Tool& tool : product->tools()) {
      list.emplace_back(mcp::describe(tool, mcp::Revision::k2026_07_28));
    }
    io.out << json::write_pretty(list);
    return 0;
  }
  for (const mcp::Tool& tool : product->tools()) {
    io.out << fmt::format("{:<14} {:<30} {:<8} {}\n", tool.info.toolset, tool.info.name, effect_of(tool),
                          tool.info.title);
  }
  return 0;
}

}  // namespace

Command tools_command() {
  Command command{.name = "tools",
                  .about = "List the tools that are offered.",
                  .options = selection_options(),
                  .master_key = MasterKey::kWelcome,
                  .run = run};
  command.options.push_back(config_option());
  command.options.push_back(json_option());
  return command;
}

}  // namespace app::commands
