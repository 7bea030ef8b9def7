#include "sim/spotify/controls.h"

#include "json/parse.h"
#include "json/write.h"

namespace sim::spotify {
namespace {

http::Response reply(int status, const json::Value& body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = json::write(body);
  return response;
}

http::Response refusal(std::string message) { return reply(400, json::Object{{"error", std::move(message)}}); }

}  // namespace

base::Task<http::Response> Controls::handle(http::Request request) {
  if (request.target.starts_with("/sim/")) co_return control(request);
  co_return co_await simulator_.handle(std::move(request));
}

http::Response Controls::control_player(const http::Request& request) {
  const auto body = json::parse(request.body);
  const json::Value* advertisement = body ? body->find("advertisement_ms") : nullptr;
  const json::Value* session = body ? body->find("private_session") : nullptr;
  constexpr int64_t kAdvertisementMax = 600'000;
  const bool has_length = advertisement != nullptr && advertisement->is_integer() && advertisement->integer() > 0 &&
                          advertisement->integer() <= kAdvertisementMax;
  const bool has_session = session != nullptr && session->is_boolean();
  if (has_length == has_session) {
    return refusal("Pass advertisement_ms, up to ten minutes, or private_session, true or false.");
  }
  Player& player = simulator_.user().player;
  player.advance(simulator_.now());
  if (has_session) {
    player.set_private_session(session->boolean());
  } else {
    player.play_advertisement(std::chrono::milliseconds(advertisement->integer()), simulator_.now());
  }
  return reply(200, json::Object());
}

http::Response Controls::control(const http::Request& request) {
  if (request.method == http::Method::kGet && request.target == "/sim/requests") {
    json::Object counts;
    for (const auto& [name, count] : simulator_.request_counts()) counts.append(name, count);
    return reply(200, std::move(counts));
  }
  if (request.method != http::Method::kPost) return reply(404, json::Object{{"error", "No such control."}});
  if (request.target == "/sim/faults") {
    auto plan = FaultPlan::parse(request.body);
    if (!plan) return refusal(plan.error().message);
    simulator_.set_faults(*std::move(plan));
    return reply(200, json::Object());
  }
  if (request.target == "/sim/clock") {
    const auto body = json::parse(request.body);
    const json::Value* seconds = body ? body->find("advance_s") : nullptr;
    // Ten years are enough for every lifetime here, and time does not run backwards.
    constexpr int64_t kAdvanceMax = int64_t{10} * 366 * 86'400;
    const bool valid = seconds != nullptr && seconds->is_integer() && seconds->integer() >= 0 &&
                       seconds->integer() <= kAdvanceMax;
    if (!valid) return refusal("advance_s must be a whole number of seconds, at most ten years.");
    simulator_.advance(std::chrono::seconds(seconds->integer()));
    return reply(200, json::Object());
  }
  if (request.target == "/sim/player") return control_player(request);
  if (request.target == "/sim/revoke") {
    simulator_.revoke();
    return reply(200, json::Object());
  }
  return reply(404, json::Object{{"error", "No such control."}});
}

}  // namespace sim::spotify
