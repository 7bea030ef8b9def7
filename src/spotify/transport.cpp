#include "spotify/transport.h"

#include <algorithm>

#include "json/parse.h"
#include "json/write.h"

namespace spotify {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBackoff{400};
constexpr milliseconds kBackoffJitter{400};
constexpr milliseconds kWaitJitter{500};

bool was_not_sent(const base::Error& error) { return error.detail.starts_with("not sent"); }

}  // namespace

Transport::Transport(Client::Services services, ClientOptions options)
    : services_(services),
      options_(std::move(options)),
      server_url_(options_.api.server_url()),
      base_path_(http::split_target(options_.api.target).path),
      own_regime_(std::nullopt, services.clock, nullptr),
      cache_(options_.cache),
      group_(services.loop) {
  while (base_path_.ends_with('/')) base_path_.pop_back();
}

base::Task<base::Result<Transport::Answer>> Transport::run(ApiRequest given, std::string etag) {
  const auto request = std::make_shared<const ApiRequest>(std::move(given));
  const OperationInfo& operation = info(request->operation);
  Attempts attempts(operation.repeat);
  for (;;) {
    Try tried = co_await attempt(request, etag);
    if (!tried.counted) co_return std::unexpected(std::move(tried.error));
    milliseconds pause{0};
    switch (attempts.after(tried.ending)) {
      case Attempts::Next::kAccept:
        co_return std::move(tried.answer);
      case Attempts::Next::kRefresh:
        services_.tokens.rejected(tried.token_generation);
        break;
      case Attempts::Next::kWaitAndRetry:
        services_.gate.pause_for(tried.ending.wait.duration + jitter(kWaitJitter));
        break;
      case Attempts::Next::kRetrySoon:
        pause = kBackoff + jitter(kBackoffJitter);
        break;
      case Attempts::Next::kBlock:
        services_.gate.block(operation.bucket, tried.ending.wait.duration);
        co_return std::unexpected(std::move(tried.error));
      case Attempts::Next::kGiveUp:
        if (tried.ending.status == 429) services_.gate.pause_for(tried.ending.wait.duration);
        co_return std::unexpected(std::move(tried.error));
      case Attempts::Next::kAmbiguous:
        co_return std::unexpected(may_have_happened(operation, tried.error));
    }
    if (pause == milliseconds(0)) continue;
    if (services_.loop.now() + pause >= request->call.deadline) co_return std::unexpected(std::move(tried.error));
    co_await base::sleep_for(services_.loop, pause);
  }
}

base::Task<Transport::Try> Transport::attempt(std::shared_ptr<const ApiRequest> request, std::string etag) {
  const OperationInfo& operation = info(request->operation);
  Try result;
  const auto turn = co_await services_.gate.admit(operation.bucket, request->call.deadline, request->call.on_wait);
  if (!turn) {
    result.error = turn.error();
    result.counted = false;
    co_return result;
  }
  auto token = co_await services_.tokens.access_token(request->call.deadline);
  if (!token) {
    result.error = std::move(token).error();
    result.counted = false;
    co_return result;
  }
  result.token_generation = token->generation;
  belong_to(token->login);
  const base::Instant began = services_.loop.now();
  auto response = co_await send(make_request(*request, token->secret, etag));
  if (response) {
    result.answer.response = *std::move(response);
    classify(operation, result);
  } else {
    result.error = std::move(response).error();
    result.ending.kind = was_not_sent(result.error) ? Ending::Kind::kNotSent : Ending::Kind::kLost;
    // Where it may not go it may not go a moment later either.
    if (result.error.code == base::Code::kForbidden) result.counted = false;
    // The limit of one request ran out, not the caller's time.
    if (result.error.code == base::Code::kDeadline && services_.loop.now() < request->call.deadline) {
      result.error = make_error(Cause::kUpstream, base::Code::kUnavailable,
                                "Spotify did not answer in time. Try again in a minute.", "no answer");
    }
  }
  const auto took = std::chrono::duration_cast<milliseconds>(services_.loop.now() - began);
  services_.log.event(base::Level::kDebug, "spotify.request",
                      {{"operation", operation.name},
                       {"status", result.answer.response.status},
                       {"answered", result.ending.kind == Ending::Kind::kAnswered},
                       {"took_ms", static_cast<int64_t>(took.count())}});
  co_return result;
}

base::Task<base::Result<http::Response>> Transport::send(http::Request request) {
  const base::Instant deadline = request.deadline;
  co_return co_await base::with_deadline(services_.loop, deadline, services_.http.send(std::move(request)));
}

http::Request Transport::make_request(const ApiRequest& request, const base::Secret& token,
                                      std::string_view etag) const {
  http::Request out;
  out.method = info(request.operation).method;
  out.server_url = server_url_;
  out.target = base_path_ + request.target;
  out.headers.add("Accept", "application/json");
  if (!etag.empty()) out.headers.add("If-None-Match", std::string(etag));
  if (request.body) {
    out.headers.add("Content-Type", "application/json");
    out.body = json::write(*request.body);
  } else if (!request.jpeg_base64.empty()) {
    // As Spotify wants it: the type of the picture, and its bytes as text.
    out.headers.add("Content-Type", "image/jpeg");
    out.body = request.jpeg_base64;
  }
  constexpr std::string_view kScheme = "Bearer ";
  std::string bearer;
  // In one piece, so that no shorter copy is left behind by growing.
  bearer.reserve(kScheme.size() + token.reveal().size());
  bearer.append(kScheme).append(token.reveal());
  out.authorization = base::Secret(std::move(bearer));
  out.deadline = std::min(request.call.deadline, services_.loop.now() + options_.attempt_max);
  return out;
}

void Transport::classify(const OperationInfo& operation, Try& result) const {
  const http::Response& response = result.answer.response;
  result.ending.status = response.status;
  if (response.status == 429) result.ending.wait = wait_of(response, services_.gate.wait_max());
  if (response.status < 200 || response.status >= 300) {
    if (response.status != 304) {
      result.error = error_of(operation, response, services_.clock.wall(), services_.gate.wait_max());
    }
    return;
  }
  if (response.body.empty()) return;
  auto parsed = json::parse(response.body);
  if (parsed) {
    result.answer.json = std::make_shared<const json::Value>(*std::move(parsed));
  } else if (operation.repeat == Repeat::kRead) {
    // Commands answer with an opaque word that is no JSON; a read that does so was cut off.
    result.ending.kind = Ending::Kind::kUnreadable;
    result.error = make_error(Cause::kUpstream, base::Code::kUpstream,
                              "Spotify's answer was cut off or garbled. Try again in a moment.",
                              parsed.error().message);
  }
}

milliseconds Transport::jitter(milliseconds max) {
  return milliseconds(services_.random.below(static_cast<uint64_t>(max.count()) + 1));
}

base::Task<base::Result<void>> command(Transport& transport, ApiRequest request, std::vector<std::string> invalidates) {
  CO_TRY(const Json ignored, co_await transport.write(std::move(request), std::move(invalidates)));
  static_cast<void>(ignored);
  co_return base::Result<void>{};
}

PageRequest folded(PageRequest page, int limit_max) {
  return {std::clamp(page.limit, 1, limit_max), std::max(page.offset, 0)};
}

void add_page(http::Parameters& query, PageRequest page) {
  query.emplace_back("limit", std::to_string(page.limit));
  query.emplace_back("offset", std::to_string(page.offset));
}

void add_market(http::Parameters& query, const std::optional<Market>& market) {
  if (market) query.emplace_back("market", std::string(market->text()));
}

}  // namespace spotify
