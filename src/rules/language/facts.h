// What a judgement reads of the world.
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

// What a judgement reads. What is referred to outlives the call.
struct Facts {
  const ledger::Window& window;
  const ledger::Context& context;  // the session's with the call's laid over it; sorted by key
  Instant now{};
  Duration retention{};  // older signals are not seen
  // The visitor's own window, over all sessions (RuleSet::window_of_visitor), this one's among them. Null: no
  // visitor is known, and scope visitor sees what scope session does. Only read where RuleSet::reads_visitor says so.
  const ledger::Window* visitor = nullptr;
  // Oldest first. Of this session; of the visitor where known, else the session's again.
  std::span<const ledger::Spend> session_spends = {};
  std::span<const ledger::Spend> unit_spends = {};
  // What splits hash. `unit`: what the session began as, a visitorId or its sessionId; `first`: the visitor's id that
  // was seen first, and `session`: the session's own id, each empty where it is that unit.
  std::string_view unit = {}, first = {}, session = {};
  // The visitor's ids, for the arms that some are given by name: those that are known, and the one that is said.
  std::span<const std::string_view> ids = {};
  std::string_view said = {};
  // Of a delayed rule: the value of its `same` whose wait is over. Of several that are as good, explanations show it.
  std::string_view same = {};
  bool may_spend = true;  // false: limited rules are skipped (consent denied)
  // Of the visitor, by their ids; those that must not count for this judgement are not there. Only read where
  // RuleSet::reads_traits says so.
  std::span<const ledger::PackedTraits* const> traits = {};
  const Zones* zones = nullptr;      // where the visitor's zone is looked up; null: it is not known
  std::string_view visitor_id = {};  // the visitor's name, for payloads; empty: not known, or not to be told
  bool tells_sensitive = false;      // payloads may have sensitive traits
  bool tells_sessions = true;        // payloads may have what comes of the visitor's other sessions
  // What lifetime counters have counted of the visitor, by their ids, or of a session without one; and which of them
  // there are. Only read where RuleSet::reads_counters says so.
  std::span<const ledger::Counted* const> counted = {};
  const Counters* counters = nullptr;
  bool tells_counters = true;                   // payloads may have what they have counted
  std::span<const std::string> sensitive = {};  // names of traits that no explanation shows; sorted
};

// The visitor's zone: as a trait says, else as the context does. Null: neither names one.
const Zone* zone_of_visitor(const Facts& facts);
std::string zone_name_of_visitor(const Facts& facts);  // likewise; empty
// By whose clock something is, which has a zone, or the visitor's and another one where that is not known. Null:
// neither is known.
template <class Local>
const Zone* zone_in(const Facts& facts, const Local& of) {
  if (of.zone) return of.zone;
  const Zone* visitors = zone_of_visitor(facts);
  return visitors ? visitors : of.zone_else;
}

}  // namespace beckon::rules
