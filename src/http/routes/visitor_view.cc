#include "http/routes/visitor_view.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "base/utf8.h"
#include "http/routes/response.h"
#include "http/routes/session_view.h"
#include "ledger/codec.h"
#include "rules/language/decimal.h"

namespace beckon::http {
namespace {

constexpr std::array<std::string_view, 6> kOps{"set", "unset", "setOnce", "add", "include", "exclude"};

// A share is named where the browser's id means several visitors: "~ 2:a-7f" is the second of "~a-7f". No anonymousId
// begins with a space.
constexpr std::string_view kStretch = "~ ";

std::string stretch_name(const VisitorId& share) {
  const std::string_view shown = ledger::shown_id(share.view());
  if (shown == share.view()) return share.text;  // no share
  std::string name(kStretch);
  return name.append(share.view().substr(shown.size() + 1)).append(1, ':').append(ledger::anonymous_of(share.view()));
}

// Who has used a browser.
struct Users {
  std::vector<VisitorId> shares;    // those with own records, newest first
  std::vector<VisitorId> visitors;  // by name, who have one of them or were said last; an unclaimed share is its own
};
constexpr std::size_t kUsersNamed = 20;

// Stops at the number of visitors.
Result<Users> users_of(const commit::VisitorReader& reader, const VisitorId& browser_id,
                       std::size_t most = kUsersNamed) {
  Users users;
  const auto browser = reader.record(browser_id);
  if (!browser) return unexpected(browser.error());
  const ledger::Identity& identity = commit::identity_of(*browser);
  const auto add = [&](VisitorId visitor) {
    if (!is_one_of(users.visitors, visitor)) users.visitors.push_back(std::move(visitor));
  };
  const auto kept = commit::is_still_kept(reader, identity);
  if (!kept) return unexpected(kept.error());
  if (*kept) {
    auto name = reader.name(identity.said);
    if (!name) return unexpected(name.error());
    add(std::move(*name));
  }
  for (std::uint32_t number = std::max<std::uint32_t>(identity.share, 1); number > 0; --number) {
    if (users.visitors.size() >= most) break;
    VisitorId share = ledger::share_id(ledger::anonymous_of(browser_id.view()), number);
    const auto record = reader.record(share);
    if (!record) return unexpected(record.error());
    if (!*record) continue;
    const VisitorId& owner = commit::identity_of(*record).owner;
    add(owner.empty() ? share : owner);
    users.shares.push_back(std::move(share));
  }
  return users;
}

Fault used_by_several(const VisitorId& browser, const Users& users) {
  std::string list, quoted;
  for (const VisitorId& visitor : users.visitors) {
    const std::string name = stretch_name(visitor);
    list.append(list.empty() ? "" : ", ").append(name);
    quoted.append(quoted.empty() ? "[" : ",").append(json::quote(name));
  }
  return {.code = FaultCode::kConflict,
          .message = "Several visitors have used the browser " + browser.text +
                     ", so this id names none of them. Use " + "one of these ids instead: " + list + ".",
          .extras = {{"reason", "\"browser\""}, {"ids", quoted + "]"}}};
}

}  // namespace

std::string_view name_of(ledger::TraitOp op) { return kOps[static_cast<std::size_t>(op)]; }

void write_change(json::Writer& out, const ledger::TraitChange& change, Sensitive as) {
  const bool is_text = change.op == ledger::TraitOp::kInclude || change.op == ledger::TraitOp::kExclude;
  out.member("trait", change.name).member("op", name_of(change.op)).key("value");
  if (as == Sensitive::kHidden)
    out.null().member_boolean("hidden", true);
  else if (as == Sensitive::kMasked && change.op != ledger::TraitOp::kUnset)
    out.raw(masked(is_text ? json::quote(change.value) : change.value)).member_boolean("masked", true);
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

std::optional<VisitorId> share_named(std::string_view text) {
  if (!text.starts_with(kStretch)) return std::nullopt;
  text.remove_prefix(kStretch.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || number == 0 || digits + 1 >= text.size() || text[digits] != ':') return std::nullopt;
  return ledger::share_id(text.substr(digits + 1), number);
}

Result<std::vector<VisitorId>> ids_meant(const commit::VisitorReader& reader, std::string_view text) {
  std::vector<VisitorId> ids;
  auto id = commit::parse_visitor_id(text);
  if (!id || id->empty()) return ids;
  if (!ledger::is_browser(id->view())) {
    ids.push_back(std::move(*id));
    return ids;
  }
  if (auto stretch = share_named(id->view())) {
    const auto record = reader.record(*stretch);
    if (!record) return unexpected(record.error());
    if (*record) ids.push_back(std::move(*stretch));
    return ids;
  }
  auto users = users_of(reader, *id);
  if (!users) return unexpected(users.error());
  if (users->visitors.size() > 1) return unexpected(used_by_several(*id, *users));
  // Without records under it, it has only ever been this visitor's browser.
  return users->shares.empty() ? std::move(users->visitors) : std::move(users->shares);
}

Result<std::string> text_of(const commit::VisitorReader& reader, const VisitorId& id) {
  if (!ledger::is_browser(id.view())) return id.text;
  const auto users = users_of(reader, VisitorId{ledger::shown_id(id.view())}, 2);
  if (!users) return unexpected(users.error());
  return users->visitors.size() > 1 ? stretch_name(id) : std::string(ledger::shown_id(id.view()));
}

Result<std::vector<ledger::SessionPtr>> records_meant(const commit::VisitorReader& reader, std::string_view text) {
  const auto meant = ids_meant(reader, text);
  if (!meant) return unexpected(meant.error());
  if (meant->empty()) return unexpected(not_found("visitor"));
  auto records = reader.records(meant->front());
  if (records && records->empty()) return unexpected(not_found("visitor"));
  return records;
}

Result<Sensitive> shown_to(const Api& api, const Request& request, const Handle& handle) {
  const auto role = api.gate.sees_as(principal_of(request), handle);
  if (!role) return unexpected(role.error());
  return *role > access::Role::kCreator ? Sensitive::kMasked : Sensitive::kHidden;
}

std::vector<VisitorId> ids_of(const std::vector<ledger::SessionPtr>& records) {
  std::vector<VisitorId> ids;
  for (const ledger::SessionPtr& record : records) ids.emplace_back(commit::id_of(*record));
  return ids;
}

bool is_one_of(const std::vector<VisitorId>& ids, const VisitorId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

std::vector<std::string_view> shown_ids(std::span<const VisitorId> ids) {
  std::vector<std::string_view> shown;
  for (const VisitorId& id : ids)
    if (std::ranges::find(shown, ledger::shown_id(id.view())) == shown.end())
      shown.push_back(ledger::shown_id(id.view()));
  return shown;
}

Result<Kept> kept_of(Api& api, const Handle& handle, std::string_view id) {
  commit::Sessions& all = api.places.sessions;
  const commit::VisitorReader reader = kept_reader(api, handle);
  const auto meant = ids_meant(reader, id);
  if (!meant) return unexpected(meant.error());
  if (meant->empty()) return unexpected(not_found("visitor"));
  Kept kept;
  auto records = reader.records(meant->front());
  if (!records) return unexpected(records.error());
  kept.records = std::move(*records);
  kept.ids = ids_of(kept.records);
  if (kept.ids.empty()) kept.ids.push_back(meant->front());
  for (const VisitorId& visitor : kept.ids) {
    const auto sessions = all.of_visitor(handle, visitor);
    if (!sessions) return unexpected(sessions.error());
    for (const SessionId& session : *sessions) {
      const auto found = all.find(handle, session, all.digest(handle.view(), session.view()));
      if (!found) return unexpected(found.error());
      if (*found && (*found)->visitor == visitor) kept.sessions.push_back(*found);
    }
    const auto past = api.ledger.past_sessions_of(handle, visitor);
    if (!past) return unexpected(past.error());
    kept.past.insert(kept.past.end(), past->begin(), past->end());
  }
  if (!kept.anything()) return unexpected(not_found("visitor"));
  return kept;
}

std::optional<Fault> erase_visitor(Api& api, const Handle& handle, std::string_view id, const Caller& caller,
                                   const std::string& reason) {
  const auto kept = kept_of(api, handle, id);
  if (!kept) return kept.error();
  return api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const commit::VisitorReader reader([&draft](const auto&... of) { return draft.kept(of...); },
                                       draft.places().sessions, handle, Instant::min());
    const auto records = reader.records(kept->ids.front());
    if (!records) return records.error();
    std::vector<VisitorId> ids = ids_of(*records);
    ids.push_back(kept->ids.front());
    std::vector<ledger::Joined> theirs;
    for (const ledger::SessionPtr& session : kept->sessions) {
      const auto digest = draft.places().sessions.digest(handle.view(), session->id.view());
      const auto now = draft.kept(handle, session->id, digest);
      if (!now) return now.error();
      if (*now && is_one_of(ids, (*now)->visitor)) theirs.push_back({session->id, digest});
    }
    if (auto refused = draft.forget_visitor(handle, *records, theirs, reason, kept->past)) return refused;
    draft.audit(handle, caller, "visitor.erase", erased_name(api, handle, "visitor/" + kept->ids.front().text),
                "{\"sessions\":" + std::to_string(theirs.size() + kept->past.size()) + "}");
    return std::nullopt;
  });
}

std::string masked(std::string_view json) {
  constexpr std::string_view kMask = "•••";
  constexpr std::size_t kLeast = 8;  // bytes; shorter texts do not show their end
  const auto document = json::parse(std::string(json));
  const std::string_view text = document && document->root().is_string() ? document->root().text() : "";
  const auto begins = [&](std::size_t i) { return begins_character(text[i]); };
  std::string shown(kMask);
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos && at > 0) {
    std::size_t first = 1;
    while (!begins(first)) ++first;
    shown.insert(0, text.substr(0, first)).append(text.substr(at));
  } else if (text.size() >= kLeast) {
    std::size_t last = text.size();
    for (int characters = 2; characters > 0; --characters) do
        --last;
      while (!begins(last));
    shown.append(text.substr(last));
  }
  return json::quote(shown);
}

void write_traits(json::Writer& out, const commit::TraitTable& table, const std::vector<ledger::SessionPtr>& records,
                  Sensitive sensitive) {
  const ledger::Traits traits = ledger::united(commit::traits_of(records));
  out.key("traits").begin_object();
  for (const ledger::TraitNow& now : ledger::values_of(traits)) {
    const commit::TraitDeclaration* trait = table.find(now.name);
    out.key(now.name).begin_object();
    if (!trait || !trait->sensitive || sensitive == Sensitive::kShown)
      out.member_raw("value", now.json);
    else if (sensitive == Sensitive::kMasked)
      out.member_raw("value", masked(now.json)).member_boolean("masked", true);
    else
      out.key("value").null().member_boolean("hidden", true);
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
      for (const ledger::TraitChange& change : traits->changes) {
        out.begin_object();
        write_change(out, change, Sensitive::kShown);
        out.member("at", to_rfc3339(change.stamp.at)).member("receivedAt", to_rfc3339(traits->at)).end_object();
      }
    }
    return true;
  });
  out.end_array();
  return read;
}

}  // namespace beckon::http
