// The one error path of the product: a call that can fail returns Result<T>, and nothing throws across a folder.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// A closed set. Each outer layer owns one switch over it without a default: to a JSON-RPC code or isError,
// to an HTTP status, to an exit code.
enum class Code {
  kInvalidArgument,  // The caller can mend the request.
  kUnauthenticated,  // No valid login: log in (again).
  kForbidden,        // Logged in, but not allowed; a scope, a plan or an owner is missing.
  kNotFound,
  kConflict,     // The state does not allow it now, such as "no active device".
  kRateLimited,  // Too many requests; `retry_after` says when.
  kUpstream,     // Spotify answered with something that it should not.
  kUnavailable,  // A network, a database or a service cannot be reached.
  kDeadline,     // Time ran out.
  kCancelled,    // The caller went away.
  kInternal,     // A bug of ours.
};

std::string_view code_name(Code code);

// `message` is one or two sentences that may be shown to a client: they say what to do next and never hold a
// secret or an upstream text. A path stands only in what `os/` and the stores say to the person at the terminal;
// app/adapters.h keeps those from clients. `detail` is for the operational log only.
struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string detail;
  std::optional<std::chrono::seconds> retry_after;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message, std::string detail = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(detail), std::nullopt});
}

}  // namespace base

#define BASE_CONCAT_INNER(a, b) a##b
#define BASE_CONCAT(a, b) BASE_CONCAT_INNER(a, b)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration and a keyword cannot stand in parentheses.
#define BASE_TRY(temporary, declaration, expression, give_back)                     \
  auto temporary = (expression);                                                    \
  if (!temporary) [[unlikely]] {                                                    \
    give_back std::unexpected(std::move(temporary).error());                        \
  }                                                                                 \
  declaration = *std::move(temporary)
// NOLINTEND(bugprone-macro-parentheses)

// TRY(auto x, parse(text)); declares x or returns the error. CO_TRY is the same inside a coroutine.
#define TRY(declaration, expression) \
  BASE_TRY(BASE_CONCAT(try_result_, __COUNTER__), declaration, expression, return)
#define CO_TRY(declaration, expression) \
  BASE_TRY(BASE_CONCAT(try_result_, __COUNTER__), declaration, expression, co_return)

// The forms for Result<void>.
#define TRY_VOID(expression)                                          \
  do {                                                                \
    auto try_result = (expression);                                   \
    if (!try_result) [[unlikely]] {                                   \
      return std::unexpected(std::move(try_result).error());          \
    }                                                                 \
  } while (false)
#define CO_TRY_VOID(expression)                                       \
  do {                                                                \
    auto try_result = (expression);                                   \
    if (!try_result) [[unlikely]] {                                   \
      co_return std::unexpected(std::move(try_result).error());       \
    }                                                                 \
  } while (false)
