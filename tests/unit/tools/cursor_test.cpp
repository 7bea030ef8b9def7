// Cursors: good for one list, refused everywhere else.
#include "tools/cursor.h"

#include <string>

#include "crypto/base64.h"

#include "tests/test.h"

namespace tools {
namespace {

TEST_CASE("a cursor gives back the place that it was made for") {
  const ListKey key("get_playlist", {"id", "SE"});
  const auto offset = key.offset_of(CursorText(key.cursor_at(137)));
  REQUIRE(offset);
  CHECK(*offset == 137);
  CHECK(key.offset_of(std::nullopt) == 0);
}

TEST_CASE("a cursor of another tool or of other arguments is refused") {
  const ListKey key("get_playlist", {"id", "SE"});
  const CursorText cursor(key.cursor_at(5));
  for (const ListKey& other : {ListKey("get_album_details", {"id", "SE"}), ListKey("get_playlist", {"other", "SE"}),
                               ListKey("get_playlist", {"idSE", ""}), ListKey("get_playlist", {"id"})}) {
    const auto refused = other.offset_of(cursor);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::Code::kInvalidArgument);
    CHECK(refused.error().message.starts_with("cursor "));
  }
}

TEST_CASE("what is no cursor is refused, whatever it is") {
  const ListKey key("t", {});
  const std::string good = key.cursor_at(5);
  const std::string text = *crypto::base64url_decode(good);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return crypto::base64url_encode(changed);
  };
  REQUIRE(key.offset_of(CursorText(good)));
  for (const std::string& bad :
       {std::string("made-up"), std::string("!!!"), good + "=", good.substr(1), crypto::base64url_encode("[1]"),
        crypto::base64url_encode("null"), crypto::base64url_encode("{}"), with("\"o\":5", "\"o\":-1"),
        with("\"o\":5", "\"o\":1.5"), with("\"o\":5", "\"o\":\"5\""), with("\"o\":5", "\"o\":99999999"),
        with("\"o\":5", "\"x\":5"), with("\"v\":1", "\"v\":2"), with("{\"o\":5}", "5")}) {
    INFO(bad);
    CHECK_FALSE(key.offset_of(CursorText(bad)));
  }
}

}  // namespace
}  // namespace tools
