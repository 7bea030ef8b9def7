// A manifest, a Dockerfile or a unit from anybody is read within bounds, and every check of the deployment has an
// answer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "checks/check.h"
#include "checks/facts.h"
#include "checks/manifest.h"

namespace {

void evaluate_all(const checks::Facts& facts) {
  for (const auto family : {checks::kubernetes_checks(), checks::container_checks()}) {
    for (const checks::Check& check : family) ENSURE(!checks::evaluate(check, facts).evidence.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  checks::Facts facts;
  if (auto manifest = checks::parse_manifest(text)) facts.manifest = *std::move(manifest);
  if (auto dockerfile = checks::parse_dockerfile(text)) facts.dockerfile = *std::move(dockerfile);
  if (auto unit = checks::parse_unit("fuzzed.service", text)) facts.unit = *std::move(unit);
  evaluate_all(facts);
  return 0;
}
