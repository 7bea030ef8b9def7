// The program file: how it was linked, what it imports, and whether it is the one that was released.
#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

const ElfFacts& elf_of(const Facts& facts) { return facts.binary->elf; }

Outcome judge_pages(const Facts& facts) {
  Texts bad;
  if (elf_of(facts).stack_is_executable) bad.emplace_back("the stack is executable");
  if (elf_of(facts).has_writable_code) bad.emplace_back("a segment is writable and executable");
  if (elf_of(facts).has_text_relocations) bad.emplace_back("there are text relocations");
  return judge(bad.empty(), bad.empty() ? "No page is writable and executable." : sentence(bad));
}

Outcome judge_fortify(const Facts& facts) {
  const ElfFacts& elf = elf_of(facts);
  if (elf.fortified == 0 && elf.fortifiable == 0) return pass("It calls no function that has a fortified form.");
  return judge(elf.fortified > 0,
               fmt::format("{} fortified functions, {} plain ones.", elf.fortified, elf.fortifiable));
}

Outcome judge_release(const Facts& facts) {
  const auto& build = facts.binary->build;
  if (!build) return build.lacking();
  if (!build->sanitizers.empty()) return fail("It was built with sanitizers: " + build->sanitizers + ".");
  const bool release = build->type == "Release" || build->type == "RelWithDebInfo";
  return judge(release, fmt::format("The kind of build is {}.", build->type.empty() ? "unknown" : build->type));
}

Outcome judge_build_facts(const Facts& facts) {
  const auto& build = facts.binary->build;
  if (!build) return build.lacking();
  Texts missing;
  for (const auto& [name, value] : {std::pair{"commit", build->commit}, std::pair{"flags", build->flags},
                                    std::pair{"SBOM digest", build->sbom_digest}, std::pair{"date", build->date}}) {
    if (value.empty()) missing.emplace_back(name);
  }
  return judge(missing.empty(), missing.empty() ? fmt::format("Version {}, commit {}.", build->version, build->commit)
                                                : "Not embedded: " + sentence(missing));
}

Outcome judge_openssl(const Facts& facts) {
  // 3.0.9: the first with every fix of 2023 that concerns what we use.
  constexpr int64_t kVersionMin = 0x30000090;
  const BinaryFacts& has = *facts.binary;
  const bool trusted = has.openssl_path.starts_with("/usr/lib") || has.openssl_path.starts_with("/lib");
  return judge(trusted && has.openssl_version >= kVersionMin,
               fmt::format("OpenSSL {}.{}.{} from {}.", has.openssl_version >> 28, (has.openssl_version >> 20) & 0xFF,
                           (has.openssl_version >> 4) & 0xFF, has.openssl_path));
}

Outcome judge_imports(const Facts& facts) {
  Texts shells;
  bool executes = false;
  for (const std::string& name : elf_of(facts).imports) {
    for (const std::string_view shell : {"system", "popen", "wordexp", "execl", "execlp", "execle", "execvp", "execvpe",
                                         "posix_spawn", "posix_spawnp"}) {
      if (name == shell) shells.push_back(name);
    }
    executes = executes || name == "execve" || name == "execv";
  }
  if (!shells.empty()) return fail("It imports " + sentence(shells));
  if (executes) {
    return warn(
        "It imports execve, for the browser of `login` and the editor of `config edit`; no shell, no search path. "
        "Servers are killed by the kernel when they call it.");
  }
  return pass("It imports nothing that starts programs.");
}

// A fact that is "" when all is well.
Outcome judge_statement(const Fact<std::string>& wrong, std::string_view good) {
  if (!wrong) return manual(wrong.lacking().evidence);
  return judge(wrong->empty(), wrong->empty() ? std::string(good) : *wrong);
}

const Check kChecks[] = {
    {"BIN-01",
     "The program is position-independent",
     Severity::kHigh,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.28", "CC8.1"},
     "Install a release build.",
     [](const Facts& facts) {
       return judge(elf_of(facts).is_pie, elf_of(facts).is_pie ? "It is a PIE." : "It is not a PIE.");
     }},
    {"BIN-02",
     "The table of functions is read-only from the start",
     Severity::kHigh,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.28", "CC8.1"},
     "Install a release build.",
     [](const Facts& facts) {
       const bool good = elf_of(facts).has_relro && elf_of(facts).binds_now;
       return judge(good, good ? "Full RELRO." : elf_of(facts).has_relro ? "RELRO without BIND_NOW." : "No RELRO.");
     }},
    {"BIN-03",
     "No memory is writable and executable",
     Severity::kHigh,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.28", "CC8.1"},
     "Install a release build.",
     judge_pages},
    {"BIN-04",
     "Stack frames are guarded",
     Severity::kMedium,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.28", "CC8.1"},
     "Install a release build.",
     [](const Facts& facts) {
       return judge(elf_of(facts).has_stack_guard,
                    elf_of(facts).has_stack_guard ? "It calls __stack_chk_fail." : "It never calls __stack_chk_fail.");
     }},
    {"BIN-05",
     "Library calls are checked for overflows",
     Severity::kMedium,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.28", "CC8.1"},
     "Install a release build.",
     judge_fortify},
    {"BIN-06",
     "Jumps and returns are guarded by the processor",
     Severity::kLow,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.28", "CC8.1"},
     "The start-up objects of Debian 12 carry no such mark, so no program of it can; move to a release whose objects "
     "do.",
     [](const Facts& facts) {
       const ElfFacts& elf = elf_of(facts);
       if (!elf.is_x86) return not_applicable("CET is of x86 processors.");
       return judge(elf.has_ibt && elf.has_shadow_stack, elf.has_ibt && elf.has_shadow_stack
                                                             ? "IBT and SHSTK are marked."
                                                             : "IBT and SHSTK are not both marked.");
     }},
    {"BIN-07",
     "Libraries come from the system's places alone",
     Severity::kMedium,
     Subject::kBinary,
     {"A08", "A08", "PR.PS-06", "8.28", "CC6.8"},
     "Install a release build.",
     [](const Facts& facts) {
       return judge(elf_of(facts).search_path.empty(), elf_of(facts).search_path.empty()
                                                           ? "No RPATH and no RUNPATH."
                                                           : "A search path is built in: " + elf_of(facts).search_path);
     }},
    {"BIN-08",
     "It is a release build",
     Severity::kCritical,
     Subject::kBinary,
     {"A05", "A02", "PR.PS-06", "8.31", "CC8.1"},
     "Install a release build: no sanitizers, no debug build.",
     judge_release},
    {"BIN-09",
     "The program says what it was built from",
     Severity::kLow,
     Subject::kBinary,
     {"A08", "A08", "ID.AM-02", "8.32", "CC8.1"},
     "Install a release build.",
     judge_build_facts},
    {"BIN-10",
     "The program is the one whose checksum was signed",
     Severity::kHigh,
     Subject::kBinary,
     {"A08", "A08", "ID.RA-09", "8.19", "CC6.8"},
     "Fetch the release again and verify its checksums; name them with --release DIRECTORY and --release-key FILE.",
     [](const Facts& facts) {
       return judge_statement(facts.binary->signed_checksum, "Its digest is in the signed checksums.");
     }},
    {"BIN-11",
     "The crypto library is new enough and from a trusted place",
     Severity::kHigh,
     Subject::kBinary,
     {"A06", "A03", "PR.PS-02", "8.8", "CC7.1"},
     "Install the security updates of libssl3.",
     judge_openssl},
    {"BIN-12",
     "No secret is built in",
     Severity::kHigh,
     Subject::kBinary,
     {"A02", "A04", "PR.AA-01", "8.4", "CC6.1"},
     "Do not use this build; report it.",
     [](const Facts& facts) {
       const Texts& found = facts.binary->embedded_secrets;
       return judge(found.empty(), found.empty() ? "None was found." : "Found: " + sentence(found));
     }},
    {"BIN-13",
     "The program starts no shell",
     Severity::kMedium,
     Subject::kBinary,
     {"A03", "A05", "PR.PS-06", "8.28", "CC8.1"},
     "Install a release build.",
     judge_imports},
    {"BIN-14",
     "The provenance of the program verifies",
     Severity::kMedium,
     Subject::kBinary,
     {"A08", "A08", "GV.SC-07, ID.RA-09", "5.21", "CC9.2"},
     "Fetch the provenance statement of the release; name it with --release DIRECTORY and --release-key FILE.",
     [](const Facts& facts) {
       return judge_statement(facts.binary->provenance, "The statement is signed and names this program.");
     }},
};

}  // namespace

std::span<const Check> binary_checks() { return kChecks; }

}  // namespace checks
