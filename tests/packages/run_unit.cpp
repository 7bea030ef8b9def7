// usage: run_unit UNIT SOCKET-UNIT CALLS -- COMMAND ARGUMENT...
// Runs a service as its unit says, for a test where no systemd is: as its user without capabilities, in a user
// namespace, on a read-only root with its state directory, its credential, a socket that is passed, a filter of the
// system calls in the file CALLS, and somebody who hears of its state. Once the service is ready the COMMAND runs; then
// the service is stopped. 0: it became ready, fed its watchdog, the COMMAND gave 0, and it ended with 0 after SIGTERM.
// For root, in namespaces of mounts, processes and networks of its own.
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <grp.h>
#include <map>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

constexpr int kPatienceMs = 60'000;
const std::string kNotify = "/run/run-unit-notify";
constexpr const char* kCredentials = "/run/credentials/unit";
constexpr int kFirstPassed = 3;

void need(bool holds, std::string_view what) {
  if (holds) return;
  fmt::print(stderr, "run_unit: {}: {}\n", what, std::strerror(errno));
  std::_Exit(70);
}

// The settings of one section; of several with one name all values.
struct Unit {
  std::map<std::string, Texts, std::less<>> values;

  std::string last(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second.back();
  }
  bool is_on(std::string_view name) const { return last(name) == "yes"; }
};

Unit read_unit(const char* path, std::string_view section) {
  std::ifstream file(path);
  need(file.good(), path);
  Unit unit;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) inside = line == "[" + std::string(section) + "]";
    const size_t equals = line.find('=');
    if (inside && !line.starts_with('#') && equals != std::string::npos) {
      unit.values[line.substr(0, equals)].push_back(line.substr(equals + 1));
    }
  }
  return unit;
}

Texts words_of(const std::string& text) {
  std::istringstream stream(text);
  Texts words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

struct User {
  uid_t id;
  gid_t group;
};

User user_of(const Unit& service) {
  const passwd* found = ::getpwnam(service.last("User").c_str());
  need(found != nullptr, "the user of the unit does not exist");
  return {found->pw_uid, found->pw_gid};
}

int open_listener(const Unit& socket) {
  const std::string address = socket.last("ListenStream");
  const size_t colon = address.rfind(':');
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  need(::inet_pton(AF_INET, address.substr(0, colon).c_str(), &name.sin_addr) == 1, "ListenStream is no IPv4 address");
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  need(::bind(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0, "bind");
  need(::listen(descriptor, 128) == 0, "listen");
  return descriptor;
}

void bring_loopback_up() {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  need(::ioctl(descriptor, SIOCGIFFLAGS, &request) == 0, "the loopback");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  need(::ioctl(descriptor, SIOCSIFFLAGS, &request) == 0, "the loopback");
  ::close(descriptor);
}

int open_ear() {
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, kNotify.c_str(), kNotify.size());
  ::unlink(kNotify.c_str());
  need(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "the notify socket");
  need(::chmod(kNotify.c_str(), 0666) == 0, "the notify socket");
  return descriptor;
}

void give_credential(const Unit& service, User user) {
  const std::string text = service.last("LoadCredential");
  const size_t colon = text.find(':');
  const fs::path file = fs::path(kCredentials) / text.substr(0, colon);
  fs::create_directories(kCredentials);
  fs::remove(file);
  std::error_code failed;
  fs::copy_file(text.substr(colon + 1), file, failed);
  need(!failed, "the credential " + text);
  need(::chmod(file.c_str(), 0400) == 0 && ::chown(file.c_str(), user.id, user.group) == 0, "the credential");
  need(::chmod(kCredentials, 0500) == 0 && ::chown(kCredentials, user.id, user.group) == 0, "the credentials");
}

// ---- In the child.

void arrange_files(const Unit& service, User user) {
  need(::unshare(CLONE_NEWNS) == 0, "mounts");
  need(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mounts");
  const std::string state = "/var/lib/" + service.last("StateDirectory");
  fs::create_directories(state);
  need(::chown(state.c_str(), user.id, user.group) == 0, "the state directory");
  need(::chmod(state.c_str(), static_cast<mode_t>(std::stoi(service.last("StateDirectoryMode"), nullptr, 8))) == 0,
       "the state directory");
  need(::mount(state.c_str(), state.c_str(), nullptr, MS_BIND, nullptr) == 0, "the state directory");
  if (service.is_on("PrivateTmp"))
    need(::mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0, "/tmp");
  if (service.last("ProtectHome") == "yes")
    need(::mount("home", "/root", "tmpfs", MS_RDONLY, "mode=000") == 0, "/root");
  const std::string options = "hidepid=" + service.last("ProtectProc") + ",subset=" + service.last("ProcSubset");
  need(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) == 0, "/proc");
  if (service.last("ProtectSystem") == "strict") {
    // A mount that is bound again has flags of its own.
    need(::mount("/", "/", nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0, "a read-only root");
  }
}

void set_limit(int resource, const std::string& text) {
  if (text.empty()) return;
  // A container may hold root itself to less.
  rlimit limit{};
  need(::getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0, "a limit");
  limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_max, std::stoul(text));
  need(::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0, "a limit");
}

int family_of(const std::string& name) {
  static const std::map<std::string, int> kFamilies{{"AF_INET", AF_INET}, {"AF_INET6", AF_INET6}, {"AF_UNIX", AF_UNIX}};
  return kFamilies.at(name);
}

void filter_calls(const char* path, const Unit& service) {
  std::ifstream file(path);
  need(file.good(), path);
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ERRNO(EPERM));
  int known = 0;
  for (std::string name; std::getline(file, name);) {
    const int call = ::seccomp_syscall_resolve_name(name.c_str());
    if (call == __NR_SCMP_ERROR || name == "socket") continue;
    known += ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0 ? 1 : 0;
  }
  need(known > 100, "the list of system calls is too short");
  for (const std::string& name : words_of(service.last("RestrictAddressFamilies"))) {
    const scmp_arg_cmp family{
        .arg = 0, .op = SCMP_CMP_EQ, .datum_a = static_cast<scmp_datum_t>(family_of(name)), .datum_b = 0};
    ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &family);
  }
  // What no rule names is refused with EPERM, where systemd says EAFNOSUPPORT: both mean that there is none.
  need(::seccomp_load(filter) == 0, "the filter of system calls");
  ::seccomp_release(filter);
}

void become(const Unit& service, User user, int ready_to_map, int mapped) {
  if (service.is_on("PrivateUsers")) {
    need(::unshare(CLONE_NEWUSER) == 0, "a user namespace");
    char byte = 0;
    need(::write(ready_to_map, &byte, 1) == 1 && ::read(mapped, &byte, 1) == 1, "the map of users");
  }
  need(::setgroups(0, nullptr) == 0 && ::setresgid(user.group, user.group, user.group) == 0, "the group");
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    need(::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0, "the capabilities");
  }
  need(::setresuid(user.id, user.id, user.id) == 0, "the user");
  if (service.is_on("NoNewPrivileges")) need(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
}

[[noreturn]] void serve(const Unit& service, const char* calls, User user, int listener, int ready_to_map, int mapped) {
  arrange_files(service, user);
  set_limit(RLIMIT_CORE, service.last("LimitCORE"));
  set_limit(RLIMIT_NOFILE, service.last("LimitNOFILE"));
  ::umask(static_cast<mode_t>(std::stoi(service.last("UMask"), nullptr, 8)));
  become(service, user, ready_to_map, mapped);
  const int spare = ::fcntl(listener, F_DUPFD_CLOEXEC, 20);
  need(::dup2(spare, kFirstPassed) == kFirstPassed, "the passed socket");
  Texts environment{"PATH=/usr/bin:/bin",
                    "LANG=C.UTF-8",
                    "LISTEN_FDS=1",
                    "LISTEN_PID=" + std::to_string(::getpid()),
                    "NOTIFY_SOCKET=" + kNotify,
                    std::string("CREDENTIALS_DIRECTORY=") + kCredentials,
                    "WATCHDOG_USEC=" + std::to_string(std::stol(service.last("WatchdogSec")) * 1'000'000)};
  for (const auto& [name, values] : service.values) {
    if (name == "Environment") environment.insert(environment.end(), values.begin(), values.end());
  }
  Texts command = words_of(service.last("ExecStart"));
  std::vector<char*> arguments;
  std::vector<char*> variables;
  for (std::string& each : command) arguments.push_back(each.data());
  for (std::string& each : environment) variables.push_back(each.data());
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  filter_calls(calls, service);
  ::execve(arguments[0], arguments.data(), variables.data());
  need(false, "ExecStart");
  std::abort();
}

// ---- In the parent.

void map_users(pid_t child, User user, int ready_to_map, int mapped) {
  char byte = 0;
  need(::read(ready_to_map, &byte, 1) == 1, "the child");
  const std::string folder = "/proc/" + std::to_string(child);
  const auto line = [](unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1\n"; };
  std::ofstream(folder + "/uid_map") << line(0) + line(user.id);
  std::ofstream(folder + "/gid_map") << line(0) + line(user.group);
  need(::write(mapped, &byte, 1) == 1, "the child");
}

// Hears until `word` was told; false when the service ended or nothing came.
bool hears(int ear, pid_t child, std::string_view word, Texts& heard) {
  while (std::ranges::find(heard, word) == heard.end()) {  // Each turn hears one message, or ends.
    pollfd waiting{.fd = ear, .events = POLLIN, .revents = 0};
    constexpr int kTurnMs = 200;
    int waited = 0;
    while (::poll(&waiting, 1, kTurnMs) == 0) {
      siginfo_t ended{};
      waited += kTurnMs;
      ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (waited > kPatienceMs || ended.si_pid == child) return false;
    }
    char bytes[256];
    const ssize_t count = ::recv(ear, bytes, sizeof bytes, 0);
    if (count < 0) return false;
    heard.emplace_back(bytes, static_cast<size_t>(count));
  }
  return true;
}

int run(char** arguments) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(arguments[0], arguments);
    std::_Exit(127);
  }
  int status = 0;
  need(::waitpid(child, &status, 0) == child, "the command");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

int main(int count, char** values) {
  if (count < 6 || std::string_view(values[4]) != "--") {
    fmt::print(stderr, "usage: run_unit UNIT SOCKET-UNIT CALLS -- COMMAND ARGUMENT...\n");
    return 2;
  }
  const Unit service = read_unit(values[1], "Service");
  const Unit socket = read_unit(values[2], "Socket");
  const User user = user_of(service);
  bring_loopback_up();
  const int listener = open_listener(socket);
  const int ear = open_ear();
  give_credential(service, user);
  int to_parent[2];
  int to_child[2];
  need(::pipe2(to_parent, O_CLOEXEC) == 0 && ::pipe2(to_child, O_CLOEXEC) == 0, "pipes");
  const pid_t child = ::fork();
  if (child == 0) serve(service, values[3], user, listener, to_parent[1], to_child[0]);
  ::close(to_parent[1]);
  ::close(to_child[0]);
  if (service.is_on("PrivateUsers")) map_users(child, user, to_parent[0], to_child[1]);
  // systemd keeps the socket open; so does this.
  Texts heard;
  const bool ready = hears(ear, child, "READY=1", heard) && hears(ear, child, "WATCHDOG=1", heard);
  fmt::print(stderr, "the service {}\n", ready ? "is ready" : "did not become ready");
  const int result = ready ? run(values + 5) : 1;
  ::kill(child, SIGTERM);
  const bool told = ready && hears(ear, child, "STOPPING=1", heard);
  int status = 0;
  need(::waitpid(child, &status, 0) == child, "the service");
  const bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  fmt::print(stderr, "the command gave {}; the service {} and ended with {}\n", result,
             told ? "told that it stops" : "told nothing",
             WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return ready && told && clean && result == 0 ? 0 : 1;
}
