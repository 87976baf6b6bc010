#include "hindsight/recall.h"

#include <algorithm>

#include "delayed/firing.h"
#include "hindsight/lookback.h"
#include "ledger/codec.h"

namespace beckon::hindsight {
namespace {

using rules::Delayed;

std::optional<Moment> moment_in(const JournalRow& row, std::string_view bytes, const Handle& handle,
                                std::string_view id) {
  ledger::JournalReader reader(bytes);
  while (const auto item = reader.next()) {
    if (item->bytes.find(id) == std::string_view::npos) continue;
    const auto record = ledger::decode_record(item->bytes);
    const auto* decision = record ? std::get_if<ledger::DecisionRecord>(&*record) : nullptr;
    if (!decision || decision->handle != handle.view() || ledger::past_id(decision->past) != id) continue;
    if (auto past = ledger::past_decision(decision->past))
      return Moment{.row = row,
                    .handle = handle,
                    .session = SessionId{decision->session},
                    .digest = item->digest,
                    .visitor = VisitorId{decision->visitor},
                    .anonymous = std::string(decision->anonymous),
                    .said = decision->context,
                    .past = std::move(*past)};
  }
  return std::nullopt;
}

// An id contains its instant. A prefetched decision is recorded when it is shown, however much later.
Result<std::optional<Moment>> find(ledger::Ledger& ledger, const Handle& handle, std::string_view id) {
  const auto resolved = id.starts_with("dec_") ? ulid_instant(id.substr(4)) : std::nullopt;
  const auto at = resolved ? resolved : decision::DecisionTokens::instant_of(id);
  if (!at) return std::nullopt;
  const auto before = ledger.position_before(*at - kClockSlack);
  if (!before) return unexpected(before.error());
  std::optional<Moment> found;
  const auto read = read_rows(ledger, *before, [&](const JournalRow& row, std::string_view bytes) {
    if (resolved && row.at > *at + kClockSlack) return false;
    if (bytes.find(id) != std::string_view::npos) found = moment_in(row, bytes, handle, id);
    return !found;
  });
  if (!read) return unexpected(read.error());
  return found;
}

const Delayed* delayed_of(const rules::RuleSet& rules, const ledger::PastDecision& decision) {
  const auto is_it = [&](const Delayed& one) {
    return one.shadow ? !decision.beside.empty() && decision.beside.front().rule == one.rule
                      : decision.rule == one.rule;
  };
  const auto found = std::ranges::find_if(rules.delayed(), is_it);
  return found == rules.delayed().end() ? nullptr : &*found;
}

bool is_due(const Moment& moment) { return moment.past.trigger == kDueTrigger; }

decision::Wanted wanted_of(const rules::RuleSet& rules, const Moment& moment) {
  return is_due(moment) ? decision::wanted_when_due(rules) : decision::wanted_by(rules, moment.past.trigger);
}

// Whether it is the signal with this version of the session itself, not of another session of the visitor.
bool is_in(const decision::Known& known, const rules::Anchor& anchor, std::uint64_t version) {
  return anchor.version == version && known.session && delayed::has(known.session->window, anchor);
}

// The start of a delayed rule's wait; std::nullopt if it is no longer visible.
std::optional<rules::Anchor> anchor_of(const Delayed& delayed, const commit::Tenant& tenant,
                                       const decision::Envelope& envelope, std::uint64_t version) {
  const ledger::Window* window = delayed.visitor && envelope.known.merged.window ? envelope.known.merged.window.get()
                                 : envelope.known.session                        ? &envelope.known.session->window
                                                                                 : nullptr;
  if (!window) return std::nullopt;
  auto anchors = tenant.rules->anchors(delayed, *window, envelope.resolved_at, tenant.settings.retention);
  const auto is_it = [&](const rules::Anchor& one) { return version == 0 || is_in(envelope.known, one, version); };
  const auto found = std::ranges::find_if(anchors, is_it);
  return found == anchors.end() ? std::nullopt : std::optional(std::move(*found));
}

decision::Envelope judged_due(const Moment& moment, const commit::TenantPtr& tenant, decision::Known known) {
  decision::Envelope envelope{
      .tenant = tenant, .known = std::move(known), .session = moment.session, .trigger = moment.past.trigger};
  envelope.known.tells_sensitive = true;
  envelope.session_version = envelope.known.session ? envelope.known.session->version : 0;
  envelope.resolved_at = moment.past.at;
  const Delayed* delayed = delayed_of(*tenant->rules, moment.past);
  if (!delayed) return envelope;
  const auto anchor = anchor_of(*delayed, *tenant, envelope, moment.past.anchor);
  if (anchor) envelope.known.same = anchor->same;
  envelope.verdict = delayed::as_told(*delayed, tenant->rules->judge_due(*delayed, envelope.facts()).verdict);
  if (anchor) envelope.verdict.expires_at = std::min(envelope.verdict.expires_at, anchor->due + delayed->ttl);
  return envelope;
}

decision::Envelope judged(const Moment& moment, const commit::TenantPtr& tenant, decision::Known known) {
  if (is_due(moment)) return judged_due(moment, tenant, std::move(known));
  const decision::DecisionRequest request{
      .tenant = tenant, .session = moment.session, .visitor = moment.visitor, .context = moment.said};
  return judge(request, moment.past.trigger, std::move(known), moment.past.at);
}

bool is_same(const decision::Envelope& envelope, const ledger::PastDecision& decision) {
  const rules::Verdict& verdict = envelope.verdict;
  return verdict.reading == decision.reading && rules::to_text(verdict.outcome) == decision.outcome &&
         verdict.rule == decision.rule && verdict.variant == decision.variant;
}

// Of the states that the decision may have seen, the newest that gives the same result; otherwise the newest.
struct Again {
  decision::Envelope envelope;
  bool same = false;
};

Again judged(const Moment& moment, const commit::TenantPtr& tenant, const LookedBack& looked) {
  std::optional<Again> newest;
  for (auto known = looked.states.rbegin(); known != looked.states.rend(); ++known) {
    Again again{.envelope = judged(moment, tenant, *known)};
    again.same = is_same(again.envelope, moment.past);
    if (again.same) return again;
    if (!newest) newest = std::move(again);
  }
  if (newest) return std::move(*newest);
  Again unseen{.envelope = judged(moment, tenant, decision::Known{})};
  unseen.same = is_same(unseen.envelope, moment.past);
  return unseen;
}

}  // namespace

Result<std::optional<Recalled>> Recall::recall(const Handle& handle, std::string_view id,
                                               const TenantAt& tenant_at) const {
  auto found = find(parts_.ledger, handle, id);
  if (!found) return unexpected(found.error());
  if (!*found) return std::nullopt;
  Moment& moment = **found;
  const auto tenant = tenant_at(moment.past.rules_version, moment.past.at);
  if (!tenant) return unexpected(tenant.error());
  moment.declared = (*tenant)->traits;
  const decision::Wanted wanted = wanted_of(*(*tenant)->rules, moment);
  auto looked = look_back(parts_.ledger, parts_.sessions, moment, (*tenant)->settings, wanted);
  if (!looked) return unexpected(looked.error());
  Again again = judged(moment, *tenant, *looked);
  if (!again.same && moment.past.shown && !looked->visitor.empty()) {  // the prefetch may have named its visitor
    moment.visitor = looked->visitor;
    looked = look_back(parts_.ledger, parts_.sessions, moment, (*tenant)->settings, wanted);
    if (!looked) return unexpected(looked.error());
    if (Again other = judged(moment, *tenant, *looked); other.same) again = std::move(other);
  }

  Recalled recalled{.recorded_at = moment.row.at, .again = std::move(again.envelope), .same = again.same};
  if (!again.same) recalled.lacking = looked->lacking;
  if (!again.same && recalled.lacking.empty()) {
    auto withdrawn = withdrawn_since(parts_.ledger, parts_.sessions, moment, looked->own);
    if (!withdrawn) return unexpected(withdrawn.error());
    recalled.lacking = std::move(*withdrawn);
  }
  const auto token = moment.past.shown ? parts_.tokens.open(handle.view(), moment.session.view(), id) : std::nullopt;
  if (!again.same && token && !token->knows_said)
    recalled.lacking = "the context of the prefetch was too long to be kept in the decision's id";
  if (!again.same && recalled.lacking.empty() && token && looked->own.size() > 1)
    recalled.lacking = "which ids the visitor had at the prefetch is on no record";
  if (!recalled.lacking.empty()) recalled.same = std::nullopt;
  recalled.decision = std::move(moment.past);
  recalled.session = std::move(moment.session);
  return recalled;
}

namespace {

// Delayed rules are evaluated alone, so also explained alone.
void write_explanation(json::Writer& out, const Recalled& recalled) {
  const decision::Envelope& again = recalled.again;
  const rules::RuleSet& rules = *again.tenant->rules;
  out.key("explanation");
  if (again.trigger != kDueTrigger) return rules.explain(again.trigger, again.facts(), out);
  if (const Delayed* delayed = delayed_of(rules, recalled.decision))
    return rules.explain_due(*delayed, again.facts(), out);
  out.begin_array().end_array();
}

// Callers who may read decisions may not be allowed to see sensitive traits.
std::string shown_action(const Recalled& recalled) {
  decision::Envelope again = recalled.again;
  again.known.tells_sensitive = false;
  again.id = recalled.decision.id;
  std::string room;
  return std::string(again.action(room));
}

void write_beside(json::Writer& out, const std::vector<ledger::PastBeside>& beside) {
  out.key("beside").begin_array();
  for (const ledger::PastBeside& one : beside) {
    out.begin_object().member("ruleId", one.rule);
    text_or_null(out, "variant", one.variant);
    out.member("outcome", one.outcome).member_boolean("shadow", one.shadow).end_object();
  }
  out.end_array();
}

void write_again(json::Writer& out, const decision::Envelope& again) {
  out.key("again").begin_object().member("outcome", rules::to_text(again.verdict.outcome));
  text_or_null(out, "ruleId", again.verdict.rule);
  text_or_null(out, "variant", again.verdict.variant);
  out.member("etag", decision::etag_of(again.verdict.reading).view()).end_object();
}

}  // namespace

void write(json::Writer& out, const Recalled& recalled) {
  const ledger::PastDecision& stored = recalled.decision;
  const decision::Envelope& again = recalled.again;
  out.member("decisionId", stored.id)
      .member("handle", again.tenant->handle.view())
      .member("sessionId", recalled.session.view())
      .member("trigger", stored.trigger)
      .member("outcome", stored.outcome);
  text_or_null(out, "ruleId", stored.rule);
  text_or_null(out, "variant", stored.variant);
  const bool acts_alike = again.verdict.rule == stored.rule && again.verdict.variant == stored.variant;
  out.member_raw("action", acts_alike ? shown_action(recalled) : "null");
  out.member("sessionVersion", static_cast<std::int64_t>(stored.session_version))
      .member("rulesVersion", static_cast<std::int64_t>(stored.rules_version))
      .member("resolvedAt", to_rfc3339(stored.at))
      .member("expiresAt", to_rfc3339(again.verdict.expires_at))
      .member("ttlSeconds", again.ttl_seconds())
      .member("etag", decision::etag_of(stored.reading).view())
      .member_boolean("shown", stored.shown)
      .member("recordedAt", to_rfc3339(recalled.recorded_at));
  write_beside(out, stored.beside);
  out.key("same");
  recalled.same ? out.boolean(*recalled.same) : out.null();
  text_or_null(out, "lacking", recalled.lacking);
  write_again(out, again);
  write_explanation(out, recalled);
}

}  // namespace beckon::hindsight
