#include "http/routes/neighbours.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "http/routes/rates.h"
#include "http/routes/response.h"
#include "http/routes/source_notes.h"
#include "http/text.h"
#include "neighbours/append_messages.h"
#include "neighbours/inflate.h"
#include "neighbours/parse.h"
#include "system/encoding.h"

namespace beckon::http {
namespace {

using neighbours::AppendMessages;
using neighbours::Applied;
using neighbours::Batch;

// Larger bodies would occupy the io thread for a millisecond or more, so they queue for the control threads.
constexpr std::size_t kLarge = 64 * 1024;
constexpr std::size_t kLargeEncoded = 8 * 1024;
constexpr std::size_t kLargeWaiting = 64;  // per client address

struct Sender {
  commit::TenantPtr tenant;
  std::string token_id;  // of the access token; empty if the key is the handle's name
  const std::string& key() const { return token_id.empty() ? tenant->handle.text : token_id; }
};

bool is_token(std::string_view key) { return key.starts_with(access::kPatPrefix); }

Fault unknown_key() {
  return {.code = FaultCode::kInvalidToken,
          .message =
              "No handle has this key as its name, and it is no access token (patv1_…): set the library's write key "
              "to the handle's name in a browser, or to an access token with scope chain.signal.write on a server."};
}

Fault missing_key() {
  Fault fault = unknown_key();
  fault.code = FaultCode::kMissingBearerToken;
  fault.message = "The request has no key: set the library's write key to the handle's name or to an access token.";
  return fault;
}

Result<Sender> sender_of(const Api& api, std::string_view key, Instant now) {
  if (key.empty()) return unexpected(missing_key());
  Sender sender;
  std::string handle{key};
  if (is_token(key)) {
    const auto pat = api.pats.authenticate({}, key, now);
    if (!pat) return unexpected(pat.error());
    const access::Scopes& scopes = (*pat)->record().scopes;
    constexpr access::Scope kWanted = access::Scope::kChainSignalWrite;
    if (!scopes.allow(kWanted)) return unexpected(access::insufficient_scope(kWanted, scopes));
    sender.token_id = (*pat)->record().id;
    handle = (*pat)->handle().text;
  }
  auto tenant = is_handle(handle) ? api.places.tenants.find(handle) : unexpected(handle_not_found());
  if (!tenant && tenant.error().code == FaultCode::kHandleNotFound) return unexpected(unknown_key());
  if (!tenant) return unexpected(tenant.error());
  sender.tenant = std::move(*tenant);
  return sender;
}

// A page that contains one shows it to everyone.
std::optional<Fault> refuse_token_of_page(const Request& request, std::string_view key) {
  if (!is_token(key) || request.header("origin").empty()) return std::nullopt;
  return Fault{.code = FaultCode::kOriginNotAllowed,
               .message =
                   "An access token must not be in a page: use the handle's name as the write key there, and "
                   "delete this token."};
}

Result<std::string> decoded(Request& request, const Neighbour& neighbour) {
  const std::string_view encoding = request.header("content-encoding");
  if (encoding.empty() || equal_ignoring_case(encoding, "identity")) return std::move(request.body);
  if (!equal_ignoring_case(encoding, "gzip"))
    return unexpected(Fault{.code = FaultCode::kUnsupportedMediaType,
                            .message = "Send the body as it is, or with content-encoding: gzip."});
  auto text = neighbours::inflate_gzip(request.body, neighbour.too_large);
  // For a library that would retry forever.
  if (!text && text.error().code == FaultCode::kPayloadTooLarge && neighbour.retries_413)
    text.error().code = neighbour.too_large;
  return text;
}

}  // namespace

void write_applied(json::Writer& out, const Applied& applied) {
  out.member("accepted", static_cast<std::int64_t>(applied.accepted))
      .member("duplicates", static_cast<std::int64_t>(applied.duplicates));
  if (applied.denied > 0) out.member("denied", static_cast<std::int64_t>(applied.denied));
  out.key("rejected").begin_array();
  for (const neighbours::Rejected& one : applied.rejected | std::views::take(neighbours::kRejectedTold)) {
    out.begin_object().member("index", static_cast<std::int64_t>(one.index));
    text_or_null(out, "messageId", one.id);
    out.member("error", one.code ? code_text(*one.code) : kTraitRefused).member("issue", one.issue).end_object();
  }
  out.end_array();
  decision::write_warnings(out, applied.warnings);
}

namespace {

// Says how much was stored, next to why the rest must be sent again.
Fault again(const Applied& applied) {
  Fault fault = *applied.again;
  if (applied.accepted > 0) fault.message = "A limit was reached: what fits was stored. Send all of it again later.";
  fault.extras.emplace_back("accepted", std::to_string(applied.accepted));
  fault.extras.emplace_back("duplicates", std::to_string(applied.duplicates));
  return fault;
}

Response answer(const Result<Applied>& applied, const RequestId& id, const Neighbour& neighbour) {
  if (!applied) return to_response(applied.error(), id);
  if (applied->again) return to_response(again(*applied), id);
  if (neighbour.wants_ok && applied->rejected.empty()) return {.body = "ok", .content_type = "text/plain"};
  std::string body;
  body.reserve(160);
  json::Writer writer(body);
  writer.begin_object().member_boolean("success", true);
  write_applied(writer, *applied);
  writer.member("requestId", id.view()).end_object();
  return json_response(200, std::move(body));
}

void submit(Api& api, Request& request, Respond respond, Batch batch, const Sender& sender,
            const Neighbour& neighbour) {
  const std::size_t amount = batch.messages.size();
  const AllowedSignals allowed = take_signals(api, request, *sender.tenant, sender.token_id, amount);
  if (allowed.most == 0 && amount > 0) return refuse(request, respond, *allowed.beyond);
  std::unique_ptr<commit::Work> work = std::make_unique<AppendMessages>(
      std::move(batch),
      neighbours::Sender{.tenant = sender.tenant,
                         .with_role = !sender.token_id.empty(),
                         .at_most_basic = request.header("sec-gpc") == "1"},
      AppendMessages::Allowance{.most = allowed.most, .beyond = allowed.beyond}, api.clock.now(), api.tokens,
      request.trace(),
      [&api, &request, &neighbour, sender, respond = std::move(respond)](Result<Applied> applied) mutable {
        Response response = answer(applied, request.id, neighbour);  // the request is alive until then
        if (applied) note_batch(api, request, sender.tenant->handle, sender.key(), std::move(*applied));
        respond(std::move(response));
      });
  if (!api.committer.submit(work)) refuse_overloaded(*work);
}

constexpr std::string_view kBasic = "basic ";

// The user of HTTP basic authentication; empty for anything else.
std::string basic_user(std::string_view authorization) {
  if (authorization.size() <= kBasic.size() || !equal_ignoring_case(authorization.substr(0, kBasic.size()), kBasic))
    return {};
  const auto pair = from_base64(trim(authorization.substr(kBasic.size())));
  return pair ? pair->substr(0, pair->find(':')) : std::string();
}

}  // namespace

void receive(Api& api, Request& request, Respond respond, const Neighbour& neighbour) {
  std::string body = api.elsewhere && !request.is_placed ? request.body : std::string();
  auto text = decoded(request, neighbour);
  const std::size_t bytes = text ? text->size() : 0;
  auto document = text ? neighbours::parse_json(std::move(*text)) : Result<json::Document>(unexpected(text.error()));
  std::string key = key_in_head(request);
  if (key.empty() && document) key = neighbour.key(request, document->root());
  if (send_elsewhere(api, request, respond, key, std::move(body))) return;
  request.principal = SentKey{key};
  // First, so that the page can read any response.
  if (const auto fault = judge_origin(api, request, is_token(key) ? std::string_view{} : key, respond))
    return refuse(request, respond, *fault);
  if (!document) return refuse(request, respond, document.error());
  if (const auto fault = refuse_token_of_page(request, key)) return refuse(request, respond, *fault);
  const auto sender = sender_of(api, key, api.clock.now());
  if (!sender) return refuse(request, respond, sender.error());
  auto batch = neighbour.read(std::move(*document), request);
  if (!batch) return refuse(request, respond, batch.error());
  if (batch->messages.size() > neighbours::kMessagesPerBatch)
    return refuse(
        request, respond,
        {.code = neighbour.too_large, .message = "A batch may have at most 1000 messages; send smaller ones."});
  batch->bytes = bytes;
  submit(api, request, std::move(respond), std::move(*batch), *sender, neighbour);
}

std::string key_in_head(const Request& request) {
  if (std::string user = basic_user(request.header("authorization")); !user.empty()) return user;
  // An access token does not belong in a URL, which is logged on its way.
  auto asked = request.query_param("writeKey");
  return asked && !is_token(*asked) ? std::move(*asked) : std::string();
}

bool is_with_credentials(std::string_view path) {
  return path == "/i" || path.ends_with("/com.snowplowanalytics.snowplow/tp2");
}

bool is_of_neighbours(std::string_view path) {
  return path.starts_with("/v1/") || path == "/sourceConfig/" || path == "/beacon/v1/batch" ||
         is_with_credentials(path);
}

namespace {

void receive_in_turn(Api& api, Request& request, Respond respond, const Neighbour& neighbour) {
  const bool is_encoded = !request.header("content-encoding").empty();
  if (request.body.size() <= (is_encoded ? kLargeEncoded : kLarge))
    return receive(api, request, std::move(respond), neighbour);
  auto waiting = std::make_shared<Respond>(std::move(respond));
  const auto rest = [&api, &request, &neighbour, waiting] { receive(api, request, std::move(*waiting), neighbour); };
  // Queued by address, since only the body may name the handle; no handle has such a name.
  if (!request.resume("large batches of " + request.client.client().text(), kLargeWaiting, rest))
    refuse(request, *waiting, unavailable("Too many large batches are waiting."));
}

}  // namespace

Route neighbour_route(Api& api, std::string_view pattern, const Neighbour& neighbour, std::string_view summary) {
  return {
      .method = Method::kPost,
      .pattern = std::string(pattern),
      .access = public_(),
      .run = Run::kInline,
      .handler = [&api, &neighbour](Request& request,
                                    Respond respond) { receive_in_turn(api, request, std::move(respond), neighbour); },
      .summary = summary,
      .body = BodyType::kEncoded,
      .body_limit = neighbours::kInflatedMost,
      .too_large = neighbour.too_large};
}

}  // namespace beckon::http
