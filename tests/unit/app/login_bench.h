// A login service over a real loop and the simulated Spotify: what the browser would do is one call.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/adapters.h"
#include "app/login_service.h"
#include "http/url.h"
#include "net/http_client.h"
#include "oauth/refresher.h"
#include "sim/spotify/faulty_client.h"
#include "sim/spotify/simulator.h"
#include "spotify/client.h"
#include "store/memory.h"
#include "store/memory_archive.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_trail.h"
#include "tests/support/seeded_random.h"

#include "tests/test.h"

namespace app {

class LoginBench {
 public:
  explicit LoginBench(LoginOptions options = {})
      : simulator({}, clock, loop, random),
        http(simulator),
        leases(loop),
        refresher({loop, clock, log, http, grants, leases}, refresher_options()),
        tokens(refresher),
        gate(loop, clock, log, {}, nullptr),
        spotify({http, tokens, gate, loop, clock, random, log}, {}),
        login({loop, clock, random, log, http, grants, archive, refresher, spotify, trail},
              complete_options(std::move(options))) {}

  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> out;
    base::TaskGroup group(loop);
    group.spawn(keep(&loop, std::move(task), &out));
    if (!out) loop.run();
    return *std::move(out);
  }
  tools::PendingLogin begin() {
    auto begun = run(login.begin(owner));
    REQUIRE(begun);
    return *std::move(begun);
  }
  base::Result<tools::LoginStatus> complete(std::string address) {
    return run(login.complete(owner, std::move(address)));
  }
  bool logged_in() {
    const auto status = run(login.status(owner));
    REQUIRE(status);
    return status->logged_in;
  }
  // Where the browser ends after the person has agreed (or not, as the simulator's consent says). It keeps the cookies
  // that it is given on the way.
  std::string visit(std::string url) {
    if (!url.contains("/authorize")) {
      const http::Response begun = fetch(url);
      REQUIRE(begun.status == 302);
      for (const auto& [name, value] : begun.headers) {
        if (name == "set-cookie" || name == "Set-Cookie") cookie = value.substr(0, value.find(';'));
      }
      url = std::string(begun.headers.find("Location").value_or(""));
    }
    http::Request request;
    request.target = url.substr(url.find("/authorize"));
    const http::Response response = run(simulator.handle(std::move(request)));
    return std::string(response.headers.find("Location").value_or(""));
  }
  // The browser's request to the listener.
  http::Response fetch(const std::string& address, http::Method method = http::Method::kGet) {
    const auto url = http::parse_url(address);
    REQUIRE(url);
    net::CurlClientOptions options;
    options.allowed_servers = {url->server_url()};
    net::CurlClient browser(loop, std::move(options));
    http::Request request;
    request.method = method;
    request.server_url = url->server_url();
    request.target = url->target;
    for (const std::string& each : more_headers) {
      request.headers.add(each.substr(0, each.find(':')), each.substr(each.find(':') + 2));
    }
    if (!cookie.empty()) request.headers.add("Cookie", cookie);
    request.deadline = loop.now() + std::chrono::seconds(20);
    auto response = run(browser.send(std::move(request)));
    REQUIRE(response);
    return *std::move(response);
  }
  int exchanges() const { return simulator.requests("POST /api/token"); }

  // What the browser sends along from now on.
  std::string cookie;
  std::vector<std::string> more_headers;
  const mcp::Principal owner;
  net::AsioLoop loop;
  test::ManualClock clock;
  test::SeededRandom random;
  base::NullLog log;
  sim::spotify::Simulator simulator;
  sim::spotify::FaultyClient http;
  store::MemoryGrants grants;
  store::MemoryArchive archive;
  store::MemoryLeases leases;
  oauth::Refresher refresher;
  RefresherTokens tokens;
  spotify::Gate gate;
  spotify::Client spotify;
  test::MemoryTrail trail;
  LoginService login;

 private:
  template <class T>
  static base::Task<void> keep(net::AsioLoop* loop, base::Task<T> task, std::optional<T>* out) {
    out->emplace(co_await std::move(task));
    loop->stop();
  }
  static oauth::RefresherOptions refresher_options() {
    oauth::RefresherOptions options;
    options.client.client_id = sim::spotify::kClientId;
    return options;
  }
  static LoginOptions complete_options(LoginOptions options) {
    options.accounts_url = "https://accounts.spotify.com";
    options.client.client_id = sim::spotify::kClientId;
    options.scopes = {"user-read-private"};
    return options;
  }
};

}  // namespace app
