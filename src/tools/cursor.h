// Where a list goes on: opaque to the client, and good only for the tool and the arguments that it came from. It holds
// no secret and grants nothing, so it is not signed; a forged one reads another place of the same list.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "schema/type.h"

namespace tools {

// An empty one is refused like any other that is not of the list.
using CursorText = schema::Text<0, 1024>;

// Identifies one list: the tool and every argument that decides what is in it (not the limit).
class ListKey {
 public:
  ListKey(std::string_view tool, std::initializer_list<std::string_view> arguments);

  // `place` is small: an offset, or the last id.
  std::string cursor_at(json::Object place) const;
  std::string cursor_at(int offset) const { return cursor_at(json::Object{{"o", offset}}); }
  // The place, or kInvalidArgument when the cursor is not one of this list.
  base::Result<json::Object> place_of(const CursorText& cursor) const;
  // For lists by offset: 0 without a cursor.
  base::Result<int> offset_of(const std::optional<CursorText>& cursor) const;

 private:
  std::string key_;
};

base::Error invalid_cursor();
// An offset inside of a place.
base::Result<int> offset_in(const json::Object& place, std::string_view name = "o");

}  // namespace tools
