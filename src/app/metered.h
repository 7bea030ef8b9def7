// Counting, put between two parts that know nothing of it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "app/auditor_over.h"
#include "app/metrics.h"
#include "base/loop.h"
#include "http/interfaces.h"

namespace app {

// Every call of the MCP server: how it ended and how long it took. What the next one refuses counts as well.
class MeteredCalls final : public AuditorOver {
 public:
  // All must outlive it and its calls.
  MeteredCalls(base::Loop& loop, Metrics& metrics, mcp::Auditor& next)
      : AuditorOver(next), loop_(loop), metrics_(metrics) {}

  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts facts) override;

 private:
  base::Loop& loop_;
  Metrics& metrics_;
};

// Every request to Spotify, whether it was answered or not.
class MeteredClient final : public http::Client {
 public:
  // `api_url` tells the Web API from the accounts service. All must outlive it.
  MeteredClient(base::Loop& loop, Metrics* metrics, http::Client& next, std::string api_url)
      : loop_(loop), metrics_(metrics), next_(next), api_url_(std::move(api_url)) {}

  base::Task<base::Result<http::Response>> send(http::Request request) override;

 private:
  base::Loop& loop_;
  Metrics* metrics_;  // Null: nothing is counted.
  http::Client& next_;
  std::string api_url_;
};

}  // namespace app
