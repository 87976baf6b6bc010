// A thin layer over one libpq connection: statements that are prepared once, rows in binary form, transactions that
// roll back unless committed. Errors are thrown as PostgresError and never leave store/postgres: each port converts
// them into its own closed set of faults (faults.h).
//
// The connection is always in pipeline mode. A statement whose rows nobody waits for (`run`) is only sent; the next
// `query` or `commit` waits for all of them, and reports their errors. So a transaction takes one round trip if it only
// writes, and one more for each query.
//
// The server plans a statement once, by the sizes that its tables have then, and while they are nearly empty one index
// is as good as another. So a connection has its statements planned again, a second after it was made, two seconds
// later, and so on up to a minute: a plan is of a time when there was about half as much as now.
//
// Every wait ends at a deadline that this process keeps itself: a server that is stopped, or waits for a replica, still
// acknowledges TCP, and no timeout of the server ends the wait of a commit for a synchronous replica. After the
// deadline the socket is closed; whether a commit happened is then unknown.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "store/fence/link_error.h"

struct pg_conn;
struct pg_result;

namespace beckon::store::postgres {

// `state`: the SQLSTATE, five characters. Those that begin with "08" are this process's own: the connection could not
// be made, was lost, or did not answer before the deadline.
class PostgresError final : public LinkError {
 public:
  PostgresError(std::string sqlstate, std::string message) : state(std::move(sqlstate)), message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  Kind kind() const override;  // by the SQLSTATE (faults.h)
  std::string code() const override { return state; }

  const std::string state;

 private:
  std::string message_;
};

// Bytes that are not text: bound and read as bytea.
struct Blob {
  std::string_view bytes;
};

// A value in the binary form of the protocol, and its type.
struct Value {
  std::uint32_t type = 0;
  std::string bytes;  // of numbers and arrays; texts are views
  std::string_view view;
  bool is_null = false;
};

// The rows of one statement, all in memory. Views are valid as long as this object.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}

  bool next() { return ++row_ < count(); }
  int count() const;

  // Columns of the row, from 0. integer(): of any integer type or boolean; 0 for NULL.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::uint64_t whole(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string_view text(int column) const;  // also for bytea; empty for NULL
  Instant instant(int column) const { return instant_ms(integer(column)); }
  bool is_null(int column) const;
  [[noreturn]] void damaged(const char* what) const { throw PostgresError("XX001", what); }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
  int row_ = -1;
};

struct ConnectionOptions {
  std::string where;            // a connection URI or string of libpq, with several hosts if wanted
  Duration connect{3'000};      // for each host
  Duration answer{10'000};      // from sending the last part of a statement or commit to its result
  bool must_be_durable = true;  // a commit is on the server's disk when it returns
  Duration plan_again{1'000};   // after this time, then after twice as long, and so on up to kPlansKept
};

// Confined to one thread at a time.
class Connection {
 public:
  explicit Connection(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` must be a literal: its address is the key of the statement. Arguments are bound from $1 upward: texts, Blob,
  // ids, instants, integers, real numbers, booleans, enums, optionals of these, and vectors of 64-bit integers, texts
  // or Blobs, which are arrays. They are copied.
  template <class... Args>
  Rows query(const char* sql, const Args&... args) {
    const std::array<Value, sizeof...(Args)> values{value_of(args)...};
    return query_with(sql, values);
  }
  // In a transaction, only sends the statement.
  template <class... Args>
  void run(const char* sql, const Args&... args) {
    const std::array<Value, sizeof...(Args)> values{value_of(args)...};
    run_with(sql, values);
  }
  // The same with values that are put together at run time; `sql` stays where it is as long as the connection.
  Rows query_with(const char* sql, std::span<const Value> values);
  void run_with(const char* sql, std::span<const Value> values);
  template <class T>
  static Value value_of(const T& value) {
    if constexpr (std::is_same_v<T, Blob>) {
      return blob_value(value.bytes);
    } else if constexpr (std::is_same_v<T, Instant>) {
      return integer_value(to_ms(value));
    } else if constexpr (std::is_same_v<T, bool>) {
      return bool_value(value);
    } else if constexpr (std::is_enum_v<T>) {
      return integer_value(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      return real_value(static_cast<double>(value));
    } else if constexpr (std::is_integral_v<T>) {
      return integer_value(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      return text_value(value);
    } else if constexpr (requires { value.text; }) {
      return text_value(value.text);
    } else if constexpr (requires { value.data(); }) {
      return array_value(std::span(value.data(), value.size()));
    } else {
      Value inner = value ? value_of(*value) : value_of(typename T::value_type{});
      inner.is_null = !value;
      return inner;
    }
  }
  // Rows changed by the last `run`; waits for it.
  std::int64_t changes();
  void execute(const char* sql);  // for statements used once, without results: schema, settings
  bool is_usable() const { return connection_ != nullptr; }
  static constexpr Duration kPlansKept{60'000};
  void close();  // without waiting for the server
  void set_patience(Duration answer) { answer_ = answer; }
  int socket() const;            // for tests that cut it
  std::int64_t backend() const;  // process id of the server's side

 private:
  friend class Transaction;
  enum class Kind : std::uint8_t { kPrepare, kStatement, kSync };
  struct Sent {
    Kind kind;
    const char* sql;  // of kPrepare
  };
  struct Statement {
    std::string name;
    bool prepared = false;
  };
  using Deadline = std::chrono::steady_clock::time_point;

  void send(const char* sql, std::span<const Value> values);
  void sync();
  void plan_again();  // if it is time. Before a transaction or a statement outside one
  void send_all();
  // Reads all results of what was sent, and returns that of the last statement. Throws the first error, once the
  // pipeline is in order again.
  pg_result* collect();
  pg_result* next_result(Deadline deadline);
  void wait(bool to_write, Deadline deadline);
  void check_usable() const;
  [[noreturn]] void lose(const std::string& why);
  static void notice(void* self, const pg_result* result);

  static Value integer_value(std::int64_t value);
  static Value real_value(double value);
  static Value bool_value(bool value);
  static Value text_value(std::string_view text);
  static Value blob_value(std::string_view bytes);
  static Value array_value(std::span<const std::int64_t> values);
  static Value array_value(std::span<const std::string_view> texts);
  static Value array_value(std::span<const Blob> blobs);

  pg_conn* connection_ = nullptr;
  Duration answer_;
  Duration plans_kept_;
  std::chrono::steady_clock::time_point planned_ = std::chrono::steady_clock::now();
  bool in_transaction_ = false;
  bool warned_ = false;  // since the last commit began: the server gave up waiting for a replica, or similar
  std::string changed_;  // the command's tag of the last statement read
  std::deque<Sent> sent_;
  std::unordered_map<const char*, Statement> statements_;
};

// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t {
    kRead,      // sees one state of the data
    kWrite,     // begins and ends with statements of their own
    kPipeline,  // begins with the first statement and ends with the commit's sync: nothing of it can be left idle
  };
  Transaction(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // The server is asked to commit. From then on an error that is_lost() leaves open whether the commit has happened; so
  // does kUncertain: the server gave up waiting for a synchronous replica.
  void ask();
  void commit();                                      // asks, and waits for the answer; both throw PostgresError
  static constexpr const char* kUncertain = "08B01";  // a class of our own within 08

 private:
  Connection& connection_;
  const Kind kind_;
  bool open_ = true;
  bool asked_ = false;
};

}  // namespace beckon::store::postgres
