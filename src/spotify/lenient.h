// Reading what Spotify sends. A strict reader breaks on it: list entries are null, ids of local files are null, new
// kinds and words appear without notice. Here one odd value is dropped and the rest of the answer survives.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/type.h"

namespace spotify {

// A member that is empty when it is absent, null or not what was expected.
template <class T>
struct Maybe : std::optional<T> {
  using std::optional<T>::optional;
  using std::optional<T>::operator=;
};

// A list without its null and unreadable entries. `skipped` counts those; positions[i] is the place that (*this)[i]
// had.
template <class T>
struct Several : std::vector<T> {
  using std::vector<T>::vector;
  int skipped = 0;
  std::vector<int> positions{};
};

// A word of Spotify's own vocabulary or a timestamp: "album", "Smartphone", "2026-02-25T20:15:20.497Z". Anything that
// is longer or has other characters is read as "unknown", so that it is safe to show as it stands.
class Word {
 public:
  Word() = default;
  explicit Word(std::string_view text);
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Word&) const = default;
  bool operator==(std::string_view text) const { return text_ == text; }

 private:
  std::string text_;
};

// An https URL of visible ASCII, or empty: where a picture is.
class Link {
 public:
  Link() = default;
  explicit Link(std::string_view text);
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Link&) const = default;

 private:
  std::string text_;
};

}  // namespace spotify

namespace schema {

template <class T>
struct Type<spotify::Maybe<T>> {
  static void read(const json::Value& value, spotify::Maybe<T>& out, Reader& reader) {
    T inner{};
    Reader own(reader.mode());
    Type<T>::read(value, inner, own);
    if (own.problems().empty()) out.emplace(std::move(inner));
  }
};

template <class T>
struct Type<spotify::Several<T>> {
  static void read(const json::Value& value, spotify::Several<T>& out, Reader& reader) {
    if (!value.is_array()) return;
    out.clear();
    out.skipped = 0;
    out.positions.clear();
    out.reserve(value.array().size());
    int position = 0;
    for (const json::Value& entry : value.array()) {
      T inner{};
      Reader own(reader.mode());
      if (!entry.is_null()) Type<T>::read(entry, inner, own);
      if (entry.is_null() || !own.problems().empty()) {
        ++out.skipped;
      } else {
        out.push_back(std::move(inner));
        out.positions.push_back(position);
      }
      ++position;
    }
  }
};

template <>
struct Type<spotify::Word> {
  static void read(const json::Value& value, spotify::Word& out, Reader&) {
    out = spotify::Word(value.is_string() ? std::string_view(value.string()) : std::string_view("?"));
  }
};

template <>
struct Type<spotify::Link> {
  static void read(const json::Value& value, spotify::Link& out, Reader&) {
    if (value.is_string()) out = spotify::Link(value.string());
  }
};

}  // namespace schema
