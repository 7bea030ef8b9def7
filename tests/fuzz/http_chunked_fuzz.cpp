// A chunked body: the same body whole and cut in two where the first byte says, and one that is written anew in chunks
// of another size is read as itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/check.h"
#include "net/request_reader.h"

namespace {

constexpr std::string_view kHead = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr size_t kInputBytesMax = 4000;  // The reader bounds what it keeps of a chunk's head; this stays below it.
constexpr net::ServerLimits kLimits{.body_bytes = 2048};

struct Seen {
  net::RequestReader::State state;
  std::string body;
  size_t used;  // Of the bytes after the head.
};

Seen read(std::string_view first, std::string_view second) {
  net::RequestReader reader(kLimits);
  ENSURE(reader.feed(kHead) == kHead.size() && reader.state() == net::RequestReader::State::kBody);
  size_t used = reader.feed(first);
  ENSURE(used <= first.size());
  std::string rest(first.substr(used));
  rest += second;
  // A reader is fed when something has come.
  const bool goes_on = reader.state() == net::RequestReader::State::kBody && !second.empty();
  if (goes_on) used += reader.feed(rest);
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
  if (size == 0 || size > kInputBytesMax) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t at = std::min<size_t>(data[0], bytes.size());
  const Seen whole = read(bytes, "");
  const Seen cut = read(bytes.substr(0, at), bytes.substr(at));
  ENSURE(whole.state == cut.state && whole.body == cut.body);
  if (whole.state != net::RequestReader::State::kComplete) return 0;
  // Where the body ends decides where the next request begins.
  ENSURE(whole.used == cut.used);
  const std::string again = in_chunks(whole.body, size_t{1} + data[0] % 64);
  const Seen rewritten = read(again, "");
  ENSURE(rewritten.state == net::RequestReader::State::kComplete && rewritten.body == whole.body);
  ENSURE(rewritten.used == again.size());
  return 0;
}
