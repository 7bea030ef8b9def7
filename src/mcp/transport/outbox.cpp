#include "mcp/transport/outbox.h"

#include <algorithm>
#include <utility>

namespace mcp {
namespace {

// From so many waiting messages on, equal ones are looked for.
constexpr size_t kCrowded = 16;

}  // namespace

void Outbox::push(std::string message) {
  if (closed_) return;
  while (!items_.empty() && first_number_ <= read_number_ &&
         (items_.size() >= limits_.messages_max || bytes_ + message.size() > limits_.bytes_max)) {
    bytes_ -= items_.front().size();
    items_.erase(items_.begin());
    ++first_number_;
  }
  if (items_.size() >= limits_.messages_max) return;
  if (!items_.empty() && bytes_ + message.size() > limits_.bytes_max) return;
  if (items_.size() >= kCrowded) {
    const auto unread = items_.begin() + std::max<int64_t>(0, read_number_ + 1 - first_number_);
    if (std::find(unread, items_.end(), message) != items_.end()) return;
  }
  append(std::move(message));
}

void Outbox::push_last(std::string message) {
  if (closed_) return;
  append(std::move(message));
  close();
}

void Outbox::close() {
  closed_ = true;
  wake();
}

void Outbox::forget() {
  first_number_ += static_cast<int64_t>(items_.size());
  items_.clear();
  bytes_ = 0;
}

void Outbox::send_reader_away() {
  sends_away_ = true;
  wake();
}

uint64_t Outbox::begin_reading() {
  if (reader_ > 0) sends_away_ = false;
  ++reader_;
  wake();
  return reader_;
}

void Outbox::append(std::string message) {
  bytes_ += message.size();
  items_.push_back(std::move(message));
  wake();
}

void Outbox::wake() {
  if (waiter_) std::exchange(waiter_, std::nullopt).value()(true);
}

std::optional<Outbox::Item> Outbox::take(int64_t after) {
  const int64_t number = std::max(after + 1, first_number_);
  const auto index = static_cast<size_t>(number - first_number_);
  if (index >= items_.size()) return std::nullopt;
  read_number_ = std::max(read_number_, number);
  if (keep_ == Keep::kYes) return Item{number, items_[index]};
  Item item{number, std::move(items_.front())};
  bytes_ -= item.message.size();
  items_.erase(items_.begin());
  ++first_number_;
  return item;
}

base::Task<Outbox::Next> Outbox::next(uint64_t reader, int64_t after, base::Instant until) {
  if (reader != reader_) co_return Next{std::nullopt, true};
  if (auto item = take(after)) co_return Next{std::move(item)};
  if (closed_ || std::exchange(sends_away_, false)) co_return Next{std::nullopt, true};
  const base::Completion<bool> something(loop_);
  waiter_ = something.setter();
  std::optional<base::Timer> timer;
  if (until != base::Instant::never()) {
    timer.emplace(loop_, until, [set = something.setter()] { set(false); });
  }
  co_await something;
  if (reader != reader_) co_return Next{std::nullopt, true};
  auto item = take(after);
  const bool at_end = !item && (closed_ || std::exchange(sends_away_, false));
  co_return Next{std::move(item), at_end};
}

}  // namespace mcp
