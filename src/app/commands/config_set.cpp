// config set: settings in a plain or a sealed file, one or several at once. The rest of the file stays as it says,
// ${VARIABLES} among it.
#include <fmt/format.h>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

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

struct Change {
  std::string name;
  const json::Value* schema = nullptr;
  base::Secret value;
};

base::Result<base::Secret> ask_for(const std::string& name, const Io& io) {
  if (os::terminal_on(os::Stream::kInput) == os::Terminal::kAbsent) return os::read_secret_line_of(io.input);
  return os::read_secret_line(fmt::format("{}: ", name));
}

base::Result<std::vector<Change>> changes_of(const json::Value& all, const Arguments& arguments, const Io& io) {
  const std::vector<std::string>& words = arguments.rest;
  std::vector<Change> changes;
  if (arguments.has("--secret")) {
    if (words.size() != 1) {
      return fail(Code::kInvalidArgument, "With --secret the value is asked for: config set NAME --secret.");
    }
    TRY(base::Secret value, ask_for(words[0], io));
    changes.push_back({.name = words[0], .schema = schema_of(all, words[0]), .value = std::move(value)});
    return changes;
  }
  if (words.empty() || words.size() % 2 != 0) {
    return fail(Code::kInvalidArgument,
                "Say what to set: config set NAME VALUE, with further names and values where they belong together, or "
                "config set NAME --secret.");
  }
  for (size_t i = 0; i < words.size(); i += 2) {
    const json::Value* schema = schema_of(all, words[i]);
    if (schema != nullptr && schema->find("writeOnly") != nullptr) {
      return fail(Code::kInvalidArgument,
                  fmt::format("{0} is a secret, and the command line is no place for it: others see it in the list of "
                              "processes, and the shell keeps it. Run: spotify-mcp-server config set {0} --secret",
                              words[i]));
    }
    changes.push_back({.name = words[i], .schema = schema, .value = base::Secret(words[i + 1])});
  }
  return changes;
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

// Somebody else's change would be lost without a word.
base::Result<void> expect_unchanged(const Before& before) {
  TRY(const std::string meanwhile, os::read_file(before.file, config::kSealedBytesMax));
  if (meanwhile == before.bytes) return {};
  return fail(Code::kConflict, fmt::format("{} was changed by someone else meanwhile. Set it again.", before.file));
}

// The settings as they would be. What no server starts with is not written.
base::Result<config::Loaded> judge(const Before& before, const std::string& text, SettingsRequest request,
                                   const Io& io) {
  request.config_file = before.file;
  request.text = text;
  if (before.opened) {
    request.sealed = before.opened->header;
    // What is written is newer than anything, whatever it began from.
    request.rollback = Rollback::kAllow;
  }
  TRY(config::Loaded loaded, load_settings(request, io.environment));
  const auto checked = check_for_servers(loaded.settings, io);
  if (checked) return loaded;
  return fail(
      checked.error().code,
      fmt::format("{}\nNothing was changed. Set what belongs together at once: config set NAME VALUE NAME VALUE.",
                  checked.error().message));
}

}  // namespace

base::Result<int> set_config(const Command& command, const Arguments& arguments, Io& io) {
  const json::Value all = schema::json_schema<config::Settings>();
  TRY(const Before before, read_before(arguments, io));
  TRY(const std::vector<Change> changes, changes_of(all, arguments, io));
  auto document = json::parse(before.opened ? before.opened->text.reveal() : std::string_view(before.bytes));
  if (!document || !document->is_object()) {
    return fail(Code::kInvalidArgument, fmt::format("{} must hold one JSON object. Mend it first.", before.file));
  }
  for (const Change& each : changes)
    config::set_path(*document, each.name, value_from(each.value.reveal(), each.schema));
  const std::string text = json::write_pretty(*document);
  TRY(const config::Loaded loaded, judge(before, text, settings_request(command, arguments), io));
  if (before.opened) {
    TRY_VOID(seal_again({before.file, before.bytes, before.opened->header, loaded}, text, io));
  } else {
    TRY_VOID(expect_unchanged(before));
    TRY_VOID(write_config(before.file, text, Overwrite::kAllow));
  }
  for (const Change& each : changes) {
    if (!before.opened) io.out << fmt::format("Set {} in {}.\n", each.name, before.file);
    const auto origin = loaded.origins.find(each.name);
    if (origin != loaded.origins.end() && !origin->second.starts_with("file ")) {
      io.err << fmt::format("note: {} has no effect while the {} is set.\n", each.name, origin->second);
    }
  }
  return 0;
}

}  // namespace app::commands
