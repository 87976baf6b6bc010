// Signing in and out, and who one is: contract section 8.
#include "access/email.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

constexpr std::size_t kLongestCode = 128;      // characters
constexpr std::size_t kSignInBody = 8 * 1024;  // bytes: an address and a password, escaped

access::Visit visit_of(const Request& request) { return {.from = request.client, .request = request.id.text}; }

void write_grants(json::Writer& writer, const std::vector<access::Grant>& grants) {
  writer.key("handles").begin_array();
  for (const access::Grant& grant : grants)
    writer.begin_object()
        .member("handle", grant.handle.view())
        .member("role", access::to_text(grant.role))
        .end_object();
  writer.end_array();
}

Result<Response> answer(Api& api, const Request& request, const access::SignedIn& signed_in) {
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

Fault counted(Api& api, const Fault& fault, SignInFailure wrong) {
  api.sign_in_failures.add(fault, wrong);
  return fault;
}

// A text of the body, or an issue of the field.
std::string_view text_of(const json::Value& body, const char* field, std::size_t longest, Issues& issues) {
  const json::Value* value = body.find(field);
  if (value != nullptr && value->is_string() && !value->text().empty() && value->text().size() <= longest)
    return value->text();
  issues.add(field, "is required: a string of at most " + std::to_string(longest) + " bytes");
  return {};
}

Result<Response> login(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const json::Value* given = document->root().find("email");
  const auto email = access::to_email(given != nullptr && given->is_string() ? given->text() : std::string_view{});
  if (!email) issues.add("email", "is required: an e-mail address such as ada@example.com");
  const std::string_view password = text_of(document->root(), "password", access::kLongestPassword, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto signed_in = api.sign_in.with_password(*email, password, visit_of(request));
  if (!signed_in) return unexpected(counted(api, signed_in.error(), SignInFailure::kPassword));
  return answer(api, request, *signed_in);
}

Result<Response> exchange(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const std::string_view code = text_of(document->root(), "code", kLongestCode, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto signed_in = api.sign_in.with_code(code, visit_of(request));
  if (!signed_in) return unexpected(counted(api, signed_in.error(), SignInFailure::kLink));
  return answer(api, request, *signed_in);
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

}  // namespace

void add_sign_in(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kPost, "/v2/auth/login", public_(), login, "Sign in with an e-mail address and password"));
  routes.back().body_limit = kSignInBody;
  routes.push_back(
      control(api, Method::kPost, "/v2/auth/exchange", public_(), exchange, "Exchange a sign-in code for a token"));
  routes.back().body_limit = kSignInBody;
  routes.push_back(control(api, Method::kPost, "/v2/auth/logout", any_jwt(), logout, "Revoke the caller's token"));
  routes.push_back(control(api, Method::kGet, "/v2/auth/me", any_jwt(), me, "Get current user"));
}

}  // namespace beckon::http
