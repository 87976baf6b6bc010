// Signing in through an identity provider: docs/access.md.
#include "base/check.h"
#include "http/routes/response.h"
#include "http/routes/sign_in_view.h"
#include "http/text.h"
#include "oidc/providers.h"

namespace beckon::http {
namespace {

constexpr std::size_t kCallbackBody = 16 * 1024;  // bytes: a logout token has 8 KiB at most
constexpr std::size_t kLeastBrowserText = 32;     // characters: enough to be unguessable
constexpr std::size_t kLongestBrowserText = 128;  // the page sends 43

Result<Response> list_providers(Api& api, Request&) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("providers").begin_array();
  for (const oidc::Provider& provider : api.oidc.all())
    writer.begin_object().member("name", provider.name).member("title", provider.title).end_object();
  writer.end_array().end_object();
  return json_response(200, std::move(body));
}

// A text that the page keeps in its tab from start to callback: no other browser can complete the sign-in.
std::string browser_text(const json::Value& body, Issues& issues) {
  const json::Value* value = body.find("browser");
  if (value != nullptr && value->is_string() && value->text().size() >= kLeastBrowserText &&
      value->text().size() <= kLongestBrowserText)
    return std::string(value->text());
  issues.add("browser", "is required: a random text of 32 to 128 characters, the same at the start and the callback");
  return {};
}

void start(Api& api, Request& request, Respond respond) {
  const auto document = object_of(request);
  if (!document) return refuse(request, respond, document.error());
  Issues issues;
  const std::string browser = browser_text(document->root(), issues);
  refuse_unknown(document->root(), {"browser"}, issues);
  if (!issues.empty()) return refuse(request, respond, issues.fault());
  api.oidc.start(request.param("provider"), browser,
                 [&request, respond = std::move(respond)](const Result<std::string>& url) mutable {
                   if (!url) return refuse(request, respond, url.error());
                   std::string body;
                   json::Writer(body)
                       .begin_object()
                       .member("authorizeUrl", *url)
                       .member("requestId", request.id.view())
                       .end_object();
                   respond(json_response(200, std::move(body)));
                 });
}

access::NewUser if_unknown(oidc::NewUsers rule) {
  switch (rule) {
    case oidc::NewUsers::kNobody: return access::NewUser::kNo;
    case oidc::NewUsers::kWithRole: return access::NewUser::kWithRole;
    case oidc::NewUsers::kEverybody: return access::NewUser::kYes;
  }
  CHECK(false);
  return access::NewUser::kNo;
}

access::ProviderUser user_of(const oidc::Providers::Finished& finished) {
  const auto& [provider, person] = finished;
  access::ProviderUser user{.provider = provider.name,
                            .issuer = provider.issuer,
                            .subject = person.subject,
                            .email = person.email,
                            .if_unknown = if_unknown(provider.new_users)};
  for (const oidc::RoleOfGroup& role : oidc::roles_of(provider, person))
    user.roles.push_back({role.handle, person.email, role.role});
  return user;
}

// Runs on a control thread once the provider has identified the user.
Result<Response> finish(Api& api, const Request& request, const Result<oidc::Providers::Finished>& finished) {
  if (!finished) {
    if (finished.error().code == FaultCode::kInvalidCredentials)
      if (const auto noted = api.sign_in.note_refusal(visit_of(request)); !noted) return unexpected(noted.error());
    return unexpected(counted(api, finished.error(), SignInFailure::kProvider));
  }
  const auto signed_in = api.sign_in.with_provider(user_of(*finished), finished->person.session, visit_of(request));
  if (!signed_in) return unexpected(counted(api, signed_in.error(), SignInFailure::kProvider));
  return signed_in_response(api, request, *signed_in);
}

void callback(Api& api, Request& request, Respond respond) {
  const auto document = object_of(request);
  if (!document) return refuse(request, respond, document.error());
  const json::Value& body = document->root();
  Issues issues;
  oidc::Callback came{.code = std::string(text_of(body, "code", oidc::kLongestCode, issues))};
  const std::string state(text_of(body, "state", oidc::kLongestState, issues));
  if (body.find("iss") != nullptr) came.issuer = text_of(body, "iss", oidc::kLongestText, issues);
  const std::string browser = browser_text(body, issues);
  refuse_unknown(body, {"code", "state", "iss", "browser"}, issues);
  if (!issues.empty()) return refuse(request, respond, issues.fault());
  if (const auto admitted = api.sign_in.admit(request.client); !admitted)
    return refuse(request, respond, counted(api, admitted.error(), SignInFailure::kProvider));
  api.oidc.finish(
      state, browser, std::move(came),
      [&api, &request, respond = std::move(respond)](Result<oidc::Providers::Finished> finished) mutable {
        request.resume([&api, &request, finished = std::move(finished), respond = std::move(respond)]() mutable {
          auto response = finish(api, request, finished);
          response ? respond(std::move(*response)) : refuse(request, respond, response.error());
        });
      });
}

Fault bad_logout_token(const std::string& why) {
  Issues issues;
  issues.add("logout_token", why);
  return issues.fault();
}

// The sign-ins of the session, or all of the subject's if no session is given.
Result<Response> end_sign_ins(Api& api, const Request& request, const oidc::Provider& provider,
                              const oidc::LogoutToken& token) {
  const Instant now = api.clock.now();
  if (api.oidc.logouts().has(provider.name, token.id, now)) return unexpected(bad_logout_token("was sent before"));
  std::string detail;
  json::Writer writer(detail);
  writer.begin_object().member("provider", provider.name);
  json::text_or_null(writer, "subject", token.subject);
  json::text_or_null(writer, "session", token.session);
  writer.end_object();
  const auto ended = api.directory.end_sign_ins(
      {.provider = provider.name, .subject = token.subject, .provider_session = token.session},
      audit_entry(now, api.random, {}, caller_as("oidc", request), "auth.end", provider.name, std::move(detail)));
  if (!ended) return unexpected(ended.error());
  api.oidc.logouts().add(provider.name, token.id, token.expires_at + access::kLeeway);
  return json_response(200, R"({"requestId":")" + request.id.text + "\"}");
}

// OpenID Connect Back-Channel Logout 1.0: the provider reports that someone signed out there.
void backchannel_logout(Api& api, Request& request, Respond respond) {
  const oidc::Provider* provider = oidc::find_by_name(api.oidc.all(), request.param("provider"));
  if (provider == nullptr) return refuse(request, respond, not_found("identity provider"));
  const std::string compact = form_value(request.body, "logout_token").value_or("");
  if (compact.empty())
    return refuse(request, respond, bad_logout_token("is required: a form (application/x-www-form-urlencoded)"));
  auto token = access::parse_jwt(compact, oidc::kLogoutTypes);
  if (!token) return refuse(request, respond, bad_logout_token(token.error().why));
  const std::string kid = token->kid;
  api.oidc.published_by(*provider).get(
      kid, [&api, &request, provider, token = std::move(*token),
            respond = std::move(respond)](const Result<oidc::PublishedBy::Known>& known) mutable {
        if (!known) return refuse(request, respond, known.error());
        auto checked = oidc::check_logout_token(std::move(token), (*known)->keys, *provider, api.clock.now());
        if (!checked) return refuse(request, respond, bad_logout_token(checked.error().why));
        request.resume([&api, &request, provider, out = *std::move(checked), respond = std::move(respond)]() mutable {
          auto response = end_sign_ins(api, request, *provider, out);
          response ? respond(std::move(*response)) : refuse(request, respond, response.error());
        });
      });
}

// A route whose handler responds once the provider has.
Route asking(Api& api, std::string_view pattern, void (*handle)(Api&, Request&, Respond), std::string_view summary) {
  return {.method = Method::kPost,
          .pattern = std::string(pattern),
          .access = public_(),
          .run = Run::kControl,
          .handler = [&api, handle](Request& request, Respond respond) { handle(api, request, std::move(respond)); },
          .summary = summary,
          .body_limit = kCallbackBody};
}

}  // namespace

void add_oidc(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/auth/oidc", public_(), list_providers, "List identity providers"));
  routes.push_back(asking(api, "/v2/auth/oidc/{provider}/start", start, "Begin to sign in through a provider"));
  routes.push_back(asking(api, "/v2/auth/oidc/callback", callback, "Exchange a provider's code for a token"));
  routes.push_back(asking(api, "/v2/auth/oidc/{provider}/backchannel-logout", backchannel_logout,
                          "End the sign-ins of a user who has signed out at the provider"));
  routes.back().body = BodyType::kAny;
}

}  // namespace beckon::http
