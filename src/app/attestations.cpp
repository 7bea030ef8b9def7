#include "app/attestations.h"

#include <chrono>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "checks/report.h"
#include "checks/words.h"
#include "json/parse.h"
#include "json/value.h"
#include "json/write.h"
#include "os/files.h"

namespace app {
namespace {

base::Result<json::Array> those_of(const std::string& path) {
  if (!os::exists(path)) return json::Array();
  TRY(const std::string text, os::read_file(path, kAttestationsBytesMax));
  if (const auto read = checks::read_attestations(text); !read) {
    return base::fail(
        base::Code::kInvalidArgument,
        fmt::format("{}: {} Mend it, or name another file: --attestations FILE.", path, read.error().message));
  }
  TRY(const json::Value document, json::parse(text));
  return document.find("attestations")->array();
}

// The oldest go first.
json::Array latest_of(const json::Array& all) {
  std::map<std::string, size_t, std::less<>> count;
  for (const json::Value& each : all) ++count[std::string(each.text_or_empty("id"))];
  json::Array kept;
  for (const json::Value& each : all) {
    size_t& left = count.find(each.text_or_empty("id"))->second;
    if (left <= kAttestationsOfEach) kept.push_back(each);
    if (left > kAttestationsOfEach) --left;
  }
  return kept;
}

}  // namespace

base::Result<void> add_attestations(const std::string& path, const std::vector<NewAttestation>& added) {
  // Two calendars may be gone through at once.
  TRY(const os::FileLock lock, os::FileLock::take(path + ".lock", std::chrono::seconds(5)));
  TRY(json::Array all, those_of(path));
  for (const NewAttestation& each : added) {
    all.emplace_back(json::Object{
        {"id", each.id}, {"date", checks::day(each.date)}, {"owner", each.owner}, {"evidence", each.evidence}});
  }
  const std::string text = json::write_pretty(json::Object{{"attestations", latest_of(all)}});
  // What we are about to write, our own checks have to read.
  TRY_VOID(checks::read_attestations(text));
  return os::write_private_file(path, text);
}

}  // namespace app
