// The response to one trigger: judged, written, recorded. Contract section 4.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decision/decision_request.h"
#include "decision/known.h"

namespace beckon::decision {

// The response to one trigger. Keeps alive what its views point into.
struct Envelope {
  commit::TenantPtr tenant;
  Known known;  // as it was judged
  SessionId session;
  std::string id;  // dec_…; empty: nothing of it is kept
  std::string trigger;
  rules::Verdict verdict;
  std::optional<ledger::Context> said;  // the session's context with the call's over it, where the call said any
  std::uint64_t session_version = 0;
  Instant resolved_at{};

  const ledger::Context& context() const;
  rules::Facts facts() const;
  std::string etag() const;  // of its fingerprint
  // JSON, with its values; "null" where there is none. `room` may hold it.
  std::string_view action(std::string& room) const;
  std::int64_t ttl_seconds() const;
  // `none` for a session that was never seen is only counted; nor is anything of a session that denied consent kept.
  bool is_recorded() const;
};

std::string etag_of(std::uint64_t reading);

// How long an answer may be reused at most that says something of its visitor: a page keeps it.
inline constexpr Duration kPersonalTtl = std::chrono::seconds{30};

// Of the session as it is known; without an id.
Envelope judge(const DecisionRequest& request, const std::string& trigger, Known known, Instant now);

// Adds the envelope's members to an open object; with `explain`, the explanation too.
void write(json::Writer& out, const Envelope& envelope, bool explain);

// A signal as events tell it: an object.
void write_signal_told(json::Writer& out, const ledger::Signal& signal);

// The runners-up of the decision, as they are recorded; and what was taken from caps, shadow counts too.
ledger::PastBeside past_of(const rules::Beside& beside);
std::vector<ledger::PastBeside> beside_of(const rules::Verdict& verdict);
std::vector<ledger::Spend> spends_of(const rules::Verdict& verdict, Instant at, const ledger::SessionDigest& digest);
// The decision as it is recorded; views into both.
ledger::PastView past_of(const Envelope& envelope, std::span<const ledger::PastBeside> beside);
// Views into the arguments; `past` as encoded.
ledger::DecisionRecord record_of(const DecisionRequest& request, const Envelope& envelope,
                                 const ledger::SessionDigest& digest, std::string_view past);

}  // namespace beckon::decision
