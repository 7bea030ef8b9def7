// Evidence: no secret gets in, and whatever is changed afterwards is told.
#include "app/commands/evidence.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

audit::Keys keys(char fill = 'k') { return audit::Keys::derive(*crypto::Key::from_bytes(std::string(32, fill))); }

std::vector<base::Secret> secrets() {
  std::vector<base::Secret> all;
  all.emplace_back(std::string("planted-secret"));
  all.emplace_back(std::string("ok"));  // Too short to look for: it stands in everything.
  return all;
}

app::commands::Evidence begun(const std::string& folder) {
  auto evidence = app::commands::Evidence::begin(folder, secrets());
  REQUIRE(evidence);
  return *std::move(evidence);
}

}  // namespace

TEST_CASE("a file in which a secret stands is not written, and its name is told") {
  const test::TemporaryDirectory place;
  app::commands::Evidence evidence = begun(place.path() + "/evidence");
  const auto refused = evidence.add("notes/log.txt", "before planted-secret after");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kForbidden);
  CHECK(refused.error().message.find("notes/log.txt") != std::string::npos);
  CHECK(refused.error().message.find("planted") == std::string::npos);
  CHECK_FALSE(std::ifstream(place.path() + "/evidence/notes/log.txt").good());
  REQUIRE(evidence.add("notes/log.txt", "all is ok"));
  CHECK(evidence.files() == 1);
}

TEST_CASE("a folder that holds something is not taken") {
  const test::TemporaryDirectory place;
  std::ofstream(place.path() + "/mine") << "mine";
  const auto taken = app::commands::Evidence::begin(place.path(), {});
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().code == base::Code::kConflict);
}

TEST_CASE("what is changed, removed or added after the manifest is found, and the signature is the key's") {
  const test::TemporaryDirectory place;
  const std::string folder = place.path() + "/evidence";
  const audit::Keys ours = keys();
  const audit::Keys others = keys('o');
  app::commands::Evidence evidence = begun(folder);
  REQUIRE(evidence.add("a", "one"));
  REQUIRE(evidence.add("b/c", "two"));
  REQUIRE(evidence.finish("network", {}, &ours));

  using Signature = app::commands::EvidenceReport::Signature;
  CHECK(app::commands::verify_evidence(folder, &ours)->is_whole());
  CHECK(app::commands::verify_evidence(folder, &others)->signature == Signature::kWrong);
  CHECK(app::commands::verify_evidence(folder, nullptr)->signature == Signature::kNone);
  std::ofstream(folder + "/a") << "eno";
  std::ofstream(folder + "/d") << "new";
  std::remove((folder + "/b/c").c_str());
  const auto report = app::commands::verify_evidence(folder, &ours);
  REQUIRE(report);
  CHECK(report->problems == std::vector<std::string>{"a was changed.", "b/c is missing.", "d was added."});
  std::ofstream(folder + "/manifest.json", std::ios::app) << " ";
  CHECK(app::commands::verify_evidence(folder, &ours)->signature == Signature::kWrong);
}
