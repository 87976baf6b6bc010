// The compiled rules of one handle and their evaluation. Pure: no clock, no I/O, the instant is an argument. The same
// (rules, window, context, instant) always give the same verdict.
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

// A runner-up: a live rule that was held back, or a rule in status shadow.
struct Beside {
  std::string_view rule;
  std::string_view variant;                // of a shadow rule that would have acted; otherwise empty
  Outcome outcome = Outcome::kSuppressed;  // never kNone
  bool shadow = false;
  Hold hold = Hold::kNotHeld;
  std::uint64_t spends = 0;  // as Verdict::spends; a shadow rule has its own counts
  std::uint64_t arm = 0;     // as Verdict::arm
  std::uint64_t mark = 0;    // as Verdict::mark
  std::uint32_t place = 0;   // position in evaluation order
};

struct Verdict {
  Outcome outcome = Outcome::kNone;
  std::string_view rule;  // ruleId; if suppressed, of the first held back; empty if none. Lives as long as the rule set
  std::string_view variant;      // empty if there is none
  Hold hold = Hold::kNotHeld;    // the reason, if suppressed
  std::string_view action_json;  // {"type":…,"payload":…}, placeholders as written (RuleSet::action); empty if none
  const Rule* acting = nullptr;  // the rule that acts, and its arm; lives as long as the rule set
  std::size_t acting_arm = 0;
  Instant expires_at{};        // the earliest instant at which time alone can change what was read, at most ttl
  std::uint64_t reading = 0;   // fingerprint of the result and of the context and traits that the trigger's rules read;
                               // the etag is made from it. Excludes the expiry
  std::uint64_t spends = 0;    // key of the rule's limit, if this counts toward it (act and holdout); otherwise 0
  std::uint64_t arm = 0;       // key of the arm or holdout that the unit is to keep, among its exposures; 0 if none
  std::uint64_t mark = 0;      // key under which this is stored as an exposure, if some rule reads it; otherwise 0
  bool forced = false;         // the arm was assigned to the visitor by name: not counted
  std::vector<Beside> beside;  // in evaluation order; usually empty
};

// A delayed rule (triggers ["@due"]): evaluated by the server itself, once for each anchor.
struct Delayed {
  std::string_view rule;
  Duration ttl{};                         // how long its message may be sent
  bool visitor = false;                   // its absence covers all sessions of the visitor
  bool local = false;                     // its opening hours are in the visitor's zone
  bool shadow = false;                    // evaluated and recorded, never published
  bool by_value = false;                  // it has a `same`: one wait for each value
  Instant live_since{};                   // earlier anchors do not count
  std::vector<std::string> include = {};  // traits in its event; sorted
  std::uint32_t index = 0;                // internal to the rule set
};

// The start of a delayed rule's wait: the newest signal that matches `after`, unless a later one (in the order of
// signals, ledger/signal.h) matches `absent`. For a rule with `same`, separately for the signals of each value.
struct Anchor {
  Instant at{}, received{};
  std::string same = {};      // its value of the rule's `same`; empty without `same`
  std::uint64_t version = 0;  // in the anchor's own session, also if the window is merged
  std::uint64_t place = 0;    // in the journal: ledger::Signal::place
  Instant due{};              // at + for
};

// The goal of a rule's decisions: a signal with the key, within this time after one.
struct Aim {
  std::string_view rule;
  Duration within{};
  std::string_view value_field;     // of the signal's metadata; empty if none
  std::string_view currency_field;  // likewise
  bool each = false;                // every such signal, not only the first
  bool shadow = false;
};

// Immutable; thread-safe.
class RuleSet {
 public:
  // An empty set, version 0.
  RuleSet();
  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  // Fault: validation_error with the rule and the path of each fault (stored rules are always valid, so the caller
  // treats a fault as damage). The zones outlive the set. An undeclared score has no value: it compares false. Without
  // a zone of the handle, calendar days have no signals for a visitor whose zone is unknown.
  static Result<RuleSet> compile(const StoredRules& stored, const Zones& zones, const Declared& declared = {});

  std::uint64_t version() const;

  // About a microsecond for a hundred rules. Does not allocate on the common path.
  Verdict judge(std::string_view trigger, const Facts& facts) const;

  // Whether a rule of the trigger uses scope visitor, exposures, traits or lifetime counters: Facts must then contain
  // them.
  bool reads_visitor(std::string_view trigger) const;
  bool reads_spends(std::string_view trigger) const;
  bool reads_traits(std::string_view trigger) const;
  bool reads_counters(std::string_view trigger) const;
  // Whether a condition or goal of a live or shadow rule reads signals with this key, or one that is filling will:
  // others leave a full window first (ledger/window.h).
  bool reads(std::string_view key) const;
  bool reads_in_force(std::string_view key) const;  // likewise, without those that are filling
  // Whether every key that `other`, which is not filling, reads is one that rules in force read.
  bool covers(const RuleSet& other) const;
  // Whether the rule is filling (StoredRules::filling) and reads signals with this key, which no rule in force does.
  bool fills(const RuleId& rule, std::string_view key) const;
  // The indexes of signals from which some `absent` waits, whatever time it is, ascending: the newest that starts a
  // wait, unless one that ends it came later; with `same`, of each value. At most the kWaiting newest.
  std::vector<std::size_t> waiting(const ledger::Window& window) const;
  bool has_waits() const;  // some condition is `absent`
  // The visitor's own window: the newest signals of all sessions, given oldest session first, with those keys that a
  // measure of scope visitor reads; and older ones from which an absence of this scope waits.
  ledger::Window window_of_visitor(std::span<const ledger::Window* const> sessions) const;
  // The key under which a live rule counts exposures; 0 if it has no limit, or no rule of this id is live.
  std::uint64_t spends_of(std::string_view rule) const;

  // The key under which an outcome of the live rule, or a reaction to it, is stored; 0 if no rule reads it.
  std::uint64_t mark_of(std::string_view rule, std::string_view what) const;
  bool is_limit(std::uint64_t key) const;  // caps and cooldowns of a rule count exposures with this key

  // The key of the arm (`variant`; or the holdout) that the live rule has assigned, if it is to be kept and `facts`,
  // from before, have none yet; otherwise 0.
  std::uint64_t arm_to_keep(std::string_view rule, std::string_view variant, bool holdout, const Facts& facts) const;
  bool has_sticky() const;  // some rule's arms are sticky
  bool has_forced() const;  // some rule assigns arms by name
  // Whether the rule assigns an arm by name to the visitor with these ids.
  bool is_forced(std::string_view rule, std::span<const std::string_view> ids) const;
  // The arm that the key of an exposure belongs to. std::nullopt if there is no such arm.
  struct ArmOf {
    std::string_view rule, trigger;  // one of its triggers
    bool shadow = false;
    bool of_visitor = false;  // kept across all sessions of the visitor
  };
  std::optional<ArmOf> arm_of(std::uint64_t key) const;
  // Whether a visitor with these exposures, a part for each of their ids, was given two arms of the live or shadow rule
  // that are kept across all sessions.
  bool is_mixed(std::string_view rule, bool shadow, std::span<const std::span<const ledger::Spend>> exposures) const;

  // Appends the "explanation" member of an envelope, a JSON array: for each rule of the trigger, in order, that it
  // matched, or the first condition that failed with its expected and actual value.
  void explain(std::string_view trigger, const Facts& facts, json::Writer& out) const;

  // The action of a verdict with its values inserted; JSON null if there is none. `facts`: those of the evaluation.
  // `room` holds the text if there are values.
  std::string_view action(const Verdict& verdict, const Facts& facts, std::string_view decision_id,
                          std::string& room) const;
  // Whether the verdict's action has placeholders.
  static bool has_values(const Verdict& verdict);

  std::vector<std::string> triggers() const;   // those of live rules, sorted
  bool knows(std::string_view trigger) const;  // a live or shadow rule has this trigger

  // The goals with this key of live and shadow rules.
  std::span<const Aim> aims(std::string_view key) const;
  bool has_goal(std::string_view rule) const;
  bool has_goals() const;  // of any rule
  // The longest goal time of one rule, or of the rules of one trigger; empty means any. std::nullopt if none has a
  // goal.
  std::optional<Duration> longest_goal(std::string_view rule, std::string_view trigger) const;

  // Delayed rules, live and shadow.
  std::span<const Delayed> delayed() const;
  // Whether the signal can start, restart or end the wait of the rule.
  bool feeds(const Delayed& delayed, const ledger::Signal& signal) const;
  // Whether the rule waits for the absence of this signal: it ends the reason of every earlier anchor.
  bool ends(const Delayed& delayed, const ledger::Signal& signal) const;
  // The signal's value of the rule's `same`; empty without `same`.
  std::string value_of(const Delayed& delayed, const ledger::Signal& signal) const;
  // The newest first, at most one for each value of `same`; empty if the missed signal has arrived, or if no wait has
  // started. `window`: merged if `delayed.visitor`.
  std::vector<Anchor> anchors(const Delayed& delayed, const ledger::Window& window, Instant now,
                              Duration retention) const;
  // For this rule alone. `hold`: why it is held back; for kClosed, `opens_at` is when it opens.
  struct DueVerdict {
    Verdict verdict;
    Hold hold = Hold::kNotHeld;
    Instant opens_at{};
  };
  DueVerdict judge_due(const Delayed& delayed, const Facts& facts) const;
  void explain_due(const Delayed& delayed, const Facts& facts, json::Writer& out) const;  // like explain, for one rule

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace beckon::rules
