// The control paths of the program spotify-sim, below /sim/: what a test of another process could otherwise not do.
//
//   GET  /sim/requests                    {"GET /me/player": 3, ...}
//   POST /sim/faults    {"rules": [...]}  replaces the fault plan
//   POST /sim/clock     {"advance_s": n}  lets time pass for tokens and playback
//   POST /sim/player    {"advertisement_ms": n}      an advertisement comes between
//                       {"private_session": true}    the active device goes private, or with false not
//   POST /sim/revoke                      the user removes the app
#pragma once

#include "http/interfaces.h"
#include "sim/spotify/simulator.h"

namespace sim::spotify {

class Controls final : public http::Handler {
 public:
  // The simulator must outlive it.
  explicit Controls(Simulator& simulator) : simulator_(simulator) {}
  // Everything else goes to the simulator.
  base::Task<http::Response> handle(http::Request request) override;

 private:
  http::Response control(const http::Request& request);
  http::Response control_player(const http::Request& request);

  Simulator& simulator_;
};

}  // namespace sim::spotify
