#include "app/connection_watch.h"

#include <utility>

#include "http/address.h"

namespace app {

void ConnectionWatch::handshake_ended(const net::TlsHandshake& handshake) {
  const bool good = handshake.problem.empty();
  audit::Entry entry{.event = good ? audit::Event::kTlsAccepted : audit::Event::kTlsClientRefused,
                     .source = handshake.peer,
                     .request = {{"version", handshake.version}, {"cipher", handshake.cipher}},
                     .status = good ? "ok" : "forbidden",
                     .reason = handshake.problem};
  if (!handshake.server_name.empty()) entry.request.emplace_back("name", audit::Hidden{handshake.server_name});
  trail_.note(std::move(entry));
}

void ConnectionWatch::turned_away(std::string_view peer) {
  const auto count = turned_away_.add(loop_.now());
  if (!count) return;
  trail_.note({.event = audit::Event::kConnectionsLimited,
               .source = std::string(peer),
               .request = {{"count", *count}},
               .status = "rate_limited",
               .reason = "too many connections",
               .times = *count});
}

bool ConnectionWatch::speaks_for_many(std::string_view peer) const { return http::is_in(peer, proxies_); }

}  // namespace app
