// The audit log, listed and exported. Contract section 7; docs/access.md, Audit.
#include "access/audit_chain.h"
#include "http/routes/instant_param.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

constexpr std::size_t kMostExported = 5'000;             // entries of a response
constexpr std::size_t kExportedBytes = 4 * 1024 * 1024;  // then the response ends after the current entry

Result<access::AuditQuery> query_of(const Request& request, Handle handle) {
  Issues issues;
  access::AuditQuery query{.handle = std::move(handle),
                           .actor = request.query_param("actor").value_or(""),
                           .action = request.query_param("action").value_or(""),
                           .target = request.query_param("target").value_or(""),
                           .since = instant_param(request, "since", issues),
                           .until = instant_param(request, "until", issues)};
  if (!issues.empty()) return unexpected(issues.fault());
  return query;
}

// What a cursor is bound to.
std::string name_of(const access::AuditQuery& query) {
  std::string name = "audit-events";
  for (const std::string_view text : {query.handle->view(), std::string_view(query.actor),
                                      std::string_view(query.action), std::string_view(query.target)})
    name.append("\n").append(text);
  for (const auto& at : {query.since, query.until}) name += "\n" + (at ? std::to_string(to_ms(*at)) : "");
  return name;
}

Result<Response> list_audit(Api& api, Request& request, Handle handle) {
  const auto query = query_of(request, std::move(handle));
  if (!query) return unexpected(query.error());
  const std::string what = name_of(*query);
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  std::optional<access::AuditPlace> behind;
  if (page->behind) behind.emplace(page->behind->first, AuditId{page->behind->second});
  const auto found = api.directory.audit(*query, behind, page->limit);
  if (!found) return unexpected(found.error());
  std::vector<std::string> items;
  for (const AuditEntry& entry : found->entries) items.push_back(access::audit_line(entry));
  const auto& next = found->more_behind;
  return list_response(request, items, next ? cursor_of(next->first, next->second.view(), what) : "");
}

Result<Response> list_of_handle(Api& api, Request& request) {
  return list_audit(api, request, Handle{request.param("handle")});
}

// Entries without a handle: sign-ins, users, the allowlist.
Result<Response> list_of_server(Api& api, Request& request) { return list_audit(api, request, Handle{}); }

// One entry per line, in the order of the chain, after entry number `after`.
Result<Response> exported(Api& api, Request& request, const std::optional<Handle>& handle) {
  std::uint64_t after = 0;
  if (const auto text = request.query_param("after")) {
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), after);
    if (fault != std::errc{} || end != text->data() + text->size()) {
      Issues issues;
      issues.add("after", "must be the number of an audit event, or 0");
      return unexpected(issues.fault());
    }
  }
  const auto found = api.directory.audit_chain(handle, after, kMostExported);
  if (!found) return unexpected(found.error());
  Response response{.content_type = "application/x-ndjson"};
  std::size_t written = 0;
  for (const AuditEntry& entry : *found) {
    response.body += access::audit_line(entry) + '\n';
    ++written;
    if (response.body.size() >= kExportedBytes) break;
  }
  if (written > 0 && (written < found->size() || written == kMostExported))
    response.headers.emplace_back("x-next-after", std::to_string((*found)[written - 1].number));
  return response;
}

Result<Response> export_of_handle(Api& api, Request& request) {
  return exported(api, request, Handle{request.param("handle")});
}

Result<Response> export_of_all(Api& api, Request& request) { return exported(api, request, std::nullopt); }

}  // namespace

void add_audit(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/audit-events", operator_("audit.read"),
                           list_of_handle, "List audit events, newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/audit-events/export", operator_("audit.read"),
                           export_of_handle, "Export audit events as NDJSON, oldest first"));
  routes.push_back(control(api, Method::kGet, "/v2/platform-admin/audit-events", platform_admin(), list_of_server,
                           "List server audit events (sign-ins, users, allowlist), newest first"));
  routes.push_back(control(api, Method::kGet, "/v2/platform-admin/audit-events/export", platform_admin(), export_of_all,
                           "Export the whole audit chain as NDJSON, oldest first"));
}

}  // namespace beckon::http
