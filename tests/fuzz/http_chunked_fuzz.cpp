// A chunked body: the same body whole and cut where its end says, and one that is written anew in chunks
// of another size is read as itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "net/request_reader.h"
#include "tests/fuzz/pieces.h"

namespace {

constexpr std::string_view kHead = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr size_t kInputBytesMax = 4000;  // The reader bounds what it keeps of a chunk's head; this stays below it.
constexpr net::ServerLimits kLimits{.body_bytes = 2048};

struct Seen {
  net::RequestReader::State state;
  std::string body;
  size_t used;  // Of the bytes after the head.
};

Seen read(const std::vector<std::string_view>& pieces) {
  net::RequestReader reader(kLimits);
  ENSURE(reader.feed(kHead) == kHead.size() && reader.state() == net::RequestReader::State::kBody);
  size_t used = 0;
  std::string waiting;
  for (const std::string_view piece : pieces) {
    // A reader is fed when something has come.
    if (piece.empty() || reader.state() != net::RequestReader::State::kBody) continue;
    waiting += piece;
    const size_t taken = reader.feed(waiting);
    ENSURE(taken <= waiting.size());
    waiting.erase(0, taken);
    used += taken;
  }
  Seen seen{reader.state(), {}, used};
  if (seen.state == net::RequestReader::State::kComplete) seen.body = reader.take().body;
  ENSURE(seen.body.size() <= kLimits.body_bytes);
  return seen;
}

std::string in_chunks(std::string_view body, size_t chunk_bytes) {
  std::string text;
  for (; !body.empty(); body.remove_prefix(std::min(chunk_bytes, body.size()))) {
    const std::string_view chunk = body.substr(0, chunk_bytes);
    text += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  }
  return text + "0\r\n\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < fuzz::Pieces::kTailBytes || size > kInputBytesMax) return 0;
  const fuzz::Pieces input = fuzz::cut(data, size);
  const Seen whole = read({input.whole});
  const Seen cut = read(input.pieces);
  ENSURE(whole.state == cut.state && whole.body == cut.body);
  if (whole.state != net::RequestReader::State::kComplete) return 0;
  // Where the body ends decides where the next request begins.
  ENSURE(whole.used == cut.used);
  const std::string again = in_chunks(whole.body, size_t{1} + input.spare % 64);
  const Seen rewritten = read({again});
  ENSURE(rewritten.state == net::RequestReader::State::kComplete && rewritten.body == whole.body);
  ENSURE(rewritten.used == again.size());
  return 0;
}
