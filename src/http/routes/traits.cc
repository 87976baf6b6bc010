// Traits: their declarations in a handle, and their values for visitors. docs/people.md.
#include "commit/traits.h"

#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "http/routes/session_view.h"
#include "http/routes/visitor_view.h"
#include "intake/trait_batch.h"
#include "rules/language/check_rule.h"

namespace beckon::http {
namespace {

using commit::TraitDeclaration;

void write_trait(json::Writer& out, std::string_view name, const TraitDeclaration& trait) {
  out.begin_object().member("name", name);
  write_members(out, trait);
  out.member_boolean("reserved", commit::reserved_trait(name) != nullptr);
}

Result<Response> list_traits(Api& api, Request& request) {
  const auto tenant = api.places.tenants.find(request.param("handle"));
  if (!tenant) return unexpected(tenant.error());
  commit::TraitTable::Declarations all = (*tenant)->traits->declared_and_seen();
  for (const std::string_view name : commit::kReservedTraits)
    all.try_emplace(std::string(name), *commit::reserved_trait(name));
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("items").begin_array();
  for (const auto& [name, trait] : all) {
    write_trait(writer, name, trait);
    writer.end_object();
  }
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// Below OPERATOR, only the type may differ.
bool may_declare(access::Role role, const TraitDeclaration& before, const TraitDeclaration& after) {
  return role >= access::Role::kOperator || (before.is_public == after.is_public &&
                                             before.sensitive == after.sensitive && before.sources == after.sources);
}

Fault insufficient_role(const access::Role& held) {
  return {.code = FaultCode::kInsufficientRole,
          .message =
              "Only an OPERATOR may say whether a trait is public or sensitive, and which sources outweigh "
              "others; with the role of the token only the type may change.",
          .extras = {{"requiredRole", "\"OPERATOR\""}, {"role", json::quote(access::to_text(held))}}};
}

Result<Response> put_trait(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string name = request.param("name");
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  Issues issues;
  const TraitDeclaration trait = commit::read_trait_declaration(document->root(), issues);
  if (!commit::is_trait_name(name))
    issues.add("name", "must be 1 to 64 letters, digits, points and underscores, a letter first");
  const TraitDeclaration* reserved = commit::reserved_trait(name);
  if (reserved && trait.type != reserved->type)
    issues.add("type", "must be \"" + std::string(commit::name_of(reserved->type)) + "\" for this trait");
  if (reserved && reserved->sensitive && !trait.sensitive) issues.add("sensitive", "must be true for this trait");
  if (!issues.empty()) return unexpected(issues.fault());
  const auto role = api.gate.authorize(principal_of(request), handle, access::Role::kCreator);
  if (!role) return unexpected(role.error());
  bool created = false;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const TraitDeclaration* found = draft.find_trait(handle, name);
    const TraitDeclaration before = found ? *found : TraitDeclaration{};
    if (!may_declare(*role, before, trait)) return insufficient_role(*role);
    created = !found || !before.declared;
    if (!found && draft.traits_of(handle) >= commit::trait_limits::kOfHandle) {
      Issues full;
      full.add("name", "is one trait too many: a handle has at most 1,000");
      return full.fault();
    }
    std::string was = found ? commit::to_json(*found) : std::string();
    draft.put_trait(handle, name, &trait);
    draft.audit(handle, caller_of(request), "trait.put", name, commit::to_json(trait), std::move(was));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  std::string body;
  json::Writer writer(body);
  write_trait(writer, name, trait);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(created ? 201 : 200, std::move(body));
}

Result<Response> remove_trait(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string name = request.param("name");
  const auto turn = api.rule_book.turn(handle);
  if (const auto unused = check_unused(api, handle, "trait", name, rules::traits_of); !unused)
    return unexpected(unused.error());
  const auto role = api.gate.authorize(principal_of(request), handle, access::Role::kCreator);
  if (!role) return unexpected(role.error());
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const TraitDeclaration* found = draft.find_trait(handle, name);
    const TraitDeclaration* reserved = commit::reserved_trait(name);
    if (!found || (reserved && *found == *reserved)) return not_found("trait");
    if (!may_declare(*role, *found, TraitDeclaration{})) return insufficient_role(*role);
    if (found->sensitive && !(reserved && reserved->sensitive))
      return Fault{.code = FaultCode::kConflict,
                   .message =
                       "This trait is sensitive, and without its declaration a CREATOR would see the values that "
                       "are stored. Declare it with \"sensitive\": false first."};
    std::string was = commit::to_json(*found);
    draft.put_trait(handle, name, nullptr);
    draft.audit(handle, caller_of(request), "trait.delete", name, "{}", std::move(was));
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  return no_content();
}

Result<Response> say(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  Issues issues;
  const intake::TraitsSaid said = intake::read_traits(document->root(), "", true, issues);
  auto id = commit::parse_visitor_id(request.param("visitorId"));
  if (!id || id->empty()) return unexpected(not_found("visitor"));
  if (!ledger::is_browser(id->view()) && (*tenant)->settings.blocked_ids.contains(*id))
    issues.add("visitorId", "names nobody: it is one of the blocked ids");
  if (!issues.empty()) return unexpected(issues.fault());
  intake::TraitsTaken taken;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    const auto meant = ids_meant(commit::reader_of(draft, handle, draft.now()), id->view());
    if (!meant) return meant.error();
    if (meant->empty()) return not_found("visitor");
    auto done = intake::take_traits(draft, handle, meant->front(), said, {.source = commit::kServerSource});
    if (!done) return done.error();
    taken = std::move(*done);
    return std::nullopt;
  });
  if (fault) return unexpected(*fault);
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  write_members(writer, taken);
  writer.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

// One trait of a visitor in full. Reading a sensitive one is audited.
Result<Response> reveal(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const std::string name = request.param("name");
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  const commit::VisitorReader reader = kept_reader(api, handle);
  const auto meant = ids_meant(reader, request.param("visitorId"));
  if (!meant) return unexpected(meant.error());
  if (meant->empty()) return unexpected(not_found("visitor"));
  const auto records = reader.records(meant->front());
  if (!records) return unexpected(records.error());
  const auto now = ledger::trait_in(commit::traits_of(*records), name);
  if (!now) return unexpected(not_found("trait of this visitor"));
  const TraitDeclaration* trait = (*tenant)->traits->find(name);
  if (trait && trait->sensitive) {
    const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
      draft.audit(handle, caller_of(request), "visitor.reveal",
                  erased_name(api, handle, "visitor/" + ids_of(*records).front().text),
                  "{\"trait\":" + json::quote(name) + "}");
      return std::nullopt;
    });
    if (fault) return unexpected(*fault);
  }
  std::string body;
  json::Writer writer(body);
  writer.begin_object()
      .member("name", name)
      .member_raw("value", now->json)
      .member("source", now->source)
      .member("at", to_rfc3339(now->at))
      .member("requestId", request.id.view())
      .end_object();
  return json_response(200, std::move(body));
}

Result<Response> say_of_many(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  const auto batch = intake::parse_trait_batch(std::move(*document), (*tenant)->settings);
  if (!batch) return unexpected(batch.error());
  std::vector<intake::TraitsTaken> taken;
  const auto fault =
      api.committer.execute([&](commit::Draft& draft) { return intake::take_traits(draft, handle, *batch, taken); });
  if (fault) return unexpected(*fault);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().key("visitors").begin_array();
  for (std::size_t i = 0; i < taken.size(); ++i) {
    writer.begin_object().member("visitorId", batch->visitors[i].first.view());
    write_members(writer, taken[i]);
    writer.end_object();
  }
  writer.end_array().member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_traits(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/traits", creator(), list_traits, "List traits"));
  routes.push_back(
      control(api, Method::kPut, "/v2/handles/{handle}/traits/{name}", creator(), put_trait, "Declare a trait"));
  routes.push_back(control(api, Method::kDelete, "/v2/handles/{handle}/traits/{name}", creator(), remove_trait,
                           "Delete a declaration"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/visitors/{visitorId}/traits",
                           operator_("visitors.write"), say, "Say traits of a visitor"));
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/visitors/{visitorId}/traits/{name}",
                           operator_("visitors.read"), reveal, "Read a trait of a visitor, sensitive ones unmasked"));
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/visitors/batch", operator_("visitors.write"),
                           say_of_many, "Say traits of up to 100 visitors"));
}

}  // namespace beckon::http
