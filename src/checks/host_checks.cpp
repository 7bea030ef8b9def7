// The machine, the data directory, and the server that runs there, as /proc and the file system show them.
#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

constexpr uint32_t kFirstPersonalUser = 1000;

std::string text_of(const Socket& socket) { return fmt::format("{}:{}", socket.address, socket.port); }

bool may_write(const FileFact& file, uint32_t user) {
  if (file.owner == user) return (file.mode & 0200) != 0;
  return (file.mode & 0002) != 0;
}

Outcome judge_user(const Facts& facts) {
  const ProcessFacts& has = *facts.process;
  if (has.user == 0) return fail("It runs as root.");
  const bool none = has.effective_capabilities == 0 && has.bounding_capabilities == 0;
  if (!none && has.effective_capabilities == 0 && has.no_new_privileges) {
    return warn(
        "It has no capability, and could be given some only by a program that it cannot start: its bounding set "
        "is not empty.");
  }
  return judge(none, none ? fmt::format("It runs as user {} without capabilities.", has.user) : "It has capabilities.");
}

Outcome judge_switches(const Facts& facts) {
  const SystemFacts& has = *facts.system;
  Texts open;
  if (has.ptrace_scope == 0) open.emplace_back("kernel.yama.ptrace_scope is 0");
  if (has.ptrace_scope < 0) open.emplace_back("kernel.yama.ptrace_scope is not there");
  if (has.kptr_restrict < 1) open.emplace_back("kernel.kptr_restrict is not set");
  if (has.dmesg_restrict < 1) open.emplace_back("kernel.dmesg_restrict is not set");
  return judge(open.empty(),
               open.empty() ? "Tracing, kernel addresses and the kernel log are restricted." : sentence(open));
}

Outcome judge_clock(const Facts& facts) {
  const SystemFacts& has = *facts.system;
  if (has.now < has.built) return fail("The clock is before the day on which this program was built.");
  if (!has.clock_is_synchronised) return error("The kernel does not say whether the clock is synchronised.");
  return judge(*has.clock_is_synchronised,
               *has.clock_is_synchronised ? "The kernel says that it is." : "The kernel says that it is not.");
}

Outcome judge_updates(const Facts& facts) {
  const SystemFacts& has = *facts.system;
  if (has.supported_until && facts.now > *has.supported_until) {
    return fail(fmt::format("{} has had no security support since {}.", has.release, day(*has.supported_until)));
  }
  if (!has.pending_updates) return has.pending_updates.lacking();
  const Texts& pending = *has.pending_updates;
  if (!pending.empty()) return fail("Not installed yet: " + sentence(pending));
  if (!has.supported_until)
    return warn(fmt::format("Nothing is pending. Nobody here knows how long {} is supported.", has.release));
  return pass(fmt::format("Nothing is pending; {} is supported until {}.", has.release, day(*has.supported_until)));
}

Outcome judge_mounts(const Facts& facts) {
  Texts bad;
  for (const Mount& mount : facts.process->mounts) {
    if (mount.point.ends_with("docker.sock") || mount.point.ends_with("containerd.sock") || mount.point == "/host" ||
        mount.point.starts_with("/host/")) {
      bad.push_back(mount.point);
    }
  }
  return judge(bad.empty(), bad.empty() ? "None is visible to the server." : "Visible to the server: " + sentence(bad));
}

Outcome judge_private_data(const Facts& facts) {
  Texts open;
  for (const FileFact& file : facts.data->files) {
    if (!file.exists) return not_applicable("There is no data directory yet.");
    if (!file.is_link && (file.mode & 077) != 0)
      open.push_back(fmt::format("{} has mode {:04o}", file.path, file.mode & 07777));
  }
  if (facts.data->files.empty()) return not_applicable("There is no data directory yet.");
  return judge(open.empty(), open.empty() ? "The data directory and all in it are closed to others." : sentence(open));
}

Outcome judge_swap(const Facts& facts) {
  const ProcessFacts& has = *facts.process;
  const bool locked = has.keys_are_locked.value_or(false);
  if (has.swapped_kib > 0) {
    if (locked) return warn("Some of its memory is swapped out; its keys are locked in memory.");
    return fail("Some of its memory is swapped out, and its keys are not known to be locked.");
  }
  if (locked) return pass("None of its memory is swapped out, and its keys are locked in memory.");
  if (facts.system && !facts.system->has_swap) return pass("None of its memory is swapped out: there is no swap.");
  return fail("None of its memory is swapped out yet. There is swap, and its keys are not known to be locked.");
}

Outcome judge_listening(const Facts& facts) {
  const ProcessFacts& has = *facts.process;
  if (!has.listening) return manual(has.listening.lacking().evidence);
  Texts wrong;
  for (const Socket& socket : *has.listening) {
    if (std::ranges::find(has.declared, socket) == has.declared.end()) wrong.push_back(text_of(socket) + " is open");
  }
  for (const Socket& socket : has.declared) {
    if (std::ranges::find(*has.listening, socket) == has.listening->end()) wrong.push_back(text_of(socket) + " is not");
  }
  return judge(wrong.empty(), wrong.empty() ? "It listens where the settings say."
                                            : "Other than the settings say: " + sentence(wrong));
}

bool is_local(const Socket& socket) { return socket.address.starts_with("127.") || socket.address == "::1"; }

Outcome judge_peers(const Facts& facts) {
  const ProcessFacts& has = *facts.process;
  if (!has.peers) return manual(has.peers.lacking().evidence);
  Texts strange;
  Texts moved;
  for (const Socket& socket : *has.peers) {
    if (is_local(socket)) continue;
    const bool to_port = std::ranges::any_of(has.egress, [&](const EgressFact& e) { return e.port == socket.port; });
    const bool known = std::ranges::any_of(has.egress, [&](const EgressFact& each) {
      return each.port == socket.port && std::ranges::find(each.addresses, socket.address) != each.addresses.end();
    });
    if (!to_port) strange.push_back(text_of(socket));
    if (to_port && !known) moved.push_back(text_of(socket));
  }
  if (!strange.empty()) return fail("No setting names them: " + sentence(strange));
  if (moved.empty()) return pass("Every connection is local, or to an address of a server that the settings name.");
  return warn("To a port of a server that the settings name, whose name leads elsewhere now: " + sentence(moved));
}

Outcome judge_paths(const Facts& facts) {
  const ProcessFacts& has = *facts.process;
  if (has.profile.ends_with("(enforce)")) return pass("A profile of the kernel holds: " + has.profile + ".");
  if (!has.paths_are_confined) return error("The running server does not say so.");
  return judge(*has.paths_are_confined, *has.paths_are_confined
                                            ? "The server has tried: it cannot open the root directory."
                                            : "The server has tried: it can open the root directory.");
}

Outcome judge_ownership(const Facts& facts) {
  const ProcessFacts& has = *facts.process;
  if (has.user >= kFirstPersonalUser) {
    return not_applicable("A personal installation: who runs the server is who installs and configures it.");
  }
  Texts open;
  if (may_write(has.program, has.user)) open.push_back(has.program.path);
  if (!has.config.path.empty() && may_write(has.config, has.user)) open.push_back(has.config.path);
  return judge(open.empty(), open.empty() ? "The server can change neither its program nor its settings."
                                          : "The server can write to " + sentence(open));
}

Outcome judge_locks(const Facts& facts) {
  for (const std::string_view remote : {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph"}) {
    if (facts.data->file_system == remote) {
      return fail(fmt::format("The data directory is on {}, where locks between processes do not hold.", remote));
    }
  }
  if (facts.data->locks_hold == false) {
    return fail(fmt::format("The data directory is on {}, and a lock on the database there keeps nobody out.",
                            facts.data->file_system));
  }
  if (!facts.data->strangers.empty()) {
    return fail("The database is held by what is no server of this program: " + sentence(facts.data->strangers));
  }
  const std::string servers = facts.process ? fmt::format(" Servers that share it: {}.", facts.process->instances) : "";
  return pass(fmt::format("The data directory is on {}, where {}; no other program holds the database.{}",
                          facts.data->file_system,
                          facts.data->locks_hold ? "a lock on the database was tried and holds"
                                                 : "locks hold; there is no database to try that on",
                          servers));
}

const Check kChecks[] = {
    {"HST-01",
     "The server runs as an ordinary user without capabilities",
     Severity::kCritical,
     Subject::kProcess,
     {"A05", "A02", "PR.AA-05", "8.2", "CC6.1"},
     "Run it as a user of its own, with an empty capability bounding set (CapabilityBoundingSet= in its unit).",
     judge_user},
    {"HST-02",
     "The server can gain no privileges",
     Severity::kHigh,
     Subject::kProcess,
     {"A05", "A02", "PR.AA-05", "8.2", "CC6.1"},
     "Start the server as `serve` or `stdio` of this program, which gives them up, or set NoNewPrivileges=yes.",
     [](const Facts& facts) {
       return judge(facts.process->no_new_privileges,
                    facts.process->no_new_privileges ? "NoNewPrivs is 1." : "NoNewPrivs is 0.");
     }},
    {"HST-03",
     "System calls are filtered",
     Severity::kMedium,
     Subject::kProcess,
     {"A05", "A02", "PR.PS-05", "8.27", "CC6.8"},
     "Run it on a kernel with seccomp, or with SystemCallFilter= in its unit.",
     [](const Facts& facts) {
       constexpr int64_t kFilter = 2;
       return judge(facts.process->seccomp == kFilter, fmt::format("Seccomp is {}.", facts.process->seccomp));
     }},
    {"HST-04",
     "The files that the server reaches are confined",
     Severity::kMedium,
     Subject::kProcess,
     {"A05", "A02", "PR.PS-05", "8.27", "CC6.8"},
     "Run it on a kernel with Landlock (5.13 or newer, with landlock in the list of LSMs), or under a profile of "
     "AppArmor.",
     judge_paths},
    {"HST-05",
     "The memory of the server cannot be dumped",
     Severity::kHigh,
     Subject::kProcess,
     {"A02", "A04", "PR.DS-10", "8.12", "CC6.1"},
     "Start the server as `serve` or `stdio` of this program, which forbids it.",
     [](const Facts& facts) {
       const ProcessFacts& has = *facts.process;
       if (has.core_bytes_max != 0) return fail("The limit for core dumps is not 0.");
       if (!has.is_dumpable)
         return warn("The limit for core dumps is 0. For a server of root it cannot be seen whether it is dumpable.");
       return judge(!*has.is_dumpable, *has.is_dumpable ? "The process is dumpable." : "No core dumps, not dumpable.");
     }},
    {"HST-06",
     "No memory of the server lies on a disk",
     Severity::kMedium,
     Subject::kProcess,
     {"A02", "A04", "PR.DS-10", "8.12", "CC6.1"},
     "Raise LimitMEMLOCK= in its unit, so that keys can be locked; switch swap off or encrypt it, or set "
     "MemorySwapMax=0.",
     judge_swap},
    {"HST-07",
     "No secret is in the environment or the arguments of the server",
     Severity::kHigh,
     Subject::kProcess,
     {"A02", "A04", "PR.AA-01", "5.17", "CC6.1"},
     "Give secrets in files: *_FILE variables, or LoadCredential= in its unit.",
     [](const Facts& facts) {
       const ProcessFacts& has = *facts.process;
       if (has.exposed_secrets && !has.exposed_secrets->empty())
         return fail("Secrets in: " + sentence(*has.exposed_secrets));
       if (has.environment_is_hidden)
         return pass("Nothing in the arguments; its environment is closed even to its own user.");
       if (!has.exposed_secrets) return has.exposed_secrets.lacking();
       return pass("None was found.");
     }},
    {"HST-08",
     "The server may open enough files for its connections",
     Severity::kMedium,
     Subject::kProcess,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Set LimitNOFILE= in its unit to 20000 or more.",
     [](const Facts& facts) {
       const auto need = static_cast<int64_t>(2 * facts.program.connections);
       return judge(facts.process->open_files_max >= need,
                    fmt::format("It may open {} files; {} are for {} connections.", facts.process->open_files_max, need,
                                facts.program.connections));
     }},
    {"HST-09",
     "The kernel hides what helps an attacker",
     Severity::kLow,
     Subject::kSystem,
     {"A05", "A02", "PR.PS-01", "8.9", "CC7.1"},
     "Set kernel.yama.ptrace_scope=1, kernel.kptr_restrict=1 and kernel.dmesg_restrict=1 in /etc/sysctl.d.",
     judge_switches},
    {"HST-10",
     "Addresses are randomised",
     Severity::kMedium,
     Subject::kSystem,
     {"A05", "A02", "PR.PS-01", "8.9", "CC7.1"},
     "Set kernel.randomize_va_space=2 in /etc/sysctl.d.",
     [](const Facts& facts) {
       constexpr int64_t kFull = 2;
       return judge(facts.system->randomize_va_space == kFull,
                    fmt::format("kernel.randomize_va_space is {}.", facts.system->randomize_va_space));
     }},
    {"HST-11",
     "The clock is synchronised",
     Severity::kMedium,
     Subject::kSystem,
     {"A09", "A09", "PR.PS-04", "8.17", "CC7.2"},
     "Run systemd-timesyncd or chrony.",
     judge_clock},
    {"HST-12",
     "The root file system of a container is read-only",
     Severity::kMedium,
     Subject::kProcess,
     {"A05", "A02", "PR.PS-01", "8.9", "CC6.8"},
     "Set readOnlyRootFilesystem, or run the container with --read-only.",
     [](const Facts& facts) {
       if (!facts.system) return facts.system.lacking();
       if (!facts.system->is_container) return not_applicable("This is no container.");
       for (const Mount& mount : facts.process->mounts) {
         if (mount.point == "/")
           return judge(mount.is_read_only, mount.is_read_only ? "It is read-only." : "It is writable.");
       }
       return error("The root file system is not among the mounts.");
     }},
    {"HST-13",
     "There is room for data",
     Severity::kMedium,
     Subject::kData,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Make room on the file system of the data directory.",
     [](const Facts& facts) {
       constexpr int64_t kPercentMin = 10;
       const bool good = facts.data->free_percent >= kPercentMin && facts.data->free_inodes_percent >= kPercentMin;
       return judge(good,
                    good ? "More than a tenth is free." : "Less than a tenth of the space or of the inodes is free.");
     }},
    {"HST-14",
     "The data directory is closed to others",
     Severity::kHigh,
     Subject::kData,
     {"A01", "A01", "PR.DS-01", "8.3", "CC6.1"},
     "Run `chmod -R go= DIRECTORY`.",
     judge_private_data},
    {"HST-15",
     "The server listens where the settings say, and nowhere else",
     Severity::kHigh,
     Subject::kProcess,
     {"A05", "A02", "DE.CM-01", "8.20", "CC7.2"},
     "Find out what opened the socket; restart the server.",
     judge_listening},
    {"HST-16",
     "The server is connected to nobody unexpected",
     Severity::kMedium,
     Subject::kProcess,
     {"A10", "A01", "DE.CM-01", "8.16, 8.20", "CC7.2"},
     "Find out what the connection is; seal the installation with `admin seal` if it cannot be explained.",
     judge_peers},
    {"HST-17",
     "Security updates are installed, and the release gets them",
     Severity::kHigh,
     Subject::kSystem,
     {"A06", "A03", "PR.PS-02", "8.8, 8.19", "CC7.1"},
     "Run `apt-get update` and `apt-get upgrade`; move to a release that is supported.",
     judge_updates},
    {"HST-18",
     "The server sees neither the container engine nor the host",
     Severity::kCritical,
     Subject::kProcess,
     {"A05", "A02", "PR.AA-05", "8.22", "CC6.1"},
     "Remove the mounts that the evidence names.",
     judge_mounts},
    {"HST-19",
     "The server cannot change its program or its settings",
     Severity::kHigh,
     Subject::kProcess,
     {"A08", "A08", "PR.DS-01", "8.19", "CC6.8"},
     "Let root own both, and let the server's user read them alone.",
     judge_ownership},
    {"HST-20",
     "Locks on the database hold, and no other program has it",
     Severity::kMedium,
     Subject::kData,
     {"A04", "A06", "PR.IR-03", "8.14", "A1.2"},
     "Put the data directory on a local file system, and let nothing but servers of this program open the database.",
     judge_locks},
};

}  // namespace

std::span<const Check> host_checks() { return kChecks; }

}  // namespace checks
