#include "http/routes/response.h"

#include <algorithm>

namespace beckon::http {

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

void refuse(Request& request, Respond& respond, const Fault& fault) { respond(to_response(fault, request.id)); }

Result<json::Document> body_of(Request& request) { return json::parse(std::move(request.body)); }

Handler blocking(std::function<Result<Response>(Request&)> handle) {
  return [handle = std::move(handle)](Request& request, Respond respond) {
    auto response = handle(request);
    if (response) return respond(std::move(*response));
    refuse(request, respond, response.error());
  };
}

Route control(Api& api, Method method, std::string_view pattern, Access access,
              std::function<Result<Response>(Api&, Request&)> handle, std::string_view summary) {
  return {.method = method,
          .pattern = std::string(pattern),
          .access = access,
          .run = Run::kControl,
          .handler = blocking([&api, handle = std::move(handle)](Request& request) { return handle(api, request); }),
          .summary = summary};
}

Route open_route(std::string_view pattern, Handler handler, std::string_view summary, Run run) {
  return {.method = Method::kGet,
          .pattern = std::string(pattern),
          .access = public_(),
          .run = run,
          .handler = std::move(handler),
          .summary = summary};
}

AuditEntry audit_of(const Api& api, const Request& request, std::string_view action, std::string_view target,
                    std::string detail, std::string before) {
  return audit_entry(api.clock.now(), api.random, Handle{request.param("handle")}, caller_of(request), action, target,
                     std::move(detail), std::move(before));
}

void instant_or_null(json::Writer& out, std::string_view name, Instant at) {
  at == Instant{} ? out.key(name).null() : out.member(name, to_rfc3339(at));
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Result<json::Document> object_of(Request& request) {
  auto document = body_of(request);
  if (document && !document->root().is_object())
    return unexpected(
        Fault{.code = FaultCode::kInvalidPayload, .message = "The body must be a JSON object; send {…}."});
  return document;
}

void refuse_unknown(const json::Value& object, std::initializer_list<std::string_view> known, Issues& issues,
                    const std::string& prefix) {
  for (const json::Member& member : object.members())
    if (std::ranges::find(known, member.key) == known.end())
      issues.add(prefix + std::string(member.key), "is an unknown field");
}

namespace {

// The length of the UTF-8 sequence at the beginning of `bytes`; 0 if there is none: RFC 3629 section 4.
std::size_t sequence(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto within = [&](std::size_t i, unsigned from, unsigned to) {
    return i < bytes.size() && at(i) >= from && at(i) <= to;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return within(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef)
    return within(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && within(2, 0x80, 0xbf) ? 3 : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return within(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && within(2, 0x80, 0xbf) &&
                   within(3, 0x80, 0xbf)
               ? 4
               : 0;
  return 0;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t size = sequence(bytes);
    size == 0 ? out.append("\xef\xbf\xbd") : out.append(bytes.substr(0, size));
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

bool send_elsewhere(const Api& api, Request& request, Respond& respond, const std::string& key, std::string body) {
  if (key.empty() || request.is_placed || !api.elsewhere || !api.elsewhere(key)) return false;
  if (!body.empty()) request.body = std::move(body);
  request.principal.reset();
  respond({.status = kElsewhere, .body = key});
  return true;
}

}  // namespace beckon::http
