#include "store/move/reading.h"

namespace beckon::store::move {

void each_commit(ledger::Ledger& ledger, const Take& take) {
  value_or_throw(ledger.read_journal(0, [&](ledger::Position position, Instant at, std::string_view bytes) {
    take(
        {.cells = {
             {.integer = static_cast<std::int64_t>(position)}, {.integer = to_ms(at)}, {.bytes = std::string(bytes)}}});
    return true;
  }));
}

void each_number(ledger::Ledger& ledger, const std::function<std::int64_t(std::string_view)>& of_meta,
                 const Take& take) {
  const auto take_one = [&](std::string_view name, std::int64_t value) {
    if (value != 0) take({.cells = {{.bytes = std::string(name)}, {.integer = value}}});
  };
  take_one(kCheckpoint, static_cast<std::int64_t>(value_or_throw(ledger.checkpoint())));
  take_one(kLastPosition, static_cast<std::int64_t>(value_or_throw(ledger.last_position())));
  for (const std::string_view name : kNumbers) take_one(name, of_meta(name));
}

}  // namespace beckon::store::move
