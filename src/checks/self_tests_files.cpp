// Self-tests that need addresses and files.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "audit/files/file_disk.h"
#include "audit/journal.h"
#include "audit/verifier.h"
#include "checks/self_tests.h"
#include "config/load.h"
#include "crypto/os_random.h"
#include "net/addresses.h"
#include "os/files.h"
#include "store/sqlite/inspect.h"

namespace checks {
namespace {

void expect(SelfTest& test, bool holds, std::string what) {
  ++test.cases;
  if (!holds) test.failures.push_back(std::move(what));
}

bool is_public(const char* text) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) return net::is_public_address(reinterpret_cast<sockaddr&>(v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  return ::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 && net::is_public_address(reinterpret_cast<sockaddr&>(v6));
}

// The audit trail, written in a scratch directory and then changed by one byte.
void test_trail(const std::string& scratch, SelfTest& test) {
  crypto::OsRandom random;
  const crypto::Key master = crypto::Key::generate(random);
  audit::files::FileDisk disk(scratch + "/trail", scratch + "/checkpoints");
  auto journal = audit::Journal::open(audit::Keys::derive(master), disk, random, {}, {});
  const audit::Entry entry{.event = audit::Event::kCallEnded, .user = "owner", .source = "stdio", .status = "ok"};
  const bool written = journal && journal->append(std::span(&entry, 1), {}) && journal->close({});
  expect(test, written, "a trail is written");
  if (!written) return;
  const auto whole = audit::verify(audit::Keys::derive(master), disk);
  expect(test, whole && whole->is_whole(), "it is whole");
  const auto segments = disk.segments();
  if (!segments || segments->empty()) return;
  const std::string path = scratch + "/trail/" + segments->front();
  auto text = os::read_file(path, size_t{1} << 20);
  if (!text) return;
  const size_t at = text->find("\"ok\"");
  if (at != std::string::npos) (*text)[at + 1] = 'O';
  expect(test, os::write_private_file(path, *text).has_value(), "it is changed");
  audit::files::FileDisk again(scratch + "/trail", scratch + "/checkpoints");
  const auto damaged = audit::verify(audit::Keys::derive(master), again);
  expect(test, damaged && damaged->finding.has_value(), "a changed trail is told from a whole one");
}

}  // namespace

SelfTest test_addresses() {
  SelfTest test;
  for (const char* inner : {"0.0.0.0",
                            "0.1.2.3",
                            "10.0.0.1",
                            "10.255.255.255",
                            "100.64.0.1",
                            "100.127.255.254",
                            "127.0.0.1",
                            "127.1.2.3",
                            "169.254.0.1",
                            "169.254.169.254",
                            "172.16.0.1",
                            "172.31.255.255",
                            "192.0.0.1",
                            "192.0.2.1",
                            "192.88.99.1",
                            "192.168.0.1",
                            "192.168.255.255",
                            "198.18.0.1",
                            "198.19.255.255",
                            "198.51.100.1",
                            "203.0.113.1",
                            "224.0.0.1",
                            "239.255.255.255",
                            "240.0.0.1",
                            "255.255.255.255",
                            "::",
                            "::1",
                            "::ffff:127.0.0.1",
                            "::ffff:10.0.0.1",
                            "::ffff:169.254.169.254",
                            "::127.0.0.1",
                            "64:ff9b::7f00:1",
                            "64:ff9b:1::1",
                            "100::1",
                            "2001::1",
                            "2001:db8::1",
                            "2002:7f00:1::1",
                            "fc00::1",
                            "fd00:ec2::254",
                            "fdff::1",
                            "fe80::1",
                            "febf::1",
                            "ff02::1",
                            "ff0e::1",
                            "5f00::1"}) {
    expect(test, !is_public(inner), inner);
  }
  for (const char* outer : {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "35.186.224.24", "100.63.255.255",
                            "100.128.0.0", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0",
                            "192.167.255.255", "192.169.0.0", "2600:1901::1", "2606:4700:4700::1111", "2a00:1450::1"}) {
    expect(test, is_public(outer), outer);
  }
  return test;
}

SelfTest test_damaged_files(const std::string& scratch) {
  SelfTest test;
  const auto load = [](std::string text) {
    return config::load({.file_name = "config.json",
                         .file_text = std::move(text),
                         .sealed = std::nullopt,
                         .variable = [](std::string_view) { return std::nullopt; },
                         .read_file = [](const std::string&) { return base::Result<std::string>(""); },
                         .flags = {}});
  };
  for (const char* broken :
       {"", "{", "[]", "{\"server\":1}", "{\"server\":{\"prot\":1}}", "{\"server\":{\"port\":70000}}",
        "{\"a\":1,\"a\":1}", "\xFF\xFF", "{\"spotify\":{\"client_id\":\"${UNSET}\"}}"}) {
    expect(test, !load(broken), fmt::format("settings {}", test.cases + 1));
  }
  // A database that is none stays as it is.
  const std::string path = scratch + "/spotify-mcp-server.db";
  const std::string junk(4096, 'x');
  expect(test, os::write_private_file(path, junk).has_value(), "a file of junk");
  expect(test, !store::sqlite::inspect_store(scratch), "a database of junk");
  const auto after = os::read_file(path, size_t{1} << 20);
  expect(test, after && *after == junk, "the junk is not touched");
  test_trail(scratch, test);
  return test;
}

}  // namespace checks
