#include "sim/spotify/faulty_client.h"

#include "base/text.h"
#include "sim/spotify/fault_effects.h"

namespace sim::spotify {

base::Task<base::Result<http::Response>> FaultyClient::send(http::Request request) {
  http::Response response = co_await handler_.handle(std::move(request));
  if (response.headers.find(kRefusedHeader)) {
    co_return base::fail(base::Code::kUnavailable, "The service cannot be reached. Try again later.", "not sent");
  }
  if (!response.stream) co_return response;
  std::string body;
  while (auto piece = co_await response.stream->next()) body += *piece;
  response.stream.reset();
  const auto declared = base::parse_integer(response.headers.find("Content-Length").value_or(""));
  if (declared && static_cast<long long>(body.size()) < *declared) {
    co_return base::fail(base::Code::kUnavailable, "The connection to the service was lost. Try again later.",
                         "connection reset");
  }
  response.body = std::move(body);
  co_return response;
}

}  // namespace sim::spotify
