// Finding out the regime: one request, remembered, and never mistaken for a refusal that means something else.
#include "spotify/regime.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/spotify/client_fixture.h"

#include "tests/test.h"

namespace spotify {
namespace {

using std::chrono::days;

class MemoryRegimeStore final : public RegimeStore {
 public:
  base::Task<base::Result<std::optional<FoundRegime>>> load_regime() override {
    ++loads;
    if (is_broken) co_return base::fail(base::Code::kUnavailable, "The store cannot be read.");
    co_return found;
  }
  base::Task<base::Result<void>> save_regime(FoundRegime given) override {
    if (is_broken) co_return base::fail(base::Code::kUnavailable, "The store cannot be written.");
    found = given;
    co_return base::Result<void>{};
  }

  std::optional<FoundRegime> found;
  bool is_broken = false;
  int loads = 0;
};

class Probed {
 public:
  explicit Probed(std::optional<Regime> fixed = std::nullopt)
      : probe(fixed, bench.loop, &store), client(services(), {}) {
    bench.service.reply = [this](const Asked& asked) {
      return asked.path == "/v1/markets" ? markets() : answer(200, playlists);
    };
  }
  Client::Services services() {
    Client::Services out = bench.services();
    out.regime = &probe;
    return out;
  }
  base::Result<Regime> find() { return bench.run(client.regime({})); }

  Bench bench;
  MemoryRegimeStore store;
  RegimeProbe probe;
  Client client;
  std::function<http::Response()> markets = [] { return api_error(403, "Forbidden"); };
  std::string playlists = R"({"items":[{"id":"4ddddddddddddddddddddd","tracks":{"total":1}}]})";
};

http::Response listed() { return answer(200, R"({"markets":["US"]})"); }

}  // namespace

TEST_CASE("an app that may not list the markets is of dev2026, and is asked once") {
  Probed probed;
  for (int i = 0; i < 3; ++i) CHECK(probed.find().value() == Regime::kDev2026);
  CHECK(probed.bench.service.count() == 1);
  CHECK(probed.store.found->regime == Regime::kDev2026);
}

TEST_CASE("the older regimes are told apart by how a playlist names its content") {
  Probed extended;
  extended.markets = listed;
  CHECK(extended.find().value() == Regime::kExtended);
  CHECK(extended.bench.service.count() == 2);

  Probed legacy;
  legacy.markets = listed;
  legacy.playlists = R"({"items":[{"tracks":{"total":1},"items":{"total":1}}]})";
  CHECK(legacy.find().value() == Regime::kDevLegacy);

  // Without a playlist to look at the smaller one is assumed.
  Probed unknown;
  unknown.markets = listed;
  unknown.playlists = R"({"items":[]})";
  CHECK(unknown.find().value() == Regime::kDevLegacy);
}

TEST_CASE("a refusal for another reason says nothing of the regime, and is not remembered") {
  const std::vector<std::function<http::Response()>> refusals{
      [] { return answer(403, "Active premium subscription required for the owner of the app."); },
      [] { return answer(403, "Check settings, the user may not be registered."); },
      [] { return api_error(500, "Server error"); },
      [] { return api_error_after(429, "90000", "QUOTA_EXCEEDED"); },
  };
  for (const auto& refusal : refusals) {
    Probed probed;
    probed.markets = refusal;
    CHECK_FALSE(probed.find().has_value());
    CHECK_FALSE(probed.store.found);
    CHECK_FALSE(probed.probe.known());
  }
}

TEST_CASE("a regime that is set is never asked for") {
  Probed probed(Regime::kExtended);
  CHECK(probed.find().value() == Regime::kExtended);
  CHECK(probed.bench.service.count() == 0);
  CHECK(probed.store.loads == 0);
}

TEST_CASE("what another process found is believed for a week, and nothing from the future") {
  Probed probed;
  probed.store.found = FoundRegime{Regime::kExtended, probed.bench.loop.wall() + -days(6)};
  CHECK(probed.find().value() == Regime::kExtended);
  CHECK(probed.bench.service.count() == 0);
  probed.bench.loop.run_for(days(1));
  CHECK(probed.find().value() == Regime::kDev2026);
  CHECK(probed.bench.service.count() == 1);

  Probed later;
  later.store.found = FoundRegime{Regime::kExtended, later.bench.loop.wall() + days(1)};
  CHECK(later.find().value() == Regime::kDev2026);
}

TEST_CASE("a store that fails costs a request, not the answer") {
  Probed probed;
  probed.store.is_broken = true;
  CHECK(probed.find().value() == Regime::kDev2026);
  CHECK(probed.find().value() == Regime::kDev2026);
  CHECK(probed.bench.service.count() == 1);
}

}  // namespace spotify
