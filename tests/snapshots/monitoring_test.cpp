// deploy/monitoring against the code: every rule of src/alerts has its counterpart for Prometheus, and every metric and
// every event that a rule or a panel names is one that the server gives.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/rules.h"
#include "app/metrics.h"
#include "audit/event.h"
#include "checks/manifest.h"
#include "json/parse.h"

#include "tests/test.h"

namespace {

std::string read(const char* path) {
  std::ifstream in(source_directory() / path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<json::Value> prometheus_rules() {
  // Read as a manifest, whose documents have a kind.
  const auto parsed = checks::parse_manifest("kind: Rules\n" + read("deploy/monitoring/prometheus-rules.yml"));
  REQUIRE(parsed);
  REQUIRE(parsed->objects.size() == 1);
  std::vector<json::Value> rules;
  for (const json::Value& group : parsed->objects.front().find("groups")->array()) {
    CHECK_FALSE(group.text_or_empty("name").empty());
    for (const json::Value& rule : group.find("rules")->array()) rules.push_back(rule);
  }
  return rules;
}

std::vector<json::Value> panels() {
  const auto dashboard = json::parse(read("deploy/monitoring/grafana-dashboard.json"));
  REQUIRE(dashboard);
  return dashboard->find("panels")->array();
}

// Names with which a sample of the exposition may begin; a histogram has three.
std::set<std::string> given_metrics() {
  metrics::Exposition out;
  app::write_gauges(out, {});
  app::Metrics().write(out);
  std::set<std::string> names;
  const std::string text = out.take();
  constexpr std::string_view kType = "# TYPE ";
  for (size_t at = text.find(kType); at != std::string::npos; at = text.find(kType, at + 1)) {
    const std::string line = text.substr(at + kType.size(), text.find('\n', at) - at - kType.size());
    const size_t blank = line.find(' ');
    const std::string name = line.substr(0, blank);
    names.insert(name);
    if (line.substr(blank + 1) != "histogram") continue;
    for (const char* part : {"_bucket", "_sum", "_count"}) names.insert(name + part);
  }
  return names;
}

std::set<std::string> metrics_in(std::string_view expression) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
  std::set<std::string> names;
  for (size_t at = 0; at < expression.size();) {
    const std::string_view rest = expression.substr(at);
    const std::string_view word = rest.substr(0, rest.find_first_not_of(kLetters));
    if (word.starts_with("spotify_mcp_") || word.starts_with("process_")) names.emplace(word);
    at += std::max<size_t>(word.size(), 1);
  }
  return names;
}

// The names in `event=~"a|b"`.
std::set<std::string> events_in(std::string_view expression) {
  constexpr std::string_view kBegin = "event=~\"";
  std::set<std::string> names;
  const size_t at = expression.find(kBegin);
  if (at == std::string_view::npos) return names;
  std::string_view list = expression.substr(at + kBegin.size());
  list = list.substr(0, list.find('"'));
  while (!list.empty()) {
    const size_t end = std::min(list.find('|'), list.size());
    names.emplace(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

void expect_known(std::string_view where, std::string_view expression, const std::set<std::string>& given) {
  INFO(where << ": " << expression);
  const auto names = metrics_in(expression);
  CHECK_FALSE(names.empty());
  for (const std::string& name : names) {
    INFO(name);
    CHECK(given.contains(name));
  }
  for (const std::string& event : events_in(expression)) {
    INFO(event);
    CHECK(audit::find_event(event).has_value());
  }
}

std::string expression_of(const alerts::Rule& rule) {
  std::vector<std::string_view> events;
  for (const audit::Event event : rule.events) events.push_back(audit::info_of(event).name);
  return fmt::format("sum by (instance) (increase(spotify_mcp_events_total{{event=~\"{}\"}}[{}m])) >= {}",
                     fmt::join(events, "|"), rule.window.count() / 60, rule.threshold);
}

}  // namespace

TEST_CASE("every rule of src/alerts has its counterpart in the rules for Prometheus, and none is left over") {
  std::map<std::string, json::Value> by_rule;
  for (const json::Value& rule : prometheus_rules()) {
    const std::string name(rule.find("labels")->text_or_empty("rule"));
    if (!name.empty()) by_rule.emplace(name, rule);
  }
  CHECK(by_rule.size() == alerts::rules().size());
  for (const alerts::Rule& rule : alerts::rules()) {
    INFO(rule.name);
    const auto found = by_rule.find(std::string(rule.name));
    REQUIRE(found != by_rule.end());
    CHECK(found->second.text_or_empty("expr") == expression_of(rule));
    CHECK(found->second.find("labels")->text_or_empty("severity") == audit::severity_name(rule.severity));
    CHECK(found->second.find("for") == nullptr);
  }
}

TEST_CASE("every rule for Prometheus has a name, a severity, words, and metrics that there are") {
  const auto given = given_metrics();
  std::set<std::string> names;
  for (const json::Value& rule : prometheus_rules()) {
    const std::string name(rule.text_or_empty("alert"));
    INFO(name);
    CHECK(name.starts_with("SpotifyMcp"));
    CHECK(names.insert(name).second);
    const std::string_view severity = rule.find("labels")->text_or_empty("severity");
    CHECK((severity == "warning" || severity == "critical"));
    CHECK_FALSE(rule.find("annotations")->text_or_empty("summary").empty());
    CHECK_FALSE(rule.find("annotations")->text_or_empty("description").empty());
    expect_known(name, rule.text_or_empty("expr"), given);
  }
}

TEST_CASE("the dashboard has what Grafana needs of one, and its panels name metrics that there are") {
  const auto dashboard = json::parse(read("deploy/monitoring/grafana-dashboard.json"));
  REQUIRE(dashboard);
  for (const char* name : {"uid", "title", "refresh"}) CHECK_FALSE(dashboard->text_or_empty(name).empty());
  CHECK(dashboard->find("schemaVersion")->integer() >= 36);
  CHECK(dashboard->find("time")->text_or_empty("to") == "now");
  std::set<std::string> variables;
  for (const json::Value& each : dashboard->find("templating")->find("list")->array()) {
    variables.emplace(each.text_or_empty("name"));
  }
  CHECK(variables == std::set<std::string>{"datasource", "instance"});
  const auto given = given_metrics();
  std::set<int64_t> ids;
  std::set<std::pair<int64_t, int64_t>> places;
  for (const json::Value& panel : panels()) {
    INFO(panel.text_or_empty("title"));
    CHECK_FALSE(panel.text_or_empty("title").empty());
    CHECK(ids.insert(panel.find("id")->integer()).second);
    const json::Value& place = *panel.find("gridPos");
    CHECK(place.find("x")->integer() + place.find("w")->integer() <= 24);
    CHECK(places.emplace(place.find("x")->integer(), place.find("y")->integer()).second);
    if (panel.text_or_empty("type") == "row") continue;
    CHECK_FALSE(panel.find("targets")->array().empty());
    for (const json::Value& target : panel.find("targets")->array()) {
      CHECK(target.find("datasource")->text_or_empty("uid") == "${datasource}");
      expect_known(panel.text_or_empty("title"), target.text_or_empty("expr"), given);
    }
  }
  CHECK(ids.size() > 10);
}

TEST_CASE("a metric that nobody gives is found in an expression") {
  CHECK(metrics_in("sum by (le) (rate(spotify_mcp_call_seconds_bucket{a=\"b\"}[5m])) / process_open_fds") ==
        std::set<std::string>{"spotify_mcp_call_seconds_bucket", "process_open_fds"});
  CHECK_FALSE(given_metrics().contains("spotify_mcp_nothing_total"));
  CHECK(given_metrics().contains("spotify_mcp_call_seconds_bucket"));
  CHECK(events_in("x{event=~\"a.b|c.d\"}") == std::set<std::string>{"a.b", "c.d"});
}
