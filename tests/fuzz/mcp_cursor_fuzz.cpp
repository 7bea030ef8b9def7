// Cursors of any text, also bound as the server binds its own: each is refused as the client's mistake, or names a
// place of this list from which it goes on to its end. What the server did not bind is refused.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "crypto/base64.h"
#include "crypto/bound_text.h"
#include "json/parse.h"
#include "mcp/server.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"

namespace {

constexpr int kTools = 5;

base::Task<mcp::ToolResult> do_nothing() { co_return mcp::ToolResult{}; }

struct World {
  test::ManualLoop loop;
  test::ManualClock clock;
  test::SeededRandom random;
  base::NullLog log;
  std::vector<crypto::Key> keys = keys_from(random);
  const crypto::BoundTexts bound{keys};
  mcp::Server server{{loop, clock, random, log},
                     {.info = {.name = "fuzz", .version = "1"}, .page_size = 2, .state_keys = std::move(keys)}};

  static std::vector<crypto::Key> keys_from(base::Random& random) {
    std::vector<crypto::Key> made;
    made.push_back(crypto::Key::generate(random));
    return made;
  }
  std::string cursor_of(std::string_view text) const { return bound.bind(R"(["mcp-cursor/1","tools",""])", text); }

  World() {
    for (int i = 0; i < kTools; ++i) {
      mcp::ToolInfo info{
          .name = fmt::format("t{}", i), .title = {}, .description = "A tool.", .effect = mcp::Effect::kRead};
      server.add(mcp::Tool{std::move(info), {{"type", "object"}}, std::nullopt,
                           [](mcp::CallContext&, json::Value) { return do_nothing(); }});
    }
  }
};

// How many tools follow `cursor`, or nothing when it is refused.
std::optional<int> count_from(World& world, std::string cursor) {
  int count = 0;
  for (int pages = 0; pages <= kTools; ++pages) {
    mcp::Incoming incoming{.call = {int64_t{1}, "tools/list", {{"cursor", std::move(cursor)}}},
                           .revision = mcp::kLatestLegacy,
                           .principal = {},
                           .client_capabilities = {},
                           .log_level = {},
                           .progress_token = {},
                           .session = nullptr};
    const auto reply = json::parse(world.loop.run(world.server.handle(std::move(incoming))).text);
    ENSURE(reply.has_value());
    const json::Value* result = reply->find("result");
    if (result == nullptr) {
      ENSURE(pages == 0 && reply->find("error")->find("code")->integer() == mcp::code::kInvalidParams);
      return std::nullopt;
    }
    count += static_cast<int>(result->find("tools")->array().size());
    const json::Value* next = result->find("nextCursor");
    if (next == nullptr) return count;
    cursor = next->string();
  }
  ENSURE(false);
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  World world;
  for (const std::string& cursor : {text, crypto::base64url_encode(text), crypto::base64url_encode("tools\n" + text)}) {
    ENSURE(!count_from(world, cursor));
  }
  if (const auto count = count_from(world, world.cursor_of(text))) ENSURE(*count < kTools);
  ENSURE(count_from(world, world.cursor_of("t1")) == kTools - 2);
  return 0;
}
