// Where a list goes on: opaque to the client, and good only for the user, the tool and the arguments that it came from.
// It carries a code over all of these and the place, under keys that the processes of one installation share, so it
// goes on in each of them and after a restart; a forged one, and one of somebody else, is refused.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "mcp/context.h"
#include "schema/type.h"
#include "tools/services.h"

namespace tools {

// An empty one is refused like any other that is not of the list.
using CursorText = schema::Text<0, 1024>;

// Identifies one list: whose it is, the tool and every argument that decides what is in it (not the limit).
class ListKey {
 public:
  // The desk must outlive the key.
  ListKey(const Desk& desk, const mcp::Principal& principal, std::string_view tool,
          std::initializer_list<std::string_view> arguments);
  ListKey(const Services& services, const mcp::CallContext& context, std::string_view tool,
          std::initializer_list<std::string_view> arguments)
      : ListKey(services.desk, context.principal(), tool, arguments) {}

  // `place` is small: an offset, or the last id.
  std::string cursor_at(json::Object place) const;
  std::string cursor_at(int offset) const { return cursor_at(json::Object{{"o", offset}}); }
  // The place, or kInvalidArgument when the cursor is not one of this list.
  base::Result<json::Object> place_of(const CursorText& cursor) const;
  // For lists by offset: 0 without a cursor.
  base::Result<int> offset_of(const std::optional<CursorText>& cursor) const;

 private:
  const Desk* desk_;
  std::string list_;  // What the code is over, but for the place.
};

base::Error invalid_cursor();
// An offset inside of a place.
base::Result<int> offset_in(const json::Object& place, std::string_view name = "o");

}  // namespace tools
