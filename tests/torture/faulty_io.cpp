// Preloaded into a program (LD_PRELOAD), counts what it does to regular files below FAULT_ROOT, and lets one of these
// calls go wrong:
//
//   FAULT_ROOT   the folder that is watched
//   FAULT_COUNT  a file that gets one line for each call: its number, its name, the path
//   FAULT_AT     the number of the call that goes wrong, from 1; none: no call does
//   FAULT_KIND   kill: the process ends before the call, as in a crash; torn: it ends in the middle of a write;
//                eio, enospc: the call fails
//   FAULT_EVER   set: every later call fails too
//   FAULT_CLOCK  a file that holds the seconds by which the wall clock is wrong
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

struct Plan {
  std::string root = text("FAULT_ROOT");
  // Opened before the program confines itself, and so good afterwards too.
  long count = opened("FAULT_COUNT", O_WRONLY | O_CREAT | O_APPEND);
  long clock = opened("FAULT_CLOCK", O_RDONLY);
  std::string kind = text("FAULT_KIND");
  long at = std::strtol(text("FAULT_AT").c_str(), nullptr, 10);
  bool ever = !text("FAULT_EVER").empty();

  static std::string text(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  }
  static long opened(const char* name, int flags) {
    const std::string path = text(name);
    return path.empty() ? -1 : ::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, 0600);
  }
};
// Never destroyed: calls come until the very end.
const Plan& plan() {
  static const Plan* const kPlan = new Plan;
  return *kPlan;
}

std::atomic<long> calls{0};

void count_call(long number, const char* name, const std::string& path) {
  if (plan().count < 0) return;
  const std::string line = std::to_string(number) + " " + name + " " + path + "\n";
  ::syscall(SYS_write, plan().count, line.data(), line.size());
}

[[noreturn]] void crash() {
  ::syscall(SYS_exit_group, 137);
  __builtin_unreachable();
}

bool is_below_root(std::string_view path) {
  const std::string& root = plan().root;
  return !root.empty() && path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

enum class Verdict { kGo, kTear, kFail };

Verdict judge(const char* name, const std::string& path) {
  if (!is_below_root(path)) return Verdict::kGo;
  const long number = ++calls;
  count_call(number, name, path);
  const Plan& wanted = plan();
  const bool hit = wanted.at > 0 && (number == wanted.at || (wanted.ever && number > wanted.at));
  if (!hit) return Verdict::kGo;
  if (wanted.kind == "kill") crash();
  if (wanted.kind == "torn") return Verdict::kTear;
  errno = wanted.kind == "enospc" ? ENOSPC : EIO;
  return Verdict::kFail;
}

// Nothing for what is no regular file or folder.
std::string path_of(int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return "";
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  char path[PATH_MAX];
  const ssize_t length = ::readlink(link, path, sizeof path);
  return length > 0 ? std::string(path, static_cast<size_t>(length)) : "";
}

std::string absolute(const char* path) {
  if (path == nullptr || *path == '/') return path == nullptr ? "" : path;
  char folder[PATH_MAX];
  return ::getcwd(folder, sizeof folder) == nullptr ? path : std::string(folder) + "/" + path;
}

Verdict judge(const char* name, int file) {
  const int before = errno;
  const std::string path = path_of(file);
  errno = before;
  return judge(name, path);
}

// Half of the bytes, and then the end.
template <class Write>
ssize_t judged_write(const char* name, int file, size_t bytes, const Write& write) {
  switch (judge(name, file)) {
    case Verdict::kGo:
      return write(bytes);
    case Verdict::kTear:
      write(bytes / 2);
      crash();
    case Verdict::kFail:
      break;
  }
  return -1;
}

// For calls that are done or not.
bool goes_on(Verdict verdict) {
  if (verdict == Verdict::kTear) crash();
  return verdict == Verdict::kGo;
}

mode_t mode_from(int flags, va_list& arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

int judged_open(const char* name, const char* path, int flags, mode_t mode) {
  const bool makes = (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
  if (makes && !goes_on(judge(name, absolute(path)))) return -1;
  return real<int(const char*, int, ...)>("open64")(path, flags, mode);
}

long clock_offset() {
  char text[32] = {};
  const bool known = plan().clock >= 0 && ::syscall(SYS_pread64, plan().clock, text, sizeof text - 1, 0) > 0;
  return known ? std::strtol(text, nullptr, 10) : 0;
}

[[gnu::constructor]] void begin() { plan(); }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_from(flags, arguments);
  va_end(arguments);
  return judged_open("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_from(flags, arguments);
  va_end(arguments);
  return judged_open("open", path, flags, mode);
}
int mkostemp(char* path, int flags) {
  if (!goes_on(judge("mkostemp", absolute(path)))) return -1;
  return real<int(char*, int)>("mkostemp")(path, flags);
}
int mkostemp64(char* path, int flags) { return mkostemp(path, flags); }
ssize_t write(int file, const void* bytes, size_t count) {
  return judged_write("write", file, count,
                      [=](size_t part) { return real<ssize_t(int, const void*, size_t)>("write")(file, bytes, part); });
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  return judged_write("pwrite", file, count, [=](size_t part) {
    return real<ssize_t(int, const void*, size_t, off_t)>("pwrite64")(file, bytes, part, offset);
  });
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t offset) {
  return pwrite(file, bytes, count, offset);
}
int fsync(int file) { return goes_on(judge("fsync", file)) ? real<int(int)>("fsync")(file) : -1; }
int fdatasync(int file) { return goes_on(judge("fdatasync", file)) ? real<int(int)>("fdatasync")(file) : -1; }
int ftruncate(int file, off_t size) {
  return goes_on(judge("ftruncate", file)) ? real<int(int, off_t)>("ftruncate64")(file, size) : -1;
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }
int rename(const char* from, const char* to) {
  return goes_on(judge("rename", absolute(to))) ? real<int(const char*, const char*)>("rename")(from, to) : -1;
}
int link(const char* from, const char* to) {
  return goes_on(judge("link", absolute(to))) ? real<int(const char*, const char*)>("link")(from, to) : -1;
}
int unlink(const char* path) {
  return goes_on(judge("unlink", absolute(path))) ? real<int(const char*)>("unlink")(path) : -1;
}
int mkdir(const char* path, mode_t mode) {
  if (::access(path, F_OK) != 0 && !goes_on(judge("mkdir", absolute(path)))) return -1;
  return real<int(const char*, mode_t)>("mkdir")(path, mode);
}

// What stands in the place of libc's clock; a test may not ask one, and this is one.
int preloaded_time(clockid_t clock, struct timespec* time) __asm__("clock_gettime");
int preloaded_time(clockid_t clock, struct timespec* time) {
  const int result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += clock_offset();
  return result;
}
}
