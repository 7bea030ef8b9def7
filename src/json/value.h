// A JSON document in memory (RFC 8259). Objects keep the order of their members, so that what we write is
// deterministic; integers stay integers (int64), everything else with a point or an exponent is a double.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace json {

class Value;
struct Member;
struct InitialMember;

using Array = std::vector<Value>;

// Members in order, names unique. Look-up is linear: objects here are small.
class Object {
 public:
  Object();
  // Moves out of the list: no value is copied.
  Object(std::initializer_list<InitialMember> members);
  // The caller knows that the names are unique.
  explicit Object(std::vector<Member> members);
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  // Null when there is no such member. The pointer lives until the object changes.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  // Replaces the value of an existing member in place, or appends.
  Value& set(std::string name, Value value);
  // Appends without a look-up; the caller knows that the name is new.
  Value& append(std::string name, Value value);
  bool erase(std::string_view name);

  bool empty() const;
  size_t size() const;
  const Member* begin() const;
  const Member* end() const;
  Member* begin();
  Member* end();
  bool operator==(const Object&) const;

 private:
  std::vector<Member> members_;
};

enum class Kind { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };
std::string_view kind_name(Kind kind);

class Value {
 public:
  Value() = default;
  // Made in value.cpp, so that not every file that holds a value compiles what a variant of seven kinds needs for it.
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();
  Value(std::nullptr_t) {}
  // Exactly bool: everything that merely converts to it, such as a pointer, is refused at compile time.
  template <std::same_as<bool> Flag>
  Value(Flag flag) : data_(flag) {}
  Value(char) = delete;
  Value(int number) : data_(int64_t{number}) {}
  Value(int64_t number) : data_(number) {}
  Value(long long number) : data_(int64_t{number}) {}
  Value(double number) : data_(number) {}
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(Array items);
  Value(Object members);

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_boolean() const { return kind() == Kind::kBoolean; }
  bool is_integer() const { return kind() == Kind::kInteger; }
  // An integer or a double.
  bool is_number() const { return is_integer() || kind() == Kind::kNumber; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  // Each CHECKs the kind: ask first.
  bool boolean() const;
  int64_t integer() const;
  double number() const;
  const std::string& string() const;
  const Array& array() const;
  Array& array();
  const Object& object() const;
  Object& object();

  // The member of an object; null when this is no object or has no such member.
  const Value* find(std::string_view name) const;
  // The member's text, or "" when it is absent or no string. For reading shapes that others made.
  std::string_view text_or_empty(std::string_view name) const;

  bool operator==(const Value&) const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> data_;
};

struct Member {
  std::string name;
  Value value;

  bool operator==(const Member&) const = default;
};

// A member in a list of initial ones. Such a list is const; what is mutable in it can be moved out all the same.
struct InitialMember {
  mutable std::string name;
  mutable Value value;
};

}  // namespace json
