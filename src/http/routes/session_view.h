// A session as the operator sees it, and its timeline: signals, decisions, deliveries and pending timers in one line.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

// One signal as an object.
void write_signal(json::Writer& out, const ledger::Signal& signal);

// Adds handle … expiresAt to an open object.
void write_session_head(json::Writer& out, Api& api, const ledger::Session& session);

// An object, as lists of sessions have it.
ledger::SessionSummary summary_of(const ledger::Session& session);
void write_session_summary(json::Writer& out, Api& api, const Handle& handle, const ledger::SessionSummary& session);

// One moment of a timeline as an object. `session`: where it is named; empty: the timeline is of one session. That of a
// timer is in the future, at the instant when it is due.
void write_moment(json::Writer& out, const ledger::Signal& signal, std::string_view session);
void write_moment(json::Writer& out, const ledger::PastDecision& decision, std::string_view session);
void write_moment(json::Writer& out, const outbox::Delivery& delivery, const Sending& sending,
                  std::string_view session);
void write_moment(json::Writer& out, const delayed::Timer& timer, std::string_view session);

// Adds decisions (newest first) and timeline (oldest first) to an open object. `deliveries` and
// `timers` are the session's.
void write_session_history(json::Writer& out, const ledger::Session& session,
                           std::span<const outbox::Delivery> deliveries, std::span<const delayed::Timer> timers,
                           const Sending& sending);

// A session that denied consent, with everything empty.
void write_denied_session(json::Writer& out, const Handle& handle, const SessionId& session);

inline constexpr std::size_t kDeliveriesOfTimeline = 200;

// For the audit: erased sessions and visitors are identified by a keyed hash only.
std::string erased_name(Api& api, const Handle& handle, std::string_view what);

}  // namespace beckon::http
