#include "store/move/sqlite_side.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "store/move/reading.h"
#include "store/rows.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sum.h"
#include "system/files.h"
#include "system/log.h"

namespace beckon::store::move {
namespace {

void bind(Query& query, int place, const Cell& cell, Type type) {
  if (cell.is_null) return query.bind(place, std::nullopt);
  switch (type) {
    case Type::kInteger:
    case Type::kBoolean: return query.bind(place, cell.integer);
    case Type::kReal: return query.bind(place, cell.real);
    case Type::kBytes: return query.bind(place, Blob{cell.bytes});
    case Type::kText:
    case Type::kFreeText: return query.bind(place, std::string_view(cell.bytes));
  }
}

void remember(Connection& connection, std::string_view name, std::int64_t value) {
  connection.run("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", name,
                 value);
}

}  // namespace

SqliteSource::SqliteSource(const std::string& file)
    : connection_(file, Connection::Mode::kReadOnly, kPatience), readers_(file, 1, kPatience), ledger_(readers_) {}

void SqliteSource::each(const Table& table, const Take& take) {
  if (table.kind == Table::Kind::kJournal) return each_commit(ledger_, take);
  if (table.kind == Table::Kind::kNumbers) {
    const auto of_meta = [&](std::string_view name) {
      auto row = connection_.query("SELECT value FROM meta WHERE name = ?1", name);
      return row.next() ? row.integer(0) : 0;
    };
    return each_number(ledger_, of_meta, take);
  }
  const Transaction one_view(connection_, Transaction::Kind::kRead);
  each_row(table, take);
  if (table.sqlite == "delivery") each_owed(take);
  if (table.sqlite == "attempt") each_packed_attempt(take);
}

void SqliteSource::each_row(const Table& table, const Take& take) {
  const bool is_of_delivery = table.place == Table::Place::kOfDelivery;
  std::string& sql = selects_[&table];
  if (sql.empty())
    sql = "SELECT " + names(table, &Column::sqlite) +
          (is_of_delivery ? ", (SELECT handle FROM delivery WHERE id = " + table.sqlite + ".delivery)" : "") +
          " FROM " + table.sqlite + " ORDER BY " + names(table, &Column::sqlite, table.keys);
  auto row = connection_.query(sql.c_str());
  while (row.next()) {
    Row read = row_from(row, table);
    if (is_of_delivery) read.handle = row.text(static_cast<int>(table.columns.size()));
    take(read);
  }
}

// As a server finds them at its start (restore_owed).
void SqliteSource::each_owed(const Take& take) {
  auto row = connection_.query("SELECT record, sum, bytes FROM due_record ORDER BY record");
  while (row.next()) {
    const auto entries = owed_entries(row);
    if (!entries) {
      log::error("due_record_damaged").add("record", row.integer(0));
      continue;
    }
    for (const outbox::OwedEntry& entry : *entries) {
      if (has_delivery_row(connection_, entry.delivery)) continue;
      auto found = connection_.query("SELECT " BECKON_EVENT_COLUMNS "FROM event WHERE handle = ?1 AND id = ?2",
                                     entry.handle, entry.event);
      if (!found.next()) continue;
      take(delivery_row(
          outbox::plain_delivery(entry.delivery, event_from(found), entry.subscription, entry.created_at)));
    }
  }
}

void SqliteSource::each_packed_attempt(const Take& take) {
  auto row = connection_.query("SELECT id, handle, attempt FROM delivery WHERE attempt IS NOT NULL ORDER BY id");
  while (row.next()) {
    Row read = attempt_row(DeliveryId(row.text(0)), row.text(2));
    read.handle = row.text(1);
    take(read);
  }
}

SqliteTarget::SqliteTarget(const std::string& folder)
    : file_(SqliteStore::data_file(folder)), unfinished_(unfinished_data_file(file_)) {}

Connection& SqliteTarget::opened() {
  if (!connection_) connection_ = std::make_unique<Connection>(unfinished_, Connection::Mode::kReadWrite, kPatience);
  return *connection_;
}

void SqliteTarget::each(const Table& table, const Take& take) {
  opened();
  SqliteSource(unfinished_).each(table, take);
}

std::optional<Target::Unfinished> SqliteTarget::unfinished() {
  struct stat there = {};
  if (::stat(unfinished_.c_str(), &there) != 0) return std::nullopt;
  auto found = unfinished_from(opened().query("SELECT name, value FROM meta WHERE name LIKE 'moving%'"));
  return found ? std::move(found) : Unfinished{};
}

void SqliteTarget::begin(std::int64_t source) {
  connection_.reset();
  for (const char* end : {"", "-wal", "-shm"}) ::unlink((unfinished_ + end).c_str());
  if (const auto made = make_data_file(unfinished_); !made) throw SideFault(made.error().message);
  Transaction transaction(opened(), Transaction::Kind::kWrite);
  for (const Table& table : all_tables()) remember(*connection_, mark_of(table), 0);
  remember(*connection_, kMoving, source);
  transaction.commit();
}

void SqliteTarget::write(const Table& table, std::span<const Row> rows, std::uint64_t done, const Homes&) {
  Transaction transaction(opened(), Transaction::Kind::kWrite);
  for (const Row& row : rows) insert(table, row);
  remember(*connection_, mark_of(table), static_cast<std::int64_t>(done + rows.size()));
  transaction.commit();
}

void SqliteTarget::insert(const Table& table, const Row& row) {
  if (table.kind == Table::Kind::kNumbers) return remember(*connection_, row.cells[0].bytes, row.cells[1].integer);
  if (table.kind == Table::Kind::kJournal) {
    const std::string_view bytes = row.cells[2].bytes;
    const std::int64_t position = row.cells[0].integer, at = row.cells[1].integer;
    return connection_->run("INSERT INTO journal (position, at, sum, bytes) VALUES (?1, ?2, ?3, ?4)", position, at,
                            sum_of(bytes, static_cast<std::uint64_t>(position), at), Blob{bytes});
  }
  std::string& sql = inserts_[&table];
  if (sql.empty()) {
    sql = "INSERT INTO " + table.sqlite + " (" + names(table, &Column::sqlite) + ") VALUES (";
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      sql.append(i > 0 ? ", ?" : "?").append(std::to_string(i + 1));
    sql += ")";
  }
  auto query = connection_->query(sql.c_str());
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    bind(query, static_cast<int>(i) + 1, row.cells[i], table.columns[i].type);
  query.run();
}

// The rename is what makes it the folder's data.
void SqliteTarget::finish() {
  opened().run("DELETE FROM meta WHERE name LIKE 'moving%'");
  connection_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  connection_.reset();
  for (const char* end : {"-wal", "-shm"}) ::unlink((unfinished_ + end).c_str());
  if (std::rename(unfinished_.c_str(), file_.c_str()) != 0 || !sync_folder_of(file_))
    throw SideFault(file_ + " cannot be created: " + system_message(errno));
}

}  // namespace beckon::store::move
