// OpenFeature's remote evaluation protocol (OFREP), so that its providers can ask for decisions: a trigger is a flag,
// and the action of its decision the flag's value. github.com/open-feature/protocol
//
// Each answer is a prefetch: nothing is recorded or counted until the visitor is shown the decision and a signal
// `decision.shown` says so with the decisionId of the flag's metadata.
#include <algorithm>

#include "http/routes/event_streams.h"
#include "http/routes/ofrep_request.h"
#include "http/routes/rates.h"
#include "http/routes/response.h"
#include "system/encoding.h"

namespace beckon::http {
namespace {

using decision::DecisionRequest;
using decision::Envelope;
using rules::Outcome;

constexpr std::string_view kPublic = "/v2/public/ofrep/";
constexpr std::string_view kFlags = "/ofrep/v1/evaluate/flags";
constexpr std::int64_t kInactivitySeconds = 120;  // how long a hidden page keeps its stream: the protocol's default

std::string_view reason_of(const rules::Verdict& verdict) {
  switch (verdict.outcome) {
    case Outcome::kAct: return verdict.variant.empty() || verdict.forced ? "TARGETING_MATCH" : "SPLIT";
    case Outcome::kHoldout: return "SPLIT";
    case Outcome::kSuppressed: return "DISABLED";
    case Outcome::kNone: return "DEFAULT";
  }
  return "UNKNOWN";
}

// The metadata of a flag consists only of scalars.
void write_flag(json::Writer& out, const Envelope& envelope) {
  const rules::Verdict& verdict = envelope.verdict;
  out.begin_object().member("key", envelope.trigger).member("reason", reason_of(verdict));
  if (verdict.outcome == Outcome::kAct) {
    std::string room;
    out.member_raw("value", envelope.action(room));
    out.member("variant", verdict.variant.empty() ? verdict.rule : verdict.variant);
  }
  out.key("metadata").begin_object();
  out.member("outcome", rules::to_text(verdict.outcome)).member("decisionId", envelope.id);
  if (!verdict.rule.empty()) out.member("ruleId", verdict.rule);
  out.member("rulesVersion", static_cast<std::int64_t>(envelope.tenant->rules->version()))
      .member("ttlSeconds", envelope.ttl_seconds())
      .end_object()
      .end_object();
}

// The triggers of live rules, sorted, limited to as many as one prefetch may have.
struct Flags {
  std::vector<std::string> keys;
  std::size_t omitted = 0;
};

Flags flags_of(const rules::RuleSet& rules) {
  Flags flags{.keys = rules.triggers()};
  std::erase(flags.keys, kDueTrigger);
  if (flags.keys.size() > decision::kTriggersPerPrefetch) {
    flags.omitted = flags.keys.size() - decision::kTriggersPerPrefetch;
    flags.keys.resize(decision::kTriggersPerPrefetch);
  }
  return flags;
}

// A prefetch's etag covers the decisions on the requested triggers. Here it must also cover the list of triggers and
// the era of the stream's token: after a 304 a client continues with the token that it has.
std::string digest_of(const Flags& flags, std::int64_t era) {
  std::string text = std::to_string(flags.omitted) + " " + std::to_string(era);
  for (const std::string& key : flags.keys) text.append(" ").append(key);
  return to_base64url(sha256(text).substr(0, 6));
}

// When the first of the flags expires; if there are none, when to look for new ones.
Instant expiry_of(const decision::Prefetched& answer, Instant now) {
  Instant first = answer.decisions.empty() ? now + decision::kPersonalTtl : Instant::max();
  for (const Envelope& envelope : answer.decisions) first = std::min(first, envelope.verdict.expires_at);
  return first;
}

std::string_view warnings_in(const decision::Warnings& warnings, std::string& room) {
  for (const std::string_view code : warnings) room.append(room.empty() ? "" : ",").append(code);
  return room;
}

Response single(Api& api, const Request& request, DecisionRequest asked) {
  const std::string& key = request.param("key");
  const auto refused = [&](Fault fault, std::string_view code) {
    return to_response(OfrepFault{std::move(fault), code}, &key, request.id);
  };
  if (!is_trigger(key) || key == kDueTrigger || !asked.tenant->rules->knows(key))
    return refused(not_found("flag"), kFlagNotFound);
  asked.triggers.push_back(key);
  const auto answer = api.resolver.prefetch(asked);
  if (!answer) return refused(answer.error(), kGeneral);
  std::string body;
  json::Writer writer(body);
  write_flag(writer, answer->decisions.front());
  return json_response(200, std::move(body));
}

// Where the page receives changes. The origin is left out: it is the one that the page called.
void write_stream(json::Writer& out, const std::string& handle, const std::string& token) {
  out.key("eventStreams").begin_array().begin_object().member("type", "sse").key("endpoint").begin_object();
  out.member("requestUri", std::string(kPublic) + handle + "/events?token=" + token).end_object();
  out.member("inactivityDelaySec", kInactivitySeconds).end_object().end_array();
}

// `streams`: whether the client may have a stream.
Response bulk(Api& api, const Request& request, DecisionRequest asked, bool streams) {
  const std::uint64_t seen = api.event_streams.seen(asked.tenant->handle);  // before anything is evaluated
  Flags flags = flags_of(*asked.tenant->rules);
  const std::string digest = digest_of(flags, streams ? api.event_streams.era() : 0);
  asked.triggers = std::move(flags.keys);
  const auto answer = api.resolver.prefetch(asked);
  if (!answer) return to_response(OfrepFault{answer.error()}, nullptr, request.id);
  const EventStreams::Answer given{asked.tenant->handle, asked.session, answer->rules_version, seen,
                                   expiry_of(*answer, api.clock.now())};
  if (streams) api.event_streams.answered(given);
  const std::string etag = answer->etag + "-" + digest;
  Response response{.status = 304, .headers = {{"etag", '"' + etag + '"'}, {"cache-control", "no-cache"}}};
  if (lists_etag(request.header("if-none-match"), etag)) return response;
  response.status = 200;
  json::Writer writer(response.body);
  writer.begin_object().key("flags").begin_array();
  for (const Envelope& envelope : answer->decisions) write_flag(writer, envelope);
  writer.end_array().key("metadata").begin_object();
  writer.member("sessionVersion", static_cast<std::int64_t>(answer->session_version))
      .member("rulesVersion", static_cast<std::int64_t>(answer->rules_version));
  if (!answer->decisions.empty()) writer.member("ttlSeconds", answer->ttl_seconds);
  if (flags.omitted > 0) writer.member("flagsOmitted", static_cast<std::int64_t>(flags.omitted));
  std::string room;
  if (!asked.warnings.empty()) writer.member("warnings", warnings_in(asked.warnings, room));
  writer.end_object();
  if (streams) write_stream(writer, asked.tenant->handle.text, api.event_streams.token(given));
  writer.end_object();
  return response;
}

void open_stream(Api& api, Request& request, Respond respond) {
  const Handle handle{request.param("handle")};
  if (const auto fault = judge_origin(api, request, handle.view(), respond)) return refuse(request, respond, *fault);
  auto response = api.event_streams.open(handle, request.client, request.query_param("token").value_or(""),
                                         request.header("last-event-id"));
  response ? respond(std::move(*response)) : refuse(request, respond, response.error());
}

std::expected<DecisionRequest, OfrepFault> asked_in(Api& api, Request& request, bool is_public, bool many) {
  auto tenant = api.places.tenants.find(request.param("handle"));
  if (!tenant) return std::unexpected(OfrepFault{tenant.error(), many ? kGeneral : kFlagNotFound});
  const auto document = body_of(request);
  if (!document) return std::unexpected(OfrepFault{document.error(), kParseError});
  auto asked = parse_ofrep(document->root(), std::move(*tenant), !is_public, api.clock.now());
  if (!asked) return asked;
  asked->at_most_basic = request.header("sec-gpc") == "1";
  asked->trace = request.trace();
  if (auto fault = count_decision(api, request, *asked->tenant)) return std::unexpected(OfrepFault{std::move(*fault)});
  return asked;
}

void evaluate(Api& api, Request& request, Respond respond, bool is_public, bool many) {
  const auto refuse_as = [&](OfrepFault refused) {
    respond(to_response(std::move(refused), many ? nullptr : &request.param("key"), request.id));
  };
  if (is_public)
    if (const auto fault = judge_origin(api, request, request.param("handle"), respond)) return refuse_as({*fault});
  auto asked = asked_in(api, request, is_public, many);
  if (!asked) return refuse_as(std::move(asked.error()));
  respond(many ? bulk(api, request, std::move(*asked), is_public) : single(api, request, std::move(*asked)));
}

// Providers append the path to their base URL unchanged, and the flag's key to the path: the base URL may end in a
// slash, and the key may contain slashes.
std::vector<std::string> as_spelled_by_providers(const std::string& base, bool many) {
  const std::string path(kFlags);
  if (many) return {base + "/" + path};
  return {base + path + "/{key*}", base + "/" + path + "/{key}", base + "/" + path + "/{key*}"};
}

void add(Api& api, std::vector<Route>& routes, const std::string& base, Access access, bool many,
         std::string_view summary) {
  const bool is_public = access.who == Access::Who::kPublic;
  routes.push_back({.method = Method::kPost,
                    .pattern = base + std::string(kFlags) + (many ? "" : "/{key}"),
                    .also = as_spelled_by_providers(base, many),
                    .access = access,
                    .run = Run::kInline,
                    .handler = [&api, is_public, many](
                                   Request& request,
                                   Respond respond) { evaluate(api, request, std::move(respond), is_public, many); },
                    .summary = summary});
}

}  // namespace

void add_ofrep(Api& api, std::vector<Route>& routes) {
  const auto both = [&](const std::string& base, Access access) {
    add(api, routes, base, access, false, "Evaluate one OpenFeature flag");
    add(api, routes, base, access, true, "Evaluate all OpenFeature flags");
  };
  both(std::string(kPublic) + "{handle}", public_());
  routes.push_back(
      {.method = Method::kGet,
       .pattern = std::string(kPublic) + "{handle}/events",
       .access = public_(),
       .run = Run::kInline,
       .handler = [&api](Request& request, Respond respond) { open_stream(api, request, std::move(respond)); },
       .summary = "Stream changes of OpenFeature flags"});
  both("/v2/handles/{handle}", creator("chain.resolve"));
}

}  // namespace beckon::http
