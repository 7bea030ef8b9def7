// The file of attestations as `maintain` keeps it: what security-check reads is what was written, and nothing is lost.
#include "app/attestations.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <sys/stat.h>
#include <utility>

#include "checks/report.h"
#include "json/parse.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

constexpr base::Wall kNow{1'796'040'000'000};  // 2026-11-30, 12:00 UTC.

struct Place {
  std::string text() const {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::map<std::string, checks::Attestation, std::less<>> read() const {
    const auto read = checks::read_attestations(text());
    REQUIRE(read);
    return *read;
  }

  test::TemporaryDirectory folder;
  std::string file = folder.path() + "/attestations.json";
};

app::NewAttestation said(std::string id, std::string evidence, base::Wall date = kNow) {
  return {.id = std::move(id), .date = date, .owner = "operations", .evidence = std::move(evidence)};
}

}  // namespace

TEST_CASE("what is attested is read by security-check, and stands in a private file") {
  const Place place;
  REQUIRE(app::add_attestations(place.file, {said("ORG-04", "minutes"), said("AUD-13", "\"quoted\" \xC3\xA9")}));
  const auto read = place.read();
  CHECK(read.size() == 2);
  CHECK(read.at("ORG-04").owner == "operations");
  CHECK(read.at("AUD-13").evidence == "\"quoted\" \xC3\xA9");
  CHECK(read.at("ORG-04").date == base::Wall{1'795'996'800'000});  // The day.
  struct stat status{};
  REQUIRE(::stat(place.file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("what was there stays, the latest counts, and of each check so many are kept") {
  const Place place;
  for (size_t n = 0; n < app::kAttestationsOfEach + 3; ++n) {
    REQUIRE(app::add_attestations(place.file, {said("ORG-04", fmt::format("run {}", n))}));
    if (n == 0) REQUIRE(app::add_attestations(place.file, {said("ORG-05", "once")}));
  }
  CHECK(place.read().at("ORG-04").evidence == fmt::format("run {}", app::kAttestationsOfEach + 2));
  CHECK(place.read().at("ORG-05").evidence == "once");
  const auto document = json::parse(place.text());
  REQUIRE(document);
  const json::Array& all = document->find("attestations")->array();
  CHECK(all.size() == app::kAttestationsOfEach + 1);
  CHECK(all.front().text_or_empty("id") == "ORG-05");
  CHECK(all[1].text_or_empty("evidence") == "run 3");
}

TEST_CASE("a file that holds something else is refused, and stays as it is") {
  for (const char* text : {"", "{", "[]", R"({"attestations":[{"id":"ORG-99"}]})", R"({"waivers":[]})"}) {
    CAPTURE(text);
    const Place place;
    std::ofstream(place.file) << text;
    const auto added = app::add_attestations(place.file, {said("ORG-04", "minutes")});
    REQUIRE_FALSE(added);
    CHECK(added.error().code == base::Code::kInvalidArgument);
    CHECK(added.error().message.contains("--attestations FILE"));
    CHECK(place.text() == text);
  }
}

TEST_CASE("an attestation that nobody could read back is not written") {
  const Place place;
  CHECK_FALSE(app::add_attestations(place.file, {said("NO-01", "minutes")}));
  CHECK_FALSE(app::add_attestations(place.file, {said("ORG-04", "")}));
  CHECK_FALSE(std::filesystem::exists(place.file));
}
