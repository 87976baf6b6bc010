// The tables that a data folder and a database both have, and their rows as values. What one of them keeps in another
// form is read as the rows that it stands for: a delivery that is owed without a row (outbox/owed.h), an attempt in the
// row of its delivery (outbox/packed_attempt.h), the rows that a commit has in several shards.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::store::move {

enum class Type : std::uint8_t {
  kInteger,
  kBoolean,
  kReal,
  kText,
  kBytes,
  kFreeText,  // any bytes: text in SQLite, bytea in PostgreSQL
};

struct Column {
  std::string sqlite;    // its name there
  std::string postgres;  // and there
  Type type = Type::kInteger;
};

// A value; of which type, the column says.
struct Cell {
  bool is_null = false;
  std::int64_t integer = 0;  // also of a boolean
  double real = 0;
  std::string bytes = {};
};

struct Row {
  std::vector<Cell> cells;
  std::string handle = {};  // of an attempt: that of its delivery, from a data folder
};

struct Table {
  enum class Kind : std::uint8_t {
    kRows,
    kJournal,  // position, at, bytes: one row for each commit with records
    kNumbers,  // name, value: of the store as a whole; those that are 0 have no row
  };
  // In which shard a row is.
  enum class Place : std::uint8_t { kNone, kOfHandle, kOfDelivery, kOfDigest };

  std::string sqlite, postgres;  // its name there
  Kind kind = Kind::kRows;
  Place place = Place::kNone;
  int keys = 1;  // the first columns, which are its key (in PostgreSQL, behind the shard)
  std::vector<Column> columns;

  const std::string& name() const { return postgres; }
  int column(std::string_view name) const;  // its place, by its name in SQLite
};

// The names of its columns, or of the first `count`, with commas between them.
std::string names(const Table& table, std::string Column::*in, int count = 1'000);

// In the order in which they are moved. An attempt comes behind its delivery.
const std::vector<Table>& all_tables();

// What a table contains, whatever the order of its rows: how many, and the sum of their hashes. Of the journal, the
// records of different handles in one commit have no order.
struct Sum {
  std::uint64_t rows = 0, first = 0, second = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
};
void add(Sum& sum, const Table& table, const Row& row);
std::string to_text(const Sum& sum);  // of the hashes: 32 hexadecimal digits

}  // namespace beckon::store::move
