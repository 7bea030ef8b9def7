#include "spotify/client.h"

#include <utility>

#include "spotify/transport.h"

namespace spotify {

base::Result<http::Url> parse_api_url(std::string_view text) {
  TRY(auto url, http::parse_url(text));
  if (url.scheme != "https" && !http::is_loopback_host(url.host)) {
    return base::fail(base::Code::kInvalidArgument,
                      "The Spotify API must be an https URL; plain http is only for a simulator on this machine.");
  }
  if (!http::split_target(url.target).query.empty()) {
    return base::fail(base::Code::kInvalidArgument, "The URL of the Spotify API must not have a query.");
  }
  return url;
}

Client::Client(Services services, ClientOptions options)
    : transport_(std::make_unique<Transport>(services, std::move(options))) {}

Client::~Client() = default;

std::shared_ptr<Witness> Client::observe() { return transport_->observe(); }
bool Client::is_whole(const std::shared_ptr<Witness>& witness) { return transport_->is_whole(witness); }
base::Task<bool> Client::still_holds(std::shared_ptr<const Witness> witness, Call call) {
  return transport_->still_holds(std::move(witness), std::move(call));
}

CacheStats Client::cache_stats() const { return transport_->cache().stats(); }
base::Task<CacheReport> Client::cache_report() { co_return co_await transport_->report(); }
Client::Answer<int64_t> Client::clean_cache() { co_return co_await transport_->clean(); }
Client::Answer<int64_t> Client::forget_cache() { co_return co_await transport_->forget_all(); }
base::Task<QuotaReport> Client::quota() { co_return co_await transport_->gate().report(); }

}  // namespace spotify
