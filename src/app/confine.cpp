#include "app/confine.h"

#include <string>

#include "app/audit_trail.h"
#include "app/cache_file.h"
#include "app/master_key.h"
#include "os/files.h"

// The leak check at the end of a process traces it.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SMS_TRACES_ITSELF 1
#endif
#endif

namespace app {
namespace {

#ifdef SMS_TRACES_ITSELF
constexpr os::Tracing kTracing = os::Tracing::kAllow;
#else
constexpr os::Tracing kTracing = os::Tracing::kRefuse;
#endif

#ifdef SMS_COVERAGE
constexpr bool kCountsItself = true;
#else
constexpr bool kCountsItself = false;
#endif

// Libraries that are loaded later (libcurl, the modules of the name service), what they read, and authorities.
constexpr const char* kReadable[] = {"/usr",
                                     "/lib",
                                     "/lib64",
                                     "/nix/store",
                                     "/gnu/store",
                                     "/opt",
                                     "/etc/ssl",
                                     "/etc/pki",
                                     "/etc/ca-certificates",
                                     "/etc/ld.so.cache",
                                     "/etc/ld.so.preload",
                                     "/etc/localtime",
                                     "/etc/host.conf",
                                     "/etc/hosts",
                                     "/etc/nsswitch.conf",
                                     "/etc/gai.conf",
                                     "/etc/services",
                                     "/etc/protocols",
                                     "/etc/resolv.conf",
                                     "/run/systemd/resolve",
                                     "/run/NetworkManager",
                                     "/run/resolvconf",
                                     "/run/nscd",
                                     "/run/avahi-daemon",
                                     "/proc/self",
                                     "/proc/sys",
                                     "/proc/stat",
                                     "/proc/meminfo",
                                     "/proc/cpuinfo",
                                     "/sys/devices/system/cpu",
                                     "/dev/urandom",
                                     "/dev/random"};

std::string parent_of(const std::string& path) {
  return path.contains('/') ? path.substr(0, path.rfind('/') + 1) : ".";
}

}  // namespace

os::Confinement confinement_of(const config::Settings& settings, const os::Environment& environment) {
  os::Confinement confinement{.readable = {std::begin(kReadable), std::end(kReadable)},
                              .writable = {settings.storage.directory, audit_directory(settings)},
                              .tracing = kTracing};
  // A new file of the name service is put in the place of the old one, which a rule for the old one does not cover.
  if (os::is_replaceable("/etc/resolv.conf")) confinement.readable.emplace_back("/etc");
  if (settings.cache.enabled && !settings.cache.db_path.empty()) {
    confinement.writable.push_back(cache_file(settings).directory);
  }
  if (const std::string& file = settings.audit.checkpoints; !file.empty()) {
    confinement.writable.push_back(parent_of(file));
  }
  // Those who renew a certificate put another file in its place, often behind a link.
  for (const std::string& file : {settings.server.tls_certificate, settings.server.tls_key}) {
    if (file.empty()) continue;
    confinement.readable.push_back(parent_of(file));
    confinement.readable.push_back(parent_of(os::target_of(file)));
  }
  for (const std::string& file : {settings.syslog.ca_file, settings.mail.ca_file, settings.store.ca_file}) {
    if (!file.empty()) confinement.readable.push_back(file);
  }
  // A build for coverage writes what it has counted when it ends.
  if (const auto profile = environment.find("LLVM_PROFILE_FILE"); profile && kCountsItself) {
    confinement.writable.push_back(parent_of(*profile));
  }
  const auto key = key_file(os::config_directory(environment), environment);
  if (key && os::exists(key->path)) {
    confinement.readable.push_back(key->path);
  } else if (key && key->may_be_made) {
    // The first start makes the key; the next one can only read it.
    confinement.writable.push_back(parent_of(key->path));
  }
  for (const std::string& directory : confinement.writable) {
    // One that cannot be made, or is not private, is told of by whoever opens it.
    (void)os::make_private_directory(directory).has_value();
  }
  return confinement;
}

void allow_reload(os::Confinement& confinement, const std::vector<std::string>& files,
                  const os::Environment& environment) {
  for (const std::string& file : files) {
    const std::string whole = os::target_of(os::absolute(file));
    const std::string folder = parent_of(whole);
    const std::string home = environment.find("HOME").value_or("/");
    const bool holds_more = os::is_within(home, folder) || os::is_within("/etc", folder) || os::is_shared(folder);
    confinement.readable.push_back(holds_more ? whole : folder);
  }
}

os::Confined confine_server(const Io& io, const config::Settings& settings, const std::vector<std::string>& files) {
  if (!io.confine) return {};
  os::Confinement confinement = confinement_of(settings, io.environment);
  allow_reload(confinement, files, io.environment);
  return io.confine(confinement);
}

void tell(const os::Confined& confined, base::Log& log) {
  if (!confined.no_paths.empty()) {
    log.event(base::Level::kWarning, "process.paths_not_confined", {{"why", confined.no_paths}});
  }
  if (!confined.no_filter.empty()) {
    log.event(base::Level::kWarning, "process.calls_not_confined", {{"why", confined.no_filter}});
  }
}

}  // namespace app
