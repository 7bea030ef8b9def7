// A struct describes itself with one table:
//
//   struct SearchArguments {
//     Query query;
//     std::optional<Market> market;
//     PageSize limit{20};
//
//     static constexpr auto fields() {
//       return std::tuple{
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

#include <string_view>
#include <tuple>
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
};

template <class S, class T>
constexpr Field<S, T> required(std::string_view name, T S::* member, std::string_view about = "") {
  return {name, member, about, Presence::kRequired};
}
template <class S, class T>
constexpr Field<S, std::optional<T>> optional(std::string_view name, std::optional<T> S::* member,
                                              std::string_view about = "") {
  return {name, member, about, Presence::kOptional};
}
template <class S, class T>
constexpr Field<S, T> defaulted(std::string_view name, T S::* member, std::string_view about = "") {
  return {name, member, about, Presence::kDefaulted};
}

template <class T>
concept Described = requires { T::fields(); };

namespace detail {
void report_unknown(const json::Object& object, const std::vector<std::string_view>& known, Reader& reader);
}  // namespace detail

template <Described T>
struct Type<T> {
  static json::Object schema() {
    const T defaults{};
    json::Object properties;
    json::Array required_names;
    const auto add = [&](const auto& field) {
      using Member = std::remove_cvref_t<decltype(defaults.*field.member)>;
      json::Object member = Type<Member>::schema();
      if (!field.about.empty()) member.set("description", field.about);
      if (field.presence == Presence::kDefaulted) {
        json::Value value = Type<Member>::write(defaults.*field.member);
        if (!value.is_null()) member.set("default", std::move(value));
      }
      if (field.presence == Presence::kRequired) required_names.emplace_back(field.name);
      properties.append(std::string(field.name), std::move(member));
    };
    std::apply([&](const auto&... field) { (add(field), ...); }, T::fields());
    json::Object object{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required_names.empty()) object.append("required", std::move(required_names));
    object.append("additionalProperties", false);
    return object;
  }

  static void read(const json::Value& value, T& out, Reader& reader) {
    if (!value.is_object()) return reader.wrong_type("an object", value);
    const json::Object& object = value.object();
    const auto take = [&](const auto& field) {
      const Reader::Step step(reader, field.name);
      const json::Value* member = object.find(field.name);
      if (member != nullptr && member->is_null() && reader.tolerant()) member = nullptr;
      if (member == nullptr) {
        if (field.presence == Presence::kRequired) reader.problem("is required");
        return;
      }
      using Member = std::remove_cvref_t<decltype(out.*field.member)>;
      Type<Member>::read(*member, out.*field.member, reader);
    };
    std::apply([&](const auto&... field) { (take(field), ...); }, T::fields());
    if (reader.mode() == Mode::kStrict) {
      const auto names =
          std::apply([](const auto&... field) { return std::vector<std::string_view>{field.name...}; }, T::fields());
      detail::report_unknown(object, names, reader);
    }
  }

  // Optional members that are empty are left out.
  static json::Value write(const T& value) {
    json::Object object;
    const auto put = [&](const auto& field) {
      using Member = std::remove_cvref_t<decltype(value.*field.member)>;
      json::Value member = Type<Member>::write(value.*field.member);
      if (field.presence == Presence::kOptional && member.is_null()) return;
      object.append(std::string(field.name), std::move(member));
    };
    std::apply([&](const auto&... field) { (put(field), ...); }, T::fields());
    return object;
  }
};

// For tools without arguments.
struct Empty {
  static constexpr auto fields() { return std::tuple<>{}; }
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
