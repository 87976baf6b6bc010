// Helpers of several measures.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/language/measure_definition.h"

namespace beckon::rules::measures {

void read_measured(Members& members, std::string_view name, Filter& into);
void read_same(Members& members, Measure& measure);
void read_amount(Members& members, Condition& condition, std::string_view name);  // for sum and max
std::int32_t key_of_some(const ReadyMeasure& measure, std::int64_t least);        // needed if at least one is required
inline std::int32_t own_key(const ReadyMeasure& measure, std::int64_t) { return measure.stream.key; }  // always needed
inline std::int32_t no_key(const ReadyMeasure&, std::int64_t) { return Stream::kEveryKey; }

std::string bounds(const Condition& condition, bool negated);               // "at least 2"
std::string number_seen(const Finding& finding, Scene& scene);              // "1"
std::string amount_seen(const Finding& finding, Scene& scene);              // "49.9", or "no value"
Skipped no_numbers(const Finding& finding, Scene& scene);                   // for sum and max
std::string newest_seen(const Finding& finding, Scene& scene);              // "4 min ago"
std::string more(std::int64_t count, const std::string& what);              // "2 more cart:add"
std::string more_signals(const Finding& finding, const std::string& what);  // up to its bound; empty if more do no good
std::string one_more_in_bounds(const Condition& condition);  // "one more cart whose amount is at least 50"
// What moves an amount out of its bounds: "over 5 more in amount of cart".
std::string beyond_bounds(std::int64_t value, std::int64_t least, std::int64_t most, const std::string& of_what);
inline std::string no_margin(const Finding&, Scene&) { return ""; }

// All values of the measure's field in the signal, from elements that match its filter (values_in). The list belongs to
// the thread and is reused.
const std::vector<std::string_view>& values_of(const ledger::Signal& signal, const Measure& measure);

// The numbers of the measure's field in the signal, multiplied by its factor if it has one; std::nullopt for values
// that are not numbers.
void each_amount(const ledger::Signal& signal, const Measure& measure,
                 const std::function<void(std::optional<std::int64_t>)>& visit);
// Gives an example signal of the linter a value of `same`, if it has none.
std::function<void(lint::Seen&)> with_same(const Measure& measure);
std::string same_words(const Measure& of);  // ", with the same sku", or empty
// " for sku 7", or, if no value is the best, " with the same sku"; empty without `same`.
std::string best_words(const Finding& finding, Scene& scene);
std::string field_words(const Measure& of);  // "items[].price × items[].quantity"

lint::Cases itself_in_bounds(const lint::Said& said);
lint::Cases amount_in_bounds(const lint::Said& said);
std::int64_t window_size(const Measure& measure);  // signals in all windows that it covers
inline std::pair<std::int64_t, std::int64_t> zero_or_one(const Measure&) { return {0, 1}; }
inline std::pair<std::int64_t, std::int64_t> any_number(const Measure&) { return {kNothing, lint::kEvery}; }
inline bool unknown(const Measure&, const Measure&) { return false; }
bool narrower_of_its_kind(const Measure& one, const Measure& other);
// Whether `other` is true for every value for which `one` is; also false if unknown.
bool texts_are_of(const Comparison& one, const Comparison& other);
bool amount_placed(lint::Placer& placer, const lint::Fact& fact);  // for sum and max

// What the file of one measure has for others.
namespace absent {
Age age_of_wait(const ReadyMeasure& measure, Scene& scene);  // without `same`
}  // namespace absent

namespace trait_age {
// Reads `until` or `age` of a trait, which makes the condition a kTraitAge; false if neither is present.
bool read_distance(Members& members, Condition& condition);
std::string trait_seen(const Finding& finding, Scene& scene);      // "pro, said by crm 2 d ago"
std::string age_wanted(const Condition& condition, bool negated);  // for ages of a trait or a counter
}  // namespace trait_age

namespace trait_days {
// Reads `daysUntil` of a trait, which makes the condition a kTraitDays; false if it is not present.
bool read_days(Members& members, Condition& condition);
}  // namespace trait_days

namespace ever {
std::string words_of(const Measure& of);                   // "count of orders ever"
std::string why_unknown(const Measure& of, Scene& scene);  // why the counter has no value; empty if it has one
}  // namespace ever

}  // namespace beckon::rules::measures
