// The forms of `config` that write files: seal, unseal, edit, set, init.
#pragma once

#include <string>
#include <string_view>

#include "app/commands/command.h"
#include "app/io.h"
#include "base/result.h"
#include "config/load.h"
#include "config/sealed_file.h"

namespace app::commands {

// From a plain file, which stays, to a sealed one. The settings are checked first.
base::Result<int> seal_config(const Command& command, const Arguments& arguments, Io& io);
// To the terminal, or to a private file that was named.
base::Result<int> unseal_config(const Arguments& arguments, Io& io);
// Opens the settings in the person's editor, and seals what they left as the next generation.
base::Result<int> edit_config(const Command& command, const Arguments& arguments, Io& io);
// Sets one setting, or several at once, in a plain or a sealed file: not where `config check` would refuse the result,
// or where the file was changed meanwhile.
base::Result<int> set_config(const Command& command, const Arguments& arguments, Io& io);
// Writes the least that is needed for an environment.
base::Result<int> init_config(const Arguments& arguments, Io& io);

// What `config check` refuses of settings that loading accepts.
base::Result<void> check_for_servers(const config::Settings& settings, const Io& io);

// The one FILE behind the action, or kInvalidArgument with the right form.
base::Result<std::string> file_of(const Arguments& arguments);
// The plain file that is to be sealed, or the sealed one that is to be opened; with the fix when it is the other kind.
base::Result<std::string> read_plain_config(const std::string& file);
base::Result<std::string> read_sealed_config(const std::string& file);
// Seals `text`, which is good as `loaded`, in place of what was opened from `before`, as the next generation.
struct Resealing {
  const std::string& file;
  const std::string& before;
  const config::SealedHeader& header;
  const config::Loaded& loaded;
};
base::Result<void> seal_again(const Resealing& what, std::string_view text, Io& io);
enum class Overwrite { kRefuse, kAllow };
// Whole or not at all, and readable by its owner alone. kConflict when there is a file that may not be overwritten.
base::Result<void> write_config(const std::string& file, const std::string& bytes, Overwrite overwrite);

}  // namespace app::commands
