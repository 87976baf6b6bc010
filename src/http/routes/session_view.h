// A session as the operator sees it, and its timeline: signals, decisions, deliveries and pending timers by time.
#pragma once
#include "http/routes/api.h"

namespace beckon::http {

// One signal as an object.
void write_signal(json::Writer& out, const ledger::Signal& signal);

// Adds the members from handle to expiresAt to an open object.
void write_session_head(json::Writer& out, Api& api, const ledger::Session& session);

// A session as an object in lists of sessions.
ledger::SessionSummary summary_of(const ledger::Session& session);
void write_session_summary(json::Writer& out, Api& api, const Handle& handle, const ledger::SessionSummary& session);

// One entry of a timeline as an object. `session`: written if not empty; empty in the timeline of a single session. A
// timer's entry is in the future, at the instant when it is due.
void write_moment(json::Writer& out, const ledger::Signal& signal, std::string_view session);
void write_moment(json::Writer& out, const ledger::PastDecision& decision, std::string_view session);
void write_moment(json::Writer& out, const outbox::Delivery& delivery, const Sending& sending,
                  std::string_view session);
void write_moment(json::Writer& out, const delayed::Timer& timer, std::string_view session);

// Adds decisions (newest first) and timeline (oldest first) to an open object. `deliveries` and `timers` are the
// session's.
void write_session_history(json::Writer& out, const ledger::Session& session,
                           std::span<const outbox::Delivery> deliveries, std::span<const delayed::Timer> timers,
                           const Sending& sending);

// A session that denied consent; all its lists are empty.
void write_denied_session(json::Writer& out, const Handle& handle, const SessionId& session);

inline constexpr std::size_t kDeliveriesOfTimeline = 200;

// For the audit log, where erased sessions and visitors are identified only by a keyed hash.
std::string erased_name(Api& api, const Handle& handle, std::string_view what);

}  // namespace beckon::http
