// A PostgreSQL database as a side of a move. As a target, its row `moving` in `meta` keeps every server and command
// from opening it (PostgresStore::open) until it is complete.
#pragma once
#include <string>
#include <unordered_map>

#include "store/move/side.h"
#include "store/postgres/postgres_ledger.h"

namespace beckon::store::move {

class PostgresTarget final : public Target {
 public:
  // A database with the tables of the newest schema, which no other process writes: the caller holds its lease.
  explicit PostgresTarget(const std::string& where);

  void each(const Table& table, const std::function<void(const Row&)>& take) override;
  bool is_empty() override;
  std::optional<Unfinished> unfinished() override;
  void begin(std::int64_t source) override;
  void write(const Table& table, std::span<const Row> rows, std::uint64_t done, const Homes& homes) override;
  void finish() override;

 private:
  // Built once for each table: the connection knows a statement by its address.
  struct Statements {
    std::string first, next;  // of up to kPage rows, in the order of the key; behind one
    std::string insert;
  };
  const Statements& statements_of(const Table& table);
  void each_row(const Table& table, const std::function<void(const Row&)>& take);
  void each_owed(const std::function<void(const Row&)>& take);
  void each_packed_attempt(const std::function<void(const Row&)>& take);
  void insert(const Table& table, const Row& row, const Homes& homes);
  void insert_journal(const Row& row, const Homes& homes);
  void insert_number(std::string_view name, std::int64_t value);
  postgres::Shard shard_of(const Table& table, const Row& row, const Homes& homes) const;

  static constexpr std::int64_t kPage = 100;

  const postgres::ConnectionOptions options_;
  postgres::Connection connection_;
  postgres::Shards shards_;
  postgres::Readers readers_;
  postgres::PostgresLedger ledger_;
  std::unordered_map<const Table*, Statements> statements_;
};

}  // namespace beckon::store::move
