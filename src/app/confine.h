// What a server process gives up before it begins: everything that it will not need, so that whoever takes it over
// gets little. Commands that start a browser, or that a person runs to its end, are not confined.
#pragma once

#include <string>
#include <vector>

#include "app/io.h"
#include "base/log.h"
#include "config/settings.h"
#include "os/environment.h"
#include "os/sandbox.h"

namespace app {

// What a server reads and writes. Makes the directories that it will write to, since a rule needs one that is there.
os::Confinement confinement_of(const config::Settings& settings, const os::Environment& environment);
// What it has to be able to read when it reads its configuration again: the folder of each file, since a file that is
// replaced as a whole is another one; the file alone where the folder has more than that in it.
void allow_reload(os::Confinement& confinement, const std::vector<std::string>& files,
                  const os::Environment& environment);

// Before the first thread, with the settings that the whole process runs on. Nothing happens where `io` has no way to.
// `files` are those of the configuration, for a server that can read it again.
os::Confined confine_server(const Io& io, const config::Settings& settings, const std::vector<std::string>& files = {});
// One line for each half that the kernel does not have; silence when it holds.
void tell(const os::Confined& confined, base::Log& log);

}  // namespace app
