#include "store/move/move.h"

#include <algorithm>
#include <set>

#include "base/operator_fault.h"
#include "ledger/codec.h"
#include "ledger/handle_of.h"
#include "store/postgres/connection.h"
#include "store/sqlite/connection.h"

namespace beckon::store::move {
namespace {

constexpr std::size_t kMostRows = 2'000, kMostBytes = 4 << 20;  // of a part
constexpr std::uint64_t kTellEvery = 20'000;                    // rows, while both are compared

std::size_t size_of(const Row& row) {
  std::size_t size = 0;
  for (const Cell& cell : row.cells) size += cell.bytes.size() + sizeof(std::int64_t);
  return size;
}

const Table& table_named(std::string_view name) { return *std::ranges::find(all_tables(), name, &Table::name); }

// What tells whether the source is as it was when the move began: never 0.
std::int64_t mark_of_source(Side& source) {
  Sum sum;
  for (const char* name : {"meta", "secret", "handle"})
    source.each(table_named(name), [&](const Row& row) { add(sum, table_named(name), row); });
  return static_cast<std::int64_t>((sum.first ^ sum.second) | 1);
}

Homes homes_of(Side& source) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> wanted;
  for (const char* name : {"denied", "erasure"})
    source.each(table_named(name), [&](const Row& row) {
      wanted.emplace(static_cast<std::uint64_t>(row.cells[0].integer),
                     static_cast<std::uint64_t>(row.cells[1].integer));
    });
  Homes homes;
  if (wanted.empty()) return homes;
  source.each(table_named("journal"), [&](const Row& row) {
    ledger::JournalReader reader(row.cells[2].bytes);
    while (const auto item = reader.next())
      for (const ledger::SessionDigest& digest : {item->digest, item->changed()}) {
        const std::pair key(digest.high, digest.low);
        if (!wanted.contains(key)) continue;
        const std::string_view handle = ledger::handle_of(item->bytes);
        if (!handle.empty()) homes.insert_or_assign(key, std::string(handle));
      }
  });
  return homes;
}

class Moving {
 public:
  Moving(Side& source, Target& target, const Progressed& progressed)
      : source_(source), target_(target), progressed_(progressed) {}

  Result<Moved> run() {
    Moved moved;
    const std::int64_t mark = mark_of_source(source_);
    auto unfinished = target_.unfinished();
    if (!unfinished && !target_.is_empty())
      return unexpected(operator_fault("the target already has data", FaultCode::kConflict));
    moved.resumed = unfinished && unfinished->source == mark;
    if (!moved.resumed) {
      target_.begin(mark);
      unfinished.emplace();
    }
    const Homes homes = homes_of(source_);
    for (const Table& table : all_tables()) {
      const auto done = unfinished->done.find(table.name());
      copy(table, done == unfinished->done.end() ? 0 : done->second, homes);
    }
    bool is_equal = true;
    for (const Table& table : all_tables()) {
      moved.tables.push_back({table.name(), sum_of(source_, table), sum_of(target_, table)});
      is_equal &= moved.tables.back().source == moved.tables.back().target;
    }
    if (!is_equal) return unexpected(differing(moved));
    target_.finish();
    return moved;
  }

 private:
  void tell(const Table& table, std::uint64_t rows) {
    if (auto why = progressed_(table.name(), rows)) throw SideFault(*why);
  }

  void copy(const Table& table, std::uint64_t done, const Homes& homes) {
    std::vector<Row> part;
    std::size_t bytes = 0;
    const auto write = [&] {
      if (part.empty()) return;
      target_.write(table, part, done, homes);
      done += part.size();
      part.clear();
      bytes = 0;
      tell(table, done);
    };
    std::uint64_t left_out = done;
    source_.each(table, [&](const Row& row) {
      if (left_out > 0) return void(--left_out);
      part.push_back(row);
      bytes += size_of(row);
      if (part.size() == kMostRows || bytes >= kMostBytes) write();
    });
    write();
  }

  Sum sum_of(Side& side, const Table& table) {
    Sum sum;
    side.each(table, [&](const Row& row) {
      add(sum, table, row);
      if (sum.rows % kTellEvery == 0) tell(table, sum.rows);
    });
    return sum;
  }

  // The next move starts again.
  Fault differing(const Moved& moved) {
    std::string names;
    for (const Compared& one : moved.tables)
      if (one.source != one.target) names.append(names.empty() ? "" : ", ").append(one.table);
    target_.begin(0);
    return operator_fault("The two are not equal in: " + names +
                              ". The source was changed while it was moved, or the target was. Nothing was kept in the "
                              "target; move again while nothing else uses either.",
                          FaultCode::kConflict);
  }

  Side& source_;
  Target& target_;
  const Progressed& progressed_;
};

}  // namespace

Result<Moved> move_all(Side& source, Target& target, const Progressed& progressed) {
  try {
    return Moving(source, target, progressed).run();
  } catch (const SideFault& fault) {
    return unexpected(operator_fault(fault.what()));
  } catch (const SqliteError& error) {
    return unexpected(operator_fault(std::string("The data folder: ") + error.what() +
                                     ". The same command goes on where this one ended."));
  } catch (const postgres::PostgresError& error) {
    return unexpected(operator_fault(std::string("The database: ") + error.what() + " (" + error.state +
                                     "). The same command goes on where this one ended."));
  }
}

}  // namespace beckon::store::move
