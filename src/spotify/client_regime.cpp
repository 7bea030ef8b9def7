// The request that tells the regimes apart.
#include "spotify/errors.h"
#include "spotify/transport.h"

namespace spotify {
namespace {

ApiRequest request_of(Operation operation, const http::Parameters& query, Call call) {
  call.freshness = Freshness::kFresh;
  return {.operation = operation, .target = make_target(info(operation), {}, query), .call = std::move(call)};
}

// Both older regimes have every operation. In development mode a playlist shows its content under the new name too.
base::Task<Regime> which_older(Transport& transport, Call call) {
  const auto answer =
      co_await transport.read(request_of(Operation::kGetMyPlaylists, {{"limit", "1"}, {"offset", "0"}}, call));
  if (!answer || *answer == nullptr) co_return Regime::kDevLegacy;
  const json::Value* items = (*answer)->find("items");
  if (items == nullptr || !items->is_array() || items->array().empty()) co_return Regime::kDevLegacy;
  co_return items->array().front().find("items") == nullptr ? Regime::kExtended : Regime::kDevLegacy;
}

// The list of markets is short, of no user, and in no bucket that anything else needs.
base::Task<base::Result<Regime>> probe(Transport& transport, Call call) {
  const auto answer = co_await transport.read(request_of(Operation::kGetMarkets, {}, call));
  if (answer) co_return co_await which_older(transport, call);
  if (cause_of(answer.error()) == Cause::kNotOffered) co_return Regime::kDev2026;
  co_return std::unexpected(answer.error());
}

}  // namespace

Client::Answer<Regime> Client::regime(Call call) {
  RegimeProbe& memory = transport_->regime();
  if (const auto known = co_await memory.recall()) co_return *known;
  CO_TRY(const Regime found, co_await probe(*transport_, call));
  co_await memory.remember(found);
  co_return found;
}

}  // namespace spotify
