// What a handler knows of the request that it serves. One CallContext per request; it lives until the handler's task
// has ended or was dropped. A dropped task is the cancellation: there is nothing to poll.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/loop.h"
#include "json/value.h"
#include "mcp/principal.h"
#include "mcp/version.h"

namespace mcp {

class CallContext {
 public:
  // Sends one notification that belongs to this request, if the transport can carry one.
  using Notify = std::function<void(std::string_view method, json::Object params)>;

  CallContext(base::Loop& loop, Principal principal, Revision revision, base::Instant deadline);

  base::Loop& loop() const { return loop_; }
  const Principal& principal() const { return principal_; }
  Revision revision() const { return revision_; }
  Era era() const { return era_of(revision_); }
  // Absolute; handlers pass it on to what they await.
  base::Instant deadline() const { return deadline_; }
  // What the client declared: per request in the modern era, at initialize in the legacy era.
  const json::Object& client_capabilities() const { return client_capabilities_; }

  // notifications/progress. Ignored when the request carries no progressToken, when `progress` does not increase
  // (both eras: MUST increase), or once the handler has ended.
  void progress(double progress, std::optional<double> total = std::nullopt, std::string message = {});

  void set_client_capabilities(json::Object capabilities) { client_capabilities_ = std::move(capabilities); }
  void set_progress(json::Value token, Notify notify);

 private:
  base::Loop& loop_;
  Principal principal_;
  Revision revision_;
  base::Instant deadline_;
  json::Object client_capabilities_;
  std::optional<json::Value> progress_token_;
  std::optional<double> progress_so_far_;
  Notify notify_;
};

}  // namespace mcp
