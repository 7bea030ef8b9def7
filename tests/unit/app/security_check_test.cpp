// security-check as a person or a script meets it on the command line.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "app/commands/check_facts.h"
#include "app/commands/cli.h"
#include "app/commands/commands.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"
#include "json/parse.h"
#include "os/files.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/net/tls_server.h"

#include "tests/test.h"

namespace {

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

struct Installation {
  test::TemporaryDirectory place;
  os::Environment::Variables variables{{"HOME", place.path() + "/home"}};
  std::string config = place.path() + "/config.json";

  Installation() {
    write("config.json", R"({"environment":"production","spotify":{"client_id":"an-id"},"storage":{"directory":")" +
                             place.path() + R"(/data"},"audit":{"checkpoints":")" + place.path() +
                             R"(/checkpoints"}})");
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::string path = place.path() + "/" + name;
    std::ofstream(path) << text;
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    return path;
  }
  Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "security-check");
    if (std::ranges::find(arguments, "--config") == arguments.end()) {
      arguments.insert(arguments.end(), {"--config", config});
    }
    std::ostringstream out;
    std::ostringstream err;
    app::Io io{.environment = os::Environment(variables), .out = out, .err = err, .program = "/bin/true"};
    const int code = app::commands::run(arguments, app::commands::every_command(), io);
    return {code, out.str(), err.str()};
  }
  json::Value report(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(std::move(arguments));
    INFO(outcome.err);
    auto parsed = json::parse(outcome.out);
    REQUIRE(parsed);
    return *std::move(parsed);
  }
};

std::string status_of(const json::Value& report, std::string_view id) {
  for (const json::Value& each : report.find("results")->array()) {
    if (each.text_or_empty("id") == id) return std::string(each.text_or_empty("status"));
  }
  return "none";
}

TEST_CASE("a sound configuration passes, and each problem of another one is named") {
  const Installation here;
  const json::Value good = here.report({"config"});
  for (const char* id :
       {"CFG-01", "CFG-02", "CFG-03", "CFG-04", "CFG-05", "CFG-06", "CFG-10", "CFG-12", "CFG-25", "CFG-38"}) {
    INFO(id);
    CHECK(status_of(good, id) == "pass");
  }
  CHECK(status_of(good, "CFG-15") == "not_applicable");
  CHECK(here.run({"config"}).code == 0);

  here.write("config.json", R"({"spotify":{"client_id":"your_client_id","client_secret":"CANARY-not-a-real-secret",)"
                            R"("redirect_uri":"http://localhost:8888/callback"},"server":{"log_level":"DEBUG"}})");
  const json::Value bad = here.report({"config"});
  for (const char* id : {"CFG-02", "CFG-04", "CFG-05", "CFG-10", "CFG-25", "CFG-37"}) {
    INFO(id);
    CHECK(status_of(bad, id) == "fail");
  }
  const Outcome outcome = here.run({"config", "--verbose"});
  CHECK(outcome.code == 1);
  CHECK(!outcome.out.contains("CANARY"));
}

TEST_CASE("a configuration that cannot be read is a finding, and one that is not there a clear error") {
  const Installation here;
  here.write("config.json", "{\"server\":");
  CHECK(here.run({"config"}).code == 1);
  const json::Value report = here.report({"config"});
  CHECK(status_of(report, "CFG-03") == "fail");
  CHECK(status_of(report, "CFG-12") == "error");
  const Outcome missing = here.run({"config", "--config", here.place.path() + "/nowhere.json"});
  CHECK(missing.code == 2);
  CHECK(missing.out.empty());
  CHECK(missing.err.contains("nowhere.json"));
}

TEST_CASE("files that are not what they should be end with 2, and never with a report") {
  const Installation here;
  const std::string junk = here.write("junk", "{");
  for (const char* option : {"--waivers", "--baseline", "--attestations"}) {
    INFO(option);
    CHECK(here.run({"config", option, junk}).code == 2);
    CHECK(here.run({"config", option, here.place.path() + "/nowhere"}).code == 2);
  }
  for (const char* option : {"--advisories", "--vex", "--licences"}) {
    INFO(option);
    const Outcome outcome = here.run({"deps", option, junk});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.contains("junk"));
    CHECK(here.run({"deps", option, here.place.path() + "/nowhere"}).code == 2);
  }
  CHECK(here.run({"config", "--fail-on", "everything"}).code == 2);
  CHECK(here.run({"config", "--framework", "none"}).code == 2);
  CHECK(here.run({"config", "--format", "xml"}).code == 2);
  CHECK(here.run({"config", "--only", "CFG-99"}).code == 2);
  CHECK(here.run({"everything"}).code == 2);
}

TEST_CASE("a server of advisories is asked by https alone, and only where somebody says so") {
  const Installation here;
  const std::string junk = here.write("junk", "{}");
  for (const std::vector<std::string>& arguments : std::initializer_list<std::vector<std::string>>{
           {"--advisories-server", "http://advisories.example.com"},
           {"--advisories-server", "ftp://advisories.example.com"},
           {"--advisories-server", "advisories.example.com"},
           {"--advisories-server", "https://advisories.example.com/?q=1"},
           {"--advisories-server", "https://advisories.example.com", "--offline"},
           {"--advisories-server", "https://advisories.example.com", "--advisories", junk}}) {
    std::vector<std::string> line{"deps"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    INFO(arguments[1]);
    CHECK(here.run(line).code == 2);
  }
}

TEST_CASE("only a private Ed25519 key signs, and only a report that is written to a file") {
  const Installation here;
  // The form of RFC 8410 section 7 around a seed of this test.
  const std::string der =
      std::string("\x30\x2E\x02\x01\x00\x30\x05\x06\x03\x2B\x65\x70\x04\x22\x04\x20", 16) + std::string(32, 'k');
  const auto pem = [](const std::string& bytes) {
    return "-----BEGIN PRIVATE"
           " KEY-----\n" +
           crypto::base64_encode(bytes) +
           "\n-----END PRIVATE"
           " KEY-----\n";
  };
  const std::string key = here.write("key.pem", pem(der));
  const std::string report = here.place.path() + "/report.json";
  CHECK(here.run({"config", "--sign", key}).code == 2);
  // Without a master key there is no trail that could hold the digest.
  const Outcome untold = here.run({"config", "--sign", key, "--output", report});
  CHECK(untold.code == 2);
  CHECK(untold.err.contains("There is no audit trail yet"));
  CHECK(!os::read_file(report, 1 << 20));
  here.write("config.json", R"({"environment":"production","audit":{"enabled":false}})");
  const Outcome done = here.run({"config", "--only", "CFG-03", "--sign", key, "--output", report});
  CHECK(done.code == 0);
  CHECK(done.err.contains("no trail knows of it"));
  const std::string text = *os::read_file(report, 1 << 20);
  std::string signature = *os::read_file(report + ".sig", 1 << 10);
  signature.pop_back();
  const auto seed = crypto::Key::from_bytes(crypto::ByteView(std::string(32, 'k')));
  const auto public_key = crypto::Ed25519(*seed).public_key();
  CHECK(crypto::ed25519_verify(public_key, text, *crypto::base64_decode(signature)));
  CHECK(!crypto::ed25519_verify(public_key, text + " ", *crypto::base64_decode(signature)));
  for (const std::string& wrong :
       {std::string("nothing"), pem(der.substr(1)), pem(der + "x"), pem("\x31" + der.substr(1))}) {
    CHECK(here.run({"config", "--sign", here.write("wrong.pem", wrong), "--output", report}).code == 2);
  }
  REQUIRE(::chmod(key.c_str(), 0644) == 0);
  CHECK(here.run({"config", "--sign", key, "--output", report}).code == 2);
}

TEST_CASE("a certificate that cannot be read is no pass, and one that is none a finding") {
  const Installation here;
  const auto configure = [&here](const std::string& certificate) {
    here.write("config.json", R"({"environment":"production","server":{"tls_certificate":")" + certificate +
                                  R"(","tls_key":")" + certificate + R"("}})");
    return here.report({"network", "--offline"});
  };
  const json::Value missing = configure(here.place.path() + "/nowhere.pem");
  CHECK(status_of(missing, "NET-02") == "error");
  CHECK(status_of(missing, "NET-03") == "error");
  const json::Value junk = configure(here.write("junk.pem", "junk"));
  CHECK(status_of(junk, "NET-02") == "fail");
  CHECK(status_of(junk, "NET-03") == "fail");
}

TEST_CASE("a manifest of a hundred megabytes is refused, and one that is nested without end is a finding") {
  const Installation here;
  const std::string huge = here.write("huge.yaml", "");
  std::filesystem::resize_file(huge, size_t{100} << 20);
  for (const char* option : {"--manifest", "--dockerfile", "--unit"}) {
    const Outcome outcome = here.run({"k8s", option, huge});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.contains("huge.yaml"));
  }
  const std::string deep = here.write("deep.yaml", "a: " + std::string(100'000, '['));
  CHECK(status_of(here.report({"k8s", "--manifest", deep}), "K8S-01") == "error");
  std::string names;
  for (int i = 0; i < 40'000; ++i) names += fmt::format("name{}: 1\n", i);
  CHECK(status_of(here.report({"k8s", "--manifest", here.write("names.yaml", names)}), "K8S-01") != "pass");
}

TEST_CASE("a waiver that has expired ends with 4") {
  const Installation here;
  here.write("config.json", R"({"environment":"production","audit":{"enabled":false}})");
  const std::string waivers = here.write(
      "waivers.json", R"({"waivers":[{"id":"CFG-25","reason":"r","owner":"o","ticket":"t","expires":"2020-01-01"}]})");
  CHECK(here.run({"config", "--only", "CFG-25"}).code == 1);
  CHECK(here.run({"config", "--only", "CFG-25", "--waivers", waivers}).code == 4);
}

TEST_CASE("a hostile manifest is a finding for each of its checks") {
  const Installation here;
  const std::string laughs = here.write("laughs.yaml", "a: &a [x]\nb: [*a, *a]\n");
  const json::Value report = here.report({"k8s", "--manifest", laughs});
  CHECK(status_of(report, "K8S-01") == "error");
  CHECK(status_of(report, "CTR-01") == "not_applicable");
  CHECK(here.run({"k8s", "--manifest", laughs}).code == 1);
  CHECK(here.run({"k8s", "--manifest", here.place.path() + "/nowhere.yaml"}).code == 2);
}

TEST_CASE("a damaged database is told, and left as it is") {
  const Installation here;
  std::filesystem::create_directory(here.place.path() + "/data");
  std::filesystem::permissions(here.place.path() + "/data", std::filesystem::perms::owner_all);
  const std::string database = here.write("data/spotify-mcp-server.db", std::string(5000, 'x'));
  const json::Value report = here.report({"runtime"});
  CHECK(status_of(report, "DAT-01") == "error");
  CHECK(status_of(report, "AUT-04") == "error");
  CHECK(here.run({"runtime"}).code == 1);
  CHECK(*os::read_file(database, 10'000) == std::string(5000, 'x'));
}

TEST_CASE("every part of the self-tests holds, and what is absent passes nothing") {
  const Installation here;
  const json::Value report = here.report({"runtime"});
  for (const char* id : {"SLF-01", "SLF-02", "SLF-03", "SLF-04", "SLF-05", "SLF-06", "SLF-07", "SLF-08", "SLF-09",
                         "SLF-10", "SLF-11", "SLF-12", "AUT-09", "AUT-11", "AUT-12", "CRY-01", "CRY-08"}) {
    INFO(id);
    CHECK(status_of(report, id) == "pass");
  }
  for (const char* id : {"HST-01", "HST-02", "DAT-01", "CRY-03", "CRY-05", "DAT-03", "AUT-01"}) {
    INFO(id);
    CHECK(status_of(report, id) == "not_applicable");
  }
  // Nothing was made.
  CHECK(!std::filesystem::exists(here.place.path() + "/data"));
  CHECK(!std::filesystem::exists(here.place.path() + "/home"));
}

TEST_CASE("our listener refuses on the wire what it should") {
  const Installation here;
  const json::Value report = here.report({"network", "--offline"});
  for (const char* id : {"NET-04", "NET-05", "NET-06", "NET-07", "NET-08", "NET-09", "NET-10", "NET-11", "NET-12",
                         "NET-13", "NET-14", "NET-15", "NET-16", "NET-17", "NET-18"}) {
    INFO(id);
    for (const json::Value& each : report.find("results")->array()) {
      if (each.text_or_empty("id") != id) continue;
      INFO(each.text_or_empty("evidence"));
      CHECK(each.text_or_empty("status") == "pass");
    }
  }
  CHECK(status_of(report, "NET-01") == "not_applicable");
}

TEST_CASE("NET-01: servers are asked by TLS, a broken one is no pass, and where no network leads it is skipped") {
  tests::Certificate authority({.names = "", .common_name = "authority", .authority = true});
  const tests::Certificate good({}, &authority);
  const tests::TlsServer server(good);
  // Speaks no TLS: it ends every connection.
  tests::Listener plain("127.0.0.1");
  std::thread ending([&plain] {
    for (int fd = plain.accept(); fd >= 0; fd = plain.accept()) ::close(fd);
  });
  uint16_t nobody = 0;
  {
    const tests::Listener gone("127.0.0.1");
    nobody = gone.port();
  }
  const auto question = [&authority](uint16_t port) {
    return net::TlsQuestion{.host = "127.0.0.1", .address = {}, .port = port, .ca_file = authority.file()};
  };
  const auto asked =
      app::commands::ask_certificates({question(server.port()), question(plain.port()), question(nobody)});
  plain.close();
  ending.join();
  REQUIRE(asked);
  REQUIRE(asked->size() == 3);
  CHECK(asked->at(0).chain_holds);
  CHECK(asked->at(0).name_matches);
  CHECK(asked->at(0).protocol == "TLSv1.3");
  CHECK(asked->at(1).about.contains("does not speak TLS"));
  CHECK(asked->at(2).unreached.contains("cannot be reached"));
  const auto none = app::commands::ask_certificates({question(nobody)});
  REQUIRE(!none);
  CHECK(none.lacking().status == checks::Status::kNotApplicable);
  CHECK(none.lacking().evidence.starts_with("Skipped: 127.0.0.1 cannot be reached"));
}

TEST_CASE("our listener refuses the same with API keys") {
  const Installation here;
  here.write("config.json", R"({"environment":"production","server":{"auth":"api-key"}})");
  const json::Value report = here.report({"network", "--offline"});
  for (const char* id : {"NET-05", "NET-06", "NET-08", "NET-09", "NET-10", "NET-13", "NET-18"}) {
    INFO(id);
    CHECK(status_of(report, id) == "pass");
  }
}

TEST_CASE("one host gives one report, byte for byte") {
  const Installation here;
  const auto without_date = [&here] {
    std::string text = here.run({"compliance", "--offline", "--format", "json"}).out;
    const size_t at = text.find("\"generated_at\"");
    REQUIRE(at != std::string::npos);
    return text.erase(at, text.find('\n', at) - at);
  };
  CHECK(without_date() == without_date());
  const std::string text = here.run({"compliance", "--offline"}).out;
  CHECK(text == here.run({"compliance", "--offline"}).out);
  CHECK(!base::to_lower_ascii(text).contains("compliant"));
}

TEST_CASE("the ending of the report's name chooses its form, and the file is private") {
  const Installation here;
  const std::string path = here.place.path() + "/report.json";
  const Outcome outcome = here.run({"config", "--output", path});
  CHECK(outcome.out.empty());
  CHECK(json::parse(*os::read_file(path, size_t{1} << 20))->find("results") != nullptr);
  CHECK(os::check_private_file(path));
  const std::string page = here.place.path() + "/report.html";
  CHECK(here.run({"config", "--output", page}).err.empty());
  const std::string html = *os::read_file(page, size_t{1} << 20);
  CHECK(html.contains("prefers-color-scheme:dark"));
  // Nothing that would be fetched.
  for (const char* fetches : {"src=", "href=", "url(", "@import", "<script", "<link", "<iframe", "<img"}) {
    INFO(fetches);
    CHECK(!html.contains(fetches));
  }
}

TEST_CASE("checks are listed and explained") {
  const Installation here;
  const std::string all = here.run({"all", "--list"}).out;
  CHECK(std::ranges::count(all, '\n') == 189);
  CHECK(here.run({"deps", "--list"}).out.starts_with("DEP-01"));
  CHECK(json::parse(here.run({"deps", "--list", "--json"}).out)->array().size() == 11);
  CHECK(here.run({"all", "--explain", "NET-07"}).out.contains("OWASP"));
  CHECK(here.run({"all", "--explain", "NET-77"}).code == 2);
}

}  // namespace
