// Boost.JSON's SAX parser drives a builder of our own tree, which adds the rules that RFC 8259 leaves open.
#include "json/parse.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace json {
namespace {

namespace bj = boost::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// From this many members on, names are sorted to find a duplicate: comparing each with each would let a sender
// buy quadratic time, and a hash table too, with names that collide.
constexpr size_t kSortedFrom = 16;

constexpr size_t kChunkBytes = 4096;

// Room for most messages from the start.
constexpr size_t kUsualValues = 32;
constexpr size_t kUsualDepth = 8;

bool has_duplicate(const std::vector<Member>& members) {
  if (members.size() < kSortedFrom) {
    for (size_t i = 1; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (members[i].name == members[j].name) return true;
      }
    }
    return false;
  }
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const Member& member : members) names.emplace_back(member.name);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

// Values wait on one stack until their container closes; then they move into it at once, so that each container
// is allocated exactly once and at its final size.
class Builder {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  explicit Builder(size_t values_max) : values_left_(values_max) {
    stack_.reserve(kUsualValues);
    open_.reserve(kUsualDepth);
  }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }

  bool on_array_begin(bj::error_code& ec) { return open(ec); }
  bool on_array_end(std::size_t, bj::error_code&) {
    ++events_;
    const size_t at = close();
    Array items;
    items.reserve(stack_.size() - at - 1);
    for (size_t i = at + 1; i < stack_.size(); ++i) items.push_back(std::move(stack_[i].value));
    stack_.resize(at + 1);
    stack_[at].value = std::move(items);
    return true;
  }

  bool on_object_begin(bj::error_code& ec) { return open(ec); }
  bool on_object_end(std::size_t, bj::error_code& ec) {
    ++events_;
    const size_t at = close();
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    std::vector<Member> members(std::make_move_iterator(first), std::make_move_iterator(stack_.end()));
    if (has_duplicate(members)) return refuse(ec, "an object has two members of the same name");
    stack_.resize(at + 1);
    stack_[at].value = Object(std::move(members));
    return true;
  }

  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_key(bj::string_view last, std::size_t, bj::error_code& ec) {
    ++events_;
    name_ = whole(last);
    if (name_.contains('\0')) return refuse(ec, "a member name has a NUL");
    return true;
  }

  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_string(bj::string_view last, std::size_t, bj::error_code& ec) { return add(whole(last), ec); }

  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t number, bj::string_view, bj::error_code& ec) { return add(number, ec); }
  bool on_uint64(std::uint64_t, bj::string_view, bj::error_code& ec) {
    ++events_;
    return refuse(ec, "an integer is outside the range of 64 signed bits");
  }
  // The parser's own double may be off in the last place, so the text is read again, correctly rounded.
  bool on_double(double approximate, bj::string_view text, bj::error_code& ec) {
    if (text.find_first_of(".eE") == bj::string_view::npos) return on_uint64(0, text, ec);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) {
      // Too large, or so small that it rounds to zero; only the first loses something.
      if (std::abs(approximate) > 1) {
        ++events_;
        return refuse(ec, "a number is too large for a double");
      }
      number = 0;
    }
    return add(number, ec);
  }

  bool on_bool(bool flag, bj::error_code& ec) { return add(flag, ec); }
  bool on_null(bj::error_code& ec) { return add(nullptr, ec); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

  Value take() { return std::move(stack_.front().value); }
  // Which of our own rules was broken, if one was, and how many events came up to it.
  std::string_view broken_rule() const { return broken_rule_; }
  size_t events() const { return events_; }

 private:
  bool add(Value value, bj::error_code& ec) {
    ++events_;
    if (values_left_ == 0) return refuse(ec, "the document has too many values");
    --values_left_;
    stack_.emplace_back(std::exchange(name_, {}), std::move(value));
    return true;
  }
  bool open(bj::error_code& ec) {
    if (!add(nullptr, ec)) return false;
    open_.push_back(stack_.size() - 1);
    return true;
  }
  size_t close() {
    const size_t at = open_.back();
    open_.pop_back();
    return at;
  }
  bool keep(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  std::string whole(bj::string_view last) {
    if (text_.empty()) return {last.data(), last.size()};
    text_.append(last.data(), last.size());
    return std::exchange(text_, {});
  }
  bool refuse(bj::error_code& ec, std::string_view rule) {
    broken_rule_ = rule;
    ec = bj::error::syntax;
    return false;
  }

  std::vector<Member> stack_;
  std::vector<size_t> open_;
  std::string name_;
  std::string text_;
  size_t values_left_;
  size_t events_ = 0;
  std::string_view broken_rule_;
};

// Sees the same events and fails at the `fail_at`-th. Boost.JSON does not tell where it stopped, so a refused text
// is read again with this one, in ever smaller steps.
class Locator {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  explicit Locator(size_t fail_at) : events_left_(fail_at) {}

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code& ec) { return count(ec); }
  bool on_array_end(std::size_t, bj::error_code& ec) { return count(ec); }
  bool on_object_begin(bj::error_code& ec) { return count(ec); }
  bool on_object_end(std::size_t, bj::error_code& ec) { return count(ec); }
  bool on_key_part(bj::string_view, std::size_t, bj::error_code&) { return true; }
  bool on_key(bj::string_view, std::size_t, bj::error_code& ec) { return count(ec); }
  bool on_string_part(bj::string_view, std::size_t, bj::error_code&) { return true; }
  bool on_string(bj::string_view, std::size_t, bj::error_code& ec) { return count(ec); }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t, bj::string_view, bj::error_code& ec) { return count(ec); }
  bool on_uint64(std::uint64_t, bj::string_view, bj::error_code& ec) { return count(ec); }
  bool on_double(double, bj::string_view, bj::error_code& ec) { return count(ec); }
  bool on_bool(bool, bj::error_code& ec) { return count(ec); }
  bool on_null(bj::error_code& ec) { return count(ec); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  bool count(bj::error_code& ec) {
    if (--events_left_ > 0) return true;
    ec = bj::error::syntax;
    return false;
  }

  size_t events_left_;
};

bj::parse_options options_of(const Limits& limits) {
  bj::parse_options options;
  options.max_depth = limits.depth_max;
  return options;
}

// The start of the first step of `step` bytes, from `from` on, at which a parser that has read all before it fails.
size_t find_failing_step(std::string_view text, const Limits& limits, size_t fail_at, size_t from, size_t step) {
  bj::basic_parser<Locator> parser(options_of(limits), fail_at);
  bj::error_code ec;
  const char* const start = text.data();
  if (from > 0) parser.write_some(true, start, from, ec);
  for (size_t at = from; at < text.size() && !ec; at += step) {
    parser.write_some(true, start + at, std::min(step, text.size() - at), ec);
    if (ec) return at;
  }
  return text.size();
}

size_t locate(std::string_view text, const Limits& limits, size_t fail_at) {
  const size_t chunk = find_failing_step(text, limits, fail_at, 0, kChunkBytes);
  return find_failing_step(text, limits, fail_at, std::min(chunk, text.size()), 1);
}

std::string rule_of(bj::error_code ec, const Limits& limits) {
  switch (static_cast<bj::error>(ec.value())) {
    case bj::error::incomplete:
      return "the text ends too early";
    case bj::error::exponent_overflow:
      return "the exponent of a number is too large";
    case bj::error::too_deep:
      return fmt::format("more than {} levels of nesting", limits.depth_max);
    case bj::error::illegal_leading_surrogate:
    case bj::error::illegal_trailing_surrogate:
      return "a surrogate escape without its other half";
    case bj::error::expected_hex_digit:
      return "a \\u escape needs four hexadecimal digits";
    default:
      return "an unexpected character, or bytes that are not UTF-8";
  }
}

std::unexpected<base::Error> refuse(size_t at, std::string_view rule) {
  return base::fail(base::Code::kInvalidArgument, fmt::format("Invalid JSON at byte {}: {}.", at, rule));
}

}  // namespace

base::Result<Value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes_max) {
    return refuse(limits.bytes_max, fmt::format("more than {} bytes", limits.bytes_max));
  }
  if (text.starts_with(kByteOrderMark)) return refuse(0, "a byte-order mark is not allowed");

  bj::basic_parser<Builder> parser(options_of(limits), limits.values_max);
  bj::error_code ec;
  const size_t used = parser.write_some(false, text.data(), text.size(), ec);
  Builder& builder = parser.handler();
  if (!builder.broken_rule().empty()) {
    return refuse(locate(text, limits, builder.events()), builder.broken_rule());
  }
  if (ec == bj::error::incomplete) return refuse(text.size(), rule_of(ec, limits));
  if (ec) return refuse(locate(text, limits, static_cast<size_t>(-1)), rule_of(ec, limits));
  if (used < text.size()) return refuse(used, "data after the end of the document");
  return builder.take();
}

}  // namespace json
