// What a visitor may request from the operator: erasure, and a copy of everything stored. Contract section 4.
#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

#include "commit/visitor.h"
#include "commit/visitor_ids.h"
#include "http/routes/response.h"
#include "http/routes/session_view.h"
#include "http/routes/visitor_view.h"
#include "ledger/codec.h"

namespace beckon::http {
namespace {

using ledger::SessionDigest;
using ledger::SessionPtr;

constexpr std::size_t kDeliveriesOfExport = 100'000;
constexpr std::size_t kEventsAtOnce = 500;
constexpr std::size_t kSessionsOfVisitor = 100;  // maximum listed: the newest

// The signals of a session by version, as JSON: those in the window and those that left it.
using Signals = std::map<std::uint64_t, std::string>;

void keep(Signals& signals, const ledger::Signal& signal) {
  std::string text;
  json::Writer writer(text);
  write_signal(writer, signal);
  signals.insert_or_assign(signal.version, std::move(text));
}

void keep(Signals& signals, const ledger::Record& record) {
  if (std::holds_alternative<ledger::ForgetRecord>(record)) return signals.clear();
  const auto* append = std::get_if<ledger::AppendRecord>(&record);
  if (!append) return;
  if (append->fresh) signals.clear();  // the former ones had expired
  for (const ledger::Signal& signal : append->signals) keep(signals, signal);
}

// Reads the whole journal: a rare call, on a control thread.
Result<void> read_ledger(ledger::Ledger& ledger, std::unordered_map<SessionDigest, Signals>& wanted) {
  return ledger.read_journal(0, [&](ledger::Position, Instant, std::string_view bytes) {
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next()) {
      const auto found = wanted.find(item->digest);
      if (found == wanted.end()) continue;
      if (const auto record = ledger::decode_record(item->bytes)) keep(found->second, *record);
    }
    return true;
  });
}

Result<Response> erase(Api& api, Request& request) {
  const auto fault =
      erase_visitor(api, Handle{request.param("handle")}, request.param("visitorId"), caller_of(request), "erased");
  if (fault) return unexpected(*fault);
  return no_content();
}

// Writes "visitorId", the visitor's name (null if none was given), and "ids", the name first, each with the instant
// since which it belongs to the visitor.
Result<void> write_ids(json::Writer& out, const commit::VisitorReader& reader, std::span<const SessionPtr> records,
                       const VisitorId& name) {
  const auto text = text_of(reader, name);
  if (!text) return unexpected(text.error());
  text_or_null(out, "visitorId", ledger::is_browser(name.view()) ? std::string_view{} : name.view());
  out.key("ids").begin_array();
  std::vector<std::string_view> written;
  const auto write = [&](std::string_view id, Instant since) {
    if (std::ranges::find(written, ledger::shown_id(id)) != written.end()) return;  // shares of one browser
    written.push_back(ledger::shown_id(id));
    out.begin_object().member("id", written.back());
    instant_or_null(out, "since", since);
    out.end_object();
  };
  write(*text, {});
  if (ledger::is_browser(name.view())) written.push_back(ledger::shown_id(name.view()));
  if (!records.empty())
    for (const ledger::Member& member : commit::identity_of(records.front()).members)
      write(member.id.view(), member.since);
  out.end_array();
  return {};
}

Result<Response> get_visitor(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  auto kept = kept_of(api, handle, request.param("visitorId"));
  if (!kept) return unexpected(kept.error());
  const Instant now = api.clock.now();
  std::erase_if(kept->sessions, [&](const SessionPtr& session) { return session->expires_at <= now; });
  std::ranges::sort(kept->sessions, std::greater{}, &ledger::Session::created);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("handle", handle.view());
  if (const auto written = write_ids(writer, kept_reader(api, handle), kept->records, kept->ids.front()); !written)
    return unexpected(written.error());
  writer.member("sessionCount", static_cast<std::int64_t>(kept->sessions.size())).key("sessions").begin_array();
  for (std::size_t i = 0; i < std::min(kept->sessions.size(), kSessionsOfVisitor); ++i)
    write_session_summary(writer, api, handle, summary_of(*kept->sessions[i]));
  writer.end_array();
  const auto sensitive = shown_to(api, request, handle);
  if (!sensitive) return unexpected(sensitive.error());
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  write_traits(writer, *(*tenant)->traits, kept->records, *sensitive);
  write_counters(writer, (*tenant)->traits->counters(), kept->records, now);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// Writes the ids and what is stored under them.
void write_group(json::Writer& out, Api& api, const Handle& handle, const std::vector<VisitorId>& ids) {
  const auto tenant = api.places.tenants.find(handle.view());
  const auto is_of_limit = [&](const ledger::Spend& spend) { return tenant && (*tenant)->rules->is_limit(spend.key); };
  std::int64_t sessions = 0;
  std::int64_t spends = 0;
  out.begin_object();
  out.key("ids").begin_array();
  for (const std::string_view id : shown_ids(ids)) out.string(id);
  for (const VisitorId& id : ids) {
    if (const auto found = api.places.sessions.of_visitor(handle, id))
      sessions += static_cast<std::int64_t>(found->size());
    const auto record = kept_reader(api, handle).record(id);
    if (record && *record) spends += std::ranges::count_if((*record)->spends, is_of_limit);
  }
  out.end_array().member("sessions", sessions).member("spends", spends).end_object();
}

Fault invalid(std::string_view field, std::string_view issue) {
  Issues issues;
  issues.add(std::string(field), std::string(issue));
  return issues.fault();
}

// For an alias whose `id` is unknown; `neither`: the id in the path is unknown too.
Fault no_such_visitors(bool neither) {
  return {.code = FaultCode::kNotFound,
          .message = neither ? "There are no such visitors; check the id in the path and \"id\" in the body."
                             : "There is no such visitor; check \"id\" in the body."};
}

bool is_dry_run(const json::Value& root, Issues& issues) {
  const json::Value* value = root.find("dryRun");
  if (!value) return false;
  if (!value->is_boolean()) issues.add("dryRun", "must be a boolean");
  return value->is_boolean() && value->boolean();
}

// All ids of another visitor become ids of this one.
Result<Response> alias(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  refuse_unknown(document->root(), {"id", "dryRun"}, issues);
  const bool dry_run = is_dry_run(document->root(), issues);
  const json::Value* said = document->root().find("id");
  const auto other = said && said->is_string() ? commit::parse_visitor_id(said->text()) : std::nullopt;
  if (!said)
    issues.add("id", "is required");
  else if (!other || other->empty())
    issues.add("id", "must be a text of 1 to 256 bytes without control characters");
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  const auto id = commit::parse_visitor_id(request.param("visitorId"));
  if (!id || id->empty()) return unexpected(not_found("visitor"));
  if (ledger::is_browser(id->view()))
    issues.add("visitorId", "must be an id that was said; what a browser did before is claimed by its own requests");
  const auto check_blocked = [&](const VisitorId& one, std::string_view field) {
    if (!ledger::is_browser(one.view()) && (*tenant)->settings.blocked_ids.contains(one))
      issues.add(std::string(field), "names nobody: it is one of the blocked ids");
  };
  check_blocked(*id, "visitorId");
  if (other && !other->empty()) check_blocked(*other, "id");
  if (!issues.empty()) return unexpected(issues.fault());

  std::vector<VisitorId> whole, joined;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const commit::VisitorReader reader = commit::reader_of(draft, handle, draft.now());
    auto meant = ids_meant(reader, other->view());
    if (!meant) return meant.error();
    const auto ours = reader.records(*id);
    if (!ours) return ours.error();
    if (meant->empty()) return no_such_visitors(ours->empty());
    if (ours->empty()) return not_found("visitor");
    const auto theirs = reader.records(meant->front());
    if (!theirs) return theirs.error();
    whole = ids_of(*ours);
    for (VisitorId& one : theirs->empty() ? *meant : ids_of(*theirs))
      if (!is_one_of(whole, one)) joined.push_back(std::move(one));
    if (whole.size() + joined.size() > commit::kIdsOfVisitor)
      return invalid("id", "would give the visitor more than 100 ids");
    if (dry_run || joined.empty()) return std::nullopt;
    if (auto refused = commit::join(draft, handle, *id, joined.front(), draft.now() + (*tenant)->settings.retention))
      return refused;
    draft.audit(handle, caller_of(request), "visitor.alias", erased_name(api, handle, "visitor/" + whole.front().text),
                "{\"ids\":" + std::to_string(shown_ids(joined).size()) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("visitorId", whole.front().view()).member_boolean("dryRun", dry_run);
  writer.key("visitor");
  write_group(writer, api, handle, whole);
  writer.key("joined");
  write_group(writer, api, handle, joined);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// Removes ids from their visitor, as if they had never been joined.
Result<Response> split(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  refuse_unknown(document->root(), {"ids", "dryRun"}, issues);
  const bool dry_run = is_dry_run(document->root(), issues);
  const json::Value* list = document->root().find("ids");
  if (!list)
    issues.add("ids", "is required");
  else if (!list->is_array() || list->items().empty() || list->items().size() > commit::kIdsOfVisitor)
    issues.add("ids", "must be a list of 1 to 100 ids of the visitor");
  if (!issues.empty()) return unexpected(issues.fault());

  std::vector<VisitorId> stay, leave;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const commit::VisitorReader reader = commit::reader_of(draft, handle, draft.now());
    const auto path = ids_meant(reader, request.param("visitorId"));
    if (!path) return path.error();
    if (path->empty()) return not_found("visitor");
    const auto records = reader.records(path->front());
    if (!records) return records.error();
    if (records->empty()) return not_found("visitor");
    const std::vector<VisitorId> all = ids_of(*records);
    std::vector<VisitorId> listed;
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      const json::Value& item = list->items()[i];
      auto one = item.is_string() ? commit::parse_visitor_id(item.text()) : std::nullopt;
      if (const auto share = one ? share_named(one->view()) : std::nullopt) one = share;
      const auto is_it = [&](const VisitorId& id) { return id == *one || ledger::shown_id(id.view()) == one->view(); };
      if (one && std::ranges::any_of(all, is_it))
        listed.push_back(std::move(*one));
      else
        issues.add("ids[" + std::to_string(i) + "]", "is no id of this visitor");
    }
    leave = commit::leaving(*records, listed);
    if (issues.empty() && leave.size() == all.size()) issues.add("ids", "must leave the visitor an id");
    if (!issues.empty()) return issues.fault();
    for (const VisitorId& one : all)
      if (!is_one_of(leave, one)) stay.push_back(one);
    if (dry_run) return std::nullopt;
    if (auto refused = commit::split(draft, handle, leave)) return refused;
    draft.audit(handle, caller_of(request), "visitor.split", erased_name(api, handle, "visitor/" + all.front().text),
                "{\"ids\":" + std::to_string(shown_ids(leave).size()) + "}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member_boolean("dryRun", dry_run).key("visitor");
  write_group(writer, api, handle, stay);
  writer.key("split");
  write_group(writer, api, handle, leave);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// The bodies of a session's events that are still stored, after `behind` up to `last`, or to the end if that is empty.
Result<void> write_events(json::Writer& out, Api& api, const Handle& handle, const SessionId& session, EventId behind,
                          const EventId& last) {
  out.key("events").begin_array();
  while (true) {
    const auto page = api.outbox.events_of(handle, session, behind, kEventsAtOnce);
    if (!page) return unexpected(page.error());
    for (const outbox::Event& event : *page)
      if (last.empty() || event.id <= last) out.raw(event.body);
    if (page->size() < kEventsAtOnce) break;
    behind = page->back().id;
  }
  out.end_array();
  return {};
}

Result<void> write_exported(json::Writer& out, Api& api, const ledger::Session& session, const Signals& signals) {
  const auto former = api.ledger.end_of_former_lives(session.handle, session.id);
  if (!former) return unexpected(former.error());
  auto deliveries = api.outbox.deliveries_of(session.handle, session.id, kDeliveriesOfExport);
  if (!deliveries) return unexpected(deliveries.error());
  std::erase_if(*deliveries, [&](const outbox::Delivery& one) { return one.event <= *former; });
  const auto timers = api.timers.timers_of(session.handle, session.id);
  if (!timers) return unexpected(timers.error());
  out.begin_object();
  write_session_head(out, api, session);
  out.key("signals").begin_array();
  for (const auto& [version, text] : signals) out.raw(text);
  out.end_array();
  write_session_history(out, session, *deliveries, *timers, api.sending);
  if (const auto written = write_events(out, api, session.handle, session.id, *former, {}); !written) return written;
  out.end_object();
  return {};
}

// Only this life of the session's id; if no other life has followed, everything after it belongs to it.
Result<void> write_past(json::Writer& out, Api& api, const Handle& handle, const ledger::PastSession& past) {
  const auto now = api.places.sessions.find(handle, past.id, api.places.sessions.digest(handle.view(), past.id.view()));
  if (!now) return unexpected(now.error());
  const auto former = api.ledger.end_of_former_lives(handle, past.id);
  if (!former) return unexpected(former.error());
  const EventId last = *now || *former > past.last ? past.last : EventId{};
  out.begin_object().member("sessionId", past.id.view());
  if (const auto written = write_events(out, api, handle, past.id, past.before, last); !written) return written;
  out.end_object();
  return {};
}

Result<Response> export_all(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto kept = kept_of(api, handle, request.param("visitorId"));
  if (!kept) return unexpected(kept.error());
  std::unordered_map<SessionDigest, Signals> signals;
  const auto digest = [&](const ledger::Session& session) {
    return api.places.sessions.digest(session.handle.view(), session.id.view());
  };
  for (const SessionPtr& session : kept->sessions) signals.try_emplace(digest(*session));
  if (!signals.empty())
    if (const auto read = read_ledger(api.ledger, signals); !read) return unexpected(read.error());

  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("handle", handle.view());
  if (const auto written = write_ids(writer, kept_reader(api, handle), kept->records, kept->ids.front()); !written)
    return unexpected(written.error());
  writer.member("exportedAt", to_rfc3339(api.clock.now())).key("sessions").begin_array();
  for (const SessionPtr& session : kept->sessions) {
    Signals& theirs = signals[digest(*session)];
    for (std::size_t i = 0; i < session->window.size(); ++i) keep(theirs, session->window[i]);
    if (const auto written = write_exported(writer, api, *session, theirs); !written)
      return unexpected(written.error());
  }
  writer.end_array().key("expiredSessions").begin_array();
  for (const ledger::PastSession& past : kept->past)
    if (const auto written = write_past(writer, api, handle, past); !written) return unexpected(written.error());
  writer.end_array();
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  write_traits(writer, *(*tenant)->traits, kept->records, Sensitive::kShown);
  write_counters(writer, (*tenant)->traits->counters(), kept->records, api.clock.now());
  if (const auto written = write_trait_history(writer, api, handle, kept->ids); !written)
    return unexpected(written.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    draft.audit(handle, caller_of(request), "visitor.export",
                erased_name(api, handle, "visitor/" + kept->ids.front().text), "{}");
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_visitors(Api& api, std::vector<Route>& routes) {
  add_visitor_list(api, routes);
  add_visitor_timeline(api, routes);
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/visitors/{visitorId}", creator("visitors.read"),
                           get_visitor, "A visitor: ids, traits and sessions"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/visitors/{visitorId}/aliases",
                           operator_("visitors.write"), alias, "Join another visitor to this one"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/visitors/{visitorId}/split",
                           operator_("visitors.write"), split, "Undo a join"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/visitors/{visitorId}",
                           operator_("visitors.write"), erase, "Erase every session of a visitor"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/visitors/{visitorId}/export",
                           operator_("visitors.read"), export_all, "Export a visitor's data"));
}

}  // namespace beckon::http
