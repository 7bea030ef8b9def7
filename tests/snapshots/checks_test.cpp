// docs/security-check.md: its table is made from the catalogue.
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <string>

#include "checks/asvs.h"
#include "checks/check.h"
#include "checks/inventory.h"
#include "checks/report.h"
#include "tests/snapshots/compare.h"

#include "tests/test.h"

namespace {

TEST_CASE("the checks of docs/security-check.md are those of the catalogue") {
  const std::filesystem::path path = source_directory() / "docs/security-check.md";
  std::string table =
      "| id | what | severity | OWASP 2021 | OWASP 2025 | NIST CSF 2.0 | ISO 27001 | SOC 2 | ASVS 5.0 |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const checks::Check* check : checks::catalogue()) {
    table +=
        fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", check->id, check->title,
                    checks::severity_name(check->severity), check->mapping.owasp21, check->mapping.owasp25,
                    check->mapping.csf, check->mapping.iso, check->mapping.soc, checks::asvs_requirements(check->id));
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

TEST_CASE("docs/data-inventory.md is made from the inventory") {
  std::string text =
      "# Inventory of data and cryptography\n\nMade from the code by the test runner `snapshots`; `UPDATE_SNAPSHOTS=1` "
      "writes it anew. `security-check` compares both tables\nwith the tables of the database (DAT-06) and the "
      "primitives "
      "of the code (CRY-08).\n\n## What is kept\n\n| column | class | what it is | until |\n|---|---|---|---|\n";
  for (const auto columns : {checks::store_columns(), checks::cache_columns(), checks::replica_columns()}) {
    for (const checks::DataColumn& column : columns) {
      text += fmt::format("| `{}` | {} | {} | {} |\n", column.column, checks::data_class_name(column.data_class),
                          column.about, column.kept);
    }
  }
  text +=
      "\n`answers` and `epochs` are in `cache.db`, all others in `spotify-mcp-server.db`, or in a database that "
      "replicas "
      "share,\nwhich alone has `leases` and `schema_version` ([replicas.md](replicas.md)). The audit trail holds keyed "
      "digests\nof names and arguments ([audit.md](audit.md)).\n\n## What protects it\n\n"
      "| primitive | use |\n|---|---|\n";
  for (const checks::CryptoUse& use : checks::crypto_uses())
    text += fmt::format("| {} | {} |\n", use.primitive, use.use);
  snapshots::compare(source_directory() / "docs/data-inventory.md", text);
}

}  // namespace
