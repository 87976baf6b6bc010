// One of the two stores between which everything is moved: as the source, all its rows; as the target, parts of rows,
// each written in one transaction with how far the table is, so that a move that was interrupted goes on there. While a
// target is marked as unfinished, no server and no command opens it as a store.
//
// Confined to one thread. Functions throw SqliteError, PostgresError or SideFault.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "ledger/ledger.h"
#include "store/move/tables.h"

namespace beckon::store::move {

// Of sessions whose consent is denied or that are being erased: whose they are, as far as the journal still says so.
using Homes = std::map<std::pair<std::uint64_t, std::uint64_t>, std::string>;

// A sentence for the operator.
class SideFault final : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a port has returned; its fault, which has been logged, is thrown.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw SideFault(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

class Side {
 public:
  virtual ~Side() = default;

  // Calls `take` with every row of the table, always in the same order. Damaged rows of the journal are named in the
  // log and left out, as a server does.
  virtual void each(const Table& table, const std::function<void(const Row&)>& take) = 0;
};

class Target : public Side {
 public:
  virtual bool is_empty() = 0;  // neither a server nor a command has written anything
  // Of an unfinished move into it: the mark of the source, and how many rows each table has, by its name. std::nullopt
  // if there is none.
  struct Unfinished {
    std::int64_t source = 0;  // 0: it must start again
    std::map<std::string, std::uint64_t, std::less<>> done = {};
  };
  virtual std::optional<Unfinished> unfinished() = 0;
  virtual void begin(std::int64_t source) = 0;  // deletes all rows, to start again
  // Rows behind the first `done` of the table, which it has.
  virtual void write(const Table& table, std::span<const Row> rows, std::uint64_t done, const Homes& homes) = 0;
  virtual void finish() = 0;  // it is a store from now on
};

// Rows of the table `meta` while a move is not finished: the mark of the source, and a row for each table.
inline constexpr std::string_view kMoving = "moving";
inline std::string mark_of(const Table& table) { return std::string(kMoving) + " " + table.name(); }

// The numbers of a store: the first two are from its journal, the others stand in `meta` of both.
inline constexpr std::string_view kCheckpoint = "checkpoint", kLastPosition = "last_position";
inline constexpr std::array<std::string_view, 4> kNumbers{"control_version", "allowlist_changed", "audit_events",
                                                          "expiry_unwritten"};

}  // namespace beckon::store::move
