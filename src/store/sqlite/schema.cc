#include "store/sqlite/schema.h"

#include <array>
#include <string>

namespace beckon::store {
namespace {

// Instants are milliseconds since the epoch; states, roles and outcomes are the numbers of their enums. A released step
// is never changed: a new one is appended.
//
// Keys begin with the handle if a row belongs to a tenant. Deliveries and attempts have the delivery's id as their key,
// since a settlement has only that; queries for a tenant also specify the handle.
//
// The cost of a delivery is in the indexes of event and delivery: all except event_by_session only grow at their end.
constexpr const char* kFirst = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE journal (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  bytes BLOB NOT NULL);

CREATE TABLE session (
  handle TEXT NOT NULL,
  session TEXT NOT NULL,
  visitor TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_received INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (handle, session));
CREATE INDEX session_by_created ON session (handle, created, session);
CREATE INDEX session_by_visitor ON session (handle, visitor) WHERE visitor <> '';
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE denied (high INTEGER NOT NULL, low INTEGER NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (high, low)) WITHOUT ROWID;
CREATE TABLE erasure (high INTEGER NOT NULL, low INTEGER NOT NULL, reduce INTEGER NOT NULL, up_to INTEGER NOT NULL,
  PRIMARY KEY (high, low, reduce)) WITHOUT ROWID;

CREATE TABLE subscription (
  handle TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  endpoint_url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  description TEXT NOT NULL,
  headers TEXT NOT NULL,
  rate_per_second INTEGER,
  ordering INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  disabled_reason TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  sealed_previous_secret BLOB NOT NULL,
  previous_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  failing_since INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;

CREATE TABLE event (
  handle TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  session TEXT NOT NULL,
  cause TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;
CREATE INDEX event_by_session ON event (handle, session) WHERE session <> '';

CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  event TEXT NOT NULL,
  subscription TEXT NOT NULL,
  handle TEXT NOT NULL,
  event_type TEXT NOT NULL,
  session TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  schedule_step INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  last_status INTEGER NOT NULL,
  erased INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (subscription, next_attempt_at, id, state) WHERE state < 2;
CREATE INDEX delivery_held ON delivery (subscription) WHERE state = 2;
CREATE INDEX delivery_log ON delivery (subscription, created_at, id);
CREATE INDEX delivery_by_event ON delivery (event);

CREATE TABLE attempt (
  delivery TEXT NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  status INTEGER NOT NULL,
  error TEXT NOT NULL,
  dns_us INTEGER NOT NULL,
  connect_us INTEGER NOT NULL,
  tls_us INTEGER NOT NULL,
  first_byte_us INTEGER NOT NULL,
  total_us INTEGER NOT NULL,
  request_headers TEXT NOT NULL,
  response_body BLOB NOT NULL,
  PRIMARY KEY (delivery, number)) WITHOUT ROWID;

CREATE TABLE rule (
  handle TEXT NOT NULL,
  rule TEXT NOT NULL,
  rules_version INTEGER NOT NULL,
  json TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (handle, rule, rules_version)) WITHOUT ROWID;
CREATE INDEX rule_by_version ON rule (handle, rules_version);

CREATE TABLE handle (
  handle TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  settings TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE user (email TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE role (
  handle TEXT NOT NULL,
  user TEXT NOT NULL,
  role INTEGER NOT NULL,
  PRIMARY KEY (handle, user)) WITHOUT ROWID;
CREATE INDEX role_by_user ON role (user, handle);
CREATE TABLE signing_key (kid TEXT PRIMARY KEY, sealed_jwk BLOB NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE secret (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE allowlist (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL);

CREATE TABLE audit (
  handle TEXT NOT NULL,
  at INTEGER NOT NULL,
  id TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (handle, at, id)) WITHOUT ROWID;
)sql";

// The operator's own events are kept even if no subscription wanted them; maintenance finds those to delete by their
// time.
constexpr const char* kUnmatchedEvents = R"sql(
ALTER TABLE event ADD COLUMN unmatched INTEGER NOT NULL DEFAULT 0;
CREATE INDEX event_unmatched ON event (occurred_at) WHERE unmatched = 1;
)sql";

// Delayed rules: timers, why a delivery may be withdrawn, and since when a rule has been live. delivery_by_reason
// covers only the pending deliveries of delayed rules.
constexpr const char* kDelayed = R"sql(
CREATE TABLE timer (
  handle TEXT NOT NULL,
  session TEXT NOT NULL,
  rule TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  anchor INTEGER NOT NULL,
  PRIMARY KEY (handle, session, rule)) WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due_at);
CREATE INDEX timer_by_rule ON timer (handle, rule);

ALTER TABLE delivery ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN anchor_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN valid_until INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_by_reason ON delivery (handle, rule, session) WHERE rule <> '' AND state <= 2;

ALTER TABLE rule ADD COLUMN live_since INTEGER NOT NULL DEFAULT 0;
UPDATE rule SET live_since = at WHERE json IS NOT NULL;
)sql";

// Browser origins that may call the public routes of a handle.
constexpr const char* kOrigins = R"sql(
ALTER TABLE handle ADD COLUMN origins TEXT NOT NULL DEFAULT '';
)sql";

// Deliveries held too long are ended: found by the start of the hold.
constexpr const char* kHeldSince = R"sql(
ALTER TABLE delivery ADD COLUMN held_at INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET held_at = strftime('%s', 'now') * 1000 WHERE state = 2;
CREATE INDEX delivery_by_held ON delivery (held_at, id) WHERE state = 2;
)sql";

// Order within a session. `turn` numbers the pending ordered deliveries of a session from 1; all but the first are
// never due (the largest integer), so they cost nothing when due deliveries are read.
constexpr const char* kSessionOrder = R"sql(
ALTER TABLE delivery ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_turn ON delivery (subscription, session, turn) WHERE turn > 0 AND state < 4;
CREATE TRIGGER delivery_next_turn AFTER UPDATE OF state ON delivery
WHEN old.turn > 0 AND old.state < 4 AND new.state >= 4 BEGIN
  UPDATE delivery SET next_attempt_at = new.ended_at
  WHERE next_attempt_at = 9223372036854775807 AND id = (
    SELECT id FROM delivery WHERE subscription = old.subscription AND session = old.session AND turn > 0 AND state < 4
    ORDER BY turn LIMIT 1);
END;
)sql";

constexpr const char* kReplays = R"sql(
CREATE TABLE replay (
  handle TEXT NOT NULL,
  id TEXT NOT NULL,
  subscription TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  status INTEGER,
  state INTEGER NOT NULL,
  total INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  place_created INTEGER NOT NULL,
  place_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;
CREATE INDEX replay_running ON replay (created_at) WHERE state = 0;
)sql";

// Counts of decisions (commit/tally.h): one row per hour, trigger, rule and arm.
constexpr const char* kTallies = R"sql(
CREATE TABLE tally (
  handle TEXT NOT NULL,
  hour INTEGER NOT NULL,
  trigger TEXT NOT NULL,
  rule TEXT NOT NULL,
  variant TEXT NOT NULL,
  shadow INTEGER NOT NULL,
  holdout INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  acted INTEGER NOT NULL,
  suppressed INTEGER NOT NULL,
  held_out INTEGER NOT NULL,
  shown INTEGER NOT NULL,
  clicked INTEGER NOT NULL,
  dismissed INTEGER NOT NULL,
  converted INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (handle, hour, trigger, rule, variant, shadow, holdout)) WITHOUT ROWID;
)sql";

// Sign-in by password, and tokens that were revoked before they expired.
constexpr const char* kPasswords = R"sql(
ALTER TABLE user ADD COLUMN password_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE user ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0;
CREATE TABLE ended_token (token TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ended_token_by_end ON ended_token (until);
)sql";

// The control version (in meta) that last changed each handle, so that a running server reloads that handle.
constexpr const char* kChangedHandles = R"sql(
ALTER TABLE handle ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
)sql";

// Code that ends a delivery makes the session's next one due (outbox/transitions.h), in the same way in every driver.
constexpr const char* kNoTrigger = R"sql(
DROP TRIGGER delivery_next_turn;
)sql";

// The journal position that a snapshot reflects, which only the commit that writes it knows. Older snapshots have it in
// their bytes (ledger/codec.h).
constexpr const char* kSnapshotPosition = R"sql(
ALTER TABLE session ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;
)sql";

// The URL and the response headers of an attempt.
constexpr const char* kAttemptsInFull = R"sql(
ALTER TABLE attempt ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN response_headers BLOB NOT NULL DEFAULT x'';
ALTER TABLE attempt ADD COLUMN response_headers_cut INTEGER NOT NULL DEFAULT 0;
)sql";

// Header values of subscriptions are sealed. Existing plain text waits in plain_headers for the server and its key
// (sealing.cc). The table is rebuilt so that no plain text stays in the gaps of its pages: freed pages are overwritten
// (secure_delete).
constexpr const char* kSealedHeaders = R"sql(
CREATE TABLE plain_headers (
  handle TEXT NOT NULL,
  id TEXT NOT NULL,
  headers TEXT NOT NULL,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;
INSERT INTO plain_headers SELECT handle, id, headers FROM subscription WHERE headers <> '[]' AND deleted = 0;
INSERT INTO meta SELECT 'headers_to_seal', 1 FROM subscription LIMIT 1;
CREATE TABLE kept AS
  SELECT handle, id, endpoint_url, event_types, description, '[]', rate_per_second, ordering, enabled, disabled_reason,
    sealed_secret, sealed_previous_secret, previous_until, created_at, updated_at, failing_since, deleted
  FROM subscription;
DROP TABLE subscription;
CREATE TABLE subscription (
  handle TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  endpoint_url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  description TEXT NOT NULL,
  sealed_headers TEXT NOT NULL,
  rate_per_second INTEGER,
  ordering INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  disabled_reason TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  sealed_previous_secret BLOB NOT NULL,
  previous_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  failing_since INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;
INSERT INTO subscription SELECT * FROM kept;
DROP TABLE kept;
)sql";

// The time zone data with which a version of the rules was saved.
constexpr const char* kZoneVersion = R"sql(
ALTER TABLE rule ADD COLUMN zone_version TEXT NOT NULL DEFAULT '';
)sql";

// Expired sessions are removed from the journal, and an erasure reads only as much of it as it must: where a session
// began, what is remembered of an expired one while the log has its events, and up to where the journal may contain
// sessions that expired before this step. Their events name their visitors.
constexpr const char* kExpiry = R"sql(
ALTER TABLE session ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
ALTER TABLE erasure ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE INDEX denied_by_end ON denied (until);
CREATE TABLE past_session (
  handle TEXT NOT NULL,
  session TEXT NOT NULL,
  visitor TEXT NOT NULL,
  last_event TEXT NOT NULL,
  PRIMARY KEY (handle, session, visitor)) WITHOUT ROWID;
CREATE INDEX past_session_by_visitor ON past_session (handle, visitor, session);
INSERT INTO past_session (handle, session, visitor, last_event)
SELECT handle, session, visitor, max(id) FROM (
  SELECT e.handle, e.session, e.id,
    CASE WHEN json_valid(e.body) THEN json_extract(e.body, '$.payload.visitorId') END AS visitor
  FROM event e WHERE e.session <> '' AND NOT EXISTS (
    SELECT 1 FROM session s WHERE s.handle = e.handle AND s.session = e.session))
WHERE typeof(visitor) = 'text' AND visitor <> '' GROUP BY handle, session, visitor;
INSERT INTO meta (name, value) SELECT 'expiry_unwritten', max(coalesce((SELECT max(position) FROM journal), 0),
  coalesce((SELECT value FROM meta WHERE name = 'last_position'), 0));
)sql";

// Old audit events and old versions of rules are deleted. Events that record settings are looked up by handle.
constexpr const char* kBoundedHistory = R"sql(
CREATE TABLE rules_kept (handle TEXT PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX audit_by_time ON audit (at) WHERE action <> 'settings.put';
CREATE INDEX audit_of_settings ON audit (handle, at, id) WHERE action = 'settings.put';
)sql";

// Each life of a session's id has its own end, so that lives are not confused. If several visitors were recorded with
// the same last event, the one that the event names is kept.
constexpr const char* kPastLives = R"sql(
CREATE TABLE kept AS
  SELECT p.handle, p.session, p.last_event, p.visitor
  FROM past_session p LEFT JOIN event e ON e.handle = p.handle AND e.id = p.last_event
  ORDER BY p.handle, p.session, p.last_event,
    CASE WHEN json_valid(e.body) THEN json_extract(e.body, '$.payload.visitorId') IS p.visitor ELSE 0 END DESC;
DROP TABLE past_session;
CREATE TABLE past_session (
  handle TEXT NOT NULL,
  session TEXT NOT NULL,
  last_event TEXT NOT NULL,
  visitor TEXT NOT NULL,
  PRIMARY KEY (handle, session, last_event)) WITHOUT ROWID;
INSERT OR IGNORE INTO past_session SELECT handle, session, last_event, visitor FROM kept ORDER BY rowid;
DROP TABLE kept;
CREATE INDEX past_session_by_visitor ON past_session (handle, visitor, session);
)sql";

// No table changes: from here on there are snapshots of format 4 and identity records (ledger/codec.h), which an older
// server would report as damage.
constexpr const char* kIdentities = "";

// The traits of a handle, as written by commit/traits.h. Snapshots have format 5 from here on.
constexpr const char* kTraits = R"sql(
CREATE TABLE trait (
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (handle, name)) WITHOUT ROWID;
)sql";

// The keys with which a handle's visitors prove their identity. From here on, records and snapshots may state that a
// session's visitor is proven (ledger/codec.h).
constexpr const char* kIdentityKeys = R"sql(
CREATE TABLE identity_key (
  handle TEXT NOT NULL,
  id TEXT NOT NULL,
  sealed_secret BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;
)sql";

// Timers and messages of rules with `same` also have its value in their key, as a short form (rules::same_key).
constexpr const char* kTimersByValue = R"sql(
CREATE TABLE kept AS SELECT handle, session, rule, due_at, anchor FROM timer;
DROP TABLE timer;
CREATE TABLE timer (
  handle TEXT NOT NULL,
  session TEXT NOT NULL,
  rule TEXT NOT NULL,
  same INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  anchor INTEGER NOT NULL,
  PRIMARY KEY (handle, session, rule, same)) WITHOUT ROWID;
INSERT INTO timer SELECT handle, session, rule, 0, due_at, anchor FROM kept;
DROP TABLE kept;
CREATE INDEX timer_due ON timer (due_at);
CREATE INDEX timer_by_rule ON timer (handle, rule);
ALTER TABLE delivery ADD COLUMN same INTEGER NOT NULL DEFAULT 0;
)sql";

// The lifetime counters of a handle, as written by rules/language/counter.h. Snapshots have format 6 from here on.
constexpr const char* kCounters = R"sql(
CREATE TABLE counter (
  handle TEXT NOT NULL,
  name TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (handle, name)) WITHOUT ROWID;
)sql";

// Why rules were held back. Past decisions also record it from here on (ledger/codec.h).
constexpr const char* kHeldBack = R"sql(
ALTER TABLE tally ADD COLUMN held_hours INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN held_limit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN held_render INTEGER NOT NULL DEFAULT 0;
)sql";

// Audit events that record a counter's definition are kept like those of settings (base/audit.h).
constexpr const char* kAuditOfWhatHolds = R"sql(
DROP INDEX audit_by_time;
DROP INDEX audit_of_settings;
CREATE INDEX audit_by_time ON audit (at) WHERE NOT (action = 'settings.put' OR action GLOB 'counter.*');
CREATE INDEX audit_of_what_holds ON audit (handle, target, at, id)
WHERE action = 'settings.put' OR action GLOB 'counter.*';
)sql";

// The access tokens of a handle: only their hashes, never a token.
constexpr const char* kAccessTokens = R"sql(
CREATE TABLE access_token (
  handle TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  hash BLOB NOT NULL,
  previous_hash BLOB NOT NULL,
  previous_until INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (handle, id)) WITHOUT ROWID;
)sql";

// The actor's address, the state before, and a hash chain (access/audit_chain.h). Existing entries have number 0 and no
// hash. audit_link: hashes of deleted entries to which later entries refer.
constexpr const char* kAuditChain = R"sql(
ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN before TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN previous BLOB NOT NULL DEFAULT x'';
ALTER TABLE audit ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
CREATE UNIQUE INDEX audit_by_number ON audit (number) WHERE number > 0;
CREATE INDEX audit_by_handle ON audit (handle, number) WHERE number > 0;
CREATE TABLE audit_link (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
)sql";

// Sign-ins, which can be listed and ended; invitations and links that set a password, by hashes of their secrets.
constexpr const char* kPeople = R"sql(
ALTER TABLE user ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user ADD COLUMN signed_in_at INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sign_in (
  token TEXT PRIMARY KEY,
  user TEXT NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  way TEXT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  provider_session TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX sign_in_by_user ON sign_in (user, at);
CREATE INDEX sign_in_by_end ON sign_in (until);
CREATE TABLE invitation (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  handle TEXT NOT NULL,
  role INTEGER NOT NULL,
  user TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (handle, user)) WITHOUT ROWID;
)sql";

// Which provider's groups granted a role, and which subject a user signs in as (access/provider_user.h).
constexpr const char* kProviders = R"sql(
ALTER TABLE role ADD COLUMN provider TEXT NOT NULL DEFAULT '';
CREATE TABLE provider_subject (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  user TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)) WITHOUT ROWID;
CREATE INDEX provider_subject_by_user ON provider_subject (user);
)sql";

// In which format a subscription wants its events.
constexpr const char* kEventFormat = R"sql(
ALTER TABLE subscription ADD COLUMN format INTEGER NOT NULL DEFAULT 0;
)sql";

// The value of conversions in each currency, and how long they took. Values counted before have no currency and no
// squares, and are attributed to all conversions of their row.
constexpr const char* kGoals = R"sql(
CREATE TABLE tally_revenue (
  handle TEXT NOT NULL,
  hour INTEGER NOT NULL,
  trigger TEXT NOT NULL,
  rule TEXT NOT NULL,
  variant TEXT NOT NULL,
  shadow INTEGER NOT NULL,
  holdout INTEGER NOT NULL,
  currency TEXT NOT NULL,
  conversions INTEGER NOT NULL,
  value INTEGER NOT NULL,
  squares REAL,
  PRIMARY KEY (handle, hour, trigger, rule, variant, shadow, holdout, currency)) WITHOUT ROWID;
INSERT INTO tally_revenue
SELECT handle, hour, trigger, rule, variant, shadow, holdout, '', converted, value, NULL FROM tally WHERE value <> 0;
CREATE TABLE tally_time (
  handle TEXT NOT NULL,
  hour INTEGER NOT NULL,
  trigger TEXT NOT NULL,
  rule TEXT NOT NULL,
  variant TEXT NOT NULL,
  shadow INTEGER NOT NULL,
  holdout INTEGER NOT NULL,
  seconds INTEGER NOT NULL,
  conversions INTEGER NOT NULL,
  PRIMARY KEY (handle, hour, trigger, rule, variant, shadow, holdout, seconds)) WITHOUT ROWID;
)sql";

// The deliveries of a handle, newest first; and separately those that were not delivered, which are few and often
// searched.
constexpr const char* kDeliveryLists = R"sql(
CREATE INDEX delivery_of_handle ON delivery (handle, created_at, id);
CREATE INDEX delivery_undelivered ON delivery (handle, created_at, id) WHERE state <> 4;
)sql";

// What visitors with two variants of a rule contribute to its counts (commit/tally.h).
constexpr const char* kMixed = R"sql(
ALTER TABLE tally ADD COLUMN mixed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN mixed_converted INTEGER NOT NULL DEFAULT 0;
)sql";

// Who made each version of the rules.
constexpr const char* kRuleActors = R"sql(
ALTER TABLE rule ADD COLUMN actor TEXT NOT NULL DEFAULT '';
)sql";

// Deliveries that were not attempted yet are in records, one for each commit (outbox/owed.h); a delivery that ends with
// its first attempt has that in its own row (outbox/packed_attempt.h), and from `record` it is known which record it
// was in, 0 for none. Pending ones that have rows keep them.
constexpr const char* kOwed = R"sql(
CREATE TABLE due_record (record INTEGER PRIMARY KEY, sum INTEGER NOT NULL, bytes BLOB NOT NULL);
ALTER TABLE delivery ADD COLUMN record INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN answer_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN attempt BLOB;
)sql";

// Rules that wait for windows to be filled (rules::FillingRule). The journal has records of it from here on.
constexpr const char* kFilling = R"sql(
CREATE TABLE filling_rule (
  handle TEXT NOT NULL,
  rule TEXT NOT NULL,
  json TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  filled_to INTEGER NOT NULL,
  fill_until INTEGER NOT NULL,
  PRIMARY KEY (handle, rule)) WITHOUT ROWID;
)sql";

constexpr std::array kSteps = {kFirst,        kUnmatchedEvents,  kDelayed,        kOrigins,       kHeldSince,
                               kSessionOrder, kReplays,          kTallies,        kPasswords,     kChangedHandles,
                               kNoTrigger,    kSnapshotPosition, kAttemptsInFull, kSealedHeaders, kZoneVersion,
                               kExpiry,       kBoundedHistory,   kPastLives,      kIdentities,    kTraits,
                               kIdentityKeys, kTimersByValue,    kCounters,       kHeldBack,      kAuditOfWhatHolds,
                               kAccessTokens, kAuditChain,       kPeople,         kProviders,     kEventFormat,
                               kGoals,        kDeliveryLists,    kMixed,          kRuleActors,    kOwed,
                               kFilling};

std::int64_t done_steps(Connection& connection) {
  auto version = connection.query("PRAGMA user_version");
  version.next();
  return version.integer(0);
}

}  // namespace

std::int64_t newest_schema() { return static_cast<std::int64_t>(kSteps.size()); }

void migrate(Connection& connection, std::int64_t up_to) {
  while (done_steps(connection) < up_to) {
    Transaction transaction(connection, Transaction::Kind::kWrite);
    const std::int64_t done = done_steps(connection);  // another process may have been faster
    if (done >= up_to) return;
    connection.execute(kSteps[static_cast<std::size_t>(done)]);
    connection.execute(("PRAGMA application_id = " + std::to_string(kApplicationId) +
                        "; PRAGMA user_version = " + std::to_string(done + 1))
                           .c_str());
    transaction.commit();
  }
}

}  // namespace beckon::store
