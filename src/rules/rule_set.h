// The compiled rules of one handle, and their pure judgement. No clock, no I/O: the instant is an argument.
// (rules, window, context, instant) → the same verdict, always.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/result.h"
#include "base/zone.h"
#include "ledger/hold.h"
#include "ledger/signal.h"
#include "rules/language/declared.h"
#include "rules/language/facts.h"
#include "rules/rule_store.h"

namespace beckon::rules {

enum class Outcome : std::uint8_t { kAct, kNone, kSuppressed, kHoldout };
std::string_view to_text(Outcome outcome);

using ledger::Hold;

struct Rule;

// What a rule that is not the answer came to: a live one that was held back, or one in status shadow.
struct Beside {
  std::string_view rule;
  std::string_view variant;                // of a shadow rule that would have acted; else empty
  Outcome outcome = Outcome::kSuppressed;  // kNone is never kept
  bool shadow = false;
  Hold hold = Hold::kNotHeld;
  std::uint64_t spends = 0;  // as Verdict::spends, for a shadow rule in its own counts
  std::uint64_t arm = 0;     // as Verdict::arm
  std::uint64_t mark = 0;    // as Verdict::mark
  std::uint32_t place = 0;   // in the order of judgement
};

struct Verdict {
  Outcome outcome = Outcome::kNone;
  std::string_view rule;  // ruleId; suppressed: of the first one held back; empty: none. Lives as long as the rule set
  std::string_view variant;      // empty: none
  Hold hold = Hold::kNotHeld;    // suppressed: why
  std::string_view action_json;  // {"type":…,"payload":…}, placeholders as written (RuleSet::action); empty: none
  const Rule* acting = nullptr;  // the rule that acts, and its arm; lives as long as the rule set
  std::size_t acting_arm = 0;
  Instant expires_at{};        // the earliest instant at which what was read can change by time alone, capped by ttl
  std::uint64_t reading = 0;   // digest of the answer, and of the context and the traits that the trigger's rules
                               // look at: what the etag is made of. The instant of expiry is no part of it
  std::uint64_t spends = 0;    // key of the rule's limit where this takes from it (act and holdout); 0: nothing
  std::uint64_t arm = 0;       // key of the arm, or of the holdout, that the unit is to keep, among its spends; 0: none
  std::uint64_t mark = 0;      // key under which this stays among the spends, since rules ask about it; 0: none does
  bool forced = false;         // the visitor is given the arm by name: it is not counted
  std::vector<Beside> beside;  // in the order of judgement; most often empty
};

// A delayed rule (triggers ["@due"]): asked by the server itself, once for each anchor.
struct Delayed {
  std::string_view rule;
  Duration ttl{};                         // how long its message is worth sending
  bool visitor = false;                   // its absence looks at all sessions of the visitor
  bool local = false;                     // its hours are those of the visitor's zone
  bool shadow = false;                    // judged and recorded, never published
  bool by_value = false;                  // it has a `same`: one wait for each value
  Instant live_since{};                   // anchors that arrived before it do not count
  std::vector<std::string> include = {};  // traits that its event tells; sorted
  std::uint32_t index = 0;                // the rule set's own
};

// What a delayed rule waits from: the newest signal that fits `after`, while nothing that fits `absent` came behind it
// in the order of signals (ledger/signal.h). Of a rule with `same`, likewise among the signals of one value.
struct Anchor {
  Instant at{}, received{};
  std::string same = {};      // its value of the rule's `same`; empty: the rule has none
  std::uint64_t version = 0;  // of the session that the anchor is in, in a merged window too
  std::uint64_t place = 0;    // in the journal: ledger::Signal::place
  Instant due{};              // at + for
};

// What a rule's decisions aim at: a signal of the key, within so long behind one.
struct Aim {
  std::string_view rule;
  Duration within{};
  std::string_view value_field;  // of the signal's metadata; empty: none
  bool each = false;             // every such signal, not only the first
  bool shadow = false;
};

// Immutable; thread-safe.
class RuleSet {
 public:
  // A set without rules, version 0.
  RuleSet();
  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  // Fault: validation_error that names the rule and the path of each fault (a stored rule is always acceptable, so
  // the caller treats a fault here as damage). The zones outlive the set. A score that is not declared is nothing: it
  // compares false. Without the handle's zone, nothing lies in a calendar day of a visitor whose own is not known.
  static Result<RuleSet> compile(const StoredRules& stored, const Zones& zones, const Declared& declared = {});

  std::uint64_t version() const;

  // About a microsecond for a hundred rules. Allocates nothing on the common path.
  Verdict judge(std::string_view trigger, const Facts& facts) const;

  // Whether a rule of the trigger measures in scope visitor, counts spends, or looks at traits or lifetime counters:
  // what Facts must then bring.
  bool reads_visitor(std::string_view trigger) const;
  bool reads_spends(std::string_view trigger) const;
  bool reads_traits(std::string_view trigger) const;
  bool reads_counters(std::string_view trigger) const;
  // The visitor's own window: the newest signals of all sessions, the oldest session first, of those keys that a
  // measure of scope visitor reads.
  ledger::Window window_of_visitor(std::span<const ledger::Window* const> sessions) const;
  // The key under which a live rule counts what it spends; 0: it has no limit, or no rule of this id is live.
  std::uint64_t spends_of(std::string_view rule) const;

  // The key under which an outcome of the live rule, or a reaction to it, is kept; 0: no rule asks about it.
  std::uint64_t mark_of(std::string_view rule, std::string_view what) const;
  bool is_limit(std::uint64_t key) const;  // a rule's caps and cooldowns count spends of this key

  // The key of the arm (empty: the holdout) that the live rule has given, where it is to be kept and `facts`, of
  // before, have none yet; else 0.
  std::uint64_t arm_to_keep(std::string_view rule, std::string_view variant, bool holdout, const Facts& facts) const;
  bool has_sticky() const;  // a rule whose arms stay
  bool has_forced() const;  // a rule that gives arms by name
  // Whether the rule gives the visitor of these ids an arm by name.
  bool is_forced(std::string_view rule, std::span<const std::string_view> ids) const;
  // Whose arm the key of a spend is. Nothing where it is none of those that are there.
  struct ArmOf {
    std::string_view rule, trigger;  // one of its triggers
    bool shadow = false;
    bool of_visitor = false;  // it is kept for all sessions of the visitor
  };
  std::optional<ArmOf> arm_of(std::uint64_t key) const;

  // The "explanation" member of an envelope: for each rule of the trigger, in order, matched, or the first condition
  // that failed with what was wanted and what was seen. Appends one JSON array.
  void explain(std::string_view trigger, const Facts& facts, json::Writer& out) const;

  // The action of a verdict with its values; JSON null where there is none. `facts`: those of the judgement.
  // `room` holds the text where it has values.
  std::string_view action(const Verdict& verdict, const Facts& facts, std::string_view decision_id,
                          std::string& room) const;
  // Whether the action of the verdict has values at all.
  static bool has_values(const Verdict& verdict);

  std::vector<std::string> triggers() const;   // that some live rule answers, sorted
  bool knows(std::string_view trigger) const;  // a rule, live or in shadow, names it

  // Of rules, live and shadow, whose goal has this key.
  std::span<const Aim> aims(std::string_view key) const;
  bool has_goal(std::string_view rule) const;
  bool has_goals() const;  // any rule
  // The longest time within which a rule's goal must be reached: of one rule, and of those of one trigger; empty: of
  // all. Nothing where none of them has a goal.
  std::optional<Duration> longest_goal(std::string_view rule, std::string_view trigger) const;

  // Delayed rules, live and shadow.
  std::span<const Delayed> delayed() const;
  // Whether the signal can begin, renew or end the wait of the rule.
  bool feeds(const Delayed& delayed, const ledger::Signal& signal) const;
  // Whether the signal is what the rule waits for the absence of: it ends the reason of every earlier anchor.
  bool ends(const Delayed& delayed, const ledger::Signal& signal) const;
  // Of a rule with `same`, the value that the signal has for it; else empty.
  std::string value_of(const Delayed& delayed, const ledger::Signal& signal) const;
  // The newest first, at most one for each value of `same`; none where what was missed has come, or where nothing began
  // a wait. `window`: merged where `delayed.visitor`.
  std::vector<Anchor> anchors(const Delayed& delayed, const ledger::Window& window, Instant now,
                              Duration retention) const;
  // This rule alone. `hold`: why it is held back; where it is closed, `opens_at` is when it opens.
  struct DueVerdict {
    Verdict verdict;
    Hold hold = Hold::kNotHeld;
    Instant opens_at{};
  };
  DueVerdict judge_due(const Delayed& delayed, const Facts& facts) const;
  void explain_due(const Delayed& delayed, const Facts& facts, json::Writer& out) const;  // as explain, one rule

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace beckon::rules
