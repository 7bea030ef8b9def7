#include "json/value.h"

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "base/foreign_text.h"
#include "base/secret.h"
#include "tests/test.h"

using json::Array;
using json::Kind;
using json::Object;
using json::Value;

TEST_CASE("A value is of the kind that it was made from") {
  CHECK(Value().is_null());
  CHECK(Value(nullptr).is_null());
  CHECK(Value(true).is_boolean());
  CHECK(Value(1).is_integer());
  CHECK(Value(int64_t{1}).is_integer());
  CHECK(Value(1.0).kind() == Kind::kNumber);
  CHECK(Value("text").is_string());
  CHECK(Value(std::string_view("text")).is_string());
  CHECK(Value(Array{}).is_array());
  CHECK(Value(Object{}).is_object());
  CHECK(Value(1).is_number());
  CHECK(Value(1).number() == 1.0);
  CHECK(Value(1) != Value(1.0));
  CHECK(json::kind_name(Kind::kObject) == "object");
}

TEST_CASE("What only looks like a value does not convert") {
  static_assert(!std::is_constructible_v<Value, int*>);
  static_assert(!std::is_constructible_v<Value, const void*>);
  static_assert(!std::is_constructible_v<Value, void (*)()>);
  static_assert(!std::is_constructible_v<Value, int Object::*>);
  static_assert(!std::is_constructible_v<Value, std::optional<int>>);
  static_assert(!std::is_constructible_v<Value, std::unique_ptr<int>>);
  static_assert(!std::is_constructible_v<Value, char>);
  static_assert(!std::is_constructible_v<Value, base::Secret>);
  static_assert(!std::is_constructible_v<Value, const base::Secret&>);
  static_assert(!std::is_constructible_v<Value, base::ForeignText>);
  static_assert(std::is_nothrow_move_constructible_v<Value>);
}

TEST_CASE("Objects keep order, replace in place and erase") {
  Object object{{"b", 1}, {"a", 2}};
  object.set("b", 3);
  object.set("c", 4);
  object.append("d", Array{1});
  REQUIRE(object.size() == 4);
  CHECK(object.begin()->name == "b");
  CHECK(object.find("b")->integer() == 3);
  CHECK(object.erase("a"));
  CHECK_FALSE(object.erase("a"));
  CHECK(object.find("a") == nullptr);
  CHECK(object.find("B") == nullptr);
  CHECK(object == Object{{"b", 3}, {"c", 4}, {"d", Array{1}}});
  CHECK(object != Object{{"c", 4}, {"b", 3}, {"d", Array{1}}});
}

TEST_CASE("Shapes that others made are read without asking first") {
  const Value value = Object{{"name", "x"}, {"count", 1}};
  CHECK(value.text_or_empty("name") == "x");
  CHECK(value.text_or_empty("count").empty());
  CHECK(value.text_or_empty("absent").empty());
  CHECK(value.find("count")->integer() == 1);
  CHECK(Value(1).find("name") == nullptr);
  CHECK(Value("text").text_or_empty("name").empty());
}
