#include "app/http_access.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "app/stores.h"
#include "policy/access_scopes.h"

namespace app {
namespace {

// What a call needs: of a tool what it does, of everything else that gives content the right to read.
std::vector<std::string> scopes_for(const mcp::Call& call, const std::vector<mcp::Tool>& tools) {
  if (call.method == "tools/call") {
    const json::Value* name = call.params.find("name");
    const auto tool = std::ranges::find_if(tools, [name](const mcp::Tool& each) {
      return name != nullptr && name->is_string() && each.info.name == name->string();
    });
    // The server says what is wrong with a tool that nobody knows.
    if (tool == tools.end()) return {};
    const auto needs = tool->info.effect == mcp::Effect::kRead ? policy::Access::kReadOnly : policy::Access::kReadWrite;
    return {std::string(policy::access_scope_of(tool->info.toolset, needs))};
  }
  constexpr std::string_view kReading[] = {"resources/", "prompts/", "completion/", "subscriptions/"};
  const bool reads =
      std::ranges::any_of(kReading, [&](std::string_view each) { return call.method.starts_with(each); });
  return reads ? std::vector<std::string>{std::string(policy::kReadScope)} : std::vector<std::string>();
}

}  // namespace

HttpAccess::HttpAccess(Process& process, const config::Settings& settings, store::SigningKeys& signing_keys)
    : process_(process), settings_(settings), signing_keys_(signing_keys) {}

bool HttpAccess::is_signing() const {
  return settings_.server.auth == config::HttpAuth::kApiKey && settings_.security.enable_request_signing;
}

base::Task<base::Result<void>> HttpAccess::open() {
  if (settings_.server.auth == config::HttpAuth::kLocal) {
    CO_TRY(LocalBearer opened, LocalBearer::open(settings_.storage.directory, process_.random));
    bearer_.emplace(std::move(opened));
  }
  if (settings_.server.auth != config::HttpAuth::kApiKey) co_return base::Result<void>();
  keys_ = std::make_unique<store::sql::ApiKeyTable>(store::sql::ApiKeyTable::Services{process_.loop, process_.worker},
                                                    store_place(settings_));
  api_keys_.emplace(ApiKeyAccess::Services{*keys_, *keys_, process_.clock, process_.log},
                    is_signing() ? &signing_keys_ : nullptr);
  co_return base::Result<void>();
}

mcp::Authenticator* HttpAccess::authenticator() {
  if (bearer_) return &*bearer_;
  if (api_keys_) return &*api_keys_;
  return nullptr;
}

std::function<base::Result<void>()> HttpAccess::reload() {
  if (!bearer_) return nullptr;
  return [this] { return bearer_->reload(); };
}

void HttpAccess::fill(mcp::StreamableHttpOptions& options, const std::vector<mcp::Tool>& tools) const {
  options.challenge = ApiKeyAccess::challenge(is_signing());
  if (settings_.server.auth != config::HttpAuth::kApiKey) return;
  options.scopes_of = [&tools](const mcp::Call& call) { return scopes_for(call, tools); };
}

base::Task<void> HttpAccess::watch(HttpAccess* access, mcp::StreamableHttp* streamable) {
  if (!access->api_keys_) co_return;
  // Ends when the server drops it.
  while (true) {
    co_await base::sleep_for(access->process_.loop, kNoticed);
    for (const std::string& principal : streamable->principals()) {
      auto asking = access->api_keys_->may_go_on(principal);
      if (co_await std::move(asking)) continue;
      const size_t ended = streamable->end_principal(principal);
      access->process_.log.event(base::Level::kInfo, "api_keys.streams_ended",
                                 {{"principal", principal}, {"ended", static_cast<int64_t>(ended)}});
    }
  }
}

std::string HttpAccess::instruction() const {
  switch (settings_.server.auth) {
    case config::HttpAuth::kNone:
      return "Anyone on this machine may call: server.auth is none.";
    case config::HttpAuth::kApiKey:
      return is_signing() ? "Clients sign each request with a key of `api-key create` (docs/api-keys.md)."
                          : "Clients send the header `Authorization: Bearer KEY` with a key of `api-key create`.";
    case config::HttpAuth::kLocal:
      break;
  }
  return fmt::format("Clients send the header `Authorization: Bearer TOKEN` with the token from {}",
                     LocalBearer::file_in(settings_.storage.directory));
}

}  // namespace app
