// keys rotate --master: another master key, and everything that is sealed under the one of before sealed under it.
#pragma once

#include "app/commands/command.h"
#include "app/commands/pending_master.h"
#include "app/io.h"
#include "base/result.h"

namespace app::commands {

// The new key comes from SPOTIFY_MCP_NEW_MASTER_KEY(_FILE), or is drawn where the one of today stands in a file. It is
// on the disk before anything is sealed under it, and the old one is overwritten when nothing is under that any more;
// what is killed in between is settled by the next command. `settled` is what this one has settled: one that was
// brought to its end is the rotation that was asked for.
base::Result<int> rotate_master(const Command& command, const Arguments& arguments, Io& io, Settled settled);

}  // namespace app::commands
