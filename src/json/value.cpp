#include "json/value.h"

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace json {

Object::Object() = default;
Object::Object(std::initializer_list<InitialMember> members) {
  members_.reserve(members.size());
  for (const InitialMember& each : members) members_.emplace_back(std::move(each.name), std::move(each.value));
}
Object::Object(std::vector<Member> members) : members_(std::move(members)) {}
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &found->value;
}

Value* Object::find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

Value& Object::set(std::string name, Value value) {
  if (Value* existing = find(name)) return *existing = std::move(value);
  return append(std::move(name), std::move(value));
}

Value& Object::append(std::string name, Value value) {
  return members_.emplace_back(std::move(name), std::move(value)).value;
}

void Object::reserve(size_t members) { members_.reserve(members); }

bool Object::erase(std::string_view name) {
  return std::erase_if(members_, [name](const Member& member) { return member.name == name; }) > 0;
}

bool Object::empty() const { return members_.empty(); }
size_t Object::size() const { return members_.size(); }
const Member* Object::begin() const { return members_.data(); }
const Member* Object::end() const { return members_.data() + members_.size(); }
Member* Object::begin() { return members_.data(); }
Member* Object::end() { return members_.data() + members_.size(); }
bool Object::operator==(const Object&) const = default;

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kInteger:
      return "integer";
    case Kind::kNumber:
      return "number";
    case Kind::kString:
      return "string";
    case Kind::kArray:
      return "array";
    case Kind::kObject:
      return "object";
  }
  return "null";
}

Value::Value(const Value& other) : kind_(other.kind_) {
  switch (kind_) {
    case Kind::kString:
      std::construct_at(&data_.text, other.data_.text);
      return;
    case Kind::kArray:
      std::construct_at(&data_.items, other.data_.items);
      return;
    case Kind::kObject:
      std::construct_at(&data_.members, other.data_.members);
      return;
    case Kind::kNull:
    case Kind::kBoolean:
    case Kind::kInteger:
    case Kind::kNumber:
      data_.bits = other.data_.bits;
  }
}

Value& Value::operator=(const Value& other) { return *this = Value(other); }

// What is assigned may be a part of what it is assigned to.
void Value::replace(Value& other) noexcept {
  Value taken(std::move(other));
  if (has_content()) destroy();
  take(taken);
}

void Value::destroy() noexcept {
  if (kind_ == Kind::kString)
    std::destroy_at(&data_.text);
  else if (kind_ == Kind::kArray)
    std::destroy_at(&data_.items);
  else
    std::destroy_at(&data_.members);
  kind_ = Kind::kNull;
  data_.bits = 0;
}

void Value::take_content(Value& other) noexcept {
  if (other.kind_ == Kind::kString) {
    std::construct_at(&data_.text, std::move(other.data_.text));
    std::destroy_at(&other.data_.text);
  } else if (other.kind_ == Kind::kArray) {
    std::construct_at(&data_.items, std::move(other.data_.items));
    std::destroy_at(&other.data_.items);
  } else {
    std::construct_at(&data_.members, std::move(other.data_.members));
    std::destroy_at(&other.data_.members);
  }
  other.data_.bits = 0;
}

Value::Value(std::string text) : kind_(Kind::kString) { std::construct_at(&data_.text, std::move(text)); }
Value::Value(std::string_view text) : Value(std::string(text)) {}
Value::Value(const char* text) : Value(std::string(text)) {}
Value::Value(Array items) : kind_(Kind::kArray) { std::construct_at(&data_.items, std::move(items)); }
Value::Value(Object members) : kind_(Kind::kObject) { std::construct_at(&data_.members, std::move(members)); }

bool Value::boolean() const {
  ENSURE(is_boolean());
  return data_.bits != 0;
}

int64_t Value::integer() const {
  ENSURE(is_integer());
  return static_cast<int64_t>(data_.bits);
}

double Value::number() const {
  if (is_integer()) return static_cast<double>(integer());
  ENSURE(kind() == Kind::kNumber);
  return std::bit_cast<double>(data_.bits);
}

const std::string& Value::string() const {
  ENSURE(is_string());
  return data_.text;
}

const Array& Value::array() const {
  ENSURE(is_array());
  return data_.items;
}

Array& Value::array() { return const_cast<Array&>(std::as_const(*this).array()); }

const Object& Value::object() const {
  ENSURE(is_object());
  return data_.members;
}

Object& Value::object() { return const_cast<Object&>(std::as_const(*this).object()); }

void Value::become_string(std::string_view text) {
  if (has_content()) destroy();
  std::construct_at(&data_.text, text);
  kind_ = Kind::kString;
}

Array& Value::become_array() {
  if (has_content()) destroy();
  kind_ = Kind::kArray;
  return *std::construct_at(&data_.items);
}

Object& Value::become_object() {
  if (has_content()) destroy();
  kind_ = Kind::kObject;
  return *std::construct_at(&data_.members);
}

const Value* Value::find(std::string_view name) const { return is_object() ? object().find(name) : nullptr; }

std::string_view Value::text_or_empty(std::string_view name) const {
  const Value* member = find(name);
  return member != nullptr && member->is_string() ? std::string_view(member->string()) : std::string_view();
}

bool Value::operator==(const Value& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::kNull:
      return true;
    case Kind::kBoolean:
    case Kind::kInteger:
      return data_.bits == other.data_.bits;
    case Kind::kNumber:
      return number() == other.number();
    case Kind::kString:
      return data_.text == other.data_.text;
    case Kind::kArray:
      return data_.items == other.data_.items;
    case Kind::kObject:
      return data_.members == other.data_.members;
  }
  return false;
}

}  // namespace json
