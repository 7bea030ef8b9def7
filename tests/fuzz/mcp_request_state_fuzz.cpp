// The requestState of a question: no bytes of a client open one, neither as they are nor laid over a state of ours,
// and answers of any shape that were sealed come back as they were.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "crypto/base64.h"
#include "json/parse.h"
#include "mcp/request_state.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  test::SeededRandom random;
  const test::ManualClock clock;
  std::vector<crypto::Key> keys;
  keys.push_back(crypto::Key::generate(random));
  const mcp::RequestStates states(std::move(keys), clock, random);
  const mcp::Principal principal{"user"};
  const mcp::Call call{int64_t{1}, "tools/call", {{"name", "t"}, {"arguments", json::Object{{"a", 1}}}}};

  const auto refused = [&](std::string_view sealed) {
    const auto opened = states.open(principal, call, sealed);
    return !opened && opened.error().code == base::Code::kInvalidArgument;
  };
  ENSURE(refused(text));
  ENSURE(refused(crypto::base64url_encode(text)));

  // The first byte says where the others are laid over a state that is ours.
  const mcp::Rounds one{.asked = {}, .answers = {{"confirm", json::Object{{"action", "accept"}}}}};
  const auto sealed = states.seal(principal, call, "", one);
  ENSURE(sealed && states.open(principal, call, *sealed));
  std::string box = crypto::base64url_decode(*sealed).value();
  bool changed = false;
  for (size_t i = 1; i < size && data[0] + i - 1 < box.size(); ++i) {
    changed = changed || data[i] != 0;
    box[data[0] + i - 1] = static_cast<char>(box[data[0] + i - 1] ^ static_cast<char>(data[i]));
  }
  if (changed) ENSURE(refused(crypto::base64url_encode(box)));

  const auto answer = json::parse(text);
  if (!answer || !answer->is_object()) return 0;
  const mcp::Rounds rounds{.asked = {{"first", std::string(text)}},
                           .answers = {{"first", answer->object()}, {"second", answer->object()}}};
  const auto kept = states.seal(principal, call, "", rounds);
  if (!kept) {
    ENSURE(kept.error().code == base::Code::kInvalidArgument);
    return 0;
  }
  const auto back = states.open(principal, call, *kept);
  ENSURE(back && back->rounds.answers == rounds.answers && back->rounds.asked == rounds.asked);
  ENSURE(!states.open(mcp::Principal{"other"}, call, *kept));
  return 0;
}
