// The fixture of the conformance suite, which runs every test on each driver of the store.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::store {

// A temporary folder, deleted with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string data_file() const { return path_ + "/beckon.db"; }

 private:
  std::string path_;
};

// With …Rows: that keeps a row for each delivery from the start.
enum class Driver : std::uint8_t { kMemory, kSqlite, kSqliteRows, kPostgres, kPostgresRows };
std::vector<Driver> drivers();  // without PostgreSQL where that is not installed

// What the tests start from, and shared helpers.
inline const Handle kAcme{"acme"};
inline const Handle kOther{"other"};
inline const SubscriptionId kHook{"whs_1"};
inline constexpr Instant kStart = instant_ms(1'700'000'000'000);
constexpr Instant after(int seconds) { return kStart + std::chrono::seconds{seconds}; }

ledger::SessionDigest digest_of(std::string_view session);
outbox::Subscription subscription(SubscriptionId id = kHook);
outbox::Event event(std::string_view id, std::string_view session = "s1");
outbox::Delivery delivery(std::string_view id, std::string_view event_id, Instant due = kStart);
outbox::Settlement settlement(std::string_view delivery_id, int attempt, outbox::DeliveryState state,
                              Instant next = kStart);
commit::SnapshotWrite snapshot(std::string_view session, int created_second, std::string_view bytes = "bytes");
commit::Erase erasure(std::string_view session, std::optional<Instant> denied_until = std::nullopt);
commit::Expire expiry(std::string_view session, ledger::Position since = 0, ledger::Position up_to = 1);
AuditEntry audit_entry(std::string_view id, Instant at = kStart, Handle handle = kAcme);

class Conformance : public testing::TestWithParam<Driver> {
 protected:
  Conformance();
  Store& store() { return *store_; }
  ledger::Ledger& ledger() { return store_->ledger(); }
  outbox::Outbox& outbox() { return store_->outbox(); }
  access::Directory& directory() { return store_->directory(); }

  ledger::Position write(const commit::Batch& batch);  // expects success
  void subscribe(const outbox::Subscription& what = subscription());
  // Adds a subscription, an event of session s1 and one delivery of it, due immediately.
  void owe(std::string_view delivery_id = "dlv_1", std::string_view event_id = "evt_1");
  void settle(const outbox::Settlement& what, Instant at = after(1));
  outbox::Delivery found(std::string_view delivery_id = "dlv_1");

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

// What check_data finds in the file, without decoding its rows, since tests write meaningless ones.
std::vector<std::string> damage_in(const std::string& file);

std::string driver_name(const testing::TestParamInfo<Driver>& info);

#define BECKON_ON_EVERY_DRIVER(suite) INSTANTIATE_TEST_SUITE_P(Every, suite, testing::ValuesIn(drivers()), driver_name)

}  // namespace beckon::store
