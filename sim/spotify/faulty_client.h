// Calls the simulator as http::HandlerClient does, and turns what a handler cannot do into the errors that a real
// client would see: a refused connection, and a connection that drops before or in the middle of the answer.
#pragma once

#include "http/interfaces.h"

namespace sim::spotify {

class FaultyClient final : public http::Client {
 public:
  // The handler must outlive it.
  explicit FaultyClient(http::Handler& handler) : handler_(handler) {}
  // kUnavailable for a dropped connection; `detail` is "not sent" only for a refused one, where the operation
  // certainly did not run.
  base::Task<base::Result<http::Response>> send(http::Request request) override;

 private:
  http::Handler& handler_;
};

}  // namespace sim::spotify
