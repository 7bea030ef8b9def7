// The audit trail of this process: its keys, its place, its thread, and the first and the last that it tells.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/audit_forwarder.h"
#include "app/audited_server.h"
#include "app/master_key.h"
#include "app/metrics.h"
#include "app/process.h"
#include "audit/disk.h"
#include "audit/keys.h"
#include "audit/recorder.h"
#include "audit/tail.h"
#include "audit/trail.h"
#include "audit/watch.h"
#include "base/result.h"
#include "base/task.h"
#include "config/sealed_file.h"
#include "config/settings.h"
#include "net/loop.h"

namespace app {

// Where the trails of all keys are.
std::string audit_directory(const config::Settings& settings);

class AuditTrail {
 public:
  // Touches nothing before start(). `key_made` is called, on the trail's thread, with the path of a master key that was
  // just made. `heard` is told of everything that is told here, also where the trail is switched off. The process and
  // the settings must outlive the trail.
  // `metrics`, which may be null, counts what is sent elsewhere.
  AuditTrail(Process& process, const config::Settings& settings, std::function<void(const std::string&)> key_made,
             audit::Watch::Heard heard = nullptr, Metrics* metrics = nullptr);
  AuditTrail(const AuditTrail&) = delete;
  AuditTrail& operator=(const AuditTrail&) = delete;

  audit::Trail& trail() { return watch_; }
  mcp::Auditor& auditor() { return auditor_; }

  // The configuration was sealed, and the trail will say which generation of it. Before begin().
  void tell_sealed(const std::optional<config::SealedHeader>& header) { sealed_ = header; }
  // Tells what begins: "stdio", "serve", "login", "logout". What is told before start() is written by it.
  void begin(std::string_view mode);
  // Opens the trail. An error, which may name a path, only where audit.on_failure is deny.
  base::Task<base::Result<void>> start(NoKeyFile none);
  base::Task<void> close();

 private:
  struct Opening;

  audit::Trail& make_recorder(Process& process, const config::Settings& settings,
                              std::function<void(const std::string&)> key_made, const audit::Watch::Heard& heard);

  std::function<void(std::string_view)> forwarding(Process& process) const;
  std::function<void(const std::string&, audit::TailPosition)> following(Process& process,
                                                                         const config::Settings& settings) const;

  std::string mode_;
  std::string settings_text_;
  std::string environment_;
  std::string log_level_;
  std::optional<config::SealedHeader> sealed_;
  std::shared_ptr<AuditForwarder> forwarder_;  // Null: the disk alone.
  std::shared_ptr<Opening> opening_;
  net::ThreadWorker worker_;
  audit::NullTrail nothing_;
  std::optional<audit::Recorder> recorder_;  // None: the trail is switched off.
  audit::Watch watch_;
  AuditedServer auditor_;
};

// What a command needs to read a trail.
struct StoredTrail {
  audit::Keys keys;
  std::unique_ptr<audit::Disk> disk;
  std::string directory;
};
// The trail that is written now, or the earlier one with this id. kNotFound when there is no master key or no trail of
// it; no key is made. Blocking.
base::Result<StoredTrail> find_trail(const config::Settings& settings, const os::Environment& environment,
                                     base::Random& random, std::string_view id = {});

}  // namespace app
