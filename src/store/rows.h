// Reads rows into the types of the ports: for each type, the columns and the function that reads them, for every driver
// whose rows have numbered columns. `Row` has text, integer, whole, instant and is_null by column, from 0, and throws
// from damaged().
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "access/directory.h"
#include "access/scopes.h"
#include "base/audit.h"
#include "commit/commit.h"
#include "commit/tally.h"
#include "delayed/timers.h"
#include "outbox/delivery.h"
#include "outbox/replay.h"
#include "outbox/subscription.h"
#include "rules/rule_history.h"
#include "rules/rule_store.h"
#include "store/subscription_text.h"

namespace beckon::store {

// Of a table named d.
#define BECKON_DELIVERY_COLUMNS                                                             \
  "d.id, d.event, d.subscription, d.handle, d.event_type, d.session, d.state, d.attempts, " \
  "d.schedule_step, d.created_at, d.next_attempt_at, d.ended_at, d.reason, d.last_status, " \
  "d.rule, d.anchor_at, d.valid_until, d.held_at, d.turn > 0, d.same "
inline constexpr int kDeliveryColumns = 20;
template <class Row>
outbox::Delivery delivery_from(const Row& row) {
  outbox::Delivery d;
  d.id = DeliveryId(row.text(0));
  d.event = EventId(row.text(1));
  d.subscription = SubscriptionId(row.text(2));
  d.handle = Handle(row.text(3));
  d.event_type = row.text(4);
  d.session = SessionId(row.text(5));
  d.state = static_cast<outbox::DeliveryState>(row.integer(6));
  d.attempts = static_cast<int>(row.integer(7));
  d.schedule_step = static_cast<int>(row.integer(8));
  d.created_at = row.instant(9);
  d.next_attempt_at = row.instant(10);
  d.ended_at = row.instant(11);
  d.reason = row.text(12);
  d.last_status = static_cast<int>(row.integer(13));
  d.rule = RuleId(row.text(14));
  d.anchor_at = row.instant(15);
  d.valid_until = row.instant(16);
  d.held_at = row.instant(17);
  d.ordered = row.integer(18) != 0;
  d.same = row.whole(19);
  return d;
}
template <class Row>
std::vector<outbox::Delivery> deliveries_from(Row rows) {
  std::vector<outbox::Delivery> found;
  while (rows.next()) found.push_back(delivery_from(rows));
  return found;
}

#define BECKON_SUBSCRIPTION_COLUMNS                                                                                 \
  "handle, id, endpoint_url, event_types, description, sealed_headers, rate_per_second, ordering, enabled, "        \
  "disabled_reason, sealed_secret, sealed_previous_secret, previous_until, created_at, updated_at, failing_since, " \
  "format "
template <class Row>
outbox::Subscription subscription_from(const Row& row) {
  outbox::Subscription s;
  s.handle = Handle(row.text(0));
  s.id = SubscriptionId(row.text(1));
  s.endpoint_url = row.text(2);
  s.description = row.text(4);
  if (!read_types(row.text(3), s) || !read_headers(row.text(5), s))
    row.damaged("a subscription's types or headers are damaged");
  if (!row.is_null(6)) s.rate_per_second = static_cast<int>(row.integer(6));
  s.ordering = static_cast<outbox::Ordering>(row.integer(7));
  s.enabled = row.integer(8) != 0;
  s.disabled_reason = row.text(9);
  s.sealed_secret = row.text(10);
  s.sealed_previous_secret = row.text(11);
  s.previous_until = row.instant(12);
  s.created_at = row.instant(13);
  s.updated_at = row.instant(14);
  s.failing_since = row.instant(15);
  s.format = static_cast<outbox::EventFormat>(row.integer(16));
  return s;
}

#define BECKON_EVENT_COLUMNS "handle, id, type, occurred_at, session, cause, body, unmatched "
template <class Row>
outbox::Event event_from(const Row& row) {
  outbox::Event event{.id = EventId(row.text(1)), .handle = Handle(row.text(0))};
  event.type = row.text(2);
  event.occurred_at = row.instant(3);
  event.session = SessionId(row.text(4));
  event.cause = row.text(5);
  event.body = row.text(6);
  event.unmatched = row.integer(7) != 0;
  return event;
}

#define BECKON_ATTEMPT_COLUMNS                                                                     \
  "number, at, outcome, status, error, dns_us, connect_us, tls_us, first_byte_us, total_us, url, " \
  "request_headers, response_headers, response_headers_cut, response_body "
template <class Row>
outbox::Attempt attempt_from(const Row& row) {
  outbox::Attempt a;
  a.number = static_cast<int>(row.integer(0));
  a.at = row.instant(1);
  a.outcome = static_cast<outbox::AttemptOutcome>(row.integer(2));
  a.status = static_cast<int>(row.integer(3));
  a.error = row.text(4);
  a.dns_us = row.integer(5);
  a.connect_us = row.integer(6);
  a.tls_us = row.integer(7);
  a.first_byte_us = row.integer(8);
  a.total_us = row.integer(9);
  a.url = row.text(10);
  a.request_headers = row.text(11);
  a.response_headers = row.text(12);
  a.response_headers_cut = row.integer(13) != 0;
  a.response_body = row.text(14);
  return a;
}

#define BECKON_REPLAY_COLUMNS                                                                                   \
  "handle, id, subscription, since, until, status, state, total, queued, place_created, place_id, created_at, " \
  "ended_at "
template <class Row>
outbox::Replay replay_from(const Row& row) {
  outbox::Replay r{
      .id = ReplayId(row.text(1)), .handle = Handle(row.text(0)), .subscription = SubscriptionId(row.text(2))};
  r.range = {.since = row.instant(3), .until = row.instant(4), .status = std::nullopt};
  if (!row.is_null(5)) r.range.status = static_cast<outbox::DeliveryState>(row.integer(5));
  r.state = static_cast<outbox::ReplayState>(row.integer(6));
  r.total = row.whole(7);
  r.queued = row.whole(8);
  r.place = {row.instant(9), DeliveryId(row.text(10))};
  r.created_at = row.instant(11);
  r.ended_at = row.instant(12);
  return r;
}
template <class Row>
std::vector<outbox::Replay> replays_from(Row rows) {
  std::vector<outbox::Replay> found;
  while (rows.next()) found.push_back(replay_from(rows));
  return found;
}

#define BECKON_AUDIT_COLUMNS \
  "handle, at, id, actor, address, request, action, target, detail, before, number, previous, hash "
template <class Row>
AuditEntry audit_from(const Row& row) {
  return {.id = AuditId(row.text(2)),
          .handle = Handle(row.text(0)),
          .at = row.instant(1),
          .by = {std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5))},
          .action = std::string(row.text(6)),
          .target = std::string(row.text(7)),
          .detail = std::string(row.text(8)),
          .before = std::string(row.text(9)),
          .number = row.whole(10),
          .previous = std::string(row.text(11)),
          .hash = std::string(row.text(12))};
}

#define BECKON_HANDLE_COLUMNS "handle, owner, created_at, settings, origins "
template <class Row>
access::HandleRecord handle_from(const Row& row) {
  return {.handle = Handle(row.text(0)),
          .owner = std::string(row.text(1)),
          .created_at = row.instant(2),
          .settings = std::string(row.text(3)),
          .origins = std::string(row.text(4))};
}

#define BECKON_PAT_COLUMNS \
  "id, name, scopes, hash, previous_hash, previous_until, created_by, created_at, expires_at, used_at "
template <class Row>
access::PatRecord pat_from(const Row& row) {
  return {.id = std::string(row.text(0)),
          .name = std::string(row.text(1)),
          .scopes = access::parse_scopes(row.text(2)),
          .hash = std::string(row.text(3)),
          .previous_hash = std::string(row.text(4)),
          .previous_until = row.instant(5),
          .created_by = std::string(row.text(6)),
          .created_at = row.instant(7),
          .expires_at = row.instant(8),
          .used_at = row.instant(9)};
}

#define BECKON_USER_COLUMNS "email, password_hash, password_version, disabled, created_at, signed_in_at "
template <class Row>
access::UserRecord user_from(const Row& row) {
  return {.email = std::string(row.text(0)),
          .password_hash = std::string(row.text(1)),
          .password_version = row.integer(2),
          .disabled = row.integer(3) != 0,
          .created_at = row.instant(4),
          .signed_in_at = row.instant(5)};
}

// id, hash, handle, role, the user, created_by, created_at, expires_at
template <class Row>
access::InvitationRecord invitation_from(const Row& row) {
  return {.id = std::string(row.text(0)),
          .hash = std::string(row.text(1)),
          .handle = Handle(row.text(2)),
          .role = static_cast<access::Role>(row.integer(3)),
          .user = std::string(row.text(4)),
          .created_by = std::string(row.text(5)),
          .created_at = row.instant(6),
          .expires_at = row.instant(7)};
}

// token, the user, at, until, way, address, agent, provider, subject, provider_session
template <class Row>
access::SignInRecord sign_in_from(const Row& row) {
  return {.token = std::string(row.text(0)),
          .user = std::string(row.text(1)),
          .at = row.instant(2),
          .until = row.instant(3),
          .way = std::string(row.text(4)),
          .address = std::string(row.text(5)),
          .agent = std::string(row.text(6)),
          .provider = std::string(row.text(7)),
          .subject = std::string(row.text(8)),
          .provider_session = std::string(row.text(9))};
}

// trigger, rule, variant, shadow, holdout
template <class Row>
commit::TallyKey tally_key_from(const Row& row, const Handle& handle) {
  return {.handle = handle,
          .trigger = std::string(row.text(0)),
          .rule = RuleId(row.text(1)),
          .variant = std::string(row.text(2)),
          .shadow = row.integer(3) != 0,
          .holdout = row.integer(4) != 0};
}

#define BECKON_TIMER_COLUMNS "handle, session, rule, due_at, anchor, same "
template <class Row>
std::vector<delayed::Timer> timers_from(Row rows) {
  std::vector<delayed::Timer> found;
  while (rows.next())
    found.push_back({Handle(rows.text(0)), SessionId(rows.text(1)), RuleId(rows.text(2)), rows.instant(3),
                     rows.whole(4), rows.whole(5)});
  return found;
}

// What becomes of the timers with values of a session and rule, whose rows are `same, due_at, anchor`. Most stay as
// they are and are not written.
template <class Row>
std::vector<commit::TimerChange> changed_timers(commit::TimersOfValues change, Row rows) {
  using One = commit::TimersOfValues::One;
  using How = commit::TimersOfValues::How;
  std::vector<commit::TimerChange> changes;
  const auto cancel = [&](std::uint64_t same) {
    changes.push_back({.handle = change.handle, .session = change.session, .rule = change.rule, .same = same});
  };
  std::vector<One>& wanted = change.all;
  while (rows.next()) {
    const auto found = std::ranges::find(wanted, rows.whole(0), &One::same);
    const bool is_same = found != wanted.end() && found->anchor == rows.whole(2);
    if (found == wanted.end() || (found->how == How::kOnlyKept && !is_same))
      cancel(rows.whole(0));
    else if (is_same && (found->how != How::kSet || found->due_at == rows.instant(1)))
      wanted.erase(found);
  }
  for (const One& one : wanted)
    if (one.how != How::kOnlyKept)
      changes.push_back({change.handle, change.session, change.rule, one.due_at, one.anchor, one.same});
  return changes;
}

// Of rows `rules_version, at, rule, json IS NULL, zone_version, actor`, the newest first: at most `limit` versions.
template <class Row>
std::vector<rules::RulesVersion> versions_from(Row rows, std::size_t limit) {
  std::vector<rules::RulesVersion> found;
  while (rows.next()) {
    const std::uint64_t version = rows.whole(0);
    if (found.empty() || found.back().version != version) {
      if (found.size() == limit) break;
      found.push_back({.version = version,
                       .at = rows.instant(1),
                       .zone_version = std::string(rows.text(4)),
                       .actor = std::string(rows.text(5))});
    }
    if (found.back().changes.size() < rules::RulesVersion::kNamed)
      found.back().changes.push_back({RuleId(rows.text(2)), rows.integer(3) != 0});
    ++found.back().changed;
  }
  return found;
}

// The rules that are filling, of rows with these columns.
#define BECKON_FILLING_COLUMNS "rule, json, at, actor, filled_to, fill_until "
template <class Row>
std::vector<rules::FillingRule> filling_from(Row rows) {
  std::vector<rules::FillingRule> found;
  while (rows.next())
    found.push_back({RuleId(rows.text(0)), std::string(rows.text(1)), rows.instant(2), std::string(rows.text(3)),
                     rows.whole(4), rows.whole(5)});
  return found;
}

}  // namespace beckon::store
