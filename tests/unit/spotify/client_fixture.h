// A client over a scripted service: each test says what the service answers and looks at what was asked.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "http/interfaces.h"
#include "http/url.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_random.h"
#include "spotify/client.h"
#include "spotify/errors.h"

namespace spotify {

// A request as it arrived, decoded.
struct Asked {
  http::Method method = http::Method::kGet;
  std::string server_url;
  std::string path;
  http::Parameters query;
  http::Headers headers;
  std::string body;
  std::string authorization;
  base::Instant deadline;

  std::string line() const { return std::string(http::method_name(method)) + " " + path; }
  std::string parameter(std::string_view name) const {
    return std::string(http::find_parameter(query, name).value_or("<none>"));
  }
};

inline http::Response answer(int status, std::string body = "", http::Headers headers = {}) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}
inline http::Response api_error(int status, std::string_view message, std::string_view reason = "") {
  std::string body = R"({"error":{"status":)" + std::to_string(status) + R"(,"message":")" + std::string(message) + '"';
  if (!reason.empty()) body += R"(,"reason":")" + std::string(reason) + '"';
  return answer(status, body + "}}");
}
inline http::Response api_error_after(int status, std::string_view retry_after, std::string_view reason = "") {
  auto response = api_error(status, "Too many requests", reason);
  response.headers.add("Retry-After", std::string(retry_after));
  return response;
}
inline std::unexpected<base::Error> not_sent() {
  return base::fail(base::Code::kUnavailable, "The service cannot be reached.", "not sent");
}
inline std::unexpected<base::Error> lost() {
  return base::fail(base::Code::kUnavailable, "The connection was lost.", "connection reset");
}

class ScriptedService final : public http::Client {
 public:
  using Reply = std::function<base::Result<http::Response>(const Asked&)>;

  explicit ScriptedService(base::Loop& loop) : loop_(loop) {}

  base::Task<base::Result<http::Response>> send(http::Request request) override {
    Asked asked;
    asked.method = request.method;
    asked.server_url = request.server_url;
    const auto target = http::split_target(request.target);
    asked.path = target.path;
    asked.query = http::parse_query(target.query).value();
    asked.headers = request.headers;
    asked.body = request.body;
    asked.authorization = request.authorization.reveal();
    asked.deadline = request.deadline;
    asked_.push_back(asked);
    co_await base::sleep_for(loop_, latency);
    co_return reply(asked);
  }

  const std::vector<Asked>& asked() const { return asked_; }
  size_t count() const { return asked_.size(); }
  const Asked& last() const { return asked_.back(); }

  Reply reply = [](const Asked&) { return answer(200, "{}"); };
  std::chrono::milliseconds latency{20};

 private:
  base::Loop& loop_;
  std::vector<Asked> asked_;
};

// Gives "token-<generation>"; a rejected generation makes the next one.
class FakeTokens final : public TokenSource {
 public:
  base::Task<base::Result<AccessToken>> access_token(base::Instant) override {
    ++asked;
    if (refuses) co_return base::fail(base::Code::kUnauthenticated, "Log in first.");
    co_return AccessToken{base::Secret("token-" + std::to_string(generation)), generation, login};
  }
  void rejected(uint64_t given) override {
    if (given == generation) ++generation;
  }

  uint64_t generation = 1;
  int64_t login = 1;
  int asked = 0;
  bool refuses = false;
};

class Bench {
 public:
  explicit Bench(PacingOptions pacing = {}, QuotaStore* store = nullptr)
      : service(loop), gate(loop, loop, log, pacing, store), client(services(), {}) {}

  Client::Services services() { return {service, tokens, gate, loop, loop, random, log}; }
  template <class T>
  T run(base::Task<T> task) {
    return loop.run(std::move(task));
  }
  Call within(std::chrono::seconds time, Freshness freshness = Freshness::kCached) const {
    return {loop.now() + time, freshness};
  }

  sim::world::SimLoop loop{7};
  sim::world::SimRandom random{8};
  base::NullLog log;
  ScriptedService service;
  FakeTokens tokens;
  Gate gate;
  Client client;
};

}  // namespace spotify
