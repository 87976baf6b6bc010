// What a judgement reads of the world.
#pragma once
#include <span>
#include <string_view>

#include "base/instant.h"
#include "ledger/session.h"
#include "ledger/spend.h"

namespace beckon::rules {

// What a judgement reads. What is referred to outlives the call.
struct Facts {
  const ledger::Window& window;
  const ledger::Context& context;  // the session's with the call's laid over it; sorted by key
  Instant now{};
  Duration retention{};  // older signals are not seen
  // The windows of the visitor's 20 newest sessions as one, this session's among them (Window::merged). Null: no
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
  bool may_spend = true;  // false: limited rules are skipped (consent denied)
};

}  // namespace beckon::rules
