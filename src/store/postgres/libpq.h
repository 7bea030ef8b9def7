// libpq, loaded when the first database is opened: it brings Kerberos and LDAP along, which nobody has to load whose
// state is in a file. For the .cpp files of this folder only.
#pragma once

#include <libpq-fe.h>
#include <optional>

namespace store::postgres {

// The functions of libpq that are used, under their names without "PQ".
struct Libpq {
  decltype(&::PQconnectdbParams) connectdb_params = nullptr;
  decltype(&::PQfinish) finish = nullptr;
  decltype(&::PQstatus) status = nullptr;
  decltype(&::PQerrorMessage) error_message = nullptr;
  decltype(&::PQsetNoticeProcessor) set_notice_processor = nullptr;
  decltype(&::PQexec) exec = nullptr;
  decltype(&::PQexecParams) exec_params = nullptr;
  decltype(&::PQclear) clear = nullptr;
  decltype(&::PQresultStatus) result_status = nullptr;
  decltype(&::PQresultErrorField) result_error_field = nullptr;
  decltype(&::PQcmdStatus) cmd_status = nullptr;
  decltype(&::PQcmdTuples) cmd_tuples = nullptr;
  decltype(&::PQntuples) ntuples = nullptr;
  decltype(&::PQgetisnull) getisnull = nullptr;
  decltype(&::PQgetlength) getlength = nullptr;
  decltype(&::PQgetvalue) getvalue = nullptr;
};

// None where there is no library of that name, or one without these functions. It stays loaded.
std::optional<Libpq> load_libpq(const char* library);

// Loads libpq.so.5 at the first call, in any thread, and gives the same answer from then on: null where it is not
// installed.
const Libpq* libpq();

}  // namespace store::postgres
