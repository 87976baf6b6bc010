// Routes of the platform: contract section 7.
#include <algorithm>

#include "base/check.h"
#include "http/routes/enrolment_by.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

Result<Response> get_allowlist(Api& api, Request&) {
  auto text = api.directory.allowlist();
  if (!text) return unexpected(text.error());
  const auto allowlist = access::parse_allowlist(std::move(*text));
  if (!allowlist) return unexpected(allowlist.error());
  return json_response(200, allowlist->to_json());
}

// Returns the faults of both lists at once; those of hosts and ranges are worded by the rule that applies them.
Result<access::Allowlist> read_allowlist(const json::Value& body) {
  auto allowlist = access::parse_allowlist(body);
  if (!allowlist && allowlist.error().code != FaultCode::kValidationError) return allowlist;
  Issues issues;
  std::vector<std::string> entries;
  if (allowlist) {
    entries = allowlist->egress;
  } else {
    for (const FieldIssue& issue : allowlist.error().details) issues.add(issue.field, issue.issue);
    const bool whole =
        std::ranges::none_of(issues.items(), [](const FieldIssue& issue) { return issue.field.starts_with("egress"); });
    if (const json::Value* egress = body.find("egress"); egress && whole)
      for (const json::Value& entry : egress->items()) entries.emplace_back(entry.text());
  }
  egress::Policy unused;
  egress::read_allowlist(entries, unused, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  return allowlist;
}

Result<Response> put_allowlist(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto allowlist = read_allowlist(document->root());
  if (!allowlist) return unexpected(allowlist.error());
  if (const auto put = enrolment_by(api, request).put_allowlist(*allowlist); !put) return unexpected(put.error());
  api.reload_allowlist();
  return json_response(200, allowlist->to_json());
}

std::string handle_json(const access::HandleRecord& record, const Request* request = nullptr) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object()
      .member("handle", record.handle.view())
      .member("ownerEmail", record.owner)
      .member("createdAt", to_rfc3339(record.created_at));
  if (request) writer.member("requestId", request->id.view());
  writer.end_object();
  return text;
}

Result<Response> list_handles(Api& api, Request& request) {
  const auto handles = api.directory.handles();
  if (!handles) return unexpected(handles.error());
  const auto place = [](const access::HandleRecord& record) { return std::pair{Instant{}, record.handle.text}; };
  return list_page(request, "handles", std::span<const access::HandleRecord>{*handles}, place,
                   [](const access::HandleRecord& record) { return handle_json(record); });
}

Result<Response> create_handle(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const json::Value& body = document->root();
  const auto made = enrolment_by(api, request).add_handle(body.text_of("handle"), body.text_of("ownerEmail"));
  if (!made) return unexpected(made.error());
  api.reload(made->handle);
  return json_response(201, handle_json(*made, &request));
}

std::string_view to_text(BackupStatus status) {
  switch (status) {
    case BackupStatus::kStarting: return "starting";
    case BackupStatus::kComplete: return "complete";
    case BackupStatus::kBehind: return "behind";
    case BackupStatus::kFailing: return "failing";
  }
  CHECK(false);
}

Result<Response> get_backup_folder(Api& api, Request& request) {
  const std::optional<BackupFolder> shown = api.backup_folder();
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  if (!shown) {
    writer.key("folder").null().member("status", "off");
  } else {
    const auto instant = [&writer](std::string_view name, const std::optional<Instant>& at) {
      json::text_or_null(writer, name, at ? to_rfc3339(*at) : "");
    };
    writer.member("folder", shown->folder).member("status", to_text(shown->status));
    instant("completeAt", shown->complete_at);
    writer.member("behindSeconds", std::chrono::duration_cast<std::chrono::seconds>(shown->behind).count());
    writer.member("lastCommit", static_cast<std::int64_t>(shown->last_commit));
    instant("lastCommitAt", shown->last_commit_at);
    instant("baseAt", shown->base_at);
    writer.member("failures", static_cast<std::int64_t>(shown->failures));
  }
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(text));
}

Result<Response> get_nodes(Api& api, Request& request) {
  const auto found = api.nodes();
  if (!found) return unexpected(found.error());
  std::string text;
  json::Writer writer(text);
  const auto shards = [&writer](std::string_view name, const std::vector<std::int64_t>& ids) {
    writer.key(name).begin_array();
    for (const std::int64_t id : ids) writer.number(id);
    writer.end_array();
  };
  writer.begin_object();
  json::text_or_null(writer, "self", *found ? (*found)->self : "");
  writer.key("items").begin_array();
  if (*found)
    for (const NodeStatus& node : (*found)->nodes) {
      writer.begin_object().member("name", node.name);
      json::text_or_null(writer, "address", node.address);
      shards("shards", node.shards);
      writer.key("leaseSeconds").real(static_cast<double>(node.lease.count()) / 1000).end_object();
    }
  writer.end_array();
  shards("unowned", *found ? (*found)->unowned : std::vector<std::int64_t>{});
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(text));
}

}  // namespace

void add_platform(Api& api, std::vector<Route>& routes) {
  constexpr std::size_t kAllowlistBody = 512 * 1024;  // two lists of 1,000 entries
  routes.push_back(
      control(api, Method::kGet, "/v2/platform-admin/allowlist", platform_admin(), get_allowlist, "Get the allowlist"));
  routes.push_back(control(api, Method::kPut, "/v2/platform-admin/allowlist", platform_admin(), put_allowlist,
                           "Replace the allowlist"));
  routes.back().body_limit = kAllowlistBody;
  routes.push_back(
      control(api, Method::kGet, "/v2/platform-admin/handles", platform_admin(), list_handles, "List handles"));
  routes.push_back(
      control(api, Method::kPost, "/v2/platform-admin/handles", platform_admin(), create_handle, "Create a handle"));
  routes.push_back(control(api, Method::kGet, "/v2/platform-admin/backup-folder", platform_admin(), get_backup_folder,
                           "Get the state of the backup folder"));
  routes.push_back(control(api, Method::kGet, "/v2/platform-admin/nodes", platform_admin(), get_nodes,
                           "List the nodes that share the database"));
  add_users(api, routes);
  add_account(api, routes);
  routes.push_back({.method = Method::kGet,
                    .pattern = "/.well-known/jwks.json",
                    .access = public_(),
                    .run = Run::kControl,
                    .handler = blocking([&api](Request&) -> Result<Response> {
                      auto keys = api.issuer.jwks();
                      if (!keys) return unexpected(keys.error());
                      return json_response(200, std::move(*keys));
                    }),
                    .summary = "Get the public keys that verify the server's tokens"});
}

}  // namespace beckon::http
