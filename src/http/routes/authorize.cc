#include "base/check.h"
#include "http/routes/api.h"

namespace beckon::http {
namespace {

// Reads only memory: a company's server may send a thousand requests per second.
Result<access::Principal> principal_of_token(const Api& api, const Request& request) {
  const auto pat = api.pats.authenticate(request.header("authorization"), request.header("x-api-key"), api.clock.now());
  if (!pat) return unexpected(pat.error());
  const access::PatRecord& record = (*pat)->record();
  return access::Principal{.subject = record.id,
                           .handle = (*pat)->handle(),
                           .expires_at = record.expires_at,
                           .token_id = record.id,
                           .scopes = record.scopes};
}

bool has_access_token(const Request& request) {
  return !request.header("x-api-key").empty() ||
         access::bearer_token(request.header("authorization")).starts_with(access::kPatPrefix);
}

}  // namespace

Await await(Api& api) {
  return [&api](const Request& request) { return api.gate.wait_for(request.header("authorization")); };
}

std::optional<Fault> may_call(Api& api, const Route& route, const access::Principal& principal, const Handle& handle) {
  const auto on_handle = [&](access::Role least) -> std::optional<Fault> {
    const auto role = api.gate.authorize(principal, handle, least);
    if (!role) return role.error();
    return std::nullopt;
  };
  const auto by_token = [&](std::optional<access::Scope> scope) -> std::optional<Fault> {
    if (const auto may = access::authorize(*principal.scopes, principal.handle, handle, scope); !may)
      return may.error();
    const auto tenant = api.places.tenants.find(handle.view());
    return tenant ? std::nullopt : std::optional(tenant.error());
  };
  switch (route.access.who) {
    case Access::Who::kUndeclared:
    case Access::Who::kPublic: break;
    case Access::Who::kAnyJwt: return std::nullopt;
    case Access::Who::kCreator: return on_handle(access::Role::kCreator);
    case Access::Who::kOperator: return on_handle(access::Role::kOperator);
    case Access::Who::kOwner: return on_handle(access::Role::kOwner);
    case Access::Who::kPlatformAdmin:
      if (const auto admitted = api.gate.authorize_platform_admin(principal); !admitted) return admitted.error();
      return std::nullopt;
    case Access::Who::kPat: {
      const auto scope = access::parse_scope(route.access.scope);
      CHECK(scope && principal.scopes);
      return by_token(*scope);
    }
    case Access::Who::kMember: return principal.scopes ? by_token(std::nullopt) : on_handle(access::Role::kCreator);
  }
  return Fault{.code = FaultCode::kInternalError, .message = "Unsupported access level."};
}

Authorize authorize(Api& api) {
  return [&api](const Route& route, Request& request) -> std::optional<Fault> {
    const Access::Who who = route.access.who;
    const bool by_token = who == Access::Who::kPat || (who == Access::Who::kMember && has_access_token(request));
    auto principal = by_token ? principal_of_token(api, request)
                              : api.gate.authenticate(request.header("authorization"), request.header("x-api-key"));
    if (!principal) return principal.error();
    const bool of_handle = who != Access::Who::kAnyJwt && who != Access::Who::kPlatformAdmin;
    auto fault = may_call(api, route, *principal, Handle{of_handle ? request.param("handle") : std::string()});
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
