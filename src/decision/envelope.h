// The response to one trigger: evaluation, JSON, record. Contract section 4.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decision/decision_request.h"
#include "decision/known.h"

namespace beckon::decision {

// The response to one trigger. Keeps alive what its views point to.
struct Envelope {
  commit::TenantPtr tenant;
  Known known;  // as evaluated
  SessionId session;
  std::string id;  // dec_…; empty if it is not stored
  std::string trigger;
  rules::Verdict verdict;
  std::optional<ledger::Context> said;  // the session's context overlaid with the request's, if given
  std::uint64_t session_version = 0;
  Instant resolved_at{};

  const ledger::Context& context() const;
  rules::Facts facts() const;
  // JSON, with values inserted; "null" if there is none. `room` may hold the text.
  std::string_view action(std::string& room) const;
  std::int64_t ttl_seconds() const;
  // False for outcome none in an unknown session, which is only counted, and for sessions that denied consent.
  bool is_recorded() const;
};

struct Etag {
  std::array<char, 16> text;  // hexadecimal
  std::string_view view() const { return {text.data(), text.size()}; }
};
Etag etag_of(std::uint64_t reading);  // of a verdict's fingerprint

// The maximum lifetime of a response that contains data of its visitor: pages keep it.
inline constexpr Duration kPersonalTtl = std::chrono::seconds{30};

// For the session as it is known; without an id.
Envelope judge(const DecisionRequest& request, const std::string& trigger, Known known, Instant now);

// Writes the envelope's members into an open object; with `explain`, also the explanation.
void write(json::Writer& out, const Envelope& envelope, bool explain);

// A signal in the form of events: an object.
void write_signal_told(json::Writer& out, const ledger::Signal& signal);

// The runners-up of a decision as recorded, and its exposures, including those of shadow rules.
ledger::PastBeside past_of(const rules::Beside& beside);
std::vector<ledger::PastBeside> beside_of(const rules::Verdict& verdict);
std::vector<ledger::Spend> spends_of(const rules::Verdict& verdict, Instant at, const ledger::SessionDigest& digest);
// The decision as recorded; points into both.
ledger::PastView past_of(const Envelope& envelope, std::span<const ledger::PastBeside> beside);
// Points into the arguments; `past` is encoded.
ledger::DecisionRecord record_of(const DecisionRequest& request, const Envelope& envelope,
                                 const ledger::SessionDigest& digest, std::string_view past);

}  // namespace beckon::decision
