// A command of the program as plain data: its name, its options and the function behind it. cli.cpp turns the table
// into a parser; nothing else knows the library behind it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/io.h"
#include "app/load_settings.h"
#include "base/result.h"
#include "config/profile.h"

namespace app::commands {

enum class OptionKind { kText, kNumber, kList, kSwitch };

struct Option {
  std::string_view name;  // "--port", with a second form after a comma: "--timeout,--timeout-seconds".
  OptionKind kind = OptionKind::kText;
  std::string_view value = {};  // How the help calls the value: "FILE".
  std::string_view about = {};
  // The setting that this option stands over, such as "server.port".
  std::string_view setting = {};
  // For numbers.
  int64_t min = 0;
  int64_t max = 0;
};

// An argument without a dash.
struct Positional {
  std::string_view name;
  std::string_view about;
  std::vector<std::string_view> choices;
};

// Arguments behind the positional one, of which the command knows how many it takes.
struct Rest {
  std::string_view name;
  std::string_view about;
  int count_max = 0;
};

// What was given on the command line.
struct Arguments {
  std::map<std::string, std::string, std::less<>> values;  // By the first form of the name.
  std::string positional = {};
  std::vector<std::string> rest = {};

  bool has(std::string_view name) const { return values.contains(name); }
  std::string text(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  }
  std::optional<int64_t> number(std::string_view name) const;
};

// Whether a command asks for the master key where a keyring or a token has it (key_provider.h).
enum class MasterKey { kNeeded, kWelcome, kNotNeeded };

struct Command {
  std::string_view name;
  std::string_view about;
  std::vector<Option> options = {};
  std::optional<Positional> positional = std::nullopt;
  std::optional<Rest> rest = std::nullopt;
  MasterKey master_key = MasterKey::kNeeded;
  // Gives the exit code: 0, or 1 for a finding that is no error ("not logged in").
  base::Result<int> (*run)(const Command& command, const Arguments& arguments, Io& io) = nullptr;
};

// What the options that were given ask of load_settings(), and what it gives.
SettingsRequest settings_request(const Command& command, const Arguments& arguments);
base::Result<config::Loaded> settings_of(const Command& command, const Arguments& arguments, const Io& io);

// What a start refuses and loading does not: toolsets and tools that nobody knows, or that leave nothing. Touches
// neither disk nor network.
base::Result<void> check_as_a_start(const config::Settings& settings, const Io& io);

// What is strange about the client ID, or nothing. Spotify's are 32 hexadecimal digits, and only Spotify can say that
// one is wrong.
std::optional<std::string> odd_client_id(const config::Settings& settings);

// Options that many commands share.
Option config_option();
Option json_option();
// Which tools are offered.
std::vector<Option> selection_options();
// For what starts from a sealed configuration, and so accepts its generation.
Option rollback_option();
Rollback rollback_of(const Arguments& arguments);
// For what runs as a server.
Option debugging_option();
config::Debugging debugging_of(const Arguments& arguments);

}  // namespace app::commands
