#include "os/browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/text.h"

namespace os {

namespace {

bool has_display(const Environment& environment) {
#ifdef __APPLE__
  (void)environment;
  return true;
#else
  return environment.find("DISPLAY") || environment.find("WAYLAND_DISPLAY") || environment.find("BROWSER");
#endif
}

// Its output must not reach our stdout, where MCP speaks, nor our terminal.
class QuietActions {
 public:
  QuietActions() {
    posix_spawn_file_actions_init(&actions_);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
    }
  }
  ~QuietActions() { posix_spawn_file_actions_destroy(&actions_); }
  QuietActions(const QuietActions&) = delete;
  QuietActions& operator=(const QuietActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// Of our own signal handling nothing is inherited: blocked and ignored signals would outlive exec.
class DefaultSignals {
 public:
  DefaultSignals() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t reset;
    sigemptyset(&reset);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&reset, signal);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &reset);
    posix_spawnattr_setpgroup(&attributes_, 0);  // Ctrl-C for us is not for the browser.
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~DefaultSignals() { posix_spawnattr_destroy(&attributes_); }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// xdg-open or open as an absolute path, from PATH; empty when there is none, or no display.
std::string find_opener(const Environment& environment) {
  if (!has_display(environment)) return {};
  const std::string path = environment.find("PATH").value_or("");
  for (const char* name : {"xdg-open", "open"}) {
    for (const std::string_view folder : base::split(path, ':')) {
      if (!folder.starts_with('/')) continue;
      const auto candidate = std::filesystem::path(folder) / name;
      if (::access(candidate.c_str(), X_OK) == 0) return candidate.string();
    }
  }
  return {};
}

}  // namespace

bool open_in_browser(const std::string& url, const Environment& environment) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
  std::string opener = find_opener(environment);
  if (opener.empty()) return false;
  std::string argument = url;
  const std::array<char*, 3> arguments{opener.data(), argument.data(), nullptr};
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment.all()) lines.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (std::string& line : lines) variables.push_back(line.data());
  variables.push_back(nullptr);

  const QuietActions actions;
  const DefaultSignals attributes;
  pid_t child = 0;
  if (::posix_spawn(&child, opener.c_str(), actions.get(), attributes.get(), arguments.data(), variables.data()) != 0) {
    return false;
  }
  // The opener may stay as long as its browser; someone has to take note of its end.
  std::thread([child] {
    int status = 0;
    ::waitpid(child, &status, 0);
  }).detach();
  return true;
}

}  // namespace os
