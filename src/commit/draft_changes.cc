// What a draft adds to its batch as it is. Not inline: a list of changes costs each file that grows one a second to
// compile.
#include <utility>

#include "commit/draft.h"

namespace beckon::commit {

Draft::~Draft() = default;

void Draft::settle(outbox::Settlement settlement) { plan(std::move(settlement)); }
void Draft::give_up(const DeliveryId& held, std::string_view reason) { plan(GiveUp{held, std::string(reason)}); }
void Draft::withdraw_reason(WithdrawReason ended) { last_.emplace_back(std::move(ended)); }
void Draft::withdraw_joined(WithdrawJoined joined) { last_.emplace_back(std::move(joined)); }
void Draft::hold_subscription(HoldSubscription hold) { plan(std::move(hold)); }
void Draft::withdraw_subscription(WithdrawSubscription withdrawal) { plan(std::move(withdrawal)); }
void Draft::set_timer(TimerChange change) { plan(std::move(change)); }
void Draft::set_timers(TimersOfValues change) { plan(std::move(change)); }
void Draft::set_timers_of_rule(TimersOfRule change) { last_.emplace_back(std::move(change)); }
void Draft::put_rule(RulePut rule) { plan(std::move(rule)); }
void Draft::put_filling(FillingPut filling) { plan(std::move(filling)); }
void Draft::forget_rules(ForgetRules old) { plan(std::move(old)); }
void Draft::put_replay(outbox::Replay replay) { plan(std::move(replay)); }
void Draft::snapshot(SnapshotWrite written) { plan(std::move(written)); }
void Draft::checkpoint(ledger::Position position) { plan(Checkpoint{position}); }
void Draft::rewrite_row(ledger::Position position, std::string bytes) {
  plan(JournalRewrite{position, std::move(bytes)});
}
void Draft::erasures_done(std::vector<ledger::Ledger::Erasure> done, bool all) {
  plan(ErasuresDone{std::move(done), all});
}
void Draft::trim_delivery(const DeliveryId& ended) { last_.emplace_back(TrimDelivery{ended}); }
void Draft::trim_event(const Handle& handle, const EventId& unmatched) { plan(TrimEvent{handle, unmatched}); }
void Draft::sweep_denials(Instant ended_by) { plan(SweepDenials{ended_by}); }
void Draft::sweep_journal(SweepJournal sweep) { plan(sweep); }
void Draft::sweep_replays(Instant before) { plan(SweepReplays{before}); }
void Draft::sweep_audit(Instant before) { plan(SweepAudit{before}); }
void Draft::sweep_replaced_audit(Instant before) { plan(SweepReplacedAudit{before}); }
void Draft::sweep_tallies(Instant before) { plan(SweepTallies{before}); }
void Draft::audit(const Handle& handle, Caller by, std::string_view action, std::string_view target, std::string detail,
                  std::string before) {
  plan(audit_entry(now(), places_.random, handle, std::move(by), action, target, std::move(detail), std::move(before)));
}
void Draft::plan(Change change) { batch_.changes.push_back(std::move(change)); }
outbox::Event& Draft::newest_event() { return std::get<outbox::Event>(batch_.changes[*event_]); }

}  // namespace beckon::commit
