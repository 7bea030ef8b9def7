// Self-tests: hostile input through the very code that serves, on scratch data. Each gives what it tried and what did
// not hold.
#pragma once

#include <string>
#include <vector>

#include "checks/facts.h"

namespace checks {

// Statements and fragments of SQL, HTML, header and log injection, made by rule: the same in every run.
std::vector<std::string> hostile_sql();
std::vector<std::string> hostile_html();
std::vector<std::string> hostile_lines();

SelfTest test_primitives();
SelfTest test_sql(const std::string& scratch);
SelfTest test_header_values();
SelfTest test_log_lines();
SelfTest test_sanitiser();
SelfTest test_json();
SelfTest test_addresses();
SelfTest test_damaged_files(const std::string& scratch);
SelfTest test_foreign_boxes();

}  // namespace checks
