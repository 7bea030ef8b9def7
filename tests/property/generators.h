// Generators that the property tests share.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include "json/value.h"

namespace property {

inline void append_utf8(std::string& out, uint32_t code_point) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

// Valid UTF-8 of every length class, with controls and quotes among it.
inline rc::Gen<std::string> text() {
  const auto code_point = rc::gen::oneOf(rc::gen::inRange<uint32_t>(0, 0x80), rc::gen::inRange<uint32_t>(0x80, 0x800),
                                         rc::gen::inRange<uint32_t>(0x800, 0xD800),
                                         rc::gen::inRange<uint32_t>(0xE000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<uint32_t>>(code_point), [](const std::vector<uint32_t>& points) {
    std::string out;
    for (const uint32_t point : points) append_utf8(out, point);
    return out;
  });
}

// Any bytes at all.
inline rc::Gen<std::string> bytes() { return rc::gen::container<std::string>(rc::gen::arbitrary<char>()); }

inline rc::Gen<double> finite_double() {
  const auto any_bits = rc::gen::map(rc::gen::arbitrary<uint64_t>(), [](uint64_t bits) {
    const auto number = std::bit_cast<double>(bits);
    return std::isfinite(number) ? number : 0.5;
  });
  return rc::gen::oneOf(any_bits, rc::gen::map(rc::gen::arbitrary<int>(), [](int whole) { return double{1} * whole; }));
}

// `levels` bounds the nesting below this value.
inline rc::Gen<json::Value> value(int levels) {
  const auto as_value = [](auto generator) {
    return rc::gen::map(std::move(generator), [](auto plain) { return json::Value(std::move(plain)); });
  };
  const auto scalar = rc::gen::oneOf(rc::gen::just(json::Value()), as_value(rc::gen::arbitrary<bool>()),
                                     as_value(rc::gen::arbitrary<int64_t>()), as_value(finite_double()),
                                     as_value(text()));
  if (levels == 0) return scalar;
  const auto items = as_value(rc::gen::scale(0.2, rc::gen::container<json::Array>(value(levels - 1))));
  using Pairs = std::vector<std::pair<std::string, json::Value>>;
  const auto pairs = rc::gen::scale(0.2, rc::gen::container<Pairs>(rc::gen::pair(text(), value(levels - 1))));
  const auto members = rc::gen::map(pairs, [](const Pairs& given) {
    json::Object object;
    for (const auto& [name, member] : given) {
      if (!name.contains('\0')) object.set(name, member);
    }
    return json::Value(std::move(object));
  });
  return rc::gen::oneOf(scalar, items, members);
}

}  // namespace property
