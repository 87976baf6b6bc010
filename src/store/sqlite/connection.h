// A thin layer over one SQLite connection: statements that are prepared once and reset after each use, and transactions
// that roll back unless committed. Errors are thrown as SqliteError and never leave store/sqlite: each port converts
// them into its own closed set of faults (faults.h).
#pragma once
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "base/id.h"
#include "base/instant.h"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace beckon::store {

class SqliteError final : public std::exception {
 public:
  SqliteError(int extended_code, int os_errno, std::string message)
      : code(extended_code), system_errno(os_errno), message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  int primary() const { return code & 0xff; }

  const int code;
  const int system_errno;

 private:
  std::string message_;
};

// Bytes that are not text: bound and read as a BLOB.
struct Blob {
  std::string_view bytes;
};

// One use of a prepared statement, which is reset on destruction. Bound values must outlive it.
class Query {
 public:
  Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  ~Query();
  Query(Query&& other) noexcept : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(const Query&) = delete;

  void bind(int place, std::int64_t value);
  void bind(int place, double value);
  void bind(int place, std::string_view text);
  void bind(int place, Blob blob);
  void bind(int place, std::nullopt_t);

  bool next();  // steps to the next row; false at the end
  void run() {
    while (next()) {}
  }

  // Columns of the row, from 0; views are valid until next().
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::uint64_t whole(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string_view text(int column) const;  // also for a BLOB
  Instant instant(int column) const { return instant_ms(integer(column)); }
  bool is_null(int column) const;
  [[noreturn]] void damaged(const char* what) const;  // throws SqliteError

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
};

inline constexpr Duration kPatience{5000};  // how long a statement waits for another process's lock

// Confined to one thread at a time.
class Connection {
 public:
  enum class Mode : std::uint8_t { kReadWrite, kReadOnly };
  // The file must exist. Sets the pragmas that every connection needs.
  Connection(const std::string& file, Mode mode, Duration busy_timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` must be a literal: its address is the key of the statement. Arguments are bound from ?1 upward: texts,
  // Blob, ids, instants, integers, real numbers, booleans, enums, optionals of these. A string is bound as a view, so
  // never a temporary.
  template <class... Args>
  Query query(const char* sql, Args&&... args) {
    Query query(db_, prepared(sql));
    int place = 0;
    (bind(query, ++place, std::forward<Args>(args)), ...);
    return query;
  }
  template <class... Args>
  void run(const char* sql, Args&&... args) {
    query(sql, std::forward<Args>(args)...).run();
  }
  void execute(const char* sql);  // for statements used once: schema, pragmas
  std::int64_t changes() const;   // rows changed by the last INSERT, UPDATE or DELETE
  bool in_transaction() const;
  // The data file itself, without the WAL, through SQLite's own descriptor: closing another descriptor of the file
  // would release this process's locks on it. Reads beyond its end return zeros.
  std::uint64_t file_size();
  void read_file(std::span<char> into, std::uint64_t at);
  // How much of the WAL is committed for a reader that starts now: the number of frames, and the salts of its header.
  // From the WAL index (sqlite.org/walformat.html, 2.1); std::nullopt while another thread or process changes it.
  struct WalEnd {
    std::uint32_t frames = 0, salt1 = 0, salt2 = 0;
  };
  std::optional<WalEnd> wal_end();
  sqlite3* raw() { return db_; }

 private:
  sqlite3_stmt* prepared(const char* sql);
  sqlite3_file* file();

  template <class T>
  static void bind(Query& query, int place, T&& value) {
    using Plain = std::remove_cvref_t<T>;
    static_assert(!std::is_same_v<T, std::string>, "a temporary string would be gone when the statement runs");
    if constexpr (std::is_same_v<Plain, Blob> || std::is_same_v<Plain, std::nullopt_t>) {
      query.bind(place, value);
    } else if constexpr (std::is_same_v<Plain, Instant>) {
      query.bind(place, to_ms(value));
    } else if constexpr (std::is_enum_v<Plain>) {
      query.bind(place, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<Plain>) {
      query.bind(place, static_cast<double>(value));
    } else if constexpr (std::is_integral_v<Plain>) {
      query.bind(place, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_convertible_v<Plain, std::string_view>) {
      query.bind(place, std::string_view(value));
    } else if constexpr (requires { value.text; }) {
      query.bind(place, std::string_view(value.text));
    } else {
      if (value) {
        bind(query, place, *value);
      } else {
        query.bind(place, std::nullopt);
      }
    }
  }

  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t { kRead, kWrite };  // kWrite takes the write lock immediately
  Transaction(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace beckon::store
