// Traits that a request says of a visitor, and what becomes of them. docs/people.md.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "commit/draft.h"
#include "commit/visitor.h"

namespace beckon::intake {

// {"set":{…},"setOnce":{…},"unset":[…],"add":{…},"include":{…},"exclude":{…},"at"?,"id"?,"source"?} as it was read.
// Views into the document.
struct TraitsSaid {
  struct One {
    std::string_view name;
    ledger::TraitOp op = ledger::TraitOp::kSet;
    const json::Value* value = nullptr;  // null for kUnset
  };
  std::vector<One> changes;  // in the order in which they take effect
  std::optional<Instant> at;
  std::string_view id;      // of the request, for `add`; empty: none
  std::string_view source;  // empty: not said
  bool empty() const { return changes.empty(); }
};

inline constexpr std::size_t kTraitsPerRequest = 100;

// Adds an issue for each part that is not of this form. Names and values are looked at later, one by one. `may_say`:
// whether `at` and `source` may be said. `others`: members of the object that are read elsewhere.
TraitsSaid read_traits(const json::Value& object, const std::string& path, bool may_say, Issues& issues,
                       std::initializer_list<std::string_view> others = {});

// What can be told of one change without the visitor. Each Unexpected is the reason, as in TraitsTaken.
inline constexpr const char* kNoTraitName =
    "must be named by 1 to 64 letters, digits, points and underscores, a letter first";
bool unsets(const TraitsSaid::One& one);
// The type that it gives to a trait that has none yet. `one` does not unset it.
std::expected<commit::TraitType, std::string> type_said(const TraitsSaid::One& one);
// The values as they are kept, one for each change of the ledger.
std::expected<std::vector<std::string>, std::string> values_kept(const TraitsSaid::One& one, const TraitsSaid& said,
                                                                 commit::TraitType type);

// Who says it.
struct TraitSpeaker {
  std::string_view source;   // where the request names none
  bool only_public = false;  // whoever knows the visitor's id
  bool is_page = false;      // on a public route
};

// What became of each trait, by name.
struct TraitsTaken {
  std::vector<std::string> applied;                          // it counts from now on
  std::vector<std::string> stale;                            // what is known outweighs it
  std::vector<std::pair<std::string, std::string>> refused;  // with the reason, a sentence's end: "must be a number"
  std::uint64_t version = 0;  // rises with each change of any visitor's traits; 0: nothing was said
};

// Committing thread. The traits become known of the visitor under the id. One that is refused does not stop the
// others. Fault: something could not be read, and nothing was put into the draft.
Result<TraitsTaken> take_traits(commit::Draft& draft, const Handle& handle, const VisitorId& id, const TraitsSaid& said,
                                const TraitSpeaker& speaker);
// All are refused for one reason.
TraitsTaken refuse_traits(const TraitsSaid& said, std::string_view why);

// Writes {"applied":[…],"stale":[…],"refused":[{"trait","reason"}],"version":n} into an open object.
void write_members(json::Writer& out, const TraitsTaken& taken);

}  // namespace beckon::intake
