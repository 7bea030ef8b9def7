#include "tools/cursor.h"

#include "crypto/base64.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace tools {
namespace {

constexpr int kVersion = 1;
constexpr size_t kKeyLength = 12;
// Beyond any list that Spotify has (100,000 entries), and far from overflow.
constexpr int64_t kOffsetMax = 1'000'000;

}  // namespace

ListKey::ListKey(std::string_view tool, std::initializer_list<std::string_view> arguments) {
  std::string text(tool);
  for (const std::string_view argument : arguments) {
    text.push_back('\0');
    text.append(argument);
  }
  key_ = crypto::to_hex(crypto::sha256(text)).substr(0, kKeyLength);
}

std::string ListKey::cursor_at(json::Object place) const {
  return crypto::base64url_encode(json::write(json::Object{{"v", kVersion}, {"k", key_}, {"p", std::move(place)}}));
}

base::Result<json::Object> ListKey::place_of(const CursorText& cursor) const {
  const auto text = crypto::base64url_decode(cursor.value());
  if (!text) return std::unexpected(invalid_cursor());
  const auto value = json::parse(*text, {.bytes_max = 1024, .depth_max = 4, .values_max = 64});
  if (!value || value->text_or_empty("k") != key_) return std::unexpected(invalid_cursor());
  const json::Value* version = value->find("v");
  const json::Value* place = value->find("p");
  if (version == nullptr || *version != json::Value(kVersion) || place == nullptr || !place->is_object()) {
    return std::unexpected(invalid_cursor());
  }
  return place->object();
}

base::Result<int> ListKey::offset_of(const std::optional<CursorText>& cursor) const {
  if (!cursor) return 0;
  TRY(const json::Object place, place_of(*cursor));
  return offset_in(place);
}

base::Error invalid_cursor() {
  return {
      base::Code::kInvalidArgument,
      "cursor does not belong to this call. Repeat the call that gave it with its other arguments unchanged, or leave "
      "cursor out to begin again.",
      "", std::nullopt};
}

base::Result<int> offset_in(const json::Object& place, std::string_view name) {
  const json::Value* offset = place.find(name);
  if (offset == nullptr || !offset->is_integer() || offset->integer() < 0 || offset->integer() > kOffsetMax) {
    return std::unexpected(invalid_cursor());
  }
  return static_cast<int>(offset->integer());
}

}  // namespace tools
