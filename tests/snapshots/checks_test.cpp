// docs/security-check.md: its table is made from the catalogue.
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <string>

#include "checks/check.h"
#include "checks/report.h"
#include "tests/snapshots/compare.h"

#include "tests/test.h"

namespace {

TEST_CASE("the checks of docs/security-check.md are those of the catalogue") {
  const std::filesystem::path path = source_directory() / "docs/security-check.md";
  std::string table =
      "| id | what | severity | OWASP 2021 | OWASP 2025 | NIST CSF 2.0 | ISO 27001 | SOC 2 |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const checks::Check* check : checks::catalogue()) {
    table += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", check->id, check->title,
                         checks::severity_name(check->severity), check->mapping.owasp21, check->mapping.owasp25,
                         check->mapping.csf, check->mapping.iso, check->mapping.soc);
  }
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  constexpr std::string_view kBegin = "<!-- checks: begin -->\n";
  const size_t begin = text.find(kBegin) + kBegin.size();
  const size_t end = text.find("<!-- checks: end -->");
  REQUIRE((end != std::string::npos && begin <= end));
  text.replace(begin, end - begin, table);
  snapshots::compare(path, text);
}

}  // namespace
