#include "intake/trait_batch.h"

#include "commit/visitor_ids.h"

namespace beckon::intake {

VisitorId id_said(const commit::HandleSettings& settings, const json::Value* said, const std::string& field,
                  Issues& issues) {
  auto id = said && said->is_string() ? commit::parse_visitor_id(said->text()) : std::nullopt;
  if (!id || id->empty())
    issues.add(field, said ? "must be a text of 1 to 256 bytes without control characters" : "is required");
  else if (ledger::is_browser(id->view()))
    issues.add(field, "must be an id that was said; a browser's traits come with its own requests");
  else if (settings.blocked_ids.contains(*id))
    issues.add(field, "names nobody: it is one of the blocked ids");
  else
    return std::move(*id);
  return {};
}

Result<TraitBatch> parse_trait_batch(json::Document document, const commit::HandleSettings& settings) {
  TraitBatch batch{std::move(document), {}};
  const json::Value& root = batch.document.root();
  Issues issues;
  for (const json::Member& member : root.members())
    if (member.key != "visitors") issues.add(std::string(member.key), "is an unknown field");
  const json::Value* list = root.find("visitors");
  if (!list || !list->is_array() || list->items().empty() || list->items().size() > kVisitorsPerBatch)
    issues.add("visitors", "must be a list of 1 to 100 visitors");
  if (issues.empty())
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      const std::string path = "visitors[" + std::to_string(i) + "]";
      const json::Value& one = list->items()[i];
      TraitsSaid said = read_traits(one, path, true, issues, {"visitorId"});
      if (!one.is_object()) continue;
      batch.visitors.emplace_back(id_said(settings, one.find("visitorId"), path + ".visitorId", issues),
                                  std::move(said));
    }
  if (!issues.empty()) return unexpected(issues.fault());
  return batch;
}

std::optional<Fault> take_traits(commit::Draft& draft, const Handle& handle, const TraitBatch& batch,
                                 std::vector<TraitsTaken>& taken) {
  // Unreadable records are found before anything is planned.
  for (const auto& [id, said] : batch.visitors)
    if (auto unread = draft.read_ahead(handle, id.view())) return unread;
  for (const auto& [id, said] : batch.visitors) {
    auto done = take_traits(draft, handle, id, said, {.source = commit::kServerSource});
    if (!done) return done.error();
    taken.push_back(std::move(*done));
  }
  return std::nullopt;
}

}  // namespace beckon::intake
