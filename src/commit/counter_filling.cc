#include "commit/counter_filling.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "commit/appends.h"
#include "system/log.h"

namespace beckon::commit {
namespace {

using ledger::Position;
using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Subtotal;

constexpr Duration kRetryAfter = std::chrono::seconds{1};
constexpr const char* kServer = "server";  // the actor in the audit log

// The result for one session.
struct Found {
  SessionPtr session;  // null if its signals in the journal do not count
  std::map<std::uint64_t, Subtotal> counted;
};

}  // namespace

void CounterFilling::plan(Draft& draft) {
  if (draft.lean() || !tenants_.is_filling()) return;
  if (failed_ && !is_due(draft.now(), tried_at_, kRetryAfter)) return;
  failed_ = false;
  tried_at_ = draft.now();
  for (const TenantPtr& tenant : tenants_.all()) {
    const auto is_filling = [](const auto& one) { return one.second.filled_to.has_value(); };
    if (std::ranges::any_of(tenant->traits->counters(), is_filling)) return fill(draft, *tenant);
  }
  tenants_.set_filling(false);
}

void CounterFilling::fill(Draft& draft, const Tenant& tenant) {
  // As of this commit: counters that it changes or deletes stay changed or deleted.
  rules::Counters counters;
  for (const auto& [name, counter] : tenant.traits->counters())
    if (auto now = draft.find_counter(tenant.handle, name); now && now->id == counter.id)
      counters.emplace(name, std::move(*now));
  std::vector<Filling> fillings;
  for (const auto& [name, counter] : counters)
    if (counter.filled_to) fillings.push_back({*counter.filled_to, counter.fill_until});
  if (fillings.empty()) return;
  const auto [from, to] = next_stretch(fillings);
  std::erase_if(counters, [&](const auto& one) { return one.second.filled_to != from; });
  std::unordered_map<SessionDigest, Found> found;

  const auto session_of = [&](const ledger::AppendRecord& append, const SessionDigest& digest) -> Found& {
    const auto [place, added] = found.try_emplace(digest);
    if (added)
      if (auto session = draft.find(tenant.handle, SessionId{append.session}, digest))
        place->second.session = std::move(*session);
    return place->second;
  };
  // Of the session that now has this id.
  const auto counts = [&](const ledger::AppendRecord& append, const SessionPtr& session, Position row) {
    return session && session->consent == ledger::Consent::kFull && session->began <= row &&
           append.consent == ledger::Consent::kFull;
  };
  const auto take = [&](const ledger::AppendRecord& append, const SessionDigest& digest, Position row) {
    for (const auto& [name, counter] : counters) {
      if (row > counter.fill_until ||
          std::ranges::find(append.counted, counter.id, &Subtotal::counter) != append.counted.end())
        continue;
      const auto subtotal = rules::count(counter, append.signals);
      if (!subtotal) continue;
      Found& of = session_of(append, digest);
      if (!counts(append, of.session, row)) return;
      of.counted.try_emplace(counter.id, Subtotal{.counter = counter.id}).first->second.add(*subtotal);
    }
  };
  const auto at = read_appends(
      ledger_, tenant.handle, {.from = from, .to = to, .bytes = kBytesPerBatch},
      [&](const ledger::JournalReader::Item& item, const ledger::AppendRecord& append, Position row) {
        take(append, item.digest, row);
      },
      [&] { return found.size() >= kSessionsPerBatch; });
  if (!at) return;

  // Unreadable records are found before anything is planned: then the whole step is retried.
  for (const auto& [digest, of] : found)
    if (!of.counted.empty() && draft.read_ahead(tenant.handle, of.session->visitor.view())) return;
  for (auto& [digest, of] : found) {
    if (of.counted.empty()) continue;
    std::vector<Subtotal> counted;
    for (const auto& [id, subtotal] : of.counted) counted.push_back(subtotal);
    if (const auto fault = draft.count_before(digest, of.session, std::move(counted)))
      log::error("counter_not_filled").add("handle", tenant.handle.view()).add("why", fault->message);
  }
  for (auto& [name, counter] : counters) {
    counter.filled_to = *at;
    if (*at >= counter.fill_until) {
      counter.filled_to.reset();
      draft.audit(tenant.handle, {kServer}, "counter.filled", name, rules::to_json(counter));
    }
    draft.put_counter(tenant.handle, name, counter);
  }
}

}  // namespace beckon::commit
