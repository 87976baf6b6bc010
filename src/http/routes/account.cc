// The settings of a handle. Contract section 8.
#include "http/routes/response.h"

namespace beckon::http {
namespace {

// What holds for the handle: its own settings, and the server's where it has none.
Result<Response> get_settings(Api& api, Request& request) {
  const auto record = api.directory.handle(Handle{request.param("handle")});
  if (!record) return unexpected(record.error());
  if (!*record) return unexpected(handle_not_found());
  const auto document = json::parse((*record)->settings.empty() ? "{}" : (*record)->settings);
  if (!document) return unexpected(document.error());
  const auto settings = commit::parse_settings(document->root(), api.server_defaults);
  if (!settings) return unexpected(settings.error());
  return json_response(200, commit::to_json(commit::capped(*settings, api.server_defaults, api.server_maxima)));
}

// Kept as given: what is left out follows the server, also when that changes.
Result<Response> put_settings(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto settings = commit::parse_settings(document->root(), api.server_defaults, &api.server_maxima);
  if (!settings) return unexpected(settings.error());
  const Handle handle{request.param("handle")};
  const auto turn = api.rule_book.turn(handle);
  const auto stored = api.rules.rules(handle);
  if (!stored) return unexpected(stored.error());
  if (auto fault = intake::undeclared(*stored, settings->declared())) return unexpected(std::move(*fault));
  const auto before = api.directory.handle(handle);
  if (!before) return unexpected(before.error());
  const std::string text = json::to_text(document->root());
  const auto put = api.directory.put_settings(
      handle, text,
      audit_of(api, request, "settings.put", handle.text, text, *before ? (*before)->settings : std::string()));
  if (!put) return unexpected(put.error());
  api.reload(handle);
  return json_response(200, commit::to_json(*settings));
}

}  // namespace

void add_account(Api& api, std::vector<Route>& routes) {
  add_audit(api, routes);
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/settings", owner(), get_settings, "Get settings"));
  routes.push_back(
      control(api, Method::kPut, "/v2/handles/{handle}/settings", owner(), put_settings, "Replace settings"));
  add_identity_keys(api, routes);
  add_tokens(api, routes);
  add_collaborators(api, routes);
}

}  // namespace beckon::http
