#include "http/routes/visitor_view.h"

#include <algorithm>
#include <unordered_set>

#include "http/routes/response.h"
#include "ledger/codec.h"
#include "rules/language/decimal.h"

namespace beckon::http {
namespace {

constexpr std::array<std::string_view, 6> kOps{"set", "unset", "setOnce", "add", "include", "exclude"};

void write_change(json::Writer& out, const ledger::TraitChange& change, Instant received) {
  const bool is_text = change.op == ledger::TraitOp::kInclude || change.op == ledger::TraitOp::kExclude;
  out.begin_object().member("trait", change.name).member("op", kOps[static_cast<std::size_t>(change.op)]);
  if (is_text)
    out.member("value", change.value);
  else if (change.op == ledger::TraitOp::kAdd)
    out.member_raw("value", rules::decimal_text(std::strtoll(change.value.c_str(), nullptr, 10)));
  else
    out.member_raw("value", change.value.empty() ? "null" : change.value);
  out.member("source", change.source)
      .member("at", to_rfc3339(change.stamp.at))
      .member("receivedAt", to_rfc3339(received))
      .end_object();
}

}  // namespace

commit::VisitorReader kept_reader(Api& api, const Handle& handle) {
  return commit::reader_of(api.places.sessions, handle, Instant::min());
}

Result<std::vector<VisitorId>> ids_meant(const commit::VisitorReader& reader, std::string_view text) {
  std::vector<VisitorId> ids;
  auto id = commit::parse_visitor_id(text);
  if (!id || id->empty()) return ids;
  if (!ledger::is_browser(id->view())) {
    ids.push_back(std::move(*id));
    return ids;
  }
  const auto browser = reader.record(*id);
  if (!browser) return unexpected(browser.error());
  const std::uint32_t newest = *browser && (*browser)->identity ? (*browser)->identity->share : 0;
  for (std::uint32_t share = std::max<std::uint32_t>(newest, 1); share > 0; --share) {
    VisitorId one = ledger::share_id(ledger::anonymous_of(id->view()), share);
    const auto record = reader.record(one);
    if (!record) return unexpected(record.error());
    if (*record) ids.push_back(std::move(one));
  }
  // Nothing is kept under it: it has only ever been the browser of this visitor.
  if (ids.empty() && newest > 0 && !(*browser)->identity->said.empty()) ids.push_back((*browser)->identity->said);
  return ids;
}

void write_traits(json::Writer& out, const commit::TraitTable& table, const std::vector<ledger::SessionPtr>& records,
                  bool may_see_sensitive) {
  const ledger::Traits traits = commit::traits_of(records);
  out.key("traits").begin_object();
  for (const ledger::TraitNow& now : ledger::values_of(traits)) {
    const commit::TraitDeclaration* trait = table.find(now.name);
    out.key(now.name).begin_object();
    if (trait && trait->sensitive && !may_see_sensitive)
      out.key("value").null().member_boolean("hidden", true);
    else
      out.member_raw("value", now.json);
    out.member("source", now.source).member("at", to_rfc3339(now.at)).end_object();
  }
  out.end_object();
}

void write_counters(json::Writer& out, const rules::Counters& counters, const std::vector<ledger::SessionPtr>& records,
                    Instant now) {
  std::vector<const ledger::Counted*> parts;
  for (const ledger::SessionPtr& record : records)
    if (record->counted) parts.push_back(record->counted.get());
  out.key("counters").begin_object();
  for (const auto& [name, counter] : counters) {
    out.key(name);
    if (counter.filled_to) {
      out.null();
      continue;
    }
    const ledger::Subtotal sum = ledger::total_of(parts, counter.id, now, counter.keep).sum;
    rules::write_total(out, sum, rules::local_day(*counter.zone, now));
  }
  out.end_object();
}

Result<void> write_trait_history(json::Writer& out, Api& api, const Handle& handle, std::span<const VisitorId> ids) {
  std::unordered_set<ledger::SessionDigest> own;
  for (const VisitorId& id : ids)
    own.insert(api.places.sessions.digest(handle.view(), ledger::own_record(id.view()).view()));
  out.key("traitHistory").begin_array();
  const auto read = api.ledger.read_journal(0, [&](ledger::Position, Instant, std::string_view bytes) {
    ledger::JournalReader reader(bytes);
    while (const auto item = reader.next()) {
      if (!own.contains(item->digest)) continue;
      const auto record = ledger::decode_record(item->bytes);
      const auto* traits = record ? std::get_if<ledger::TraitsRecord>(&*record) : nullptr;
      if (!traits) continue;
      for (const ledger::TraitChange& change : traits->changes) write_change(out, change, traits->at);
    }
    return true;
  });
  out.end_array();
  return read;
}

}  // namespace beckon::http
