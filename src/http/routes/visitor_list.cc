// The visitors of a handle by id: docs/people.md. Each page reads a bounded number of records, regardless of the
// handle's size, so it may have fewer items than requested.
#include <algorithm>

#include "commit/visitor_ids.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/visitor_view.h"

namespace beckon::http {
namespace {

using commit::VisitorReader;
using ledger::SessionPtr;

constexpr std::size_t kIdsAtOnce = 200;
constexpr std::size_t kReadsOfPage = 2'000;   // of records and sessions; the last visitor may exceed it
constexpr std::size_t kSessionsLookedAt = 5;  // a visitor's newest, for when they were last seen

// The browser's own record, which names the next share; it is not an id of a visitor, but its shares are.
bool is_of_browser_itself(std::string_view id) { return ledger::is_browser(id) && ledger::shown_id(id) == id; }

Instant last_seen(const commit::FindSession& find, const Handle& handle, std::span<const SessionPtr> records) {
  std::vector<ledger::Joined> newest;
  Instant last{};
  for (const SessionPtr& record : records) {
    last = std::max(last, record->last_received);
    const auto from = record->sessions.size() - std::min(record->sessions.size(), kSessionsLookedAt);
    newest.insert(newest.end(), record->sessions.begin() + static_cast<std::ptrdiff_t>(from), record->sessions.end());
  }
  std::ranges::sort(newest, std::greater{}, &ledger::Joined::at);
  if (newest.size() > kSessionsLookedAt) newest.resize(kSessionsLookedAt);
  for (const ledger::Joined& joined : newest)
    if (const auto session = find(handle, joined.id, joined.digest); session && *session)
      last = std::max(last, (*session)->last_received);
  return last;
}

// `text`: text_of() the visitor.
void write_visitor(json::Writer& out, const commit::FindSession& find, const Handle& handle,
                   const std::vector<SessionPtr>& records, std::string_view text, std::string_view found_by) {
  const std::vector<VisitorId> ids = ids_of(records);
  const std::string_view name = commit::id_of(*records.front());
  std::int64_t sessions = 0;
  Instant first = records.front()->created;
  for (const SessionPtr& record : records) {
    sessions += static_cast<std::int64_t>(record->sessions.size());
    first = std::min(first, record->created);
  }
  out.begin_object();
  text_or_null(out, "visitorId", ledger::is_browser(name) ? std::string_view{} : name);
  out.member("id", text);
  text_or_null(out, "foundBy", found_by);
  out.member("idCount", static_cast<std::int64_t>(shown_ids(ids).size()))
      .member("sessionCount", sessions)
      .member("firstSeenAt", to_rfc3339(first))
      .member("lastSeenAt", to_rfc3339(last_seen(find, handle, records)))
      .end_object();
}

// Whether the visitor is listed at this id: at the name, or with a search, at the first of their ids that matches.
Result<bool> is_listed_at(const VisitorReader& reader, const SessionPtr& record, std::string_view prefix) {
  const std::string_view id = commit::id_of(*record);
  const ledger::Identity& identity = commit::identity_of(record);
  if (prefix.empty()) return identity.owner.empty();
  SessionPtr owner;
  if (!identity.owner.empty()) {
    auto found = reader.record(identity.owner);
    if (!found) return unexpected(found.error());
    owner = std::move(*found);
    if (!owner) return true;
  }
  const SessionPtr& named = owner ? owner : record;
  std::vector<VisitorId> ids{VisitorId{commit::id_of(*named)}};
  for (const ledger::Member& member : commit::identity_of(named).members) ids.push_back(member.id);
  for (const VisitorId& other : ids) {
    if (!other.view().starts_with(prefix) || other.view() >= id) continue;
    const auto found = reader.record(other);
    if (!found) return unexpected(found.error());
    if (*found) return false;
  }
  return true;
}

Result<std::string> prefix_of(const Request& request) {
  const auto said = request.query_param("q");
  if (!said || said->empty()) return std::string{};
  auto id = commit::parse_visitor_id(*said);
  if (id) return std::move(id->text);
  Issues issues;
  issues.add("q", "must be the beginning of an id: at most 256 bytes without control characters");
  return unexpected(issues.fault());
}

Result<Response> list_visitors(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto prefix = prefix_of(request);
  if (!prefix) return unexpected(prefix.error());
  const std::string what = "visitors " + handle.text + " " + *prefix;
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());

  std::size_t reads = 0;
  const commit::FindSession find = [&](const auto&... of) {
    ++reads;
    return api.places.sessions.find(of...);
  };
  const VisitorReader reader(find, api.places.sessions, handle, api.clock.now());
  const std::string of_prefix = ledger::own_record(*prefix).text;
  std::string behind = page->behind ? ledger::own_record(page->behind->second).text : std::string{};
  std::vector<std::string> items;
  bool more = true;
  while (more && items.size() < page->limit && reads < kReadsOfPage) {
    const auto ids = api.places.sessions.own_records(handle, of_prefix, behind, kIdsAtOnce);
    if (!ids) return unexpected(ids.error());
    more = ids->size() == kIdsAtOnce;
    for (const SessionId& own : *ids) {
      if (items.size() == page->limit || reads >= kReadsOfPage) {
        more = true;
        break;
      }
      behind = own.text;
      const VisitorId id{own.view().substr(1)};
      if (is_of_browser_itself(id.view())) continue;
      const auto record = reader.record(id);
      if (!record) return unexpected(record.error());
      if (!*record) continue;  // deleted meanwhile
      const auto listed = is_listed_at(reader, *record, *prefix);
      if (!listed) return unexpected(listed.error());
      if (!*listed) continue;
      const auto records = reader.records(id);
      if (!records) return unexpected(records.error());
      if (records->empty()) continue;
      const auto text = text_of(reader, VisitorId{commit::id_of(*records->front())});
      if (!text) return unexpected(text.error());
      json::Writer writer(items.emplace_back());
      write_visitor(writer, find, handle, *records, *text,
                    prefix->empty() ? std::string_view{} : ledger::shown_id(id.view()));
    }
  }
  return list_response(request, items, more ? cursor_of({}, std::string_view(behind).substr(1), what) : "");
}

}  // namespace

void add_visitor_list(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/visitors", creator("visitors.read"), list_visitors,
                           "List visitors by id"));
}

}  // namespace beckon::http
