// Warns of traits without which a rule's message is held back. How many visitors lack them is unknown to the linter,
// which sees only rules.
#include <map>
#include <set>

#include "commit/visitor_ids.h"
#include "http/routes/rule_view.h"
#include "rules/language/read_rule.h"
#include "system/zones.h"

namespace beckon::http {
namespace {

constexpr std::size_t kSessions = 1'000;  // the newest; and of these:
constexpr std::size_t kVisitors = 500;
constexpr std::chrono::days kSpan{7};

using Parts = std::vector<const ledger::PackedTraits*>;

// Reads only the traits from a payload.
class TraitsAlone final : public rules::PayloadValues {
 public:
  explicit TraitsAlone(const Parts& traits) : traits_(traits) {}
  std::optional<std::string_view> value(const rules::PayloadPath& path, std::string& room) const override {
    if (path.root != rules::PayloadRoot::kTrait) return std::nullopt;
    auto trait = ledger::trait_in(traits_, path.rest);
    if (!trait) return std::nullopt;
    return room = std::move(trait->json);
  }

 private:
  const Parts& traits_;
};

// The names of missing traits. One that any arm lacks holds back all arms.
std::set<std::string> lacking(const rules::Rule& rule, const Parts& traits) {
  std::set<std::string> names;
  for (const rules::Arm& arm : rule.arms) {
    if (!arm.payload) continue;
    for (const rules::PayloadPath* path : arm.payload->holding(TraitsAlone(traits)))
      if (path->root == rules::PayloadRoot::kTrait) names.insert(path->rest);
  }
  return names;
}

struct Counted {
  std::size_t visitors = 0;
  std::map<std::string, std::size_t> lacking;
};

Result<Counted> count(const Api& api, const Handle& handle, const rules::Rule& rule) {
  const Instant now = api.clock.now();
  const auto newest = api.places.sessions.newest(handle, std::nullopt, kSessions, now);
  if (!newest) return unexpected(newest.error());
  const commit::VisitorReader reader = commit::reader_of(api.places.sessions, handle, now);
  std::set<std::string, std::less<>> ids, names;
  Counted counted;
  for (const ledger::SessionSummary& session : *newest) {
    if (session.visitor.empty() || session.last_received < now - kSpan || names.size() == kVisitors) continue;
    if (!ids.emplace(session.visitor.view()).second) continue;
    const auto records = reader.records(session.visitor);
    if (!records) return unexpected(records.error());
    if (records->empty() || !names.emplace(commit::id_of(*records->front())).second) continue;
    ++counted.visitors;
    for (const std::string& name : lacking(rule, commit::traits_of(*records))) ++counted.lacking[name];
  }
  return counted;
}

std::string share(std::size_t part, std::size_t whole) {
  const std::size_t percent = part * 100 / whole;
  return percent == 0 ? "Less than 1 %" : std::to_string(percent) + " %";
}

}  // namespace

void warn_of_missing_traits(const Api& api, const commit::Tenant& tenant, const rules::StoredRule& stored,
                            std::vector<rules::Warning>& warnings) {
  const auto document = json::parse(stored.json);
  if (!document) return;
  Issues issues;
  const rules::Rule rule = rules::read_rule(stored.id, document->root(), system_zones(), issues, true);
  std::set<std::string> needed = lacking(rule, {});
  const auto warn = [&](std::string message) {
    warnings.push_back({"missing_trait", std::move(message), {.at = api.clock.now()}});
  };
  for (auto name = needed.begin(); name != needed.end();) {
    const commit::TraitDeclaration* declared = rule.delayed() ? nullptr : tenant.traits->find(*name);
    if (!declared || !declared->sensitive) {
      ++name;
      continue;
    }
    warn("It is always held back: the trait " + *name + " is sensitive, so only messages of delayed rules have it.");
    name = needed.erase(name);
  }
  if (needed.empty()) return;
  const auto counted = count(api, tenant.handle, rule);
  if (!counted) return;
  for (const auto& [name, visitors] : counted->lacking)
    if (needed.contains(name))
      warn(share(visitors, counted->visitors) + " of the visitors of the last 7 days lack the trait " + name +
           ", so it is held back for them.");
}

}  // namespace beckon::http
