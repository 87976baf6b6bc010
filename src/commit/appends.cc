#include "commit/appends.h"

#include <algorithm>

namespace beckon::commit {

using ledger::Position;

Stretch next_stretch(std::span<const Filling> fillings) {
  Stretch next{.from = std::ranges::min_element(fillings, {}, &Filling::filled_to)->filled_to};
  for (const Filling& one : fillings)
    if (one.filled_to == next.from) next.to = std::max(next.to, one.fill_until);
  for (const Filling& one : fillings)
    if (one.filled_to > next.from) next.to = std::min(next.to, one.filled_to);
  return next;
}

void read_appends(
    const Handle& handle, Position row, std::string_view bytes,
    const std::function<void(const ledger::JournalReader::Item&, const ledger::AppendRecord&, Position)>& sees) {
  ledger::JournalReader reader(bytes);
  while (const auto item = reader.next()) {
    if (!item->is_append()) continue;
    const auto head = ledger::decode_append_head(item->bytes);
    if (!head || head->handle != handle.view() || !head->has_signals) continue;
    const auto record = ledger::decode_record(item->bytes);
    if (record) sees(*item, std::get<ledger::AppendRecord>(*record), row);
  }
}

Result<Position> read_appends(
    ledger::Ledger& ledger, const Handle& handle, const AppendsRead& what,
    const std::function<void(const ledger::JournalReader::Item&, const ledger::AppendRecord&, Position)>& sees,
    const std::function<bool()>& is_enough) {
  auto erasures = ledger.erasures();
  if (!erasures) return unexpected(erasures.error());
  std::ranges::sort(*erasures, {}, &ledger::Ledger::Erasure::digest);
  std::size_t bytes_read = 0;
  Position at = what.from;
  bool goes_on = true;
  const auto read = ledger.read_journal(what.from, [&](Position position, Instant, std::string_view bytes) {
    if (position > what.to) return false;
    bytes_read += bytes.size();
    const auto left = erasures->empty() ? std::nullopt : ledger::without(bytes, position, *erasures);
    read_appends(handle, position, left ? std::string_view(*left) : bytes, sees);
    at = position;
    goes_on = bytes_read < what.bytes && !is_enough();
    return goes_on;
  });
  if (!read) return unexpected(read.error());
  return goes_on ? what.to : at;
}

}  // namespace beckon::commit
