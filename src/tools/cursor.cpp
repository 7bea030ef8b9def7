#include "tools/cursor.h"

#include <fmt/format.h>
#include <iterator>

#include "crypto/base64.h"
#include "json/parse.h"
#include "json/write.h"

namespace tools {
namespace {

// Between the place and the code; neither has it.
constexpr char kDot = '.';
// Beyond any list that Spotify has (100,000 entries), and far from overflow.
constexpr int64_t kOffsetMax = 1'000'000;

}  // namespace

// Each part with its length, so that no two lists read alike.
ListKey::ListKey(const Desk& desk, const mcp::Principal& principal, std::string_view tool,
                 std::initializer_list<std::string_view> arguments)
    : desk_(&desk) {
  const auto add = [this](std::string_view part) {
    fmt::format_to(std::back_inserter(list_), "{}:{}", part.size(), part);
  };
  add(principal.id);
  add(tool);
  for (const std::string_view argument : arguments) add(argument);
}

std::string ListKey::cursor_at(json::Object place) const {
  const std::string text = json::write(std::move(place));
  return crypto::base64url_encode(text) + kDot + desk_->cursor_code(list_ + text);
}

base::Result<json::Object> ListKey::place_of(const CursorText& cursor) const {
  const std::string_view given = cursor.value();
  const size_t dot = given.rfind(kDot);
  if (dot == std::string_view::npos) return std::unexpected(invalid_cursor());
  const auto text = crypto::base64url_decode(given.substr(0, dot));
  if (!text || !desk_->is_cursor_code(given.substr(dot + 1), list_ + *text)) return std::unexpected(invalid_cursor());
  const auto place = json::parse(*text, {.bytes_max = 1024, .depth_max = 4, .values_max = 64});
  if (!place || !place->is_object()) return std::unexpected(invalid_cursor());
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
