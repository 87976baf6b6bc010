// A rule as it was read and found right: the checked tree between the JSON text and its compiled form.
// Plain values; equal measures compare equal, so that rules can share them.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/zone.h"
#include "ledger/signal.h"
#include "rules/language/calendar.h"
#include "rules/language/metadata.h"
#include "rules/language/payload_template.h"

namespace beckon::rules {

// "cart", or the beginning of a text: "cart.*" of keys, "cart*" of values.
struct Pattern {
  std::string text;  // without the star
  bool prefix = false;

  bool fits(std::string_view of) const { return prefix ? of.starts_with(text) : of == text; }
  friend auto operator<=>(const Pattern&, const Pattern&) = default;
};

// Which signals a measure looks at: those that fit every part given. Lists are sorted and without doubles.
struct Filter {
  std::vector<Pattern> keys;          // any of them; empty: every key
  std::vector<Pattern> values;        // any of them; empty: every value, and none at all
  std::vector<std::string> sources;   // any of them; empty: every source, and none at all
  std::int32_t min_confidence = 0;    // millionths
  std::vector<FieldComparison> meta;  // all of them, of one element of each list

  bool fits(const ledger::Signal& signal) const;
  bool key_alone() const { return values.empty() && sources.empty() && min_confidence == 0 && meta.empty(); }
  friend auto operator<=>(const Filter&, const Filter&) = default;
};

enum class MeasureKind : std::uint8_t {
#define MEASURE(Name) k##Name,
#include "rules/language/measures/table.inc"
#undef MEASURE
};

constexpr bool is_of_trait(MeasureKind kind) {
  return kind == MeasureKind::kTrait || kind == MeasureKind::kTraitAge || kind == MeasureKind::kTraitDays;
}
constexpr bool is_of_counter(MeasureKind kind) { return kind == MeasureKind::kEver || kind == MeasureKind::kEverAge; }

// What a condition asks of a lifetime counter.
enum class EverOf : std::uint8_t { kCount, kSum, kDays, kFirst, kLast };

enum class Scope : std::uint8_t { kSession, kVisitor };

// What a sum or maximum of nothing is: it compares false with every bound.
inline constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();

// What is measured. A signal counts in (now − within, now], and only inside the retention.
// What every judgement reads stands first, on one cache line.
struct Measure {
  MeasureKind kind = MeasureKind::kSeen;
  Scope scope = Scope::kSession;
  Calendar calendar = Calendar::kNone;  // only signals of the same unit as now, too
  bool since = false;                   // only signals behind the newest that fits `after`; none where there is none
  bool path = false;             // kSum, kMax, kDistinct: the field may be a path (field_path.h), or has a factor
  EverOf ever = EverOf::kCount;  // kEver, kEverAge
  Duration within{};             // zero: all of the session
  Duration wait{};               // kAbsent
  Duration least_age{};  // kLast, kTraitAge, kEverAge: the age changes with every instant, its place between bounds
                         // does not.
  Duration most_age{};   // Of a trait's instant it is negative where that is ahead
  Filter filter;
  std::string field;  // kContext: of the context; kTrait and its like: the trait; kSum, kMax, kDistinct: of
                      // the signals' metadata, and where a kDistinct has none, their values; kScore: the
                      // score's name; kDecision: the rule's id; kEver and kEverAge: the counter
  std::string times;  // kSum, kMax: what the field is multiplied by, of the same element; empty: nothing
  std::string same;   // kCount, kSteps, kAbsent: the measure is the best over the values of this (same.h)
  Filter after;       // kAbsent: the anchor; and that of `since`
  // Whose wall clock the calendar, or the date of a trait, is of. Its name is empty where it is the handle's, and
  // "visitor" where it is the visitor's, with the handle's where that is not known.
  const Zone* zone = nullptr;  // null: the visitor's, or `zone_else`
  const Zone* zone_else = nullptr;
  std::string zone_name;
  std::vector<Filter> steps;                // kSteps
  std::int64_t least_score = kNothing + 1;  // kScore: a score changes with every instant, its
  std::int64_t most_score = std::numeric_limits<std::int64_t>::max();  // place between bounds, in millionths, seldom
  Comparison comparison;                                               // kContext; needs a value
  bool yearly = false;                                                 // kTraitDays: until the date's next return
  Instant from = Instant::min();                                       // kActive
  Instant until = Instant::max();                                      // kActive
  std::uint32_t buckets = 0;                                           // kRollout; the field is its salt
  std::vector<std::string> decided;  // kDecision, of the rule that the field names: outcomes, or one reaction; sorted
  bool shadow = false;               // kDecision: of that rule in shadow

  friend auto operator<=>(const Measure&, const Measure&) = default;
};

// A measure held against constants: it holds where least ≤ measure ≤ most.
struct Condition {
  static constexpr std::int64_t kNoLeast = kNothing + 1;
  static constexpr std::int64_t kNoMost = std::numeric_limits<std::int64_t>::max();

  Measure measure;
  std::int64_t least = kNoLeast;
  std::int64_t most = kNoMost;
  std::string path;  // where it stands in the rule: "when.all[0]", or "active"
};

// A condition, or its contrary.
struct Literal {
  Condition condition;
  bool negated = false;
};

// What groups inside groups come to: alternatives of which one must be true, or, as one of those, what must be true
// together.
struct Branch {
  bool any = true;                // one of what follows; else all of it
  std::vector<Literal> literals;  // those that are negated last
  std::vector<Branch> branches;   // of the other kind
};

enum class Status : std::uint8_t { kDraft, kShadow, kLive, kPaused };

// When inside `active` a rule may act: by the wall clock of a zone, or of the visitor's. Read once, then immutable.
struct Hours {
  std::chrono::minutes open{0}, close{std::chrono::hours{24}};  // from midnight; close ≤ open: it ends on the next day
  std::uint8_t days = 0x7f;                                     // on which it opens; bit 0 is Monday
  const Zone* zone = nullptr;                                   // null: the visitor's
  std::vector<const Zone*> zone_else;  // where that is not known, it is open where it is open in all of these
};

struct Cap {
  std::int64_t max = 1;
  Duration per{};                       // zero: the session, or what the calendar says
  Calendar calendar = Calendar::kNone;  // else in the same unit as now, by the clock of these zones, as in Measure
  const Zone* zone = nullptr;
  const Zone* zone_else = nullptr;
  std::string zone_name;
};

// What a rule may spend: of the visitor where known, else of the session.
struct Limit {
  Duration cooldown{};  // zero: none
  std::vector<Cap> caps;
  std::string group;      // rules of one group share one count; empty: its own
  std::uint64_t key = 0;  // spend_key
};

struct Arm {
  std::string name;         // the variant; empty: a rule without arms
  std::uint32_t end = 0;    // its buckets end before this one, and begin where the arm before it ended
  std::string action_json;  // {"type":…,"payload":…}; with placeholders where `payload` is set
  std::string action_type;
  std::optional<PayloadTemplate> payload;  // where it has placeholders
  std::uint64_t key = 0;                   // arm_key
};

// To whom a split gives its arms.
enum class SplitUnit : std::uint8_t {
  kFirst,    // what the session began as, a visitor or itself: of rules that were saved before a unit could be said
  kVisitor,  // the visitor's id that was seen first, else the session
  kSession,
};

// Which part of the units gets which action. Buckets are 0 to 9,999: bucket.h.
struct Split {
  std::string salt;
  std::uint32_t holdout = 0;  // buckets of salt + ":holdout" below this get nothing
  SplitUnit unit = SplitUnit::kFirst;
  bool sticky = false;                                    // what a unit was given first it keeps
  std::uint64_t holdout_key = 0;                          // arm_key
  std::map<std::string, std::string, std::less<>> force;  // by visitorId the arm that it is given, uncounted
};

struct Goal {
  std::string key;
  Duration within{};
  std::string value_field;  // of metadata, as in field_path.h; empty: a conversion has no value
  bool each = false;        // every signal is a conversion, and not only the first behind a decision
};

struct Rule {
  RuleId id;
  std::string name;
  Status status = Status::kLive;
  std::int64_t priority = 0;  // higher first; ties by id in byte order
  std::vector<std::string> triggers;
  std::vector<Condition> all;   // each must hold; before those of `when` the rule's `active` and `rollout`
  std::vector<Condition> any;   // one must hold, where there are any
  std::vector<Condition> none;  // none may hold
  std::vector<Branch> more;     // each must be true: alternatives that `any` cannot say
  std::optional<Hours> hours;
  std::optional<Limit> limit;
  std::optional<Split> split;
  std::vector<Arm> arms;  // by name in byte order; exactly one, without a name, where there are no arms
  std::optional<Duration> ttl;
  std::optional<Goal> goal;
  std::vector<std::string> include;  // traits that the event of a delayed rule tells; sorted
  Instant live_since{};              // StoredRule::live_since
  std::uint64_t act_mark = 0;        // mark_key of what it does, where rules ask about it; 0: none does
  std::uint64_t holdout_mark = 0;    // likewise, of holding out

  bool delayed() const { return triggers.size() == 1 && triggers.front() == kDueTrigger; }
};

// How long an answer may be reused where the rule does not say, and where no rule acts.
inline constexpr Duration kDefaultTtl = std::chrono::seconds{30};
inline constexpr Duration kDefaultDueTtl = std::chrono::hours{24};  // of a delayed rule's message
inline constexpr std::uint32_t kBuckets = 10'000;

// Every condition of the rule, wherever it stands.
std::vector<const Condition*> conditions_of(const Rule& rule);
std::vector<Condition*> conditions_of(Rule& rule);

inline constexpr std::string_view kVisitorZone = "visitor";

bool is_rule_id(std::string_view text);  // ^[a-z0-9][a-z0-9_-]{0,63}$

// The key under which a limited rule's spends are counted: of its group where it has one, else its own.
std::uint64_t spend_key(std::string_view rule, std::string_view group, bool shadow);

// The key under which it is kept among the spends of a unit that a split gave it the arm; nullopt: that it held it out.
// The arms of a rule with another salt are others.
std::uint64_t arm_key(std::string_view rule, std::string_view salt, std::optional<std::string_view> arm, bool shadow);

// The key under which a decision of the rule is kept among the spends of its session and visitor, where rules ask about
// it. `what`: an outcome, act or holdout, or a reaction, such as clicked.
std::uint64_t mark_key(std::string_view rule, std::string_view what, bool shadow);

// rules.md and contract section 5.
namespace limits {
inline constexpr std::size_t kRuleBytes = 16 * 1024;    // as JSON without white space
inline constexpr std::size_t kPayloadBytes = 8 * 1024;  // likewise
inline constexpr std::size_t kTriggers = 20;
inline constexpr std::size_t kConditions = 50;  // in all, any and none together, and in the groups in them
inline constexpr int kGroupDepth = 4;           // of groups in one another, those of `when` among them
inline constexpr std::size_t kListEntries = 100;
inline constexpr std::size_t kNameCharacters = 200;  // bytes of UTF-8
inline constexpr std::size_t kActionTypeSize = 64;
inline constexpr std::size_t kFieldSize = 64;         // of a context field or a source
inline constexpr std::size_t kValueSize = 256;        // of a value or a context value
inline constexpr std::int64_t kPriority = 1'000'000;  // either way of zero
inline constexpr std::int64_t kCount = 1'000'000;     // the greatest bound of a count
inline constexpr std::size_t kSteps = 10;
inline constexpr std::size_t kMeta = 5;         // comparisons of metadata in one filter
inline constexpr std::size_t kSameValues = 20;  // of `same` that a measure looks at: the newest
inline constexpr std::size_t kCaps = 10;
inline constexpr std::int64_t kCap = 1'000;  // the greatest `max`: as many spends are kept
inline constexpr std::size_t kArms = 20;
inline constexpr std::size_t kForced = 20;         // visitors who are given an arm by name
inline constexpr std::size_t kVisitorBytes = 256;  // of a visitorId
inline constexpr std::int64_t kArmWeight = 1'000'000;
inline constexpr std::size_t kGroupSize = 64;  // of a group's or an arm's name, and of a salt
}  // namespace limits

}  // namespace beckon::rules
