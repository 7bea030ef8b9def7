// How an operation answers: a response, or a Failure that becomes Spotify's error body in one place.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "http/message.h"
#include "json/value.h"

namespace sim::spotify {

struct Failure {
  int status = 400;
  std::string message;
  std::string reason{};  // Player commands and quota name one.
};

template <class T>
using Answer = std::expected<T, Failure>;
using Reply = Answer<http::Response>;

inline std::unexpected<Failure> refuse(int status, std::string message, std::string reason = {}) {
  return std::unexpected(Failure{status, std::move(message), std::move(reason)});
}

http::Response json_response(int status, const json::Value& body);
http::Response text_response(int status, std::string text);
// A page for a person in a browser, with a fixed text.
http::Response html_response(int status, std::string_view title, std::string_view text);
http::Response empty_response(int status);
http::Response error_response(const Failure& failure);

}  // namespace sim::spotify
