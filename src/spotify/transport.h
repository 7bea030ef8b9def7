// One request of the client from target to JSON: turn, token, sending, what to do with the answer, and for reads the
// cache and the joining of equal requests (transport_cache.cpp). The families of client_*.cpp stand on it; nobody else
// includes it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "json/value.h"
#include "schema/fields.h"
#include "spotify/attempts.h"
#include "spotify/cache.h"
#include "spotify/client.h"
#include "spotify/errors.h"
#include "spotify/operation.h"
#include "spotify/witness.h"

namespace spotify {

// Null when the answer had no body.
using Json = std::shared_ptr<const json::Value>;

struct ApiRequest {
  Operation operation = Operation::kSearch;
  std::string target;
  std::optional<json::Value> body{};
  // Instead of a body in JSON.
  std::string jpeg_base64{};
  Call call{};
  // Distinguishes answers to the same target in the cache, such as a snapshot id. With it the answer keeps longer.
  std::string version{};
};

class Transport {
 public:
  Transport(Client::Services services, ClientOptions options);

  base::Task<base::Result<Json>> read(ApiRequest request);
  // Forgets cached answers whose target begins with one of `invalidates`, before and after.
  base::Task<base::Result<Json>> write(ApiRequest request, std::vector<std::string> invalidates);

  std::shared_ptr<Witness> observe();
  bool is_whole(const std::shared_ptr<Witness>& witness);
  base::Task<bool> still_holds(std::shared_ptr<const Witness> witness, Call call);

  Cache& cache() { return cache_; }
  const Cache& cache() const { return cache_; }
  base::Task<CacheReport> report();
  base::Task<base::Result<int64_t>> clean();
  base::Task<base::Result<int64_t>> forget_all();
  Gate& gate() { return services_.gate; }
  RegimeProbe& regime() { return services_.regime != nullptr ? *services_.regime : own_regime_; }

 private:
  using Shared = base::Result<Json>;
  // One request that any number of callers wait for.
  struct Flight {
    std::vector<base::Completion<Shared>::Setter> waiters;
    size_t waiting = 0;
    uint64_t task = 0;
    bool finished = false;
    // False once a write may have changed the answer: nobody joins any more, and it is not cached.
    bool current = true;
  };
  class Waiting;
  class Invalidating;
  struct Answer {
    http::Response response;
    Json json;
  };
  struct Try {
    Ending ending;
    Answer answer;
    base::Error error;
    uint64_t token_generation = 0;
    bool counted = true;  // False when it failed before the network: no further try.
  };

  // What is known of a request before it is sent.
  struct Known {
    Json json;
    std::string etag;
    std::string body;  // Of an answer from the store.
    bool is_fresh = false;
    std::chrono::milliseconds fresh_for{0};
    CacheOwner owner;
    int64_t epoch = 0;
  };

  base::Task<Shared> join(std::string key, ApiRequest request);
  base::Task<Known> look_up(std::string key, bool may_be_fresh);
  void land(const std::shared_ptr<Flight>& flight, const std::string& key, const Shared& shared);
  base::Task<void> fly(std::shared_ptr<Flight> flight, std::string key, ApiRequest request);
  base::Task<base::Result<Answer>> run(ApiRequest given, std::string etag);
  base::Task<Try> attempt(std::shared_ptr<const ApiRequest> request, std::string etag);
  base::Task<base::Result<http::Response>> send(http::Request request);
  http::Request make_request(const ApiRequest& request, const base::Secret& token, std::string_view etag) const;
  void classify(const OperationInfo& operation, Try& result) const;
  void keep_in_memory(const std::string& key, const ApiRequest& request, const Known& known);
  // Without `response` the known answer was confirmed.
  void remember(const std::string& key, const ApiRequest& request, const http::Response* response, Known known);
  void forget(const std::vector<std::string>& prefixes);
  base::Task<void> forget_stored(std::vector<std::string> prefixes);
  base::Task<void> store(CacheOwner owner, StoredAnswer answer, int64_t epoch);
  bool is_kept_in_memory(const ApiRequest& request) const;
  CacheOwner owner() const { return {options_.cache_owner, login_}; }
  // The first failure of the store, and the next one after a success.
  void tell(const base::Error& error);
  // What was read under another login is forgotten.
  void belong_to(int64_t login);
  std::chrono::milliseconds jitter(std::chrono::milliseconds max);

  Client::Services services_;
  ClientOptions options_;
  std::string server_url_;
  std::string base_path_;
  RegimeProbe own_regime_;
  Cache cache_;
  std::shared_ptr<Witness> witness_;  // Of who observes now.
  int64_t login_ = 0;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
  uint64_t stored_hits_ = 0;
  uint64_t joined_ = 0;
  uint64_t confirmed_ = 0;
  bool store_failed_ = false;
  base::TaskGroup group_;
};

template <class T>
base::Result<T> read_model(const Json& json) {
  if (json == nullptr) {
    return std::unexpected(make_error(Cause::kUpstream, base::Code::kUpstream,
                                      "Spotify answered without content. Try again in a moment.", "empty"));
  }
  auto parsed = schema::parse<T>(*json, schema::Mode::kTolerant, "answer");
  if (!parsed) {
    return std::unexpected(make_error(Cause::kUpstream, base::Code::kUpstream,
                                      "Spotify's answer has a form that is not known here. Trying again will not help.",
                                      parsed.error().message));
  }
  return parsed;
}

template <class T>
base::Task<base::Result<T>> read_as(Transport& transport, ApiRequest request) {
  CO_TRY(const Json json, co_await transport.read(std::move(request)));
  co_return read_model<T>(json);
}

// The page's own place is taken from the request, not from the answer.
template <class T>
base::Task<base::Result<Page<T>>> read_page(Transport& transport, ApiRequest request, PageRequest asked) {
  auto page = co_await read_as<Page<T>>(transport, std::move(request));
  if (page) {
    page->limit = asked.limit;
    page->offset = asked.offset;
  }
  co_return page;
}

// A command: whatever the body of a success is, it means nothing.
base::Task<base::Result<void>> command(Transport& transport, ApiRequest request, std::vector<std::string> invalidates);

PageRequest folded(PageRequest page, int limit_max = 50);
void add_page(http::Parameters& query, PageRequest page);
void add_market(http::Parameters& query, const std::optional<Market>& market);

}  // namespace spotify
