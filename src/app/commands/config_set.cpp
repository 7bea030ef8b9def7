// config set: one setting in a plain or a sealed file. The rest of the file stays as it says, ${VARIABLES} among it.
#include <fmt/format.h>
#include <ostream>
#include <utility>

#include "app/commands/config_files.h"
#include "app/sealed_config.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "os/files.h"
#include "os/terminal.h"

namespace app::commands {
namespace {

using base::Code;
using base::fail;

// What the schema says of a setting; null for a name that nobody knows, which is then refused with a suggestion.
const json::Value* schema_of(const json::Value& schema, std::string_view name) {
  const json::Value* at = &schema;
  for (const std::string_view part : base::split(name, '.')) {
    const json::Value* properties = at->find("properties");
    at = properties == nullptr ? nullptr : properties->find(part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

// A VALUE is text; what it means depends on the setting, and whether it is right is judged with the whole file.
json::Value value_from(std::string_view text, const json::Value* schema) {
  const std::string_view type = schema == nullptr ? "string" : schema->text_or_empty("type");
  if (type == "string" || type.empty()) return text;
  if (type == "array" && !text.starts_with('[')) {
    json::Array items;
    for (const std::string_view item : base::split(text, ',')) {
      if (!item.empty()) items.emplace_back(item);
    }
    return items;
  }
  auto parsed = json::parse(text);
  return parsed ? *std::move(parsed) : json::Value(text);
}

base::Result<base::Secret> read_value(const std::string& name, const json::Value* schema, const Arguments& arguments,
                                      const Io& io) {
  if (arguments.has("--secret")) {
    if (arguments.rest.size() != 1) {
      return fail(Code::kInvalidArgument, "With --secret the value is asked for: config set NAME --secret.");
    }
    if (os::terminal_on(os::Stream::kInput) == os::Terminal::kAbsent) return os::read_secret_line_of(io.input);
    return os::read_secret_line(fmt::format("{}: ", name));
  }
  if (arguments.rest.size() != 2) {
    return fail(Code::kInvalidArgument, "Say what to set: config set NAME VALUE, or config set NAME --secret.");
  }
  if (schema != nullptr && schema->find("writeOnly") != nullptr) {
    return fail(Code::kInvalidArgument,
                fmt::format("{0} is a secret, and the command line is no place for it: others see it in the list of "
                            "processes, and the shell keeps it. Run: spotify-mcp-server config set {0} --secret",
                            name));
  }
  return base::Secret(arguments.rest[1]);
}

struct Before {
  std::string file;
  std::string bytes;
  std::optional<config::Opened> opened = std::nullopt;
};

base::Result<Before> read_before(const Arguments& arguments, const Io& io) {
  Before before{.file = find_config_file(arguments.text("--config"), io.environment), .bytes = {}};
  if (before.file.empty()) {
    return fail(Code::kNotFound, "There is no file of settings yet. Make one with: spotify-mcp-server config init");
  }
  TRY(before.bytes, os::read_file(before.file, config::kSealedBytesMax));
  if (config::is_sealed(before.bytes)) {
    TRY(before.opened, open_sealed(before.file, before.bytes, io.environment));
  }
  return before;
}

}  // namespace

base::Result<int> set_config(const Command& command, const Arguments& arguments, Io& io) {
  const std::string name = arguments.rest.empty() ? "" : arguments.rest.front();
  const json::Value all = schema::json_schema<config::Settings>();
  const json::Value* const schema = schema_of(all, name);
  TRY(const Before before, read_before(arguments, io));
  TRY(const base::Secret value, read_value(name, schema, arguments, io));
  auto document = json::parse(before.opened ? before.opened->text.reveal() : std::string_view(before.bytes));
  if (!document || !document->is_object()) {
    return fail(Code::kInvalidArgument, fmt::format("{} must hold one JSON object. Mend it first.", before.file));
  }
  config::set_path(*document, name, value_from(value.reveal(), schema));
  const std::string text = json::write_pretty(*document);

  SettingsRequest request = settings_request(command, arguments);
  request.config_file = before.file;
  request.text = text;
  if (before.opened) {
    request.sealed = before.opened->header;
    // What is written is newer than anything, whatever it began from.
    request.rollback = Rollback::kAllow;
  }
  TRY(const config::Loaded loaded, load_settings(request, io.environment));
  if (before.opened) {
    TRY_VOID(seal_again({before.file, before.bytes, before.opened->header, loaded}, text, io));
  } else {
    TRY_VOID(write_config(before.file, text, Overwrite::kAllow));
    io.out << fmt::format("Set {} in {}.\n", name, before.file);
  }
  const auto origin = loaded.origins.find(name);
  if (origin != loaded.origins.end() && !origin->second.starts_with("file ")) {
    io.err << fmt::format("note: It has no effect while the {} is set.\n", origin->second);
  }
  return 0;
}

}  // namespace app::commands
