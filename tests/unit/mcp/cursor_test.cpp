// The cursors of lists: each opens its own list for whom it may, and nothing else.
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base64.h"
#include "crypto/bound_text.h"
#include "mcp/server.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using Strings = std::vector<std::string>;

// Tools of everyone, one of bob alone, and prompts; two on a page.
struct World {
  static mcp::ServerOptions options(bool filtered) {
    auto options = test::World::default_options();
    options.page_size = 2;
    if (filtered) {
      options.visible = [](const mcp::Tool& tool, const mcp::Principal& principal) {
        return tool.info.name != "count" || principal.id == "bob";
      };
    }
    return options;
  }

  explicit World(bool filtered, std::vector<crypto::Key> keys = {})
      : world([&] {
          auto made = options(filtered);
          made.state_keys = std::move(keys);
          return made;
        }()) {
    // Named as tools are, so that a name alone does not tell the lists apart.
    for (const char* name : {"echo", "wait", "count"}) {
      mcp::Prompt prompt;
      prompt.name = name;
      prompt.description = "A prompt.";
      prompt.get = [](mcp::CallContext&, std::map<std::string, std::string>)
          -> base::Task<base::Result<mcp::PromptResult>> { co_return mcp::PromptResult{}; };
      world.server.add(std::move(prompt));
    }
  }

  std::string page(std::string user, const json::Value& cursor = {}, std::string_view method = "tools/list") {
    const std::string params = cursor.is_null() ? "" : fmt::format(R"("cursor":{})", json::write(cursor));
    return world.handle(test::modern("1", method, params), {std::move(user)}).text;
  }
  json::Value cursor(std::string user, std::string_view method = "tools/list") {
    return test::at(page(std::move(user), {}, method), "result/nextCursor");
  }
  bool is_refused(std::string user, const json::Value& cursor, std::string_view method = "tools/list") {
    const std::string reply = page(std::move(user), cursor, method);
    const bool refused = test::code_of(reply) == mcp::code::kInvalidParams;
    CHECK(refused == test::at(reply, "result").is_null());
    return refused;
  }

  test::World world;
};

Strings names_of(std::string_view page) {
  Strings names;
  const json::Value tools = test::at(page, "result/tools");
  for (const json::Value& entry : tools.array()) names.emplace_back(entry.text_or_empty("name"));
  return names;
}

}  // namespace

TEST_CASE("cursors: one of a list that depends on who asks is of its principal, and shows nobody another's entries") {
  World world(true);
  const json::Value of_alice = world.cursor("alice");
  const json::Value of_bob = world.cursor("bob");
  CHECK(names_of(world.page("alice", of_alice)) == Strings{"refuse", "break"});
  CHECK(names_of(world.page("bob", of_bob)) == Strings{"count", "refuse"});
  CHECK(of_alice != of_bob);
  CHECK(world.is_refused("alice", of_bob));
  CHECK(world.is_refused("bob", of_alice));
  CHECK(world.is_refused("", of_alice));
}

TEST_CASE("cursors: one of a page that a cache may share is of use to whoever gets that page") {
  World world(false);
  CHECK(test::at(world.page("alice"), "result/cacheScope") == json::Value("public"));
  CHECK(names_of(world.page("bob", world.cursor("alice"))) == Strings{"count", "refuse"});
}

TEST_CASE("cursors: one of another list, one that was changed, and what never was one are refused") {
  World world(false);
  const json::Value good = world.cursor("alice");
  CHECK(world.is_refused("alice", world.cursor("alice", "prompts/list")));
  CHECK(world.is_refused("alice", good, "prompts/list"));
  CHECK(world.is_refused("alice", good, "resources/list"));
  std::string bytes = crypto::base64url_decode(good.string()).value();
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    CHECK(world.is_refused("alice", crypto::base64url_encode(bytes)));
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
  }
  // A name of an entry is no cursor, with whatever stands around it.
  for (const char* text : {"", "wait", "tools\nwait", "tools", "!"}) {
    CHECK(world.is_refused("alice", crypto::base64url_encode(text)));
  }
  for (const json::Value& other : {json::Value(1), json::Value(json::Array{}), json::Value(""), json::Value("!")}) {
    CHECK(world.is_refused("alice", other));
  }
  CHECK_FALSE(world.is_refused("alice", good));
}

TEST_CASE("cursors: instances that share a key take each other's, also while it is being changed") {
  test::SeededRandom random{9};
  const crypto::Key before = crypto::Key::generate(random);
  const crypto::Key after = crypto::Key::generate(random);
  const auto only = [](const crypto::Key& key) {
    std::vector<crypto::Key> keys;
    keys.push_back(key.clone());
    return keys;
  };
  World one(true, only(before));
  World two(true, only(before));
  const json::Value cursor = one.cursor("alice");
  CHECK(two.cursor("alice") == cursor);
  CHECK_FALSE(two.is_refused("alice", cursor));
  std::vector<crypto::Key> both = only(after);
  both.push_back(before.clone());
  two.world.server.set_state_keys(std::move(both));
  CHECK_FALSE(two.is_refused("alice", cursor));
  two.world.server.set_state_keys(only(after));
  CHECK(two.is_refused("alice", cursor));
}
