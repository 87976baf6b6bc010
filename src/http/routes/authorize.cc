#include "base/check.h"
#include "http/routes/api.h"

namespace beckon::http {

Authorize authorize(Api& api) {
  return [&api](const Route& route, Request& request) -> std::optional<Fault> {
    auto principal = api.gate.authenticate(request.header("authorization"));
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

const access::Principal& principal_of(const Request& request) {
  const auto* principal = std::any_cast<access::Principal>(&request.principal);
  CHECK(principal != nullptr);
  return *principal;
}

}  // namespace beckon::http
