// Versions as dpkg orders them, advisories, VEX, licences, the score.
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "checks/advisories.h"
#include "checks/collect_dependencies.h"
#include "checks/dpkg.h"
#include "checks/osv_query.h"
#include "checks/score.h"
#include "checks/unpack.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/checks/fixtures.h"
#include "tests/unit/checks/memory_host.h"

#include "tests/test.h"

namespace checks {
namespace {

TEST_CASE("versions are ordered as deb-version(7) says") {
  const char* ascending[] = {"0~~",       "0~",       "0",     "0.1",      "0.9",           "0.10",
                             "1.0~rc1-1", "1.0",      "1.0-1", "1.0-1+b1", "1.0-1+deb12u1", "1.0-2",
                             "1.0a",      "1.0+dfsg", "1.0.1", "1:0.1",    "1:0.1-1",       "2:0"};
  for (size_t i = 0; i + 1 < std::size(ascending); ++i) {
    INFO(ascending[i] << " < " << ascending[i + 1]);
    CHECK(compare_versions(ascending[i], ascending[i + 1]) < 0);
    CHECK(compare_versions(ascending[i + 1], ascending[i]) > 0);
    CHECK(compare_versions(ascending[i], ascending[i]) == 0);
  }
  CHECK(compare_versions("1.0", "0:1.0") == 0);
  CHECK(compare_versions("1.00-01", "1.0-1") == 0);
  CHECK(compare_versions("1.0-0", "1.0") == 0);
}

// A version that dpkg takes: mostly near to others, so that pairs are close.
std::string random_version(test::SeededRandom& random) {
  constexpr std::string_view kLetters = "0123456789012345abz.+~";
  std::string text;
  if (random.below(4) == 0) text += fmt::format("{}:", random.below(3));
  text += std::to_string(random.below(3));
  for (uint64_t i = random.below(6); i > 0; --i) text += kLetters[random.below(kLetters.size())];
  if (random.below(2) == 0) {
    text += "-";
    for (uint64_t i = random.below(4) + 1; i > 0; --i) text += kLetters[random.below(kLetters.size())];
  }
  return text;
}

// SMS_VERSION_PAIRS=10000 asks more; one pair takes two processes.
TEST_CASE("versions are ordered as dpkg orders them") {
  const char* wanted = std::getenv("SMS_VERSION_PAIRS");
  const int pairs = wanted != nullptr ? std::atoi(wanted) : 60;
  const test::TemporaryDirectory directory;
  test::SeededRandom random;
  std::ofstream script(directory.path() + "/ask");
  std::string ours;
  for (int i = 0; i < pairs; ++i) {
    const std::string a = random_version(random);
    const std::string b = random_version(random);
    script << "if dpkg --compare-versions '" << a << "' lt '" << b << "'; then echo '" << a << "<" << b
           << "'; elif dpkg --compare-versions '" << a << "' eq '" << b << "'; then echo '" << a << "=" << b
           << "'; else echo '" << a << ">" << b << "'; fi\n";
    const auto order = compare_versions(a, b);
    ours += fmt::format("{}{}{}\n", a, order < 0 ? "<" : order > 0 ? ">" : "=", b);
  }
  script.close();
  const std::string command = fmt::format("sh '{0}/ask' > '{0}/answer' 2>/dev/null", directory.path());
  REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(cert-env33-c): a file of our own.
  std::ifstream answer(directory.path() + "/answer");
  CHECK(std::string(std::istreambuf_iterator<char>(answer), {}) == ours);
}

constexpr std::string_view kAdvisory = R"({"id":"DSA-1","aliases":["CVE-2026-1"],"published":"2026-11-01T00:00:00Z",
 "affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},
   "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"3.0.0-1"},{"fixed":"3.0.17-1~deb12u3"}]}]}],
 "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]})";

Advisory advisory(std::string_view text = kAdvisory) {
  auto parsed = read_advisory(json::parse(text).value(), "Debian:12");
  REQUIRE(parsed);
  REQUIRE(*parsed);
  return **std::move(parsed);
}

std::vector<Component> one_component(std::string version) {
  return {{.name = "libssl3",
           .source = "openssl",
           .version = std::move(version),
           .licences = {},
           .digest = "d",
           .file = "libssl.so.3"},
          {.name = "libssl3",
           .source = "openssl",
           .version = "3.0.17-1",
           .licences = {},
           .digest = "d",
           .file = "libcrypto.so.3"}};
}

TEST_CASE("an advisory is matched exactly from its first to its last affected version") {
  const Affected affected = advisory().affected.front();
  CHECK(!affects(affected, "3.0.0-1~"));
  CHECK(affects(affected, "3.0.0-1") == "3.0.17-1~deb12u3");
  CHECK(affects(affected, "3.0.17-1~deb12u2"));
  CHECK(!affects(affected, "3.0.17-1~deb12u3"));
  CHECK(!affects(affected, "3.0.17-1"));
  CHECK(!affects(affected, "1:3.0.0-1"));
  const Advisory last = advisory(R"({"id":"X","affected":[{"package":{"ecosystem":"Debian:12","name":"a"},
    "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"last_affected":"2"}]},
              {"type":"GIT","events":[{"introduced":"0"}]}],"versions":["9"]}]})");
  CHECK(affects(last.affected.front(), "2") == "");
  CHECK(!affects(last.affected.front(), "2.1"));
  CHECK(affects(last.affected.front(), "9") == "");
  CHECK(last.severity == Severity::kHigh);  // Nobody said otherwise.
}

TEST_CASE("severities come from CVSS, words, or the worst that is likely") {
  CHECK(advisory().severity == Severity::kCritical);
  CHECK(cvss_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") == doctest::Approx(9.8));
  CHECK(cvss_score("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:C/C:L/I:L/A:N") == doctest::Approx(4.7));
  CHECK(cvss_score("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N") == doctest::Approx(0));
  CHECK(!cvss_score("CVSS:3.1/AV:N"));
  CHECK(!cvss_score("7.5"));
}

TEST_CASE("advisories that were withdrawn, or are of another distribution, do not count") {
  std::string withdrawn(kAdvisory);
  withdrawn.insert(1, R"("withdrawn":"2026-11-02T00:00:00Z",)");
  CHECK(!read_advisory(json::parse(withdrawn).value(), "Debian:12")->has_value());
  CHECK(!read_advisory(json::parse(kAdvisory).value(), "Debian:13")->has_value());
  CHECK(!read_advisory(json::parse("{}").value(), "Debian:12"));
}

TEST_CASE("VEX suppresses what it justifies, until its day") {
  const auto statement = [](std::string_view justification, std::string_view day) {
    return read_vex(fmt::format(R"({{"statements":[{{"vulnerability":{{"name":"CVE-2026-1"}},"status":"not_affected",
      "justification":"{}","expires":"{}"}}]}})",
                                justification, day))
        .value();
  };
  const auto matched = [&](const std::vector<VexStatement>& statements) {
    return match_advisories(one_component("3.0.15-1"), {advisory()}, statements, kNow);
  };
  CHECK(matched({}).matches.size() == 1);
  CHECK(matched({}).matches.front().suppressed.empty());
  CHECK(matched({}).matches.front().fixed == "3.0.17-1~deb12u3");
  const Matched good = matched(statement("vulnerable_code_not_present", "2026-11-30"));
  CHECK(good.matches.front().suppressed == "vulnerable_code_not_present");
  CHECK(good.problems.empty());
  const Matched expired = matched(statement("vulnerable_code_not_present", "2026-11-29"));
  CHECK(expired.matches.front().suppressed.empty());
  CHECK(expired.problems.size() == 1);
  CHECK(matched(statement("we do not think so", "2026-12-31")).matches.front().suppressed.empty());
  CHECK(matched(statement("vulnerable_code_not_present", "")).problems.front().about == "never ends");
  CHECK(!read_vex("{}"));
  CHECK(match_advisories(one_component("3.0.18-1"), {advisory()}, {}, kNow).matches.empty());
}

TEST_CASE("the score shows its formula, and one critical advisory keeps it under 50") {
  Facts facts = good_facts();
  CHECK(score_dependencies(facts).points == 100);
  facts.dependencies->outdated = Texts{"libcurl4"};
  facts.dependencies->licence_problems = Texts{"x: AGPL-3.0"};
  CHECK(score_dependencies(facts).formula ==
        "100 - 1 x 5 (outside the licence policy) - 1 x 2 (behind the archive) = 93.");
  facts.dependencies->matches = std::vector<Match>{
      {.id = "A", .component = "a", .version = "1", .severity = Severity::kCritical, .published = kNow}};
  CHECK(score_dependencies(facts).points == 49);
  facts.dependencies->matches = Fact<std::vector<Match>>::unknown("No advisories.");
  CHECK(!score_dependencies(facts).is_known);
  CHECK(remediation_time(Severity::kCritical) == std::chrono::days(7));
}

TEST_CASE("licences are judged by the policy, one of several is enough") {
  const LicencePolicy own = read_policy(R"({"allow":["Expat","Apache-2.0","LGPL-*"],"deny":["GPL-*"]})").value();
  CHECK(is_allowed(own, "Expat"));
  CHECK(is_allowed(own, "LGPL-2.1+"));
  CHECK(is_allowed(own, "GPL-2 or Apache-2.0"));
  CHECK(!is_allowed(own, "GPL-3.0"));
  CHECK(!is_allowed(own, "SomethingElse"));
  CHECK(!is_allowed(default_policy(), "AGPL-3.0"));
  CHECK(!read_policy("{}"));
  CHECK(!read_policy("[]"));
  CHECK(
      main_licence("Format: x\n\nFiles: *\nCopyright: y\nLicense: Expat\n text\n\nFiles: debian/*\nLicense: GPL-2\n") ==
      "Expat");
  CHECK(main_licence("This package was debianized by somebody.\nLicense: GPL\n").empty());
}

constexpr std::string_view kSbom = R"({"bomFormat":"CycloneDX","components":[
 {"name":"libssl3","version":"3.0.15-1","hashes":[{"alg":"SHA-256","content":"aa"}],
  "licenses":[{"license":{"name":"Apache-2.0"}}],
  "properties":[{"name":"debian:source","value":"openssl"},{"name":"debian:source-version","value":"3.0.15-1"},
                {"name":"file","value":"libssl.so.3"}]}]})";

MemoryHost host_with_sbom() {
  MemoryHost host;
  host.files["/sbom.json"] = kSbom;
  host.files["/proc/self/maps"] =
      "7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/x86_64-linux-gnu/libssl.so.3\n7f02-7f03 rw-p 0 00:00 0 [heap]\n";
  host.files["/var/lib/dpkg/status"] =
      "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.16-1\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n";
  host.files["/index/x-security_Packages"] =
      "Package: libssl3\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.17-1\n\nPackage: gone\nVersion: 2\n";
  host.files["/advisories/DSA-1.json"] = kAdvisory;
  host.facts["/advisories"] = {.path = "/advisories", .mode = 0700, .is_directory = true, .changed = kNow};
  return host;
}

DependencyRequest a_request() {
  return {.sbom = "/sbom.json",
          .embedded_digest = crypto::to_hex(crypto::sha256(kSbom)),
          .advisories = "/advisories",
          .vex = "",
          .licences = "",
          .indexes = "/index",
          .now = kNow};
}

TEST_CASE("dependencies are judged as they are installed, not as they were built") {
  const MemoryHost host = host_with_sbom();
  Facts facts = good_facts();
  facts.dependencies = collect_dependencies(host, a_request()).value();
  CHECK(evaluate(*find_check("DEP-01"), facts).status == Status::kPass);
  CHECK(evaluate(*find_check("DEP-02"), facts).status == Status::kPass);
  REQUIRE(facts.dependencies->matches);
  REQUIRE(facts.dependencies->matches->size() == 1);
  CHECK(facts.dependencies->matches->front().version == "3.0.16-1");
  CHECK(evaluate(*find_check("DEP-03"), facts).status == Status::kFail);
  CHECK(facts.dependencies->outdated->size() == 1);
  const auto installed = installed_packages(host);
  REQUIRE(installed);
  CHECK(installed->size() == 1);
  CHECK(*pending_updates(host, *installed, "/index") == Texts{"libssl3 3.0.16-1 -> 3.0.17-1"});
}

TEST_CASE("a server of advisories is asked once for each package, and what it says is matched here again") {
  const auto questions = questions_of(one_component("3.0.15-1"));
  REQUIRE(questions.size() == 2);  // One file is of another version.
  CHECK(questions_of(one_component("3.0.17-1")).size() == 1);
  CHECK(osv_question(questions.front(), "") ==
        R"({"package":{"ecosystem":"Debian:12","name":"openssl"},"version":"3.0.15-1"})");
  CHECK(osv_question(questions.front(), "more").ends_with(R"("page_token":"more"})"));
  const auto page = read_osv_page(fmt::format(R"({{"vulns":[{}],"next_page_token":"more"}})", kAdvisory));
  REQUIRE(page);
  CHECK(page->advisories.front().id == "DSA-1");
  CHECK(page->next == "more");
  CHECK(read_osv_page("{}")->advisories.empty());
  for (const char* wrong : {"", "[]", R"({"vulns":{}})", R"({"vulns":[{}]})", R"({"vulns":[3]})"}) {
    INFO(wrong);
    CHECK(!read_osv_page(wrong));
  }

  Facts facts = good_facts();
  DependencyRequest request = a_request();
  request.advisories.clear();
  const auto status_with = [&](std::function<base::Result<Advisories>(const std::vector<Component>&)> ask) {
    request.ask = std::move(ask);
    facts.dependencies = collect_dependencies(host_with_sbom(), request).value();
    return evaluate(*find_check("DEP-03"), facts).status;
  };
  // As it is installed here.
  CHECK(status_with([](const std::vector<Component>& asked) {
          CHECK(asked.front().version == "3.0.16-1");
          return Advisories{.all = {advisory()}, .snapshot = kNow, .origin = {SnapshotOrigin::Kind::kServer}};
        }) == Status::kFail);
  CHECK(evaluate(*find_check("DEP-04"), facts).status == Status::kPass);
  CHECK(status_with([](const std::vector<Component>&) { return Advisories{.all = {}, .snapshot = kNow}; }) ==
        Status::kPass);
  CHECK(status_with([](const std::vector<Component>&) -> base::Result<Advisories> {
          return base::fail(base::Code::kUpstream, "It answered 500.");
        }) == Status::kError);
}

// One package that the security pocket has anew, as gzip, xz and lz4 write it.
struct Packed {
  const char* ending;
  std::string_view base64;
};
constexpr Packed kPacked[] = {
    {".gz",
     "H4sIAAAAAAACAwtITM5OTE+1UsjJTCouzjHmcixKzsgsSU0uKS0CiibmppiZcAXnlxYlA3n5Bal5QEVcYalFxZn5eVYKxnoGeobmuoZcXADT"
     "y5y/SAAAAA=="},
    {".xz",
     "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQBHUGFja2FnZTogbGlic3NsMwpBcmNoaXRlY3R1cmU6IGFtZDY0ClNvdXJjZTogb3BlbnNzbApWZXJz"
     "aW9uOiAzLjAuMTctMQoKAHhexSFFUsPXAAFgSC4XfD0ftvN9AQAAAAAEWVo="},
    {".lz4",
     "BCJNGGRAp0gAAIBQYWNrYWdlOiBsaWJzc2wzCkFyY2hpdGVjdHVyZTogYW1kNjQKU291cmNlOiBvcGVuc3NsClZlcnNpb246IDMuMC4xNy0xCgoA"
     "AAAAGcJsJw=="}};

TEST_CASE("indexes are read as apt keeps them, in plain text or compressed, and one that is damaged passes nothing") {
  for (const Packed& packed : kPacked) {
    INFO(packed.ending);
    const std::string name = "/index/x-security_Packages" + std::string(packed.ending);
    const std::string bytes = crypto::base64_decode(packed.base64).value();
    MemoryHost host = host_with_sbom();
    host.files.erase("/index/x-security_Packages");
    const auto status = [&](const char* id) {
      Facts facts = good_facts();
      facts.system->pending_updates = pending_updates(host, *installed_packages(host), "/index");
      facts.dependencies = collect_dependencies(host, a_request()).value();
      return evaluate(*find_check(id), facts).status;
    };
    host.files[name] = bytes;
    const auto pending = pending_updates(host, *installed_packages(host), "/index");
    REQUIRE(pending);
    CHECK(*pending == Texts{"libssl3 3.0.16-1 -> 3.0.17-1"});
    for (const char* id : {"HST-17", "DEP-09", "DEP-10"}) CHECK(status(id) == Status::kFail);
    host.files["/var/lib/dpkg/status"] =
        "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.17-1\n";
    for (const char* id : {"HST-17", "DEP-09", "DEP-10"}) CHECK(status(id) == Status::kPass);
    // Two members are one text.
    CHECK(unpack(name, bytes + bytes, size_t{1} << 20)->size() == 144);
    CHECK(!unpack(name, bytes, 71));
    std::string spoilt = bytes;
    spoilt[bytes.size() / 2] = static_cast<char>(~spoilt[bytes.size() / 2]);
    for (const std::string& bad : {std::string(), std::string("junk that is no archive"), bytes + "x", spoilt}) {
      host.files[name] = bad;
      host.files["/index/another-security_Packages"] = "Package: other\nVersion: 1\n";
      for (const char* id : {"HST-17", "DEP-09", "DEP-10"}) CHECK(status(id) == Status::kError);
    }
    for (size_t length = 0; length < bytes.size(); ++length) CHECK(!unpack(name, bytes.substr(0, length), 1 << 20));
  }
  MemoryHost host = host_with_sbom();
  // In whatever order the lines of a stanza stand, and whatever stands before and behind it.
  host.files["/index/x-security_Packages"] =
      "Package: a\nVersion: 9\n\n\nVersion: 3.0.18-1\nArchitecture: amd64\nPackage: libssl3\n\nPackage: z\nVersion: 1";
  CHECK(*pending_updates(host, *installed_packages(host), "/index") == Texts{"libssl3 3.0.16-1 -> 3.0.18-1"});
  host.files["/index/x-security_Packages.zst"] = "another form";
  CHECK(pending_updates(host, *installed_packages(host), "/index").lacking().evidence.contains("--security-index"));
  CHECK(unpacked_name("a_Packages") == "a_Packages");
  CHECK(unpacked_name("a_Packages.xz") == "a_Packages");
  CHECK(*unpack("a_Packages", "plain", 1 << 20) == "plain");
}

TEST_CASE("DEP-04: the snapshot of advisories is what was signed, whole, or nothing is judged by it") {
  const auto seed = crypto::Key::from_bytes(crypto::ByteView(std::string(32, 'k')));
  const crypto::Ed25519 signer(*seed);
  const auto signature_of = [&signer](std::string_view text) {
    return crypto::base64_encode(signer.sign(text)) + "\n";
  };
  const auto sums_of = [](std::string_view name, std::string_view text) {
    return fmt::format("{}  {}\n", crypto::to_hex(crypto::sha256(text)), name);
  };
  MemoryHost host = host_with_sbom();
  host.files["/key"] = crypto::base64_encode(signer.public_key()) + "\n";
  host.files["/advisories/SHA256SUMS"] = sums_of("DSA-1.json", kAdvisory);
  host.files["/advisories/SHA256SUMS.sig"] = signature_of(host.files["/advisories/SHA256SUMS"]);
  DependencyRequest request = a_request();
  request.advisories_key = "/key";
  Facts facts = good_facts();
  const auto status = [&](const char* id) {
    facts.dependencies = collect_dependencies(host, request).value();
    return evaluate(*find_check(id), facts).status;
  };
  CHECK(status("DEP-04") == Status::kPass);
  CHECK(status("DEP-03") == Status::kFail);  // The advisory counts.

  const MemoryHost whole = host;
  const auto broken = [&](const char* what) {
    INFO(what);
    CHECK(status("DEP-04") == Status::kFail);
    CHECK(status("DEP-03") == Status::kError);
    host = whole;
  };
  host.files["/advisories/DSA-1.json"] += " ";
  broken("another byte");
  host.files["/advisories/DSA-2.json"] = R"({"id":"DSA-2","affected":[]})";
  broken("a file that was not signed");
  host.files["/advisories/SHA256SUMS"] += sums_of("DSA-2.json", "{}");
  broken("checksums that were not signed");
  host.files["/advisories/SHA256SUMS.sig"] = signature_of(host.files["/advisories/SHA256SUMS"]) + "x";
  broken("no signature");
  host.files.erase("/advisories/SHA256SUMS.sig");
  broken("a signature that is not there");
  host.files["/advisories/SHA256SUMS"] += sums_of("DSA-2.json", "{}");
  host.files["/advisories/SHA256SUMS.sig"] = signature_of(host.files["/advisories/SHA256SUMS"]);
  broken("a file that was taken away");
  host.files["/key"] = crypto::base64_encode(std::string(32, 'x'));
  broken("another key");
  host.files["/key"] = "no key";
  broken("no key");
  host.files.erase("/key");
  CHECK(collect_dependencies(host, request).error().code == base::Code::kNotFound);
  host = whole;

  // One file, with its signature beside it.
  request.advisories = "/advisories/DSA-1.json";
  host.facts["/advisories/DSA-1.json"] = {.path = request.advisories, .mode = 0600, .changed = kNow};
  CHECK(status("DEP-04") == Status::kFail);
  host.files["/advisories/DSA-1.json.sig"] = signature_of(kAdvisory);
  CHECK(status("DEP-04") == Status::kPass);
  host.files["/advisories/DSA-1.json"] += " ";
  CHECK(status("DEP-04") == Status::kFail);
  // Where nobody gave a key, nothing shows who made it.
  request.advisories_key.clear();
  CHECK(status("DEP-04") == Status::kWarn);
}

TEST_CASE("a library that nobody named, or from a strange place, is drift") {
  MemoryHost host = host_with_sbom();
  host.files["/proc/self/maps"] += "7f04-7f05 r-xp 0 08:01 2 /home/someone/libevil.so.1\n";
  const auto facts = collect_dependencies(host, a_request()).value();
  CHECK(facts.drift->size() == 2);
}

TEST_CASE("without a bill of materials, advisories or indexes nothing passes") {
  MemoryHost host = host_with_sbom();
  host.files.erase("/sbom.json");
  Facts facts = good_facts();
  facts.dependencies = collect_dependencies(host, a_request()).value();
  for (const char* id : {"DEP-01", "DEP-02", "DEP-03", "DEP-05", "DEP-06", "DEP-07", "DEP-11"}) {
    INFO(id);
    CHECK(evaluate(*find_check(id), facts).status == Status::kError);
  }
  DependencyRequest request = a_request();
  request.advisories.clear();
  facts.dependencies = collect_dependencies(host_with_sbom(), request).value();
  CHECK(evaluate(*find_check("DEP-03"), facts).status == Status::kError);
  CHECK(evaluate(*find_check("DEP-04"), facts).status == Status::kError);
  request.advisories = "/nowhere";
  const auto missing = collect_dependencies(host_with_sbom(), request);
  REQUIRE(!missing);
  CHECK(missing.error().code == base::Code::kNotFound);
  host = host_with_sbom();
  host.files["/advisories/broken.json"] = "{\"id\":";
  CHECK(!collect_dependencies(host, a_request()));
  host.files.erase("/index/x-security_Packages");
  const auto pending = pending_updates(host, *installed_packages(host), "/index");
  REQUIRE(!pending);
  CHECK(pending.lacking().status == Status::kError);
  host.files.erase("/var/lib/dpkg/status");
  CHECK(installed_packages(host).lacking().status == Status::kError);
}

}  // namespace
}  // namespace checks
