#include "os/sandbox.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/landlock.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <span>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/process.h"

namespace os {
namespace {

// ---- Paths.

// Rights that came after the first version of Landlock, by the version that brought them; not every header has them.
constexpr uint64_t kRefer = uint64_t{1} << 13;        // 2
constexpr uint64_t kTruncate = uint64_t{1} << 14;     // 3
constexpr uint64_t kDeviceIoctl = uint64_t{1} << 15;  // 5

constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// No pipes, devices or links, and nothing to execute. A socket is for the administrator (app/admin_server).
constexpr uint64_t kWrite = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                            LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                            LANDLOCK_ACCESS_FS_MAKE_SOCK | kRefer | kTruncate;
constexpr uint64_t kOfFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

uint64_t rights_of(long version) {
  uint64_t rights = (uint64_t{1} << 13) - 1;  // All of the first version.
  if (version >= 2) rights |= kRefer;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kDeviceIoctl;
  return rights;
}

void allow_below(int rules, const std::string& path, uint64_t rights) {
  const int descriptor = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat status{};
  if (::fstat(descriptor, &status) == 0) {
    if (!S_ISDIR(status.st_mode)) rights &= kOfFiles;
    landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = descriptor};
    ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }
  ::close(descriptor);
}

std::string confine_paths(const Confinement& confinement) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return "This kernel has no Landlock, or it is switched off.";
  const uint64_t handled = rights_of(version);
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = handled;
  const int rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (rules < 0) return "Landlock refused the rules.";
  for (const std::string& path : confinement.readable) allow_below(rules, path, kRead & handled);
  for (const std::string& path : confinement.writable) allow_below(rules, path, kWrite & handled);
  // A log, or the input of a test, goes there.
  allow_below(rules, "/dev/null", kWrite & handled);
  const long done = ::syscall(SYS_landlock_restrict_self, rules, 0);
  ::close(rules);
  return done == 0 ? "" : "Landlock refused to hold this process.";
}

// ---- System calls. What is on no list below does not exist for this process (ENOSYS), which is also what libraries
// expect of a call that a kernel is too old for: they take another one.

// Other programs are what an intruder wants first, and nothing here ever starts one.
constexpr std::array kKilling{SCMP_SYS(execve), SCMP_SYS(execveat)};

// What an intruder would try next is told apart from what a kernel may lack.
constexpr std::array kRefused{
    // Other processes, and their memory.
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise), SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
    // Wide doors into the kernel.
    SCMP_SYS(bpf), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(keyctl),
    SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(syslog), SCMP_SYS(acct),
    SCMP_SYS(quotactl), SCMP_SYS(lookup_dcookie), SCMP_SYS(vmsplice), SCMP_SYS(modify_ldt), SCMP_SYS(personality),
    // Namespaces and mounts.
    SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
    SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount),
    SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),
    SCMP_SYS(swapon), SCMP_SYS(swapoff),
    // The machine: its names, clock and ports. Other users.
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid),
    SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
    SCMP_SYS(setgroups), SCMP_SYS(capset), SCMP_SYS(mknod), SCMP_SYS(mknodat)};

// What the program, glibc, libstdc++, SQLite, OpenSSL and libcurl with what it loads call; all architectures together.
constexpr std::array kDescriptors{
    SCMP_SYS(read),     SCMP_SYS(write),    SCMP_SYS(readv),          SCMP_SYS(writev),      SCMP_SYS(pread64),
    SCMP_SYS(pwrite64), SCMP_SYS(preadv),   SCMP_SYS(pwritev),        SCMP_SYS(preadv2),     SCMP_SYS(pwritev2),
    SCMP_SYS(lseek),    SCMP_SYS(_llseek),  SCMP_SYS(close),          SCMP_SYS(close_range), SCMP_SYS(dup),
    SCMP_SYS(dup2),     SCMP_SYS(dup3),     SCMP_SYS(fcntl),          SCMP_SYS(fcntl64),     SCMP_SYS(pipe),
    SCMP_SYS(pipe2),    SCMP_SYS(sendfile), SCMP_SYS(copy_file_range)};
// Landlock says which.
constexpr std::array kFiles{
    SCMP_SYS(open),       SCMP_SYS(openat),     SCMP_SYS(openat2),   SCMP_SYS(stat),       SCMP_SYS(fstat),
    SCMP_SYS(lstat),      SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(statx),      SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),    SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),    SCMP_SYS(chdir),      SCMP_SYS(rename),
    SCMP_SYS(renameat),   SCMP_SYS(renameat2),  SCMP_SYS(unlink),    SCMP_SYS(unlinkat),   SCMP_SYS(link),
    SCMP_SYS(linkat),     SCMP_SYS(mkdir),      SCMP_SYS(mkdirat),   SCMP_SYS(rmdir),      SCMP_SYS(truncate),
    SCMP_SYS(ftruncate),  SCMP_SYS(fallocate),  SCMP_SYS(fsync),     SCMP_SYS(fdatasync),  SCMP_SYS(sync_file_range),
    SCMP_SYS(fadvise64),  SCMP_SYS(chmod),      SCMP_SYS(fchmod),    SCMP_SYS(fchmodat),   SCMP_SYS(fchown),
    SCMP_SYS(utimensat),  SCMP_SYS(flock),      SCMP_SYS(umask)};
// None that can be written and executed, see below.
constexpr std::array kMemory{SCMP_SYS(munmap),  SCMP_SYS(mremap),    SCMP_SYS(madvise), SCMP_SYS(brk),
                             SCMP_SYS(mlock),   SCMP_SYS(mlock2),    SCMP_SYS(munlock), SCMP_SYS(msync),
                             SCMP_SYS(mincore), SCMP_SYS(membarrier)};
// Of this process, and what it may know of itself.
constexpr std::array kThreads{SCMP_SYS(futex),
                              SCMP_SYS(futex_waitv),
                              SCMP_SYS(set_robust_list),
                              SCMP_SYS(get_robust_list),
                              SCMP_SYS(rseq),
                              SCMP_SYS(set_tid_address),
                              SCMP_SYS(gettid),
                              SCMP_SYS(getpid),
                              SCMP_SYS(getppid),
                              SCMP_SYS(getpgrp),
                              SCMP_SYS(getpgid),
                              SCMP_SYS(getsid),
                              SCMP_SYS(getuid),
                              SCMP_SYS(geteuid),
                              SCMP_SYS(getgid),
                              SCMP_SYS(getegid),
                              SCMP_SYS(getresuid),
                              SCMP_SYS(getresgid),
                              SCMP_SYS(getgroups),
                              SCMP_SYS(capget),
                              SCMP_SYS(sched_yield),
                              SCMP_SYS(sched_getaffinity),
                              SCMP_SYS(sched_getparam),
                              SCMP_SYS(sched_getscheduler),
                              SCMP_SYS(sched_get_priority_max),
                              SCMP_SYS(sched_get_priority_min),
                              SCMP_SYS(getpriority),
                              SCMP_SYS(getcpu),
                              SCMP_SYS(prlimit64),
                              SCMP_SYS(getrlimit),
                              SCMP_SYS(setrlimit),
                              SCMP_SYS(getrusage),
                              SCMP_SYS(times),
                              SCMP_SYS(sysinfo),
                              SCMP_SYS(uname),
                              SCMP_SYS(arch_prctl),
                              SCMP_SYS(exit),
                              SCMP_SYS(exit_group),
                              SCMP_SYS(restart_syscall)};
// None of them to other processes.
constexpr std::array kSignals{SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),  SCMP_SYS(rt_sigreturn),
                              SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigsuspend),
                              SCMP_SYS(sigaltstack),   SCMP_SYS(signalfd4),       SCMP_SYS(pause)};
constexpr std::array kWaiting{
    SCMP_SYS(poll),           SCMP_SYS(ppoll),           SCMP_SYS(select),          SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create),   SCMP_SYS(epoll_create1),   SCMP_SYS(epoll_ctl),       SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),    SCMP_SYS(epoll_pwait2),    SCMP_SYS(eventfd),         SCMP_SYS(eventfd2),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime), SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),   SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),       SCMP_SYS(gettimeofday),
    SCMP_SYS(time),           SCMP_SYS(getitimer),       SCMP_SYS(setitimer)};
// Which families of sockets: below.
constexpr std::array kConnections{
    SCMP_SYS(socketpair), SCMP_SYS(bind),        SCMP_SYS(connect),     SCMP_SYS(listen),     SCMP_SYS(accept),
    SCMP_SYS(accept4),    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(sendto),     SCMP_SYS(recvfrom),    SCMP_SYS(sendmsg),     SCMP_SYS(recvmsg),    SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmmsg),   SCMP_SYS(shutdown),    SCMP_SYS(getrandom)};

// What the tracing of one process by another needs, of which a leak check is one.
constexpr std::array kOfTracing{SCMP_SYS(ptrace), SCMP_SYS(fork), SCMP_SYS(vfork)};
// And what such a check calls besides, where it is asked for.
constexpr std::array kOfLeakChecks{SCMP_SYS(wait4), SCMP_SYS(kill),  SCMP_SYS(tgkill),
                                   SCMP_SYS(prctl), SCMP_SYS(clone), SCMP_SYS(sched_setaffinity)};

// IP, Unix and netlink (which the name service asks for our addresses) are all the sockets there are here.
constexpr std::array kSockets{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
constexpr std::array kRefusedSockets{AF_PACKET, AF_ALG,  AF_VSOCK, AF_KEY, AF_BLUETOOTH,
                                     AF_CAN,    AF_TIPC, AF_RDS,   AF_XDP};

// Of a terminal and of a descriptor; a filter sees the number alone.
constexpr std::array kRequests{uint64_t{TCGETS},  uint64_t{TIOCGWINSZ}, uint64_t{TIOCGPGRP}, uint64_t{FIONREAD},
                               uint64_t{FIONBIO}, uint64_t{FIOCLEX},    uint64_t{FIONCLEX}};
// Names of threads and of memory, and questions.
constexpr std::array kOwnProperties{PR_SET_NAME,     PR_GET_NAME,         PR_GET_DUMPABLE,
                                    PR_GET_SECCOMP,  PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS,
                                    PR_CAPBSET_READ, 0x53564d41 /* PR_SET_VMA */};

constexpr uint64_t kNamespaces =
    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

// Of an argument that is an int, the kernel looks at the lower half alone.
constexpr uint64_t kInt = 0xffffffff;

constexpr uint32_t refuse_with(int error) { return SCMP_ACT_ERRNO(static_cast<uint32_t>(error)); }

class Filter {
 public:
  Filter() : context_(seccomp_init(refuse_with(ENOSYS)), seccomp_release) {
    if (context_ == nullptr) return;
    seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // A tree, not a list: half a dozen comparisons.
    // Calls of another architecture would go past the names below.
    seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  }
  void add(uint32_t action, int call) { good_ = good_ && seccomp_rule_add(context_.get(), action, call, 0) == 0; }
  // Where the bits of `mask` in that argument are those of `value`.
  void add(uint32_t action, int call, unsigned index, uint64_t mask, uint64_t value) {
    const scmp_arg_cmp argument{.arg = index, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
    good_ = good_ && seccomp_rule_add_array(context_.get(), action, call, 1, &argument) == 0;
  }
  bool load() { return context_ != nullptr && good_ && seccomp_load(context_.get()) == 0; }
  explicit operator bool() const { return context_ != nullptr; }

 private:
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  bool good_ = true;
};

// Memory is written or executed, never both: a library is mapped from its file, and nothing makes code here.
void allow_memory(Filter& filter) {
  constexpr uint64_t kBoth = PROT_WRITE | PROT_EXEC;
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, kBoth, PROT_EXEC);
  filter.add(refuse_with(EPERM), SCMP_SYS(mmap), 2, kBoth, kBoth);
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
  filter.add(refuse_with(EPERM), SCMP_SYS(mprotect), 2, PROT_EXEC, PROT_EXEC);
}

void allow_sockets(Filter& filter) {
  for (const int family : kSockets) {
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(socket), 0, kInt, static_cast<uint64_t>(family));
  }
  for (const int family : kRefusedSockets) {
    filter.add(refuse_with(EPERM), SCMP_SYS(socket), 0, kInt, static_cast<uint64_t>(family));
  }
}

std::string filter_calls(Tracing tracing) {
  static constexpr const char* kFailed = "The kernel took no filter of system calls.";
  Filter filter;
  if (!filter) return kFailed;
  const bool traced = tracing == Tracing::kAllow;
  using Calls = std::span<const int>;
  for (const Calls calls : {Calls(kDescriptors), Calls(kFiles), Calls(kMemory), Calls(kThreads), Calls(kSignals),
                            Calls(kWaiting), Calls(kConnections)}) {
    for (const int call : calls) filter.add(SCMP_ACT_ALLOW, call);
  }
  for (const int call : kKilling) filter.add(SCMP_ACT_KILL_PROCESS, call);
  for (const int call : kRefused) filter.add(refuse_with(EPERM), call);
  for (const int call : kOfTracing) filter.add(traced ? SCMP_ACT_ALLOW : refuse_with(EPERM), call);
  allow_memory(filter);
  allow_sockets(filter);
  for (const uint64_t request : kRequests) filter.add(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, kInt, request);
  // Putting words into the terminal that started us.
  for (const uint64_t request : {uint64_t{TIOCSTI}, uint64_t{TIOCLINUX}}) {
    filter.add(refuse_with(EPERM), SCMP_SYS(ioctl), 1, kInt, request);
  }
  if (traced) {
    for (const int call : kOfLeakChecks) filter.add(SCMP_ACT_ALLOW, call);
    return filter.load() ? "" : kFailed;
  }
  // Threads, in no namespace of their own; anything else that clone makes is refused. The flags of clone3 lie in
  // memory, where no filter sees them; glibc takes clone when there is no clone3.
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), 0, CLONE_THREAD | kNamespaces, CLONE_THREAD);
  filter.add(refuse_with(EPERM), SCMP_SYS(clone), 0, CLONE_THREAD, 0);
  for (uint64_t flag = 1; flag <= kNamespaces; flag <<= 1) {
    if ((kNamespaces & flag) != 0)
      filter.add(refuse_with(EPERM), SCMP_SYS(clone), 0, CLONE_THREAD | flag, CLONE_THREAD | flag);
  }
  for (const int property : kOwnProperties) {
    filter.add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0, kInt, static_cast<uint64_t>(property));
  }
  // What forbid_memory_dumps() has said, stays said.
  filter.add(refuse_with(EPERM), SCMP_SYS(prctl), 0, kInt, PR_SET_DUMPABLE);
  // Signals to threads of this process: abort() and the like.
  filter.add(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, kInt, static_cast<uint64_t>(process_id()));
  return filter.load() ? "" : kFailed;
}

void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

Confined confine(const Confinement& confinement) {
  ::umask(077);
  // Both of what follows ask for it, unless the process is root.
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (confinement.tracing == Tracing::kRefuse) {
    forbid_memory_dumps();
  } else {
    forbid_core_dumps();
  }
  Confined confined;
  confined.no_paths = confine_paths(confinement);
  confined.no_filter = filter_calls(confinement.tracing);
  return confined;
}

bool are_paths_confined() {
  const int root = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return errno == EACCES || errno == EPERM;
  ::close(root);
  return false;
}

}  // namespace os
