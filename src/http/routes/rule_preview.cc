// What a draft rule would do for one visitor, now or, for a delayed rule, at the end of its wait if nothing else
// happens: whether it acts, why, and the text of its messages. Nothing is stored and nothing counts.
#include <algorithm>
#include <set>

#include "commit/visitor_ids.h"
#include "decision/known.h"
#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "http/routes/session_view.h"
#include "http/routes/visitor_view.h"
#include "rules/language/check_rule.h"
#include "rules/language/read_rule.h"
#include "rules/payload_values.h"
#include "rules/rule_set.h"
#include "system/zones.h"

namespace beckon::http {
namespace {

using decision::Known;
using ledger::SessionPtr;

// A rule treated as live.
struct Draft {
  rules::Rule rule;
  rules::RuleSet set;  // only this rule
};

struct Question {
  Draft draft;
  VisitorId visitor;
  std::string session;  // empty: the visitor's newest
};

std::string as_live(const json::Value& rule) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const json::Member& member : rule.members())
    if (member.key != "status") writer.member_raw(member.key, json::to_text(member.value));
  writer.end_object();
  return text;
}

Result<Draft> draft_of(const json::Value& given, const rules::Declared& declared) {
  const json::Value* id = given.find("ruleId");
  const RuleId named{id && id->is_string() && rules::is_rule_id(id->text()) ? id->text() : "preview-of-a-draft"};
  // First in its original form, so that each fault names its place, including the status.
  const auto checked = checked_rule(named, given, declared);
  if (!checked) return unexpected(checked.error());
  const std::string text = as_live(json::parse(*checked)->root());
  const auto live = json::parse(text);
  if (!live) return unexpected(live.error());
  Issues issues;
  rules::Rule rule = rules::read_rule(named, live->root(), system_zones(), issues);
  auto set = rules::RuleSet::compile({.version = 1, .rules = {{.id = named, .json = text, .rules_version = 1}}},
                                     system_zones(), declared);
  if (!set) return unexpected(set.error());
  return Draft{std::move(rule), std::move(*set)};
}

Result<Question> question_of(Api& api, Request& request, const Handle& handle) {
  const auto document = object_of(request);
  if (!document) return unexpected(document.error());
  const json::Value& root = document->root();
  Issues issues;
  refuse_unknown(root, {"rule", "visitorId", "sessionId"}, issues);
  const json::Value* rule = root.find("rule");
  if (!rule || !rule->is_object()) issues.add("rule", "is required: a rule as it would be saved");
  const json::Value* said = root.find("visitorId");
  auto visitor = said && said->is_string() ? commit::parse_visitor_id(said->text()) : std::nullopt;
  if (!visitor || visitor->empty())
    issues.add("visitorId", said ? "must be an id of a visitor" : "is required: an id of a visitor");
  const json::Value* session = root.find("sessionId");
  const bool is_session = session && session->is_string() && is_session_id(session->text());
  if (session && !is_session) issues.add("sessionId", "must be the id of a session");
  Question question;
  if (rule && rule->is_object()) {
    auto draft = draft_of(*rule, api.rule_book.declared(handle));
    if (!draft && draft.error().details.empty()) return unexpected(draft.error());
    if (!draft)
      for (const FieldIssue& issue : draft.error().details) issues.add("rule." + issue.field, issue.issue);
    if (draft) question.draft = std::move(*draft);
  }
  if (!issues.empty()) return unexpected(issues.fault());
  question.visitor = std::move(*visitor);
  if (is_session) question.session = session->text();
  return question;
}

// The visitor's most recent session, or the named one. Null if none is left. Fault: it is not the visitor's.
Result<SessionPtr> session_of(Api& api, const Handle& handle, std::span<const SessionPtr> records,
                              const std::string& named) {
  SessionPtr newest;
  for (const SessionPtr& record : records)
    for (const ledger::Joined& joined : record->sessions) {
      if (!named.empty() && joined.id.text != named) continue;
      auto session = api.places.sessions.find(handle, joined.id, joined.digest);
      if (!session) return unexpected(session.error());
      if (*session && (*session)->expires_at > api.clock.now() &&
          (!newest || newest->last_received < (*session)->last_received))
        newest = std::move(*session);
    }
  if (!named.empty() && !newest) return unexpected(not_found("session"));
  return newest;
}

void write_arm(json::Writer& out, const Draft& draft, const rules::Arm& arm, const rules::Facts& facts,
               bool hides_sensitive) {
  out.begin_object();
  text_or_null(out, "variant", arm.name);
  if (!arm.payload) {
    out.member_raw("action", arm.action_json).key("missing").begin_array().end_array();
    out.member_boolean("tooLarge", false).end_object();
    return;
  }
  const rules::JudgedValues values(draft.rule, facts, {.variant = arm.name});
  const auto payload = arm.payload->draft(values, rules::zone_of_visitor(facts));
  out.key("action");
  if (payload.too_large)
    out.null();
  else
    out.begin_object().member("type", arm.action_type).member_raw("payload", payload.json).end_object();
  out.key("missing").begin_array();
  for (const rules::PayloadPath* path : payload.missing) {
    const bool hidden = hides_sensitive && path->root == rules::PayloadRoot::kTrait &&
                        std::ranges::binary_search(facts.sensitive, path->rest) &&
                        ledger::trait_in(facts.traits, path->rest);
    out.begin_object().member("name", path->text).member_boolean("hidden", hidden).end_object();
  }
  out.end_array().member_boolean("tooLarge", payload.too_large).end_object();
}

// The result of the rule; for a delayed one, at the end of its wait if nothing else happens. `anchor`: of that wait.
void write_verdict(json::Writer& out, const rules::RuleSet& set, const rules::Verdict& verdict,
                   const std::optional<rules::Anchor>& anchor) {
  const bool waits_for_nothing = !set.delayed().empty() && !anchor;
  out.member("outcome", waits_for_nothing ? "none" : rules::to_text(verdict.outcome));
  text_or_null(out, "variant", verdict.variant);
  instant_or_null(out, "dueAt", anchor ? anchor->due : Instant{});
}

// The sensitive traits whose values the messages show.
std::set<std::string_view> shown_sensitive(const Draft& draft, const rules::Facts& shown) {
  std::set<std::string_view> names;
  if (!shown.tells_sensitive) return names;
  for (const rules::Arm& arm : draft.rule.arms) {
    if (!arm.payload) continue;
    for (const rules::PayloadPath& path : arm.payload->paths())
      if (path.root == rules::PayloadRoot::kTrait && std::ranges::binary_search(shown.sensitive, path.rest) &&
          ledger::trait_in(shown.traits, path.rest))
        names.insert(path.rest);
  }
  return names;
}

std::string audited_preview(const RuleId& rule, const std::set<std::string_view>& traits) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("ruleId", rule.view()).key("traits").begin_array();
  for (const std::string_view name : traits) out.string(name);
  out.end_array().end_object();
  return text;
}

Result<Response> preview(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto question = question_of(api, request, handle);
  if (!question) return unexpected(question.error());
  const Draft& draft = question->draft;
  const Instant now = api.clock.now();
  const commit::VisitorReader reader = commit::reader_of(api.places.sessions, handle, now);
  const auto records = records_meant(reader, question->visitor.view());
  if (!records) return unexpected(records.error());
  auto session = session_of(api, handle, *records, question->session);
  if (!session) return unexpected(session.error());
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  const auto role = api.gate.sees_as(principal_of(request), handle);
  if (!role) return unexpected(role.error());

  const bool is_delayed = draft.rule.delayed();
  const bool may_see_sensitive = *role > access::Role::kCreator;
  Known known{.session = std::move(*session)};
  known.tells_sensitive = is_delayed;
  if (!known.session) known.said = VisitorId{commit::id_of(*records->front())};
  const SessionId id = known.session ? known.session->id : SessionId{};
  const auto gathered =
      decision::gather(api.places.sessions, handle, api.places.sessions.digest(handle.view(), id.view()),
                       decision::wanted_when_due(draft.set), now, known);
  if (!gathered) return unexpected(gathered.error());
  static const ledger::Context kNoContext;
  rules::Facts facts = known.facts(known.session ? known.session->context : kNoContext, id, now, **tenant);
  std::optional<rules::Anchor> anchor;
  if (is_delayed) {
    const rules::Delayed& delayed = draft.set.delayed()[0];
    const ledger::Window& window = delayed.visitor && facts.visitor ? *facts.visitor : facts.window;
    const auto anchors = draft.set.anchors(delayed, window, now, facts.retention);
    // By value: the one whose message is next.
    if (const auto next = std::ranges::min_element(anchors, {}, &rules::Anchor::due); next != anchors.end())
      anchor = *next;
    if (anchor) facts.now = std::max(now, anchor->due), facts.same = anchor->same;
  }

  std::string body;
  json::Writer out(body);
  out.begin_object().member("ruleId", draft.rule.id.view());
  const std::string_view name = commit::id_of(*records->front());
  text_or_null(out, "visitorId", ledger::is_browser(name) ? std::string_view{} : name);
  text_or_null(out, "sessionId", id.view());
  write_verdict(out, draft.set,
                is_delayed ? draft.set.judge_due(draft.set.delayed()[0], facts).verdict
                           : draft.set.judge(draft.rule.triggers.front(), facts),
                anchor);
  rules::Facts shown = facts;
  shown.tells_sensitive = is_delayed && may_see_sensitive;
  if (const auto traits = shown_sensitive(draft, shown); !traits.empty()) {
    const auto fault = api.committer.execute([&](commit::Draft& commit) -> std::optional<Fault> {
      commit.audit(handle, caller_of(request), "visitor.preview",
                   erased_name(api, handle, "visitor/" + std::string(name)), audited_preview(draft.rule.id, traits));
      return std::nullopt;
    });
    if (fault) return unexpected(*fault);
  }
  out.key("variants").begin_array();
  for (const rules::Arm& arm : draft.rule.arms) write_arm(out, draft, arm, shown, is_delayed && !may_see_sensitive);
  out.end_array().key("explanation");
  if (is_delayed)
    draft.set.explain_due(draft.set.delayed()[0], facts, out);
  else
    draft.set.explain(draft.rule.triggers.front(), facts, out);
  out.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_rule_preview(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kPost, "/v2/handles/{handle}/chain-rules/preview", creator("chain.explain"),
                           preview, "What a rule would come to for a visitor"));
}

}  // namespace beckon::http
