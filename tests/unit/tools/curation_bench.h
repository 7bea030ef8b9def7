// What the tests of curation share: contents of the simulator's playlists, and a client that can be asked.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/tools/bench.h"

namespace tools {

using Uris = std::vector<std::string>;

inline std::string status(const json::Value& answer) { return text(answer, "status"); }

inline Uris entries(const sim::spotify::Playlist& playlist) {
  Uris out;
  for (const auto& entry : playlist.entries()) out.push_back(entry.uri);
  return out;
}

// One catalogue for all benches of a run: making it is most of what a bench costs.
inline sim::spotify::Config with_shared_catalogue() {
  sim::spotify::Config config;
  static const auto kCatalogue =
      std::make_shared<const sim::spotify::Catalogue>(sim::spotify::Catalogue::generate(config.seed));
  config.catalogue = kCatalogue;
  return config;
}

inline sim::spotify::Config of_regime(sim::spotify::Regime regime) {
  sim::spotify::Config config = with_shared_catalogue();
  config.regime = regime;
  return config;
}

// A catalogue of its own, changed before anything is indexed.
inline sim::spotify::Config with_catalogue(const std::function<void(sim::spotify::Catalogue&)>& change) {
  sim::spotify::Config config = with_shared_catalogue();
  auto own = std::make_shared<sim::spotify::Catalogue>(*config.catalogue);
  change(*own);
  config.catalogue = std::move(own);
  return config;
}

class CurationBench : public Bench {
 public:
  explicit CurationBench(Options options = {}) : Bench(with_shared_catalogue(), options) {}
  explicit CurationBench(sim::spotify::Regime regime) : Bench(of_regime(regime)) {}
  explicit CurationBench(sim::spotify::Config config) : Bench(std::move(config)) {}

  Uris now(const std::string& id) { return entries(*simulator.world().find_playlist(id)); }
  void fill(sim::spotify::Playlist& playlist, Uris uris) {
    playlist.replace(std::move(uris), playlist.owner, simulator.now(), random);
  }
  // The call of a client whose person gives that answer to every question.
  mcp::ToolResult asked(std::string_view tool, json::Object arguments, json::Object reply) {
    mcp::CallContext context(loop, {}, mcp::Revision::k2026_07_28, loop.now() + time_allowed);
    context.set_client_capabilities({{"elicitation", json::Object{}}});
    context.set_ask([this, reply](std::vector<mcp::Question> questions) { return give(std::move(questions), reply); });
    return run(context, tool, std::move(arguments));
  }
  std::vector<std::string> heard;

 private:
  base::Task<base::Result<mcp::Answers>> give(std::vector<mcp::Question> questions, json::Object reply) {
    mcp::Answers answers;
    for (const mcp::Question& question : questions) {
      heard.push_back(question.params.find("message")->string());
      answers.emplace(question.key, reply);
    }
    co_return answers;
  }
};

inline json::Object yes() { return {{"action", "accept"}, {"content", json::Object{{"go_ahead", true}}}}; }

}  // namespace tools
