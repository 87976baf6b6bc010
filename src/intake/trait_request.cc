#include "intake/trait_request.h"

#include <algorithm>
#include <array>

#include "rules/language/decimal.h"

namespace beckon::intake {
namespace {

using commit::TraitDeclaration;
using commit::TraitType;
using ledger::Trait;
using ledger::TraitChange;
using ledger::TraitOp;
using ledger::Traits;

struct Part {
  std::string_view name;
  TraitOp op;
};
constexpr std::array<Part, 5> kParts{{{"set", TraitOp::kSet},
                                      {"setOnce", TraitOp::kSetOnce},
                                      {"add", TraitOp::kAdd},
                                      {"include", TraitOp::kInclude},
                                      {"exclude", TraitOp::kExclude}}};

std::string within(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

void read_unset(const json::Value& list, const std::string& path, TraitsSaid& said, Issues& issues) {
  const bool is_list = list.is_array() && std::ranges::all_of(list.items(), &json::Value::is_string);
  if (!is_list) return issues.add(path, "must be a list of names of traits");
  for (const json::Value& name : list.items()) said.changes.push_back({name.text(), TraitOp::kUnset, nullptr});
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Traits with the changes of a request so far; changes to one of them can be undone.
class Tried {
 public:
  explicit Tried(Traits traits) : traits_(std::move(traits)) {}

  const Traits& traits() const { return traits_; }
  const Trait* find(std::string_view name) const {
    const auto found = std::ranges::find(traits_.all, name, &Trait::name);
    return found == traits_.all.end() ? nullptr : &*found;
  }

  void begin(std::string_view name) {
    const Trait* trait = find(name);
    before_ = trait ? *trait : Trait{};
    before_.name = name;
    was_there_ = trait != nullptr;
    held_ = ledger::held(traits_);
  }
  bool take(const TraitChange& change) { return ledger::take(traits_, change); }
  void take_back() {
    const auto found = std::ranges::find(traits_.all, before_.name, &Trait::name);
    if (found == traits_.all.end()) return;
    if (was_there_)
      *found = std::move(before_);
    else
      traits_.all.erase(found);
  }

  // Why they exceed what a visitor may have since `begin`.
  std::optional<std::string> excess() const {
    const ledger::Held now = ledger::held(traits_);
    if (now.count > held_.count && now.count > commit::trait_limits::kOfVisitor)
      return "is one trait too many for the visitor, who has 100";
    if (now.bytes > held_.bytes && now.bytes > commit::trait_limits::kBytesOfVisitor)
      return "is too much for the visitor, whose traits may have 8 KiB";
    return std::nullopt;
  }

 private:
  Traits traits_;
  Trait before_;
  bool was_there_ = false;
  ledger::Held held_;
};

// One request's changes of one visitor. Confined to take_traits.
class Taking {
 public:
  // `known`: the visitor's traits; `own`: those of them set under the id.
  Taking(commit::Draft& draft, const Handle& handle, const TraitsSaid& said, const TraitSpeaker& speaker, Traits known,
         Traits own)
      : draft_(draft),
        handle_(handle),
        said_(said),
        source_(said.source.empty() ? speaker.source : said.source),
        only_public_(speaker.only_public),
        most_(speaker.is_page ? commit::trait_limits::kOfPages : commit::trait_limits::kOfHandle),
        at_(std::min(said.at.value_or(draft.now()), draft.now())),
        known_(std::move(known)),
        own_(std::move(own)) {
    id_ = said.id.empty() ? 0 : ledger::remembered(said.id);
    const auto& ids = known_.traits().ids;
    repeats_ = id_ != 0 && std::ranges::find(ids, id_, &std::pair<std::uint64_t, Instant>::first) != ids.end();
  }

  void take(const TraitsSaid::One& one) {
    if (auto why = refusal(one)) return taken_.refused.emplace_back(one.name, std::move(*why)), void();
  }

  TraitsTaken& taken() { return taken_; }
  std::vector<TraitChange>& changes() { return changes_; }
  std::uint64_t id() const { return adds_ ? id_ : 0; }

 private:
  using Refused = std::optional<std::string>;

  Refused refusal(const TraitsSaid::One& one) {
    if (!commit::is_trait_name(one.name)) return kNoTraitName;
    const bool unset = unsets(one);
    const TraitDeclaration* known = draft_.find_trait(handle_, one.name);
    if (only_public_ && (!known || !known->is_public))
      return "is not public, and the request has no proof of who it is";
    TraitDeclaration trait = known ? *known : TraitDeclaration{};
    if (!known && !unset) {
      auto type = type_said(one);
      if (!type) return std::move(type.error());
      if (draft_.traits_of(handle_) >= most_) return "is one trait too many for the handle";
      trait.type = *type;
    }
    if (auto why = clash(one)) return why;
    auto values = values_kept(one, said_, trait.type);
    if (!values) return std::move(values.error());
    if (values->empty()) return taken_.stale.emplace_back(one.name), std::nullopt;
    if (one.op == TraitOp::kAdd && repeats_) return taken_.stale.emplace_back(one.name), std::nullopt;

    std::vector<TraitChange> changes;
    for (std::string& value : *values)
      changes.push_back({.name = std::string(one.name),
                         .op = unset ? TraitOp::kUnset : one.op,
                         .value = std::move(value),
                         .rank = commit::rank_of(trait, source_),
                         .source = std::string(source_),
                         .stamp = {at_, draft_.take_place()}});
    bool counts = false;
    known_.begin(one.name);
    own_.begin(one.name);
    for (const TraitChange& change : changes) {
      const bool said_before = is_known(change);
      own_.take(change);
      if (known_.take(change) && !said_before && ledger::counts(*known_.find(one.name), change)) counts = true;
    }
    if (auto why = too_much(one.name)) {
      known_.take_back();
      own_.take_back();
      return why;
    }
    if (!known && !unset) draft_.put_trait(handle_, std::string(one.name), &trait);
    adds_ = adds_ || one.op == TraitOp::kAdd;
    taken_.version = changes.empty() ? taken_.version : changes.back().stamp.place;
    changes_.insert(changes_.end(), std::move_iterator(changes.begin()), std::move_iterator(changes.end()));
    (counts ? taken_.applied : taken_.stale).emplace_back(one.name);
    return std::nullopt;
  }

  // A trait is either counted or set.
  Refused clash(const TraitsSaid::One& one) const {
    const Trait* found = known_.find(one.name);
    if (!found) return std::nullopt;
    const bool counts = one.op == TraitOp::kAdd;
    if (found->added && !counts) return "is a counter, so it can only be added to";
    if (!found->added && counts && (!found->said.empty() || found->once || !found->elements.empty()))
      return "is set, so it cannot be added to";
    return std::nullopt;
  }

  // The same change at the same instant, as when a file is imported again.
  bool is_known(const TraitChange& change) const {
    const Trait* trait = known_.find(change.name);
    if (!trait) return false;
    const bool sets = change.op == TraitOp::kSet || change.op == TraitOp::kUnset;
    const auto is_same = [&](const auto& one) { return one.rank == change.rank && one.stamp.at == change.stamp.at; };
    if (sets)
      return std::ranges::any_of(trait->said, [&](const Trait::Said& one) {
        return is_same(one) && one.json == change.value && one.source == change.source;
      });
    return std::ranges::any_of(trait->elements, [&](const Trait::Element& one) {
      return is_same(one) && one.text == change.value && one.in == (change.op == TraitOp::kInclude);
    });
  }

  // The traits under one id have limits of their own: another id may have unset one, and a split would restore it.
  Refused too_much(std::string_view name) const {
    if (auto why = known_.excess()) return why;
    if (auto why = own_.excess()) return why;
    const Trait& trait = *known_.find(name);
    if (trait.elements.size() > 2 * commit::trait_limits::kList) return "has had too many texts included and excluded";
    if (trait.elements.empty()) return std::nullopt;
    const auto now = ledger::value_of(trait);
    const auto list = now ? json::parse(now->json) : Result<json::Document>{unexpected(Fault{})};
    if (list && list->root().items().size() > commit::trait_limits::kList)
      return "would be a list of more than 50 texts";
    return std::nullopt;
  }

  commit::Draft& draft_;
  const Handle& handle_;
  const TraitsSaid& said_;
  const std::string_view source_;
  const bool only_public_;
  const std::size_t most_;
  const Instant at_;
  Tried known_, own_;
  std::uint64_t id_ = 0;
  bool repeats_ = false, adds_ = false;
  std::vector<TraitChange> changes_;
  TraitsTaken taken_;
};

// For a trait that several parts of a request change, each outcome once.
void once_each(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
}

}  // namespace

TraitsSaid read_traits(const json::Value& object, const std::string& path, bool may_say, Issues& issues,
                       std::initializer_list<std::string_view> others) {
  TraitsSaid said;
  if (!object.is_object()) return issues.add(path, "must be an object such as {\"set\":{\"plan\":\"pro\"}}"), said;
  for (const Part& part : kParts) {
    const json::Value* values = object.find(part.name);
    if (!values) continue;
    if (!values->is_object()) {
      issues.add(within(path, part.name), "must be an object");
      continue;
    }
    for (const json::Member& member : values->members()) said.changes.push_back({member.key, part.op, &member.value});
  }
  if (const json::Value* list = object.find("unset")) read_unset(*list, within(path, "unset"), said, issues);
  if (said.changes.size() > kTraitsPerRequest) issues.add(path, "may change at most 100 traits");
  if (const json::Value* id = object.find("id")) {
    if (id->is_string() && !id->text().empty() && id->text().size() <= 128)
      said.id = id->text();
    else
      issues.add(within(path, "id"), "must be a text of 1 to 128 bytes");
  }
  if (const json::Value* at = may_say ? object.find("at") : nullptr) {
    said.at = at->instant();
    if (!said.at) issues.add(within(path, "at"), "must be an RFC 3339 time or epoch milliseconds");
  }
  if (const json::Value* source = may_say ? object.find("source") : nullptr) {
    if (source->is_string() && commit::is_trait_source(source->text()))
      said.source = source->text();
    else
      issues.add(within(path, "source"), "must be a name such as \"crm\"");
  }
  for (const json::Member& member : object.members()) {
    const bool known = std::ranges::find(kParts, member.key, &Part::name) != kParts.end() ||
                       is_one_of(member.key, {"unset", "id"}) || is_one_of(member.key, others) ||
                       (may_say && is_one_of(member.key, {"at", "source"}));
    if (!known) issues.add(within(path, member.key), "is an unknown field");
  }
  return said;
}

bool unsets(const TraitsSaid::One& one) {
  return one.op == TraitOp::kUnset || (one.op == TraitOp::kSet && one.value->is_null());
}

std::expected<TraitType, std::string> type_said(const TraitsSaid::One& one) {
  if (one.op == TraitOp::kAdd) return TraitType::kNumber;
  if (one.op == TraitOp::kInclude || one.op == TraitOp::kExclude) return TraitType::kList;
  if (const auto type = commit::type_of(*one.value)) return *type;
  return std::unexpected("must be a text, a number, a boolean or a list of texts");
}

std::expected<std::vector<std::string>, std::string> values_kept(const TraitsSaid::One& one, const TraitsSaid& said,
                                                                 TraitType type) {
  if (unsets(one)) return std::vector<std::string>(1);
  const bool adds = one.op == TraitOp::kAdd;
  const bool is_of_list = one.op == TraitOp::kInclude || one.op == TraitOp::kExclude;
  if (adds && type != TraitType::kNumber) return std::unexpected("is no number, so it cannot be added to");
  if (adds && said.id.empty())
    return std::unexpected("is added to, which needs an id, so that a repeated request adds nothing");
  if (is_of_list && type != TraitType::kList)
    return std::unexpected("is no list, so nothing can be included or excluded");
  auto value = commit::trait_value(one.name, type, *one.value);
  if (!value) return std::unexpected(std::move(value.error()));
  std::vector<std::string> values;
  if (is_of_list)
    for (const json::Value& item : one.value->items()) values.push_back(*commit::trait_text(item.text()));
  else
    values.push_back(adds ? std::to_string(rules::millionths(*value)) : std::move(*value));
  return values;
}

Result<TraitsTaken> take_traits(commit::Draft& draft, const Handle& handle, const VisitorId& id, const TraitsSaid& said,
                                const TraitSpeaker& speaker) {
  const auto records = commit::reader_of(draft, handle, draft.now()).records(id);
  if (!records) return unexpected(records.error());
  const auto own = std::ranges::find(*records, id.view(), [](const auto& record) { return commit::id_of(*record); });
  Taking taking(draft, handle, said, speaker, ledger::united(commit::traits_of(*records)),
                own != records->end() && (*own)->traits ? (*own)->traits->unpacked() : Traits{});
  for (const TraitsSaid::One& one : said.changes) taking.take(one);
  if (!taking.changes().empty())
    if (auto fault = draft.say_traits(handle, id, std::move(taking.changes()), taking.id()))
      return unexpected(std::move(*fault));
  once_each(taking.taken().applied);
  once_each(taking.taken().stale);
  return std::move(taking.taken());
}

TraitsTaken refuse_traits(const TraitsSaid& said, std::string_view why) {
  TraitsTaken taken;
  for (const TraitsSaid::One& one : said.changes) taken.refused.emplace_back(one.name, why);
  return taken;
}

void write_members(json::Writer& out, const TraitsTaken& taken) {
  const auto list = [&](std::string_view name, const std::vector<std::string>& names) {
    out.key(name).begin_array();
    for (const std::string& one : names) out.string(one);
    out.end_array();
  };
  list("applied", taken.applied);
  list("stale", taken.stale);
  out.key("refused").begin_array();
  for (const auto& [trait, reason] : taken.refused)
    out.begin_object().member("trait", trait).member("reason", reason).end_object();
  out.end_array().member("version", static_cast<std::int64_t>(taken.version));
}

}  // namespace beckon::intake
