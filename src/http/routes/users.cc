// The users of the server, for the platform admin. Contract section 8; docs/access.md, Users.
#include "access/email.h"
#include "http/routes/enrolment_by.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/sign_in_view.h"

namespace beckon::http {
namespace {

using access::UserRecord;

Result<UserRecord> user_of(const Api& api, const Request& request) {
  auto user = api.directory.user(request.param("userId"));
  if (!user) return unexpected(user.error());
  if (!*user) return unexpected(not_found("user"));
  return **std::move(user);
}

Result<std::string> user_json(const Api& api, const UserRecord& user, const Request* request = nullptr) {
  const auto grants = api.directory.grants_of(user.email);
  if (!grants) return unexpected(grants.error());
  std::string text;
  json::Writer writer(text);
  writer.begin_object()
      .member("userId", user.email)
      .member("email", user.email)
      .member_boolean("disabled", user.disabled)
      .member_boolean("hasPassword", !user.password_hash.empty());
  instant_or_null(writer, "createdAt", user.created_at);
  instant_or_null(writer, "lastSignInAt", user.signed_in_at);
  write_grants(writer, *grants);
  if (request) writer.member("requestId", request->id.view());
  writer.end_object();
  return text;
}

Result<Response> one(const Api& api, const Request& request, int status, const UserRecord& user) {
  auto text = user_json(api, user, &request);
  if (!text) return unexpected(text.error());
  return json_response(status, *std::move(text));
}

Result<Response> list_users(Api& api, Request& request) {
  const auto users = api.directory.users();
  if (!users) return unexpected(users.error());
  std::optional<Fault> fault;
  const auto place = [](const UserRecord& user) { return std::pair{Instant{}, user.email}; };
  auto response = list_page(request, "users", std::span<const UserRecord>{*users}, place, [&](const UserRecord& user) {
    auto text = user_json(api, user);
    if (text) return *std::move(text);
    fault = text.error();
    return std::string("null");
  });
  if (fault) return unexpected(*std::move(fault));
  return response;
}

Result<Response> get_user(Api& api, Request& request) {
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  return one(api, request, 200, *user);
}

Result<Response> create_user(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const json::Value* email = document->root().find("email");
  Issues issues;
  refuse_unknown(document->root(), {"email"}, issues);
  if (!email || !email->is_string()) issues.add("email", "is required: an e-mail address such as ada@example.com");
  if (!issues.empty()) return unexpected(issues.fault());
  const auto added = enrolment_by(api, request).add_user(email->text());
  if (!added) return unexpected(added.error());
  const auto user = api.directory.user(*access::to_email(email->text()));
  if (!user) return unexpected(user.error());
  if (!*user) return unexpected(not_found("user"));  // removed meanwhile
  return one(api, request, 201, **user);
}

Result<Response> change_user(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const json::Value* disabled = document->root().find("disabled");
  Issues issues;
  refuse_unknown(document->root(), {"disabled"}, issues);
  if (!disabled || !disabled->is_boolean()) issues.add("disabled", "is required: true or false");
  if (!issues.empty()) return unexpected(issues.fault());
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  const auto put = enrolment_by(api, request).put_disabled(user->email, disabled->boolean());
  if (!put) return unexpected(put.error());
  return get_user(api, request);
}

Result<Response> remove_user(Api& api, Request& request) {
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  const auto removed = enrolment_by(api, request).remove_user(user->email);
  if (!removed) return unexpected(removed.error());
  return no_content();
}

Result<Response> reset(Api& api, Request& request) {
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  const auto made = api.invitations.reset_password(user->email, caller_of(request));
  if (!made) return unexpected(made.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("email", user->email).member("expiresAt", to_rfc3339(made->record.expires_at));
  write_link(api, writer, made->code);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(201, std::move(body));
}

Result<Response> sign_ins(Api& api, Request& request) {
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  return list_sign_ins(api, request, user->email, "");
}

Result<Response> end_all(Api& api, Request& request) {
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  const auto ended = enrolment_by(api, request).end_sign_ins(user->email, "");
  if (!ended) return unexpected(ended.error());
  return no_content();
}

Result<Response> end_one(Api& api, Request& request) {
  const auto user = user_of(api, request);
  if (!user) return unexpected(user.error());
  const auto ended = enrolment_by(api, request).end_sign_ins(user->email, request.param("signInId"));
  if (!ended) return unexpected(ended.error());
  return no_content();
}

}  // namespace

void add_users(Api& api, std::vector<Route>& routes) {
  const auto add = [&](Method method, std::string_view path, Result<Response> (*handle)(Api&, Request&),
                       std::string_view summary) {
    routes.push_back(control(api, method, path, platform_admin(), handle, summary));
  };
  add(Method::kGet, "/v2/platform-admin/users", list_users, "List users");
  add(Method::kPost, "/v2/platform-admin/users", create_user, "Create a user");
  add(Method::kGet, "/v2/platform-admin/users/{userId}", get_user, "Get a user");
  add(Method::kPatch, "/v2/platform-admin/users/{userId}", change_user, "Disable or enable a user");
  add(Method::kDelete, "/v2/platform-admin/users/{userId}", remove_user, "Delete a user");
  add(Method::kPost, "/v2/platform-admin/users/{userId}/password-reset", reset,
      "Make a one-time link with which a user sets a password");
  add(Method::kGet, "/v2/platform-admin/users/{userId}/sign-ins", sign_ins, "List a user's sign-ins, newest first");
  add(Method::kDelete, "/v2/platform-admin/users/{userId}/sign-ins", end_all, "End all sign-ins of a user");
  add(Method::kDelete, "/v2/platform-admin/users/{userId}/sign-ins/{signInId}", end_one,
      "End one of a user's sign-ins");
}

}  // namespace beckon::http
