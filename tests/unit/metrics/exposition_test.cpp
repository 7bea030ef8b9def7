#include "metrics/exposition.h"

#include "tests/test.h"

using namespace std::chrono_literals;

TEST_CASE("a family is its help, its type and its samples, with values escaped") {
  metrics::Exposition out;
  out.family("calls_total", metrics::Kind::kCounter, "Calls.");
  out.sample({{"name", "a\"b\\c\nd"}, {"outcome", "ok"}}, int64_t{3});
  out.family("ratio", metrics::Kind::kGauge, "A ratio.");
  out.sample({}, 0.25);
  CHECK(out.take() ==
        "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
        "calls_total{name=\"a\\\"b\\\\c\\nd\",outcome=\"ok\"} 3\n"
        "# HELP ratio A ratio.\n# TYPE ratio gauge\nratio 0.25\n");
}

TEST_CASE("a histogram is cumulative, and its last bucket is its count") {
  metrics::Histogram histogram;
  for (const auto took : {0ms, 1ms, 3ms, 20'000ms}) histogram.observe(took);
  CHECK(histogram.count() == 4);
  CHECK(histogram.at_most(0) == 1);
  CHECK(histogram.at_most(1) == 2);  // A bound belongs to its bucket.
  metrics::Exposition out;
  out.family("took_seconds", metrics::Kind::kHistogram, "How long.");
  out.sample({{"name", "x"}}, histogram);
  const std::string text = out.take();
  CHECK(text.contains("took_seconds_bucket{name=\"x\",le=\"0.0005\"} 1\n"));
  CHECK(text.contains("took_seconds_bucket{name=\"x\",le=\"0.001\"} 2\n"));
  CHECK(text.contains("took_seconds_bucket{name=\"x\",le=\"0.005\"} 3\n"));
  CHECK(text.contains("took_seconds_bucket{name=\"x\",le=\"10\"} 3\n"));
  CHECK(text.contains("took_seconds_bucket{name=\"x\",le=\"+Inf\"} 4\n"));
  CHECK(text.contains("took_seconds_sum{name=\"x\"} 20.004\n"));
  CHECK(text.contains("took_seconds_count{name=\"x\"} 4\n"));
}
