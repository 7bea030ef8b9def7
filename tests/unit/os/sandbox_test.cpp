// A child that has given up what a server gives up, and tries all the same.
#include "os/sandbox.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <linux/landlock.h>
#include <netdb.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

// What a child ends with beside the errors of the system.
constexpr int kDone = 0;
constexpr int kNotConfined = 200;

struct World {
  World() {
    for (const char* name : {"/data", "/other", "/config"}) REQUIRE(::mkdir((place.path() + name).c_str(), 0700) == 0);
    std::ofstream(place.path() + "/other/shadow") << "root:fake";
    std::ofstream(place.path() + "/config/settings.json") << "{}";
    std::ofstream(place.path() + "/data/old") << "x";
  }
  os::Confinement confinement(os::Tracing tracing = os::Tracing::kRefuse) const {
    return {.readable = {"/usr", "/lib", "/lib64", "/etc/hosts", "/etc/nsswitch.conf", "/proc/self",
                         place.path() + "/config/settings.json", place.path() + "/not-there"},
            .writable = {place.path() + "/data"},
            .tracing = tracing};
  }
  std::string operator/(const std::string& name) const { return place.path() + "/" + name; }

  test::TemporaryDirectory place;
};

bool has_landlock() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1; }

// How a confined child ends that runs `attempt`: its status as waitpid gives it.
int status_of(const os::Confinement& confinement, const std::function<int()>& attempt) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const os::Confined confined = os::confine(confinement);
    if (!confined.no_filter.empty() || (has_landlock() && !confined.no_paths.empty())) ::_exit(kNotConfined);
    ::_exit(attempt());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

// The error of a call, or none.
int error_of(long result) { return result >= 0 ? kDone : errno; }

int attempt(const std::function<int()>& call) {
  const World world;
  const int status = status_of(world.confinement(), call);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

int open_error(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  return descriptor >= 0 ? kDone : errno;
}

}  // namespace

TEST_CASE("a confined process that starts a program is killed") {
  const World world;
  const int plain = status_of(world.confinement(), [] {
    char name[] = "/bin/true";
    char* const arguments[] = {name, nullptr};
    ::execve(name, arguments, nullptr);
    return errno;
  });
  CHECK((WIFSIGNALED(plain) && WTERMSIG(plain) == SIGSYS));
  const int by_descriptor = status_of(world.confinement(), [] {
    char name[] = "/bin/true";
    char* const arguments[] = {name, nullptr};
    ::syscall(SYS_execveat, AT_FDCWD, name, arguments, nullptr, 0);
    return errno;
  });
  CHECK((WIFSIGNALED(by_descriptor) && WTERMSIG(by_descriptor) == SIGSYS));
}

TEST_CASE("a confined process neither traces others nor makes children") {
  CHECK(attempt([] { return error_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }) == EPERM);
  CHECK(attempt([] { return error_of(::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr)); }) == EPERM);
  CHECK(attempt([] { return error_of(::syscall(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0)); }) ==
        EPERM);
  CHECK(attempt([] { return error_of(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0)); }) == EPERM);
  CHECK(attempt([] { return error_of(::syscall(SYS_clone3, nullptr, 0)); }) == ENOSYS);
#ifdef SYS_fork
  CHECK(attempt([] { return error_of(::syscall(SYS_fork)); }) == EPERM);
#endif
}

TEST_CASE("a confined process has none of the calls that change the machine or open the kernel wide") {
  for (const long call : {SYS_bpf,
                          SYS_keyctl,
                          SYS_add_key,
                          SYS_request_key,
                          SYS_perf_event_open,
                          SYS_userfaultfd,
                          SYS_io_uring_setup,
                          SYS_init_module,
                          SYS_finit_module,
                          SYS_delete_module,
                          SYS_reboot,
                          SYS_kexec_load,
                          SYS_setns,
                          SYS_unshare,
                          SYS_mount,
                          SYS_umount2,
                          SYS_pivot_root,
                          SYS_chroot,
                          SYS_move_mount,
                          SYS_open_tree,
                          SYS_fsopen,
                          SYS_open_by_handle_at,
                          SYS_sethostname,
                          SYS_clock_settime,
                          SYS_setuid,
                          SYS_setresuid,
                          SYS_capset,
                          SYS_personality,
                          SYS_pidfd_getfd}) {
    CAPTURE(call);
    CHECK(attempt([call] { return error_of(::syscall(call, 0, 0, 0, 0, 0, 0)); }) == EPERM);
  }
  CHECK(attempt([] {
          return error_of(::syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD, nullptr, nullptr, nullptr, 0));
        }) == EPERM);
  CHECK(attempt([] { return error_of(::socket(AF_ALG, SOCK_SEQPACKET, 0)); }) == EPERM);
  CHECK(attempt([] { return error_of(::socket(AF_PACKET, SOCK_RAW, 0)); }) == EPERM);
  CHECK(attempt([] {
          char key = 'x';
          return error_of(::ioctl(0, TIOCSTI, &key));
        }) == EPERM);
}

TEST_CASE("a confined process has no call that nothing here needs, and no memory that is written and executed") {
  for (const long call : {SYS_inotify_init1,
                          SYS_fanotify_init,
                          SYS_memfd_create,
                          SYS_shmget,
                          SYS_msgget,
                          SYS_semget,
                          SYS_mq_open,
                          SYS_splice,
                          SYS_tee,
                          SYS_mlockall,
                          SYS_setpriority,
                          SYS_setsid,
                          SYS_setpgid,
                          SYS_sched_setscheduler,
                          SYS_pkey_mprotect,
                          SYS_pidfd_open,
                          SYS_pidfd_send_signal,
                          SYS_rt_sigqueueinfo,
                          SYS_tkill,
                          SYS_kill,
                          SYS_wait4,
                          SYS_seccomp,
                          SYS_setxattr,
                          SYS_timer_create,
                          SYS_io_setup,
                          SYS_remap_file_pages}) {
    CAPTURE(call);
    CHECK(attempt([call] { return error_of(::syscall(call, 0, 0, 0, 0, 0, 0)); }) == ENOSYS);
  }
  // Of the calls that there are, a number that no kernel has.
  CHECK(attempt([] { return error_of(::syscall(100'000)); }) == ENOSYS);
  const auto map = [](int protection) {
    return [protection] {
      void* const place = ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      return place != MAP_FAILED ? kDone : errno;
    };
  };
  CHECK(attempt(map(PROT_READ | PROT_WRITE)) == kDone);
  CHECK(attempt(map(PROT_READ | PROT_WRITE | PROT_EXEC)) == EPERM);
  CHECK(attempt([] {
          void* const place = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          return error_of(::mprotect(place, 4096, PROT_READ | PROT_EXEC));
        }) == EPERM);
  // A signal to another process, by the call that threads signal each other with.
  CHECK(attempt([] { return error_of(::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0)); }) == ENOSYS);
}

TEST_CASE("a confined process leaves no image of its memory and cannot take that back") {
  const World world;
  const int status = status_of(world.confinement(), [&world] {
    if (::chdir((world / "data").c_str()) != 0) return errno;
    ::signal(SIGSEGV, SIG_DFL);
    ::raise(SIGSEGV);
    return kDone;
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
  CHECK_FALSE(WCOREDUMP(status));
  size_t files = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(world / "data")) ++files;
  CHECK(files == 1);
  CHECK(attempt([] { return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }) == 0);
  CHECK(attempt([] { return error_of(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }) == EPERM);
  CHECK(attempt([] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }) == 1);
  CHECK(attempt([] {
          rlimit limit{1, 1};
          ::getrlimit(RLIMIT_CORE, &limit);
          return static_cast<int>(limit.rlim_cur + limit.rlim_max);
        }) == 0);
}

TEST_CASE("a confined process reads and writes what it was given, and nothing else" * doctest::skip(!has_landlock())) {
  const World world;
  const auto error = [&world](const std::string& path, int flags) {
    const int status = status_of(world.confinement(), [&] { return open_error(path, flags); });
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
  };
  CHECK(error(world / "other/shadow", O_RDONLY) == EACCES);
  CHECK(error(world / "other/shadow", O_WRONLY) == EACCES);
  CHECK(error(world / "other/new", O_WRONLY | O_CREAT) == EACCES);
  CHECK(error(world / "config/settings.json", O_WRONLY) == EACCES);
  CHECK(error(world / "data/../other/shadow", O_RDONLY) == EACCES);
  CHECK(error("/etc/passwd", O_RDONLY) == EACCES);
  CHECK(error("/usr/bin/env", O_WRONLY) == EACCES);
  CHECK(error("/", O_RDONLY | O_DIRECTORY) == EACCES);
  CHECK(error(world / "config/settings.json", O_RDONLY) == kDone);
  CHECK(error(world / "data/old", O_RDWR | O_TRUNC) == kDone);
  CHECK(error(world / "data/new", O_WRONLY | O_CREAT) == kDone);
  CHECK(error("/dev/null", O_WRONLY) == kDone);
  struct stat made{};
  REQUIRE(::stat((world / "data/new").c_str(), &made) == 0);
  CHECK((made.st_mode & 0777) == 0600);  // Although 0666 was asked for.

  const auto ended = [&world](const std::function<int()>& call) {
    const int status = status_of(world.confinement(), call);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  CHECK(ended([&] { return error_of(::rename((world / "data/new").c_str(), (world / "data/newer").c_str())); }) ==
        kDone);
  CHECK(ended([&] { return error_of(::unlink((world / "data/newer").c_str())); }) == kDone);
  CHECK(ended([&] { return error_of(::unlink((world / "other/shadow").c_str())); }) == EACCES);
  CHECK(ended([&] { return error_of(::rename((world / "other/shadow").c_str(), (world / "data/x").c_str())); }) !=
        kDone);
  CHECK(ended([&] { return error_of(::link((world / "other/shadow").c_str(), (world / "data/x").c_str())); }) != kDone);
  CHECK(ended([&] { return error_of(::truncate((world / "other/shadow").c_str(), 0)); }) == EACCES);
  CHECK(ended([&] { return error_of(::symlink("/etc/passwd", (world / "data/x").c_str())); }) == ENOSYS);
  CHECK(ended([] { return os::are_paths_confined() ? kDone : EEXIST; }) == kDone);
  CHECK_FALSE(os::are_paths_confined());
}

TEST_CASE("a confined process has what a server needs: threads, sockets, names, libraries") {
  CHECK(attempt([] {
          int done = EAGAIN;
          std::thread([&done] { done = kDone; }).join();
          return done;
        }) == kDone);
  CHECK(attempt([] { return error_of(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)); }) == kDone);
  CHECK(attempt([] {
          addrinfo* found = nullptr;
          return ::getaddrinfo("localhost", "443", nullptr, &found) == 0 ? kDone : 1;
        }) == kDone);
  CHECK(attempt([] { return ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL) != nullptr ? kDone : 1; }) == kDone);
}

TEST_CASE(
    "threads that run already are held by the filter, and the leak check has what it needs where it is asked for") {
  const World world;
  CHECK(status_of(world.confinement(os::Tracing::kAllow), [] {
          return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 && ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0
                                                                                                                 : 1;
        }) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::atomic<bool> confined = false;
    int error = 0;
    std::thread early([&] {
      confined.wait(false);
      error = error_of(::unshare(CLONE_FS));
    });
    const bool holds = os::confine(world.confinement()).no_filter.empty();
    confined = true;
    confined.notify_one();
    early.join();
    ::_exit(holds ? error : kNotConfined);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == EPERM));
}
