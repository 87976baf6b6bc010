// Signals, resolve and prefetch: contract section 4. The same three on the public route and, with a role or an access
// token, on the handle's own.
#include <algorithm>

#include "http/routes/cloudevents.h"
#include "http/routes/instant_param.h"
#include "http/routes/rates.h"
#include "http/routes/response.h"
#include "http/routes/visitor_view.h"

namespace beckon::http {
namespace {

using decision::DecisionRequest;
using decision::Envelope;
using decision::write_warnings;
using intake::Appended;
using intake::AppendRequest;

std::optional<std::string_view> handle_in_path(const Request& request, bool is_public) {
  if (is_public) return std::nullopt;
  return request.param("handle");
}

// On a public route: checks the origin before counting against a limit or reading anything.
std::optional<Fault> judge_page(const Api& api, const Request& request, const json::Document& document,
                                Respond& respond) {
  return judge_origin(api, request, document.root().text_of("handle"), respond);
}

void submit(Api& api, Request& request, Respond respond, AppendRequest parsed) {
  const RequestId& id = request.id;  // alive until the answer
  std::unique_ptr<commit::Work> work = std::make_unique<intake::Append>(
      std::move(parsed), api.tokens,
      [&id, respond = std::move(respond)](const AppendRequest& asked, const Result<Appended>& answer) mutable {
        if (!answer) return respond(to_response(answer.error(), id));
        std::string body;
        body.reserve(320);
        json::Writer writer(body);
        writer.begin_object();
        write(writer, asked, *answer);
        writer.member("requestId", id.view()).end_object();
        respond(json_response(202, std::move(body)));
      });
  if (!api.committer.submit(work)) refuse_overloaded(*work);
}

constexpr std::size_t kErasuresWaiting = 8;  // per handle, of its visitors: each one reads the disk

// Consent was denied by a proven visitor, so all of the visitor's data is erased before the session's.
void erase_and_append(Api& api, Request& request, Respond respond, AppendRequest parsed) {
  auto waiting = std::make_shared<std::pair<Respond, AppendRequest>>(std::move(respond), std::move(parsed));
  const std::string line = "visitors of " + waiting->second.tenant->handle.text;  // no handle has such a name
  const auto erase = [&api, &request, waiting] {
    auto& [answer, append] = *waiting;
    const auto fault = erase_visitor(api, append.tenant->handle, append.visitor.view(), caller_as("visitor", request),
                                     "consent denied");
    if (fault && fault->code != FaultCode::kNotFound) return refuse(request, answer, *fault);
    submit(api, request, std::move(answer), std::move(append));
  };
  if (!request.resume(line, kErasuresWaiting, erase))
    refuse(request, waiting->first, unavailable("Too many visitors of this handle are being erased."));
}

// A body that is not an object, or not even JSON, is the same fault: 400 invalid_payload.
void append_signals(Api& api, Request& request, Respond respond, bool is_public) {
  if (!is_public && has_cloudevents(request)) return append_cloudevents(api, request, std::move(respond));
  if (!is_public)
    if (const auto fault = fault_of_type(request)) return refuse(request, respond, *fault);
  auto document = body_of(request);
  if (!document) return refuse(request, respond, document.error());
  if (is_public)
    if (const auto fault = judge_page(api, request, *document, respond)) return refuse(request, respond, *fault);
  const Instant now = api.clock.now();
  auto parsed = intake::parse_append(std::move(*document), api.places.tenants, handle_in_path(request, is_public), now);
  if (!parsed) return refuse(request, respond, parsed.error());
  // Traits alone count as one signal.
  const std::size_t amount = std::max<std::size_t>(1, parsed->signals.size());
  if (const auto fault = count_signals(api, request, *parsed->tenant, amount)) return refuse(request, respond, *fault);
  parsed->at_most_basic = request.header("sec-gpc") == "1";
  parsed->trace = request.trace();
  if (parsed->consent == ledger::Consent::kDenied && parsed->trust == commit::Trust::kProof)
    return erase_and_append(api, request, std::move(respond), std::move(*parsed));
  submit(api, request, std::move(respond), std::move(*parsed));
}

Result<DecisionRequest> decision_request(Api& api, Request& request, Respond& respond, bool is_public, bool many) {
  auto document = body_of(request);
  if (!document) return unexpected(document.error());
  if (is_public)
    if (auto fault = judge_page(api, request, *document, respond)) return unexpected(std::move(*fault));
  auto parsed = decision::parse_decision(document->root(), api.places.tenants, handle_in_path(request, is_public), many,
                                         api.clock.now());
  if (!parsed) return parsed;
  parsed->at_most_basic = request.header("sec-gpc") == "1";
  parsed->trace = request.trace();
  if (auto fault = count_decision(api, request, *parsed->tenant)) return unexpected(std::move(*fault));
  return parsed;
}

Response answer(const Request& request, const decision::Warnings& warnings, const Envelope& envelope, bool explain) {
  std::string body;
  body.reserve(640);
  json::Writer writer(body);
  writer.begin_object();
  write(writer, envelope, explain);
  write_warnings(writer, warnings);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// Whether the response explains the decision: rules are the operator's business.
bool explains(const Request& request, bool is_public) {
  return !is_public && !lacks(request, access::Scope::kChainExplain);
}

// `?at=`: only callers who may see the rules can ask about another instant.
Result<std::optional<Instant>> asked_instant(const Request& request, bool is_public) {
  if (is_public) return std::nullopt;
  Issues issues;
  const auto at = instant_param(request, "at", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  if (at)
    if (auto fault = lacks(request, access::Scope::kChainExplain)) return unexpected(std::move(*fault));
  return at;
}

void resolve(Api& api, Request& request, Respond respond, bool is_public) {
  auto parsed = decision_request(api, request, respond, is_public, false);
  if (!parsed) return refuse(request, respond, parsed.error());
  const auto at = asked_instant(request, is_public);
  if (!at) return refuse(request, respond, at.error());
  if (*at) {
    const auto judged = api.resolver.judge_at(*parsed, **at);
    return judged ? respond(answer(request, parsed->warnings, judged->decisions.front(), true))
                  : refuse(request, respond, judged.error());
  }
  // The request is alive until the answer.
  const auto told = [&request, is_public](const decision::Warnings& warnings, const Result<Envelope>& decided) {
    return decided ? answer(request, warnings, *decided, explains(request, is_public))
                   : to_response(decided.error(), request.id);
  };
  decision::Merged merged;
  if (const auto decided = api.resolver.resolve_now(*parsed, merged)) return respond(told(parsed->warnings, *decided));
  decision::Warnings warnings = parsed->warnings;
  api.resolver.resolve_in_commit(std::move(*parsed), std::move(merged),
                                 [told, warnings = std::move(warnings), respond = std::move(respond)](
                                     const Result<Envelope>& decided) mutable { respond(told(warnings, decided)); });
}

void prefetch(Api& api, Request& request, Respond respond, bool is_public) {
  const auto parsed = decision_request(api, request, respond, is_public, true);
  if (!parsed) return refuse(request, respond, parsed.error());
  const auto at = asked_instant(request, is_public);
  if (!at) return refuse(request, respond, at.error());
  const auto answer = *at ? api.resolver.judge_at(*parsed, **at) : api.resolver.prefetch(*parsed);
  if (!answer) return refuse(request, respond, answer.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  if (answer->unchanged) {
    writer.member_boolean("unchanged", true);
  } else {
    writer.key("decisions").begin_array();
    for (const Envelope& envelope : answer->decisions) {
      writer.begin_object();
      write(writer, envelope, explains(request, is_public));
      writer.end_object();
    }
    writer.end_array()
        .member("sessionVersion", static_cast<std::int64_t>(answer->session_version))
        .member("rulesVersion", static_cast<std::int64_t>(answer->rules_version));
  }
  writer.member("ttlSeconds", answer->ttl_seconds).member("etag", answer->etag);
  write_warnings(writer, parsed->warnings);
  writer.member("requestId", request.id.view()).end_object();
  respond(json_response(200, std::move(body)));
}

using Handle3 = void (*)(Api&, Request&, Respond, bool);

void add(Api& api, std::vector<Route>& routes, std::string_view public_path, std::string_view path, Handle3 handle,
         std::string_view scope, std::string_view summary) {
  routes.push_back(
      {.method = Method::kPost,
       .pattern = std::string(public_path),
       .access = public_(),
       .run = Run::kInline,
       .handler = [&api, handle](Request& request, Respond respond) { handle(api, request, std::move(respond), true); },
       .summary = summary,
       .body = BodyType::kJsonOrText});
  routes.push_back({.method = Method::kPost,
                    .pattern = std::string(path),
                    .access = creator(scope),
                    .run = Run::kInline,
                    .handler = [&api, handle](Request& request,
                                              Respond respond) { handle(api, request, std::move(respond), false); },
                    .summary = summary});
}

}  // namespace

void add_chain(Api& api, std::vector<Route>& routes) {
  add(api, routes, "/v2/public/chain/signals", "/v2/handles/{handle}/chain/signals", append_signals,
      "chain.signal.write", "Append signals to a session");
  routes.back().body = BodyType::kAny;  // the handler checks the content type
  add_cloudevents(api, routes);
  add(api, routes, "/v2/public/chain/resolve", "/v2/handles/{handle}/chain/resolve", resolve, "chain.resolve",
      "Resolve a decision at a trigger");
  add(api, routes, "/v2/public/chain/prefetch", "/v2/handles/{handle}/chain/prefetch", prefetch, "chain.resolve",
      "Prefetch decisions for one or more triggers");
}

}  // namespace beckon::http
