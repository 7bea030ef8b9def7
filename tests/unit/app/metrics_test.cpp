// What is counted and where calls pass: the count, the seal, the trail.
#include "app/metrics.h"

#include <algorithm>
#include <fmt/format.h>

#include "app/audited_server.h"
#include "app/metered.h"
#include "app/seal.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_trail.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

std::string text_of(const app::Metrics& metrics) {
  metrics::Exposition out;
  metrics.write(out);
  return out.take();
}

size_t lines_of(const std::string& text) { return static_cast<size_t>(std::ranges::count(text, '\n')); }

struct Chain {
  test::ManualLoop loop;
  test::TemporaryDirectory folder;
  test::MemoryTrail trail;
  app::Metrics metrics;
  app::Seal seal{folder.path() + "/data"};
  app::AuditedServer audited{loop, trail};
  app::SealedCalls sealed{loop, seal, trail, audited};
  app::MeteredCalls calls{loop, metrics, sealed};

  auto begin() {
    return loop.run(calls.begin({.method = "tools/call",
                                 .name = "pause",
                                 .principal = {},
                                 .touch = mcp::CallFacts::Touch::kChanges,
                                 .arguments = "{}"}));
  }
};

class OneAnswer final : public http::Client {
 public:
  base::Task<base::Result<http::Response>> send(http::Request) override {
    if (status == 0) co_return base::fail(base::Code::kUnavailable, "Nobody there.");
    http::Response response;
    response.status = status;
    co_return response;
  }
  int status = 200;
};

}  // namespace

TEST_CASE("a call is counted with its outcome: done, failed, refused, dropped") {
  Chain chain;
  CHECK(chain.loop.run((*chain.begin())->end(std::nullopt)).has_value());
  CHECK(chain.loop.run((*chain.begin())->end(base::Code::kConflict)).has_value());
  chain.begin()->reset();
  chain.trail.refuses = true;
  CHECK_FALSE(chain.begin().has_value());
  const std::string text = text_of(chain.metrics);
  const auto counted = [&](std::string_view outcome, int count) {
    return text.contains(
        fmt::format("spotify_mcp_calls_total{{method=\"tools/call\",name=\"pause\",outcome=\"{}\"}} {}\n", outcome,
                    count));
  };
  CHECK(counted("ok", 1));
  CHECK(counted(base::code_name(base::Code::kConflict), 1));
  CHECK(counted(base::code_name(base::Code::kCancelled), 1));
  CHECK(counted(base::code_name(base::Code::kUnavailable), 1));
}

TEST_CASE("while the seal is on no call begins, and the trail hears of each") {
  Chain chain;
  CHECK_FALSE(chain.seal.is_on());
  REQUIRE(chain.seal.put_on({}));
  REQUIRE(chain.seal.put_on({}));  // Twice is fine.
  const auto refused = chain.begin();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUnavailable);
  CHECK(refused.error().message.contains("admin unseal"));
  CHECK(chain.trail.names() == "sealed.refused");
  REQUIRE(chain.seal.take_off());
  REQUIRE(chain.seal.take_off());
  CHECK(chain.begin().has_value());

  // A trail that cannot be written opens nothing.
  REQUIRE(chain.seal.put_on({}));
  chain.trail.refuses = true;
  CHECK_FALSE(chain.begin().has_value());
}

TEST_CASE("a seal that cannot be looked at counts as on") {
  CHECK(app::Seal("/" + std::string(5000, 'x')).is_on());  // Longer than any path.
}

TEST_CASE("requests to Spotify are counted by service, method and kind of answer") {
  test::ManualLoop loop;
  app::Metrics metrics;
  OneAnswer spotify;
  app::MeteredClient client(loop, &metrics, spotify, "https://api.example");
  const auto send = [&](int status, std::string server, http::Method method) {
    spotify.status = status;
    http::Request request;
    request.method = method;
    request.server_url = std::move(server);
    (void)loop.run(client.send(std::move(request)));
  };
  send(200, "https://api.example", http::Method::kGet);
  send(204, "https://api.example", http::Method::kGet);
  send(429, "https://api.example", http::Method::kPut);
  send(503, "https://api.example", http::Method::kPut);
  send(0, "https://accounts.example", http::Method::kPost);
  const std::string text = text_of(metrics);
  CHECK(text.contains("{service=\"api\",method=\"GET\",outcome=\"2xx\"} 2\n"));
  CHECK(text.contains("{service=\"api\",method=\"PUT\",outcome=\"429\"} 1\n"));
  CHECK(text.contains("{service=\"api\",method=\"PUT\",outcome=\"5xx\"} 1\n"));
  CHECK(text.contains("{service=\"accounts\",method=\"POST\",outcome=\"no answer\"} 1\n"));
  CHECK(text.contains("spotify_mcp_spotify_request_seconds_count{service=\"api\"} 4\n"));
}

TEST_CASE("the number of series depends neither on users nor on what they name (AU-8)") {
  app::Metrics metrics;
  const auto count = [&](int64_t users) {
    for (int64_t user = 0; user < users; ++user) {
      metrics.count_event({.event = audit::Event::kBearerRefused,
                           .user = std::to_string(user),
                           .source = std::to_string(user),
                           .status = "unauthenticated"});
      metrics.count_call("tools/call", user % 2 == 0 ? "pause" : "play", std::nullopt, {});
    }
    return lines_of(text_of(metrics));
  };
  const size_t few = count(2);
  CHECK(count(1'000'000) == few);
  for (int name = 0; name < 2000; ++name) metrics.count_call("resources/read", std::to_string(name), std::nullopt, {});
  const std::string text = text_of(metrics);
  CHECK(lines_of(text) < 6000);
  CHECK(text.contains("{method=\"other\",name=\"other\",outcome=\"ok\"} 1746\n"));
}
