// Settings from four layers, each over the one before: defaults, the file, the environment, flags. Nothing here touches
// a disk or the environment: the caller hands in the text and a look-up, so that every rule is a plain test.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/sealed_file.h"
#include "config/settings.h"

namespace config {

struct Sources {
  // The file's name for messages, and its text. No text: there is no file.
  std::string file_name;
  std::optional<std::string> file_text;
  // The header of the file, when the text was sealed. Its environment is that of the file.
  std::optional<SealedHeader> sealed = std::nullopt;
  // An environment variable's value, or nothing.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  // The content of a small file that only its owner can read: for ${file:PATH} and for the *_FILE variables.
  std::function<base::Result<std::string>(const std::string& path)> read_file;
  // Settings by dotted path from the command line, such as {"server.port", 0}.
  std::map<std::string, json::Value, std::less<>> flags;
};

struct Loaded {
  Settings settings;
  // Where each setting that is not a default came from: "server.port" -> "file config.json", "environment
  // SPOTIFY_CLIENT_ID", "flag".
  std::map<std::string, std::string, std::less<>> origins;
  std::optional<SealedHeader> sealed = std::nullopt;
  // What was read on the way; a server that is to read it again needs its permission for that.
  std::vector<std::string> files = {};
};

// kInvalidArgument with every problem at once, by the names of the settings; kNotFound for a ${VARIABLE} that is not
// set; kConflict for a file that was sealed for another environment than the one that comes out.
base::Result<Loaded> load(const Sources& sources);

// What is wrong with settings that are each valid alone: a redirect that Spotify refuses, an API server that is neither
// Spotify's nor on loopback. All problems at once, each with its fix.
base::Result<void> check(const Settings& settings);
// What is wrong with the listener of `serve`: one beyond loopback, or one without a guard. Apart, because no other
// command listens, and the guide's file with host 0.0.0.0 is good for those.
base::Result<void> check_listener(const Settings& settings);

// Sets a value by its dotted path, making the objects on the way.
void set_path(json::Value& root, std::string_view path, json::Value value);

// What was set and does nothing in this version, one sentence each, so that nobody relies on it.
std::vector<std::string> find_idle(const Loaded& loaded);

// The variables that are read and the setting that each stands for.
struct Variable {
  std::string_view name;
  std::string_view setting;
};
std::span<const Variable> variables();

}  // namespace config
