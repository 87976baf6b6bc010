// The settings of a handle. Contract section 8.
#include "http/routes/response.h"

namespace beckon::http {
namespace {

// The effective settings: the handle's own, and the server's where it has none.
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

// RFC 7396: of two objects, members that are null in `patch` are removed, and others are merged or replaced.
void write_merged(json::Writer& out, const json::Value& was, const json::Value& patch) {
  out.begin_object();
  for (const json::Member& member : was.members())
    if (!patch.find(member.key)) out.member_raw(member.key, json::to_text(member.value));
  for (const json::Member& member : patch.members()) {
    if (member.value.is_null()) continue;
    out.key(member.key);
    const json::Value* now = was.find(member.key);
    if (member.value.is_object())
      write_merged(out, now ? *now : json::Value(), member.value);
    else
      out.raw(json::to_text(member.value));
  }
  out.end_object();
}

// Stored as given: omitted settings follow the server's, even when those change. With `merges` the request changes only
// the settings that it names.
Result<Response> save_settings(Api& api, Request& request, bool merges) {
  auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const Handle handle{request.param("handle")};
  const auto turn = api.rule_book.turn(handle);
  const auto before = api.directory.handle(handle);
  if (!before) return unexpected(before.error());
  if (!*before) return unexpected(handle_not_found());
  const std::string& was = (*before)->settings;
  if (merges) {
    const auto stored = json::parse(was.empty() ? "{}" : was);
    if (!stored) return unexpected(stored.error());
    std::string merged;
    json::Writer writer(merged);
    write_merged(writer, stored->root(), document->root());
    document = json::parse(std::move(merged));
    if (!document) return unexpected(document.error());
  }
  const auto settings = commit::parse_settings(document->root(), api.server_defaults, &api.server_maxima);
  if (!settings) return unexpected(settings.error());
  const auto rules = api.rules.rules(handle);
  if (!rules) return unexpected(rules.error());
  if (auto fault = intake::undeclared(intake::as_saved(*rules), settings->declared()))
    return unexpected(std::move(*fault));
  const std::string text = json::to_text(document->root());
  const auto put =
      api.directory.put_settings(handle, text, audit_of(api, request, "settings.put", handle.text, text, was));
  if (!put) return unexpected(put.error());
  api.reload(handle);
  return json_response(200, commit::to_json(*settings));
}

Result<Response> put_settings(Api& api, Request& request) { return save_settings(api, request, false); }
Result<Response> patch_settings(Api& api, Request& request) { return save_settings(api, request, true); }

}  // namespace

void add_account(Api& api, std::vector<Route>& routes) {
  add_audit(api, routes);
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/settings", owner(), get_settings, "Get settings"));
  routes.push_back(
      control(api, Method::kPut, "/v2/handles/{handle}/settings", owner(), put_settings, "Replace settings"));
  routes.push_back(control(api, Method::kPatch, "/v2/handles/{handle}/settings", owner(), patch_settings,
                           "Change some of the settings"));
  add_identity_keys(api, routes);
  add_tokens(api, routes);
  add_collaborators(api, routes);
}

}  // namespace beckon::http
