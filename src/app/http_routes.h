// The paths of `serve`: MCP, and the few that a supervisor asks for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "http/interfaces.h"

namespace app {

class HttpRoutes final : public http::Handler {
 public:
  // `mcp` must outlive it.
  // `is_well` says whether the server does all that it should; without one it does.
  HttpRoutes(http::Handler& mcp, std::string mcp_path, std::function<bool()> is_well = nullptr)
      : mcp_(mcp), mcp_path_(std::move(mcp_path)), is_well_(std::move(is_well)) {}

  base::Task<http::Response> handle(http::Request request) override;
  // From now on the server is not ready; it still answers what comes.
  void begin_to_stop() { stopping_ = true; }

 private:
  http::Response answer(const http::Request& request, std::string_view path) const;

  http::Handler& mcp_;
  std::string mcp_path_;
  std::function<bool()> is_well_;
  bool stopping_ = false;
};

}  // namespace app
