// Reads the configuration again while the server runs: for `admin reload` and for SIGHUP. What is wrong changes
// nothing; what is right is taken over between two requests, all of it at once.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/load_settings.h"
#include "audit/trail.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "config/live.h"
#include "config/load.h"
#include "config/profile.h"
#include "os/environment.h"

namespace app {

class Reloader {
 public:
  // All must outlive it and its tasks. The file is read on the worker.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
    audit::Trail& trail;
    base::Log& log;
    const os::Environment& environment;
  };

  // As the server was started.
  struct Start {
    SettingsRequest request;
    config::Debugging debugging = config::Debugging::kRefused;
  };

  // Both on the loop's thread. `check` says why settings cannot be taken over, or null; `apply` takes the live ones
  // over (config/live.h).
  struct Taking {
    std::function<base::Result<void>(const config::Settings&)> check = nullptr;
    std::function<void(const config::Settings&)> apply;
  };
  Reloader(Services services, Start start, const config::Settings& started, Taking taking);

  struct Done {
    std::vector<std::string> applied;
    // Have changed in the file, and need a new start.
    std::vector<std::string> waiting;
  };
  // The same errors as at a start, and the settings of before are in force. The trail has it before they change.
  base::Task<base::Result<Done>> reload();

 private:
  base::Task<base::Result<Done>> take_over(config::Loaded loaded);

  Services services_;
  Start start_;
  Taking taking_;
  config::Flat in_force_;
};

}  // namespace app
