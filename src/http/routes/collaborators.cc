// Who has a role on a handle: contract section 8. A user's id is their e-mail address.
#include "http/routes/enrolment_by.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

void write_grant(json::Writer& out, const access::Grant& grant) {
  out.member("userId", grant.user).member("email", grant.user).member("role", access::to_text(grant.role));
}

Result<Response> list_collaborators(Api& api, Request& request) {
  const auto grants = api.directory.grants_on(Handle{request.param("handle")});
  if (!grants) return unexpected(grants.error());
  const auto place = [](const access::Grant& grant) { return std::pair{Instant{}, grant.user}; };
  return list_page(request, "collaborators " + std::string(request.param("handle")),
                   std::span<const access::Grant>{*grants}, place, [](const access::Grant& grant) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object();
                     write_grant(writer, grant);
                     writer.end_object();
                     return text;
                   });
}

Result<Response> put_collaborator(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const auto text_of = [&](std::string_view name, const char* issue) {
    const json::Value* value = document->root().find(name);
    if (value && value->is_string()) return std::string(value->text());
    issues.add(std::string(name), issue);
    return std::string();
  };
  const std::string email = text_of("email", "is required: the e-mail address of a user");
  const std::string role = text_of("role", "is required: CREATOR, OPERATOR or OWNER");
  refuse_unknown(document->root(), {"email", "role"}, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto granted = enrolment_by(api, request).grant(request.param("handle"), email, role);
  if (!granted) return unexpected(granted.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_grant(writer, granted->grant);
  text_or_null(writer, "formerOwner", granted->former_owner.value_or(""));
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Result<Response> remove_collaborator(Api& api, Request& request) {
  const auto revoked = enrolment_by(api, request).revoke(request.param("handle"), request.param("userId"));
  if (!revoked) return unexpected(revoked.error());
  return no_content();
}

}  // namespace

void add_collaborators(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/collaborators", owner(), list_collaborators,
                           "List users and their roles"));
  routes.push_back(control(api, Method::kPut, "/v2/handles/{handle}/collaborators", owner(), put_collaborator,
                           "Grant a role; a new OWNER makes the former one OPERATOR"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/collaborators/{userId}", owner(),
                           remove_collaborator, "Remove a user's role"));
  add_invitations(api, routes);
}

}  // namespace beckon::http
