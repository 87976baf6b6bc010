// Access tokens of a handle: contract section 8. docs/access.md, Tokens.
#include <algorithm>

#include "access/pats.h"
#include "base/utf8.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "system/plain_text.h"

namespace beckon::http {
namespace {

using access::PatRecord;

constexpr std::size_t kNameCharacters = 64;
constexpr std::size_t kCharacterBytes = 4;  // the most that one has in UTF-8
constexpr std::chrono::seconds kOverlap = std::chrono::hours{24};
constexpr std::chrono::seconds kLongestOverlap = std::chrono::hours{7 * 24};

// Adds the members to an open object. The last use is newer in memory than in the store.
void write_pat(json::Writer& out, const Api& api, const PatRecord& record) {
  const access::PatPtr known = api.pats.find(record.id);
  out.member("tokenId", record.id).member("name", record.name).member_raw("scopes", access::to_json(record.scopes));
  instant_or_null(out, "expiresAt", record.expires_at);
  out.member("createdAt", to_rfc3339(record.created_at)).member("createdBy", record.created_by);
  instant_or_null(out, "lastUsedAt", known ? std::max(known->use().at(), record.used_at) : record.used_at);
  const bool overlaps = record.previous_until > api.clock.now();
  instant_or_null(out, "previousValidUntil", overlaps ? record.previous_until : Instant{});
}

Response shown_once(int status, const Api& api, const Request& request, const PatRecord& record,
                    const std::string& token) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_pat(writer, api, record);
  writer.member("token", token).member("requestId", request.id.view()).end_object();
  return json_response(status, std::move(body));
}

Result<Response> list_tokens(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto records = api.directory.pats(handle);
  if (!records) return unexpected(records.error());
  const auto place = [](const PatRecord& record) { return std::pair{record.created_at, record.id}; };
  return list_page(request, "tokens " + handle.text, std::span<const PatRecord>{*records}, place,
                   [&](const PatRecord& record) {
                     std::string text;
                     json::Writer writer(text);
                     writer.begin_object();
                     write_pat(writer, api, record);
                     writer.end_object();
                     return text;
                   });
}

std::string read_name(const json::Value& body, Issues& issues) {
  const json::Value* value = body.find("name");
  auto name = value && value->is_string() ? plain_text(value->text(), kNameCharacters * kCharacterBytes) : std::nullopt;
  if (name && !name->empty() && characters(*name) <= kNameCharacters) return std::move(*name);
  const bool is_missing = !value || (name && name->empty());
  issues.add("name", (is_missing ? "is required: " : "must be ") +
                         ("a text of 1 to " + std::to_string(kNameCharacters)) +
                         " characters without control characters");
  return {};
}

std::string all_scopes() {
  std::string all;
  for (const std::string_view scope : access::kScopes) all.append(all.empty() ? "" : ", ").append(scope);
  return all;
}

access::Scopes read_scopes(const json::Value& body, Issues& issues) {
  access::Scopes scopes;
  const json::Value* list = body.find("scopes");
  if (!list || !list->is_array() || list->items().empty() || list->items().size() > access::kScopes.size()) {
    issues.add("scopes", (list ? "must be a list of 1 to " : "is required: a list of 1 to ") +
                             std::to_string(access::kScopes.size()) + " scopes");
    return scopes;
  }
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const json::Value& item = list->items()[i];
    const auto scope = item.is_string() ? access::parse_scope(item.text()) : std::nullopt;
    if (scope)
      scopes.add(*scope);
    else
      issues.add("scopes[" + std::to_string(i) + "]", "must be one of " + all_scopes());
  }
  return scopes;
}

// The epoch means never.
Instant read_end(const json::Value& body, Instant now, Issues& issues) {
  const json::Value* value = body.find("expiresAt");
  if (!value || value->is_null()) return {};
  const auto at = value->is_string() ? parse_rfc3339(value->text()) : std::nullopt;
  if (at && *at > now) return *at;
  issues.add("expiresAt", "must be an RFC 3339 time in the future, or null for a token that does not expire");
  return {};
}

std::string detail_of(const PatRecord& record) {
  std::string detail;
  json::Writer writer(detail);
  writer.begin_object().member("name", record.name).member_raw("scopes", access::to_json(record.scopes));
  instant_or_null(writer, "expiresAt", record.expires_at);
  writer.end_object();
  return detail;
}

Result<Response> create_token(Api& api, Request& request) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const Handle handle{request.param("handle")};
  const Instant now = api.clock.now();
  Issues issues;
  PatRecord made{.id = make_ulid("tok_", now, api.random),
                 .name = read_name(document->root(), issues),
                 .scopes = read_scopes(document->root(), issues),
                 .created_by = principal_of(request).subject,
                 .created_at = now,
                 .expires_at = read_end(document->root(), now, issues)};
  refuse_unknown(document->root(), {"name", "scopes", "expiresAt"}, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  access::MadePat secret = access::make_pat(made.id, api.random);
  made.hash = std::move(secret.hash);
  const auto added =
      api.directory.add_pat(handle, made, audit_of(api, request, "token.create", made.id, detail_of(made)));
  if (!added) return unexpected(added.error());
  api.reload(handle);
  return shown_once(201, api, request, made, secret.token);
}

Result<std::chrono::seconds> read_overlap(Request& request) {
  if (request.body.empty()) return kOverlap;
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  std::optional<std::int64_t> seconds = kOverlap.count();
  if (const json::Value* value = document->root().find("overlapSeconds")) seconds = value->integer();
  if (!seconds || *seconds < 0 || *seconds > kLongestOverlap.count())
    issues.add("overlapSeconds",
               "must be a whole number from 0 to " + std::to_string(kLongestOverlap.count()) + ", which is 7 days");
  refuse_unknown(document->root(), {"overlapSeconds"}, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  return std::chrono::seconds{*seconds};
}

// After two rotations within one overlap, the later one counts: the secret before the last is refused.
Result<Response> rotate(Api& api, Request& request) {
  const auto overlap = read_overlap(request);
  if (!overlap) return unexpected(overlap.error());
  const Handle handle{request.param("handle")};
  const std::string id = request.param("tokenId");
  const auto records = api.directory.pats(handle);
  if (!records) return unexpected(records.error());
  const auto found = std::ranges::find(*records, id, &PatRecord::id);
  if (found == records->end()) return unexpected(not_found("access token"));
  const Instant now = api.clock.now();
  if (found->expires_at != Instant{} && found->expires_at <= now)
    return unexpected(Fault{.code = FaultCode::kConflict,
                            .message = "The access token has expired, and a new secret would not change that; create a "
                                       "new token."});
  PatRecord next = *found;
  access::MadePat secret = access::make_pat(id, api.random);
  next.previous_until = now + *overlap;
  const auto rotated = api.directory.rotate_pat(
      handle, id, secret.hash, next.previous_until,
      audit_of(api, request, "token.rotate", id, "{\"overlapSeconds\":" + std::to_string(overlap->count()) + "}"));
  if (!rotated) return unexpected(rotated.error());
  api.reload(handle);
  return shown_once(200, api, request, next, secret.token);
}

Result<Response> remove_token(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string id = request.param("tokenId");
  const auto records = api.directory.pats(handle);
  if (!records) return unexpected(records.error());
  const auto found = std::ranges::find(*records, id, &PatRecord::id);
  if (found == records->end()) return unexpected(not_found("access token"));
  const auto removed =
      api.directory.remove_pat(handle, id, audit_of(api, request, "token.delete", id, "{}", detail_of(*found)));
  if (!removed) return unexpected(removed.error());
  api.reload(handle);
  return no_content();
}

}  // namespace

void add_tokens(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/tokens", operator_(), list_tokens, "List access tokens"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/tokens", operator_(), create_token,
                           "Create an access token; it is shown only once"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/tokens/{tokenId}", operator_(), remove_token,
                           "Delete an access token; it ends at once"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/tokens/{tokenId}/rotate", operator_(), rotate,
                           "Rotate an access token; the old one also works for a while"));
}

}  // namespace beckon::http
