// The operational log: typed events with typed fields, written as one JSON line each to stderr by os/.
// A field takes numbers, booleans and plain text of ours. Secret, ForeignText and http::Request do not convert to
// a Field, so they cannot be logged by accident.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace base {

enum class Level { kDebug, kInfo, kWarning, kError };

struct Field {
  Field(std::string_view field_name, std::string_view text) : name(field_name), value(std::string(text)) {}
  Field(std::string_view field_name, const char* text) : name(field_name), value(std::string(text)) {}
  // Exactly bool, since every pointer converts to one.
  template <std::same_as<bool> Flag>
  Field(std::string_view field_name, Flag flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, int number) : name(field_name), value(int64_t{number}) {}
  Field(std::string_view field_name, int64_t number) : name(field_name), value(number) {}
  Field(std::string_view field_name, uint64_t number) : name(field_name), value(static_cast<int64_t>(number)) {}

  std::string_view name;
  std::variant<std::string, bool, int64_t> value;
};

class Log {
 public:
  virtual ~Log() = default;
  // `event` is a dotted name such as "token.refreshed".
  void event(Level level, std::string_view event, std::initializer_list<Field> fields = {}) {
    write(level, event, std::span(fields.begin(), fields.size()));
  }

 protected:
  virtual void write(Level level, std::string_view event, std::span<const Field> fields) = 0;
};

// For tests and for tools that have nothing to say.
class NullLog final : public Log {
 protected:
  void write(Level, std::string_view, std::span<const Field>) override {}
};

}  // namespace base
