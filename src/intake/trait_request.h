// Changes of a visitor's traits in a request, and their results. docs/people.md.
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

// {"set":{…},"setOnce":{…},"unset":[…],"add":{…},"include":{…},"exclude":{…},"at"?,"id"?,"source"?}, parsed. Points
// into the document.
struct TraitsSaid {
  struct One {
    std::string_view name;
    ledger::TraitOp op = ledger::TraitOp::kSet;
    const json::Value* value = nullptr;  // null for kUnset
  };
  std::vector<One> changes;  // in the order in which they take effect
  std::optional<Instant> at;
  std::string_view id;      // of the request, for `add`; empty if none
  std::string_view source;  // empty if not given
  bool empty() const { return changes.empty(); }
};

inline constexpr std::size_t kTraitsPerRequest = 100;

// Adds an issue for each part not of this form. Names and values are checked later, one by one. `may_say`: whether `at`
// and `source` are allowed. `others`: members of the object that are read elsewhere.
TraitsSaid read_traits(const json::Value& object, const std::string& path, bool may_say, Issues& issues,
                       std::initializer_list<std::string_view> others = {});

// Checks of one change that do not need the visitor. Each Unexpected is the reason, as in TraitsTaken.
inline constexpr const char* kNoTraitName =
    "must be named by 1 to 64 letters, digits, points and underscores, a letter first";
bool unsets(const TraitsSaid::One& one);
// The type that the change gives an untyped trait. Precondition: `one` does not unset it.
std::expected<commit::TraitType, std::string> type_said(const TraitsSaid::One& one);
// The values as stored, one for each change in the ledger.
std::expected<std::vector<std::string>, std::string> values_kept(const TraitsSaid::One& one, const TraitsSaid& said,
                                                                 commit::TraitType type);

// The author of the changes.
struct TraitSpeaker {
  std::string_view source;   // if the request names none
  bool only_public = false;  // anyone who knows the visitor's id
  bool is_page = false;      // on a public route
};

// The result for each trait, by name.
struct TraitsTaken {
  std::vector<std::string> applied;                          // it counts from now on
  std::vector<std::string> stale;                            // outweighed by what is stored
  std::vector<std::pair<std::string, std::string>> refused;  // with the reason, a sentence's end: "must be a number"
  std::uint64_t version = 0;  // increases with each change of any visitor's traits; 0 without changes
};

// Committing thread. Applies the changes to the visitor under the id. A refused change does not stop the others. Fault:
// something could not be read; the draft is unchanged.
Result<TraitsTaken> take_traits(commit::Draft& draft, const Handle& handle, const VisitorId& id, const TraitsSaid& said,
                                const TraitSpeaker& speaker);
// Refuses all changes for one reason.
TraitsTaken refuse_traits(const TraitsSaid& said, std::string_view why);

// Writes {"applied":[…],"stale":[…],"refused":[{"trait","reason"}],"version":n} into an open object.
void write_members(json::Writer& out, const TraitsTaken& taken);

}  // namespace beckon::intake
