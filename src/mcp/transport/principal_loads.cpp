#include "mcp/transport/principal_loads.h"

#include <iterator>

#include "mcp/transport/exchange.h"

namespace mcp {

std::optional<PrincipalLoads::Slot> PrincipalLoads::enter(std::string_view principal, Kind kind) {
  auto at = loads_.lower_bound(principal);
  if (at == loads_.end() || at->first != principal) at = loads_.emplace_hint(at, principal, Slot::Load{});
  const bool is_stream = kind == Kind::kStream;
  Slot::Load& load = at->second;
  size_t& running = is_stream ? load.streams : load.requests;
  const size_t most = is_stream ? limits_.streams : limits_.requests;
  // One that is new here has room: no limit is below one.
  if (most > 0 && running >= most) return std::nullopt;
  ++running;
  load.places.push_back({.load = at, .kind = kind});
  return Slot(this, std::prev(load.places.end()));
}

void PrincipalLoads::leave(std::list<Slot::Place>::iterator place) {
  const auto at = place->load;
  Slot::Load& load = at->second;
  --(place->kind == Kind::kStream ? load.streams : load.requests);
  load.places.erase(place);
  if (load.places.empty()) loads_.erase(at);
}

size_t PrincipalLoads::end(std::string_view principal) {
  const auto found = loads_.find(principal);
  if (found == loads_.end()) return 0;
  // What is cancelled leaves, which changes the list.
  std::vector<std::shared_ptr<Exchange>> running;
  for (const Slot::Place& place : found->second.places) {
    if (auto exchange = place.exchange.lock()) running.push_back(std::move(exchange));
  }
  for (const auto& exchange : running) exchange->cancel();
  return running.size();
}

std::vector<std::string> PrincipalLoads::busy() const {
  std::vector<std::string> all;
  for (const auto& [principal, load] : loads_) all.push_back(principal);
  return all;
}

}  // namespace mcp
