// What the administrator asks of a running server, as HTTP on a Unix socket in the data directory: only processes of
// the same user and of root get an answer (net/http_server.h). `admin` is its client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/metrics.h"
#include "app/reloader.h"
#include "app/seal.h"
#include "audit/trail.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "http/interfaces.h"
#include "mcp/transport/http_sessions.h"

namespace app {

// Where the sockets of the servers of a data directory are, each named after its process.
std::string admin_directory(const std::string& data_directory);

enum class Ending { kDrain, kAtOnce };

class AdminServer final : public http::Handler {
 public:
  struct Services {
    base::Loop& loop;
    const base::Clock& clock;
    audit::Trail& trail;
    mcp::HttpSessions& sessions;
    const Metrics& metrics;
    const Seal& seal;
    std::function<size_t()> connections;
    std::function<spotify::CacheStats()> cache;
    std::function<std::vector<spotify::BucketUsage>()> quota;
    // Ends what runs and listens for anybody.
    std::function<void()> end_streams = nullptr;
    // Takes the new bearer from its file; empty where there is none.
    std::function<base::Result<void>()> reload_bearer;
    std::function<void(Ending)> stop;
    // "127.0.0.1:8000", "[::1]:8000": where it listens, beside its Unix socket.
    std::vector<std::string> listening = {};
    // Reads the configuration again; empty where that is not offered.
    std::function<base::Task<base::Result<Reloader::Done>>()> reload = nullptr;
  };

  // All must outlive it.
  explicit AdminServer(Services services) : services_(std::move(services)), started_(services_.clock.wall()) {}

  base::Task<http::Response> handle(http::Request request) override;
  // In the Prometheus text format.
  http::Response metrics() const;

 private:
  base::Task<http::Response> command(std::string path, std::string body, std::string peer);
  base::Task<void> tell(std::string_view command, std::string peer, std::string session, int64_t ended);
  base::Task<http::Response> revoke(std::string session, std::string peer);
  base::Task<http::Response> revoke_all(std::string peer);
  base::Task<http::Response> reload(std::string peer);
  base::Task<http::Response> stop(Ending ending, std::string peer);
  http::Response status() const;
  http::Response sessions() const;
  Gauges gauges() const;

  Services services_;
  base::Wall started_;
};

// The metrics alone, for a monitor that cannot read a Unix socket.
class MetricsServer final : public http::Handler {
 public:
  // It must outlive this.
  explicit MetricsServer(const AdminServer& admin) : admin_(admin) {}
  base::Task<http::Response> handle(http::Request request) override;

 private:
  const AdminServer& admin_;
};

}  // namespace app
