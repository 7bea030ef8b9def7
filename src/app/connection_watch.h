// Connections of `serve`, told to the audit trail: who came by TLS and how, and who had too many.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/trail.h"
#include "base/loop.h"
#include "base/occurrences.h"
#include "net/http_server.h"

namespace app {

class ConnectionWatch final : public net::ConnectionObserver {
 public:
  // The first that is turned away is told at once, and then so many in one record: turning them away has to stay cheap.
  static constexpr std::chrono::seconds kOneRecordPer{1};

  // Both must outlive it. `proxies` as http::AddressBlock takes them.
  ConnectionWatch(base::Loop& loop, audit::Trail& trail, std::vector<std::string> proxies)
      : loop_(loop), trail_(trail), proxies_(std::move(proxies)) {}

  void handshake_ended(const net::TlsHandshake& handshake) override;
  void turned_away(std::string_view peer) override;
  bool speaks_for_many(std::string_view peer) const override;

 private:
  base::Loop& loop_;
  audit::Trail& trail_;
  std::vector<std::string> proxies_;
  base::Occurrences turned_away_{kOneRecordPer};
};

}  // namespace app
