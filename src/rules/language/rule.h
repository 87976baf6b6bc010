// A parsed and validated rule: the checked tree between its JSON and its compiled form. Plain values; equal measures
// compare equal, so that rules can share them.
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

// "cart", or a prefix: "cart.*" for keys, "cart*" for values.
struct Pattern {
  std::string text;  // without the star
  bool prefix = false;

  bool fits(std::string_view of) const { return prefix ? of.starts_with(text) : of == text; }
  friend auto operator<=>(const Pattern&, const Pattern&) = default;
};

// The signals that a measure considers: those that match every given part. Lists are sorted, without duplicates.
struct Filter {
  std::vector<Pattern> keys;          // any of them; empty for every key
  std::vector<Pattern> values;        // any of them; empty for every value, and for none
  std::vector<std::string> sources;   // any of them; empty for every source, and for none
  std::int32_t min_confidence = 0;    // millionths
  std::vector<FieldComparison> meta;  // all of them, for the same element of each list

  bool fits(const ledger::Signal& signal) const;
  bool key_alone() const { return values.empty() && sources.empty() && min_confidence == 0 && meta.empty(); }
  friend auto operator<=>(const Filter&, const Filter&) = default;
};

enum class MeasureKind : std::uint8_t {
#define MEASURE(Name, file) k##Name,
#include "rules/language/measures/table.inc"
#undef MEASURE
};

constexpr bool is_of_trait(MeasureKind kind) {
  return kind == MeasureKind::kTrait || kind == MeasureKind::kTraitAge || kind == MeasureKind::kTraitDays;
}
constexpr bool is_of_counter(MeasureKind kind) { return kind == MeasureKind::kEver || kind == MeasureKind::kEverAge; }

// The part of a lifetime counter that a condition reads.
enum class EverOf : std::uint8_t { kCount, kSum, kDays, kFirst, kLast };

enum class Scope : std::uint8_t { kSession, kVisitor };

// The value of a sum or maximum without data: it compares false with every bound.
inline constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();

// What is measured. A signal counts in (now − within, now], and only within the retention. The members that every
// evaluation reads come first, on one cache line.
struct Measure {
  MeasureKind kind = MeasureKind::kSeen;
  Scope scope = Scope::kSession;
  Calendar calendar = Calendar::kNone;  // also requires the same unit as now
  bool since = false;                   // only signals after the newest match of `after`; none without one
  bool path = false;             // kSum, kMax, kDistinct: the field may be a path (field_path.h), or has a factor
  EverOf ever = EverOf::kCount;  // kEver, kEverAge
  Duration within{};             // zero for the whole session
  Duration wait{};               // kAbsent
  Duration least_age{};  // kLast, kTraitAge, kEverAge: the age changes continuously, but rarely crosses these bounds
  Duration most_age{};   // negative for a trait's instant in the future
  Filter filter;
  std::string field;  // kContext: of the context; kTrait etc.: the trait; kSum, kMax, kDistinct: of the signals'
                      // metadata (kDistinct without a field: their values); kScore: the score's name; kDecision: the
                      // rule's id; kEver and kEverAge: the counter
  std::string times;  // kSum, kMax: the field is multiplied by this, of the same element; empty if by nothing
  std::string same;   // kCount, kSteps, kAbsent: the measure is the best over the values of this field (same.h)
  Filter after;       // kAbsent: the anchor; otherwise of `since`
  // The zone of the calendar, or of a trait's date. The name is empty for the handle's zone, and "visitor" for the
  // visitor's, with the handle's as fallback.
  const Zone* zone = nullptr;  // null for the visitor's, or `zone_else`
  const Zone* zone_else = nullptr;
  std::string zone_name;
  std::vector<Filter> steps;                // kSteps
  std::int64_t least_score = kNothing + 1;  // kScore, in millionths: a score changes continuously,
  std::int64_t most_score = std::numeric_limits<std::int64_t>::max();  // but rarely crosses these bounds
  Comparison comparison;                                               // kContext; needs a value
  bool yearly = false;                                                 // kTraitDays: until the date's next anniversary
  Instant from = Instant::min();                                       // kActive
  Instant until = Instant::max();                                      // kActive
  std::uint32_t buckets = 0;                                           // kRollout; the field is its salt
  std::vector<std::string> decided;  // kDecision, of the rule named by the field: outcomes, or one reaction; sorted
  bool shadow = false;               // kDecision: the rule is in shadow

  friend auto operator<=>(const Measure&, const Measure&) = default;
};

// A measure with bounds: true if least ≤ measure ≤ most.
struct Condition {
  static constexpr std::int64_t kNoLeast = kNothing + 1;
  static constexpr std::int64_t kNoMost = std::numeric_limits<std::int64_t>::max();

  Measure measure;
  std::int64_t least = kNoLeast;
  std::int64_t most = kNoMost;
  std::string path;  // its path in the rule: "when.all[0]", or "active"
};

// A condition or its negation.
struct Literal {
  Condition condition;
  bool negated = false;
};

// Nested groups in normal form: alternatives of which one must be true or, inside one of those, conditions that must
// all be true.
struct Branch {
  bool any = true;                // one of the following must be true; otherwise all
  std::vector<Literal> literals;  // negated ones last
  std::vector<Branch> branches;   // of the opposite kind
};

enum class Status : std::uint8_t { kDraft, kShadow, kLive, kPaused };

// When a rule may act within `active`: by local time of a zone, or of the visitor's. Immutable after parsing.
struct Hours {
  std::chrono::minutes open{0}, close{std::chrono::hours{24}};  // from midnight; close ≤ open: closes on the next day
  std::uint8_t days = 0x7f;                                     // days on which it opens; bit 0 is Monday
  const Zone* zone = nullptr;                                   // null for the visitor's
  std::vector<const Zone*> zone_else;  // if that is unknown, it is open while open in all of these
};

struct Cap {
  std::int64_t max = 1;
  Duration per{};                       // zero for the session, or if `calendar` is set
  Calendar calendar = Calendar::kNone;  // the current unit, by the clock of these zones, as in Measure
  const Zone* zone = nullptr;
  const Zone* zone_else = nullptr;
  std::string zone_name;
};

// The limits of a rule: for the visitor if known, otherwise for the session.
struct Limit {
  Duration cooldown{};  // zero if there is none
  std::vector<Cap> caps;
  std::string group;      // rules of one group share a count; empty for its own
  std::uint64_t key = 0;  // spend_key
};

struct Arm {
  std::string name;         // the variant; empty for a rule without arms
  std::uint32_t end = 0;    // its buckets end before this one, and begin at the end of the previous arm
  std::string action_json;  // {"type":…,"payload":…}; with placeholders if `payload` is set
  std::string action_type;
  std::optional<PayloadTemplate> payload;  // if it has placeholders
  std::uint64_t key = 0;                   // arm_key
};

// What a split assigns arms to.
enum class SplitUnit : std::uint8_t {
  kFirst,    // what the session began as, a visitor or itself; for rules saved before units existed
  kVisitor,  // the visitor's first seen id, otherwise the session
  kSession,
  kDevice,  // the anonymousId that the session came with, otherwise the session
};

// Which units get which action. Buckets are 0 to 9,999: bucket.h.
struct Split {
  std::string salt;
  std::uint32_t holdout = 0;  // buckets of salt + ":holdout" below this get nothing
  SplitUnit unit = SplitUnit::kFirst;
  bool sticky = false;                                    // a unit keeps its first arm
  std::uint64_t holdout_key = 0;                          // arm_key
  std::map<std::string, std::string, std::less<>> force;  // arms assigned to visitorIds by name, not counted
};

struct Goal {
  std::string key;
  Duration within{};
  std::string value_field;     // of metadata, as in field_path.h; empty if conversions have no value
  std::string currency_field;  // likewise; empty if the value is in the handle's currency
  bool each = false;           // every signal is a conversion, not only the first after a decision
};

struct Rule {
  RuleId id;
  std::string name;
  Status status = Status::kLive;
  std::int64_t priority = 0;  // higher first; ties by id in byte order
  std::vector<std::string> triggers;
  std::vector<Condition> all;   // each must be true; first `active` and `rollout`, then those of `when`
  std::vector<Condition> any;   // if not empty, one must be true
  std::vector<Condition> none;  // none may be true
  std::vector<Branch> more;     // each must be true: alternatives that `any` cannot express
  std::optional<Hours> hours;
  std::optional<Limit> limit;
  std::optional<Split> split;
  std::vector<Arm> arms;  // by name in byte order; exactly one, unnamed, if there are no variants
  std::optional<Duration> ttl;
  std::optional<Goal> goal;
  std::vector<std::string> include;  // traits in the event of a delayed rule; sorted
  Instant live_since{};              // StoredRule::live_since
  std::uint64_t act_mark = 0;        // mark_key of acting, if rules read it; otherwise 0
  std::uint64_t holdout_mark = 0;    // likewise, of the holdout

  bool delayed() const { return triggers.size() == 1 && triggers.front() == kDueTrigger; }
};

// How long a decision may be reused if the rule does not say, or if no rule acts.
inline constexpr Duration kDefaultTtl = std::chrono::seconds{30};
inline constexpr Duration kDefaultDueTtl = std::chrono::hours{24};  // of a delayed rule's message
inline constexpr std::uint32_t kBuckets = 10'000;

// Every condition of the rule, including nested ones.
std::vector<const Condition*> conditions_of(const Rule& rule);
std::vector<Condition*> conditions_of(Rule& rule);

inline constexpr std::string_view kVisitorZone = "visitor";

bool is_rule_id(std::string_view text);  // ^[a-z0-9][a-z0-9_-]{0,63}$

// The key under which exposures of a limited rule are counted: its group's if it has one, otherwise its own.
std::uint64_t spend_key(std::string_view rule, std::string_view group, bool shadow);

// The key of the exposure that records which arm a split gave a unit; std::nullopt for the holdout. With another salt,
// the arms of a rule have other keys.
std::uint64_t arm_key(std::string_view rule, std::string_view salt, std::optional<std::string_view> arm, bool shadow);

// The same for a split by device: of one device.
std::uint64_t arm_key_of_device(std::uint64_t arm_key, std::string_view device);

// The key of the exposure that records a decision of the rule for its session and visitor, if rules read it. `what`: an
// outcome, act or holdout, or a reaction, such as clicked.
std::uint64_t mark_key(std::string_view rule, std::string_view what, bool shadow);

// rules.md and contract section 5.
namespace limits {
inline constexpr std::size_t kRuleBytes = 16 * 1024;    // as JSON without whitespace
inline constexpr std::size_t kPayloadBytes = 8 * 1024;  // likewise
inline constexpr std::size_t kTriggers = 20;
inline constexpr std::size_t kConditions = 50;  // in all, any and none together, including nested groups
inline constexpr int kGroupDepth = 4;           // of nesting, including the groups of `when`
inline constexpr std::size_t kListEntries = 100;
inline constexpr std::size_t kNameCharacters = 200;
inline constexpr std::size_t kActionTypeSize = 64;
inline constexpr std::size_t kFieldSize = 64;         // of a context field or a source
inline constexpr std::size_t kValueSize = 256;        // of a value or a context value
inline constexpr std::int64_t kPriority = 1'000'000;  // in both directions
inline constexpr std::int64_t kCount = 1'000'000;     // the largest bound of a count
inline constexpr std::size_t kSteps = 10;
inline constexpr std::size_t kMeta = 5;         // comparisons of metadata in one filter
inline constexpr std::size_t kSameValues = 20;  // of `same` that a measure considers: the newest
inline constexpr std::size_t kCaps = 10;
inline constexpr std::int64_t kCap = 1'000;  // the largest `max`: this many exposures are kept
inline constexpr std::size_t kArms = 20;
inline constexpr std::size_t kForced = 20;         // visitors with an arm assigned by name
inline constexpr std::size_t kVisitorBytes = 256;  // of a visitorId
inline constexpr std::int64_t kArmWeight = 1'000'000;
inline constexpr std::size_t kGroupSize = 64;  // of a group's or an arm's name, and of a salt
}  // namespace limits

}  // namespace beckon::rules
