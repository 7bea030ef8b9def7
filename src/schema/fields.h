// A struct describes itself with one table:
//
//   struct SearchArguments {
//     Query query;
//     std::optional<Market> market;
//     PageSize limit{20};
//
//     static constexpr auto fields() {
//       return schema::Fields{
//           schema::required("query", &SearchArguments::query, "What to look for."),
//           schema::optional("market", &SearchArguments::market, "Two-letter country code."),
//           schema::defaulted("limit", &SearchArguments::limit, "How many results."),
//       };
//     }
//   };
//
// From it follow the JSON Schema (json_schema<T>), the strict and the tolerant parser (parse<T>), the writer
// (to_json) and the documentation. A default is the member's initialiser.
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "schema/type.h"

namespace schema {

enum class Presence { kRequired, kOptional, kDefaulted };

template <class S, class T>
struct Field {
  std::string_view name;
  T S::* member;
  std::string_view about;
  Presence presence;
  // Other names by which people ask for it, with spaces between them. They are not accepted: the refusal of such a name
  // says which one is right.
  std::string_view aliases;
};

template <class S, class T>
constexpr Field<S, T> required(std::string_view name, T S::* member, std::string_view about = "",
                               std::string_view aliases = "") {
  return {name, member, about, Presence::kRequired, aliases};
}
template <class S, class T>
constexpr Field<S, std::optional<T>> optional(std::string_view name, std::optional<T> S::* member,
                                              std::string_view about = "", std::string_view aliases = "") {
  return {name, member, about, Presence::kOptional, aliases};
}
template <class S, class T>
constexpr Field<S, T> defaulted(std::string_view name, T S::* member, std::string_view about = "",
                                std::string_view aliases = "") {
  return {name, member, about, Presence::kDefaulted, aliases};
}

namespace detail {
template <size_t kIndex, class F>
struct Slot {
  F field;
};
template <class Indices, class... F>
struct Slots;
template <size_t... kIndices, class... F>
struct Slots<std::index_sequence<kIndices...>, F...> : Slot<kIndices, F>... {
  template <class Use>
  constexpr decltype(auto) apply(Use&& use) const {
    return use(static_cast<const Slot<kIndices, F>&>(*this).field...);
  }
};
}  // namespace detail

// The table itself: the fields in the order in which they are listed, read and written. It does for this purpose what
// std::tuple does for every purpose, and compiles several times faster, which every file that sees a model feels.
template <class... F>
struct Fields : detail::Slots<std::index_sequence_for<F...>, F...> {
  constexpr explicit Fields(F... field) : detail::Slots<std::index_sequence_for<F...>, F...>{{field}...} {}

  template <class Visit>
  constexpr void each(Visit&& visit) const {
    this->apply([&](const auto&... field) { (visit(field), ...); });
  }
};

// The table of a struct that derives from another: Base::fields() + Fields{...}.
template <class... A, class... B>
constexpr Fields<A..., B...> operator+(const Fields<A...>& first, const Fields<B...>& second) {
  return first.apply(
      [&](const auto&... a) { return second.apply([&](const auto&... b) { return Fields<A..., B...>(a..., b...); }); });
}

template <class T>
concept Described = requires { T::fields(); };

namespace detail {
// The member of that name, or nothing where it is absent; a missing one that is required is a problem.
const json::Value* find_member(const json::Object& object, std::string_view name, Presence presence, Reader& reader);
// A name of the table, and its aliases.
struct Known {
  std::string_view name;
  std::string_view aliases;
};
// A problem for each member that is not known, with the names that were probably meant.
void report_unknown(const json::Object& object, std::span<const Known> known, Reader& reader);

// Builds the schema of an object member by member.
class ObjectSchema {
 public:
  // `preset` is the default value; null for none.
  void add(std::string_view name, std::string_view about, Presence presence, json::Object schema, json::Value preset);
  json::Object finish() &&;

 private:
  json::Object properties_;
  json::Array required_;
};
}  // namespace detail

template <Described T>
struct Type<T> {
  static json::Object schema() {
    const T defaults{};
    detail::ObjectSchema object;
    T::fields().each([&](const auto& field) {
      using Member = std::remove_cvref_t<decltype(defaults.*field.member)>;
      object.add(field.name, field.about, field.presence, Type<Member>::schema(),
                 field.presence == Presence::kDefaulted ? json::Value(Type<Member>::write(defaults.*field.member))
                                                        : json::Value());
    });
    return std::move(object).finish();
  }

  static void read(const json::Value& value, T& out, Reader& reader) {
    if (!value.is_object()) return reader.wrong_type("an object", value);
    const json::Object& object = value.object();
    T::fields().each([&](const auto& field) {
      using Member = std::remove_cvref_t<decltype(out.*field.member)>;
      const json::Value* member = detail::find_member(object, field.name, field.presence, reader);
      if (member == nullptr) return;
      const Reader::Step step(reader, field.name);
      Type<Member>::read(*member, out.*field.member, reader);
    });
    if (reader.tolerant()) return;
    T::fields().apply([&](const auto&... field) {
      const std::array<detail::Known, sizeof...(field)> known{detail::Known{field.name, field.aliases}...};
      detail::report_unknown(object, known, reader);
    });
  }

  // Optional members that are empty are left out.
  static json::Value write(const T& value) {
    json::Object object;
    T::fields().each([&](const auto& field) {
      using Member = std::remove_cvref_t<decltype(value.*field.member)>;
      json::Value member = Type<Member>::write(value.*field.member);
      if (field.presence == Presence::kOptional && member.is_null()) return;
      object.append(std::string(field.name), std::move(member));
    });
    return object;
  }
};

// For tools without arguments.
struct Empty {
  static constexpr auto fields() { return Fields<>{}; }
};

template <class T>
json::Object json_schema() {
  return Type<T>::schema();
}

template <class T>
json::Value to_json(const T& value) {
  return Type<T>::write(value);
}

// All problems at once; none when `out` is complete.
template <class T>
std::vector<Problem> read(const json::Value& value, T& out, Mode mode) {
  Reader reader(mode);
  Type<T>::read(value, out, reader);
  return reader.problems();
}

// `subject` names the value in the error: "The arguments", "The configuration", "Spotify's answer".
template <class T>
base::Result<T> parse(const json::Value& value, Mode mode, std::string_view subject) {
  T out{};
  const auto problems = read(value, out, mode);
  if (!problems.empty()) return std::unexpected(to_error(problems, subject));
  return out;
}

}  // namespace schema
