#include "store/conformance/suite.h"

#include <cstdio>
#include <filesystem>

#include "store/conformance/postgres_server.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/data_check.h"

namespace beckon::store {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "beckon-store-XXXXXX").string();
  if (!::mkdtemp(name.data())) std::abort();
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ledger::SessionDigest digest_of(std::string_view session) {
  // The highest bit is set, to verify that a driver that stores signed numbers returns it.
  return {.high = 0x8000000000000000u + std::hash<std::string_view>{}(session) / 2, .low = ~std::uint64_t{0}};
}

outbox::Subscription subscription(SubscriptionId id) {
  outbox::Subscription s;
  s.id = std::move(id);
  s.handle = kAcme;
  s.endpoint_url = "https://hooks.example.com/a";
  s.event_types = {"link.clicked", "signal.*"};
  s.description = "to the \"CRM\"";
  s.headers = {{"x-b", std::string("\0\xff", 2)}, {"x-a", "1"}, {"x-b", "3"}};
  s.rate_per_second = 7;
  s.ordering = outbox::Ordering::kSession;
  s.format = outbox::EventFormat::kCloudEventsBinary;
  s.sealed_secret = std::string("\0\1sealed", 8);
  s.created_at = s.updated_at = kStart;
  return s;
}

outbox::Event event(std::string_view id, std::string_view session) {
  outbox::Event e;
  e.id = EventId(id);
  e.handle = kAcme;
  e.type = "link.clicked";
  e.occurred_at = kStart;
  e.session = SessionId(session);
  e.cause = R"({"signal":{"sessionId":"s1","version":1}})";
  e.body = R"({"secret-of":"the visitor"})";
  return e;
}

outbox::Delivery delivery(std::string_view id, std::string_view event_id, Instant due) {
  outbox::Delivery d;
  d.id = DeliveryId(id);
  d.event = EventId(event_id);
  d.subscription = kHook;
  d.handle = kAcme;
  d.event_type = "link.clicked";
  d.session = SessionId("s1");
  d.created_at = kStart;
  d.next_attempt_at = due;
  return d;
}

outbox::Settlement settlement(std::string_view delivery_id, int attempt, outbox::DeliveryState state, Instant next) {
  outbox::Settlement s;
  s.delivery = DeliveryId(delivery_id);
  s.attempt.number = attempt;
  s.attempt.at = kStart;
  const bool delivered = state == outbox::DeliveryState::kDelivered;
  s.attempt.outcome = outbox::AttemptOutcome::kStatus;
  s.attempt.status = delivered ? 200 : 503;
  s.attempt.total_us = 1234;
  s.attempt.url = "https://hooks.example.com/a";
  s.attempt.request_headers = R"({"webhook-id":"evt_1"})";
  s.attempt.response_headers = std::string("x-a: no\0t text\r\n", 15);
  s.attempt.response_headers_cut = true;
  s.attempt.response_body = std::string("no\0t text", 9);
  s.state = state;
  s.schedule_step = delivered ? 0 : attempt;
  s.next_attempt_at = next;
  s.reason = delivered ? "" : "status";
  return s;
}

commit::SnapshotWrite snapshot(std::string_view session, int created_second, std::string_view bytes) {
  return {.handle = kAcme,
          .session = SessionId(session),
          .visitor = VisitorId("v1"),
          .created = after(created_second),
          .last_received = after(created_second + 1),
          .expires_at = after(created_second + 1000),
          .version = 3,
          .bytes = std::string(bytes)};
}

commit::Erase erasure(std::string_view session, std::optional<Instant> denied_until) {
  return {.handle = kAcme,
          .session = SessionId(session),
          .digest = digest_of(session),
          .denied_until = denied_until,
          .reason = denied_until ? "consent denied" : "erased"};
}

commit::Expire expiry(std::string_view session, ledger::Position since, ledger::Position up_to) {
  return {.handle = kAcme,
          .session = SessionId(session),
          .visitor = VisitorId("v1"),
          .digest = digest_of(session),
          .since = since,
          .up_to = up_to};
}

AuditEntry audit_entry(std::string_view id, Instant at, Handle handle) {
  return {.id = AuditId(id),
          .handle = std::move(handle),
          .at = at,
          .by = {"cli"},
          .action = "handle.add",
          .target = "acme",
          .detail = "{}"};
}

Conformance::Conformance() {
  switch (GetParam()) {
    case Driver::kMemory: store_ = std::make_unique<MemoryStore>(); return;
    case Driver::kSqlite:
      store_ = SqliteStore::open(folder_.path(), {.server = true, .reserve_bytes = 0}).value();
      return;
    case Driver::kSqliteRows:
      store_ = SqliteStore::open(folder_.path(), {.server = true, .reserve_bytes = 0, .owed = {.most = 0}}).value();
      return;
    case Driver::kPostgres:
      store_ = PostgresStore::open(PostgresServer::shared().cleared_database(), {.server = true}).value();
      return;
    case Driver::kPostgresRows:
      store_ = PostgresStore::open(PostgresServer::shared().cleared_database(), {.server = true, .owed = {.most = 0}})
                   .value();
      return;
  }
}

ledger::Position Conformance::write(const commit::Batch& batch) {
  const auto receipt = store().commit().write(batch);
  EXPECT_TRUE(receipt) << static_cast<int>(receipt.error());
  return receipt ? receipt->position : 0;
}

void Conformance::subscribe(const outbox::Subscription& what) { write({.at = kStart, .changes = {what}}); }

void Conformance::owe(std::string_view delivery_id, std::string_view event_id) {
  write({.at = kStart, .changes = {subscription(), event(event_id), delivery(delivery_id, event_id)}});
}

void Conformance::settle(const outbox::Settlement& what, Instant at) { write({.at = at, .changes = {what}}); }

outbox::Delivery Conformance::found(std::string_view delivery_id) {
  auto read = outbox().delivery(kAcme, DeliveryId(delivery_id));
  EXPECT_TRUE(read && *read) << delivery_id;
  return read && *read ? **read : outbox::Delivery{};
}

std::vector<std::string> damage_in(const std::string& file) {
  auto found = check_data(file, {.contents = false});
  EXPECT_TRUE(found) << found.error().message;
  return found ? std::move(found->damage) : std::vector<std::string>{};
}

std::vector<Driver> drivers() {
  std::vector<Driver> all{Driver::kMemory, Driver::kSqlite, Driver::kSqliteRows};
  static const bool is_installed = [] {
    const bool found = PostgresServer::is_installed();
    if (!found) std::fputs("PostgreSQL is not installed: its driver is not tested\n", stderr);
    return found;
  }();
  if (is_installed) all.insert(all.end(), {Driver::kPostgres, Driver::kPostgresRows});
  return all;
}

std::string driver_name(const testing::TestParamInfo<Driver>& info) {
  switch (info.param) {
    case Driver::kMemory: return "memory";
    case Driver::kSqlite: return "sqlite";
    case Driver::kSqliteRows: return "sqlite_rows";
    case Driver::kPostgres: return "postgres";
    case Driver::kPostgresRows: return "postgres_rows";
  }
  return "";
}

}  // namespace beckon::store
