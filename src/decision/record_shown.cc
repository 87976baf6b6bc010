#include "decision/record_shown.h"

#include <algorithm>

#include "decision/envelope.h"
#include "system/log.h"

namespace beckon::decision {
namespace {

bool is_shown(const ledger::Session& session, std::string_view id) {
  return std::ranges::find(session.shown, ledger::remembered(id)) != session.shown.end();
}

// The signal itself is stored: it was accepted before this check.
void not_recorded(const Fault& fault) { log::error("shown_not_recorded").add("why", fault.message); }

// Adds the runners-up to the decision, and to `spends` their exposures and the arms to keep.
void judge_anew(const commit::Tenant& tenant, const Known& known, const ledger::Context& said,
                const ledger::Spend& spend, ledger::PastDecision& decision, std::vector<ledger::Spend>& spends) {
  const ledger::Session& session = *known.session;
  const ledger::Context context = ledger::merge(session.context, said);
  rules::Facts facts = known.facts(context, session.id, decision.at, tenant);
  const auto verdict = tenant.rules->judge(decision.trigger, facts);
  if (decision.outcome == "suppressed") decision.hold = verdict.hold;
  const auto take = [&](std::uint64_t key) {
    if (key != 0) spends.push_back({key, spend.at, spend.session});
  };
  facts.now = spend.at;
  if (decision.outcome == "act" || decision.outcome == "holdout") {
    take(tenant.rules->mark_of(decision.rule, decision.outcome));
    take(tenant.rules->arm_to_keep(decision.rule, decision.variant, decision.outcome == "holdout", facts));
  }
  for (const rules::Beside& beside : verdict.beside) {
    if (beside.rule == decision.rule && decision.outcome != "suppressed") continue;
    decision.beside.push_back(past_of(beside));
    take(beside.spends);
    take(beside.arm);
    take(beside.mark);
  }
}

}  // namespace

void record_shown(commit::Draft& draft, const DecisionTokens& tokens, const commit::Tenant& tenant,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal) {
  auto token = tokens.open(tenant.handle.view(), session->id.view(), signal.value);
  if (!token || is_shown(*session, signal.value)) return;
  ledger::PastDecision* const decision = &token->decision;
  Known known{.session = at_version(session, decision->session_version)};
  known.public_only = decision->public_only;
  known.declared = tenant.traits;
  const auto gathered =
      gather(draft, tenant.handle, digest, wanted_by(*tenant.rules, decision->trigger), draft.now(), known);
  if (!gathered) return not_recorded(gathered.error());

  decision->shown = true;
  ledger::Spend spend{.at = std::min(signal.at, draft.now()), .session = digest.low};
  ledger::DecisionRecord record{
      .handle = tenant.handle.view(), .session = session->id.view(), .seen = true, .shown = true};
  if (decision->outcome == "act" || decision->outcome == "holdout") spend.key = tenant.rules->spends_of(decision->rule);
  if (spend.key != 0) record.spends.push_back(spend);
  judge_anew(tenant, known, token->said, spend, *decision, record.spends);
  record.context = token->said;
  record.expires_at = session->expires_at;
  record.at = draft.now();
  const std::string past = ledger::encode_past(*decision);
  record.past = past;
  auto decided = draft.decide(digest, session, record);
  if (!decided) return not_recorded(decided.error());
  session = std::move(*decided);
}

}  // namespace beckon::decision
