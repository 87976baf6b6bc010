#include "store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "system/log.h"

namespace beckon::store::postgres {
namespace {

// pg_type.dat of PostgreSQL: the numbers of built-in types never change.
enum : Oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kText = 25,
  kFloat8 = 701,
  kByteaArray = 1001,
  kTextArray = 1009,
  kInt8Array = 1016
};

template <class T>
void append_big_endian(std::string& out, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xff);
}

std::uint64_t big_endian(const char* bytes, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// One dimension, no NULLs (array_send() of PostgreSQL).
std::string array_head(Oid element, std::size_t count) {
  std::string out;
  append_big_endian(out, std::int32_t{count > 0});  // dimensions
  append_big_endian(out, std::int32_t{0});          // no NULLs
  append_big_endian(out, std::int32_t(element));
  if (count == 0) return out;
  append_big_endian(out, static_cast<std::int32_t>(count));
  append_big_endian(out, std::int32_t{1});  // the first index
  return out;
}

void append_element(std::string& out, std::string_view bytes) {
  append_big_endian(out, static_cast<std::int32_t>(bytes.size()));
  out += bytes;
}

// The last line of libpq's messages may name the host; they never contain the password.
std::string without_end_of_line(const char* message) {
  std::string text(message ? message : "");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// The message alone: its detail may contain values of rows.
PostgresError error_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state ? state : "08006", message ? message : without_end_of_line(PQresultErrorMessage(result))};
}

// Every statement of this driver means an index, and where it has an order, that of the index. Its plan is made once,
// for any arguments, so no other choice than between indexes is left to it (and see plan_again).
constexpr const char* kSettings =
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET enable_hashjoin = off; "
    "SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; SET jit = off; "
    "SET default_transaction_isolation = 'read committed'; SET client_min_messages = 'warning'; "
    "SET idle_in_transaction_session_timeout = 0";

}  // namespace

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

int Rows::count() const { return PQntuples(result_.get()); }

bool Rows::is_null(int column) const { return PQgetisnull(result_.get(), row_, column) != 0; }

std::int64_t Rows::integer(int column) const {
  if (is_null(column)) return 0;
  const char* bytes = PQgetvalue(result_.get(), row_, column);
  switch (PQftype(result_.get(), column)) {
    case kInt8: return static_cast<std::int64_t>(big_endian(bytes, 8));
    case kInt4: return static_cast<std::int32_t>(big_endian(bytes, 4));
    case kInt2: return static_cast<std::int16_t>(big_endian(bytes, 2));
    case kBool: return bytes[0];
    default: break;
  }
  CHECK(false && "a column of another type is read as an integer");
}

double Rows::real(int column) const {
  if (is_null(column)) return 0;
  CHECK(PQftype(result_.get(), column) == kFloat8);
  return std::bit_cast<double>(big_endian(PQgetvalue(result_.get(), row_, column), 8));
}

std::string_view Rows::text(int column) const {
  return {PQgetvalue(result_.get(), row_, column), static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

Value Connection::integer_value(std::int64_t value) {
  Value made{.type = kInt8, .bytes = {}, .view = {}};
  append_big_endian(made.bytes, value);
  return made;
}

Value Connection::real_value(double value) {
  Value made{.type = kFloat8, .bytes = {}, .view = {}};
  append_big_endian(made.bytes, std::bit_cast<std::uint64_t>(value));
  return made;
}

Value Connection::bool_value(bool value) {
  return {.type = kBool, .bytes = std::string(1, value ? '\1' : '\0'), .view = {}};
}
Value Connection::text_value(std::string_view text) { return {.type = kText, .bytes = {}, .view = text}; }
Value Connection::blob_value(std::string_view bytes) { return {.type = kBytea, .bytes = {}, .view = bytes}; }

Value Connection::array_value(std::span<const std::int64_t> values) {
  Value made{.type = kInt8Array, .bytes = array_head(kInt8, values.size()), .view = {}};
  for (const std::int64_t value : values) {
    append_big_endian(made.bytes, std::int32_t{8});
    append_big_endian(made.bytes, value);
  }
  return made;
}

Value Connection::array_value(std::span<const std::string_view> texts) {
  Value made{.type = kTextArray, .bytes = array_head(kText, texts.size()), .view = {}};
  for (const std::string_view text : texts) append_element(made.bytes, text);
  return made;
}

Value Connection::array_value(std::span<const Blob> blobs) {
  Value made{.type = kByteaArray, .bytes = array_head(kBytea, blobs.size()), .view = {}};
  for (const Blob& blob : blobs) append_element(made.bytes, blob.bytes);
  return made;
}

// Settings before `dbname` are defaults: what the string itself says overrides them.
Connection::Connection(const ConnectionOptions& options) : answer_(options.answer), plans_kept_(options.plan_again) {
  const std::string seconds =
      std::to_string(std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(options.connect).count()));
  const std::array<const char*, 8> names{"connect_timeout",
                                         "fallback_application_name",
                                         "tcp_user_timeout",
                                         "target_session_attrs",
                                         "client_encoding",
                                         "dbname",
                                         nullptr,
                                         nullptr};
  const std::array<const char*, 8> values{seconds.c_str(),       "beckon", "10000", "read-write", "UTF8",
                                          options.where.c_str(), nullptr,  nullptr};
  connection_ = PQconnectdbParams(names.data(), values.data(), 1);
  if (PQstatus(connection_) != CONNECTION_OK) {
    const std::string why = without_end_of_line(PQerrorMessage(connection_));
    close();
    throw PostgresError("08001", why);
  }
  PQsetNoticeReceiver(connection_, &Connection::notice, this);
  if (PQsetnonblocking(connection_, 1) != 0) lose(PQerrorMessage(connection_));
  execute(kSettings);
  if (options.must_be_durable)
    execute(
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') = 'off'");
  if (PQenterPipelineMode(connection_) != 1) lose(PQerrorMessage(connection_));
}

Connection::~Connection() {
  if (connection_) PQfinish(connection_);
}

// Does not wait for a full socket, since the connection is nonblocking.
void Connection::close() {
  if (connection_) PQfinish(std::exchange(connection_, nullptr));
  sent_.clear();
}

int Connection::socket() const { return connection_ ? PQsocket(connection_) : -1; }
std::int64_t Connection::backend() const { return connection_ ? PQbackendPID(connection_) : 0; }

void Connection::notice(void* self, const pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (!state) return;
  if (std::string_view(state) == "01000") static_cast<Connection*>(self)->warned_ = true;
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (std::string_view(state) != "25P01" && std::string_view(state) != "25001")
    log::warn("database_warning").add("sqlstate", state).add("message", message ? message : "");
}

void Connection::check_usable() const {
  if (!connection_) throw PostgresError("08003", "The connection to the database is closed.");
}

void Connection::lose(const std::string& why) {
  close();
  throw PostgresError("08006", why);
}

void Connection::wait(bool to_write, Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd one{
      .fd = PQsocket(connection_), .events = static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), .revents = 0};
  const int ready = left.count() > 0 ? ::poll(&one, 1, static_cast<int>(left.count())) : 0;
  if (ready == 0) lose("The database did not answer in time.");
  if (ready < 0 && errno != EINTR) lose("The database's socket cannot be read.");
}

// Null at the end of the results of one statement.
pg_result* Connection::next_result(Deadline deadline) {
  for (;;) {
    const int unsent = PQflush(connection_);
    if (unsent < 0) lose(without_end_of_line(PQerrorMessage(connection_)));
    if (!PQisBusy(connection_)) break;
    wait(unsent > 0, deadline);
    if (PQconsumeInput(connection_) == 0) lose(without_end_of_line(PQerrorMessage(connection_)));
  }
  return PQgetResult(connection_);
}

// Before pipeline mode.
void Connection::execute(const char* sql) {
  check_usable();
  const bool pipelined = PQpipelineStatus(connection_) != PQ_PIPELINE_OFF;
  CHECK(!pipelined || sent_.empty());
  if (pipelined && PQexitPipelineMode(connection_) != 1) lose(PQerrorMessage(connection_));
  if (PQsendQuery(connection_, sql) != 1) lose(without_end_of_line(PQerrorMessage(connection_)));
  const Deadline deadline = std::chrono::steady_clock::now() + answer_;
  std::optional<PostgresError> first;
  while (pg_result* result = next_result(deadline)) {
    if (PQresultStatus(result) == PGRES_FATAL_ERROR && !first) first.emplace(error_of(result));
    PQclear(result);
  }
  if (PQstatus(connection_) != CONNECTION_OK) lose(first ? first->what() : "The connection to the database was lost.");
  if (pipelined && PQenterPipelineMode(connection_) != 1) lose(PQerrorMessage(connection_));
  if (first) throw *first;
}

void Connection::send(const char* sql, std::span<const Value> values) {
  check_usable();
  constexpr std::size_t kMost = 40;
  CHECK(values.size() <= kMost);
  std::array<Oid, kMost> types{};
  std::array<const char*, kMost> bytes{};
  std::array<int, kMost> lengths{}, formats{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string_view view = values[i].bytes.empty() ? values[i].view : std::string_view(values[i].bytes);
    types[i] = values[i].type;
    bytes[i] = values[i].is_null ? nullptr : view.data() ? view.data() : "";
    lengths[i] = static_cast<int>(view.size());
    formats[i] = 1;
  }
  const int count = static_cast<int>(values.size());
  Statement& statement = statements_[sql];
  if (!statement.prepared) {
    if (statement.name.empty()) statement.name = "s" + std::to_string(statements_.size());
    if (PQsendPrepare(connection_, statement.name.c_str(), sql, count, types.data()) != 1)
      lose(without_end_of_line(PQerrorMessage(connection_)));
    statement.prepared = true;
    sent_.push_back({Kind::kPrepare, sql});
  }
  if (PQsendQueryPrepared(connection_, statement.name.c_str(), count, bytes.data(), lengths.data(), formats.data(),
                          1) != 1)
    lose(without_end_of_line(PQerrorMessage(connection_)));
  sent_.push_back({Kind::kStatement, nullptr});
}

void Connection::sync() {
  check_usable();
  if (PQpipelineSync(connection_) != 1) lose(without_end_of_line(PQerrorMessage(connection_)));
  sent_.push_back({Kind::kSync, nullptr});
}

// Only marks the plans; each is made again when its statement is used next. In a transaction of its own: where others
// follow in the same, none of them could choose its isolation any more.
void Connection::plan_again() {
  const auto now = std::chrono::steady_clock::now();
  if (now - planned_ < plans_kept_) return;
  planned_ = now;
  plans_kept_ = std::min(2 * plans_kept_, kPlansKept);
  send("DISCARD PLANS", {});
  sync();
  PQclear(collect());
}

void Connection::send_all() {
  check_usable();
  const Deadline deadline = std::chrono::steady_clock::now() + answer_;
  for (int unsent = PQflush(connection_); unsent != 0; unsent = PQflush(connection_)) {
    if (unsent < 0) lose(without_end_of_line(PQerrorMessage(connection_)));
    wait(true, deadline);
    if (PQconsumeInput(connection_) == 0) lose(without_end_of_line(PQerrorMessage(connection_)));
  }
}

// Behind an error the server skips everything up to the next sync, so one is sent if there is none.
pg_result* Connection::collect() {
  check_usable();
  const Deadline deadline = std::chrono::steady_clock::now() + answer_;
  std::optional<PostgresError> first;
  std::unique_ptr<pg_result, decltype(&PQclear)> last(nullptr, &PQclear);
  while (!sent_.empty()) {
    const Sent one = sent_.front();
    std::unique_ptr<pg_result, decltype(&PQclear)> result(next_result(deadline), &PQclear);
    if (!result) lose(first ? first->what() : "The connection to the database was lost.");
    sent_.pop_front();
    const auto status = PQresultStatus(result.get());
    if (one.kind == Kind::kSync) {
      if (status != PGRES_PIPELINE_SYNC) lose(first ? first->what() : "The connection to the database was lost.");
      continue;
    }
    const bool is_done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (one.kind == Kind::kPrepare && !is_done) statements_[one.sql].prepared = false;
    if (status == PGRES_FATAL_ERROR && !first) {
      first.emplace(error_of(result.get()));
      if (PQstatus(connection_) != CONNECTION_OK) lose(first->what());
    }
    if (is_done && one.kind == Kind::kStatement) {
      changed_ = PQcmdTuples(result.get());
      last = std::move(result);
    }
    if (pg_result* more = next_result(deadline)) {
      PQclear(more);
      lose("The database sent more than one result.");
    }
    if (first && (sent_.empty() || sent_.back().kind != Kind::kSync)) sync();
  }
  if (first) throw *first;
  return last.release();
}

Rows Connection::query_with(const char* sql, std::span<const Value> values) {
  if (!in_transaction_) plan_again();
  send(sql, values);
  if (in_transaction_) {
    if (PQsendFlushRequest(connection_) != 1) lose(without_end_of_line(PQerrorMessage(connection_)));
  } else {
    sync();
  }
  return Rows(collect());
}

void Connection::run_with(const char* sql, std::span<const Value> values) {
  if (!in_transaction_) plan_again();
  send(sql, values);
  if (in_transaction_) return;
  sync();
  PQclear(collect());
}

std::int64_t Connection::changes() {
  if (!sent_.empty()) {
    if (PQsendFlushRequest(connection_) != 1) lose(without_end_of_line(PQerrorMessage(connection_)));
    PQclear(collect());
  }
  return changed_.empty() ? 0 : std::stoll(changed_);
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection), kind_(kind) {
  connection_.check_usable();
  CHECK(!connection_.in_transaction_);
  connection_.plan_again();
  connection_.in_transaction_ = true;
  connection_.warned_ = false;
  switch (kind) {
    case Kind::kRead: connection_.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); break;
    case Kind::kWrite: connection_.run("BEGIN"); break;
    case Kind::kPipeline: break;
  }
}

// What was sent ends with the rollback's sync. A transaction that an error has ended is rolled back once more, which
// only warns.
Transaction::~Transaction() {
  connection_.in_transaction_ = false;
  if (!open_ || !connection_.is_usable()) return;
  try {
    connection_.send("ROLLBACK", {});
    connection_.sync();
    PQclear(connection_.collect());
  } catch (const PostgresError&) {
    // An error of what was sent before it: the server has rolled back. A lost connection does the same.
    if (connection_.is_usable() && kind_ != Kind::kPipeline) connection_.close();
  }
}

void Transaction::ask() {
  if (kind_ != Kind::kPipeline) connection_.run("COMMIT");
  asked_ = true;
  connection_.sync();
  connection_.send_all();
}

void Transaction::commit() {
  if (!asked_) ask();
  PQclear(connection_.collect());
  open_ = false;
  connection_.in_transaction_ = false;
  if (!is_acknowledged(connection_.warned_))
    throw PostgresError(kUncertain, "The database gave up waiting for its synchronous replica.");
}

}  // namespace beckon::store::postgres
