// Collectors over a machine in memory, and over the program that runs this test.
#include <fmt/format.h>

#include "checks/collect_config.h"
#include "checks/collect_host.h"
#include "checks/elf.h"
#include "checks/inventory.h"
#include "checks/release.h"
#include "checks/secrets.h"
#include "checks/self_tests.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"
#include "json/parse.h"
#include "store/sqlite/inspect.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/checks/fixtures.h"
#include "tests/unit/checks/memory_host.h"

#include "tests/test.h"

namespace checks {
namespace {

TEST_CASE("secrets are known by their names and shapes, and words are not") {
  for (const char* name : {"client_secret", "SPOTIFY_MCP_MASTER_KEY", "apiToken", "db_password", "key"}) {
    INFO(name);
    CHECK(is_secret_name(name));
  }
  for (const char* name : {"client_id", "max_tokens", "public_key", "keyboard", "host"}) {
    INFO(name);
    CHECK(!is_secret_name(name));
  }
  CHECK(secret_shape("x=BQ" + std::string(120, 'a') + " y") == "a token of Spotify");
  CHECK(secret_shape("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x") == "a JSON web token");
  CHECK(secret_shape("-----BEGIN "
                     "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwgg\n") == "a private key");
  CHECK(
      !secret_shape("-----BEGIN "
                    "PRIVATE KEY-----"));
  CHECK(!secret_shape("a plain sentence about tokens"));
  CHECK(looks_random("0123456789abcdef0123456789abcdef"));
  CHECK(!looks_random(std::string(40, 'a')));
}

TEST_CASE("secrets in settings are found by name, by shape and by chance, references are not") {
  const auto found = find_plain_secrets(json::parse(R"({
    "spotify":{"client_id":"0123456789abcdef0123456789abcdef","client_secret":"fake-value"},
    "alerts":{"webhook":"https://alerts.example.com/0123456789abcdef0123456789abcdef",
              "webhook_secret":"${file:/run/s}"},
    "other":["9f86d081884c7d659a2feaa0c55ad015"]})")
                                            .value());
  CHECK(found == Texts{"spotify.client_secret", "other"});
  // The key of the listener's certificate is named by its file; the key itself there is a secret like any other.
  const auto plain = [](std::string_view key) {
    return find_plain_secrets(json::Value(json::Object{{"server", json::Object{{"tls_key", key}}}}));
  };
  CHECK(plain("/run/secrets/tls.key").empty());
  CHECK(plain("not-a-path-but-a-fake-key") == Texts{"server.tls_key"});
}

config::Sources sources(std::string text) {
  return {.file_name = "config.json",
          .file_text = std::move(text),
          .sealed = std::nullopt,
          .variable = [](std::string_view) { return std::nullopt; },
          .read_file = [](const std::string&) { return base::Result<std::string>(""); },
          .flags = {}};
}

TEST_CASE("HST-20: a lock on the database holds, and nobody but our servers has it") {
  MemoryHost host;
  const std::string database = "/data/store.db";
  host.files[database] = "x";
  host.files["/proc/self/comm"] = "spotify-mcp-ser\n";
  host.files["/proc/7/comm"] = "spotify-mcp-ser\n";
  host.files["/proc/8/comm"] = "sqlite3\n";
  host.files["/proc/self/mountinfo"] = "22 1 8:1 / / rw - ext4 /dev/vda rw\n";
  const auto outcome = [&host] {
    Facts facts = good_facts();
    facts.data = collect_data(host, "/data", "store.db");
    return evaluate(*find_check("HST-20"), facts);
  };
  host.holders[database + "-shm"] = {7};
  CHECK(outcome().status == Status::kPass);
  CHECK(outcome().evidence.contains("was tried and holds"));
  host.holders[database + "-shm"] = {7, 8};
  CHECK(outcome().status == Status::kFail);
  CHECK(outcome().evidence.contains("sqlite3 (process 8)"));
  host.holders[database + "-shm"] = {0, 7};
  CHECK(outcome().evidence.contains("another container"));
  host.holders = {{database, {9}}};
  CHECK(outcome().status == Status::kFail);
  host.holders.clear();
  host.locks = false;
  CHECK(outcome().status == Status::kFail);
  host.files.erase(database);
  host.files["/data/other"] = "";
  CHECK(outcome().status == Status::kPass);
  CHECK(outcome().evidence.contains("there is no database"));
}

TEST_CASE("settings that name a variable that is not set are judged all the same") {
  const ConfigRead read =
      read_config(sources(R"({"spotify":{"client_id":"${SPOTIFY_CLIENT_ID}"},"server":{"log_level":"DEBUG"}})"));
  REQUIRE(read.loaded);
  CHECK(read.facts.unset_variables == Texts{"SPOTIFY_CLIENT_ID"});
  CHECK(read.loaded->settings.server.log_level == config::LogLevel::kDebug);
  CHECK(read.facts.problems.empty());
}

TEST_CASE("broken settings are findings, and nothing else is judged by them") {
  for (const char* broken : {"{", "[]", R"({"server":{"prot":1}})", R"({"a":1,"a":2})", R"({"server":{"port":"x"}})"}) {
    const ConfigRead read = read_config(sources(broken));
    INFO(broken);
    CHECK(!read.loaded);
    CHECK(!read.facts.problems.empty());
  }
  Facts facts = good_facts();
  facts.config->settings.reset();
  facts.config->problems = {"it is no JSON"};
  CHECK(evaluate(*find_check("CFG-03"), facts).status == Status::kFail);
  CHECK(evaluate(*find_check("CFG-12"), facts).status == Status::kError);
}

MemoryHost host_with_server() {
  MemoryHost host;
  host.files["/proc/42/status"] =
      "Name:\tspotify-mcp-ser\nUid:\t990\t990\t990\t990\nVmSwap:\t       0 kB\nCapEff:\t0000000000000000\n"
      "CapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\n";
  host.files["/proc/42/limits"] =
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max core file size        0                    0                    bytes     \n"
      "Max open files            524288               524288               files     \n";
  host.files["/proc/42/mountinfo"] =
      "22 1 8:1 / / ro,relatime shared:1 - ext4 /dev/sda1 rw\n23 22 0:5 / /var/run/docker.sock rw - tmpfs tmpfs rw\n";
  host.files["/proc/42/cmdline"] = std::string("spotify-mcp-server\0serve\0", 25);
  host.files["/proc/42/environ"] =
      std::string("HOME=/var/lib\0SPOTIFY_CLIENT_SECRET=fake\0SPOTIFY_MCP_MASTER_KEY_FILE=/run/key\0", 78);
  host.files["/proc/42/net/tcp"] =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000   990        0 111 1\n"
      "   1: 0100007F:1F40 0100007F:C000 01 00000000:00000000 00:00000000 00000000   990        0 112 1\n"
      "   2: 0A00000A:C001 077100CB:0019 01 00000000:00000000 00:00000000 00000000   990        0 113 1\n"
      "   3: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1\n";
  host.links["/proc/42/fd/3"] = "socket:[111]";
  host.links["/proc/42/fd/4"] = "socket:[112]";
  host.links["/proc/42/fd/5"] = "socket:[113]";
  host.links["/proc/42/fd/6"] = "/dev/null";
  host.links["/proc/42/exe"] = "/usr/bin/spotify-mcp-server";
  host.facts["/proc/42/mem"] = {.path = "/proc/42/mem", .owner = 0};
  host.facts["/usr/bin/spotify-mcp-server"] = {.path = "/usr/bin/spotify-mcp-server", .mode = 0755, .owner = 0};
  return host;
}

TEST_CASE("a running server is read from /proc") {
  const auto facts = collect_process(host_with_server(), {.pid = 42,
                                                          .config_file = "",
                                                          .declared = {{"127.0.0.1", 8000}},
                                                          .egress = {},
                                                          .paths_are_confined = true,
                                                          .instances = 1});
  REQUIRE(facts);
  CHECK(facts->user == 990);
  CHECK(facts->effective_capabilities == 0);
  CHECK(facts->bounding_capabilities == 0x1ffffffffff);
  CHECK(facts->no_new_privileges);
  CHECK(facts->seccomp == 2);
  CHECK(facts->core_bytes_max == 0);
  CHECK(facts->open_files_max == 524288);
  CHECK(facts->is_dumpable == false);
  CHECK(*facts->exposed_secrets == Texts{"SPOTIFY_CLIENT_SECRET"});
  CHECK(facts->mounts.size() == 2);
  CHECK(facts->mounts.front().is_read_only);
  CHECK(*facts->listening == std::vector<Socket>{{"127.0.0.1", 8000}});
  CHECK(*facts->peers == std::vector<Socket>{{"203.0.113.7", 25}});
  Facts all = good_facts();
  all.process = *facts;
  CHECK(evaluate(*find_check("HST-16"), all).status == Status::kFail);
  CHECK(evaluate(*find_check("HST-18"), all).status == Status::kFail);
  CHECK(evaluate(*find_check("HST-01"), all).status == Status::kWarn);
}

TEST_CASE("descriptors that are closed to us are no reason to pass") {
  MemoryHost host = host_with_server();
  std::erase_if(host.links, [](const auto& link) { return link.first.contains("/fd/"); });
  Facts all = good_facts();
  all.process =
      collect_process(host, {.pid = 42, .config_file = "", .declared = {}, .paths_are_confined = std::nullopt});
  // The user is the server's alone, so whatever is open under it is the server's.
  CHECK(*all.process->listening == std::vector<Socket>{{"127.0.0.1", 8000}});
  CHECK(evaluate(*find_check("HST-15"), all).status == Status::kFail);
  CHECK(evaluate(*find_check("HST-04"), all).status == Status::kError);
  // A person's own has other programs with sockets of their own.
  std::string& status = host.files["/proc/42/status"];
  status.replace(status.find("990"), 3, "1000");
  all.process =
      collect_process(host, {.pid = 42, .config_file = "", .declared = {}, .paths_are_confined = std::nullopt});
  CHECK(evaluate(*find_check("HST-15"), all).status == Status::kManual);
  CHECK(evaluate(*find_check("HST-16"), all).status == Status::kManual);
  CHECK(!collect_process(host, {.pid = 43, .config_file = "", .declared = {}, .paths_are_confined = std::nullopt}));
}

TEST_CASE("a profile of the kernel confines paths too, when it is enforced") {
  MemoryHost host = host_with_server();
  const auto status_with = [&host](std::string profile) {
    host.files["/proc/42/attr/current"] = std::move(profile);
    Facts all = good_facts();
    all.process = collect_process(host, {.pid = 42, .config_file = "", .declared = {}, .paths_are_confined = false});
    return evaluate(*find_check("HST-04"), all).status;
  };
  CHECK(status_with("spotify-mcp-server (enforce)\n") == Status::kPass);
  CHECK(status_with("spotify-mcp-server (complain)\n") == Status::kFail);
  CHECK(status_with("unconfined\n") == Status::kFail);
}

TEST_CASE("memory that is swapped out matters where keys are not locked") {
  Facts all = good_facts();
  const auto status_with = [&all](int64_t swapped, std::optional<bool> locked, bool has_swap) {
    all.process->swapped_kib = swapped;
    all.process->keys_are_locked = locked;
    all.system->has_swap = has_swap;
    return evaluate(*find_check("HST-06"), all).status;
  };
  CHECK(status_with(0, true, true) == Status::kPass);
  CHECK(status_with(0, std::nullopt, false) == Status::kPass);
  CHECK(status_with(0, false, true) == Status::kFail);
  CHECK(status_with(0, std::nullopt, true) == Status::kFail);
  CHECK(status_with(8, true, true) == Status::kWarn);
  CHECK(status_with(8, false, true) == Status::kFail);
}

TEST_CASE("peers are those of servers that the settings name") {
  Facts all = good_facts();
  const auto status_of = [&all](Socket peer) {
    all.process->peers = std::vector<Socket>{std::move(peer)};
    return evaluate(*find_check("HST-16"), all).status;
  };
  all.process->egress = {{.host = "api.spotify.com", .port = 443, .addresses = {"203.0.113.7", "2001:db8::7"}},
                         {.host = "logs.example.com", .port = 6514, .addresses = {}}};
  CHECK(status_of({"203.0.113.7", 443}) == Status::kPass);
  CHECK(status_of({"2001:db8::7", 443}) == Status::kPass);
  CHECK(status_of({"127.0.0.1", 9}) == Status::kPass);
  // A name of a large service leads elsewhere each minute.
  CHECK(status_of({"203.0.113.8", 443}) == Status::kWarn);
  CHECK(status_of({"203.0.113.9", 6514}) == Status::kWarn);
  CHECK(status_of({"203.0.113.7", 25}) == Status::kFail);
}

TEST_CASE("addresses of /proc/net are read in both families") {
  const auto all = parse_connections(
      "   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 990 0 5 1\n"
      "   1: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 990 0 6 1\n"
      "   2: B80D0120000000000000000007000000:01BB 00000000000000000000000000000000:0000 0A 0:0 00:0 0 990 0 7 1\n"
      "rubbish\n");
  REQUIRE(all.size() == 3);
  CHECK(all[2].local == Socket{"2001:db8::7", 443});
  CHECK(all[2].user == 990);
  CHECK(all[0].local == Socket{"::1", 8080});
  CHECK(all[1].local == Socket{"127.0.0.1", 8080});
}

TEST_CASE("the machine is read from its files") {
  MemoryHost host;
  host.files["/etc/os-release"] = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
  host.files["/proc/sys/kernel/randomize_va_space"] = "2\n";
  const SystemFacts facts =
      collect_system(host, {.now = kNow, .built = {}, .security_index = "", .in_kubernetes = false});
  CHECK(facts.randomize_va_space == 2);
  CHECK(facts.ptrace_scope == -1);
  CHECK(facts.release == "Debian GNU/Linux 12 (bookworm)");
  CHECK(facts.supported_until.has_value());
  CHECK(!facts.pending_updates);
  CHECK(!facts.is_container);
}

TEST_CASE("the program of this test is an ELF file, and half of it is none") {
  const RealHost host;
  const auto bytes = host.read("/proc/self/exe", size_t{512} << 20);
  REQUIRE(bytes);
  const auto facts = read_elf(*bytes);
  REQUIRE(facts);
  CHECK(facts->is_pie);
  CHECK(!facts->has_writable_code);
  CHECK(!facts->needed.empty());
  CHECK(!facts->imports.empty());
  CHECK(!read_elf(""));
  CHECK(
      !read_elf("\x7f"
                "ELF"));
  CHECK(!read_elf(std::string_view(*bytes).substr(0, bytes->size() / 2)));
  // Any byte of the headers may be wrong.
  std::string changed = bytes->substr(0, 4096);
  for (size_t i = 0; i < changed.size(); ++i) {
    const char before = changed[i];
    changed[i] = static_cast<char>(0xFF);
    static_cast<void>(read_elf(changed).has_value());
    changed[i] = before;
  }
}

TEST_CASE("a release is the one that was signed") {
  const auto seed = crypto::Key::from_bytes(std::string(32, 's')).value();
  const crypto::Ed25519 signer(seed);
  MemoryHost host;
  const auto sign = [&](const std::string& name, const std::string& text) {
    host.files["/release/" + name] = text;
    host.files["/release/" + name + ".sig"] = crypto::base64_encode(signer.sign(text)) + "\n";
  };
  host.files["/key"] = crypto::base64_encode(signer.public_key());
  sign("SHA256SUMS", "aa  other\ndd  spotify-mcp-server\n");
  sign("provenance.json",
       R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1",
           "subject":[{"name":"spotify-mcp-server","digest":{"sha256":"dd"}}]})");
  const auto check = [&](std::string digest) {
    return check_release(host, {"/release", "/key", "spotify-mcp-server", std::move(digest)});
  };
  CHECK(*check("dd").checksum == "");
  CHECK(*check("dd").provenance == "");
  CHECK(!check("ee").checksum->empty());
  CHECK(!check("ee").provenance->empty());
  host.files["/release/SHA256SUMS"] += "x";
  CHECK(check("dd").checksum->contains("signature"));
  host.files.erase("/release/provenance.json.sig");
  CHECK(!check("dd").provenance->empty());
  CHECK(!check_release(host, {}).checksum);
}

TEST_CASE("every self-test holds") {
  const test::TemporaryDirectory scratch;
  for (const SelfTest& test :
       {test_primitives(), test_sql(scratch.path()), test_header_values(), test_log_lines(), test_sanitiser(),
        test_json(), test_addresses(), test_damaged_files(scratch.path()), test_foreign_boxes()}) {
    INFO(fmt::format("{}", fmt::join(test.failures, ", ")));
    CHECK(test.failures.empty());
    CHECK(test.cases > 0);
  }
  CHECK(hostile_sql().size() == 300);
  CHECK(hostile_html().size() == 100);
  CHECK(hostile_lines().size() == 300);
}

TEST_CASE("a database is looked at and left as it is") {
  const test::TemporaryDirectory directory;
  CHECK(store::sqlite::inspect_store(directory.path()).error().code == base::Code::kNotFound);
  const auto opening = store::sqlite::try_opening(directory.path());
  REQUIRE(opening);
  CHECK(!opening->trusts_schema);
  CHECK(opening->secure_delete);
  CHECK(opening->syncs_every_commit);
}

}  // namespace
}  // namespace checks
