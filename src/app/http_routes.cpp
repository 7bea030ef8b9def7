#include "app/http_routes.h"

#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "app/version.h"
#include "base/check.h"
#include "base/text.h"
#include "http/address.h"
#include "http/url.h"
#include "json/write.h"

namespace app {
namespace {

// A file that was kept longer than that counts no more, so that a contact of old finds its end.
constexpr std::chrono::days kSecurityTextLife{90};
constexpr std::string_view kSecurityTextPath = "/.well-known/security.txt";

http::Response json_response(int status, json::Object body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
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
  if (!front_.trusted_proxies.empty()) request.peer = client_of(request);
  http::Response response;
  if (path == mcp_path_) {
    auto handling = mcp_.handle(std::move(request));
    response = co_await std::move(handling);
  } else {
    response = answer(request, path);
  }
  harden(response);
  co_return response;
}

std::string HttpRoutes::client_of(const http::Request& request) const {
  // A proxy that writes one of them lets the other pass, so where both are there it cannot be told who wrote which.
  std::string forwarded;
  std::string plain;
  for (const auto& [name, value] : request.headers) {
    if (base::equals_ignoring_case(name, "Forwarded")) forwarded += (forwarded.empty() ? "" : ",") + value;
    if (base::equals_ignoring_case(name, "X-Forwarded-For")) plain += (plain.empty() ? "" : ",") + value;
  }
  if (!forwarded.empty() && !plain.empty()) return request.peer;
  const std::string chain = forwarded.empty() ? plain : http::chain_of_forwarded(forwarded);
  return http::client_behind(request.peer, chain, front_.trusted_proxies);
}

void HttpRoutes::harden(http::Response& response) const {
  http::Headers& headers = response.headers;
  if (!headers.find("X-Content-Type-Options")) headers.add("X-Content-Type-Options", "nosniff");
  if (!headers.find("Cache-Control")) headers.add("Cache-Control", "no-store");
  if (front_.tls) headers.add("Strict-Transport-Security", "max-age=31536000");
}

http::Response HttpRoutes::security_text() const {
  ENSURE(front_.clock != nullptr);
  http::Response response;
  response.status = 200;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = fmt::format("Contact: {}\nExpires: {}\n", front_.security_contact,
                              base::to_rfc3339(front_.clock->wall() + kSecurityTextLife));
  return response;
}

http::Response HttpRoutes::answer(const http::Request& request, std::string_view path) const {
  const bool has_contact = !front_.security_contact.empty();
  const bool known = path == "/health" || path == "/livez" || path == "/readyz" ||
                     (path == kSecurityTextPath && has_contact);
  if (!known) return json_response(404, {{"error", "There is nothing at this address. MCP is at " + mcp_path_ + "."}});
  if (request.method != http::Method::kGet && request.method != http::Method::kHead) {
    http::Response refused = json_response(405, {{"error", "This address is for GET."}});
    refused.headers.set("Allow", "GET, HEAD");
    return refused;
  }
  if (path == kSecurityTextPath) return security_text();
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
