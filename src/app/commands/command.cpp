#include "app/commands/command.h"

#include "app/compose.h"
#include "app/process.h"
#include "base/text.h"

namespace app::commands {

std::optional<int64_t> Arguments::number(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  return base::parse_integer(found->second);
}

SettingsRequest settings_request(const Command& command, const Arguments& arguments) {
  SettingsRequest request;
  request.config_file = arguments.text("--config");
  request.rollback = rollback_of(arguments);
  for (const Option& option : command.options) {
    const std::string_view name = option.name.substr(0, option.name.find(','));
    if (option.setting.empty() || !arguments.has(name)) continue;
    json::Value value;
    switch (option.kind) {
      case OptionKind::kSwitch:
        value = true;
        break;
      case OptionKind::kNumber:
        value = json::Value(arguments.number(name).value_or(0));
        break;
      case OptionKind::kList: {
        json::Array items;
        const std::string text = arguments.text(name);
        for (const std::string_view item : base::split(text, ',')) {
          if (!item.empty()) items.emplace_back(item);
        }
        value = json::Value(std::move(items));
        break;
      }
      case OptionKind::kText:
        value = json::Value(arguments.text(name));
        break;
    }
    request.flags.emplace(option.setting, std::move(value));
  }
  return request;
}

base::Result<config::Loaded> settings_of(const Command& command, const Arguments& arguments, const Io& io) {
  return load_settings(settings_request(command, arguments), io.environment);
}

base::Result<void> check_as_a_start(const config::Settings& settings, const Io& io) {
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  TRY([[maybe_unused]] const auto product, Product::make(process, settings, tools::Audience::kStdio, {}));
  return {};
}

std::optional<std::string> odd_client_id(const config::Settings& settings) {
  constexpr size_t kDigits = 32;
  const std::string& id = settings.spotify.client_id;
  if (id.empty() || (id.size() == kDigits && id.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos)) {
    return std::nullopt;
  }
  return "spotify.client_id is not 32 hexadecimal digits, as Spotify's are: copy it from the dashboard again.";
}

Option config_option() {
  return {.name = "--config",
          .value = "FILE",
          .about = "Settings; default: $SPOTIFY_MCP_CONFIG, else config.json in the configuration directory."};
}

Option json_option() { return {.name = "--json", .kind = OptionKind::kSwitch, .about = "The result as JSON."}; }

std::vector<Option> selection_options() {
  return {{.name = "--toolsets",
           .kind = OptionKind::kList,
           .value = "A,B",
           .about = "Toolsets to offer: `default`, and others beside it, or `all`.",
           .setting = "tools.toolsets"},
          {.name = "--tools",
           .kind = OptionKind::kList,
           .value = "A,B",
           .about = "Single tools to offer.",
           .setting = "tools.tools"},
          {.name = "--read-only",
           .kind = OptionKind::kSwitch,
           .about = "Offer only tools that change nothing.",
           .setting = "tools.read_only"}};
}

Option rollback_option() {
  return {.name = "--allow-rollback",
          .kind = OptionKind::kSwitch,
          .about = "Start from a sealed configuration that is older than the last one; it is the accepted one then."};
}

Rollback rollback_of(const Arguments& arguments) {
  return arguments.has("--allow-rollback") ? Rollback::kAllow : Rollback::kRefuse;
}

Option debugging_option() {
  return {.name = "--allow-debug-in-production",
          .kind = OptionKind::kSwitch,
          .about = "Start with server.log_level debug in environment production; the audit trail has it."};
}

config::Debugging debugging_of(const Arguments& arguments) {
  return arguments.has("--allow-debug-in-production") ? config::Debugging::kAllowed : config::Debugging::kRefused;
}

}  // namespace app::commands
