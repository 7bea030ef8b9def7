// A JSON document in memory (RFC 8259). Objects keep the order of their members, so that what we write is
// deterministic; integers stay integers (int64), everything else with a point or an exponent is a double.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
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
  void reserve(size_t members);
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
  // Moving from a value leaves null.
  Value(const Value&);
  Value(Value&& other) noexcept { take(other); }
  Value& operator=(const Value&);
  Value& operator=(Value&& other) noexcept {
    // Nothing that is assigned can be a part of a value without content.
    if (has_content()) replace(other);
    else if (this != &other) take(other);
    return *this;
  }
  ~Value() {
    if (has_content()) destroy();
  }
  Value(std::nullptr_t) {}
  // Exactly bool: everything that merely converts to it, such as a pointer, is refused at compile time.
  template <std::same_as<bool> Flag>
  Value(Flag flag) : kind_(Kind::kBoolean), data_(uint64_t{flag}) {}
  Value(char) = delete;
  Value(int number) : Value(int64_t{number}) {}
  Value(int64_t number) : kind_(Kind::kInteger), data_(static_cast<uint64_t>(number)) {}
  Value(long long number) : Value(int64_t{number}) {}
  Value(double number) : kind_(Kind::kNumber), data_(std::bit_cast<uint64_t>(number)) {}
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(Array items);
  Value(Object members);

  Kind kind() const { return kind_; }
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

  // Makes this a text, an empty list or an empty object, in place.
  void become_string(std::string_view text);
  Array& become_array();
  Object& become_object();

  // The member of an object; null when this is no object or has no such member.
  const Value* find(std::string_view name) const;
  // The member's text, or "" when it is absent or no string. For reading shapes that others made.
  std::string_view text_or_empty(std::string_view name) const;

  bool operator==(const Value&) const;

 private:
  // A union by hand: values are moved and dropped many times for each that is read, and most of them are a text or a
  // number, which a visit of a variant treats like all the others.
  union Data {
    Data() : bits(0) {}
    explicit Data(uint64_t given) : bits(given) {}
    ~Data() {}
    uint64_t bits;  // The boolean, the integer, or the double.
    std::string text;
    Array items;
    Object members;
  };

  // The kinds whose content needs to be destroyed are the last ones.
  bool has_content() const { return kind_ >= Kind::kString; }
  void destroy() noexcept;
  void replace(Value& other) noexcept;
  // Into a null value.
  void take(Value& other) noexcept {
    if (!other.has_content())
      data_.bits = other.data_.bits;
    else
      take_content(other);
    kind_ = std::exchange(other.kind_, Kind::kNull);
  }
  void take_content(Value& other) noexcept;

  Kind kind_ = Kind::kNull;
  Data data_;
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
