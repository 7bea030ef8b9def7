// Bytes of a connection, cut where their end says: the reader sees the same requests and the same end as in one piece,
// and what it lets through is clean. Pipelined requests and bodies of either framing are among the bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "net/request_reader.h"
#include "tests/fuzz/pieces.h"

namespace {

// Shorter than every limit of the reader but those that are made small here, so that a limit is met in the same place
// however the bytes are cut.
constexpr size_t kInputBytesMax = 4000;
constexpr net::ServerLimits kLimits{
    .request_line_bytes = 512, .header_fields = 16, .header_bytes = 1024, .body_bytes = 1024};

struct Seen {
  std::vector<http::Request> requests;
  net::RequestReader::State state = net::RequestReader::State::kHeader;
  int status = 0;
};

void check_clean(const http::Request& request) {
  ENSURE(request.target == "*" || request.target.starts_with('/'));
  ENSURE(request.headers.count("Host") <= 1 && request.body.size() <= kLimits.body_bytes);
  ENSURE(request.headers.count("Content-Length") + request.headers.count("Transfer-Encoding") <= 1);
  for (const auto& [name, value] : request.headers) {
    constexpr std::string_view kControls("\r\n\0", 3);
    ENSURE(!name.empty() && name.find_first_of(kControls) == std::string::npos);
    ENSURE(name.find_first_of(" \t:") == std::string::npos && value.find_first_of(kControls) == std::string::npos);
  }
}

Seen read(const std::vector<std::string_view>& pieces) {
  net::RequestReader reader(kLimits);
  Seen seen;
  std::string waiting;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;  // A reader is fed when something has come.
    waiting += piece;
    for (bool moved = true; moved && reader.state() != net::RequestReader::State::kRefused;) {
      const size_t used = reader.feed(waiting);
      ENSURE(used <= waiting.size());
      waiting.erase(0, used);
      moved = reader.state() == net::RequestReader::State::kComplete;
      if (!moved) break;
      seen.requests.push_back(reader.take());
      check_clean(seen.requests.back());
      reader.next();
    }
  }
  seen.state = reader.state();
  if (seen.state == net::RequestReader::State::kRefused) seen.status = reader.refusal().status;
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < fuzz::Pieces::kTailBytes || size > kInputBytesMax) return 0;
  const fuzz::Pieces input = fuzz::cut(data, size);
  const Seen whole = read({input.whole});
  const Seen cut = read(input.pieces);
  ENSURE(whole.state == cut.state && whole.status == cut.status && whole.requests.size() == cut.requests.size());
  ENSURE(whole.status == 0 || (whole.status >= 400 && whole.status < 600));
  for (size_t i = 0; i < whole.requests.size(); ++i) {
    ENSURE(whole.requests[i].method == cut.requests[i].method && whole.requests[i].target == cut.requests[i].target);
    ENSURE(std::ranges::equal(whole.requests[i].headers, cut.requests[i].headers));
    ENSURE(whole.requests[i].body == cut.requests[i].body);
  }
  return 0;
}
