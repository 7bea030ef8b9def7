#include "json/value.h"

#include <algorithm>

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

Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;
Value::Value(std::string text) : data_(std::move(text)) {}
Value::Value(std::string_view text) : data_(std::string(text)) {}
Value::Value(const char* text) : data_(std::string(text)) {}
Value::Value(Array items) : data_(std::move(items)) {}
Value::Value(Object members) : data_(std::move(members)) {}

bool Value::boolean() const {
  ENSURE(is_boolean());
  return *std::get_if<bool>(&data_);
}

int64_t Value::integer() const {
  ENSURE(is_integer());
  return *std::get_if<int64_t>(&data_);
}

double Value::number() const {
  if (const auto* whole = std::get_if<int64_t>(&data_)) return static_cast<double>(*whole);
  ENSURE(kind() == Kind::kNumber);
  return *std::get_if<double>(&data_);
}

const std::string& Value::string() const {
  ENSURE(is_string());
  return *std::get_if<std::string>(&data_);
}

const Array& Value::array() const {
  ENSURE(is_array());
  return *std::get_if<Array>(&data_);
}

Array& Value::array() { return const_cast<Array&>(std::as_const(*this).array()); }

const Object& Value::object() const {
  ENSURE(is_object());
  return *std::get_if<Object>(&data_);
}

Object& Value::object() { return const_cast<Object&>(std::as_const(*this).object()); }

const Value* Value::find(std::string_view name) const { return is_object() ? object().find(name) : nullptr; }

std::string_view Value::text_or_empty(std::string_view name) const {
  const Value* member = find(name);
  return member != nullptr && member->is_string() ? std::string_view(member->string()) : std::string_view();
}

bool Value::operator==(const Value&) const = default;

}  // namespace json
