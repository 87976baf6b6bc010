// What a visitor may ask of the operator: to be erased, and to be given all that is kept. Contract section 4.
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

// The visitor's sessions that have not expired.
Result<std::vector<SessionPtr>> sessions_of(Api& api, const Handle& handle, const VisitorId& visitor) {
  const auto ids = api.places.sessions.of_visitor(handle, visitor);
  if (!ids) return unexpected(ids.error());
  std::vector<SessionPtr> sessions;
  for (const SessionId& id : *ids) {
    const auto found = api.places.sessions.find(handle, id, api.places.sessions.digest(handle.view(), id.view()));
    if (!found) return unexpected(found.error());
    if (*found && (*found)->visitor == visitor && (*found)->expires_at > api.clock.now()) sessions.push_back(*found);
  }
  return sessions;
}

// A name that was never said and one that was erased answer alike.
Result<std::vector<SessionPtr>> some_sessions_of(Api& api, const Handle& handle, const VisitorId& visitor) {
  auto sessions = sessions_of(api, handle, visitor);
  if (sessions && sessions->empty()) return unexpected(not_found("visitor"));
  return sessions;
}

Result<Response> erase(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto found = visitor_of(request);
  if (!found) return unexpected(found.error());
  const VisitorId& visitor = *found;
  const auto sessions = some_sessions_of(api, handle, visitor);
  if (!sessions) return unexpected(sessions.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    std::vector<ledger::Joined> theirs;
    for (const SessionPtr& session : *sessions) {
      const auto digest = draft.places().sessions.digest(handle.view(), session->id.view());
      const auto now = draft.find(handle, session->id, digest);
      if (!now) return now.error();
      if (*now && (*now)->visitor == visitor) theirs.push_back({session->id, digest});
    }
    if (auto refused = draft.forget_visitor(handle, visitor, theirs, "erased")) return refused;
    draft.audit(handle, principal_of(request).subject, "visitor.erase",
                erased_name(api, handle, "visitor/" + visitor.text),
                "{\"sessions\":" + std::to_string(theirs.size()) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return no_content();
}

Result<void> write_exported(json::Writer& out, Api& api, const ledger::Session& session, const Signals& signals) {
  const auto deliveries = api.outbox.deliveries_of(session.handle, session.id, kDeliveriesOfExport);
  if (!deliveries) return unexpected(deliveries.error());
  const auto timers = api.timers.timers_of(session.handle, session.id);
  if (!timers) return unexpected(timers.error());
  out.begin_object();
  write_session_head(out, session);
  out.key("signals").begin_array();
  for (const auto& [version, text] : signals) out.raw(text);
  out.end_array();
  write_session_history(out, session, *deliveries, *timers, api.sending);
  out.end_object();
  return {};
}

Result<Response> export_all(Api& api, Request& request) {
  const auto visitor = visitor_of(request);
  if (!visitor) return unexpected(visitor.error());
  const auto sessions = some_sessions_of(api, Handle{request.param("handle")}, *visitor);
  if (!sessions) return unexpected(sessions.error());
  std::unordered_map<SessionDigest, Signals> signals;
  const auto digest = [&](const ledger::Session& session) {
    return api.places.sessions.digest(session.handle.view(), session.id.view());
  };
  for (const SessionPtr& session : *sessions) signals.try_emplace(digest(*session));
  if (const auto read = read_ledger(api.ledger, signals); !read) return unexpected(read.error());

  std::string body;
  json::Writer writer(body);
  writer.begin_object()
      .member("handle", request.param("handle"))
      .member("visitorId", visitor->view())
      .member("exportedAt", to_rfc3339(api.clock.now()))
      .key("sessions")
      .begin_array();
  for (const SessionPtr& session : *sessions) {
    Signals& theirs = signals[digest(*session)];
    for (std::size_t i = 0; i < session->window.size(); ++i) keep(theirs, session->window[i]);
    if (const auto written = write_exported(writer, api, *session, theirs); !written)
      return unexpected(written.error());
  }
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
