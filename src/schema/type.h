// Type<T> says, once for each type, how it looks in JSON Schema 2020-12, how it is read from JSON and how it is
// written. Tool arguments, tool answers, configuration and Spotify's models are all read through it, so that a limit is
// declared and enforced by the same line.
//
// Two modes. kStrict is for what a client or a person sends: unknown members, wrong types and nulls are problems,
// and all of them are reported at once. kTolerant is for what Spotify sends: unknown members are ignored, null means
// absent, and an integer may come as 3.0.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/foreign_text.h"
#include "base/result.h"
#include "json/value.h"

namespace schema {

enum class Mode { kStrict, kTolerant };

// `pointer` is a JSON Pointer (RFC 6901) into the value that was read, "" for the value itself. `message` completes
// the sentence that begins with the name of the field: "must be at most 50", "is required".
struct Problem {
  std::string pointer;
  std::string message;

  bool operator==(const Problem&) const = default;
};

// Collects problems while values are read; knows where in the document the reading stands.
class Reader {
 public:
  explicit Reader(Mode mode) : mode_(mode) {}

  Mode mode() const { return mode_; }
  bool tolerant() const { return mode_ == Mode::kTolerant; }
  void problem(std::string message) { problems_.push_back({pointer_, std::move(message)}); }
  // "must be a string, not a number"; null gets the advice to leave the member out.
  void wrong_type(std::string_view expected, const json::Value& found);
  const std::vector<Problem>& problems() const { return problems_; }

  // Stands on a member or an element until destroyed.
  class Step {
   public:
    Step(Reader& reader, std::string_view name);
    Step(Reader& reader, size_t index);
    ~Step() { reader_.pointer_.resize(length_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Reader& reader_;
    size_t length_;
  };

 private:
  Mode mode_;
  std::string pointer_;
  std::vector<Problem> problems_;
};

// One error for all problems: "limit must be from 1 to 50. market must be a string, not an integer." `subject` stands
// for the value itself where a pointer is empty.
base::Error to_error(const std::vector<Problem>& problems, std::string_view subject);

// Specialise with:
//   static json::Object schema();
//   static void read(const json::Value& value, T& out, Reader& reader);   // leaves `out` alone on a problem
//   static json::Value write(const T& value);
template <class T>
struct Type;

template <>
struct Type<bool> {
  static json::Object schema();
  static void read(const json::Value& value, bool& out, Reader& reader);
  static json::Value write(bool value) { return value; }
};

template <>
struct Type<int64_t> {
  static json::Object schema();
  static void read(const json::Value& value, int64_t& out, Reader& reader);
  static json::Value write(int64_t value) { return value; }
};

template <>
struct Type<int> {
  static json::Object schema() { return Type<int64_t>::schema(); }
  static void read(const json::Value& value, int& out, Reader& reader);
  static json::Value write(int value) { return value; }
};

template <>
struct Type<double> {
  static json::Object schema();
  static void read(const json::Value& value, double& out, Reader& reader);
  static json::Value write(double value) { return value; }
};

template <>
struct Type<std::string> {
  static json::Object schema();
  static void read(const json::Value& value, std::string& out, Reader& reader);
  static json::Value write(const std::string& value) { return value; }
};

// Read only: foreign words become output in tools/present.cpp, nowhere else.
template <>
struct Type<base::ForeignText> {
  static void read(const json::Value& value, base::ForeignText& out, Reader& reader);
};

// Any JSON, as it is.
template <>
struct Type<json::Value> {
  static json::Object schema() { return {}; }
  static void read(const json::Value& value, json::Value& out, Reader&) { out = value; }
  static json::Value write(const json::Value& value) { return value; }
};

template <class T>
struct Type<std::optional<T>> {
  static json::Object schema() { return Type<T>::schema(); }
  static void read(const json::Value& value, std::optional<T>& out, Reader& reader) {
    if (value.is_null() && reader.tolerant()) return;
    T inner{};
    const size_t before = reader.problems().size();
    Type<T>::read(value, inner, reader);
    if (reader.problems().size() == before) out = std::move(inner);
  }
  static json::Value write(const std::optional<T>& value) {
    return value ? json::Value(Type<T>::write(*value)) : json::Value();
  }
};

template <class T>
struct Type<std::vector<T>> {
  static json::Object schema() { return {{"type", "array"}, {"items", Type<T>::schema()}}; }
  static void read(const json::Value& value, std::vector<T>& out, Reader& reader) {
    if (!value.is_array()) return reader.wrong_type("an array", value);
    std::vector<T> items;
    items.reserve(value.array().size());
    for (size_t i = 0; i < value.array().size(); ++i) {
      const Reader::Step step(reader, i);
      Type<T>::read(value.array()[i], items.emplace_back(), reader);
    }
    out = std::move(items);
  }
  static json::Value write(const std::vector<T>& value) {
    json::Array items;
    items.reserve(value.size());
    for (const T& item : value) items.push_back(Type<T>::write(item));
    return items;
  }
};

// An enumeration with a name for each value. Specialise EnumNames with a constexpr array of pairs:
//   template <> struct schema::EnumNames<Colour> {
//     static constexpr std::array kNames{std::pair{Colour::kRed, std::string_view("red")}, ...};
//   };
template <class T>
struct EnumNames;

template <class T>
concept NamedEnum = std::is_enum_v<T> && requires { EnumNames<T>::kNames; };

template <NamedEnum T>
std::string_view enum_name(T value) {
  for (const auto& [each, name] : EnumNames<T>::kNames) {
    if (each == value) return name;
  }
  return "";
}

template <NamedEnum T>
struct Type<T> {
  static json::Object schema() {
    json::Array names;
    for (const auto& [value, name] : EnumNames<T>::kNames) names.emplace_back(name);
    return {{"type", "string"}, {"enum", std::move(names)}};
  }
  static void read(const json::Value& value, T& out, Reader& reader) {
    if (!value.is_string()) return reader.wrong_type("a string", value);
    std::string choices;
    for (const auto& [each, name] : EnumNames<T>::kNames) {
      if (name == value.string()) {
        out = each;
        return;
      }
      choices.append(choices.empty() ? "" : ", ").append(name);
    }
    reader.problem("must be one of: " + choices);
  }
  static json::Value write(T value) { return enum_name(value); }
};

// A type that validates itself: parse() gives the value or an Error whose message completes "<field> ...", such as
// "must be a Spotify track id, URI or link"; text() is its canonical form. constraints() adds schema members beside
// "type": "string", and must accept everything that parse() accepts.
template <class T>
concept TextType = requires(std::string_view text, const T& value) {
  { T::parse(text) } -> std::same_as<base::Result<T>>;
  { value.text() } -> std::convertible_to<std::string_view>;
  { T::constraints() } -> std::same_as<json::Object>;
};

template <TextType T>
struct Type<T> {
  static json::Object schema() {
    json::Object object{{"type", "string"}};
    for (const auto& [name, value] : T::constraints()) object.set(name, value);
    return object;
  }
  static void read(const json::Value& value, T& out, Reader& reader) {
    if (!value.is_string()) return reader.wrong_type("a string", value);
    auto parsed = T::parse(value.string());
    if (!parsed) return reader.problem(std::move(parsed).error().message);
    out = *std::move(parsed);
  }
  static json::Value write(const T& value) { return std::string_view(value.text()); }
};

// A whole number from kMin to kMax.
template <int64_t kMin, int64_t kMax>
class Bounded {
 public:
  constexpr Bounded() = default;
  constexpr explicit Bounded(int64_t value) : value_(value) {}
  constexpr int64_t value() const { return value_; }
  bool operator==(const Bounded&) const = default;

 private:
  int64_t value_ = kMin;
};

namespace detail {
// Reads an integer and checks its range; nothing (and a problem) when it fails.
std::optional<int64_t> read_bounded(const json::Value& value, int64_t min, int64_t max, Reader& reader);
}  // namespace detail

template <int64_t kMin, int64_t kMax>
struct Type<Bounded<kMin, kMax>> {
  static json::Object schema() { return {{"type", "integer"}, {"minimum", kMin}, {"maximum", kMax}}; }
  static void read(const json::Value& value, Bounded<kMin, kMax>& out, Reader& reader) {
    if (const auto number = detail::read_bounded(value, kMin, kMax, reader)) {
      out = Bounded<kMin, kMax>(*number);
    }
  }
  static json::Value write(Bounded<kMin, kMax> value) { return value.value(); }
};

enum class Lines { kSingle, kMany };

namespace detail {
// Valid UTF-8 of min to max code points, without control characters (line breaks and tabs pass with kMany).
bool check_text(const std::string& text, size_t min, size_t max, Lines lines, Reader& reader);
}  // namespace detail

// Text of kMin to kMax code points without control characters. What is allowed passes unchanged: quotes, slashes and
// markup are no business of validation; they are encoded where they are used.
template <size_t kMin, size_t kMax, Lines kLines = Lines::kSingle>
class Text {
 public:
  Text() = default;
  explicit Text(std::string given) : text_(std::move(given)) {}
  const std::string& value() const { return text_; }
  bool operator==(const Text&) const = default;

 private:
  std::string text_;
};

template <size_t kMin, size_t kMax, Lines kLines>
struct Type<Text<kMin, kMax, kLines>> {
  static json::Object schema() {
    json::Object out{{"type", "string"}};
    if constexpr (kMin > 0) out.append("minLength", static_cast<int64_t>(kMin));
    out.append("maxLength", static_cast<int64_t>(kMax));
    return out;
  }
  static void read(const json::Value& value, Text<kMin, kMax, kLines>& out, Reader& reader) {
    if (!value.is_string()) return reader.wrong_type("a string", value);
    if (detail::check_text(value.string(), kMin, kMax, kLines, reader)) {
      out = Text<kMin, kMax, kLines>(value.string());
    }
  }
  static json::Value write(const Text<kMin, kMax, kLines>& value) { return value.value(); }
};

// kMin to kMax items.
template <class T, size_t kMin, size_t kMax>
class List {
 public:
  List() = default;
  explicit List(std::vector<T> given) : items_(std::move(given)) {}
  const std::vector<T>& items() const { return items_; }

 private:
  std::vector<T> items_;
};

template <class T, size_t kMin, size_t kMax>
struct Type<List<T, kMin, kMax>> {
  static json::Object schema() {
    json::Object object = Type<std::vector<T>>::schema();
    object.append("minItems", static_cast<int64_t>(kMin));
    object.append("maxItems", static_cast<int64_t>(kMax));
    return object;
  }
  static void read(const json::Value& value, List<T, kMin, kMax>& out, Reader& reader) {
    if (value.is_array() && (value.array().size() < kMin || value.array().size() > kMax)) {
      return reader.problem("must have " + std::to_string(kMin) + " to " + std::to_string(kMax) + " items, not " +
                            std::to_string(value.array().size()));
    }
    std::vector<T> items;
    Type<std::vector<T>>::read(value, items, reader);
    out = List<T, kMin, kMax>(std::move(items));
  }
  static json::Value write(const List<T, kMin, kMax>& value) { return Type<std::vector<T>>::write(value.items()); }
};

}  // namespace schema
