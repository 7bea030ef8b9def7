#include "store/memory.h"

#include <algorithm>
#include <utility>

namespace store {

using base::Code;
using base::fail;
using base::Result;
using base::Task;

Task<Result<std::optional<Grant>>> MemoryGrants::load(std::string principal) {
  const Slot& slot = slots_[principal];
  if (!slot.grant) co_return std::optional<Grant>();
  co_return std::optional<Grant>(slot.grant->clone());
}

Task<Result<void>> MemoryGrants::check_writable(std::string) { co_return Result<void>(); }

Task<Result<int64_t>> MemoryGrants::replace(std::string principal, Grant grant) {
  Slot& slot = slots_[principal];
  grant.generation = ++slot.generation;
  slot.grant = std::move(grant);
  co_return slot.generation;
}

Task<Result<int64_t>> MemoryGrants::update(std::string principal, Grant grant) {
  const Slot& slot = slots_[principal];
  if (!slot.grant || slot.generation != grant.generation) {
    co_return fail(Code::kConflict, "The stored login has changed in the meantime. Try again.");
  }
  co_return co_await replace(std::move(principal), std::move(grant));
}

Task<Result<void>> MemoryGrants::erase(std::string principal) {
  Slot& slot = slots_[principal];
  if (slot.grant) ++slot.generation;
  slot.grant.reset();
  co_return Result<void>();
}

// Per principal: whether the lease is out, and who waits. A waiter that is dropped takes itself off the list.
struct MemoryLeases::State {
  struct Queue {
    bool taken = false;
    std::list<base::Completion<bool>::Setter*> waiting;
  };
  std::map<std::string, Queue> queues;

  void release(const std::string& principal) {
    Queue& queue = queues[principal];
    if (queue.waiting.empty()) {
      queue.taken = false;
      return;
    }
    // The lease passes on without being free in between, so nobody can overtake the queue.
    base::Completion<bool>::Setter* next = queue.waiting.front();
    queue.waiting.pop_front();
    (*next)(true);
  }
};

class MemoryLeases::Held final : public Lease {
 public:
  Held(std::shared_ptr<State> state, std::string principal)
      : state_(std::move(state)), principal_(std::move(principal)) {}
  ~Held() override { state_->release(principal_); }

 private:
  std::shared_ptr<State> state_;
  std::string principal_;
};

// A place in the queue, given up when the waiting task is dropped: also when the lease was already on its way to it.
class MemoryLeases::Place {
 public:
  Place(std::shared_ptr<State> state, std::string principal, base::Completion<bool>::Setter setter)
      : state_(std::move(state)), principal_(std::move(principal)), setter_(std::move(setter)) {
    state_->queues[principal_].waiting.push_back(&setter_);
  }
  ~Place() {
    if (done_) return;
    auto& waiting = state_->queues[principal_].waiting;
    const auto found = std::ranges::find(waiting, &setter_);
    if (found != waiting.end()) {
      waiting.erase(found);
    } else {
      state_->release(principal_);
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  void keep() { done_ = true; }

 private:
  std::shared_ptr<State> state_;
  std::string principal_;
  base::Completion<bool>::Setter setter_;
  bool done_ = false;
};

MemoryLeases::MemoryLeases(base::Loop& loop) : loop_(loop), state_(std::make_shared<State>()) {}

Task<Result<std::unique_ptr<Lease>>> MemoryLeases::acquire(std::string principal, base::Instant deadline) {
  const auto state = state_;
  State::Queue& queue = state->queues[principal];
  if (!queue.taken) {
    queue.taken = true;
    co_return std::make_unique<Held>(state, principal);
  }
  const base::Completion<bool> turn(loop_);
  Place place(state, principal, turn.setter());
  std::optional<base::Timer> timer;
  if (deadline != base::Instant::never()) {
    timer.emplace(loop_, deadline, [late = turn.setter()] { late(false); });
  }
  const bool granted = co_await turn;
  if (!granted) {
    co_return fail(Code::kDeadline, "Another process is refreshing the Spotify login and takes too long. Try again.");
  }
  place.keep();
  co_return std::make_unique<Held>(state, principal);
}

Task<Result<QuotaState>> MemoryQuota::load() {
  QuotaState state{.blocks = blocks_, .counts = {}};
  for (const auto& [key, count] : counts_) state.counts.push_back({key.first, key.second, count});
  co_return state;
}

Task<Result<void>> MemoryQuota::count(std::vector<QuotaCount> more, base::Wall now) {
  for (const QuotaCount& each : more) counts_[{each.bucket, each.hour}] += each.count;
  std::erase_if(counts_, [this_hour = hour_of(now)](const auto& entry) {
    const int64_t hour = entry.first.second;
    return entry.second <= 0 || hour <= this_hour - kHoursKept || hour > this_hour + kHoursAhead;
  });
  co_return Result<void>();
}

Task<Result<std::optional<Fact>>> MemoryFacts::fact(std::string name) {
  const auto found = facts_.find(name);
  co_return found == facts_.end() ? std::optional<Fact>() : std::optional(found->second);
}

Task<Result<void>> MemoryFacts::learn(std::string name, Fact fact) {
  facts_.insert_or_assign(std::move(name), std::move(fact));
  co_return Result<void>();
}

Task<Result<void>> MemoryQuota::block(std::string bucket, QuotaBlock block) {
  QuotaBlock& known = blocks_[bucket];
  if (known.since > block.since || known.until < block.until) known = block;
  co_return Result<void>();
}

}  // namespace store
