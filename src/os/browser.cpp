#include "os/browser.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/text.h"

namespace os {

namespace {

bool has_display(const Environment& environment) {
#ifdef __APPLE__
  (void)environment;
  return true;
#else
  return environment.find("DISPLAY") || environment.find("WAYLAND_DISPLAY") ||
         environment.find("BROWSER");
#endif
}

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

// In the child. Its own child becomes one of init, so that we need not wait for an opener that
// stays as long as its browser. Between fork and exec only calls that are safe after a signal.
[[noreturn]] void run_detached(const char* program, char* const* arguments,
                               char* const* variables) {
  // Of our signal handling nothing is inherited: what is blocked or ignored stays so through exec.
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::setsid();
  // What it prints must not reach our stdout, where MCP speaks, nor our terminal.
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  const pid_t opener = ::fork();
  if (opener == 0) ::execve(program, arguments, variables);
  ::_exit(opener > 0 ? 0 : 1);
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

  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) run_detached(opener.c_str(), arguments.data(), variables.data());
  int status = 0;
  // This is the child in between, which ends at once.
  return ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace os
