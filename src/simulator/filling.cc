// A rule whose text changes while sessions go on. A text that reads new keys waits until windows have what was recorded
// of them; until then the former text is in force. So, whatever left the windows meanwhile, a text in force is judged
// by all signals of its key.
//
// Which text is in force is read from the store, as an operator would; everything else is from responses.
#include <algorithm>
#include <numeric>

#include "intake/rule_book.h"
#include "rules/language/check_rule.h"
#include "simulator/world.h"
#include "system/zones.h"

namespace beckon::simulator {
namespace {

using ledger::SessionPtr;

constexpr std::size_t kReaders = 2;
constexpr int kKeys = 4;
constexpr int kMostRead = 150;  // signals of these keys in a session: fewer than a window keeps
const RuleId kPick{"pick"};

std::size_t number_in(const std::string& json) {
  const auto rule = json::parse(json);
  return static_cast<std::size_t>(*rule->root().find("action")->find("payload")->find("text")->integer());
}

std::string text_of(std::size_t number, const KnownText& text) {
  return R"({"triggers":["shelf"],"when":{"all":[{"count":{"key":")" + text.key + R"("},"atLeast":)" +
         std::to_string(text.least) + R"(}]},"action":{"type":"popup","payload":{"text":)" + std::to_string(number) +
         "}}}";
}

int sum(const Keys& keys) {
  return std::accumulate(keys.begin(), keys.end(), 0, [](int all, const auto& one) { return all + one.second; });
}

int count_of(const Keys& keys, const std::string& key) {
  const auto found = keys.find(key);
  return found == keys.end() ? 0 : found->second;
}

}  // namespace

World::Texts World::texts_now(Process& at) const {
  const rules::StoredRules stored = *at.store().rules().rules(Handle{std::string(kOfRules)});
  Texts now;
  if (!stored.rules.empty()) now.in_force = number_in(stored.rules[0].json);
  if (!stored.filling.empty()) now.waiting = number_in(stored.filling[0].json);
  return now;
}

void World::change_or_use_rules() {
  Dice& dice = stage_.dice;
  if (outside_.readers.size() < kReaders)
    outside_.readers.push_back({.id = SessionId{"reader-" + std::to_string(outside_.readers.size())}});
  const std::size_t reader = dice.one_in(4) ? outside_.readers.size() - 1 : 0;
  const int kind = dice.below(6);
  if (kind == 0) return save_text();
  // A window's worth of signals now and then.
  for (int i = kind == 1 ? 0 : kind == 2 ? 5 : 1; i > 0 && is_up(); --i) {
    append_keys(reader);
    if (kind == 2) pass(stage_.time.passed() + dice.spread(1ms, 10s));
  }
  if (is_up()) ask_by_text(reader);
}

void World::save_text() {
  Process* const at = reach(Handle{std::string(kOfRules)});
  if (outside_.saving || !at) return;
  const std::string key = "k" + std::to_string(stage_.dice.below(kKeys));
  const KnownReader& reader = outside_.readers[stage_.dice.below(outside_.readers.size())];
  const int most = count_of(reader.stored, key) + stage_.dice.below(2);
  const std::size_t number = outside_.texts.size();
  outside_.texts.push_back({.key = key, .least = std::max(1, most)});
  outside_.saving = number;
  const std::string json =
      *rules::check_rule(kPick, json::parse(text_of(number, outside_.texts.back()))->root(), system_zones());
  const auto plan = [this, at, json](commit::Draft& draft) -> std::optional<Fault> {
    const Handle handle{std::string(kOfRules)};
    const rules::StoredRules before = *at->store().rules().rules(handle);
    const intake::RuleChange change{
        .handle = handle, .by = {}, .action = "rule.put", .target = kPick.text, .rule = kPick, .at = draft.now()};
    auto planned =
        intake::PlannedChange::make(change, before, intake::with_change(before, kPick, json, draft.now()), {});
    if (!planned) return planned.error();
    planned->plan(draft, at->store().ledger(), options_.filling.most);
    draft.after_commit([at, handle, planned = std::move(*planned)] {
      require(intake::publish(at->tenants, handle, {}, planned), [] { return "P7: a rule is not published"; });
    });
    return std::nullopt;
  };
  outside_.saving_of = at->life->number;
  at->plan(plan, while_alive(*at, [this, at, number](const std::optional<Fault>& fault) {
             stage_.tell([&] {
               return "text " + std::to_string(number) +
                      (fault                    ? " is refused"
                       : texts_now(*at).waiting ? " waits for windows"
                                                : " is in force") +
                      ": at least " + std::to_string(outside_.texts[number].least) + " " + outside_.texts[number].key;
             });
             outside_.saving.reset();
             if (fault) return;
             outside_.text = number;
             stage_.counts.add(Count::kRulesSaved);
             if (texts_now(*at).waiting) stage_.counts.add(Count::kRulesWaited);
           }));
}

// Some signals of the keys, and many of one that no text reads, so that windows are soon full.
void World::append_keys(std::size_t number) {
  Dice& dice = stage_.dice;
  KnownReader& reader = outside_.readers[number];
  Process* const at = reach(Handle{std::string(kOfRules)});
  if (!reader.asked.empty() || !at) return;
  reader.asked_of = at->life->number;
  std::string signals;
  const auto add = [&](const std::string& key) {
    ++reader.asked[key];
    signals += (signals.empty() ? "{\"type\":\"" : ",{\"type\":\"") + key + "\"}";
  };
  const int read = sum(reader.stored) - count_of(reader.stored, "scroll");
  for (int i = read < kMostRead ? dice.between(0, 4) : 0; i > 0; --i) add("k" + std::to_string(dice.below(kKeys)));
  for (int i = dice.between(45, 56); i > 0; --i) add("scroll");
  auto request =
      intake::parse_append(*json::parse(R"({"sessionId":")" + reader.id.text + R"(","signals":[)" + signals + "]}"),
                           at->tenants, kOfRules, stage_.time.now());
  require(request.has_value(), [&] { return "the request of a client is refused: " + request.error().message; });
  const auto done = while_alive(*at, [this, number, life = at->life->number](const intake::AppendRequest&,
                                                                             const Result<intake::Appended>& answer) {
    KnownReader& one = outside_.readers[number];
    if (one.asked_of != life) return;  // known by now (check_readers), and asked of another
    stage_.tell([&] {
      std::string keys;
      for (const auto& [key, count] : one.asked) keys += " " + std::to_string(count) + " " + key;
      return one.id.text + (answer ? " has" : " has not") + keys;
    });
    if (answer)
      for (const auto& [key, count] : one.asked) one.stored[key] += count;
    one.asked.clear();
  });
  at->submit(std::make_unique<intake::Append>(std::move(*request), at->tokens, done));
}

void World::ask_by_text(std::size_t number) {
  const KnownReader& reader = outside_.readers[number];
  Process* const at = reach(Handle{std::string(kOfRules)});
  if (!at) return;
  const auto body = json::parse(R"({"sessionId":")" + reader.id.text + R"(","trigger":"shelf"})");
  auto request = decision::parse_decision(body->root(), at->tenants, kOfRules, false, stage_.time.now());
  require(request.has_value(), [&] { return "the request of a page is refused: " + request.error().message; });
  if (loses_responses() && !reader.asked.empty()) return;
  const auto judged = [this, at, number, before = texts_now(*at),
                       stored = reader.stored](const Result<decision::Envelope>& answer) {
    if (loses_responses() && !outside_.readers[number].asked.empty()) return;
    // Signals of the future do not count.
    if (!answer || stage_.time.went_back() || texts_now(*at) != before || outside_.readers[number].stored != stored)
      return;
    const auto in_force = before.in_force;
    const bool acts = in_force && count_of(stored, outside_.texts[*in_force].key) >= outside_.texts[*in_force].least;
    const auto acted = answer->verdict.outcome == rules::Outcome::kAct
                           ? std::optional(number_in(R"({"action":)" + std::string(answer->verdict.action_json) + "}"))
                           : std::nullopt;
    const auto words = [](std::optional<std::size_t> text) { return text ? "text " + std::to_string(*text) : "none"; };
    require(acted == (acts ? in_force : std::nullopt), [&] {
      return "Filling: " + words(acted) + " acts in " + outside_.readers[number].id.text + ", and " + words(in_force) +
             " is in force" + (before.waiting ? ", " + words(before.waiting) + " waits" : "");
    });
    stage_.counts.add(Count::kJudged);
  };
  at->resolver.resolve(std::move(*request), while_alive(*at, judged));
}

// What was acknowledged is there: signals, as far as they are counted, and the rule. After a restart this settles what
// became of requests without a response.
void World::check_readers(Process& at) {
  const Handle handle{std::string(kOfRules)};
  for (KnownReader& reader : outside_.readers) {
    if (reader.asked_of == at.life->number && !reader.asked.empty()) continue;  // an answer will come
    const auto digest = at.sessions.digest(handle.view(), reader.id.view());
    const SessionPtr session = *at.sessions.find(handle, reader.id, digest);
    std::uint64_t there = 0;
    if (session && session->counted)
      for (const ledger::Subtotal& one : session->counted->of(Process::kCounter)) there += one.count;
    const auto stored = static_cast<std::uint64_t>(sum(reader.stored)),
               asked = static_cast<std::uint64_t>(sum(reader.asked));
    if (there == stored + asked)
      for (const auto& [key, count] : reader.asked) reader.stored[key] += count;
    require(there == stored || there == stored + asked, [&] {
      return "P1, P2: " + reader.id.text + " has " + std::to_string(there) + " signals, and not " +
             std::to_string(stored) + " or " + std::to_string(stored + asked);
    });
    reader.asked.clear();
  }
  const Texts now = texts_now(at);
  const auto saved = now.waiting ? now.waiting : now.in_force;
  if (saved && saved == outside_.saving) outside_.text = saved;
  outside_.saving.reset();
  require(saved == outside_.text, [&] {
    return "P1, P2: text " + (saved ? std::to_string(*saved) : "none") + " is there, and not " +
           (outside_.text ? std::to_string(*outside_.text) : "none");
  });
}

// After hours without trouble, every text is in force.
void World::check_filled() {
  require(!texts_now(*owner(Handle{std::string(kOfRules)})).waiting,
          [] { return "Filling: a text waits although all has been well for hours"; });
  for (std::size_t i = 0; i < outside_.readers.size(); ++i) ask_by_text(i);
}

}  // namespace beckon::simulator
