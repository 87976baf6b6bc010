// What a handle says of itself: audit events and settings. Contract sections 7 and 8.
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

std::string audit_json(const AuditEntry& entry) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("auditId", entry.id.view())
      .member("at", to_rfc3339(entry.at))
      .member("actor", entry.actor)
      .member("action", entry.action)
      .member("target", entry.target)
      .member_raw("detail", entry.detail.empty() ? "{}" : entry.detail)
      .end_object();
  return text;
}

Result<Response> list_audit(Api& api, Request& request, const Handle& handle) {
  const std::string what = "audit-events " + handle.text;
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  std::optional<std::pair<Instant, AuditId>> behind;
  if (page->behind) behind.emplace(page->behind->first, AuditId{page->behind->second});
  const auto found = api.directory.audit(handle, behind, page->limit + 1);
  if (!found) return unexpected(found.error());
  std::vector<std::string> items;
  for (std::size_t i = 0; i < std::min(found->size(), page->limit); ++i) items.push_back(audit_json((*found)[i]));
  std::string next;
  if (found->size() > page->limit)
    next = cursor_of((*found)[page->limit - 1].at, (*found)[page->limit - 1].id.view(), what);
  return list_response(request, items, next);
}

Result<Response> list_audit_of_handle(Api& api, Request& request) {
  return list_audit(api, request, Handle{request.param("handle")});
}

// What belongs to no handle: sign-ins, users, the allowlist.
Result<Response> list_audit_of_server(Api& api, Request& request) { return list_audit(api, request, Handle{}); }

// What holds for the handle: its own settings, and the server's where it has none.
Result<Response> get_settings(Api& api, Request& request) {
  const auto record = api.directory.handle(Handle{request.param("handle")});
  if (!record) return unexpected(record.error());
  if (!*record) return unexpected(handle_not_found());
  const auto document = json::parse((*record)->settings.empty() ? "{}" : (*record)->settings);
  if (!document) return unexpected(document.error());
  const auto settings = commit::parse_settings(document->root(), api.server_defaults);
  if (!settings) return unexpected(settings.error());
  return json_response(200, commit::to_json(commit::capped(*settings, api.server_defaults, api.server_maxima)));
}

// Kept as given: what is left out follows the server, also when that changes.
Result<Response> put_settings(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto settings = commit::parse_settings(document->root(), api.server_defaults, &api.server_maxima);
  if (!settings) return unexpected(settings.error());
  const Handle handle{request.param("handle")};
  const auto turn = api.rule_book.turn(handle);
  const auto stored = api.rules.rules(handle);
  if (!stored) return unexpected(stored.error());
  if (auto fault = intake::undeclared(*stored, settings->declared())) return unexpected(std::move(*fault));
  const Instant now = api.clock.now();
  const std::string text = json::to_text(document->root());
  const auto put = api.directory.put_settings(handle, text,
                                              {.id = AuditId{make_ulid("aud_", now, api.random)},
                                               .handle = handle,
                                               .at = now,
                                               .actor = principal_of(request).subject,
                                               .action = "settings.put",
                                               .target = handle.text,
                                               .detail = text});
  if (!put) return unexpected(put.error());
  api.reload(handle);
  return json_response(200, commit::to_json(*settings));
}

}  // namespace

void add_account(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/audit-events", operator_("audit.read"),
                           list_audit_of_handle, "List audit events, newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/platform-admin/audit-events", platform_admin(), list_audit_of_server,
                           "List server audit events (sign-ins, users, allowlist), newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/settings", owner(), get_settings, "Get settings"));
  routes.push_back(
      control(api, Method::kPut, "/v2/handles/{handle}/settings", owner(), put_settings, "Replace settings"));
  add_identity_keys(api, routes);
  add_tokens(api, routes);
  add_collaborators(api, routes);
}

}  // namespace beckon::http
