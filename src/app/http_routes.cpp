#include "app/http_routes.h"

#include <utility>

#include "app/version.h"
#include "http/url.h"
#include "json/write.h"

namespace app {
namespace {

http::Response json_response(int status, json::Object body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.body = json::write(std::move(body));
  return response;
}

std::string_view health_name(Health health) {
  switch (health) {
    case Health::kOk:
      return "ok";
    case Health::kDegraded:
      return "degraded";
    case Health::kSealed:
      return "sealed";
  }
  return "";
}

}  // namespace

base::Task<http::Response> HttpRoutes::handle(http::Request request) {
  const std::string_view path = http::split_target(request.target).path;
  if (path == mcp_path_) co_return co_await mcp_.handle(std::move(request));
  co_return answer(request, path);
}

http::Response HttpRoutes::answer(const http::Request& request, std::string_view path) const {
  const bool known = path == "/health" || path == "/livez" || path == "/readyz";
  if (!known) return json_response(404, {{"error", "There is nothing at this address. MCP is at " + mcp_path_ + "."}});
  if (request.method != http::Method::kGet && request.method != http::Method::kHead) {
    http::Response refused = json_response(405, {{"error", "This address is for GET."}});
    refused.headers.set("Allow", "GET, HEAD");
    return refused;
  }
  if (path == "/livez") return json_response(200, {{"status", "ok"}});
  const Health health = health_ ? health_() : Health::kOk;
  if (path == "/readyz") {
    const bool ready = !stopping_ && health == Health::kOk;
    return json_response(ready ? 200 : 503, {{"status", stopping_ ? "stopping" : health_name(health)}});
  }
  const Health now = stopping_ && health == Health::kOk ? Health::kDegraded : health;
  return json_response(200, {{"status", health_name(now)}, {"version", version()}});
}

}  // namespace app
