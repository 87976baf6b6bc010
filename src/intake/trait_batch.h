// Traits of up to 100 visitors in one commit: POST …/visitors/batch, and `beckon import --people`.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "intake/trait_request.h"

namespace beckon::intake {

inline constexpr std::size_t kVisitorsPerBatch = 100;

struct TraitBatch {
  json::Document document;  // what `visitors` has views into
  std::vector<std::pair<VisitorId, TraitsSaid>> visitors;
};

// {"visitors":[{"visitorId", and the parts of TraitsSaid}, …]}. The fault names every issue by its path.
Result<TraitBatch> parse_trait_batch(json::Document document, const commit::HandleSettings& settings);

// The id under which something is said of a visitor; adds an issue where there is none, or it names nobody.
VisitorId id_said(const commit::HandleSettings& settings, const json::Value* said, const std::string& field,
                  Issues& issues);

// Committing thread. `taken` has what became of each visitor's, in their order. Fault: something could not be read, and
// nothing was put into the draft.
std::optional<Fault> take_traits(commit::Draft& draft, const Handle& handle, const TraitBatch& batch,
                                 std::vector<TraitsTaken>& taken);

}  // namespace beckon::intake
