// A file of files that nobody can read or change without the master key ("SMBK1"): a sealed head (config/sealed_file.h)
// that lists what is in it and holds a key drawn for this file, then the content in pieces, each sealed under that key
// with its number, so that none can be cut, moved or left out. docs/backups.md has the format.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "config/sealed_file.h"

namespace app::commands {

struct BackupEntry {
  std::string name;  // "data/NAME" or "config".
  uint64_t bytes = 0;
  std::string sha256;  // In hexadecimal.
};

struct BackupHead {
  int64_t number = 0;  // Grows with every backup of one data directory.
  std::string created;
  std::string program;
  std::string checkpoint;  // The newest signed checkpoint of the audit trail, or nothing.
  std::vector<BackupEntry> entries;
};

// Where a file comes from that goes into a backup.
struct BackupSource {
  std::string name;
  std::string path;
};

// Writes `output` as a whole or not at all, 0600. The entries of `head` are filled in. kConflict where the file exists.
base::Result<BackupHead> write_backup(const std::string& output, BackupHead head,
                                      const std::vector<BackupSource>& sources, const config::MasterSecret& master,
                                      config::Deployment environment, base::Wall now, base::Random& random);

// kForbidden for another key and for a file that was changed or cut, kInvalidArgument for one that is no backup.
base::Result<BackupHead> read_backup_head(const std::string& path, const config::MasterSecret& master);
// Puts every entry into `folder`, under its name, after its digest was compared. The folder is private and empty.
base::Result<BackupHead> extract_backup(const std::string& path, const config::MasterSecret& master,
                                        const std::string& folder);

}  // namespace app::commands
