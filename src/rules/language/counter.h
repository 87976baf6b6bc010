// Lifetime counters as a handle declares them: {"key": "purchase", "meta": {…}, "field": "amount", "keep": "5y"}. Their
// counts are stored for each visitor (ledger/counted.h).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/json.h"
#include "base/zone.h"
#include "ledger/counted.h"
#include "ledger/session.h"
#include "rules/language/rule.h"

namespace beckon::rules {

struct Facts;

struct Counter {
  std::uint64_t id = 0;    // of this declaration; a redefined or restarted counter gets a new one
  std::string definition;  // the declared JSON object, without `keep` and `zone`
  Measure counted;         // as kSum: which signals, and the field to add up; empty if none
  Duration keep{};         // after the last counted signal
  std::string zone_name;   // in which days are counted
  const Zone* zone = nullptr;
  Instant declared{};
  Instant since{};  // everything that arrived from then on is counted
  // Signals from before the declaration are counted up to this row of the journal; std::nullopt if all are. Until then
  // the counter has no value.
  std::optional<ledger::Position> filled_to;
  ledger::Position fill_until = 0;  // the last row before the declaration
  friend bool operator==(const Counter&, const Counter&) = default;
};

using Counters = std::map<std::string, Counter, std::less<>>;

namespace counter_limits {
inline constexpr std::size_t kOfHandle = 20;
inline constexpr std::size_t kName = 64;
inline constexpr Duration kKeep = std::chrono::hours{24 * 365 * 5};  // default
inline constexpr Duration kLongestKeep = std::chrono::hours{24 * 365 * 10};
}  // namespace counter_limits

inline constexpr std::string_view kCounterZone = "Etc/UTC";  // default

bool is_counter_name(std::string_view text);  // [A-Za-z][A-Za-z0-9_]{0,63}

// Parses a definition from a request. Members that belong to the declaration keep their defaults.
Counter read_counter(const json::Value& value, const Zones& zones, Issues& issues);
void write_members(json::Writer& out, const Counter& counter);  // the definition, keep and zone
// Whether both count the same; `keep` and the declaration may differ.
bool counts_alike(const Counter& one, const Counter& other);
std::uint64_t counter_id(std::string_view name, Instant declared);

// To and from stored JSON. std::nullopt if it cannot be read.
std::string to_json(const Counter& counter);
std::optional<Counter> stored_counter(std::string_view json, const Zones& zones);

// The counter of that name, if the evaluation may read it. Null if it is undeclared, not yet backfilled, or was not yet
// declared at the evaluated instant.
const Counter* counter_with_value(const Facts& facts, std::string_view name);

// What the counter counts of the signals. std::nullopt if none of them.
std::optional<ledger::Subtotal> count(const Counter& counter, std::span<const ledger::Signal> signals);
std::int32_t local_day(const Zone& zone, Instant at);  // days since 1 January 1970

// {"count", "sum", "first", "last", "days"}, each null if it has no value. `today`: in the counter's zone.
void write_total(json::Writer& out, const ledger::Subtotal& sum, std::int32_t today);

}  // namespace beckon::rules
