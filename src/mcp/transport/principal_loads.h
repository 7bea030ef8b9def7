// What runs for each principal now: so that one client cannot take the place of all others, and so that everything of a
// principal can be ended at once.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcp {

class Exchange;

class PrincipalLoads {
 public:
  // Each may be 0: any number.
  struct Limits {
    size_t requests = 0;
    size_t streams = 0;
  };
  // A request has an end of its own; a stream stays open until somebody closes it.
  enum class Kind { kRequest, kStream };

  explicit PrincipalLoads(Limits limits) : limits_(limits) {}
  PrincipalLoads(const PrincipalLoads&) = delete;
  PrincipalLoads& operator=(const PrincipalLoads&) = delete;

  // A place that is taken until it is destroyed, which must be before the loads are.
  class Slot {
   public:
    Slot(Slot&& other) noexcept : loads_(std::exchange(other.loads_, nullptr)), place_(other.place_) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (loads_ != nullptr) loads_->leave(place_);
    }
    // What end() cancels.
    void belongs_to(const std::shared_ptr<Exchange>& exchange) const { place_->exchange = exchange; }

   private:
    friend class PrincipalLoads;
    struct Load;
    using Loads = std::map<std::string, Load, std::less<>>;
    struct Place {
      Loads::iterator load;
      Kind kind;
      std::weak_ptr<Exchange> exchange{};
    };
    struct Load {
      size_t requests = 0;
      size_t streams = 0;
      std::list<Place> places{};
    };
    Slot(PrincipalLoads* loads, std::list<Place>::iterator place) : loads_(loads), place_(place) {}

    PrincipalLoads* loads_;
    std::list<Place>::iterator place_;
  };

  // Nothing where the principal has as many as it may.
  std::optional<Slot> enter(std::string_view principal, Kind kind);
  void set_limits(Limits limits) { limits_ = limits; }
  // Cancels every exchange of that principal. Gives their number.
  size_t end(std::string_view principal);
  // Of whom something runs, in no order.
  std::vector<std::string> busy() const;

 private:
  void leave(std::list<Slot::Place>::iterator place);

  Limits limits_;
  Slot::Loads loads_;
};

}  // namespace mcp
