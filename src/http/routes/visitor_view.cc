#include "http/routes/visitor_view.h"

#include <algorithm>
#include <unordered_set>

#include "http/routes/response.h"
#include "ledger/codec.h"
#include "rules/language/decimal.h"

namespace beckon::http {
namespace {

constexpr std::array<std::string_view, 6> kOps{"set", "unset", "setOnce", "add", "include", "exclude"};

}  // namespace

std::string_view name_of(ledger::TraitOp op) { return kOps[static_cast<std::size_t>(op)]; }

void write_change(json::Writer& out, const ledger::TraitChange& change, bool hidden) {
  const bool is_text = change.op == ledger::TraitOp::kInclude || change.op == ledger::TraitOp::kExclude;
  out.member("trait", change.name).member("op", name_of(change.op)).key("value");
  if (hidden)
    out.null().member_boolean("hidden", true);
  else if (is_text)
    out.string(change.value);
  else if (change.op == ledger::TraitOp::kAdd)
    out.raw(rules::decimal_text(std::strtoll(change.value.c_str(), nullptr, 10)));
  else
    out.raw(change.value.empty() ? "null" : change.value);
  text_or_null(out, "source", change.source);
}

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
      for (const ledger::TraitChange& change : traits->changes) {
        out.begin_object();
        write_change(out, change, false);
        out.member("at", to_rfc3339(change.stamp.at)).member("receivedAt", to_rfc3339(traits->at)).end_object();
      }
    }
    return true;
  });
  out.end_array();
  return read;
}

}  // namespace beckon::http
