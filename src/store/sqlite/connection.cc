#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include <array>

#include "base/check.h"
#include "store/sqlite/clean_pages.h"

namespace beckon::store {
namespace {

[[noreturn]] void fail(sqlite3* db) {
  throw SqliteError(sqlite3_extended_errcode(db), sqlite3_system_errno(db), sqlite3_errmsg(db));
}

void check(sqlite3* db, int code) {
  if (code != SQLITE_OK) fail(db);
}

// A null pointer would be bound as NULL; an empty text must stay a text.
const char* not_null(std::string_view text) { return text.data() ? text.data() : ""; }

}  // namespace

Query::~Query() {
  if (statement_) sqlite3_reset(statement_);
}

void Query::bind(int place, std::int64_t value) { check(db_, sqlite3_bind_int64(statement_, place, value)); }
void Query::bind(int place, double value) { check(db_, sqlite3_bind_double(statement_, place, value)); }
void Query::bind(int place, std::string_view text) {
  check(db_, sqlite3_bind_text64(statement_, place, not_null(text), text.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void Query::bind(int place, Blob blob) {
  check(db_, sqlite3_bind_blob64(statement_, place, not_null(blob.bytes), blob.bytes.size(), SQLITE_STATIC));
}
void Query::bind(int place, std::nullopt_t) { check(db_, sqlite3_bind_null(statement_, place)); }

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(db_);
  return false;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Query::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Query::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  // Reading a value's overflow pages can fail, and then only the connection's error code shows it.
  if (bytes == nullptr && sqlite3_errcode(db_) != SQLITE_OK && sqlite3_errcode(db_) != SQLITE_ROW) fail(db_);
  return bytes ? std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size)) : std::string_view{};
}

void Query::damaged(const char* what) const { throw SqliteError(SQLITE_CORRUPT, 0, what); }
bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Connection::Connection(const std::string& file, Mode mode, Duration busy_timeout) {
  const int flags = (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &db_, flags, clean_vfs());
  try {
    check(db_, code);
    sqlite3_busy_timeout(db_, static_cast<int>(busy_timeout.count()));
    // Closing never checkpoints the WAL: after a failed sync nothing may touch the file before recovery does.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    execute(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA cell_size_check = ON; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 0;");
  } catch (...) {
    sqlite3_close(db_);
    throw;
  }
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  CHECK(sqlite3_close(db_) == SQLITE_OK);
}

sqlite3_stmt* Connection::prepared(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (!statement) check(db_, sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  CHECK(!sqlite3_stmt_busy(statement));
  return statement;
}

void Connection::execute(const char* sql) { check(db_, sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
std::int64_t Connection::changes() const { return sqlite3_changes64(db_); }
bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

sqlite3_file* Connection::file() {
  sqlite3_file* file = nullptr;
  check(db_, sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, &file));
  return file;
}

std::uint64_t Connection::file_size() {
  sqlite3_int64 size = 0;
  sqlite3_file* data = file();
  if (const int code = data->pMethods->xFileSize(data, &size); code != SQLITE_OK)
    throw SqliteError(code, 0, sqlite3_errstr(code));
  return static_cast<std::uint64_t>(size);
}

void Connection::read_file(std::span<char> into, std::uint64_t at) {
  sqlite3_file* data = file();
  const int code =
      data->pMethods->xRead(data, into.data(), static_cast<int>(into.size()), static_cast<sqlite3_int64>(at));
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) throw SqliteError(code, 0, sqlite3_errstr(code));
}

std::optional<Connection::WalEnd> Connection::wal_end() {
  constexpr int kIndexPart = 32768;
  constexpr std::size_t kWords = 12;  // of the header, which is stored twice
  sqlite3_file* data = file();
  void volatile* index = nullptr;
  if (data->pMethods->xShmMap(data, 0, kIndexPart, 0, &index) != SQLITE_OK || index == nullptr) return std::nullopt;
  const auto* words = static_cast<const std::uint32_t volatile*>(index);
  std::array<std::uint32_t, kWords> first{}, second{};
  for (std::size_t i = 0; i < kWords; ++i) first[i] = words[i];
  data->pMethods->xShmBarrier(data);  // a writer writes the second copy first
  for (std::size_t i = 0; i < kWords; ++i) second[i] = words[kWords + i];
  const bool is_made = (first[3] & 0xff) != 0;
  if (first != second || !is_made) return std::nullopt;
  return WalEnd{first[4], __builtin_bswap32(first[8]), __builtin_bswap32(first[9])};
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  switch (kind) {
    case Kind::kRead: connection_.run("BEGIN DEFERRED"); break;
    case Kind::kWrite: connection_.run("BEGIN IMMEDIATE"); break;
  }
}

Transaction::~Transaction() {
  if (!open_ || !connection_.in_transaction()) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const SqliteError&) {
    // Some errors have rolled back already; the connection's state tells.
    CHECK(!connection_.in_transaction());
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

}  // namespace beckon::store
