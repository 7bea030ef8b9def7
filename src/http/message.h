// HTTP messages as plain values (RFC 9110), shared by the server side, the client side and the simulator.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "base/task.h"

namespace http {

enum class Method { kGet, kHead, kPost, kPut, kDelete, kOptions, kPatch, kOther };
std::string_view method_name(Method method);
Method parse_method(std::string_view name);

// Field lines in order. Names compare without case, as RFC 9110 section 5.1 says.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> lines) : lines_(lines) {}

  void reserve(size_t lines) { lines_.reserve(lines); }
  void add(std::string_view name, std::string_view value) { lines_.emplace_back(name, value); }
  // Replaces every line of that name.
  void set(std::string name, std::string value);
  void erase(std::string_view name);
  // The first line's value.
  std::optional<std::string_view> find(std::string_view name) const;
  size_t count(std::string_view name) const;

  auto begin() const { return lines_.begin(); }
  auto end() const { return lines_.end(); }
  bool empty() const { return lines_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

struct Request {
  Method method = Method::kGet;
  // Client side: scheme and authority, such as "https://api.spotify.com". Empty on the server side.
  std::string server_url;
  // Origin form: path and query, percent-encoded, such as "/v1/search?q=a%20b".
  std::string target = "/";
  Headers headers;
  // The whole value of the Authorization field. It is no header line, so that headers may be logged.
  base::Secret authorization;
  std::string body;
  // Server side: the address of the connected peer, without a port.
  std::string peer;
  base::Instant deadline = base::Instant::never();
};

// A body that is pulled piece by piece, such as an SSE stream. Destroying it ends it: on the server side that means
// that the client went away.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // The next piece, or nothing at the end. One call at a time.
  virtual base::Task<std::optional<std::string>> next() = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // When set, it is the body and `body` is empty.
  std::unique_ptr<BodyStream> stream = nullptr;
};

std::string_view reason_phrase(int status);

}  // namespace http
