#include "mcp/transport/principal_loads.h"

#include <iterator>

namespace mcp {

std::optional<PrincipalLoads::Slot> PrincipalLoads::enter(std::string_view principal, Kind kind) {
  const auto found = loads_.find(std::string(principal));
  const bool is_stream = kind == Kind::kStream;
  const size_t most = is_stream ? limits_.streams : limits_.requests;
  if (found != loads_.end() && most > 0) {
    if ((is_stream ? found->second.streams : found->second.requests) >= most) return std::nullopt;
  }
  const auto known = found != loads_.end() ? found : loads_.emplace(std::string(principal), Slot::Load{}).first;
  Slot::Load& load = known->second;
  load.principal = known->first;
  ++(is_stream ? load.streams : load.requests);
  load.places.push_back({.load = &load, .kind = kind});
  return Slot(this, std::prev(load.places.end()));
}

void PrincipalLoads::leave(std::list<Slot::Place>::iterator place) {
  Slot::Load& load = *place->load;
  --(place->kind == Kind::kStream ? load.streams : load.requests);
  load.places.erase(place);
  if (load.places.empty()) loads_.erase(load.principal);
}

size_t PrincipalLoads::end(std::string_view principal) {
  const auto found = loads_.find(std::string(principal));
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
