// Sessions: contract section 4. Reads the session as of the last commit.
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/session_view.h"

namespace beckon::http {
namespace {

Result<Response> list_sessions(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string what = "sessions " + handle.text;
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  std::optional<ledger::ListCursor> behind;
  if (page->behind) behind.emplace(page->behind->first, page->behind->second);
  const auto found = api.places.sessions.newest(handle, behind, page->limit + 1, api.clock.now());
  if (!found) return unexpected(found.error());
  std::vector<std::string> items;
  for (const auto& session : *found) {
    if (items.size() == page->limit) break;
    json::Writer writer(items.emplace_back());
    write_session_summary(writer, api, handle, session);
  }
  std::string next;
  if (found->size() > page->limit) {
    const auto& last = (*found)[page->limit - 1];
    next = cursor_of(last.created, last.id.view(), what);
  }
  return list_response(request, items, next);
}

Result<Response> get_session(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SessionId id{request.param("sessionId")};
  if (!is_session_id(id.view())) return unexpected(not_found("session"));
  const auto digest = api.places.sessions.digest(handle.view(), id.view());
  const auto found = api.places.sessions.find(handle, id, digest);
  if (!found) return unexpected(found.error());
  const ledger::SessionPtr session = *found && (*found)->expires_at > api.clock.now() ? *found : nullptr;
  const bool denied = api.places.sessions.denied(digest, api.clock.now());
  if (!session && !denied) return unexpected(not_found("session"));

  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  if (session && !denied) {
    const auto deliveries = api.outbox.deliveries_of(handle, id, kDeliveriesOfTimeline);
    if (!deliveries) return unexpected(deliveries.error());
    const auto timers = api.timers.timers_of(handle, id);
    if (!timers) return unexpected(timers.error());
    write_session_head(writer, api, *session);
    writer.key("signals").begin_array();
    for (std::size_t i = 0; i < session->window.size(); ++i) write_signal(writer, session->window[i]);
    writer.end_array();
    write_session_history(writer, *session, *deliveries, *timers, api.sending);
  } else {
    write_denied_session(writer, handle, id);
  }
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// Also for a session that has expired, as long as the log of its deliveries exists.
Result<Response> erase(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const SessionId id{request.param("sessionId")};
  if (!is_session_id(id.view())) return unexpected(not_found("session"));
  const auto digest = api.places.sessions.digest(handle.view(), id.view());
  const auto logged = api.outbox.deliveries_of(handle, id, 1);
  if (!logged) return unexpected(logged.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto found = draft.kept(handle, id, digest);
    if (!found) return found.error();
    if (!*found && logged->empty()) {
      if (draft.denied(digest)) return std::nullopt;  // only the denial is left, and it is kept
      return not_found("session");
    }
    if (auto refused = draft.forget(handle, id, digest, "erased", std::nullopt)) return refused;
    draft.audit(handle, caller_of(request), "signals.erase", erased_name(api, handle, id.view()));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return no_content();
}

}  // namespace

void add_sessions(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/chain", creator("visitors.read"), list_sessions,
                           "List sessions, newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/chain/{sessionId}", creator("visitors.read"),
                           get_session, "A session: signals, decisions, timeline"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/chain/{sessionId}", operator_("visitors.write"),
                           erase, "Erase a session"));
  add_visitors(api, routes);
  add_traits(api, routes);
  add_counters(api, routes);
}

}  // namespace beckon::http
