// Lifetime counters of a handle: declare, list, delete. docs/people.md.
#include <algorithm>
#include <cmath>

#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "rules/language/check_rule.h"
#include "rules/language/counter.h"
#include "system/zones.h"

namespace beckon::http {
namespace {

using rules::Counter;

// Opens the object and leaves it open.
void write_counter(json::Writer& out, std::string_view name, const Counter& counter) {
  out.begin_object().member("name", name);
  write_members(out, counter);
  out.member("since", to_rfc3339(counter.since)).key("filling");
  if (!counter.filled_to) return void(out.null());
  const double all = static_cast<double>(std::max<ledger::Position>(counter.fill_until, 1));
  out.real(std::min(0.99, std::floor(static_cast<double>(*counter.filled_to) / all * 100) / 100));
}

Result<Response> list_counters(Api& api, Request& request) {
  const auto tenant = api.places.tenants.find(request.param("handle"));
  if (!tenant) return unexpected(tenant.error());
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("items").begin_array();
  for (const auto& [name, counter] : (*tenant)->traits->counters()) {
    write_counter(writer, name, counter);
    writer.end_object();
  }
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

Response answer(int status, const Request& request, std::string_view name, const Counter& counter) {
  std::string body;
  json::Writer writer(body);
  write_counter(writer, name, counter);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(status, std::move(body));
}

Result<Response> get_counter(Api& api, Request& request) {
  const auto tenant = api.places.tenants.find(request.param("handle"));
  if (!tenant) return unexpected(tenant.error());
  const auto& counters = (*tenant)->traits->counters();
  const auto found = counters.find(request.param("name"));
  if (found == counters.end()) return unexpected(not_found("counter"));
  return answer(200, request, found->first, found->second);
}

// Everything that arrived since then is known; of expired sessions that began earlier, it is not.
Result<Instant> known_since(Api& api, const commit::HandleSettings& settings, Instant now) {
  Instant first = now;
  const auto read = api.ledger.read_journal(0, [&](ledger::Position, Instant at, std::string_view) {
    first = at;
    return false;
  });
  if (!read) return unexpected(read.error());
  return std::min(now, std::max(first, now - settings.retention));
}

Result<Response> put_counter(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string name = request.param("name");
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  Counter counter = rules::read_counter(document->root(), system_zones(), issues);
  if (!rules::is_counter_name(name))
    issues.add("name", "must be 1 to 64 letters, digits and underscores, a letter first");
  if (!issues.empty()) return unexpected(issues.fault());
  const Instant now = api.clock.now();
  const auto since = known_since(api, (*tenant)->settings, now);
  if (!since) return unexpected(since.error());
  bool created = false;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto before = draft.find_counter(handle, name);
    created = !before;
    if (!before && draft.counters_of(handle) >= rules::counter_limits::kOfHandle) {
      Issues full;
      full.add("name", "is one counter too many: a handle has at most 20");
      return full.fault();
    }
    if (before && counts_alike(*before, counter)) {
      const bool is_same = before->keep == counter.keep && before->definition == counter.definition;
      Counter kept = *before;
      kept.keep = counter.keep;
      kept.definition = counter.definition;
      counter = std::move(kept);
      if (is_same) return std::nullopt;
      draft.put_counter(handle, name, counter);
    } else {
      counter = draft.declare_counter(handle, name, std::move(counter), *since);
    }
    draft.audit(handle, caller_of(request), "counter.put", name, rules::to_json(counter),
                before ? rules::to_json(*before) : std::string());
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return answer(created ? 201 : 200, request, name, counter);
}

Result<Response> remove_counter(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string name = request.param("name");
  const auto turn = api.rule_book.turn(handle);
  if (const auto unused = check_unused(api, handle, "counter", name, rules::counters_of); !unused)
    return unexpected(unused.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto before = draft.find_counter(handle, name);
    if (!before) return not_found("counter");
    draft.put_counter(handle, name, std::nullopt);
    draft.audit(handle, caller_of(request), "counter.delete", name, "{}", rules::to_json(*before));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return no_content();
}

}  // namespace

void add_counters(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/counters", creator(), list_counters, "List counters"));
  routes.push_back(
      control(api, Method::kGet, "/v2/handles/{handle}/counters/{name}", creator(), get_counter, "Get a counter"));
  routes.push_back(
      control(api, Method::kPut, "/v2/handles/{handle}/counters/{name}", creator(), put_counter, "Declare a counter"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/counters/{name}", creator(), remove_counter,
                           "Delete a counter"));
}

}  // namespace beckon::http
