// What a visitor may ask of the operator: to be erased, and to be given all that is kept. Contract section 4.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "commit/visitor_ids.h"
#include "http/routes/response.h"
#include "http/routes/session_view.h"
#include "ledger/codec.h"

namespace beckon::http {
namespace {

using ledger::SessionDigest;
using ledger::SessionPtr;

constexpr std::size_t kDeliveriesOfExport = 100'000;
constexpr std::size_t kEventsAtOnce = 500;

// The signals of a session by version, as JSON: those of the window and those that left it.
using Signals = std::map<std::uint64_t, std::string>;

void keep(Signals& signals, const ledger::Signal& signal) {
  std::string text;
  json::Writer writer(text);
  write_signal(writer, signal);
  signals.insert_or_assign(signal.version, std::move(text));
}

void keep(Signals& signals, const ledger::Record& record) {
  if (std::holds_alternative<ledger::ForgetRecord>(record)) return signals.clear();
  const auto* append = std::get_if<ledger::AppendRecord>(&record);
  if (!append) return;
  if (append->fresh) signals.clear();  // what was there before had expired
  for (const ledger::Signal& signal : append->signals) keep(signals, signal);
}

// Reads the whole ledger: a rare call, on a control thread.
Result<void> read_ledger(ledger::Ledger& ledger, std::unordered_map<SessionDigest, Signals>& wanted) {
  return ledger.read_journal(0, [&](ledger::Position, Instant, std::string_view bytes) {
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next()) {
      const auto found = wanted.find(item->digest);
      if (found == wanted.end()) continue;
      if (const auto record = ledger::decode_record(item->bytes)) keep(found->second, *record);
    }
    return true;
  });
}

// Of the path. One that is no id was never said.
Result<VisitorId> visitor_of(const Request& request) {
  auto visitor = commit::parse_visitor_id(request.param("visitorId"));
  if (!visitor || visitor->empty()) return unexpected(not_found("visitor"));
  return std::move(*visitor);
}

// What is kept of a visitor.
struct Kept {
  std::vector<SessionPtr> sessions;  // those too that have expired and are about to go
  std::vector<ledger::PastSession> past;
  bool record = false;  // the visitor's own
  bool anything() const { return !sessions.empty() || !past.empty() || record; }
};

// Fault: kNotFound; a name that was never said and one that was erased answer alike.
Result<Kept> kept_of(Api& api, const Handle& handle, const VisitorId& visitor) {
  commit::Sessions& all = api.places.sessions;
  const auto ids = all.of_visitor(handle, visitor);
  if (!ids) return unexpected(ids.error());
  Kept kept;
  for (const SessionId& id : *ids) {
    const auto found = all.find(handle, id, all.digest(handle.view(), id.view()));
    if (!found) return unexpected(found.error());
    if (*found && (*found)->visitor == visitor) kept.sessions.push_back(*found);
  }
  auto past = api.ledger.past_sessions_of(handle, visitor);
  if (!past) return unexpected(past.error());
  kept.past = std::move(*past);
  const SessionId own = ledger::own_record(visitor.view());
  const auto record = all.find(handle, own, all.digest(handle.view(), own.view()));
  if (!record) return unexpected(record.error());
  kept.record = *record != nullptr;
  if (!kept.anything()) return unexpected(not_found("visitor"));
  return kept;
}

Result<Response> erase(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto found = visitor_of(request);
  if (!found) return unexpected(found.error());
  const VisitorId& visitor = *found;
  const auto kept = kept_of(api, handle, visitor);
  if (!kept) return unexpected(kept.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    std::vector<ledger::Joined> theirs;
    for (const SessionPtr& session : kept->sessions) {
      const auto digest = draft.places().sessions.digest(handle.view(), session->id.view());
      const auto now = draft.kept(handle, session->id, digest);
      if (!now) return now.error();
      if (*now && (*now)->visitor == visitor) theirs.push_back({session->id, digest});
    }
    if (auto refused = draft.forget_visitor(handle, visitor, theirs, "erased", kept->past)) return refused;
    draft.audit(handle, principal_of(request).subject, "visitor.erase",
                erased_name(api, handle, "visitor/" + visitor.text),
                "{\"sessions\":" + std::to_string(theirs.size() + kept->past.size()) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return no_content();
}

// The bodies of a session's events that are still kept, behind one up to one; to the last where that is empty.
Result<void> write_events(json::Writer& out, Api& api, const Handle& handle, const SessionId& session, EventId behind,
                          const EventId& last) {
  out.key("events").begin_array();
  while (true) {
    const auto page = api.outbox.events_of(handle, session, behind, kEventsAtOnce);
    if (!page) return unexpected(page.error());
    for (const outbox::Event& event : *page)
      if (last.empty() || event.id <= last) out.raw(event.body);
    if (page->size() < kEventsAtOnce) break;
    behind = page->back().id;
  }
  out.end_array();
  return {};
}

Result<void> write_exported(json::Writer& out, Api& api, const ledger::Session& session, const Signals& signals) {
  const auto former = api.ledger.end_of_former_lives(session.handle, session.id);
  if (!former) return unexpected(former.error());
  auto deliveries = api.outbox.deliveries_of(session.handle, session.id, kDeliveriesOfExport);
  if (!deliveries) return unexpected(deliveries.error());
  std::erase_if(*deliveries, [&](const outbox::Delivery& one) { return one.event <= *former; });
  const auto timers = api.timers.timers_of(session.handle, session.id);
  if (!timers) return unexpected(timers.error());
  out.begin_object();
  write_session_head(out, session);
  out.key("signals").begin_array();
  for (const auto& [version, text] : signals) out.raw(text);
  out.end_array();
  write_session_history(out, session, *deliveries, *timers, api.sending);
  if (const auto written = write_events(out, api, session.handle, session.id, *former, {}); !written) return written;
  out.end_object();
  return {};
}

// Of the lives of its id only this one; while no other has followed, all that came behind belongs to it.
Result<void> write_past(json::Writer& out, Api& api, const Handle& handle, const ledger::PastSession& past) {
  const auto now = api.places.sessions.find(handle, past.id, api.places.sessions.digest(handle.view(), past.id.view()));
  if (!now) return unexpected(now.error());
  const auto former = api.ledger.end_of_former_lives(handle, past.id);
  if (!former) return unexpected(former.error());
  const EventId last = *now || *former > past.last ? past.last : EventId{};
  out.begin_object().member("sessionId", past.id.view());
  if (const auto written = write_events(out, api, handle, past.id, past.before, last); !written) return written;
  out.end_object();
  return {};
}

Result<Response> export_all(Api& api, Request& request) {
  const auto visitor = visitor_of(request);
  if (!visitor) return unexpected(visitor.error());
  const Handle handle{request.param("handle")};
  const auto kept = kept_of(api, handle, *visitor);
  if (!kept) return unexpected(kept.error());
  std::unordered_map<SessionDigest, Signals> signals;
  const auto digest = [&](const ledger::Session& session) {
    return api.places.sessions.digest(session.handle.view(), session.id.view());
  };
  for (const SessionPtr& session : kept->sessions) signals.try_emplace(digest(*session));
  if (!signals.empty())
    if (const auto read = read_ledger(api.ledger, signals); !read) return unexpected(read.error());

  std::string body;
  json::Writer writer(body);
  writer.begin_object()
      .member("handle", handle.view())
      .member("visitorId", visitor->view())
      .member("exportedAt", to_rfc3339(api.clock.now()))
      .key("sessions")
      .begin_array();
  for (const SessionPtr& session : kept->sessions) {
    Signals& theirs = signals[digest(*session)];
    for (std::size_t i = 0; i < session->window.size(); ++i) keep(theirs, session->window[i]);
    if (const auto written = write_exported(writer, api, *session, theirs); !written)
      return unexpected(written.error());
  }
  writer.end_array().key("expiredSessions").begin_array();
  for (const ledger::PastSession& past : kept->past)
    if (const auto written = write_past(writer, api, handle, past); !written) return unexpected(written.error());
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_visitors(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/visitors/{visitorId}", operator_(), erase,
                           "Erase every session of a visitor"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/visitors/{visitorId}/export", operator_(),
                           export_all, "Export a visitor's data"));
}

}  // namespace beckon::http
