// What a group commit of PostgresStore costs compared with a bare insert of as many rows on the same server: slices of
// a few commits alternate, so that both run under the same conditions.
//
//   postgres_commits CONNECTION [ROUNDS]              CONNECTION: of an empty database on the same machine
//   postgres_commits CONNECTION bare WAITING SECONDS  the bare insert alone: prints its rows per second
//
// Each request has 300 bytes of journal; a commit has those of all that wait, of eight handles in eight shards. The
// bare insert is one prepared `INSERT … SELECT … FROM unnest` of the same bytes, a row for each request, in a
// transaction of its own, in one round trip. With a delivery, each request also has an event of 600 bytes, due for one
// endpoint. Prints ratios of rates, and the processor time of the database's processes for each request.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "base/check.h"
#include "ledger/codec.h"
#include "store/postgres/postgres_store.h"
#include "system/log.h"
#include "system/random.h"

namespace {

using namespace beckon;
using store::postgres::Blob;
using store::postgres::Connection;

constexpr int kSlice = 20;  // commits
constexpr std::size_t kHandles = 8, kJournal = 300, kBody = 600;

SystemRandom system_random;

Instant now() {
  return instant_ms(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

// Names whose shards differ, so that the insert of the journal has a row for each.
std::vector<Handle> handles() {
  std::vector<Handle> found;
  std::vector<store::postgres::Shard> shards;
  for (int i = 0; found.size() < kHandles; ++i) {
    const Handle handle("bench" + std::to_string(i));
    const auto shard = store::postgres::first_shard(handle);
    if (std::ranges::find(shards, shard) != shards.end()) continue;
    shards.push_back(shard);
    found.push_back(handle);
  }
  return found;
}

struct Request {
  Handle handle;
  SessionId session;
  std::string record;
};

Request request(const Handle& handle, Instant at) {
  Request made{.handle = handle, .session = SessionId("sig_" + std::to_string(system_random.next() % 100'000))};
  ledger::AppendRecord record{.handle = made.handle.view(), .session = made.session.view()};
  const std::string note = R"({"note":")" + std::string(kJournal - 100, 'x') + R"("})";
  record.signals.push_back({.key = "view",
                            .value = "sku-5512",
                            .has_value = true,
                            .metadata = note,
                            .at = at,
                            .received = at,
                            .version = 1});
  ledger::append_record(made.record, ledger::SessionDigest::from_bytes(system_random.bytes(16)), record);
  return made;
}

void add_delivery(commit::Batch& batch, const Request& request) {
  outbox::Event event;
  event.id = EventId(make_ulid("evt_", batch.at, system_random));
  event.handle = request.handle;
  event.type = "link.clicked";
  event.occurred_at = batch.at;
  event.session = request.session;
  event.cause = R"({"signal":{"sessionId":"sig_1","version":1}})";
  event.body = std::string(kBody, 'b');
  outbox::Delivery delivery;
  delivery.id = DeliveryId(make_ulid("dlv_", batch.at, system_random));
  delivery.event = event.id;
  delivery.subscription = SubscriptionId("whs_" + request.handle.text);
  delivery.handle = event.handle;
  delivery.event_type = event.type;
  delivery.session = event.session;
  delivery.created_at = delivery.next_attempt_at = batch.at;
  batch.changes.emplace_back(std::move(event));
  batch.changes.emplace_back(std::move(delivery));
}

// Processor time so far, in microseconds, of the backends that `pids` selects.
double cpu_us(Connection& connection, const char* pids) {
  double sum = 0;
  auto row = connection.query(pids);
  while (row.next()) {
    double ns = 0;
    std::ifstream("/proc/" + std::to_string(row.integer(0)) + "/schedstat") >> ns;
    sum += ns / 1e3;
  }
  return sum;
}

struct Figure {
  double per_second = 0, backend_us = 0;  // requests; for each
};

template <class Commit>
Figure measure(Connection& looking, const char* pids, std::size_t waiting, const Commit& commit) {
  const double used = cpu_us(looking, pids);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kSlice; ++i) commit();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const double requests = static_cast<double>(kSlice * waiting);
  return {requests / took.count(), (cpu_us(looking, pids) - used) / requests};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::vector<Request> requests(std::size_t waiting) {
  const auto all = handles();
  std::vector<Request> made;
  for (std::size_t i = 0; i < waiting; ++i) made.push_back(request(all[i % kHandles], now()));
  return made;
}

// The yardstick: `insert` writes a row for each request.
class Bare {
 public:
  Bare(const std::string& where, const std::vector<Request>& requests) : connection_({.where = where}) {
    connection_.query("SELECT set_config('application_name', 'bare', false)");
    connection_.query(
        "CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handle text NOT NULL, "
        "session text NOT NULL, record bytea NOT NULL)");
    for (const Request& one : requests) {
      names_.push_back(one.handle.view());
      sessions_.push_back(one.session.view());
      records_.push_back({one.record});
    }
  }
  void insert() {
    store::postgres::Transaction transaction(connection_, store::postgres::Transaction::Kind::kPipeline);
    connection_.run(
        "INSERT INTO bare (handle, session, record) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])", names_,
        sessions_, records_);
    transaction.commit();
  }

 private:
  Connection connection_;
  std::vector<std::string_view> names_, sessions_;  // of the requests, which outlive this
  std::vector<Blob> records_;
};

void compare(const std::string& where, store::PostgresStore& store, int rounds, std::size_t waiting, bool delivers) {
  Connection looking({.where = where});
  const auto all = requests(waiting);
  Bare bare(where, all);
  const auto insert = [&] { bare.insert(); };
  const auto write = [&] {
    commit::Batch batch{.at = now()};
    for (const Request& one : all) {
      batch.journal += one.record;
      if (delivers) add_delivery(batch, one);
    }
    CHECK(store.commit().write(batch));
  };
  insert();
  write();
  std::vector<double> ratios, ours_us, bare_us;
  for (int round = 0; round < rounds; ++round) {
    const Figure yardstick =
        measure(looking, "SELECT pid FROM pg_stat_activity WHERE application_name = 'bare'", waiting, insert);
    const Figure ours =
        measure(looking, "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'beckon %'", waiting, write);
    ratios.push_back(ours.per_second / yardstick.per_second);
    ours_us.push_back(ours.backend_us);
    bare_us.push_back(yardstick.backend_us);
  }
  std::ranges::sort(ratios);
  std::printf(
      "%3zu waiting, %s: ratio to the bare insert %.2f (quartiles %.2f to %.2f), processor time of the database for a "
      "request %.1f us beside %.1f us\n",
      waiting, delivers ? "one delivery each" : "no deliveries", median(ratios), ratios[ratios.size() / 4],
      ratios[ratios.size() * 3 / 4], median(ours_us), median(bare_us));
}

int bare_rate(const std::string& where, std::size_t waiting, double seconds) {
  const auto all = requests(waiting);
  Bare bare(where, all);
  const auto began = std::chrono::steady_clock::now();
  std::chrono::duration<double> took{};
  std::size_t rows = 0;
  for (; took.count() < seconds; took = std::chrono::steady_clock::now() - began, rows += waiting) bare.insert();
  std::printf("%.0f\n", static_cast<double>(rows) / took.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("postgres_commits CONNECTION [ROUNDS | bare WAITING SECONDS]\n", stderr);
    return 2;
  }
  log::set_level(log::Level::kError);
  const std::string where = argv[1];
  if (argc == 5) return bare_rate(where, std::strtoul(argv[3], nullptr, 10), std::atof(argv[4]));
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 15;
  auto opened = store::PostgresStore::open(where, {.server = true});
  CHECK(opened);
  store::PostgresStore& store = **opened;
  store.keep_renewing();
  commit::Batch subscriptions{.at = now()};
  for (const Handle& handle : handles()) {
    outbox::Subscription one;
    one.id = SubscriptionId("whs_" + handle.text);
    one.handle = handle;
    one.endpoint_url = "https://hooks.example.com/";
    subscriptions.changes.emplace_back(one);
  }
  CHECK(store.commit().write(subscriptions));
  for (const bool delivers : {false, true})
    for (const std::size_t waiting : {64, 256}) compare(where, store, rounds, waiting, delivers);
}
