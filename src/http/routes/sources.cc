// What arrives from other systems' libraries, by key. docs/neighbours.md, What arrives.
#include <algorithm>
#include <ranges>

#include "http/routes/response.h"

namespace beckon::http {
namespace {

using neighbours::Arrival;
using neighbours::Refusal;
using neighbours::Source;

void write_counts(json::Writer& out, const neighbours::Counts& counts) {
  const auto count = [&](std::string_view name, std::uint64_t value) {
    out.member(name, static_cast<std::int64_t>(value));
  };
  count("accepted", counts.accepted);
  count("duplicates", counts.duplicates);
  count("denied", counts.denied);
  count("rejected", counts.rejected);
  count("cut", counts.cut);
  count("refusedRequests", counts.refused_requests);
}

void write(json::Writer& out, const Arrival& one) {
  out.begin_object().member("at", to_rfc3339(one.at));
  text_or_null(out, "library", one.library);
  out.member("signalKey", one.type).member("sessionId", one.session).key("cut").begin_array();
  for (const std::string& name : one.cut) out.string(name);
  out.end_array().end_object();
}

void write(json::Writer& out, const Refusal& one) {
  out.begin_object().member("at", to_rfc3339(one.at)).member("of", one.is_of_request ? "request" : "message");
  text_or_null(out, "library", one.library);
  out.member("path", one.path);
  text_or_null(out, "messageId", one.message);
  out.member("error", one.error).member("issue", one.issue).end_object();
}

// Sessions that were erased or have expired since are no longer shown.
Result<bool> is_there(const Api& api, const Handle& handle, const std::string& session) {
  const auto digest = api.places.sessions.digest(handle.view(), session);
  const auto found = api.places.sessions.find(handle, SessionId{session}, digest);
  if (!found) return unexpected(found.error());
  return *found && (*found)->expires_at > api.clock.now() && !api.places.sessions.denied(digest, api.clock.now());
}

// Newest first.
Result<void> write(json::Writer& out, const Api& api, const Handle& handle, const Source& source) {
  const bool is_token = source.key != handle.text;
  out.begin_object().member("key", source.key).member("kind", is_token ? "token" : "handle");
  const access::PatPtr pat = is_token ? api.pats.find(source.key) : nullptr;
  text_or_null(out, "name", pat ? pat->record().name : std::string_view{});
  out.member("lastAt", to_rfc3339(source.last));
  write_counts(out, source.counts);
  out.key("messages").begin_array();
  for (const Arrival& one : source.arrivals | std::views::reverse) {
    const auto known = is_there(api, handle, one.session);
    if (!known) return unexpected(known.error());
    if (*known) write(out, one);
  }
  out.end_array().key("refusals").begin_array();
  for (const Refusal& one : source.refusals | std::views::reverse) write(out, one);
  out.end_array().end_object();
  return {};
}

Result<Response> get_source(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  auto sources = api.sources.of(handle);
  std::ranges::stable_sort(sources, std::greater{}, &Source::last);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("since", to_rfc3339(api.sources.since())).key("sources").begin_array();
  for (const Source& source : sources)
    if (const auto written = write(writer, api, handle, source); !written) return unexpected(written.error());
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_sources(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/sources", creator(), get_source,
                           "Get what other systems' libraries sent, and what was refused"));
}

}  // namespace beckon::http
