// What a rotation of the master key leaves when it is killed in the middle, and how the next command settles it: it
// goes to the end where the store has taken the new key already, and is undone where it has not.
#pragma once

#include <optional>
#include <string>

#include "app/account.h"
#include "app/audit_trail.h"
#include "app/commands/command.h"
#include "app/io.h"
#include "app/master_key.h"
#include "base/result.h"
#include "base/task.h"
#include "config/sealed_file.h"
#include "crypto/key.h"
#include "os/files.h"

namespace app::commands {

// Where what is to take a configuration file's place waits.
std::string next_of(const std::string& file);
// Where the new key waits until everything of this data directory is under it: beside the key file, whose name it
// has. Other data directories that share the key file have other names for theirs.
std::string pending_key_file(const std::string& key_file, const std::string& storage_directory);
// Where the old key stays: another data directory may share the file, and backups of before open with no other key.
std::string kept_as(const std::string& key_file, const crypto::Key& before);

// One rotation of a data directory at a time, and none while one is settled.
base::Result<os::FileLock> rotation_lock(const std::string& storage_directory);

// The files of a rotation whose store is under the new key.
struct Ending {
  std::string key_file;  // Empty where the person keeps the key.
  std::string storage_directory;
  std::string config_file;  // Empty: none.
};
// The new key and the new configuration in the place of the old ones, the old key beside them. May be done again from
// any point. From here on the old key opens nothing of this data directory.
base::Result<void> put_in_place(const Ending& ending, const crypto::Key& before, const crypto::Key& after);

// That a rotation of the master key is at that step.
base::Task<base::Result<void>> tell_rotation(AuditTrail* audit, std::string step);

enum class Settled { kNothing, kFinished, kUndone };
// Before a command opens anything, and after the master key was asked for. What a killed rotation of this data
// directory left is brought to its end, or undone; the master key of `io.environment` is the right one afterwards.
// Costs a look at two names where there is nothing to settle. Says on stderr what it did. Settings that cannot be
// read are left for the command to complain of.
base::Result<Settled> settle_master(const Command& command, const Arguments& arguments, Io& io);

}  // namespace app::commands
