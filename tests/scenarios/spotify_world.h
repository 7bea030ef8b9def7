// A whole small world for scenarios: the simulated Spotify, a network that can fail, and a "process" on this side
// (login, refresher, gate, client) that can be ended at any moment and started again from what it stored.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "oauth/refresher.h"
#include "sim/spotify/faulty_client.h"
#include "sim/spotify/simulator.h"
#include "sim/world/scenario.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_net.h"
#include "sim/world/sim_random.h"
#include "spotify/client.h"
#include "spotify/errors.h"
#include "store/memory.h"

#include "tests/test.h"

namespace scenario {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How many seeds a scenario runs over: a third of `all`, or what SMS_SEEDS says. They begin at 1, so that a larger
// number runs the same ones and more.
inline uint64_t seeds(uint64_t all) {
  constexpr uint64_t kShare = 3;
  const char* asked = std::getenv("SMS_SEEDS");
  const auto number = base::parse_integer(asked == nullptr ? "" : asked);
  return number && *number > 0 ? static_cast<uint64_t>(*number) : all / kShare;
}

class RefresherTokens final : public spotify::TokenSource {
 public:
  explicit RefresherTokens(oauth::Refresher& refresher) : refresher_(refresher) {}
  base::Task<base::Result<spotify::AccessToken>> access_token(base::Instant deadline) override {
    CO_TRY(auto token, co_await refresher_.token(deadline));
    co_return spotify::AccessToken{std::move(token.secret), static_cast<uint64_t>(token.generation),
                                   token.authorized_at.unix_ms};
  }
  void rejected(uint64_t generation) override { refresher_.rejected(static_cast<int64_t>(generation)); }

 private:
  oauth::Refresher& refresher_;
};

class MemoryQuota final : public spotify::QuotaStore {
 public:
  base::Task<base::Result<spotify::QuotaRecord>> load() override {
    co_return spotify::QuotaRecord{.blocks = blocks, .pause = {}, .counts = {}};
  }
  base::Task<base::Result<void>> save(spotify::QuotaRecord given) override {
    if (!given.blocks.empty()) blocks = std::move(given.blocks);
    co_return base::Result<void>{};
  }
  std::vector<spotify::Block> blocks;
};

struct WorldOptions {
  sim::spotify::RefreshMode refresh_mode = sim::spotify::RefreshMode::kGrace;
  sim::spotify::CommandReply command_reply = sim::spotify::CommandReply::kOpaqueText;
  spotify::PacingOptions pacing{.window_requests_max = 5000, .concurrent_max = 1000};
};

class World {
 public:
  struct Process {
    explicit Process(World& world)
        : refresher({world.loop, world.loop, world.log, world.net, world.grants, world.leases},
                    {.client = {std::string(sim::spotify::kClientId), {}}}),
          tokens(refresher),
          gate(world.loop, world.loop, world.log, world.options.pacing, &world.quota),
          client({world.net, tokens, gate, world.loop, world.loop, world.random, world.log}, {}) {}

    oauth::Refresher refresher;
    RefresherTokens tokens;
    spotify::Gate gate;
    spotify::Client client;
  };

  explicit World(uint64_t seed, WorldOptions given = {})
      : options(given),
        loop(seed),
        random(seed * 3 + 1),
        sim_random(seed * 5 + 2),
        simulator(config(), loop, loop, sim_random),
        far(simulator),
        net(loop, far, seed * 7 + 3),
        leases(loop),
        process(std::make_unique<Process>(*this)) {
    log_in();
  }

  // Ends the process where it stands and starts another one from the stores.
  void restart() {
    process.reset();
    process = std::make_unique<Process>(*this);
  }

  // Spotify forgets the token that we take for good.
  void expire_token() {
    const auto stored = loop.run(grants.load("owner"));
    simulator.expire(stored->value().access_token.reveal());
  }
  int refreshes() const { return simulator.requests("POST /api/token"); }

  template <class T>
  T run(base::Task<T> task) {
    return loop.run(std::move(task));
  }
  spotify::Client& client() { return process->client; }
  spotify::Call within(milliseconds time) const { return {loop.now() + time, spotify::Freshness::kFresh}; }

  // Distinct tracks of the catalogue, as what can be added to a playlist.
  std::vector<spotify::PlayableUri> tracks(size_t first, size_t count) const {
    std::vector<spotify::PlayableUri> out;
    for (size_t i = first; i < first + count; ++i) {
      out.push_back(spotify::PlayableUri::parse(simulator.catalogue().tracks.at(i).id).value());
    }
    return out;
  }
  // How often the playlist really holds the URI.
  int64_t occurrences(const spotify::PlaylistId& id, std::string_view uri) {
    const auto* playlist = simulator.world().find_playlist(id.text());
    if (playlist == nullptr) return 0;
    return std::ranges::count(playlist->entries(), uri, &sim::spotify::Entry::uri);
  }
  // The same for every URI at once.
  std::map<std::string, int, std::less<>> counts(const spotify::PlaylistId& id) {
    std::map<std::string, int, std::less<>> out;
    const auto* playlist = simulator.world().find_playlist(id.text());
    if (playlist == nullptr) return out;
    for (const auto& entry : playlist->entries()) ++out[entry.uri];
    return out;
  }
  int64_t playlists_named(std::string_view name) {
    return std::ranges::count_if(simulator.world().playlists(),
                                 [name](const auto& entry) { return entry.second.name == name; });
  }

  WorldOptions options;
  sim::world::SimLoop loop;
  sim::world::SimRandom random;
  sim::world::SimRandom sim_random;
  base::NullLog log;
  sim::spotify::Simulator simulator;
  sim::spotify::FaultyClient far;
  sim::world::SimNet net;
  store::MemoryGrants grants;
  store::MemoryLeases leases;
  MemoryQuota quota;
  std::unique_ptr<Process> process;

 private:
  // The catalogue is the same in every world: making one takes longer than most scenarios.
  sim::spotify::Config config() const {
    sim::spotify::Config out;
    static const auto catalogue = std::make_shared<const sim::spotify::Catalogue>(sim::spotify::Catalogue::generate(1));
    out.seed = 1;
    out.catalogue = catalogue;
    out.refresh_mode = options.refresh_mode;
    out.command_reply = options.command_reply;
    return out;
  }

  void log_in() {
    const auto tokens = simulator.grant();
    store::Grant grant;
    grant.scopes = sim::spotify::all_scopes();
    grant.access_token = base::Secret(tokens.access);
    grant.refresh_token = base::Secret(tokens.refresh);
    grant.access_expires_at = loop.wall() + sim::spotify::kAccessTokenLifetime;
    grant.authorized_at = loop.wall();
    CHECK(loop.run(grants.replace("owner", std::move(grant))).has_value());
  }
};

// Whether a write certainly did nothing, by what its error says.
inline bool surely_not_done(const base::Error& error) {
  return spotify::cause_of(error) != spotify::Cause::kMayHaveHappened;
}

}  // namespace scenario
