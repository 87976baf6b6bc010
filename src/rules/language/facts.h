// The data that an evaluation reads.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/zone.h"
#include "ledger/session.h"
#include "ledger/spend.h"

namespace beckon::rules {

struct Counter;
using Counters = std::map<std::string, Counter, std::less<>>;  // counter.h

// What an evaluation reads. Referenced data outlives the call.
struct Facts {
  const ledger::Window& window;
  const ledger::Context& context;  // the session's, overlaid with the request's; sorted by key
  Instant now{};
  Duration retention{};  // older signals are invisible
  // The visitor's own window, over all sessions including this one (RuleSet::window_of_visitor). Null if no visitor is
  // known: scope visitor is then the same as scope session. Only read if RuleSet::reads_visitor says so.
  const ledger::Window* visitor = nullptr;
  // Oldest first. Of this session; and of the visitor if known, otherwise of the session again.
  std::span<const ledger::Spend> session_spends = {};
  std::span<const ledger::Spend> unit_spends = {};
  // What splits hash. `unit`: what the session began as, a visitorId or its sessionId. `first`: the visitor's first
  // seen id. `session`: the session's own id. Both are empty if equal to `unit`. `browser`: the anonymousId that the
  // session came with, empty if there was none.
  std::string_view unit = {}, first = {}, session = {}, browser = {};
  // The visitor's ids, for arms assigned by name: those known, and the one given in the request.
  std::span<const std::string_view> ids = {};
  std::string_view said = {};
  // For a delayed rule: the value of its `same` whose wait has ended. Explanations prefer it among equally good values.
  std::string_view same = {};
  bool may_spend = true;  // false: rules with limits are skipped (consent denied)
  // The visitor's traits, by their ids; excludes those that must not count for this evaluation. Only read if
  // RuleSet::reads_traits says so.
  std::span<const ledger::PackedTraits* const> traits = {};
  const Zones* zones = nullptr;      // to look up the visitor's zone; null if it is unknown
  std::string_view visitor_id = {};  // the visitor's name, for payloads; empty if unknown or not to be exposed
  bool tells_sensitive = false;      // payloads may contain sensitive traits
  bool tells_sessions = true;        // payloads may contain data from the visitor's other sessions
  // The subtotals of lifetime counters for the visitor, by their ids, or for a session without a visitor; and the
  // declared counters. Only read if RuleSet::reads_counters says so.
  std::span<const ledger::Counted* const> counted = {};
  const Counters* counters = nullptr;
  bool tells_counters = true;                   // payloads may contain their values
  std::span<const std::string> sensitive = {};  // names of traits that explanations must not show; sorted
};

// The visitor's zone: from a trait, otherwise from the context. Null if neither names one.
const Zone* zone_of_visitor(const Facts& facts);
std::string zone_name_of_visitor(const Facts& facts);  // likewise; empty if none
// The zone that `of` uses: its own, otherwise the visitor's, otherwise its fallback. Null if neither is
// known.
template <class Local>
const Zone* zone_in(const Facts& facts, const Local& of) {
  if (of.zone) return of.zone;
  const Zone* visitors = zone_of_visitor(facts);
  return visitors ? visitors : of.zone_else;
}

}  // namespace beckon::rules
