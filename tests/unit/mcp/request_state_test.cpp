#include "mcp/request_state.h"

#include <set>
#include <string>

#include "crypto/base64.h"
#include "json/write.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using mcp::Answers;
using mcp::RequestStates;

constexpr std::string_view kRequest =
    R"("name":"echo","arguments":{"a":1,"b":[1,{"c":2,"d":3}]},"_meta":{"progressToken":1})";

mcp::Call call_of(std::string_view method, std::string_view params) {
  auto message = mcp::decode(test::parsed(test::request("1", method, params)));
  REQUIRE(message);
  return std::get<mcp::Call>(*std::move(message));
}

struct Sealer {
  test::ManualClock clock;
  test::SeededRandom random{3};
  RequestStates states{crypto::Key::generate(random), clock, random};
  mcp::Principal alice{"user-a"};
  mcp::Call call = call_of("tools/call", kRequest);
  Answers answers{{"confirm", {{"action", "accept"}, {"content", json::Object{{"ok", true}}}}}, {"two", {}}};

  std::string sealed() {
    auto text = states.seal(alice, call, answers);
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
  CHECK(*opened == sealer.answers);
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

TEST_CASE("request state: it lives for a quarter of an hour") {
  Sealer sealer;
  const std::string sealed = sealer.sealed();
  sealer.clock.advance(RequestStates::kLifetime);
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
  const RequestStates one(shared.clone(), clock, random);
  const RequestStates two(shared.clone(), clock, random);
  const RequestStates other(crypto::Key::generate(random), clock, random);
  const mcp::Call call = call_of("tools/call", kRequest);
  const auto sealed = one.seal({}, call, {});
  REQUIRE(sealed);
  CHECK(two.open({}, call, *sealed) == Answers{});
  CHECK_FALSE(other.open({}, call, *sealed));
}

TEST_CASE("request state: answers that are too long are refused, the longest that may be come back") {
  Sealer sealer;
  sealer.answers = {{"a", {{"x", std::string(RequestStates::kBytesMax - 100, 'x')}}}};
  CHECK(sealer.states.open(sealer.alice, sealer.call, sealer.sealed()) == sealer.answers);
  sealer.answers = {{"a", {{"x", std::string(RequestStates::kBytesMax, 'x')}}}};
  const auto refused = sealer.states.seal(sealer.alice, sealer.call, sealer.answers);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kInvalidArgument);
}
