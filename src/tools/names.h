// The names of what a user has, read page by page as completions ask for them: an account may hold 11,000 playlists,
// which is 220 requests, and nobody wants to wait for those, or pay for them, before the first letter is completed.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/value.h"

namespace tools {

// One list of one user, as far as it was read.
class Names {
 public:
  // MCP takes no more values of a completion.
  static constexpr size_t kFoundMax = 100;
  // Spotify lets nobody have more than 11,000 playlists; what a longer list holds beyond is not completed.
  static constexpr size_t kRowsMax = 12'000;

  // `value` is the member that is put in; "id" is taken from the end of the URI.
  explicit Names(std::string value) : value_(std::move(value)) {}

  // The answer of the list tool for its first page, which every completion reads. When it is not as it was, something
  // was added, removed or is of another account, and the rest is forgotten.
  void begin(const json::Value& answer);
  // The page that followed `cursor`. Ignored when another completion has read it in the meantime.
  void go_on(std::string_view cursor, const json::Value& answer);
  // Where the list goes on; "" at its end.
  const std::string& cursor() const { return cursor_; }
  size_t size() const { return rows_.size(); }

  // The values of those whose name contains `typed` in any case of ASCII, or whose value begins with it. Names that
  // begin with it come first, then the order of the list.
  std::vector<std::string> find(std::string_view typed) const;

 private:
  struct Row {
    std::string name;  // In lower case.
    std::string value;
  };
  void append(const json::Value& answer);

  std::string value_;
  json::Value head_;  // The rows of the first page.
  std::string cursor_;
  std::vector<Row> rows_;
};

// The same list for each user who completes from it; those who did last are kept.
class NameBook {
 public:
  static constexpr size_t kUsersMax = 64;

  explicit NameBook(std::string value) : value_(std::move(value)) {}
  std::shared_ptr<Names> of(std::string_view user);
  void forget(std::string_view user);

 private:
  std::string value_;
  // Most recently used first.
  std::list<std::pair<std::string, std::shared_ptr<Names>>> users_;
};

}  // namespace tools
