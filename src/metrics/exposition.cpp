#include "metrics/exposition.h"

#include <fmt/format.h>
#include <vector>

namespace metrics {
namespace {

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return "counter";
    case Kind::kGauge:
      return "gauge";
    case Kind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

std::string seconds(int64_t us) { return fmt::format("{}", static_cast<double>(us) / 1e6); }

void append_value(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
}

}  // namespace

void Exposition::family(std::string_view name, Kind kind, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type_name(kind));
}

void Exposition::line(std::string_view suffix, std::span<const Label> labels, std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char separator = '{';
  for (const Label& label : labels) {
    text_ += separator;
    text_ += label.name;
    text_ += "=\"";
    append_value(text_, label.value);
    text_ += '"';
    separator = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void Exposition::sample(Labels labels, int64_t value) { line("", labels, fmt::format("{}", value)); }
void Exposition::sample(Labels labels, double value) { line("", labels, fmt::format("{}", value)); }

void Exposition::sample(Labels labels, const Histogram& histogram) {
  std::vector<Label> with_bound(labels);
  with_bound.push_back({.name = "le", .value = ""});
  for (size_t i = 0; i <= Histogram::kBounds.size(); ++i) {
    const std::string bound = i < Histogram::kBounds.size() ? seconds(Histogram::kBounds[i]) : "+Inf";
    with_bound.back().value = bound;
    line("_bucket", with_bound, fmt::format("{}", histogram.at_most(i)));
  }
  line("_sum", labels, seconds(histogram.sum_us()));
  line("_count", labels, fmt::format("{}", histogram.count()));
}

}  // namespace metrics
