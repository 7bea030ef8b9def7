#include "store/postgres/database.h"

#include <array>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "base/text.h"
#include "os/system_clock.h"
#include "store/postgres/libpq.h"
#include "store/postgres/migrations.h"

namespace store::postgres {

using base::Code;
using base::fail;
using base::Result;
using sql::Access;
using sql::Blob;
using sql::Parameter;
using sql::Rows;

namespace {

// Of pg_type.h; they never change.
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kText = 25;
constexpr int kBinary = 1;

constexpr const char* kAuthorities = "/etc/ssl/certs/ca-certificates.crt";
// Where nothing is: libpq then looks for no files of its own in the home of the user.
constexpr const char* kNoFile = "/dev/null/none";

// Whoever waits longer for the server gets an error instead; whoever goes away in the middle stands in nobody's way.
constexpr const char* kSession =
    "SET search_path TO spotify_mcp;"
    "SET synchronous_commit TO on;"
    "SET statement_timeout TO '10s';"
    "SET lock_timeout TO '5s';"
    "SET idle_in_transaction_session_timeout TO '15s'";

// Locks of this program in its database, taken until the end of a transaction: of the one writer, and of the one who
// makes the tables.
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* kBeginAdd = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
constexpr const char* kBeginWrite =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    "SELECT pg_advisory_xact_lock(1397572435, 1)";
constexpr const char* kBeginMigration =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    "SELECT pg_advisory_xact_lock(1397572435, 2)";

const char* begin_of(Access access) {
  switch (access) {
    case Access::kRead:
      return kBeginRead;
    case Access::kWrite:
      return kBeginWrite;
    case Access::kAdd:
      return kBeginAdd;
  }
  return kBeginWrite;
}

// "?1" to "$1": no statement has a question mark elsewhere.
std::string numbered(std::string_view sql) {
  std::string text(sql);
  for (char& c : text) {
    if (c == '?') c = '$';
  }
  return text;
}

std::string big_endian(int64_t number) {
  std::string bytes(8, '\0');
  auto rest = static_cast<uint64_t>(number);
  for (size_t i = bytes.size(); i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest & 0xFF);
  return bytes;
}

// Every parameter in binary, so that no text of it is ever read as something else.
struct Bound {
  explicit Bound(std::initializer_list<Parameter> parameters) {
    bytes.reserve(parameters.size());
    for (const Parameter& each : parameters) add(each);
  }
  void add(const Parameter& each) {
    const bool is_null = std::holds_alternative<std::nullptr_t>(each);
    if (const auto* number = std::get_if<int64_t>(&each)) {
      bytes.push_back(big_endian(*number));
      types.push_back(kInt8);
    } else if (const auto* text = std::get_if<std::string>(&each)) {
      bytes.push_back(*text);
      types.push_back(kText);
    } else {
      const auto* blob = std::get_if<Blob>(&each);
      bytes.push_back(blob != nullptr ? blob->bytes : std::string());
      types.push_back(kBytea);
    }
    values.push_back(is_null ? nullptr : bytes.back().data());
    lengths.push_back(static_cast<int>(bytes.back().size()));
    formats.push_back(kBinary);
  }

  std::vector<std::string> bytes;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

void be_silent(void*, const char*) {}

}  // namespace

std::string Server::name() const {
  const std::string where = host.contains(':') ? "[" + host + "]" : host;
  return fmt::format("postgres://{}:{}/{}", where, port, database);
}

void Database::Finish::operator()(pg_conn* connection) const { libpq()->finish(connection); }
void Database::Clear::operator()(pg_result* result) const { libpq()->clear(result); }

// All rows of one statement, as they came.
class Database::Table final : public sql::Cursor {
 public:
  explicit Table(Answer answer) : answer_(std::move(answer)), rows_(libpq()->ntuples(answer_.get())) {}

  Result<bool> next() override { return ++row_ < rows_; }
  bool is_null(int column) const override { return libpq()->getisnull(answer_.get(), row_, column) != 0; }
  // Of any width, and of truth values.
  int64_t integer(int column) const override {
    const std::string all = bytes(column);
    if (all.empty()) return 0;
    auto number = static_cast<int64_t>(static_cast<signed char>(all.front()));
    for (const char c : std::string_view(all).substr(1)) {
      number = static_cast<int64_t>((static_cast<uint64_t>(number) << 8) | static_cast<unsigned char>(c));
    }
    return number;
  }
  std::string bytes(int column) const override {
    const int length = libpq()->getlength(answer_.get(), row_, column);
    return {libpq()->getvalue(answer_.get(), row_, column), static_cast<size_t>(length)};
  }

 private:
  Answer answer_;
  int row_ = -1;
  int rows_;
};

Result<std::unique_ptr<Database>> Database::open(std::shared_ptr<const Server> server, std::shared_ptr<Outage> outage) {
  std::unique_ptr<Database> database(new Database(std::move(server), std::move(outage)));
  TRY_VOID(database->ensure_connected());
  return database;
}

Result<void> Database::connect() const {
  const Libpq* pq = libpq();
  if (pq == nullptr) {
    return fail(Code::kUnavailable,
                "The library libpq.so.5 cannot be loaded, without which store.url leads nowhere. Install libpq5.");
  }
  const Server& to = *server_;
  const std::string port = fmt::format("{}", to.port);
  // What is named here is not looked for in PGHOST and its like.
  struct Option {
    const char* name;
    std::string value;
  };
  const std::array options{Option{"host", to.host},
                           Option{"port", port},
                           Option{"dbname", to.database},
                           Option{"user", to.user},
                           Option{"password", std::string(to.password.reveal())},
                           Option{"passfile", kNoFile},
                           Option{"sslmode", to.ssl_mode},
                           Option{"sslrootcert", to.ca_file.empty() ? kAuthorities : to.ca_file},
                           Option{"sslcert", kNoFile},
                           Option{"sslkey", kNoFile},
                           Option{"ssl_min_protocol_version", "TLSv1.2"},
                           Option{"gssencmode", "disable"},
                           Option{"options", ""},
                           Option{"client_encoding", "UTF8"},
                           Option{"application_name", "spotify-mcp-server"},
                           Option{"connect_timeout", fmt::format("{}", to.connect_timeout_seconds)},
                           Option{"keepalives_idle", "10"},
                           Option{"keepalives_interval", "5"},
                           Option{"keepalives_count", "3"},
                           Option{"tcp_user_timeout", "15000"}};
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const Option& each : options) {
    names.push_back(each.name);
    values.push_back(each.value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(pq->connectdb_params(names.data(), values.data(), 0));
  if (is_lost()) return lost();
  pq->set_notice_processor(connection_.get(), be_silent, nullptr);
  TRY_VOID(run(kSession));
  return check_schema();
}

Result<void> Database::ensure_connected() const {
  if (!is_lost()) return {};
  const os::SystemClock clock;
  const base::Wall began = clock.wall();
  if (outage_->is_on(began)) return lost();
  is_connecting_ = true;
  auto connected = connect();
  is_connecting_ = false;
  if (!connected) outage_->note(began, clock.wall());
  // Half of a session is none.
  if (!connected) connection_.reset();
  return connected;
}

Result<int64_t> Database::stored_version() const {
  // Not to_regclass(), which may remember from before the wait for the lock that there is none.
  TRY(Rows there, query("SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                        "WHERE n.nspname = ?1 AND c.relname = 'schema_version'",
                        {std::string(kSchemaName)}));
  TRY(const bool some, there.next());
  if (!some) return 0;
  TRY(Rows rows, query("SELECT version FROM schema_version", {}));
  TRY(const bool row, rows.next());
  return row ? rows.integer(0) : 0;
}

Result<void> Database::check_schema() const {
  const auto newest = static_cast<int64_t>(migrations().size());
  TRY(const int64_t version, stored_version());
  if (version > newest) {
    return fail(Code::kUnavailable,
                fmt::format("The tables in {} were made by a newer version of this program. Use that version, or set "
                            "store.url to another database.",
                            server_->name()),
                fmt::format("schema version {}", version));
  }
  return version < newest ? migrate() : Result<void>();
}

Result<void> Database::migrate() const {
  TRY_VOID(run(kBeginMigration));
  in_transaction_ = true;
  auto made = [this]() -> Result<void> {
    // Another one may have been first.
    TRY(const int64_t version, stored_version());
    const auto newest = static_cast<int64_t>(migrations().size());
    if (version >= newest) return {};
    TRY(Rows there, query("SELECT 1 FROM pg_namespace WHERE nspname = ?1", {std::string(kSchemaName)}));
    TRY(const bool some, there.next());
    if (!some) TRY_VOID(run("CREATE SCHEMA spotify_mcp"));
    if (version == 0) TRY_VOID(run("CREATE TABLE schema_version (version bigint NOT NULL)"));
    for (int64_t next = version; next < newest; ++next) TRY_VOID(run(migrations()[static_cast<size_t>(next)]));
    TRY_VOID(run("DELETE FROM schema_version"));
    TRY([[maybe_unused]] const int64_t set, execute("INSERT INTO schema_version (version) VALUES (?1)", {newest}));
    return {};
  }();
  if (made) made = commit();
  if (!made) roll_back();
  return made;
}

bool Database::is_lost() const { return connection_ == nullptr || libpq()->status(connection_.get()) != CONNECTION_OK; }

Result<Database::Answer> Database::judged(Answer answer) const {
  if (answer == nullptr) return lost();
  const ExecStatusType status = libpq()->result_status(answer.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return answer;
  return failed(answer.get());
}

Result<void> Database::run(const char* script) const {
  TRY([[maybe_unused]] const Answer answer, judged(Answer(libpq()->exec(connection_.get(), script))));
  return {};
}

Result<Database::Answer> Database::send(std::string_view sql, std::initializer_list<Parameter> parameters) const {
  if (is_lost()) return lost();
  const Bound bound(parameters);
  return judged(Answer(libpq()->exec_params(connection_.get(), numbered(sql).c_str(),
                                            static_cast<int>(bound.values.size()), bound.types.data(),
                                            bound.values.data(), bound.lengths.data(), bound.formats.data(), kBinary)));
}

Result<Rows> Database::query(std::string_view sql, std::initializer_list<Parameter> parameters) const {
  const bool alone = !is_connecting_ && !in_transaction_;
  if (alone) {
    gave_way_ = false;
    TRY_VOID(ensure_connected());
  }
  auto answer = send(sql, parameters);
  // It only reads: whether the server was there for the first attempt makes no difference.
  if (!answer && alone && is_lost()) {
    TRY_VOID(ensure_connected());
    answer = send(sql, parameters);
  }
  if (!answer) return std::unexpected(std::move(answer).error());
  return Rows(std::make_unique<Table>(*std::move(answer)));
}

Result<int64_t> Database::execute(std::string_view sql, std::initializer_list<Parameter> parameters) const {
  if (!in_transaction_) {
    // A transaction can be begun again where the connection turns out to be gone; a statement cannot be repeated.
    TRY(sql::Transaction transaction, sql::Transaction::begin(*this, Access::kAdd));
    TRY(const int64_t changed, execute(sql, parameters));
    TRY_VOID(transaction.commit());
    return changed;
  }
  TRY(const Answer answer, send(sql, parameters));
  return base::parse_integer(libpq()->cmd_tuples(answer.get())).value_or(0);
}

Result<void> Database::begin(Access access) const {
  gave_way_ = false;
  TRY_VOID(ensure_connected());
  auto begun = run(begin_of(access));
  if (!begun && is_lost()) {
    // It was lost while nobody looked; nothing of this transaction has happened yet.
    TRY_VOID(ensure_connected());
    begun = run(begin_of(access));
  }
  in_transaction_ = true;
  if (!begun) roll_back();
  return begun;
}

void Database::roll_back() const {
  in_transaction_ = false;
  if (is_lost()) return;
  // One that does not even do this is of no further use.
  const Answer answer(libpq()->exec(connection_.get(), "ROLLBACK"));
  if (answer == nullptr || libpq()->result_status(answer.get()) != PGRES_COMMAND_OK) connection_.reset();
}

Result<void> Database::commit() const {
  if (is_lost()) return lost();
  const Answer answer(libpq()->exec(connection_.get(), "COMMIT"));
  const bool answered = answer != nullptr && libpq()->result_status(answer.get()) == PGRES_COMMAND_OK;
  if (answered && std::string_view(libpq()->cmd_status(answer.get())) == "COMMIT") {
    in_transaction_ = false;
    gave_way_ = false;
    return {};
  }
  // A transaction that had failed before is rolled back by this.
  if (answered) return fail(Code::kUnavailable, "The database gave up this change. Try again.", "commit rolled back");
  base::Error error = answer == nullptr ? lost().error() : failed(answer.get()).error();
  if (is_lost()) {
    gave_way_ = false;
    error.message += " Whether the last change is kept is not known: look before you repeat it.";
  }
  return std::unexpected(std::move(error));
}

std::unexpected<base::Error> Database::lost() const {
  // What was begun ends with its session, so it may be begun again.
  gave_way_ = in_transaction_;
  std::string said = connection_ == nullptr ? "" : libpq()->error_message(connection_.get());
  while (!said.empty() && said.back() == '\n') said.pop_back();
  return fail(Code::kUnavailable,
              fmt::format("The database {} (store.url) does not answer{}{} Check that PostgreSQL runs there and takes "
                          "this login, and try again.",
                          server_->name(), said.empty() ? "." : ": ", said),
              "postgres: no connection");
}

std::unexpected<base::Error> Database::failed(const pg_result* answer) const {
  const auto field = [answer](int code) -> std::string {
    const char* text = libpq()->result_error_field(answer, code);
    return text == nullptr ? "" : text;
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  const std::string detail = fmt::format("postgres: {} {}", state, field(PG_DIAG_MESSAGE_PRIMARY));
  const std::string name = server_->name();
  if (is_lost() || state.starts_with("08") || state.starts_with("57P")) {
    auto error = lost();
    // The server says farewell before the connection is seen to be gone.
    connection_.reset();
    return error;
  }
  if (state == "40001" || state == "40P01") gave_way_ = true;
  if (gave_way_ || state == "55P03" || state == "57014" || state == "25P03") {
    return fail(Code::kUnavailable, "Others keep the database busy. Try again.", detail);
  }
  if (state.starts_with("53")) {
    return fail(Code::kUnavailable,
                fmt::format("The database {} has no room left: a full disk, or too many connections. Make room and "
                            "try again.",
                            name),
                detail);
  }
  if (state == "25006") {
    return fail(Code::kUnavailable,
                fmt::format("The database {} takes no changes: it is a standby. Set store.url to the primary.", name),
                detail);
  }
  if (state == "42501") {
    return fail(
        Code::kForbidden,
        fmt::format("The user of {} may not use the schema {}. Let the owner of the database run: CREATE SCHEMA "
                    "{} AUTHORIZATION \"{}\"",
                    name, kSchemaName, kSchemaName, server_->user),
        detail);
  }
  if (state.starts_with("22")) {
    return fail(Code::kInvalidArgument, "This text cannot be kept: it has a zero byte or is not UTF-8.", detail);
  }
  return fail(Code::kUnavailable, fmt::format("The database {} cannot be used now.", name), detail);
}

Result<std::unique_ptr<sql::Database>> ServerPlace::open() const {
  TRY(std::unique_ptr<Database> database, Database::open(server_, outage_));
  return std::unique_ptr<sql::Database>(std::move(database));
}

}  // namespace store::postgres
