// The time from the start of a process to the first line that it writes to its stdout, given one line on its stdin:
// bench_first_answer FILE [ARGUMENT...] < line. Writes {"micros":N} and then the line that came, and ends the process
// by closing its stdin.
//
// A program of its own, because a runtime that starts the process from a large one adds several milliseconds to each
// figure, and what is measured is small. posix_spawn copies no page tables.
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int fail(const char* what, int error) {
  std::fprintf(stderr, "bench_first_answer: %s: %s\n", what, std::strerror(error));
  return 1;
}

// Everything up to the end, or up to the first line feed where `line` asks for that.
enum class Until { kLineFeed, kEnd };
bool read_from(int file, std::string& text, Until until) {
  char bytes[65536];
  while (until == Until::kEnd || text.find('\n') == std::string::npos) {
    const ssize_t count = read(file, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 && until == Until::kEnd;
    text.append(bytes, static_cast<size_t>(count));
  }
  return true;
}

bool write_to(int file, const std::string& text) {
  return write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fprintf(stderr, "usage: bench_first_answer FILE [ARGUMENT...] < line\n"), 2;
  std::string request;
  if (!read_from(STDIN_FILENO, request, Until::kEnd)) return fail("stdin", errno);

  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0) return fail("pipe", errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);

  const auto began = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int refused = posix_spawn(&child, arguments[1], &actions, nullptr, arguments + 1, environ);
  if (refused != 0) return fail(arguments[1], refused);
  close(to_child[0]);
  close(from_child[1]);
  std::string answer;
  const bool answered = write_to(to_child[1], request) && read_from(from_child[0], answer, Until::kLineFeed);
  const auto took = std::chrono::steady_clock::now() - began;

  close(to_child[1]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!answered) return std::fprintf(stderr, "bench_first_answer: %s gave no line\n", arguments[1]), 1;
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  std::printf("{\"micros\":%lld}\n%s", static_cast<long long>(micros), answer.c_str());
  return 0;
}
