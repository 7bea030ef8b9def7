#include "os/process.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <span>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include "base/text.h"
#include "os/files.h"

namespace os {

pid_t process_id() { return ::getpid(); }

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

base::Result<OtherProcess> OtherProcess::of(pid_t id) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
  if (descriptor >= 0) return OtherProcess(id, descriptor);
  return base::fail(errno == ESRCH ? base::Code::kNotFound : base::Code::kUnavailable,
                    fmt::format("Process {} cannot be held: {}.", id, std::strerror(errno)));
}

OtherProcess::~OtherProcess() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool OtherProcess::ends_within(std::chrono::milliseconds patience) const {
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  // Ends with the process or with patience. A signal is none of both, and comes once at most.
  int ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
  if (ready < 0 && errno == EINTR) ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
  return ready > 0;
}

base::Result<void> OtherProcess::kill() const {
  if (::syscall(SYS_pidfd_send_signal, descriptor_, SIGKILL, nullptr, 0) == 0 || errno == ESRCH) return {};
  return base::fail(base::Code::kUnavailable,
                    fmt::format("Process {} cannot be ended: {}.", id_, std::strerror(errno)));
}

void open_standard_streams() {
  for (int number = 0; number <= 2; ++number) {
    if (::fcntl(number, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is this one.
    if (::open("/dev/null", number == 0 ? O_RDONLY : O_WRONLY) != number) return;
  }
}

namespace {

int give_back_read_only(dl_phdr_info* object, size_t, void*) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    // What can be written was: relocations stand there too.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
    const size_t size = object->dlpi_addr + segment.p_vaddr + segment.p_memsz - begin;
    ::madvise(reinterpret_cast<void*>(begin), size, MADV_DONTNEED);  // What is refused merely stays.
  }
  return 0;
}

}  // namespace

void give_back_startup_memory() {
  ::malloc_trim(0);
  ::dl_iterate_phdr(give_back_read_only, nullptr);
}

base::Result<uint64_t> resident_bytes() {
  constexpr size_t kLimit = 4096;
  TRY(const std::string text, read_file("/proc/self/statm", kLimit));
  const auto parts = base::split(text, ' ');
  const auto pages = parts.size() > 1 ? base::parse_integer(parts[1]) : std::nullopt;
  if (!pages || *pages < 0) return base::fail(base::Code::kUnavailable, "The memory use of this process is not known.");
  return static_cast<uint64_t>(*pages) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

base::Result<uint64_t> open_files() {
  std::error_code error;
  uint64_t count = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
       each.increment(error)) {
    ++count;
  }
  if (error || count == 0) return base::fail(base::Code::kUnavailable, "The open files of this process are not known.");
  return count - 1;  // One is that of the count.
}

std::chrono::microseconds processor_time() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto micros = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return micros(used.ru_utime) + micros(used.ru_stime);
}

uint64_t raise_open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

base::Result<void> check_open_file_limit() {
  constexpr uint64_t kNeeded = 64;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  uint64_t allowed = limit.rlim_cur;
  constexpr uint64_t kStandardStreams = 3;
  const uint64_t open = open_files().value_or(kStandardStreams);
  if (allowed < open + kNeeded) allowed = raise_open_file_limit();
  if (allowed >= open + kNeeded) return {};
  return base::fail(base::Code::kUnavailable,
                    fmt::format("This process may have {} files open and needs {}. Raise the limit of open files, for "
                                "example with `ulimit -n 1024`, or with LimitNOFILE= in the unit of the service.",
                                allowed, open + kNeeded));
}

void forbid_memory_dumps() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace os
