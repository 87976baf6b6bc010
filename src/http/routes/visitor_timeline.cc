// A visitor's complete history over all sessions, as one timeline: docs/people.md.
#include <algorithm>
#include <variant>

#include "commit/visitor_ids.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/session_view.h"
#include "http/routes/visitor_view.h"

namespace beckon::http {
namespace {

using ledger::SessionPtr;

struct SignalThere {
  const ledger::Session* session = nullptr;
  std::size_t place = 0;  // in its session's window
};
struct DecisionThere {
  const ledger::Session* session = nullptr;
  ledger::PastDecision decision;
};

// What happened at an instant. `key` orders entries of the same millisecond and is used in cursors: it identifies the
// same entry on every page.
struct Entry {
  Instant at{};
  std::string key;
  std::variant<SignalThere, DecisionThere, outbox::Delivery, delayed::Timer, ledger::TraitChange, ledger::Member> what;
};

std::pair<Instant, std::string_view> place_of(const Entry& entry) { return {entry.at, entry.key}; }

// Within a millisecond, traits come before signals, and signals before their effects.
enum class Order : char { kId = 'a', kTrait = 'b', kSignal = 'c', kDecision = 'd', kDelivery = 'e', kTimer = 'f' };

std::string key_of(Order order, std::string_view first, std::string_view second = {}) {
  std::string key(1, static_cast<char>(order));
  return key.append(first).append(1, ' ').append(second);
}

std::string padded(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return digits.insert(0, 20 - digits.size(), '0');
}

class Line {
 public:
  Line(Api& api, const Handle& handle, const Page& page) : api_(api), handle_(handle), page_(page) {}

  Result<void> add(const ledger::Session& session) {
    for (std::size_t i = 0; i < session.window.size(); ++i)
      if (may_come(session.window.at(i)))
        add(session.window.at(i), key_of(Order::kSignal, session.id.view(), padded(session.window[i].version)),
            SignalThere{&session, i});
    for (ledger::PastDecision& decision : ledger::past_decisions(session.decisions)) {
      const Instant at = decision.at;
      if (may_come(at)) add(at, key_of(Order::kDecision, decision.id), DecisionThere{&session, std::move(decision)});
    }
    auto deliveries = api_.outbox.deliveries_of(handle_, session.id, kDeliveriesOfTimeline);
    if (!deliveries) return unexpected(deliveries.error());
    for (outbox::Delivery& one : *deliveries)
      add(one.created_at, key_of(Order::kDelivery, one.id.view()), std::move(one));
    const auto timers = api_.timers.timers_of(handle_, session.id);
    if (!timers) return unexpected(timers.error());
    for (const delayed::Timer& one : *timers)
      add(one.due_at, key_of(Order::kTimer, session.id.view(), one.rule.view()), one);
    return {};
  }

  // The newest change of each trait by each rank of sources, and the contents of lists and counters.
  void add(const ledger::Traits& traits, std::string_view under) {
    using enum ledger::TraitOp;
    for (const ledger::Trait& trait : traits.all) {
      for (const ledger::Trait::Said& said : trait.said)
        add(trait, under, {.op = said.json.empty() ? kUnset : kSet, .value = said.json, .source = said.source},
            said.stamp);
      if (trait.once)
        add(trait, under, {.op = kSetOnce, .value = trait.once->json, .source = trait.once->source}, trait.once->stamp);
      if (trait.added)
        add(trait, under, {.op = kAdd, .value = std::to_string(trait.sum), .source = trait.added->source},
            trait.added->stamp);
      for (const ledger::Trait::Element& element : trait.elements)
        add(trait, under, {.op = element.in ? kInclude : kExclude, .value = element.text}, element.stamp);
    }
  }

  void add(const ledger::Member& member) {
    if (member.since != Instant{}) add(member.since, key_of(Order::kId, member.id.view()), member);
  }

  // Newest first, at most one more than fits on a page.
  std::vector<Entry> page() && {
    const std::size_t count = std::min(entries_.size(), page_.limit + 1);
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::partial_sort(entries_, end, std::greater{}, place_of);
    entries_.erase(end, entries_.end());
    return std::move(entries_);
  }

 private:
  bool may_come(Instant at) const { return !page_.behind || at <= page_.behind->first; }

  template <class What>
  void add(Instant at, std::string key, What&& what) {
    if (page_.behind && std::pair<Instant, std::string_view>(at, key) >=
                            std::pair<Instant, std::string_view>(page_.behind->first, page_.behind->second))
      return;
    entries_.push_back({at, std::move(key), std::forward<What>(what)});
  }

  void add(const ledger::Trait& trait, std::string_view under, ledger::TraitChange change, const ledger::Stamp& stamp) {
    change.name = trait.name;
    change.stamp = stamp;
    const std::string which =
        trait.name + " " + std::string(name_of(change.op)) + " " +
        (change.op == ledger::TraitOp::kInclude || change.op == ledger::TraitOp::kExclude ? change.value
                                                                                          : change.source);
    add(stamp.at, key_of(Order::kTrait, under, which), std::move(change));
  }

  Api& api_;
  const Handle& handle_;
  const Page& page_;
  std::vector<Entry> entries_;
};

class Written {
 public:
  Written(json::Writer& out, const Api& api, const commit::TraitTable& traits, Sensitive sensitive)
      : out_(out), api_(api), traits_(traits), sensitive_(sensitive) {}

  void operator()(const SignalThere& there) const {
    write_moment(out_, there.session->window[there.place], there.session->id.view());
  }
  void operator()(const DecisionThere& there) const { write_moment(out_, there.decision, there.session->id.view()); }
  void operator()(const outbox::Delivery& delivery) const {
    write_moment(out_, delivery, api_.sending, delivery.session.view());
  }
  void operator()(const delayed::Timer& timer) const { write_moment(out_, timer, timer.session.view()); }
  void operator()(const ledger::TraitChange& change) const {
    const commit::TraitDeclaration* declared = traits_.find(change.name);
    out_.begin_object().member("kind", "trait").member("at", to_rfc3339(change.stamp.at));
    write_change(out_, change, declared && declared->sensitive ? sensitive_ : Sensitive::kShown);
    out_.end_object();
  }
  void operator()(const ledger::Member& member) const {
    out_.begin_object()
        .member("kind", "id")
        .member("at", to_rfc3339(member.since))
        .member("id", ledger::shown_id(member.id.view()))
        .end_object();
  }

 private:
  json::Writer& out_;
  const Api& api_;
  const commit::TraitTable& traits_;
  const Sensitive sensitive_;
};

// The newest that joined the visitor, over all ids, at most as many as rules see.
Result<std::vector<SessionPtr>> newest_sessions(Api& api, const Handle& handle, std::span<const SessionPtr> records) {
  std::vector<ledger::Joined> joined;
  for (const SessionPtr& record : records)
    joined.insert(joined.end(), record->sessions.begin(), record->sessions.end());
  std::ranges::stable_sort(joined, std::greater{}, &ledger::Joined::at);
  if (joined.size() > ledger::Session::kSessionsJoined) joined.resize(ledger::Session::kSessionsJoined);
  std::vector<SessionPtr> sessions;
  for (const ledger::Joined& one : joined) {
    auto session = api.places.sessions.find(handle, one.id, one.digest);
    if (!session) return unexpected(session.error());
    if (*session && (*session)->expires_at > api.clock.now()) sessions.push_back(std::move(*session));
  }
  return sessions;
}

Result<Response> get_timeline(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto records = records_meant(kept_reader(api, handle), request.param("visitorId"));
  if (!records) return unexpected(records.error());
  const std::string what = "timeline " + handle.text + " " + std::string(commit::id_of(*records->front()));
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  const auto sessions = newest_sessions(api, handle, *records);
  if (!sessions) return unexpected(sessions.error());
  const auto sensitive = shown_to(api, request, handle);
  if (!sensitive) return unexpected(sensitive.error());
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());

  Line line(api, handle, *page);
  for (const SessionPtr& session : *sessions)
    if (const auto added = line.add(*session); !added) return unexpected(added.error());
  for (const SessionPtr& record : *records) {
    if (record->traits) line.add(record->traits->unpacked(), commit::id_of(*record));
    for (const ledger::Member& member : commit::identity_of(record).members) line.add(member);
  }
  std::vector<Entry> entries = std::move(line).page();
  const bool more = entries.size() > page->limit;
  if (more) entries.pop_back();
  std::vector<std::string> items;
  for (const Entry& entry : entries) {
    json::Writer writer(items.emplace_back());
    std::visit(Written(writer, api, *(*tenant)->traits, *sensitive), entry.what);
  }
  return list_response(request, items, more ? cursor_of(entries.back().at, entries.back().key, what) : "");
}

}  // namespace

void add_visitor_timeline(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/visitors/{visitorId}/timeline",
                           creator("visitors.read"), get_timeline,
                           "What is known of a visitor over all sessions, newest first"));
}

}  // namespace beckon::http
