// Traits of up to 100 visitors in one commit: POST …/visitors/batch, and `beckon import --people`.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "intake/trait_request.h"

namespace beckon::intake {

inline constexpr std::size_t kVisitorsPerBatch = 100;

struct TraitBatch {
  json::Document document;  // `visitors` points into it
  std::vector<std::pair<VisitorId, TraitsSaid>> visitors;
};

// {"visitors":[{"visitorId", and the members of TraitsSaid}, …]}. The fault has every issue with its path.
Result<TraitBatch> parse_trait_batch(json::Document document, const commit::HandleSettings& settings);

// The visitor id in a request; adds an issue if it is missing or blocked.
VisitorId id_said(const commit::HandleSettings& settings, const json::Value* said, const std::string& field,
                  Issues& issues);

// Committing thread. `taken` receives the result for each visitor, in order. Fault: something could not be read; the
// draft is unchanged.
std::optional<Fault> take_traits(commit::Draft& draft, const Handle& handle, const TraitBatch& batch,
                                 std::vector<TraitsTaken>& taken);

}  // namespace beckon::intake
