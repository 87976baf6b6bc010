#include "base/check.h"
#include "http/routes/api.h"

namespace beckon::http {
namespace {

// Reads memory alone: a company's server sends a thousand requests a second.
std::optional<Fault> authorize_token(const Api& api, const Route& route, Request& request) {
  const auto pat = api.pats.authenticate(request.header("authorization"), request.header("x-api-key"), api.clock.now());
  if (!pat) return pat.error();
  const auto scope = access::parse_scope(route.access.scope);
  CHECK(scope);
  const Handle handle{request.param("handle")};
  if (const auto may = access::authorize(**pat, handle, *scope); !may) return may.error();
  if (const auto tenant = api.places.tenants.find(handle.view()); !tenant) return tenant.error();
  const access::PatRecord& record = (*pat)->record();
  request.principal = access::Principal{.subject = record.id,
                                        .handle = handle,
                                        .expires_at = record.expires_at,
                                        .token_id = record.id,
                                        .scopes = record.scopes};
  return std::nullopt;
}

}  // namespace

Await await(Api& api) {
  return [&api](const Request& request) { return api.gate.wait_for(request.header("authorization")); };
}

Authorize authorize(Api& api) {
  return [&api](const Route& route, Request& request) -> std::optional<Fault> {
    if (route.access.who == Access::Who::kPat) return authorize_token(api, route, request);
    auto principal = api.gate.authenticate(request.header("authorization"), request.header("x-api-key"));
    if (!principal) return principal.error();
    const auto on_handle = [&](access::Role least) -> std::optional<Fault> {
      const auto role = api.gate.authorize(*principal, Handle{request.param("handle")}, least);
      if (!role) return role.error();
      return std::nullopt;
    };
    std::optional<Fault> fault;
    switch (route.access.who) {
      case Access::Who::kUndeclared:
      case Access::Who::kPublic:
      case Access::Who::kPat:
        fault = Fault{.code = FaultCode::kInternalError, .message = "Unsupported access level."};
        break;
      case Access::Who::kAnyJwt: break;
      case Access::Who::kCreator: fault = on_handle(access::Role::kCreator); break;
      case Access::Who::kOperator: fault = on_handle(access::Role::kOperator); break;
      case Access::Who::kOwner: fault = on_handle(access::Role::kOwner); break;
      case Access::Who::kPlatformAdmin:
        if (const auto admitted = api.gate.authorize_platform_admin(*principal); !admitted) fault = admitted.error();
        break;
    }
    if (!fault) request.principal = std::move(*principal);
    return fault;
  };
}

Caller caller_as(std::string actor, const Request& request) {
  return {.actor = std::move(actor), .address = request.client.text(), .request = request.id.text};
}

Caller caller_of(const Request& request) { return caller_as(principal_of(request).subject, request); }

const access::Principal& principal_of(const Request& request) {
  const auto* principal = std::any_cast<access::Principal>(&request.principal);
  CHECK(principal != nullptr);
  return *principal;
}

std::optional<Fault> lacks(const Request& request, access::Scope scope) {
  const auto& scopes = principal_of(request).scopes;
  if (!scopes || scopes->allow(scope)) return std::nullopt;
  return access::insufficient_scope(scope, *scopes);
}

}  // namespace beckon::http
