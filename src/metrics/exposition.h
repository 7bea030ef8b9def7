// The text that a monitor reads: the Prometheus text exposition format, version 0.0.4.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/histogram.h"

namespace metrics {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

struct Label {
  std::string_view name;
  std::string_view value;  // Escaped when it is written.
};
using Labels = std::initializer_list<Label>;

enum class Kind { kCounter, kGauge, kHistogram };

// Families one after another, each with its samples behind it. Names are constants of ours.
class Exposition {
 public:
  // Begins a family; what follows belongs to it. Times are in seconds and sizes in bytes, as the name's end says.
  void family(std::string_view name, Kind kind, std::string_view help);
  void sample(Labels labels, int64_t value);
  void sample(Labels labels, double value);
  void sample(Labels labels, const Histogram& histogram);
  std::string take() { return std::move(text_); }

 private:
  void line(std::string_view suffix, std::span<const Label> labels, std::string_view value);

  std::string name_;
  std::string text_;
};

}  // namespace metrics
