#include "sim/spotify/answer.h"

#include <fmt/format.h>

#include "json/write.h"

namespace sim::spotify {

http::Response json_response(int status, const json::Value& body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.body = json::write(body);
  return response;
}

http::Response text_response(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(text);
  return response;
}

http::Response html_response(int status, std::string_view title, std::string_view text) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body = fmt::format(
      "<!doctype html><html><head><title>{}</title></head><body><h1>{}</h1><p>{}</p></body></html>\n", title,
      title, text);
  return response;
}

http::Response empty_response(int status) {
  http::Response response;
  response.status = status;
  return response;
}

http::Response error_response(const Failure& failure) {
  json::Object error{{"status", failure.status}, {"message", failure.message}};
  if (!failure.reason.empty()) error.append("reason", failure.reason);
  return json_response(failure.status, json::Object{{"error", std::move(error)}});
}

}  // namespace sim::spotify
