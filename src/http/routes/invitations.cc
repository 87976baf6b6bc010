// Invitations to a handle, and the routes for holders of links. Contract section 8; docs/access.md, Invitations.
#include "http/routes/console.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/sign_in_view.h"

namespace beckon::http {
namespace {

using access::InvitationRecord;

void write_invitation(json::Writer& out, const InvitationRecord& record, Instant now) {
  out.member("invitationId", record.id)
      .member("email", record.user)
      .member("role", access::to_text(record.role))
      .member("createdBy", record.created_by)
      .member("createdAt", to_rfc3339(record.created_at))
      .member("expiresAt", to_rfc3339(record.expires_at))
      .member_boolean("expired", record.expires_at <= now);
}

Result<Response> list_invitations(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto records = api.directory.invitations(handle);
  if (!records) return unexpected(records.error());
  const auto place = [](const InvitationRecord& record) { return std::pair{record.created_at, record.id}; };
  return list_page(request, "invitations " + handle.text, std::span<const InvitationRecord>{*records}, place,
                   [&](const InvitationRecord& record) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object();
                     write_invitation(writer, record, api.clock.now());
                     writer.end_object();
                     return text;
                   });
}

Result<Response> create_invitation(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const json::Value& body = document->root();
  Issues issues;
  refuse_unknown(body, {"email", "role"}, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto made = api.invitations.invite(Handle{request.param("handle")}, body.text_of("email"), body.text_of("role"),
                                           caller_of(request));
  if (!made) return unexpected(made.error());
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  write_invitation(writer, made->record, api.clock.now());
  write_link(api, writer, made->code);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(201, std::move(text));
}

Result<Response> remove_invitation(Api& api, Request& request) {
  const auto removed =
      api.invitations.remove(Handle{request.param("handle")}, request.param("invitationId"), caller_of(request));
  if (!removed) return unexpected(removed.error());
  return no_content();
}

constexpr std::size_t kBody = 8 * 1024;  // in bytes: a code and a password, escaped

// {"code"}, and the other members in `known`.
Result<std::string> code_of(const json::Value& body, std::initializer_list<std::string_view> known) {
  Issues issues;
  const json::Value* code = body.find("code");
  if (!code || !code->is_string()) issues.add("code", "is required: what the link has after \"invitation=\"");
  refuse_unknown(body, known, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  return std::string(code->text());
}

void write_looked(json::Writer& writer, const access::Invitations::Looked& looked) {
  const bool is_reset = looked.record.handle.empty();
  writer.member("kind", is_reset ? "passwordReset" : "invitation").member("email", looked.record.user);
  json::text_or_null(writer, "handle", looked.record.handle.view());
  json::text_or_null(writer, "role", is_reset ? std::string_view{} : access::to_text(looked.record.role));
}

Result<Response> look(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto code = code_of(document->root(), {"code"});
  if (!code) return unexpected(code.error());
  if (const auto admitted = api.sign_in.admit(request.client); !admitted)
    return unexpected(counted(api, admitted.error(), SignInFailure::kLink));
  const auto looked = api.invitations.look(*code);
  if (!looked) return unexpected(counted(api, looked.error(), SignInFailure::kLink));
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_looked(writer, *looked);
  writer.member_boolean("needsPassword", looked->needs_password)
      .member("expiresAt", to_rfc3339(looked->record.expires_at))
      .member("requestId", request.id.view())
      .end_object();
  return json_response(200, std::move(body));
}

// Someone who has set a password with it is signed in; an existing user signs in as usual.
Result<Response> accept(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto code = code_of(document->root(), {"code", "password"});
  if (!code) return unexpected(code.error());
  std::optional<std::string> password;
  if (const json::Value* given = document->root().find("password"))
    password = given->is_string() ? std::string(given->text()) : std::string();
  if (const auto admitted = api.sign_in.admit(request.client); !admitted)
    return unexpected(counted(api, admitted.error(), SignInFailure::kLink));
  const auto accepted = api.invitations.accept(*code, password, visit_of(request));
  if (!accepted) return unexpected(counted(api, accepted.error(), SignInFailure::kLink));
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_looked(writer, *accepted);
  if (accepted->needs_password) {
    const auto signed_in = api.sign_in.as(accepted->record.user, {.name = "invitation"}, visit_of(request));
    if (!signed_in) return unexpected(signed_in.error());
    writer.member("accessToken", signed_in->token).member("expiresIn", signed_in->life.count());
  }
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void write_link(const Api& api, json::Writer& out, std::string_view code) {
  out.member("code", code).member("link", api.public_url + std::string(kConsole) + "#invitation=" + std::string(code));
}

void add_invitations(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/invitations", owner(), list_invitations,
                           "List invitations, oldest first"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/invitations", owner(), create_invitation,
                           "Invite somebody by a one-time link"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/invitations/{invitationId}", owner(),
                           remove_invitation, "Withdraw an invitation"));
  routes.push_back(
      control(api, Method::kPost, "/v2/auth/invitations/look", public_(), look, "Get what a one-time link is for"));
  routes.back().body_limit = kBody;
  routes.push_back(control(api, Method::kPost, "/v2/auth/invitations/accept", public_(), accept,
                           "Accept an invitation or set a password, by a one-time link"));
  routes.back().body_limit = kBody;
}

}  // namespace beckon::http
