// The keys with which a handle's visitors prove their identity. docs/people.md.
#include "commit/identity_keys.h"

#include "http/routes/response.h"

namespace beckon::http {
namespace {

using access::IdentityKeyRecord;

// For a key in use by this server, its last use may be newer than the stored one.
void write_key(json::Writer& out, const IdentityKeyRecord& record, const commit::IdentityKeyPtr& key) {
  out.begin_object().member("keyId", record.id).member("createdAt", to_rfc3339(record.created_at));
  instant_or_null(out, "lastUsedAt", key ? std::max(key->use().at(), record.used_at) : record.used_at);
}

Result<Response> list_identity_keys(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  const auto records = api.directory.identity_keys(handle);
  if (!records) return unexpected(records.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("items").begin_array();
  for (const IdentityKeyRecord& record : *records) {
    write_key(writer, record, (*tenant)->identity_keys->find(record.id));
    writer.end_object();
  }
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Result<Response> create_identity_key(Api& api, Request& request) {
  if (!request.body.empty()) {
    const auto document = object_of(request);
    if (!document) return unexpected(document.error());
    Issues issues;
    refuse_unknown(document->root(), {}, issues);
    if (!issues.empty()) return unexpected(issues.fault());
  }
  const Handle handle{request.param("handle")};
  const Instant now = api.clock.now();
  const std::string secret = commit::make_identity_secret(api.random);
  IdentityKeyRecord made{.id = make_ulid("idk_", now, api.random), .sealed_secret = {}, .created_at = now};
  made.sealed_secret = api.secrets.seal(secret, access::identity_key_place(handle, made.id), api.random);
  const auto added =
      api.directory.add_identity_key(handle, made, audit_of(api, request, "identity-key.create", made.id));
  if (!added) return unexpected(added.error());
  api.reload(handle);
  std::string body;
  json::Writer writer(body);
  write_key(writer, made, nullptr);
  writer.member("secret", secret).member("requestId", request.id.view()).end_object();
  return json_response(201, std::move(body));
}

Result<Response> remove_identity_key(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string id = request.param("keyId");
  const auto removed = api.directory.remove_identity_key(handle, id, audit_of(api, request, "identity-key.delete", id));
  if (!removed) return unexpected(removed.error());
  api.reload(handle);
  return no_content();
}

}  // namespace

void add_identity_keys(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/identity-keys", operator_(), list_identity_keys,
                           "List identity keys"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/identity-keys", owner(), create_identity_key,
                           "Create an identity key"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/identity-keys/{keyId}", owner(),
                           remove_identity_key, "Delete an identity key"));
}

}  // namespace beckon::http
