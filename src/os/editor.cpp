#include "os/editor.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/files.h"

namespace os {
namespace {

// $XDG_RUNTIME_DIR is the user's own and in memory; /dev/shm is in memory.
std::string parent_for(const Environment& environment) {
  const auto runtime = environment.find("XDG_RUNTIME_DIR");
  for (const std::string& place : {runtime.value_or(""), std::string("/dev/shm")}) {
    if (place.starts_with('/') && ::access(place.c_str(), W_OK | X_OK) == 0) return place;
  }
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string();
}

// mkdtemp makes it with mode 0700.
class PrivateDirectory {
 public:
  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}
  ~PrivateDirectory() {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_, ignored)) {
      if (entry.is_regular_file(ignored)) static_cast<void>(replace_private_file(entry.path().string(), ""));
    }
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Ctrl-C in the editor is the editor's: this process must live on to clean up. The old handling comes back.
class SignalsIgnored {
 public:
  SignalsIgnored() {
    for (size_t i = 0; i < kSignals.size(); ++i) before_[i] = std::signal(kSignals[i], SIG_IGN);
  }
  ~SignalsIgnored() {
    for (size_t i = 0; i < kSignals.size(); ++i) std::signal(kSignals[i], before_[i]);
  }
  // In the child, which must hear them.
  static void listen_again() {
    for (const int signal : kSignals) std::signal(signal, SIG_DFL);
  }
  SignalsIgnored(const SignalsIgnored&) = delete;
  SignalsIgnored& operator=(const SignalsIgnored&) = delete;

 private:
  using Handler = void (*)(int);
  // Those that would end us before the clear text is removed: of the keyboard, of a terminal that closes, of kill.
  static constexpr std::array<int, 4> kSignals{SIGINT, SIGQUIT, SIGHUP, SIGTERM};
  std::array<Handler, kSignals.size()> before_{};
};

std::optional<std::string> find_program(const std::string& name, const Environment& environment) {
  if (name.find('/') != std::string::npos) return name;
  const std::string path = environment.find("PATH").value_or("/usr/bin:/bin");
  for (const std::string_view folder : base::split(path, ':')) {
    if (!folder.starts_with('/')) continue;
    std::string candidate = std::string(folder) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

base::Result<void> run_editor(const std::string& file, const Environment& environment) {
  std::string editor = "vi";
  for (const char* name : {"EDITOR", "VISUAL"}) {
    if (auto value = environment.find(name)) editor = *std::move(value);
  }
  std::vector<std::string> words;
  for (const std::string_view word : base::split(editor, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  const auto program = words.empty() ? std::nullopt : find_program(words.front(), environment);
  if (!program) {
    return base::fail(base::Code::kUnavailable, "There is no editor. Set EDITOR to the one that you use.");
  }
  words.push_back(file);
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment.all()) lines.push_back(name + "=" + value);
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> variables = pointers_to(lines);

  const SignalsIgnored ignored;
  const pid_t child = ::fork();
  if (child == 0) {
    SignalsIgnored::listen_again();
    ::execve(program->c_str(), arguments.data(), variables.data());
    ::_exit(127);
  }
  int status = 0;
  if (child > 0) {
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return base::fail(base::Code::kCancelled, "The editor ended with an error, so nothing was changed.");
}

}  // namespace

base::Result<std::string> edit_text(const std::string& text, const std::string& name, size_t bytes_max,
                                    const Environment& environment) {
  std::string path = parent_for(environment) + "/spotify-mcp-edit-" + std::string(6, 'X');
  if (::mkdtemp(path.data()) == nullptr) {
    return base::fail(base::Code::kUnavailable,
                      fmt::format("There is no place to edit in: {}: {}.", path, std::strerror(errno)));
  }
  const PrivateDirectory directory(std::move(path));
  const std::string file = directory.path() + "/" + name;
  TRY_VOID(create_private_file(file, text));
  TRY_VOID(run_editor(file, environment));
  return read_file(file, bytes_max);
}

}  // namespace os
