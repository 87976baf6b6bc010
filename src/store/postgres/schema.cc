#include "store/postgres/schema.h"

#include <array>
#include <optional>
#include <string>
#include <thread>

#include "base/operator_fault.h"
#include "store/postgres/faults.h"

namespace beckon::store::postgres {
namespace {

// Instants are milliseconds since the epoch; states, roles and outcomes are the numbers of their enums. Texts are
// ordered by their bytes, and free texts from outside, which may hold any bytes, are bytea. A released step is never
// changed: a new one is appended.
//
// journal: of one commit, the rows of all its shards have the same position; a row's `turn` is 0, and without records
// it is that of a commit that has none, the first, second … behind that position. `id` is the commit's own, by which it
// is recognized if its answer was lost.
constexpr const char* kFirst = R"sql(
CREATE DOMAIN word AS text COLLATE "C";

CREATE TABLE meta (name word PRIMARY KEY, value bigint NOT NULL);
INSERT INTO meta (name, value) VALUES ('schema', 0), ('audit_events', 0), ('control_version', 0);

CREATE TABLE node (
  name word PRIMARY KEY,
  until timestamptz NOT NULL,
  schema_version bigint NOT NULL);
CREATE TABLE shard (
  id smallint PRIMARY KEY,
  owner word NOT NULL DEFAULT '',
  epoch bigint NOT NULL DEFAULT 0) WITH (fillfactor = 20);
INSERT INTO shard (id) SELECT generate_series(0, 31);

CREATE TABLE journal (
  shard smallint NOT NULL,
  position bigint NOT NULL,
  turn bigint NOT NULL,
  epoch bigint NOT NULL,
  id bytea NOT NULL,
  at bigint NOT NULL,
  sum bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (shard, position, turn));
ALTER TABLE journal ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE journal_end (
  shard smallint PRIMARY KEY,
  checkpoint bigint NOT NULL DEFAULT 0,
  position bigint NOT NULL DEFAULT 0);
INSERT INTO journal_end (shard) SELECT generate_series(0, 31);

CREATE TABLE session (
  shard smallint NOT NULL,
  handle word NOT NULL,
  session word NOT NULL,
  visitor word NOT NULL,
  created bigint NOT NULL,
  last_received bigint NOT NULL,
  expires_at bigint NOT NULL,
  version bigint NOT NULL,
  began bigint NOT NULL,
  as_of bigint NOT NULL,
  sum bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (shard, handle, session));
CREATE INDEX session_by_created ON session (shard, handle, created, session);
CREATE INDEX session_by_visitor ON session (shard, handle, visitor) WHERE visitor <> '';
CREATE INDEX session_by_expiry ON session (shard, expires_at);
CREATE TABLE past_session (
  shard smallint NOT NULL,
  handle word NOT NULL,
  session word NOT NULL,
  last_event word NOT NULL,
  visitor word NOT NULL,
  PRIMARY KEY (shard, handle, session, last_event));
CREATE INDEX past_session_by_visitor ON past_session (shard, handle, visitor, session);

CREATE TABLE denied (
  shard smallint NOT NULL,
  high bigint NOT NULL,
  low bigint NOT NULL,
  until bigint NOT NULL,
  PRIMARY KEY (shard, high, low));
CREATE INDEX denied_by_end ON denied (shard, until);
CREATE TABLE erasure (
  shard smallint NOT NULL,
  high bigint NOT NULL,
  low bigint NOT NULL,
  reduce boolean NOT NULL,
  since bigint NOT NULL,
  up_to bigint NOT NULL,
  PRIMARY KEY (shard, high, low, reduce));

CREATE TABLE subscription (
  shard smallint NOT NULL,
  handle word NOT NULL,
  id word NOT NULL,
  endpoint_url word NOT NULL,
  event_types word NOT NULL,
  description bytea NOT NULL,
  sealed_headers word NOT NULL,
  rate_per_second bigint,
  ordering smallint NOT NULL,
  enabled boolean NOT NULL,
  disabled_reason bytea NOT NULL,
  sealed_secret bytea NOT NULL,
  sealed_previous_secret bytea NOT NULL,
  previous_until bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  failing_since bigint NOT NULL,
  format smallint NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  PRIMARY KEY (shard, handle, id),
  UNIQUE (shard, id));

CREATE TABLE event (
  shard smallint NOT NULL,
  handle word NOT NULL,
  id word NOT NULL,
  type word NOT NULL,
  occurred_at bigint NOT NULL,
  session word NOT NULL,
  cause word NOT NULL,
  body word NOT NULL,
  unmatched boolean NOT NULL,
  PRIMARY KEY (shard, handle, id));
CREATE INDEX event_by_session ON event (shard, handle, session, id) WHERE session <> '';
CREATE INDEX event_unmatched ON event (shard, occurred_at, handle, id) WHERE unmatched;

CREATE TABLE delivery (
  shard smallint NOT NULL,
  id word NOT NULL,
  event word NOT NULL,
  subscription word NOT NULL,
  handle word NOT NULL,
  event_type word NOT NULL,
  session word NOT NULL,
  state smallint NOT NULL,
  attempts bigint NOT NULL,
  schedule_step bigint NOT NULL,
  created_at bigint NOT NULL,
  next_attempt_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  reason bytea NOT NULL,
  last_status bigint NOT NULL,
  rule word NOT NULL,
  anchor_at bigint NOT NULL,
  valid_until bigint NOT NULL,
  held_at bigint NOT NULL,
  turn bigint NOT NULL,
  same bigint NOT NULL,
  erased boolean NOT NULL DEFAULT false,
  PRIMARY KEY (shard, id));
CREATE INDEX delivery_due ON delivery (shard, subscription, next_attempt_at, id) WHERE state < 2;
CREATE INDEX delivery_held ON delivery (shard, subscription) WHERE state = 2;
CREATE INDEX delivery_by_held ON delivery (shard, held_at, id) WHERE state = 2;
CREATE INDEX delivery_log ON delivery (shard, subscription, created_at, id);
CREATE INDEX delivery_by_event ON delivery (shard, handle, event);
CREATE INDEX delivery_by_reason ON delivery (shard, handle, rule, session) WHERE rule <> '' AND state <= 2;
CREATE INDEX delivery_turn ON delivery (shard, subscription, session, turn) WHERE turn > 0 AND state < 4;
CREATE INDEX delivery_of_handle ON delivery (shard, handle, created_at, id);
CREATE INDEX delivery_undelivered ON delivery (shard, handle, created_at, id) WHERE state <> 4;

CREATE TABLE attempt (
  shard smallint NOT NULL,
  delivery word NOT NULL,
  number bigint NOT NULL,
  at bigint NOT NULL,
  outcome smallint NOT NULL,
  status bigint NOT NULL,
  error bytea NOT NULL,
  dns_us bigint NOT NULL,
  connect_us bigint NOT NULL,
  tls_us bigint NOT NULL,
  first_byte_us bigint NOT NULL,
  total_us bigint NOT NULL,
  url bytea NOT NULL,
  request_headers bytea NOT NULL,
  response_headers bytea NOT NULL,
  response_headers_cut boolean NOT NULL,
  response_body bytea NOT NULL,
  PRIMARY KEY (shard, delivery, number));

CREATE TABLE replay (
  shard smallint NOT NULL,
  handle word NOT NULL,
  id word NOT NULL,
  subscription word NOT NULL,
  since bigint NOT NULL,
  until bigint NOT NULL,
  status smallint,
  state smallint NOT NULL,
  total bigint NOT NULL,
  queued bigint NOT NULL,
  place_created bigint NOT NULL,
  place_id word NOT NULL,
  created_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  PRIMARY KEY (shard, handle, id));
CREATE INDEX replay_running ON replay (shard, created_at) WHERE state = 0;
CREATE INDEX replay_ended ON replay (shard, ended_at) WHERE state <> 0;

CREATE TABLE timer (
  shard smallint NOT NULL,
  handle word NOT NULL,
  session word NOT NULL,
  rule word NOT NULL,
  same bigint NOT NULL,
  due_at bigint NOT NULL,
  anchor bigint NOT NULL,
  PRIMARY KEY (shard, handle, session, rule, same));
CREATE INDEX timer_due ON timer (shard, due_at, handle, session, rule, same);
CREATE INDEX timer_by_rule ON timer (shard, handle, rule);

CREATE TABLE tally (
  shard smallint NOT NULL,
  handle word NOT NULL,
  hour bigint NOT NULL,
  trigger word NOT NULL,
  rule word NOT NULL,
  variant word NOT NULL,
  shadow boolean NOT NULL,
  holdout boolean NOT NULL,
  asked bigint NOT NULL,
  acted bigint NOT NULL,
  suppressed bigint NOT NULL,
  held_out bigint NOT NULL,
  shown bigint NOT NULL,
  clicked bigint NOT NULL,
  dismissed bigint NOT NULL,
  held_hours bigint NOT NULL,
  held_limit bigint NOT NULL,
  held_render bigint NOT NULL,
  mixed bigint NOT NULL,
  mixed_converted bigint NOT NULL,
  converted bigint NOT NULL,
  value bigint NOT NULL,
  PRIMARY KEY (shard, handle, hour, trigger, rule, variant, shadow, holdout)) WITH (fillfactor = 80);
CREATE TABLE tally_revenue (
  shard smallint NOT NULL,
  handle word NOT NULL,
  hour bigint NOT NULL,
  trigger word NOT NULL,
  rule word NOT NULL,
  variant word NOT NULL,
  shadow boolean NOT NULL,
  holdout boolean NOT NULL,
  currency word NOT NULL,
  conversions bigint NOT NULL,
  value bigint NOT NULL,
  squares double precision NOT NULL,
  PRIMARY KEY (shard, handle, hour, trigger, rule, variant, shadow, holdout, currency)) WITH (fillfactor = 80);
CREATE TABLE tally_time (
  shard smallint NOT NULL,
  handle word NOT NULL,
  hour bigint NOT NULL,
  trigger word NOT NULL,
  rule word NOT NULL,
  variant word NOT NULL,
  shadow boolean NOT NULL,
  holdout boolean NOT NULL,
  seconds bigint NOT NULL,
  conversions bigint NOT NULL,
  PRIMARY KEY (shard, handle, hour, trigger, rule, variant, shadow, holdout, seconds)) WITH (fillfactor = 80);

CREATE TABLE rule (
  shard smallint NOT NULL,
  handle word NOT NULL,
  rule word NOT NULL,
  rules_version bigint NOT NULL,
  json word,
  at bigint NOT NULL,
  live_since bigint NOT NULL,
  zone_version word NOT NULL,
  actor word NOT NULL,
  PRIMARY KEY (shard, handle, rule, rules_version));
CREATE INDEX rule_by_version ON rule (shard, handle, rules_version);
CREATE TABLE rules_kept (
  shard smallint NOT NULL,
  handle word NOT NULL,
  first bigint NOT NULL,
  PRIMARY KEY (shard, handle));
CREATE TABLE filling_rule (
  shard smallint NOT NULL,
  handle word NOT NULL,
  rule word NOT NULL,
  json word NOT NULL,
  at bigint NOT NULL,
  actor word NOT NULL,
  filled_to bigint NOT NULL,
  fill_until bigint NOT NULL,
  PRIMARY KEY (shard, handle, rule));
CREATE TABLE trait (
  shard smallint NOT NULL,
  handle word NOT NULL,
  name word NOT NULL,
  json word NOT NULL,
  PRIMARY KEY (shard, handle, name));
CREATE TABLE counter (
  shard smallint NOT NULL,
  handle word NOT NULL,
  name word NOT NULL,
  json word NOT NULL,
  PRIMARY KEY (shard, handle, name));

CREATE TABLE handle (
  handle word PRIMARY KEY,
  shard smallint NOT NULL REFERENCES shard (id),
  owner word NOT NULL,
  created_at bigint NOT NULL,
  settings word NOT NULL,
  origins word NOT NULL DEFAULT '',
  changed bigint NOT NULL DEFAULT 0);
CREATE INDEX handle_changed ON handle (changed);
CREATE TABLE account (
  email word PRIMARY KEY,
  password_hash word NOT NULL DEFAULT '',
  password_version bigint NOT NULL DEFAULT 0,
  disabled boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL,
  signed_in_at bigint NOT NULL DEFAULT 0);
CREATE TABLE role (
  handle word NOT NULL,
  email word NOT NULL,
  role smallint NOT NULL,
  provider word NOT NULL,
  PRIMARY KEY (handle, email));
CREATE INDEX role_by_email ON role (email, handle);
CREATE TABLE provider_subject (
  issuer word NOT NULL,
  subject word NOT NULL,
  email word NOT NULL,
  PRIMARY KEY (issuer, subject));
CREATE INDEX provider_subject_by_email ON provider_subject (email);
CREATE TABLE sign_in (
  token word PRIMARY KEY,
  email word NOT NULL,
  at bigint NOT NULL,
  until bigint NOT NULL,
  way word NOT NULL,
  address word NOT NULL,
  agent bytea NOT NULL,
  provider word NOT NULL,
  subject word NOT NULL,
  provider_session word NOT NULL);
CREATE INDEX sign_in_by_email ON sign_in (email, at);
CREATE INDEX sign_in_by_end ON sign_in (until);
CREATE TABLE ended_token (token word PRIMARY KEY, until bigint NOT NULL);
CREATE INDEX ended_token_by_end ON ended_token (until);
CREATE TABLE invitation (
  id word PRIMARY KEY,
  hash bytea NOT NULL UNIQUE,
  handle word NOT NULL,
  role smallint NOT NULL,
  email word NOT NULL,
  created_by word NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  UNIQUE (handle, email));
CREATE TABLE identity_key (
  handle word NOT NULL,
  id word NOT NULL,
  sealed_secret bytea NOT NULL,
  created_at bigint NOT NULL,
  used_at bigint NOT NULL,
  PRIMARY KEY (handle, id));
CREATE TABLE access_token (
  handle word NOT NULL,
  id word NOT NULL,
  name bytea NOT NULL,
  scopes word NOT NULL,
  hash bytea NOT NULL,
  previous_hash bytea NOT NULL,
  previous_until bigint NOT NULL,
  created_by word NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint NOT NULL,
  PRIMARY KEY (handle, id));
CREATE TABLE signing_key (kid word PRIMARY KEY, sealed_jwk bytea NOT NULL, created_at bigint NOT NULL);
CREATE TABLE secret (name word PRIMARY KEY, sealed bytea NOT NULL);
CREATE TABLE allowlist (one smallint PRIMARY KEY CHECK (one = 1), json word NOT NULL);

CREATE TABLE audit (
  handle word NOT NULL,
  at bigint NOT NULL,
  id word NOT NULL,
  actor word NOT NULL,
  address word NOT NULL,
  request word NOT NULL,
  action word NOT NULL,
  target word NOT NULL,
  detail word NOT NULL,
  before word NOT NULL,
  number bigint NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (handle, at, id));
CREATE UNIQUE INDEX audit_by_number ON audit (number);
CREATE INDEX audit_by_handle ON audit (handle, number);
CREATE INDEX audit_by_time ON audit (at) WHERE NOT (action = 'settings.put' OR action LIKE 'counter.%');
CREATE INDEX audit_of_what_holds ON audit (handle, target, at, id)
  WHERE action = 'settings.put' OR action LIKE 'counter.%';
CREATE TABLE audit_link (number bigint PRIMARY KEY, hash bytea NOT NULL);
)sql";

// What data folders of older versions have: conversions counted before their squares were, and audit entries from
// before there was a chain.
constexpr const char* kOlderData = R"sql(
ALTER TABLE tally_revenue ALTER COLUMN squares DROP NOT NULL;
DROP INDEX audit_by_number;
CREATE UNIQUE INDEX audit_by_number ON audit (number) WHERE number > 0;
)sql";

// Several nodes: where each is reached. shard.owner is an incarnation.
constexpr const char* kNodes = R"sql(
ALTER TABLE node ADD COLUMN incarnation word NOT NULL DEFAULT '', ADD COLUMN address word NOT NULL DEFAULT '';
)sql";

// The shards are divided among nodes: which one an operator wants to own a shard, and which are to own none. A node
// looks up whose access token it was sent.
constexpr const char* kDivided = R"sql(
ALTER TABLE shard ADD COLUMN wanted word NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN drained boolean NOT NULL DEFAULT false;
CREATE INDEX access_token_by_id ON access_token (id);
)sql";

// Deliveries that were not attempted yet are in records, one for each commit and shard (owed_records.h); a delivery
// that ends with its first attempt has that in its own row (outbox/packed_attempt.h), and from `record` it is known
// which record it was in, 0 for none. None is written before oldest_reader is kReadsOwed.
constexpr const char* kOwed = R"sql(
CREATE TABLE due_record (
  shard smallint NOT NULL,
  record bigint NOT NULL,
  sum bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (shard, record));
ALTER TABLE due_record ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE delivery ADD COLUMN record bigint NOT NULL DEFAULT 0, ADD COLUMN answer_us bigint NOT NULL DEFAULT 0,
  ADD COLUMN attempt bytea;
)sql";

constexpr std::array kSteps = {Step{kFirst, 1}, Step{kOlderData, 2}, Step{kNodes, 2}, Step{kDivided, 4},
                               Step{kOwed, 4}};
static_assert(kSteps.size() >= kReadsOwed);

// An arbitrary number, the same in every process.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(4850420412)";

std::int64_t oldest_reader_of(Connection& connection) {
  auto row = connection.query("SELECT value FROM meta WHERE name = 'oldest_reader'");
  return row.next() ? row.integer(0) : 0;
}

// The name of a node that runs a program of fewer steps.
std::optional<std::string> node_below(Connection& connection, std::int64_t steps) {
  auto node = connection.query(
      "SELECT name FROM node WHERE until > clock_timestamp() AND schema_version < $1 ORDER BY name LIMIT 1", steps);
  return node.next() ? std::optional(std::string(node.text(0))) : std::nullopt;
}

// Within a transaction that holds the lock.
Result<void> take(Connection& connection, std::span<const Step> steps, std::int64_t done, Duration lock) {
  const Step& step = steps[static_cast<std::size_t>(done)];
  if (done > 0 && step.oldest_reader > oldest_reader_of(connection)) {
    if (const auto node = node_below(connection, step.oldest_reader))
      return unexpected(operator_fault("Node " + *node +
                                           " runs a version that cannot go on once this version has changed the "
                                           "tables; upgrade it to the version before this one first, or stop it.",
                                       FaultCode::kConflict));
  }
  connection.query("SELECT set_config('lock_timeout', $1, true)", std::to_string(lock.count()));
  connection.execute(step.sql);
  connection.run(
      "INSERT INTO meta (name, value) VALUES ('schema', $1), ('oldest_reader', $2) "
      "ON CONFLICT (name) DO UPDATE SET value = greatest(meta.value, excluded.value)",
      done + 1, step.oldest_reader);
  return {};
}

// The next step. False: none is missing.
Result<bool> next_step(Connection& connection, std::span<const Step> steps, Duration lock) {
  Transaction transaction(connection, Transaction::Kind::kWrite);
  connection.run(kLock);
  const std::int64_t done = schema_of(connection);  // another process may have been faster
  if (done >= static_cast<std::int64_t>(steps.size())) return false;
  if (const auto taken = take(connection, steps, done, lock); !taken) return unexpected(taken.error());
  transaction.commit();
  return true;
}

}  // namespace

std::span<const Step> steps() { return kSteps; }

std::int64_t schema_of(Connection& connection) {
  // to_regclass() could answer from before a lock was waited for.
  if (!connection
           .query("SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = 'meta' "
                  "AND schemaname = ANY(current_schemas(false))")
           .next())
    return 0;
  auto row = connection.query("SELECT value FROM meta WHERE name = 'schema'");
  return row.next() ? row.integer(0) : 0;
}

Result<void> check_readable(Connection& connection) {
  const std::int64_t schema = schema_of(connection);
  if (schema <= newest_schema()) return {};
  const std::int64_t oldest = oldest_reader_of(connection);
  if (oldest > 0 && oldest <= newest_schema()) return {};
  return unexpected(operator_fault("The database is of a newer version (schema " + std::to_string(schema) +
                                       ", this version has " + std::to_string(newest_schema()) +
                                       "); start that version.",
                                   FaultCode::kConflict));
}

bool raise_oldest_reader(Connection& connection, std::int64_t steps) {
  if (oldest_reader_of(connection) >= steps) return true;
  Transaction transaction(connection, Transaction::Kind::kWrite);
  connection.run(kLock);
  if (node_below(connection, steps)) return false;
  connection.run(
      "INSERT INTO meta (name, value) VALUES ('oldest_reader', $1) "
      "ON CONFLICT (name) DO UPDATE SET value = greatest(meta.value, excluded.value)",
      steps);
  transaction.commit();
  return true;
}

Result<void> migrate(Connection& connection, std::span<const Step> steps, const Patience& patience) {
  for (int tries = 0; schema_of(connection) < static_cast<std::int64_t>(steps.size());) {
    try {
      const auto more = next_step(connection, steps, patience.lock);
      if (!more) return unexpected(more.error());
      if (!*more) return {};
      tries = 0;
    } catch (const PostgresError& error) {
      if (error.is_lost() || !is_passing(error)) throw;
      if (++tries == patience.tries)
        return unexpected(
            unavailable("The tables of the database cannot be brought up to date, because a transaction has held one "
                        "of them for too "
                        "long; pg_stat_activity shows which. Nothing was changed."));
      std::this_thread::sleep_for(patience.pause);
    }
  }
  return {};
}

}  // namespace beckon::store::postgres
