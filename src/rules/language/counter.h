// Lifetime counters as a handle declares them: {"key": "purchase", "meta": {…}, "field": "amount", "keep": "5y"}.
// What they have counted is kept of each visitor (ledger/counted.h).
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
  std::uint64_t id = 0;    // of this declaration: one that counts something else, or begins again, has another
  std::string definition;  // the JSON object that was declared, without `keep` and `zone`
  Measure counted;         // as kSum: which signals, and the field that is added up; empty: none is
  Duration keep{};         // behind the last that was counted
  std::string zone_name;   // whose days are counted
  const Zone* zone = nullptr;
  Instant declared{};
  Instant since{};  // all that arrived from then on is counted
  // Signals from before the declaration are counted up to this row of the journal; nothing: all are. Until then the
  // counter has no value.
  std::optional<ledger::Position> filled_to;
  ledger::Position fill_until = 0;  // the last row before the declaration
  friend bool operator==(const Counter&, const Counter&) = default;
};

using Counters = std::map<std::string, Counter, std::less<>>;

namespace counter_limits {
inline constexpr std::size_t kOfHandle = 20;
inline constexpr std::size_t kName = 64;
inline constexpr Duration kKeep = std::chrono::hours{24 * 365 * 5};  // where it is not said
inline constexpr Duration kLongestKeep = std::chrono::hours{24 * 365 * 10};
}  // namespace counter_limits

inline constexpr std::string_view kCounterZone = "Etc/UTC";  // where no other is said

bool is_counter_name(std::string_view text);  // [A-Za-z][A-Za-z0-9_]{0,63}

// A definition as it comes in. What belongs to the declaration alone stays as it is by default.
Counter read_counter(const json::Value& value, const Zones& zones, Issues& issues);
void write_members(json::Writer& out, const Counter& counter);  // those of the definition, keep and zone
// Whether both count the same: `keep` and the declaration may differ.
bool counts_alike(const Counter& one, const Counter& other);
std::uint64_t counter_id(std::string_view name, Instant declared);

// As it is stored, and back. Nothing: it cannot be read.
std::string to_json(const Counter& counter);
std::optional<Counter> stored_counter(std::string_view json, const Zones& zones);

// The counter of that name, where a judgement may read it. Null: it is not declared, or not filled yet, or, at the
// instant of the judgement, was not declared yet.
const Counter* counter_with_value(const Facts& facts, std::string_view name);

// What the counter counts of the signals. Nothing: none of them.
std::optional<ledger::Subtotal> count(const Counter& counter, std::span<const ledger::Signal> signals);
std::int32_t local_day(const Zone& zone, Instant at);  // since 1 January 1970

// {"count", "sum", "first", "last", "days"}; null where it has none. `today`: of the counter's zone.
void write_total(json::Writer& out, const ledger::Subtotal& sum, std::int32_t today);

}  // namespace beckon::rules
