// API keys: who gets in, who does not, and what a refusal gives away.
#include "app/api_key.h"

#include <string>
#include <vector>

#include "app/api_key_access.h"
#include "base/log.h"
#include "store/memory_api_keys.h"
#include "store/signing_seal.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using app::ApiKeyAccess;
using base::Code;

app::ApiKeyRequest wanted() { return {.label = "tests", .scopes = {"smcp:read"}}; }

struct World {
  test::ManualLoop loop;
  test::ManualClock clock;
  test::SeededRandom random{3};
  base::NullLog log;
  store::MemoryApiKeys keys;
  store::MemoryNonces nonces;
  ApiKeyAccess bearers{{keys, nonces, clock, log}, nullptr};
  ApiKeyAccess signatures{{keys, nonces, clock, log}, &keys};

  app::MadeApiKey make(app::ApiKeyRequest request = wanted()) {
    auto made = app::make_api_key(random, std::move(request), clock.wall());
    REQUIRE(made);
    REQUIRE(loop.run(keys.add_signing(made->row, app::signing_key_of(made->text))));
    return *std::move(made);
  }
  base::Result<mcp::Principal> ask(std::string authorization, std::string peer = "192.0.2.7") {
    http::Request request;
    request.authorization = base::Secret(std::move(authorization));
    request.peer = std::move(peer);
    return loop.run(bearers.authenticate(request));
  }
  base::Result<mcp::Principal> ask(const app::MadeApiKey& made, std::string peer = "192.0.2.7") {
    return ask("Bearer " + std::string(made.text.reveal()), std::move(peer));
  }

  http::Request signed_request(const app::MadeApiKey& made, std::string_view nonce = "nonce-of-a-test-1") {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = {{"Host", "h"}, {"Content-Type", "application/json"}};
    request.body = "{}";
    request.peer = "192.0.2.7";
    const base::Secret key = app::signing_key_of(made.text);
    for (const auto& [name, value] : policy::sign(request, made.row.id, key.reveal(), clock.wall(), nonce)) {
      request.headers.add(name, value);
    }
    return request;
  }
  base::Result<mcp::Principal> ask_signed(const http::Request& request) {
    return loop.run(signatures.authenticate(request));
  }
};

std::string why(const base::Result<mcp::Principal>& refused, Code code = Code::kUnauthenticated) {
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == code);
  return refused.error().detail;
}

}  // namespace

TEST_CASE("a key is made as smcp_k_<id>_<secret>, and nothing that is kept holds its secret") {
  World world;
  const auto made = world.make();
  const std::string text(made.text.reveal());
  CHECK(text.size() == 7 + 16 + 1 + 43);
  CHECK(text.starts_with("smcp_k_" + made.row.id + "_"));
  CHECK(app::id_of_api_key(text) == made.row.id);
  CHECK(world.make().row.id != made.row.id);
  const std::string secret = text.substr(24);
  const auto kept = world.loop.run(world.keys.find(made.row.id));
  REQUIRE(kept);
  REQUIRE(*kept);
  CHECK((*kept)->digest.size() == 32);
  for (const std::string& each : {(*kept)->digest, (*kept)->signing_box, (*kept)->id, (*kept)->label}) {
    CHECK(each.find(secret) == std::string::npos);
    CHECK(each.find(app::signing_key_of(made.text).reveal()) == std::string::npos);
  }
}

TEST_CASE("what a key may be is checked before it is made") {
  World world;
  const auto refusal = [&world](app::ApiKeyRequest request) {
    const auto made = app::make_api_key(world.random, std::move(request), world.clock.wall());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::kInvalidArgument);
    return made.error().message;
  };
  CHECK(refusal({.label = "", .scopes = {"smcp:read"}}).starts_with("--label"));
  CHECK(refusal({.label = "a\nb", .scopes = {"smcp:read"}}).starts_with("--label"));
  CHECK(refusal({.label = "a", .scopes = {}}).find("smcp:read, smcp:playback") != std::string::npos);
  CHECK(refusal({.label = "a", .scopes = {"smcp:everything"}}).find("Known are") != std::string::npos);
  CHECK(refusal({.label = "a", .scopes = {"smcp:read"}, .addresses = {"10.0.0.1/8"}}).starts_with("--from"));
  CHECK(refusal({.label = "a", .scopes = {"smcp:read"}, .life = std::chrono::days(366)}).starts_with("--days"));
  CHECK(refusal({.label = "a", .scopes = {"smcp:read"}, .life = std::chrono::days(0)}).starts_with("--days"));
}

TEST_CASE("who holds a key gets in with its scopes, and is another principal than who holds another") {
  World world;
  const auto made = world.make({.label = "one", .scopes = {"smcp:read", "smcp:playback"}});
  const auto other = world.make();
  const auto first = world.ask(made);
  const auto second = world.ask(other);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->scopes == std::vector<std::string>{"smcp:read", "smcp:playback"});
  CHECK_FALSE(first->has_scope("smcp:admin"));
  CHECK(first->id == ApiKeyAccess::principal_of(made.row.id));
  CHECK_FALSE(*first == *second);
  CHECK(world.ask("bearer " + std::string(made.text.reveal())));
}

TEST_CASE("SE-4: whoever does not have the secret gets one answer, whatever there is") {
  World world;
  const auto made = world.make();
  const auto gone = world.make();
  REQUIRE(world.loop.run(world.keys.revoke(gone.row.id, world.clock.wall())));
  const std::string text(made.text.reveal());
  const auto with_last = [](std::string key) {
    key.back() = key.back() == 'A' ? 'E' : 'A';
    return "Bearer " + key;
  };
  std::vector<std::string> answers;
  for (const std::string& wrong :
       {with_last(text), with_last(std::string(gone.text.reveal())),
        "Bearer smcp_k_0000000000000000_" + text.substr(24), "Bearer " + text.substr(0, 24), "Bearer " + text + "A",
        std::string("Bearer x"), "Basic " + text, text, std::string("Bearer smcp_k_' OR 1=1 --"), "Bearer  " + text}) {
    const auto refused = world.ask(wrong);
    CHECK(why(refused) == "unknown key or wrong secret");
    answers.push_back(refused.error().message);
    CHECK(refused.error().message.find(text.substr(24)) == std::string::npos);
  }
  for (const std::string& answer : answers) CHECK(answer == answers.front());
  CHECK(why(world.ask("")) == "no key");
}

TEST_CASE("an expired key, a revoked one and one from elsewhere are refused, each for its reason") {
  World world;
  const auto made = world.make({.label = "a",
                                .scopes = {"smcp:read"},
                                .addresses = {"192.0.2.0/24", "2001:db8::/32"},
                                .life = std::chrono::days(1)});
  CHECK(world.ask(made, "192.0.2.200"));
  CHECK(world.ask(made, "2001:db8::5"));
  CHECK(why(world.ask(made, "198.51.100.1"), Code::kForbidden) == "key from another address");
  CHECK(why(world.ask(made, ""), Code::kForbidden) == "key from another address");
  world.clock.advance(24h - 1ms);
  CHECK(world.ask(made));
  world.clock.advance(1ms);
  CHECK(why(world.ask(made)) == "expired key");
  const auto revoked = world.make();
  CHECK(world.ask(revoked));
  REQUIRE(world.loop.run(world.keys.revoke(revoked.row.id, world.clock.wall())));
  CHECK(why(world.ask(revoked)) == "revoked key");
}

TEST_CASE("NS-8: with signing on, a signed request gets in once, and a key in the clear never") {
  World world;
  const auto made = world.make();
  const http::Request request = world.signed_request(made);
  const auto known = world.ask_signed(request);
  REQUIRE(known);
  CHECK(known->id == ApiKeyAccess::principal_of(made.row.id));
  CHECK(why(world.ask_signed(request)) == "replayed request");
  CHECK(world.ask_signed(world.signed_request(made, "nonce-of-a-test-2")));
  // The same nonce of another key is another one.
  const auto other = world.make();
  CHECK(world.ask_signed(world.signed_request(other)));
  http::Request bearer;
  bearer.headers = {{"Host", "h"}};
  bearer.authorization = base::Secret("Bearer " + std::string(made.text.reveal()));
  CHECK(why(world.ask_signed(bearer)) == "not signed");
}

TEST_CASE("NS-8: who cannot sign learns nothing and uses no nonce up") {
  World world;
  const auto made = world.make();
  const auto other = world.make();
  http::Request forged = world.signed_request(made);
  forged.body = "{ }";
  CHECK(why(world.ask_signed(forged)) == "the body is not the one that was signed");
  // Signed with another key than it names; and naming none that there is.
  app::MadeApiKey mixed{other.text.clone(), made.row};
  const auto wrong = world.ask_signed(world.signed_request(mixed));
  CHECK(why(wrong) == "unknown key or wrong secret");
  mixed.row.id = "0000000000000000";
  const auto unknown = world.ask_signed(world.signed_request(mixed));
  CHECK(why(unknown) == "unknown key or wrong secret");
  CHECK(wrong.error().message == unknown.error().message);
  CHECK(world.ask_signed(world.signed_request(made)));
  const http::Request early = world.signed_request(made, "nonce-of-a-test-3");
  world.clock.advance(301s);
  CHECK(why(world.ask_signed(early)) == "signature too old");
  REQUIRE(world.loop.run(world.keys.revoke(made.row.id, world.clock.wall())));
  CHECK(why(world.ask_signed(world.signed_request(made, "nonce-of-a-test-4"))) == "revoked key");
}

TEST_CASE("a signing key opens for its row and its keys alone") {
  World world;
  const auto made = world.make();
  const std::vector<crypto::Key> keys = [&world] {
    std::vector<crypto::Key> two;
    two.push_back(crypto::Key::generate(world.random));
    two.push_back(crypto::Key::generate(world.random));
    return two;
  }();
  const auto only = [&keys](size_t which) {
    std::vector<crypto::Key> one;
    one.push_back(keys[which].clone());
    return store::SigningSeal(one);
  };
  store::ApiKey row = made.row;
  row.signing_box = store::SigningSeal(keys).seal(world.random, row, app::signing_key_of(made.text));
  const auto opened = only(0).open(row);
  REQUIRE(opened);
  CHECK(opened->reveal() == app::signing_key_of(made.text).reveal());
  CHECK_FALSE(only(1).open(row));
  CHECK(store::SigningSeal(keys).open(row));
  auto changed = row;
  changed.id[0] = changed.id[0] == '0' ? '1' : '0';
  CHECK_FALSE(store::SigningSeal(keys).open(changed));
}
