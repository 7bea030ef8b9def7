#include "mcp/request_state.h"

#include <set>
#include <string>
#include <vector>

#include "crypto/base64.h"
#include "json/write.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using mcp::Answers;
using mcp::RequestStates;

constexpr std::string_view kRequest =
    R"("name":"echo","arguments":{"a":1,"b":[1,{"c":2,"d":3}]},"_meta":{"progressToken":1})";

std::vector<crypto::Key> one_key(crypto::Key key) {
  std::vector<crypto::Key> keys;
  keys.push_back(std::move(key));
  return keys;
}

using Spending = mcp::SpentStates::Spending;

base::Task<void> keep(base::Task<Spending> task, std::optional<Spending>* out) {
  out->emplace(co_await std::move(task));
}

mcp::Call call_of(std::string_view method, std::string_view params) {
  auto message = mcp::decode(test::parsed(test::request("1", method, params)));
  REQUIRE(message);
  return std::get<mcp::Call>(*std::move(message));
}

struct Sealer {
  test::ManualClock clock;
  test::SeededRandom random{3};
  RequestStates states{one_key(crypto::Key::generate(random)), clock, random};
  mcp::Principal alice{"user-a"};
  mcp::Call call = call_of("tools/call", kRequest);
  mcp::Rounds rounds{.asked = {{"confirm", "digest"}, {"two", "another"}, {"three", "open"}},
                     .answers = {{"confirm", {{"action", "accept"}, {"content", json::Object{{"ok", true}}}}},
                                 {"two", {}}}};

  std::string sealed() {
    auto text = states.seal(alice, call, "", rounds);
    REQUIRE(text);
    return *std::move(text);
  }
};

}  // namespace

TEST_CASE("request state: it opens for the same request, and shows nothing of the answers") {
  Sealer sealer;
  const std::string sealed = sealer.sealed();
  const auto opened = sealer.states.open(sealer.alice, sealer.call, sealed);
  REQUIRE(opened);
  CHECK(opened->rounds.answers == sealer.rounds.answers);
  CHECK(opened->rounds.asked == sealer.rounds.asked);
  const auto bytes = crypto::base64url_decode(sealed);
  REQUIRE(bytes);
  for (const std::string_view word : {"accept", "confirm", "user-a", "echo", "expires"}) {
    CHECK(bytes->find(word) == std::string::npos);
  }
  // Two states of one request are two texts, so that equal answers do not show.
  CHECK(sealer.sealed() != sealed);
}

TEST_CASE("request state: a change of any byte is refused, and so is a piece of it") {
  Sealer sealer;
  const std::string sealed = sealer.sealed();
  std::string bytes = crypto::base64url_decode(sealed).value();
  for (size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    const auto opened = sealer.states.open(sealer.alice, sealer.call, crypto::base64url_encode(bytes));
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == base::Code::kInvalidArgument);
  }
  for (size_t length = 0; length < sealed.size(); ++length) {
    CHECK_FALSE(sealer.states.open(sealer.alice, sealer.call, sealed.substr(0, length)));
  }
  for (const std::string& other :
       {sealed + "A", sealed + "=", " " + sealed, sealed + sealed, std::string("{}"), std::string("\0", 1)}) {
    CHECK_FALSE(sealer.states.open(sealer.alice, sealer.call, other));
  }
  CHECK(sealer.states.open(sealer.alice, sealer.call, sealed));
}

TEST_CASE("request state: it lives for as long as it was made for") {
  Sealer sealer;
  const std::string sealed = sealer.sealed();
  const auto brief = sealer.states.seal(sealer.alice, sealer.call, "", sealer.rounds, RequestStates::kConfirmLifetime);
  REQUIRE(brief);
  sealer.clock.advance(RequestStates::kConfirmLifetime);
  CHECK(sealer.states.open(sealer.alice, sealer.call, *brief));
  sealer.clock.advance(std::chrono::milliseconds(1));
  CHECK_FALSE(sealer.states.open(sealer.alice, sealer.call, *brief));
  sealer.clock.advance(RequestStates::kLifetime - RequestStates::kConfirmLifetime - std::chrono::milliseconds(1));
  CHECK(sealer.states.open(sealer.alice, sealer.call, sealed));
  sealer.clock.advance(std::chrono::milliseconds(1));
  CHECK_FALSE(sealer.states.open(sealer.alice, sealer.call, sealed));
}

TEST_CASE("request state: it is of one principal, method, tool and set of arguments") {
  Sealer sealer;
  const std::string sealed = sealer.sealed();
  const auto opens = [&](std::string_view method, std::string_view params) {
    return sealer.states.open(sealer.alice, call_of(method, params), sealed).has_value();
  };
  CHECK_FALSE(sealer.states.open({"user-b"}, sealer.call, sealed));
  CHECK_FALSE(sealer.states.open({""}, sealer.call, sealed));
  CHECK_FALSE(opens("prompts/get", kRequest));
  CHECK_FALSE(opens("tools/call", R"("name":"ask","arguments":{"a":1,"b":[1,{"c":2,"d":3}]})"));
  CHECK_FALSE(opens("tools/call", R"("name":"echo","arguments":{"a":2,"b":[1,{"c":2,"d":3}]})"));
  CHECK_FALSE(opens("tools/call", R"("name":"echo","arguments":{"a":1.0,"b":[1,{"c":2,"d":3}]})"));
  CHECK_FALSE(opens("tools/call", R"("name":"echo","arguments":{"a":"1","b":[1,{"c":2,"d":3}]})"));
  CHECK_FALSE(opens("tools/call", R"("name":"echo","arguments":{"a":1,"b":[{"c":2,"d":3},1]})"));
  CHECK_FALSE(opens("tools/call", R"("name":"echo","arguments":{"a":1,"b":[1,{"c":2,"d":3}],"x":null})"));
  CHECK_FALSE(opens("tools/call", R"("name":"echo")"));
  // The order of members means nothing, and these change from round to round.
  CHECK(opens("tools/call", R"("arguments":{"b":[1,{"d":3,"c":2}],"a":1},"name":"echo")"));
  CHECK(opens("tools/call", R"("name":"echo","arguments":{"a":1,"b":[1,{"c":2,"d":3}]},"requestState":"x",)"
                            R"("inputResponses":{},"_meta":{"progressToken":2})"));
}

TEST_CASE("request state: one key opens what another instance with it has sealed, no other key does") {
  test::ManualClock clock;
  test::SeededRandom random{5};
  const crypto::Key shared = crypto::Key::generate(random);
  const RequestStates one(one_key(shared.clone()), clock, random);
  const RequestStates two(one_key(shared.clone()), clock, random);
  const RequestStates other(one_key(crypto::Key::generate(random)), clock, random);
  const mcp::Call call = call_of("tools/call", kRequest);
  const auto sealed = one.seal({}, call, "", {});
  REQUIRE(sealed);
  CHECK(two.open({}, call, *sealed).value().rounds.answers == Answers{});
  CHECK_FALSE(other.open({}, call, *sealed));
}

TEST_CASE("request state: keys are changed without a loss, and one that is gone opens nothing") {
  test::ManualClock clock;
  test::SeededRandom random{7};
  const crypto::Key before = crypto::Key::generate(random);
  const crypto::Key after = crypto::Key::generate(random);
  const mcp::Call call = call_of("tools/call", kRequest);
  RequestStates states(one_key(before.clone()), clock, random);
  const auto old = states.seal({}, call, "", {});
  REQUIRE(old);
  std::vector<crypto::Key> both = one_key(after.clone());
  both.push_back(before.clone());
  states.set_keys(std::move(both));
  CHECK(states.open({}, call, *old));
  // The new one seals.
  const auto fresh = states.seal({}, call, "", {});
  REQUIRE(fresh);
  states.set_keys(one_key(after.clone()));
  CHECK(states.open({}, call, *fresh));
  CHECK_FALSE(states.open({}, call, *old));
}

TEST_CASE("spent states: each counts once, until there are too many of one principal to remember") {
  test::ManualClock clock;
  mcp::MemorySpentStates spent(clock);
  const auto spend = [&](std::string principal, std::string id, base::Wall until) {
    auto task = spent.spend(std::move(principal), std::move(id), until);
    std::optional<Spending> first;
    auto running = keep(std::move(task), &first);
    running.start();
    return first.value();
  };
  const base::Wall soon = clock.wall() + std::chrono::minutes(1);
  CHECK(spend("a", "one", soon) == Spending::kFirst);
  CHECK(spend("a", "one", soon) == Spending::kAgain);
  for (size_t i = 1; i < mcp::MemorySpentStates::kIdsPerPrincipalMax; ++i) {
    REQUIRE(spend("a", "id" + std::to_string(i), soon) == Spending::kFirst);
  }
  // What cannot be remembered is not taken, and nobody else is in the way of it.
  CHECK(spend("a", "another", soon) == Spending::kFull);
  CHECK(spend("b", "another", soon) == Spending::kFirst);
  clock.advance(std::chrono::minutes(2));
  CHECK(spend("a", "another", clock.wall() + std::chrono::minutes(1)) == Spending::kFirst);
}

TEST_CASE("request state: a request keeps its id while it is not spent, and another one has another") {
  Sealer sealer;
  const auto id_of = [&](std::string_view sealed) {
    return sealer.states.open(sealer.alice, sealer.call, sealed).value().id;
  };
  const std::string id = id_of(sealer.sealed());
  CHECK(id_of(sealer.states.seal(sealer.alice, sealer.call, id, sealer.rounds).value()) == id);
  CHECK(id_of(sealer.sealed()) != id);
}

TEST_CASE("request state: the digest of a question is that of its words, in whatever order its members come") {
  using mcp::Question;
  const json::Object schema{{"type", "object"}, {"properties", json::Object{}}};
  const json::Object turned{{"properties", json::Object{}}, {"type", "object"}};
  const std::string digest = mcp::digest_of(Question::form("k", "Really?", schema));
  CHECK(mcp::digest_of(Question::form("k", "Really?", turned)) == digest);
  CHECK(mcp::digest_of(Question::form("k", "Really ?", schema)) != digest);
  CHECK(mcp::digest_of(Question::form("k", "Really?", {{"type", "object"}})) != digest);
  CHECK(mcp::digest_of(Question::roots("k")) != mcp::digest_of(Question::sampling("k", {})));
}

TEST_CASE("request state: answers that are too long are refused, the longest that may be come back") {
  Sealer sealer;
  sealer.rounds.asked.clear();
  sealer.rounds.answers = {{"a", {{"x", std::string(RequestStates::kBytesMax - 100, 'x')}}}};
  CHECK(sealer.states.open(sealer.alice, sealer.call, sealer.sealed()).value().rounds.answers == sealer.rounds.answers);
  sealer.rounds.answers = {{"a", {{"x", std::string(RequestStates::kBytesMax, 'x')}}}};
  const auto refused = sealer.states.seal(sealer.alice, sealer.call, "", sealer.rounds);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kInvalidArgument);
}
