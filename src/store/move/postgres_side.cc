#include "store/move/postgres_side.h"

#include "ledger/codec.h"
#include "ledger/handle_of.h"
#include "store/move/reading.h"
#include "store/postgres/journal_parts.h"
#include "store/postgres/owed_records.h"
#include "store/sum.h"

namespace beckon::store::move {

namespace {

constexpr Duration kAnswer{60'000}, kAnalyze{600'000};

std::string places(int first, int count) {
  std::string text;
  for (int i = first; i < first + count; ++i) text.append(i > first ? ", $" : "$").append(std::to_string(i));
  return text;
}

bool has_shard(const Table& table) { return table.place != Table::Place::kNone; }
// The directory's row of a handle says in which shard it is, but its key does not begin with it.
bool is_by_shard(const Table& table) { return has_shard(table) && table.name() != "handle"; }

postgres::Value value_from(const Cell& cell, Type type) {
  postgres::Value value = [&] {
    switch (type) {
      case Type::kInteger: return postgres::Connection::value_of(cell.integer);
      case Type::kBoolean: return postgres::Connection::value_of(cell.integer != 0);
      case Type::kReal: return postgres::Connection::value_of(cell.real);
      case Type::kText: return postgres::Connection::value_of(std::string_view(cell.bytes));
      case Type::kBytes:
      case Type::kFreeText: break;
    }
    return postgres::Connection::value_of(postgres::Blob{cell.bytes});
  }();
  value.is_null = cell.is_null;
  return value;
}

ledger::SessionDigest digest_from(const Row& row) {
  return {static_cast<std::uint64_t>(row.cells[0].integer), static_cast<std::uint64_t>(row.cells[1].integer)};
}

const std::string* home_of(const ledger::SessionDigest& digest, const Homes& homes) {
  const auto found = homes.find({digest.high, digest.low});
  return found == homes.end() ? nullptr : &found->second;
}

}  // namespace

PostgresTarget::PostgresTarget(const std::string& where)
    : options_{.where = where, .answer = kAnswer},
      connection_(options_),
      readers_(options_, 1),
      ledger_(readers_, shards_) {
  shards_.load(connection_);
}

const PostgresTarget::Statements& PostgresTarget::statements_of(const Table& table) {
  Statements& made = statements_[&table];
  if (!made.insert.empty()) return made;
  const int columns = static_cast<int>(table.columns.size());
  const std::string keys = names(table, &Column::postgres, table.keys);
  const std::string select = "SELECT " + names(table, &Column::postgres) + " FROM " + table.postgres;
  const std::string end = " ORDER BY " + keys + " LIMIT " + std::to_string(kPage);
  if (is_by_shard(table)) {
    made.first = select + " WHERE shard = $1" + end;
    made.next = select + " WHERE shard = $1 AND (" + keys + ") > (" + places(2, table.keys) + ")" + end;
  } else {
    made.first = select + end;
    made.next = select + " WHERE (" + keys + ") > (" + places(1, table.keys) + ")" + end;
  }
  made.insert = "INSERT INTO " + table.postgres + " (" + (has_shard(table) ? "shard, " : "") +
                names(table, &Column::postgres) + ") VALUES (" + places(1, columns + (has_shard(table) ? 1 : 0)) + ")";
  return made;
}

void PostgresTarget::each(const Table& table, const Take& take) {
  if (table.kind == Table::Kind::kRows) {
    each_row(table, take);
    if (table.name() == "delivery") each_owed(take);
    if (table.name() == "attempt") each_packed_attempt(take);
    return;
  }
  if (table.kind == Table::Kind::kJournal) return each_commit(ledger_, take);
  const auto of_meta = [&](std::string_view name) {
    auto row = connection_.query("SELECT value FROM meta WHERE name = $1", name);
    return row.next() ? row.integer(0) : 0;
  };
  each_number(ledger_, of_meta, take);
}

void PostgresTarget::each_row(const Table& table, const Take& take) {
  const Statements& statements = statements_of(table);
  const std::size_t count = is_by_shard(table) ? postgres::Shards::all().size() : 1;
  for (std::size_t shard = 0; shard < count; ++shard) {
    Row last;
    while (true) {
      std::vector<postgres::Value> values;
      if (is_by_shard(table)) values.push_back(postgres::Connection::value_of(static_cast<std::int64_t>(shard)));
      for (int i = 0; i < table.keys && !last.cells.empty(); ++i) {
        const auto place = static_cast<std::size_t>(i);
        values.push_back(value_from(last.cells[place], table.columns[place].type));
      }
      auto row = connection_.query_with((last.cells.empty() ? statements.first : statements.next).c_str(), values);
      while (row.next()) {
        Row read = row_from(row, table);
        take(read);
        last = std::move(read);
      }
      if (row.count() < kPage) break;
    }
  }
}

// As a server finds them at its start.
void PostgresTarget::each_owed(const Take& take) {
  postgres::each_record(connection_, postgres::Shards::all(), [&](const postgres::StoredRecord& record) {
    for (const outbox::Owed& one : record.owed) take(delivery_row(one.delivery));
  });
}

void PostgresTarget::each_packed_attempt(const Take& take) {
  for (const postgres::Shard shard : postgres::Shards::all())
    for (std::string last;;) {
      auto row = connection_.query(
          "SELECT id, attempt FROM delivery WHERE shard = $1 AND id > $2 AND attempt IS NOT NULL ORDER BY id LIMIT $3",
          shard, last, kPage);
      while (row.next()) {
        last = row.text(0);
        take(attempt_row(DeliveryId(last), row.text(1)));
      }
      if (row.count() < kPage) break;
    }
}

bool PostgresTarget::is_empty() {
  auto row = connection_.query(
      "SELECT EXISTS (SELECT 1 FROM secret) OR EXISTS (SELECT 1 FROM handle) OR EXISTS (SELECT 1 FROM account) OR "
      "EXISTS (SELECT 1 FROM audit) OR EXISTS (SELECT 1 FROM journal WHERE shard = ANY($1::bigint[]))",
      postgres::Shards::all());
  return row.next() && row.integer(0) == 0;
}

std::optional<Target::Unfinished> PostgresTarget::unfinished() {
  return unfinished_from(connection_.query("SELECT name, value FROM meta WHERE name LIKE 'moving%'"));
}

// Marked before anything is deleted.
void PostgresTarget::begin(std::int64_t source) {
  constexpr const char* kMark =
      "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
  connection_.run(kMark, kMoving, 0);
  std::string tables = "due_record";
  for (const Table& table : all_tables())
    if (table.kind != Table::Kind::kNumbers) tables.append(", ").append(table.postgres);
  connection_.execute(("TRUNCATE " + tables).c_str());
  postgres::Transaction transaction(connection_, postgres::Transaction::Kind::kWrite);
  connection_.run("UPDATE journal_end SET checkpoint = 0, position = 0 WHERE shard = ANY($1::bigint[])",
                  postgres::Shards::all());
  connection_.run("DELETE FROM meta WHERE name NOT IN ('schema', 'oldest_reader', 'audit_events', 'control_version')");
  connection_.run("UPDATE meta SET value = 0 WHERE name IN ('audit_events', 'control_version')");
  for (const Table& table : all_tables()) connection_.run(kMark, mark_of(table), 0);
  connection_.run(kMark, kMoving, source);
  transaction.commit();
}

void PostgresTarget::write(const Table& table, std::span<const Row> rows, std::uint64_t done, const Homes& homes) {
  postgres::Transaction transaction(connection_, postgres::Transaction::Kind::kWrite);
  connection_.run("UPDATE meta SET value = $3 WHERE name = $1 AND value = $2", mark_of(table), done,
                  done + rows.size());
  if (connection_.changes() != 1) throw SideFault("Another process is moving data into this database.");
  for (const Row& row : rows) insert(table, row, homes);
  transaction.commit();
}

void PostgresTarget::insert(const Table& table, const Row& row, const Homes& homes) {
  if (table.kind == Table::Kind::kJournal) return insert_journal(row, homes);
  if (table.kind == Table::Kind::kNumbers) return insert_number(row.cells[0].bytes, row.cells[1].integer);
  std::vector<postgres::Value> values;
  if (has_shard(table)) values.push_back(postgres::Connection::value_of(shard_of(table, row, homes)));
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    values.push_back(value_from(row.cells[i], table.columns[i].type));
  connection_.run_with(statements_of(table).insert.c_str(), values);
}

postgres::Shard PostgresTarget::shard_of(const Table& table, const Row& row, const Homes& homes) const {
  switch (table.place) {
    case Table::Place::kOfHandle:
      return shards_.of(Handle(row.cells[static_cast<std::size_t>(table.column("handle"))].bytes));
    case Table::Place::kOfDelivery: return shards_.of(Handle(row.handle));
    case Table::Place::kOfDigest: {
      const std::string* home = home_of(digest_from(row), homes);
      return home ? shards_.of(Handle(*home)) : postgres::Shard{0};
    }
    case Table::Place::kNone: break;
  }
  return 0;
}

// A record that names no handle is in the shard of the others of its session, in this commit or before.
void PostgresTarget::insert_journal(const Row& row, const Homes& homes) {
  const std::int64_t position = row.cells[0].integer, at = row.cells[1].integer;
  commit::Batch batch{.at = instant_ms(at), .journal = row.cells[2].bytes};
  Homes here;
  std::vector<ledger::SessionDigest> forgotten;
  ledger::JournalReader reader(batch.journal);
  while (const auto item = reader.next()) {
    if (item->is_forget())
      forgotten.push_back(item->digest);
    else
      here.emplace(std::pair(item->digest.high, item->digest.low), ledger::handle_of(item->bytes));
  }
  for (const ledger::SessionDigest& digest : forgotten) {
    const std::string* home = home_of(digest, here);
    if (!home) home = home_of(digest, homes);
    if (home) batch.changes.emplace_back(commit::Erase{.handle = Handle(*home), .digest = digest});
  }
  for (const postgres::JournalPart& part : postgres::parts_of(batch, shards_))
    connection_.run(
        "INSERT INTO journal (shard, position, turn, epoch, id, at, sum, bytes) VALUES ($1, $2, 0, 0, '', $3, $4, $5)",
        part.shard, position, at, sum_of(part.bytes, static_cast<std::uint64_t>(position), at),
        postgres::Blob{part.bytes});
}

// A position that no row of the journal has any more is kept by one without records.
void PostgresTarget::insert_number(std::string_view name, std::int64_t value) {
  if (name == kCheckpoint)
    connection_.run("UPDATE journal_end SET checkpoint = $2 WHERE shard = ANY($1::bigint[])", postgres::Shards::all(),
                    value);
  else if (name == kLastPosition)
    connection_.run(
        "INSERT INTO journal (shard, position, turn, epoch, id, at, sum, bytes) SELECT 0, $2, 0, 0, '', 0, 0, '' "
        "WHERE NOT EXISTS (SELECT 1 FROM journal WHERE shard = ANY($1::bigint[]) AND position >= $2)",
        postgres::Shards::all(), value);
  else
    connection_.run(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name,
        value);
}

// Statistics first, so that no statement is planned for tables that seem to be empty.
void PostgresTarget::finish() {
  connection_.set_patience(kAnalyze);
  for (const Table& table : all_tables()) connection_.execute(("ANALYZE " + table.postgres).c_str());
  connection_.set_patience(kAnswer);
  connection_.run("DELETE FROM meta WHERE name LIKE 'moving%'");
}

}  // namespace beckon::store::move
