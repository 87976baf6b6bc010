// A data folder as a side of a move. As a target, its data file has another name until it is complete
// (unfinished_data_file in store/sqlite/data_file.h), so that nothing takes it for one.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "store/move/side.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/server_lock.h"
#include "store/sqlite/sqlite_ledger.h"

namespace beckon::store::move {

// The rows of a data file, of the newest schema.
class SqliteSource final : public Side {
 public:
  explicit SqliteSource(const std::string& file);
  void each(const Table& table, const std::function<void(const Row&)>& take) override;

 private:
  void each_row(const Table& table, const std::function<void(const Row&)>& take);
  void each_owed(const std::function<void(const Row&)>& take);
  void each_packed_attempt(const std::function<void(const Row&)>& take);

  Connection connection_;
  Readers readers_;
  SqliteLedger ledger_;
  std::unordered_map<const Table*, std::string> selects_;
};

class SqliteTarget final : public Target {
 public:
  // Of a folder that exists, under a lock that keeps servers away. The caller has made sure that it holds no data.
  explicit SqliteTarget(const std::string& folder);

  void each(const Table& table, const std::function<void(const Row&)>& take) override;
  bool is_empty() override { return true; }
  std::optional<Unfinished> unfinished() override;
  void begin(std::int64_t source) override;
  void write(const Table& table, std::span<const Row> rows, std::uint64_t done, const Homes& homes) override;
  void finish() override;

 private:
  Connection& opened();
  void insert(const Table& table, const Row& row);

  const std::string file_, unfinished_;
  std::unique_ptr<Connection> connection_;
  std::unordered_map<const Table*, std::string> inserts_;
};

}  // namespace beckon::store::move
