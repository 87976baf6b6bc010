// What both sides of a move read alike, whatever the driver. `Rows`: a result of the driver, store::Query or
// postgres::Rows.
#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "ledger/ledger.h"
#include "outbox/delivery.h"
#include "store/move/side.h"

namespace beckon::store::move {

using Take = std::function<void(const Row&)>;

template <class Rows>
Cell cell_from(const Rows& row, int column, Type type) {
  if (row.is_null(column)) return {.is_null = true};
  switch (type) {
    case Type::kInteger:
    case Type::kBoolean: return {.integer = row.integer(column)};
    case Type::kReal: return {.real = row.real(column)};
    case Type::kText:
    case Type::kBytes:
    case Type::kFreeText: break;
  }
  return {.bytes = std::string(row.text(column))};
}

// Of a result that begins with the columns of the table.
template <class Rows>
Row row_from(const Rows& row, const Table& table) {
  Row read;
  read.cells.reserve(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    read.cells.push_back(cell_from(row, static_cast<int>(i), table.columns[i].type));
  return read;
}

// Of all rows with name and value of `meta` that mark a move; std::nullopt if there is none.
template <class Rows>
std::optional<Target::Unfinished> unfinished_from(Rows&& row) {
  std::optional<Target::Unfinished> found;
  while (row.next()) {
    if (!found) found.emplace();
    const std::string_view name = row.text(0);
    if (name == kMoving)
      found->source = row.integer(1);
    else
      found->done.emplace(name.substr(kMoving.size() + 1), row.whole(1));
  }
  return found;
}

// The rows of the tables `delivery` and `attempt` that a delivery without a row and an attempt in the row of its
// delivery stand for.
Row delivery_row(const outbox::Delivery& delivery);
Row attempt_row(const DeliveryId& delivery, std::string_view packed);

// The rows of Table::Kind::kJournal.
void each_commit(ledger::Ledger& ledger, const Take& take);

// The rows of Table::Kind::kNumbers. `of_meta`: the number of that name in `meta`, 0 if it has none.
void each_number(ledger::Ledger& ledger, const std::function<std::int64_t(std::string_view)>& of_meta,
                 const Take& take);

}  // namespace beckon::store::move
