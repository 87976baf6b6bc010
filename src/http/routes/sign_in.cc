// Sign-in, sign-out and the current user: contract section 8.
#include "access/email.h"
#include "http/routes/enrolment_by.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/sign_in_view.h"

namespace beckon::http {
namespace {

constexpr std::size_t kLongestCode = 128;      // characters
constexpr std::size_t kSignInBody = 8 * 1024;  // in bytes: an address and a password, escaped

Result<Response> login(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const auto email = access::to_email(document->root().text_of("email"));
  if (!email) issues.add("email", "is required: an e-mail address such as ada@example.com");
  const std::string_view password = text_of(document->root(), "password", access::kLongestPassword, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto signed_in = api.sign_in.with_password(*email, password, visit_of(request));
  if (!signed_in) return unexpected(counted(api, signed_in.error(), SignInFailure::kPassword));
  return signed_in_response(api, request, *signed_in);
}

Result<Response> exchange(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const std::string_view code = text_of(document->root(), "code", kLongestCode, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto signed_in = api.sign_in.with_code(code, visit_of(request));
  if (!signed_in) return unexpected(counted(api, signed_in.error(), SignInFailure::kLink));
  return signed_in_response(api, request, *signed_in);
}

Result<Response> logout(Api& api, Request& request) {
  if (const auto out = api.sign_in.out(principal_of(request), visit_of(request)); !out) return unexpected(out.error());
  return no_content();
}

Result<Response> me(Api& api, Request& request) {
  const access::Principal& principal = principal_of(request);
  std::vector<access::Grant> grants;
  if (!principal.handle.empty()) {
    grants.push_back({principal.handle, principal.subject, principal.role});
  } else if (!principal.platform_admin) {
    auto found = api.directory.grants_of(principal.subject);
    if (!found) return unexpected(found.error());
    grants = std::move(*found);
  }
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("subject", principal.subject).member_boolean("platformAdmin", principal.platform_admin);
  write_grants(writer, grants);
  writer.member("expiresAt", to_rfc3339(principal.expires_at)).member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Result<Response> change_password(Api& api, Request& request) {
  const access::Principal& principal = principal_of(request);
  if (principal.subject.find('@') == std::string::npos)
    return unexpected(Fault{.code = FaultCode::kConflict,
                            .message = "Only a user has a password, and this token is not of a user's sign-in."});
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const std::string_view current = text_of(document->root(), "currentPassword", access::kLongestPassword, issues);
  const std::string_view next = text_of(document->root(), "newPassword", access::kLongestPassword, issues);
  refuse_unknown(document->root(), {"currentPassword", "newPassword"}, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto signed_in = api.sign_in.change_password(principal, current, next, visit_of(request));
  if (!signed_in) return unexpected(counted(api, signed_in.error(), SignInFailure::kPassword));
  return signed_in_response(api, request, *signed_in);
}

Result<Response> list_own(Api& api, Request& request) {
  return list_sign_ins(api, request, principal_of(request).subject, principal_of(request).token_id);
}

Result<Response> end_own(Api& api, Request& request) {
  const auto ended = enrolment_by(api, request).end_sign_ins(principal_of(request).subject, request.param("signInId"));
  if (!ended) return unexpected(ended.error());
  return no_content();
}

Result<Response> end_others(Api& api, Request& request) {
  const access::Principal& principal = principal_of(request);
  const auto ended = enrolment_by(api, request).end_sign_ins(principal.subject, "", principal.token_id);
  if (!ended) return unexpected(ended.error());
  return no_content();
}

}  // namespace

Fault counted(Api& api, const Fault& fault, SignInFailure wrong) {
  api.sign_in_failures.add(fault, wrong);
  return fault;
}

access::Visit visit_of(const Request& request) {
  return {.from = request.client, .request = request.id.text, .agent = to_utf8(request.header("user-agent"))};
}

void write_grants(json::Writer& writer, const std::vector<access::Grant>& grants) {
  writer.key("handles").begin_array();
  for (const access::Grant& grant : grants)
    writer.begin_object()
        .member("handle", grant.handle.view())
        .member("role", access::to_text(grant.role))
        .end_object();
  writer.end_array();
}

Result<Response> list_sign_ins(Api& api, const Request& request, const std::string& user, std::string_view present) {
  const auto records = api.directory.sign_ins_of(user, api.clock.now());
  if (!records) return unexpected(records.error());
  // Newest first: list_page() sorts ascending, so the time is negated.
  const auto place = [](const access::SignInRecord& one) {
    return std::pair{Instant{} - one.at.time_since_epoch(), one.token};
  };
  return list_page(request, "sign-ins " + user, std::span<const access::SignInRecord>{*records}, place,
                   [&](const access::SignInRecord& one) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object()
                         .member("signInId", one.token)
                         .member("at", to_rfc3339(one.at))
                         .member("expiresAt", to_rfc3339(one.until))
                         .member("by", one.way);
                     json::text_or_null(writer, "provider", one.provider);
                     writer.member("address", one.address)
                         .member("userAgent", one.agent)
                         .member_boolean("current", one.token == present)
                         .end_object();
                     return text;
                   });
}

Result<Response> signed_in_response(Api& api, const Request& request, const access::SignedIn& signed_in) {
  const auto grants = api.directory.grants_of(signed_in.user);
  if (!grants) return unexpected(grants.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("accessToken", signed_in.token).member("expiresIn", signed_in.life.count());
  writer.key("user").begin_object().member("email", signed_in.user);
  write_grants(writer, *grants);
  writer.end_object().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

std::string_view text_of(const json::Value& body, const char* field, std::size_t longest, Issues& issues) {
  const json::Value* value = body.find(field);
  if (value != nullptr && value->is_string() && !value->text().empty() && value->text().size() <= longest)
    return value->text();
  issues.add(field, "is required: a string of at most " + std::to_string(longest) + " bytes");
  return {};
}

void add_sign_in(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kPost, "/v2/auth/login", public_(), login, "Sign in with an e-mail address and password"));
  routes.back().body_limit = kSignInBody;
  routes.push_back(
      control(api, Method::kPost, "/v2/auth/exchange", public_(), exchange, "Exchange a sign-in code for a token"));
  routes.back().body_limit = kSignInBody;
  routes.push_back(control(api, Method::kPost, "/v2/auth/logout", any_jwt(), logout, "Revoke the caller's token"));
  routes.push_back(control(api, Method::kGet, "/v2/auth/me", any_jwt(), me, "Get current user"));
  routes.push_back(control(api, Method::kPost, "/v2/auth/password", any_jwt(), change_password,
                           "Change the caller's password and end their other sign-ins"));
  routes.back().body_limit = kSignInBody;
  routes.push_back(
      control(api, Method::kGet, "/v2/auth/sign-ins", any_jwt(), list_own, "List the caller's sign-ins, newest first"));
  routes.push_back(
      control(api, Method::kDelete, "/v2/auth/sign-ins", any_jwt(), end_others, "End the caller's other sign-ins"));
  routes.push_back(control(api, Method::kDelete, "/v2/auth/sign-ins/{signInId}", any_jwt(), end_own,
                           "End one of the caller's sign-ins"));
  add_oidc(api, routes);
}

}  // namespace beckon::http
