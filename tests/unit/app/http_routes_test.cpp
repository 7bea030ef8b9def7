#include "app/http_routes.h"

#include "app/version.h"
#include "tests/support/manual_loop.h"

#include "tests/test.h"

namespace {

class Mcp final : public http::Handler {
 public:
  base::Task<http::Response> handle(http::Request request) override {
    targets.push_back(request.target);
    peers.push_back(request.peer);
    http::Response response;
    response.status = 299;
    co_return response;
  }
  std::vector<std::string> targets;
  std::vector<std::string> peers;
};

struct Service {
  test::ManualLoop loop;
  Mcp mcp;
  app::HttpRoutes routes{mcp, "/mcp"};

  http::Response ask(std::string target, http::Method method = http::Method::kGet) {
    http::Request request;
    request.method = method;
    request.target = std::move(target);
    return loop.run(routes.handle(std::move(request)));
  }
};

}  // namespace

TEST_CASE("/health says how it is and which version, and nothing more to strangers") {
  Service service;
  const http::Response response = service.ask("/health");
  CHECK(response.status == 200);
  CHECK(response.body == "{\"status\":\"ok\",\"version\":\"" + std::string(app::version()) + "\"}");
  CHECK(response.headers.find("Content-Type") == "application/json");
  CHECK(response.headers.find("Cache-Control") == "no-store");
  CHECK(service.ask("/health?verbose=1").body == response.body);
  CHECK(service.mcp.targets.empty());
}

TEST_CASE("/health and /readyz say what is not as it should be, and /livez does not care") {
  test::ManualLoop loop;
  Mcp mcp;
  app::Health health = app::Health::kOk;
  app::HttpRoutes routes(mcp, "/mcp", [&health] { return health; });
  const auto ask = [&](const char* target) {
    http::Request request;
    request.target = target;
    const http::Response response = loop.run(routes.handle(std::move(request)));
    return std::to_string(response.status) + " " + response.body.substr(0, response.body.find_first_of(",}"));
  };
  CHECK(ask("/health") == R"(200 {"status":"ok")");
  CHECK(ask("/readyz") == R"(200 {"status":"ok")");
  health = app::Health::kDegraded;
  CHECK(ask("/health") == R"(200 {"status":"degraded")");
  CHECK(ask("/readyz") == R"(503 {"status":"degraded")");
  health = app::Health::kSealed;
  CHECK(ask("/health") == R"(200 {"status":"sealed")");
  CHECK(ask("/readyz") == R"(503 {"status":"sealed")");
  CHECK(ask("/livez") == R"(200 {"status":"ok")");
}

TEST_CASE("MCP gets what is for its path, and nothing else does") {
  Service service;
  CHECK(service.ask("/mcp", http::Method::kPost).status == 299);
  CHECK(service.ask("/mcp?a=b", http::Method::kDelete).status == 299);
  for (const char* target : {"/", "/mcp/", "/MCP", "/mcp/../health", "/health/", "/metrics", "//mcp", "/callback"}) {
    CAPTURE(target);
    const http::Response response = service.ask(target);
    CHECK(response.status == 404);
    CHECK(response.headers.find("Content-Type") == "application/json");
    CHECK(response.body.find("/mcp.") != std::string::npos);
  }
  CHECK(service.mcp.targets.size() == 2);
}

TEST_CASE("the supervisor's paths are for GET and HEAD") {
  Service service;
  for (const char* target : {"/health", "/livez", "/readyz"}) {
    CAPTURE(target);
    CHECK(service.ask(target, http::Method::kHead).status == 200);
    for (const http::Method method : {http::Method::kPost, http::Method::kPut, http::Method::kDelete}) {
      const http::Response refused = service.ask(target, method);
      CHECK(refused.status == 405);
      CHECK(refused.headers.find("Allow") == "GET, HEAD");
    }
  }
}

TEST_CASE("a server that stops is alive, not ready, and says so") {
  Service service;
  service.routes.begin_to_stop();
  CHECK(service.ask("/livez").status == 200);
  CHECK(service.ask("/readyz").status == 503);
  CHECK(service.ask("/health").body.starts_with("{\"status\":\"degraded\""));
  CHECK(service.ask("/mcp", http::Method::kPost).status == 299);
}

TEST_CASE("NS-6: every answer is hardened, and says HSTS where clients come by TLS") {
  test::ManualLoop loop;
  Mcp mcp;
  app::HttpRoutes plain(mcp, "/mcp");
  app::HttpRoutes secure(mcp, "/mcp", nullptr, {.tls = true});
  for (const char* target : {"/mcp", "/health", "/readyz", "/nothing"}) {
    CAPTURE(target);
    for (app::HttpRoutes* routes : {&plain, &secure}) {
      http::Request request;
      request.target = target;
      const http::Response response = loop.run(routes->handle(std::move(request)));
      CHECK(response.headers.find("X-Content-Type-Options") == "nosniff");
      CHECK(response.headers.find("Cache-Control") == "no-store");
      CHECK(response.headers.count("Strict-Transport-Security") == (routes == &secure ? 1 : 0));
    }
  }
}

TEST_CASE("NS-11: only a trusted proxy says who the client is") {
  test::ManualLoop loop;
  Mcp mcp;
  app::HttpRoutes behind(mcp, "/mcp", nullptr, {.trusted_proxies = {"10.0.0.0/8"}});
  app::HttpRoutes alone(mcp, "/mcp");
  const auto peer = [&](app::HttpRoutes& routes, const char* from, http::Headers headers) {
    http::Request request;
    request.target = "/mcp";
    request.peer = from;
    request.headers = std::move(headers);
    static_cast<void>(loop.run(routes.handle(std::move(request))));
    return mcp.peers.back();
  };
  const http::Headers usual{{"X-Forwarded-For", "127.0.0.1, 198.51.100.1"}};
  CHECK(peer(behind, "10.0.0.1", usual) == "198.51.100.1");
  CHECK(peer(behind, "203.0.113.5", usual) == "203.0.113.5");
  CHECK(peer(alone, "10.0.0.1", usual) == "10.0.0.1");
  CHECK(peer(behind, "10.0.0.1", {{"X-Forwarded-For", "127.0.0.1"}, {"x-forwarded-for", "198.51.100.1"}}) ==
        "198.51.100.1");
  CHECK(peer(behind, "10.0.0.1", {{"Forwarded", "for=127.0.0.1, for=198.51.100.2;proto=https"}}) == "198.51.100.2");
  CHECK(peer(behind, "10.0.0.1", {}) == "10.0.0.1");
  // Whoever comes through a proxy that writes one of them brings the other along.
  CHECK(peer(behind, "10.0.0.1", {{"Forwarded", "for=127.0.0.1"}, {"X-Forwarded-For", "198.51.100.1"}}) == "10.0.0.1");
}

TEST_CASE("IR-8: security.txt names the contact of the settings and a day on which it is to be asked for again") {
  test::ManualLoop loop;
  Mcp mcp;
  const test::ManualClock clock({1'796'083'200'000});  // 2026-12-01.
  app::HttpRoutes named(mcp, "/mcp", nullptr,
                        {.security_contact = "mailto:security@example.com", .clock = &clock});
  app::HttpRoutes unnamed(mcp, "/mcp");
  const auto ask = [&](app::HttpRoutes& routes, http::Method method) {
    http::Request request;
    request.method = method;
    request.target = "/.well-known/security.txt";
    return loop.run(routes.handle(std::move(request)));
  };
  const http::Response response = ask(named, http::Method::kGet);
  CHECK(response.status == 200);
  CHECK(response.headers.find("Content-Type") == "text/plain; charset=utf-8");
  CHECK(response.body == "Contact: mailto:security@example.com\nExpires: 2027-03-01T00:00:00Z\n");
  CHECK(ask(named, http::Method::kPost).status == 405);
  CHECK(ask(unnamed, http::Method::kGet).status == 404);
}
