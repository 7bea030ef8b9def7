#include "checks/collect_host.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <set>
#include <span>
#include <utility>

#include "base/text.h"
#include "checks/dpkg.h"
#include "checks/secrets.h"
#include "checks/words.h"
#include "net/names.h"

namespace checks {
namespace {

constexpr size_t kProcBytesMax = size_t{4} << 20;

int64_t number_in(const Host& host, const std::string& path) {
  const auto text = host.read(path, kProcBytesMax);
  const auto number = text ? base::parse_integer(stripped(*text)) : std::nullopt;
  return number.value_or(-1);
}

// The value behind "Name:" in a file such as /proc/PID/status.
std::string_view field_of(std::string_view text, std::string_view name) {
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      return base::trim(line.substr(name.size() + 1));
    }
  }
  return {};
}

std::string_view word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

uint64_t hex(std::string_view text) {
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// NAME="value" of /etc/os-release.
std::string quoted(std::string_view text, std::string_view name) {
  for (std::string_view line : base::split(text, '\n')) {
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with('=')) continue;
    line = base::trim(line.substr(name.size() + 1));
    if (line.size() > 1 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    return std::string(line);
  }
  return {};
}

// Security support, by the project's own dates: https://www.debian.org/releases/ and the LTS team's.
struct Release {
  std::string_view id;
  std::string_view version;
  std::string_view until;
};
constexpr Release kReleases[] = {{"debian", "11", "2026-08-31"},
                                 {"debian", "12", "2028-06-30"},
                                 {"debian", "13", "2030-06-30"},
                                 {"ubuntu", "22.04", "2027-04-01"},
                                 {"ubuntu", "24.04", "2029-04-25"}};

void read_release(const Host& host, SystemFacts& facts) {
  const auto text = host.read("/etc/os-release", kProcBytesMax);
  if (!text) {
    facts.release = "this system";
    return;
  }
  facts.release = quoted(*text, "PRETTY_NAME");
  const std::string id = quoted(*text, "ID");
  const std::string version = quoted(*text, "VERSION_ID");
  for (const Release& release : kReleases) {
    if (release.id == id && release.version == version) facts.supported_until = parse_day(release.until);
  }
}

std::string address_of(std::string_view digits) {
  // Words in the byte order of the machine, which is little-endian here.
  std::array<uint8_t, 16> bytes{};
  const size_t count = digits.size() / 2;
  if (count != 4 && count != 16) return {};
  for (size_t i = 0; i < count; ++i) {
    bytes[i / 4 * 4 + 3 - i % 4] = static_cast<uint8_t>(hex(digits.substr(i * 2, 2)));
  }
  return net::address_text(std::span(bytes).first(count));
}

Socket socket_of(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  return {address_of(text.substr(0, colon)), static_cast<uint16_t>(hex(text.substr(colon + 1)))};
}

// The sockets that the process holds, by inode. Nothing when its descriptors may not be seen.
std::optional<std::set<uint64_t>> sockets_of(const Host& host, const std::string& proc) {
  const auto names = host.list(proc + "/fd");
  if (names.empty()) return std::nullopt;
  std::set<uint64_t> inodes;
  for (const std::string& name : names) {
    const std::string target = host.link(proc + "/fd/" + name);
    if (!target.starts_with("socket:[")) continue;
    const auto inode = base::parse_integer(std::string_view(target).substr(8, target.size() - 9));
    if (inode) inodes.insert(static_cast<uint64_t>(*inode));
  }
  return inodes;
}

// Whether the socket is the server's: by its descriptors, or, where those are closed to its own user, by the user, of
// whom there is nothing else on the machine.
class Owner {
 public:
  Owner(std::optional<std::set<uint64_t>> inodes, uint32_t user) : inodes_(std::move(inodes)), user_(user) {}

  bool is_known() const { return inodes_ || (user_ != 0 && user_ < kFirstPersonalUser); }
  bool owns(const Connection& socket) const { return inodes_ ? inodes_->contains(socket.inode) : socket.user == user_; }

 private:
  static constexpr uint32_t kFirstPersonalUser = 1000;

  std::optional<std::set<uint64_t>> inodes_;
  uint32_t user_;
};

void read_sockets(const Host& host, const std::string& proc, ProcessFacts& facts) {
  using Sockets = Fact<std::vector<Socket>>;
  const Owner owner(sockets_of(host, proc), facts.user);
  if (!owner.is_known()) {
    const char* why = "The descriptors of the server are closed to its own user; ask as root to see its sockets.";
    facts.listening = Sockets::unknown(why);
    facts.peers = Sockets::unknown(why);
    return;
  }
  std::vector<Connection> own;
  std::set<uint16_t> ports;
  for (const char* table : {"/net/tcp", "/net/tcp6"}) {
    const auto text = host.read(proc + table, kProcBytesMax);
    if (!text) continue;
    for (const Connection& each : parse_connections(*text)) {
      if (!owner.owns(each)) continue;
      if (each.listens) ports.insert(each.local.port);
      own.push_back(each);
    }
  }
  std::vector<Socket> listening;
  std::vector<Socket> peers;
  for (const Connection& each : own) {
    if (each.listens) listening.push_back(each.local);
    // A listener's own clients are no peers that it chose.
    if (!each.listens && !ports.contains(each.local.port)) peers.push_back(each.remote);
  }
  facts.listening = std::move(listening);
  facts.peers = std::move(peers);
}

void read_exposed(const Host& host, const std::string& proc, ProcessFacts& facts) {
  Texts exposed;
  const auto arguments = host.read(proc + "/cmdline", kProcBytesMax);
  if (arguments) {
    size_t number = 0;
    for (const std::string_view argument : base::split(*arguments, '\0')) {
      if (secret_shape(argument) || looks_random(argument)) exposed.push_back(fmt::format("argument {}", number));
      ++number;
    }
  }
  const auto variables = host.read(proc + "/environ", kProcBytesMax);
  facts.environment_is_hidden = !variables;
  if (variables) {
    for (const std::string_view variable : base::split(*variables, '\0')) {
      const std::string_view name = variable.substr(0, variable.find('='));
      if (name.size() + 1 >= variable.size() || name.ends_with("_FILE")) continue;
      if (is_secret_name(name) || secret_shape(variable.substr(name.size() + 1))) exposed.emplace_back(name);
    }
  }
  facts.exposed_secrets = std::move(exposed);
}

// "Max open files   1024   4096   files": the first number; -1 for unlimited.
int64_t soft_limit(std::string_view limits, std::string_view name) {
  for (const std::string_view line : base::split(limits, '\n')) {
    if (!line.starts_with(name)) continue;
    return base::parse_integer(word(base::trim(line.substr(name.size())))).value_or(-1);
  }
  return -1;
}

// The processes that have a database of SQLite open and are no server of ours. One that writes has a lock on the file
// itself; every one has a lock on the file of the shared memory.
Texts strangers_at(const Host& host, const std::string& database) {
  const auto own = host.read("/proc/self/comm", kProcBytesMax);
  std::set<std::string> strangers;
  for (const std::string& file : {database, database + "-shm"}) {
    for (const int64_t pid : host.lock_holders(file)) {
      const auto name = host.read(fmt::format("/proc/{}/comm", pid), kProcBytesMax);
      if (name && own && *name == *own) continue;
      strangers.insert(pid == 0 ? std::string("a process of another container")
                                : fmt::format("{} (process {})", name ? stripped(*name) : "a program", pid));
    }
  }
  return {strangers.begin(), strangers.end()};
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view text) {
  std::vector<Mount> mounts;
  for (const std::string_view line : base::split(text, '\n')) {
    std::vector<std::string_view> words;
    for (const std::string_view each : base::split(line, ' ')) words.push_back(each);
    const auto dash = std::ranges::find(words, std::string_view("-"));
    if (words.size() < 7 || words.end() - dash < 3) continue;
    const bool read_only = words[5] == "ro" || words[5].starts_with("ro,");
    mounts.push_back({std::string(words[4]), std::string(dash[1]), std::string(dash[2]), read_only});
  }
  return mounts;
}

std::vector<Connection> parse_connections(std::string_view text) {
  constexpr std::string_view kListen = "0A";
  constexpr std::string_view kEstablished = "01";
  std::vector<Connection> all;
  for (const std::string_view line : base::split(text, '\n')) {
    std::vector<std::string_view> words;
    for (const std::string_view each : base::split(line, ' ')) {
      if (!each.empty()) words.push_back(each);
    }
    if (words.size() < 10 || (words[3] != kListen && words[3] != kEstablished)) continue;
    const auto user = base::parse_integer(words[7]);
    const auto inode = base::parse_integer(words[9]);
    all.push_back({socket_of(words[1]), socket_of(words[2]), words[3] == kListen,
                   static_cast<uint64_t>(inode.value_or(0)), static_cast<uint32_t>(user.value_or(0))});
  }
  return all;
}

SystemFacts collect_system(const Host& host, const SystemRequest& request) {
  SystemFacts facts;
  facts.now = request.now;
  facts.built = request.built;
  facts.is_container =
      request.in_kubernetes || host.look("/.dockerenv").exists || host.look("/run/.containerenv").exists;
  facts.ptrace_scope = number_in(host, "/proc/sys/kernel/yama/ptrace_scope");
  facts.kptr_restrict = number_in(host, "/proc/sys/kernel/kptr_restrict");
  facts.dmesg_restrict = number_in(host, "/proc/sys/kernel/dmesg_restrict");
  facts.randomize_va_space = number_in(host, "/proc/sys/kernel/randomize_va_space");
  facts.clock_is_synchronised = host.clock_is_synchronised();
  read_release(host, facts);
  const auto installed = installed_packages(host);
  if (installed) {
    facts.pending_updates =
        pending_updates(host, *installed, request.security_index.empty() ? kAptLists : request.security_index);
  } else {
    facts.pending_updates = Fact<Texts>::unknown(installed.lacking().evidence);
  }
  const auto swaps = host.read("/proc/swaps", kProcBytesMax);
  facts.has_swap = swaps && base::split(stripped(*swaps), '\n').size() > 1;
  return facts;
}

Fact<DataFacts> collect_data(const Host& host, const std::string& directory, const std::string& database) {
  DataFacts facts;
  facts.directory = directory;
  facts.files = tree_of(host, directory);
  if (!facts.files.front().exists) return Fact<DataFacts>::absent("There is no data directory yet.");
  const auto room = host.room(directory);
  if (!room) return Fact<DataFacts>::unknown("The file system of the data directory does not say how full it is.");
  facts.free_percent = room->free_percent;
  facts.free_inodes_percent = room->free_inodes_percent;
  const auto mounts = host.read("/proc/self/mountinfo", kProcBytesMax);
  size_t longest = 0;
  if (mounts) {
    for (const Mount& mount : parse_mounts(*mounts)) {
      const bool holds = mount.point == "/" || directory == mount.point || directory.starts_with(mount.point + "/");
      if (holds && mount.point.size() >= longest) {
        longest = mount.point.size();
        facts.file_system = mount.type;
      }
    }
  }
  if (facts.file_system.empty()) facts.file_system = "a file system that /proc does not name";
  const std::string path = fmt::format("{}/{}", directory, database);
  facts.locks_hold = host.locks_hold(path);
  facts.strangers = strangers_at(host, path);
  return facts;
}

Fact<ProcessFacts> collect_process(const Host& host, const ProcessRequest& request) {
  const std::string proc = fmt::format("/proc/{}", request.pid);
  const auto status = host.read(proc + "/status", kProcBytesMax);
  if (!status) return Fact<ProcessFacts>::unknown(fmt::format("/proc does not show the server {}.", request.pid));
  ProcessFacts facts;
  facts.pid = request.pid;
  facts.user = static_cast<uint32_t>(base::parse_integer(word(field_of(*status, "Uid"))).value_or(0));
  facts.effective_capabilities = hex(field_of(*status, "CapEff"));
  facts.bounding_capabilities = hex(field_of(*status, "CapBnd"));
  facts.no_new_privileges = field_of(*status, "NoNewPrivs") == "1";
  facts.seccomp = base::parse_integer(field_of(*status, "Seccomp")).value_or(0);
  facts.swapped_kib = base::parse_integer(word(field_of(*status, "VmSwap"))).value_or(0);
  facts.paths_are_confined = request.paths_are_confined;
  facts.keys_are_locked = request.keys_are_locked;
  // "unconfined", or "name (enforce)"; of another module, or of none, other words or an error.
  if (const auto profile = host.read(proc + "/attr/current", kProcBytesMax)) {
    const std::string_view name = stripped(std::string_view(*profile).substr(0, profile->find('\0')));
    if (name.ends_with(')')) facts.profile = name;
  }
  if (const auto limits = host.read(proc + "/limits", kProcBytesMax)) {
    facts.core_bytes_max = soft_limit(*limits, "Max core file size");
    facts.open_files_max = soft_limit(*limits, "Max open files");
  }
  // The files of a process that is not dumpable belong to root (proc(5)).
  if (facts.user != 0) facts.is_dumpable = host.look(proc + "/mem").owner != 0;
  if (const auto mounts = host.read(proc + "/mountinfo", kProcBytesMax)) facts.mounts = parse_mounts(*mounts);
  read_exposed(host, proc, facts);
  read_sockets(host, proc, facts);
  facts.declared = request.declared;
  facts.egress = request.egress;
  facts.instances = request.instances;
  const std::string program = host.link(proc + "/exe");
  if (!program.empty()) facts.program = host.look(program);
  if (!request.config_file.empty()) facts.config = host.look(request.config_file);
  return facts;
}

}  // namespace checks
