// A simulator with a clock, a loop and randomness of the test, and short ways to call it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "json/parse.h"
#include "json/value.h"
#include "sim/spotify/faulty_client.h"
#include "sim/spotify/seeded.h"
#include "sim/spotify/simulator.h"
#include "tests/support/manual_loop.h"

namespace sim_test {

namespace spotify = sim::spotify;

struct Reply {
  int status = 0;
  json::Value body;   // Null when there is none or it is no JSON.
  std::string text;   // As it came.
  http::Headers headers;

  std::string message() const {
    const json::Value* error = body.find("error");
    return error == nullptr ? "" : std::string(error->text_or_empty("message"));
  }
  std::string reason() const {
    const json::Value* error = body.find("error");
    return error == nullptr ? "" : std::string(error->text_or_empty("reason"));
  }
};

class Harness {
 public:
  explicit Harness(spotify::Config config = {})
      : simulator(std::move(config), clock, loop, random), token(simulator.grant().access) {}

  http::Response send(http::Request request) { return loop.run(simulator.handle(std::move(request))); }

  Reply call(http::Method method, std::string_view path, std::string body = "", std::string type = "") {
    http::Request request;
    request.method = method;
    request.target = "/v1" + std::string(path);
    if (!token.empty()) request.authorization = base::Secret("Bearer " + token);
    request.body = std::move(body);
    if (!type.empty()) request.headers.add("Content-Type", std::move(type));
    if (!if_none_match.empty()) request.headers.add("If-None-Match", if_none_match);
    return read(send(std::move(request)));
  }
  Reply get(std::string_view path) { return call(http::Method::kGet, path); }
  Reply put(std::string_view path, std::string body = "") { return call(http::Method::kPut, path, std::move(body)); }
  Reply post(std::string_view path, std::string body = "") { return call(http::Method::kPost, path, std::move(body)); }
  Reply remove(std::string_view path, std::string body = "") {
    return call(http::Method::kDelete, path, std::move(body));
  }

  // Lets real and simulated time pass together.
  void pass(std::chrono::milliseconds by) { clock.advance(by); }

  static Reply read(http::Response response) {
    Reply reply;
    reply.status = response.status;
    reply.headers = response.headers;
    if (auto parsed = json::parse(response.body)) reply.body = *std::move(parsed);
    reply.text = std::move(response.body);
    return reply;
  }

  test::ManualClock clock;
  test::ManualLoop loop;
  spotify::SeededRandom random{7};
  spotify::Simulator simulator;
  std::string token;
  std::string if_none_match;
};

// The value at a path of member names and indices, such as "items.0.track.name"; null when it is not there.
inline const json::Value& at(const json::Value& value, std::string_view path) {
  static const json::Value kNone;
  const json::Value* here = &value;
  while (!path.empty() && here != nullptr) {
    const size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (here->is_array()) {
      const auto index = static_cast<size_t>(std::stoul(std::string(step)));
      here = index < here->array().size() ? &here->array()[index] : nullptr;
    } else {
      here = here->find(step);
    }
  }
  return here == nullptr ? kNone : *here;
}
inline std::string text_at(const json::Value& value, std::string_view path) {
  const json::Value& found = at(value, path);
  return found.is_string() ? found.string() : "";
}
inline int64_t number_at(const json::Value& value, std::string_view path) {
  const json::Value& found = at(value, path);
  return found.is_integer() ? found.integer() : -1;
}

// The names of an object's members, sorted and joined, for the comparison of shapes.
inline std::string keys_of(const json::Value& value) {
  if (!value.is_object()) return "(no object)";
  std::vector<std::string> names;
  for (const json::Member& member : value.object()) names.push_back(member.name);
  std::ranges::sort(names);
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : " ") + name;
  return joined;
}

}  // namespace sim_test
