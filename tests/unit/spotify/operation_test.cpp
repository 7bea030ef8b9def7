// The table of operations: complete, consistent, equal to what the simulator serves in each regime, and, where the
// OpenAPI files of the Web API are at hand, equal to them.
#include "spotify/operation.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "sim/spotify/operations.h"
#include "sim/spotify/simulator.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_random.h"
#include "tests/unit/spotify/openapi.h"

#include "tests/test.h"

namespace spotify {
namespace {

using Names = std::set<std::string>;

// "GET /albums/{}": what two rows with different effects may share.
std::string line_of(const OperationInfo& operation) {
  return std::string(http::method_name(operation.method)) + " " + std::string(operation.path);
}

Names words_of(std::string_view text) {
  Names words;
  for (const std::string_view word : base::split(text, ' ')) {
    if (!word.empty()) words.emplace(word);
  }
  return words;
}

// The scopes that a text names among its other words.
Names scopes_in(std::string_view text) {
  Names scopes;
  for (std::string word : words_of(text)) {
    std::erase(word, ',');
    if (word.contains('-')) scopes.insert(std::move(word));
  }
  return scopes;
}

Names lines_with(Reach reach) {
  Names lines;
  for (const OperationInfo& operation : operations()) {
    if (operation.reach == reach) lines.insert(line_of(operation));
  }
  return lines;
}

TEST_CASE("there are 49 operations in dev2026, 40 more in older regimes, and 8 that are retired") {
  CHECK(lines_with(Reach::kEverywhere).size() == 49);
  CHECK(lines_with(Reach::kOlder).size() == 40);
  CHECK(lines_with(Reach::kRetired).size() == 8);
}

TEST_CASE("each row is found under its name and consistent in itself") {
  Names names;
  const auto& scopes = sim::spotify::all_scopes();
  for (const OperationInfo& operation : operations()) {
    CAPTURE(operation.name);
    CHECK(&info(operation.operation) == &operation);
    CHECK(names.emplace(operation.name).second);
    CHECK(operation.path.starts_with('/'));
    CHECK_FALSE(operation.what.empty());
    const bool reads = operation.method == http::Method::kGet;
    CHECK((operation.repeat == Repeat::kRead) == reads);
    if (reads) CHECK(operation.body == Body::kNone);
    // What adds or skips once more when it is sent once more.
    if (operation.method == http::Method::kPost) CHECK(operation.repeat == Repeat::kNeverRepeat);
    for (const std::string& scope : scopes_in(operation.scopes)) {
      CHECK(std::ranges::find(scopes, scope) != scopes.end());
    }
    CHECK(exists_in(operation, Regime::kDev2026) == (operation.reach == Reach::kEverywhere));
    CHECK(exists_in(operation, Regime::kExtended) == (operation.reach != Reach::kRetired));
    CHECK(exists_in(operation, Regime::kDevLegacy) == exists_in(operation, Regime::kExtended));
  }
}

TEST_CASE("regimes have names") {
  for (const Regime regime : {Regime::kDev2026, Regime::kDevLegacy, Regime::kExtended}) {
    CHECK(parse_regime(regime_name(regime)) == regime);
  }
  CHECK_FALSE(parse_regime("dev2027"));
}

// An id that makes the path one of that operation.
std::string with_ids(std::string_view path) {
  std::string out(path);
  for (size_t at = out.find("{}"); at != std::string::npos; at = out.find("{}")) {
    out.replace(at, 2, "0000000000000000000000");
  }
  return out;
}

bool is_served(sim::world::SimLoop& loop, sim::spotify::Simulator& simulator, const OperationInfo& operation) {
  http::Request request;
  request.method = operation.method;
  request.target = "/v1" + with_ids(operation.path);
  request.authorization = base::Secret("Bearer " + simulator.grant().access);
  const http::Response response = loop.run(simulator.handle(std::move(request)));
  const bool is_removed = response.status == 403 && response.body.contains("\"Forbidden\"");
  const bool is_gone = response.status == 404 && response.body.contains("\"Not found.\"");
  return !is_removed && !is_gone && response.status != 405 && !response.body.contains("Service not found");
}

TEST_CASE("the simulator serves each operation in exactly the regimes of the table") {
  for (const Regime regime : {Regime::kDev2026, Regime::kDevLegacy, Regime::kExtended}) {
    sim::world::SimLoop loop{1};
    sim::world::SimRandom random{2};
    sim::spotify::Config config;
    config.regime = sim::spotify::parse_regime(regime_name(regime)).value();
    sim::spotify::Simulator simulator(std::move(config), loop, loop, random);
    for (const OperationInfo& operation : operations()) {
      CHECK_MESSAGE(is_served(loop, simulator, operation) == exists_in(operation, regime),
                    regime_name(regime) << ": " << operation.name);
    }
  }
}

TEST_CASE("the simulator has no operation that the table lacks") {
  Names known;
  for (const OperationInfo& operation : operations()) known.insert(line_of(operation));
  for (const sim::spotify::Operation& operation : sim::spotify::operations()) {
    std::string line = operation.name();
    const size_t open = line.find('{');
    if (open != std::string::npos) line.erase(open + 1, line.find('}') - open - 1);
    CHECK_MESSAGE(known.contains(line), line);
  }
}

// The folder with the OpenAPI files: where the environment says, or beside the checkout. "" with a reason on the
// output.
std::string reference_folder() {
  const char* given = std::getenv("SMS_REFERENCE_DATA");
  const bool is_given = given != nullptr && *given != '\0';
  const std::string folder = is_given ? given : (source_directory() / "../shared/data/spotify").string();
  if (std::filesystem::exists(folder + "/spotify-openapi.yml")) return folder;
  MESSAGE("skipped: SMS_REFERENCE_DATA does not name the folder with Spotify's OpenAPI files");
  return "";
}

// Where the table says something else than the description on purpose.
bool differs_on_purpose(std::string_view line) {
  // The profile works without its scopes and then says less; a private playlist does need one.
  return line == "GET /me" || line == "GET /playlists/{}";
}

void compare(const OperationInfo& operation, const DescribedOperation& described) {
  CAPTURE(operation.name);
  if (!differs_on_purpose(line_of(operation))) CHECK(scopes_in(operation.scopes) == described.scopes);
  // The tunables of a retired operation are left out.
  Names query = described.query;
  std::erase_if(query, [](const std::string& name) {
    return name.starts_with("min_") || name.starts_with("max_") || name.starts_with("target_");
  });
  CHECK(words_of(operation.query) == query);
  const std::map<Body, std::string> bodies{
      {Body::kNone, ""}, {Body::kJson, "application/json"}, {Body::kJpeg, "image/jpeg"}};
  CHECK(bodies.at(operation.body) == described.body);
}

TEST_CASE("the table is as Spotify's description of all regimes says") {
  const std::string folder = reference_folder();
  if (folder.empty()) return;
  const Description description = OpenApiReader::read(folder + "/spotify-openapi.yml");
  REQUIRE(description.size() == 97);
  Names seen;
  for (const OperationInfo& operation : operations()) {
    const auto found = description.find(line_of(operation));
    REQUIRE_MESSAGE(found != description.end(), line_of(operation));
    compare(operation, found->second);
    seen.insert(line_of(operation));
  }
  CHECK(seen.size() == description.size());
}

TEST_CASE("dev2026 of the table is as the description of dev2026 says") {
  const std::string folder = reference_folder();
  if (folder.empty()) return;
  const Description description = OpenApiReader::read(folder + "/spotify-openapi-devmode-v1.yml");
  Names described;
  for (const auto& [line, operation] : description) described.insert(line);
  CHECK(lines_with(Reach::kEverywhere) == described);
  for (const OperationInfo& operation : operations()) {
    if (operation.reach == Reach::kEverywhere) compare(operation, description.at(line_of(operation)));
  }
}

}  // namespace
}  // namespace spotify
