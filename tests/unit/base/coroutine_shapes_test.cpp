// The shapes of argument that everyday co_await expressions have. Some compilers copy such arguments bit by bit into
// the frame and then destroy both, silently; this is where a new compiler is tried.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "tests/support/manual_loop.h"
#include "tests/test.h"

namespace {

// Knows its own address, so that a bitwise copy is seen when it is used or destroyed.
class Tracked {
 public:
  struct Count {
    int made = 0;
    int destroyed = 0;
    int broken = 0;
  };

  Tracked(Count* count, std::string text) : count_(count), text_(std::move(text)) { ++count_->made; }
  Tracked(const Tracked& other) : count_(other.count_), text_(other.text()) { ++count_->made; }
  Tracked(Tracked&& other) noexcept : count_(other.count_), text_(std::move(other.text_)) { ++count_->made; }
  Tracked& operator=(const Tracked&) = delete;
  Tracked& operator=(Tracked&&) = delete;
  ~Tracked() {
    if (self_ != this) ++count_->broken;
    ++count_->destroyed;
    self_ = nullptr;
  }

  std::string text() const {
    if (self_ != this) ++count_->broken;
    return text_;
  }

 private:
  Count* count_;
  std::string text_;
  const Tracked* self_ = this;
};

// Longer than what a string keeps inside itself, so that a double free is one.
std::string long_text(std::string word) { return word + std::string(64, '.'); }

struct Options {
  Tracked tracked;
  std::string text;
  int number = 0;
  std::unique_ptr<int> owned;
};

base::Task<std::string> use_options(Options options) {
  co_return options.tracked.text() + options.text + std::to_string(options.number) + std::to_string(*options.owned);
}
base::Task<std::string> use_text(std::string text) { co_return text; }
base::Task<std::string> use_pair(std::string first, std::string second) { co_return first + second; }
base::Task<std::string> use_tracked(Tracked tracked) { co_return tracked.text(); }
base::Task<std::string> use_function(std::function<std::string()> function) { co_return function(); }
base::Task<std::string> use_move_only(std::move_only_function<std::string()> function) { co_return function(); }
template <class F>
base::Task<std::string> use_callable(F callable) {
  co_return callable();
}
base::Task<std::string> use_list(std::vector<std::string> words) {
  std::string all;
  for (const std::string& word : words) all += word;
  co_return all;
}
base::Task<std::string> use_tracked_list(std::vector<Tracked> items) {
  std::string all;
  for (const Tracked& item : items) all += item.text();
  co_return all;
}
base::Task<std::unique_ptr<std::string>> give_owned(std::string text) {
  co_return std::make_unique<std::string>(std::move(text));
}

using Count = Tracked::Count;

base::Task<std::string> aggregate(Count* count) {
  co_return co_await use_options(
      Options{.tracked = Tracked(count, long_text("a")), .text = long_text("b"), .number = 7,
              .owned = std::make_unique<int>(8)});
}
base::Task<std::string> braced_aggregate(Count* count) {
  co_return co_await use_options({Tracked(count, long_text("a")), long_text("b"), 7, std::make_unique<int>(8)});
}
base::Task<std::string> aggregate_with_inner_await(Count* count) {
  co_return co_await use_options(Options{.tracked = Tracked(count, co_await use_text(long_text("a"))),
                                         .text = co_await use_text(long_text("b")),
                                         .number = 7,
                                         .owned = std::make_unique<int>(8)});
}
base::Task<std::string> prvalue(Count* count) { co_return co_await use_tracked(Tracked(count, long_text("a"))); }
base::Task<std::string> moved_name(Count* count) {
  Tracked tracked(count, long_text("a"));
  co_return co_await use_tracked(std::move(tracked));
}
base::Task<std::string> lambda_with_captures(Count* count) {
  co_return co_await use_callable([tracked = Tracked(count, long_text("a")), more = long_text("b")] {
    return tracked.text() + more;
  });
}
base::Task<std::string> lambda_to_function(Count* count) {
  co_return co_await use_function([tracked = Tracked(count, long_text("a"))] { return tracked.text(); });
}
base::Task<std::string> lambda_to_move_only(Count* count) {
  co_return co_await use_move_only(
      [tracked = Tracked(count, long_text("a")), owned = std::make_unique<int>(5)] {
        return tracked.text() + std::to_string(*owned);
      });
}
base::Task<std::string> ternary(Count* count, bool first) {
  co_return co_await use_tracked(first ? Tracked(count, long_text("yes")) : Tracked(count, long_text("no")));
}
base::Task<std::string> ternary_of_awaits(Count* count, bool first) {
  const Tracked kept(count, "kept");
  co_return first ? co_await use_text(long_text("yes")) : co_await use_text(kept.text());
}
base::Task<std::string> list(Count*) { co_return co_await use_list({long_text("a"), long_text("b"), "c"}); }
base::Task<std::string> tracked_list(Count* count) {
  co_return co_await use_tracked_list({Tracked(count, long_text("a")), Tracked(count, long_text("b"))});
}
base::Task<std::string> two_awaits_in_one_call(Count*) {
  co_return co_await use_pair(co_await use_text(long_text("a")), co_await use_text(long_text("b")));
}
base::Task<std::string> temporary_through_pointer(Count*) { co_return *co_await give_owned(long_text("a")); }
base::Task<std::string> concatenation(Count*) {
  co_return long_text("a") + co_await use_text(long_text("b")) + long_text("c");
}

void check_shape(base::Task<std::string> task, const Count& count, const std::string& expected) {
  test::ManualLoop loop;
  {
    const std::string given = loop.run(std::move(task));
    CHECK(given == expected);
  }
  CHECK(count.made == count.destroyed);
  CHECK(count.broken == 0);
}

const std::string kA = long_text("a");
const std::string kB = long_text("b");

}  // namespace

#define CHECK_SHAPE(expected, call, ...)                            \
  do {                                                              \
    INFO(#call);                                                    \
    Count count;                                                    \
    check_shape(call(&count __VA_OPT__(, ) __VA_ARGS__), count, expected); \
  } while (false)

TEST_CASE("Arguments of a co_await expression arrive whole and die once") {
  CHECK_SHAPE(kA + kB + "78", aggregate);
  CHECK_SHAPE(kA + kB + "78", braced_aggregate);
  CHECK_SHAPE(kA + kB + "78", aggregate_with_inner_await);
  CHECK_SHAPE(kA, prvalue);
  CHECK_SHAPE(kA, moved_name);
  CHECK_SHAPE(kA + kB, lambda_with_captures);
  CHECK_SHAPE(kA, lambda_to_function);
  CHECK_SHAPE(kA + "5", lambda_to_move_only);
  CHECK_SHAPE(long_text("yes"), ternary, true);
  CHECK_SHAPE(long_text("no"), ternary, false);
  CHECK_SHAPE(long_text("yes"), ternary_of_awaits, true);
  CHECK_SHAPE("kept", ternary_of_awaits, false);
  CHECK_SHAPE(kA + kB + "c", list);
  CHECK_SHAPE(kA + kB, tracked_list);
  CHECK_SHAPE(kA + kB, two_awaits_in_one_call);
  CHECK_SHAPE(kA, temporary_through_pointer);
  CHECK_SHAPE(kA + kB + long_text("c"), concatenation);
}

TEST_CASE("A tracked value that was copied bit by bit is noticed") {
  Count count;
  {
    alignas(Tracked) std::byte copy[sizeof(Tracked)];
    const Tracked original(&count, "short");
    std::copy_n(reinterpret_cast<const std::byte*>(&original), sizeof(Tracked), copy);
    static_cast<void>(reinterpret_cast<const Tracked*>(copy)->text());
  }
  CHECK(count.broken == 1);
  CHECK(count.made == count.destroyed);
}

TEST_CASE("A task that is dropped before it starts still destroys its arguments once") {
  Count count;
  { const auto never_started = use_tracked(Tracked(&count, long_text("a"))); }
  CHECK(count.made > 0);
  CHECK(count.made == count.destroyed);
  CHECK(count.broken == 0);
}
