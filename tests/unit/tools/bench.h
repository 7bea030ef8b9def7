// All tools over a real client and the Spotify simulator, in virtual time: what a test calls is what an assistant
// calls.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "json/parse.h"
#include "json/write.h"
#include "sim/spotify/faulty_client.h"
#include "sim/spotify/simulator.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_random.h"
#include "spotify/client.h"
#include "store/memory_archive.h"
#include "tools/answers.h"
#include "tools/catalogue.h"
#include "tools/guard.h"
#include "tools/needs.h"

#include "tests/test.h"

namespace tools {

class SimulatorTokens final : public spotify::TokenSource {
 public:
  explicit SimulatorTokens(sim::spotify::Simulator& simulator) : token(simulator.grant().access) {}
  base::Task<base::Result<spotify::AccessToken>> access_token(base::Instant) override {
    if (logged_out) co_return base::fail(base::Code::kUnauthenticated, "Not logged in. Call get_auth_url to log in.");
    co_return spotify::AccessToken{base::Secret(token), 1};
  }
  void rejected(uint64_t) override {}

  std::string token;
  bool logged_out = false;
};

class FakeLogin final : public Login {
 public:
  base::Task<base::Result<LoginStatus>> status(mcp::Principal) override { co_return current; }
  base::Task<base::Result<PendingLogin>> begin(mcp::Principal) override {
    ++begun;
    co_return PendingLogin{.url = "https://accounts.spotify.com/authorize?client_id=x",
                           .redirect_uri = "http://127.0.0.1:1/callback",
                           .valid_for = std::chrono::seconds(300),
                           .completes_itself = completes_itself};
  }
  base::Task<base::Result<LoginStatus>> complete(mcp::Principal, std::string callback_url) override {
    if (callback_url != good_callback) {
      co_return base::fail(base::Code::kInvalidArgument,
                           "This address belongs to no pending login. Call get_auth_url again.");
    }
    current.logged_in = true;
    co_return current;
  }
  base::Task<base::Result<Logout>> logout(mcp::Principal) override {
    ++logouts;
    co_return Logout{.was_logged_in = std::exchange(current.logged_in, false)};
  }

  LoginStatus current{.logged_in = true,
                      .user_id = "sim-listener",
                      .display_name = base::ForeignText("Robin\u202e"),
                      .scopes = {"user-top-read"}};
  std::string good_callback = "http://127.0.0.1:1/callback?code=c&state=s";
  bool completes_itself = false;
  int begun = 0;
  int logouts = 0;
};

class Bench {
 public:
  explicit Bench(sim::spotify::Config config = {}, Options options = {})
      : simulator(std::move(config), loop, loop, random),
        http(simulator),
        tokens(simulator),
        gate(loop, loop, log, {.window_requests_max = 100'000}, nullptr),
        client(std::make_shared<spotify::Client>(spotify::Client::Services{http, tokens, gate, loop, loop, random, log},
                                                 spotify::ClientOptions{})),
        services{.client_for = [this](const mcp::Principal&) { return client; },
                 .login = login,
                 .clock = loop,
                 .desk = desk,
                 .options = options},
        tools(all_tools(services)) {}

  const mcp::Tool& find(std::string_view name) const {
    for (const mcp::Tool& tool : tools) {
      if (tool.info.name == name) return tool;
    }
    FAIL("no tool named " << name);
    return tools.front();
  }
  mcp::ToolResult call(std::string_view name, json::Value arguments) {
    mcp::CallContext context(loop, {}, mcp::Revision::k2026_07_28, loop.now() + time_allowed);
    const auto before = simulator.request_counts();
    auto result = run(context, name, std::move(arguments));
    check_needs(name, before);
    return result;
  }
  // As the server runs it: behind the chain of the product.
  mcp::ToolResult run(mcp::CallContext& context, std::string_view name, json::Value arguments) {
    const mcp::Tool& tool = find(name);
    return loop.run(chain(tool, context, std::move(arguments),
                          [&tool, &context](json::Value given) { return tool.call(context, std::move(given)); }));
  }
  // The call, and again with the ticket that its refusal gives: a client that cannot ask, and a person who agrees.
  mcp::ToolResult agreed(std::string_view tool, json::Object arguments) {
    mcp::ToolResult first = call(tool, arguments);
    if (first.is_error || first.structured->find("confirm") == nullptr) return first;
    arguments.set("confirm", std::string(first.structured->text_or_empty("confirm")));
    return call(tool, std::move(arguments));
  }
  json::Value done(std::string_view tool, json::Object arguments) {
    const mcp::ToolResult result = agreed(tool, std::move(arguments));
    INFO(tool << ": " << text_of(result));
    REQUIRE_FALSE(result.is_error);
    CHECK(wire_cost(*result.structured) <= services.options.answer_bytes_max);
    return *result.structured;
  }
  // A tool asks for nothing that needs.cpp does not say of it, but for what it uses only where it exists.
  void check_needs(std::string_view name, const std::map<std::string, int, std::less<>>& before) const {
    if (simulator.world().config.regime != sim::spotify::Regime::kDev2026) return;
    const auto operations = operations_of(name);
    for (const auto& [asked, times] : simulator.request_counts()) {
      const auto earlier = before.find(asked);
      if ((earlier != before.end() && earlier->second == times) || asked == "GET /markets") continue;
      const bool is_needed = std::ranges::any_of(operations, [&](spotify::Operation each) {
        const spotify::OperationInfo& operation = spotify::info(each);
        const std::string line = std::string(http::method_name(operation.method)) + " " + std::string(operation.path);
        return line == without_names(asked);
      });
      CHECK_MESSAGE(is_needed, name << " asks for " << asked);
    }
  }
  // "GET /albums/{id}" as "GET /albums/{}".
  static std::string without_names(std::string line) {
    const size_t open = line.find('{');
    if (open != std::string::npos) line.erase(open + 1, line.find('}') - open - 1);
    return line;
  }
  // The structured answer of a call that must succeed.
  json::Value answer(std::string_view name, json::Value arguments) {
    const mcp::ToolResult result = call(name, std::move(arguments));
    INFO(name << ": " << text_of(result));
    REQUIRE_FALSE(result.is_error);
    REQUIRE(result.structured);
    CHECK(text_of(result) == json::write(*result.structured));
    return *result.structured;
  }
  // The sentence of a call that must fail.
  std::string error(std::string_view name, json::Value arguments) {
    const mcp::ToolResult result = call(name, std::move(arguments));
    INFO(name << ": " << text_of(result));
    REQUIRE(result.is_error);
    CHECK_FALSE(result.structured);
    return text_of(result);
  }
  static std::string text_of(const mcp::ToolResult& result) {
    REQUIRE(result.content.size() == 1);
    return result.content.front().block.find("text")->string();
  }
  // Requests that were no reads.
  int writes() const {
    int count = 0;
    for (const auto& [operation, times] : simulator.request_counts()) {
      if (!operation.starts_with("GET ")) count += times;
    }
    return count;
  }
  void fault(sim::spotify::FaultRule rule) { simulator.faults().add(std::move(rule)); }

  // The id of the default user's playlist of that name.
  std::string playlist_id(std::string_view name) {
    for (const auto& [id, playlist] : simulator.world().playlists()) {
      if (playlist.name == name) return id;
    }
    FAIL("no playlist named " << name);
    return {};
  }
  sim::spotify::Playlist& playlist(std::string_view name) {
    return *simulator.world().find_playlist(playlist_id(name));
  }
  std::string track_uri(size_t n) const { return "spotify:track:" + simulator.catalogue().tracks[n].id; }
  json::Array track_uris(size_t count, size_t from = 0) const {
    json::Array uris;
    for (size_t n = 0; n < count; ++n) uris.emplace_back(track_uri(from + n));
    return uris;
  }
  // An artist that the default user does not follow, and one that they do.
  std::string stranger() {
    for (const auto& artist : simulator.catalogue().artists) {
      if (!simulator.user().followed_artists.contains(artist.id)) return artist.id;
    }
    FAIL("everybody is followed");
    return {};
  }
  std::string followed() { return simulator.user().followed_artists.items().front().id; }
  sim::spotify::Player& player() { return simulator.user().player; }
  std::string device(std::string_view name) {
    for (const auto& each : player().devices()) {
      if (each.name == name) return each.id.value_or("");
    }
    FAIL("no device named " << name);
    return {};
  }

  sim::world::SimLoop loop{7};
  sim::world::SimRandom random{8};
  base::NullLog log;
  sim::spotify::Simulator simulator;
  sim::spotify::FaultyClient http;
  SimulatorTokens tokens;
  spotify::Gate gate;
  std::shared_ptr<spotify::Client> client;
  FakeLogin login;
  store::MemoryArchive archive;
  Desk desk{{archive, loop, random}};
  Services services;
  std::vector<mcp::Tool> tools;
  mcp::ToolMiddleware chain = guard_over({.desk = desk, .clock = loop});
  std::chrono::seconds time_allowed{30};
};

inline int64_t integer(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  REQUIRE(member != nullptr);
  REQUIRE(member->is_integer());
  return member->integer();
}
inline std::string text(const json::Value& value, std::string_view name) {
  return std::string(value.text_or_empty(name));
}
inline const json::Array& items(const json::Value& value) {
  const json::Value* member = value.find("items");
  REQUIRE(member != nullptr);
  REQUIRE(member->is_array());
  return member->array();
}
inline std::vector<std::string> uris(const json::Value& value) {
  std::vector<std::string> out;
  for (const json::Value& item : items(value)) out.push_back(text(item, "uri"));
  return out;
}

// Follows next_cursor to the end; every answer must keep its counts and its budget.
struct Walk {
  std::vector<std::string> uris;
  int64_t skipped = 0;
  int64_t total = 0;
  int answers = 0;
  bool truncated = false;
};
inline Walk walk(Bench& bench, std::string_view tool, const json::Object& arguments) {
  constexpr int kAnswersMax = 200;
  Walk out;
  json::Object next = arguments;
  for (; out.answers < kAnswersMax;) {
    const mcp::ToolResult result = bench.call(tool, next);
    INFO(Bench::text_of(result));
    REQUIRE_FALSE(result.is_error);
    const json::Value& answer = *result.structured;
    CHECK(wire_cost(answer) <= bench.services.options.answer_bytes_max);
    CHECK(integer(answer, "returned") == static_cast<int64_t>(items(answer).size()));
    ++out.answers;
    for (std::string& uri : uris(answer)) out.uris.push_back(std::move(uri));
    out.skipped += integer(answer, "skipped");
    // Later answers count only the types that go on.
    if (out.answers == 1 && answer.find("total") != nullptr) out.total = integer(answer, "total");
    out.truncated = out.truncated || answer.find("truncated") != nullptr;
    const std::string cursor = text(answer, "next_cursor");
    if (cursor.empty()) return out;
    next.set("cursor", cursor);
  }
  FAIL("the cursor never ends");
  return out;
}

}  // namespace tools
