// What happens to commits when their connection, its server or their right to commit is gone: on a real server.
#include <sys/socket.h>

#include <random>
#include <thread>

#include "ledger/codec.h"
#include "store/conformance/postgres_server.h"
#include "store/conformance/suite.h"
#include "store/postgres/journal_parts.h"
#include "store/postgres/postgres_store.h"

namespace beckon::store {
namespace {

using commit::CommitFault;
using postgres::Connection;

void cut(Connection& connection) { ::shutdown(connection.socket(), SHUT_RDWR); }

ledger::Position position_of(const std::expected<commit::Receipt, CommitFault>& receipt) {
  return receipt ? receipt->position : 0;
}

class PostgresFaults : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    where_ = PostgresServer::shared().new_database();
    store_ = PostgresStore::open(where_, {.server = true}).value();
  }
  postgres::PostgresCommit& commit() { return store_->postgres_commit(); }
  std::expected<commit::Receipt, CommitFault> write(const std::string& journal) {
    return commit().write({.at = kStart, .journal = journal});
  }
  std::vector<std::string> journal() {
    std::vector<std::string> rows;
    EXPECT_TRUE(store_->ledger().read_journal(0, [&](ledger::Position, Instant, std::string_view bytes) {
      rows.emplace_back(bytes);
      return true;
    }));
    return rows;
  }
  void execute(const char* sql) {
    Connection connection({.where = where_});
    connection.execute(sql);
  }
  // Waits, on a connection of its own, until the newest commit can be seen.
  void wait_for_rows(std::int64_t count) {
    Connection connection({.where = where_});
    while (true) {
      auto row = connection.query("SELECT count(*) FROM journal");
      row.next();
      if (row.integer(0) >= count) return;
      std::this_thread::yield();
    }
  }

  std::string where_;
  std::unique_ptr<PostgresStore> store_;
};

TEST_F(PostgresFaults, ACommitThatIsCutOffBeforeItWasAskedForIsTriedOnceMoreThenRefusedAndNeverStored) {
  ASSERT_TRUE(write("one"));
  int tries = 0;
  commit().before_commit = [&](Connection& connection) {
    ++tries;
    cut(connection);
  };
  EXPECT_EQ(write("two"), std::unexpected(CommitFault::kBusy));
  EXPECT_EQ(tries, 2);
  commit().before_commit = nullptr;
  ASSERT_TRUE(write("three"));
  EXPECT_EQ(journal(), (std::vector<std::string>{"one", "three"}));
  EXPECT_EQ(commit().counts().not_found, 2u);
}

TEST_F(PostgresFaults, ACommitWhoseAnswerIsLostIsFoundAndAcknowledged) {
  ASSERT_TRUE(write("one"));
  commit().asked = [&](Connection& connection) {
    wait_for_rows(2);
    connection.close();
  };
  EXPECT_EQ(position_of(write("two")), 2u);
  commit().asked = nullptr;
  EXPECT_EQ(position_of(write("three")), 3u);
  EXPECT_EQ(journal(), (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(commit().counts().found, 1u);
}

TEST_F(PostgresFaults, WhatIsOwedIsDueOnceItsCommitIsKnownToBeStoredAndNotIfItIsNot) {
  const auto owe = [&](const std::string& id) {
    return commit().write({.at = kStart, .changes = {event("evt_" + id), delivery(id, "evt_" + id)}});
  };
  const auto due = [&] {
    std::vector<std::string> ids;
    const auto all = store_->outbox().due(kHook, after(1'000), 99).value();
    for (const auto& one : all) ids.push_back(one.delivery.id.text);
    return ids;
  };
  ASSERT_TRUE(owe("a"));
  commit().before_commit = cut;
  EXPECT_EQ(owe("b").error(), CommitFault::kBusy);
  EXPECT_EQ(due(), std::vector<std::string>{"a"});
  commit().before_commit = nullptr;
  auto stored = Connection({.where = where_}).query("SELECT count(*) FROM journal");
  ASSERT_TRUE(stored.next());
  const std::int64_t rows = stored.integer(0) + 1;
  commit().asked = [&](Connection& connection) {
    wait_for_rows(rows);
    connection.close();
  };
  EXPECT_TRUE(owe("c"));
  EXPECT_EQ(commit().counts().found, 1u);
  commit().asked = nullptr;
  EXPECT_EQ(due(), (std::vector<std::string>{"a", "c"}));
  commit().before_commit = cut;
  EXPECT_EQ(
      commit().write({.at = after(1), .changes = {settlement("c", 1, outbox::DeliveryState::kDelivered)}}).error(),
      CommitFault::kBusy);
  commit().before_commit = nullptr;
  EXPECT_EQ(due(), (std::vector<std::string>{"a", "c"})) << "its result was not written";
  store_.reset();
  store_ = PostgresStore::open(where_, {.server = true}).value();
  EXPECT_EQ(due(), (std::vector<std::string>{"a", "c"}));
}

TEST_F(PostgresFaults, ACommitWithoutRecordsIsFoundTheSameWay) {
  ASSERT_TRUE(write("one"));
  commit().asked = [&](Connection& connection) {
    wait_for_rows(2);
    connection.close();
  };
  EXPECT_TRUE(commit().write({.at = kStart, .changes = {snapshot("s1", 0)}}));
  commit().asked = nullptr;
  EXPECT_EQ(commit().counts().found, 1u);
  EXPECT_EQ(position_of(write("two")), 2u);
  EXPECT_EQ(store_->ledger().snapshot(kAcme, SessionId("s1")).value()->as_of, 1u);
}

TEST_F(PostgresFaults, WhatIsAcknowledgedIsStoredAndWhatIsRefusedIsNotHoweverTheConnectionIsCut) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> acknowledged;
  for (int i = 0; i < 60; ++i) {
    const std::string record = std::to_string(i);
    commit().before_commit = commit().asked = nullptr;
    switch (random() % 4) {
      case 0: commit().before_commit = [](Connection& connection) { cut(connection); }; break;
      case 1: commit().asked = [](Connection& connection) { cut(connection); }; break;
      case 2:
        commit().asked = [&](Connection& connection) {
          execute(("SELECT pg_terminate_backend(" + std::to_string(connection.backend()) + ")").c_str());
        };
        break;
      default: break;
    }
    const auto receipt = write(record);
    if (receipt)
      acknowledged.push_back(record);
    else
      ASSERT_EQ(receipt.error(), CommitFault::kBusy);
  }
  commit().before_commit = commit().asked = nullptr;
  ASSERT_TRUE(write("last"));
  acknowledged.emplace_back("last");
  EXPECT_EQ(journal(), acknowledged);
  EXPECT_EQ(commit().counts().unknown, commit().counts().found + commit().counts().not_found);
}

TEST_F(PostgresFaults, ACrashOfTheServerLosesNothingAcknowledgedAndTheStoreGoesOn) {
  ASSERT_TRUE(write("one"));
  const auto crash = [&] {
    PostgresServer::shared().stop_at_once();
    PostgresServer::shared().start();
  };
  bool has_crashed = false;
  commit().before_commit = [&](Connection&) {
    if (!std::exchange(has_crashed, true)) crash();
  };
  EXPECT_TRUE(write("two")) << "what was not stored is written again";
  commit().asked = [&](Connection& connection) {
    wait_for_rows(4);  // with the row that stands for the first try of the second
    connection.close();
    crash();
  };
  EXPECT_TRUE(write("three"));
  commit().asked = nullptr;
  EXPECT_TRUE(write("four"));
  EXPECT_EQ(journal(), (std::vector<std::string>{"one", "two", "three", "four"}));
  EXPECT_EQ(commit().counts().not_found, 1u);
  EXPECT_EQ(commit().counts().found, 1u);
}

TEST_F(PostgresFaults, WhileTheDatabaseIsAwayCommitsAndReadsAreRefusedAndThenGoOn) {
  ASSERT_TRUE(write("one"));
  PostgresServer::shared().stop_at_once();
  EXPECT_EQ(write("two"), std::unexpected(CommitFault::kBusy));
  EXPECT_EQ(store_->ledger().last_position().error().code, FaultCode::kUnavailable);
  EXPECT_EQ(store_->directory().add_user("ada@example.com", audit_entry("aud_1")).error().code,
            FaultCode::kUnavailable);
  EXPECT_TRUE(store_->maintain()) << "the lease is renewed when the database is back";
  PostgresServer::shared().start();
  while (!write("three")) std::this_thread::yield();  // it is tried a few times a second
  EXPECT_EQ(store_->ledger().last_position(), 2u);
  EXPECT_TRUE(store_->directory().add_user("ada@example.com", audit_entry("aud_1")));
  EXPECT_EQ(journal(), (std::vector<std::string>{"one", "three"}));
}

TEST_F(PostgresFaults, AServerThatWasOvertakenCommitsNothingMore) {
  ASSERT_TRUE(write("one"));
  execute("DELETE FROM node");  // as if its lease had ended
  const auto other = PostgresStore::open(where_, {.server = true}).value();
  EXPECT_EQ(write("two"), std::unexpected(CommitFault::kBroken));
  EXPECT_EQ(store_->commit().write({.at = kStart, .changes = {snapshot("s1", 0)}}),
            std::unexpected(CommitFault::kBroken));
  EXPECT_EQ(position_of(other->commit().write({.at = kStart, .journal = "three"})), 2u);
  EXPECT_EQ(journal(), (std::vector<std::string>{"one", "three"}));
}

TEST_F(PostgresFaults, AnOwnerThatPausesInItsCommitHoldsTheTakeoverUpOrFails) {
  ASSERT_TRUE(write("one"));
  execute("DELETE FROM node");
  std::unique_ptr<PostgresStore> other;
  std::thread taking;
  commit().before_commit = [&](Connection&) {
    // The statements are sent, not asked for. Whichever comes first at the server wins.
    taking = std::thread([&] { other = PostgresStore::open(where_, {.server = true}).value(); });
  };
  const auto receipt = write("two");
  taking.join();
  ASSERT_TRUE(other->commit().write({.at = kStart, .journal = "three"}));
  // It may be stored without being acknowledged: its connection was ended after the commit, before the answer.
  const std::vector<std::string> stored{"one", "two", "three"}, never{"one", "three"};
  const auto rows = journal();
  EXPECT_TRUE(rows == stored || (!receipt && rows == never));
}

TEST_F(PostgresFaults, ASecondServerIsRefusedWhileTheFirstRenewsItsLease) {
  std::jthread renewing([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      EXPECT_TRUE(store_->maintain());
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  });
  const auto second = PostgresStore::open(where_, {.server = true});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, FaultCode::kConflict);
  EXPECT_TRUE(write("one"));
}

// Nodes of one database, without their processes.
class PostgresNodes : public PostgresFaults {
 protected:
  struct Node {
    std::shared_ptr<postgres::Lease> lease;
    std::unique_ptr<postgres::Ownership> lane;  // of `number`

    // Who owns the lane of `number`, and how long the lease of that node lasts.
    postgres::NodeState owner(int number) const {
      postgres::NodeState found;
      const auto looked = lease->look([&](const postgres::Division& now) {
        const auto first = static_cast<std::size_t>(postgres::shards_of(number).front());
        if (const auto* one = now.node(now.shards.at(first).owner)) found = *one;
      });
      EXPECT_TRUE(looked) << looked.error().message;
      return found;
    }
    std::string owner_of(int number) const { return owner(number).node.name; }
  };

  void SetUp() override {
    PostgresFaults::SetUp();
    if (!IsSkipped()) store_.reset();
  }
  Node node(const std::string& name, const std::string& incarnation, int lane = 0) const {
    const postgres::ConnectionOptions to{.where = where_};
    Node made;
    made.lease = std::make_shared<postgres::Lease>(
        to, postgres::NodeIdentity{.name = name, .incarnation = incarnation, .address = "192.0.2.1:1"});
    EXPECT_TRUE(made.lease->join());
    made.lane = std::make_unique<postgres::Ownership>(to, made.lease, postgres::shards_of(lane));
    return made;
  }
  // Of the node's lane, which it takes.
  std::unique_ptr<PostgresStore> open_lane(const Node& of) const {
    auto lane = std::make_shared<postgres::Ownership>(postgres::ConnectionOptions{.where = where_}, of.lease,
                                                      of.lane->shards());
    EXPECT_EQ(lane->try_to_take(), true);
    auto opened = PostgresStore::open(where_, {.server = true, .ownership = std::move(lane)}).value();
    EXPECT_TRUE(opened->begin());
    return opened;
  }
  static std::expected<commit::Receipt, CommitFault> write_to(PostgresStore& store, const std::string& journal) {
    return store.commit().write({.at = kStart, .journal = journal});
  }
  void end_lease(const std::string& name) {
    execute(("UPDATE node SET until = clock_timestamp() - interval '1 ms' WHERE name = '" + name + "'").c_str());
  }
};

TEST_F(PostgresNodes, ALaneHasOneOwnerTheOthersSeeWhoAndTakeItWhenItIsGivenBack) {
  const auto one = node("one", "a"), two = node("two", "b");
  EXPECT_EQ(two.owner_of(0), "");
  EXPECT_EQ(one.lane->try_to_take(), true);
  EXPECT_EQ(two.lane->try_to_take(), false);
  EXPECT_EQ(two.owner_of(0), "one");
  EXPECT_EQ(two.owner(0).node.address, "192.0.2.1:1");
  EXPECT_GT(two.owner(0).left, Duration{0});
  one.lane->release();
  EXPECT_EQ(two.owner_of(0), "");
  EXPECT_EQ(two.lane->try_to_take(), true);
  EXPECT_TRUE(two.lane->is_owner());
  EXPECT_EQ(one.owner_of(0), "two");
}

TEST_F(PostgresNodes, AnOwnerHandsItsLaneToAnotherNodeWhileItsLeaseLasts) {
  const auto one = node("one", "a"), two = node("two", "b"), three = node("three", "c");
  ASSERT_EQ(one.lane->try_to_take(), true);
  const auto epoch = one.lane->epoch(0);
  EXPECT_EQ(two.lane->take_from("c", epoch), false) << "it is not that node's";
  EXPECT_EQ(two.lane->take_from("", epoch), false);
  EXPECT_TRUE(two.lane->prepare());
  EXPECT_EQ(two.lane->take_from("a", epoch), true);
  EXPECT_EQ(three.owner_of(0), "two");
  EXPECT_EQ(three.lane->take_from("a", epoch), false);
  one.lane->release();
  EXPECT_EQ(three.owner_of(0), "two") << "what is not its own it does not give back";
  const auto commits = [&](const postgres::Ownership& lane) {
    try {
      Connection connection({.where = where_});
      postgres::Transaction transaction(connection, postgres::Transaction::Kind::kPipeline);
      lane.fence(connection, {0, 1, 2, 3});
      transaction.commit();
      return true;
    } catch (const postgres::PostgresError&) {
      return false;
    }
  };
  EXPECT_TRUE(commits(*two.lane));
  EXPECT_FALSE(commits(*one.lane));
}

TEST_F(PostgresNodes, ALaneThatItsOwnerHasTakenBackIsNotHandedOverBelatedly) {
  const auto one = node("one", "a"), two = node("two", "b");
  ASSERT_EQ(one.lane->try_to_take(), true);
  const auto former = one.lane->epoch(0);
  one.lane->release();
  postgres::Ownership again({.where = where_}, one.lease, one.lane->shards());
  ASSERT_EQ(again.try_to_take(), true);
  EXPECT_EQ(two.lane->take_from("a", former), false);
  EXPECT_EQ(two.owner_of(0), "one");
  EXPECT_EQ(two.lane->take_from("a", again.epoch(0)), true);
}

TEST_F(PostgresNodes, LanesAreOwnedEachByItself) {
  const auto one = node("one", "a", 0), two = node("two", "b", 1);
  EXPECT_EQ(one.lane->try_to_take(), true);
  EXPECT_EQ(two.lane->try_to_take(), true);
  EXPECT_EQ(one.owner_of(0), "one");
  EXPECT_EQ(one.owner_of(1), "two");
  EXPECT_EQ(one.owner_of(2), "");
  two.lane->release();
  EXPECT_EQ(one.owner_of(0), "one");
  EXPECT_EQ(one.owner_of(1), "");
}

TEST_F(PostgresNodes, StoresOfTwoLanesOfOneDatabaseReadAndWriteWhatIsTheirsAlone) {
  const Handle acme{"acme"};
  const int lane = postgres::lane_of(postgres::first_shard(acme));
  const auto own = node("one", "a", lane), other = node("two", "b", (lane + 1) % postgres::kLanes);
  ASSERT_EQ(own.lane->try_to_take(), true);
  ASSERT_EQ(other.lane->try_to_take(), true);
  const auto open = [&](const Node& of) {
    return PostgresStore::open(
        where_, {.server = true,
                 .ownership = std::make_shared<postgres::Ownership>(postgres::ConnectionOptions{.where = where_},
                                                                    of.lease, of.lane->shards())});
  };
  // An ownership that has taken nothing commits nothing.
  auto idle = open(own);
  ASSERT_TRUE(idle);
  EXPECT_TRUE((*idle)->has(acme));
  auto beside = open(other);
  ASSERT_TRUE(beside);
  EXPECT_FALSE((*beside)->has(acme));
  EXPECT_EQ((*idle)->commit().write({.at = kStart, .journal = {}, .changes = {}}),
            std::unexpected(CommitFault::kBroken));
}

TEST_F(PostgresNodes, ALeaseThatIsOverIsTakenAndTheFormerOwnerSeesIt) {
  const auto one = node("one", "a"), two = node("two", "b");
  ASSERT_EQ(one.lane->try_to_take(), true);
  end_lease("one");
  EXPECT_LE(two.owner(0).left, Duration{0});
  EXPECT_EQ(two.lane->try_to_take(), true);
  EXPECT_EQ(one.owner_of(0), "two");
}

TEST_F(PostgresNodes, ALeaseThatIsRenewedAgainIsNotTaken) {
  const auto one = node("one", "a"), two = node("two", "b");
  ASSERT_EQ(one.lane->try_to_take(), true);
  end_lease("one");
  EXPECT_EQ(one.owner_of(0), "one");
  EXPECT_EQ(two.lane->try_to_take(), false);
}

TEST_F(PostgresNodes, AServerAloneWhoseLeaseIsOverAndWhoseShardsAreTakenEnds) {
  auto alone = PostgresStore::open(where_, {.server = true});
  ASSERT_TRUE(alone);
  const auto two = node("two", "b");
  EXPECT_EQ(two.lane->try_to_take(), false);
  execute("UPDATE node SET until = clock_timestamp() - interval '1 ms' WHERE name <> 'two'");
  std::vector<std::unique_ptr<postgres::Ownership>> all;
  for (int lane = 0; lane < postgres::kLanes; ++lane) {
    all.push_back(std::make_unique<postgres::Ownership>(postgres::ConnectionOptions{.where = where_}, two.lease,
                                                        postgres::shards_of(lane)));
    EXPECT_EQ(all.back()->try_to_take(), true);
  }
  std::this_thread::sleep_for(postgres::Ownership::kRenewEvery);  // it renews no sooner
  EXPECT_EQ((*alone)->maintain(), std::unexpected(CommitFault::kBroken));
}

TEST_F(PostgresNodes, AnOwnerThatStandsStillInTheMiddleOfACommitDoesNotHoldTheTakeoverUp) {
  store_ = PostgresStore::open(where_, {.server = true}).value();
  const auto other = node("other", "b");  // of the lane that it commits to
  bool taken = false;
  commit().before_commit = [&](Connection& connection) {
    connection.query("SELECT 1");  // what was sent before, the fence too, is done, and not committed
    execute("UPDATE node SET until = clock_timestamp() - interval '1 ms' WHERE name <> 'other'");
    taken = other.lane->try_to_take().value();
  };
  EXPECT_EQ(write("one"), std::unexpected(CommitFault::kBroken));
  EXPECT_TRUE(taken);
  EXPECT_TRUE(journal().empty());
}

TEST_F(PostgresNodes, AProcessTakesWhatTheOneBeforeItOwnedThatHadItsNameAtOnce) {
  const auto former = node("one", "a");
  ASSERT_EQ(former.lane->try_to_take(), true);
  const auto next = node("one", "b");
  EXPECT_EQ(next.lane->try_to_take(), true);
  EXPECT_EQ(former.lease->look([](const postgres::Division&) {}).error().code, FaultCode::kConflict);
  EXPECT_EQ(next.owner_of(0), "one");
}

TEST_F(PostgresNodes, ANodeThatKnowsOfOthersAnswersFromMemoryOnlyWhileItsLeaseLasts) {
  const auto one = node("one", "a");
  EXPECT_EQ(one.owner_of(0), "");
  EXPECT_GT(one.lease->left(), Duration{2'000});
  PostgresServer::shared().stop_at_once();
  std::this_thread::sleep_for(postgres::Lease::kLength);
  EXPECT_LE(one.lease->left(), Duration{0});
  EXPECT_TRUE(one.lease->may_answer()) << "alone";
  PostgresServer::shared().start();
  const auto two = node("two", "b");
  (void)one.lease->look([](const postgres::Division&) {});  // finds that its connection was closed
  EXPECT_EQ(one.owner_of(0), "");
  EXPECT_TRUE(one.lease->may_answer());
  PostgresServer::shared().stop_at_once();
  std::this_thread::sleep_for(postgres::Lease::kLength);
  EXPECT_FALSE(one.lease->may_answer()) << "another may have taken over";
  PostgresServer::shared().start();
}

TEST_F(PostgresNodes, WhatAProcessTookBeforeItTookItAgainIsFenced) {
  const auto holds = [&](const postgres::Ownership& lane) {
    try {
      Connection connection({.where = where_});
      postgres::Transaction transaction(connection, postgres::Transaction::Kind::kPipeline);
      lane.fence(connection, {0});
      transaction.commit();
      return true;
    } catch (const postgres::PostgresError&) {
      return false;
    }
  };
  const auto former = node("one", "a"), now = node("one", "a");
  ASSERT_EQ(former.lane->try_to_take(), true);
  EXPECT_TRUE(holds(*former.lane));
  ASSERT_EQ(now.lane->try_to_take(), true);
  EXPECT_TRUE(holds(*now.lane));
  EXPECT_FALSE(holds(*former.lane));
}

TEST_F(PostgresNodes, ALeaseIsCountedFromWhenItsRenewalWasSent) {
  constexpr Duration kLate{500};
  const auto one = node("one", "a");
  Connection other({.where = where_});
  postgres::Transaction lock(other, postgres::Transaction::Kind::kWrite);
  other.run("LOCK TABLE node IN EXCLUSIVE MODE");
  other.query("SELECT 1");
  std::jthread renewing([&] { EXPECT_EQ(one.owner_of(0), ""); });
  for (bool waits = false; !waits;) {
    Connection watching({.where = where_});
    waits = watching.query("SELECT 1 FROM pg_locks WHERE NOT granted").next();
  }
  std::this_thread::sleep_for(kLate);
  lock.commit();
  renewing.join();
  EXPECT_GT(one.lease->left(), Duration{0});
  EXPECT_LE(one.lease->left(), postgres::Lease::kLength - kLate);
}

TEST_F(PostgresNodes, WhatAnOperatorWantsIsSeenByAllAndANodeThatJoinsAgainIsNotDrained) {
  const auto one = node("one", "a");
  Connection connection({.where = where_});
  EXPECT_TRUE(postgres::want(connection, postgres::shards_of(3), "one"));
  EXPECT_FALSE(postgres::want(connection, postgres::shards_of(3), "nobody"));
  EXPECT_TRUE(postgres::set_drained(connection, "one", true));
  EXPECT_FALSE(postgres::set_drained(connection, "nobody", true));
  auto now = postgres::division_of(connection);
  EXPECT_EQ(now.shards.at(12).wanted, "one");
  EXPECT_EQ(now.shards.at(16).wanted, "");
  EXPECT_TRUE(now.nodes.at(0).drained);
  const auto again = node("one", "b");
  now = postgres::division_of(connection);
  EXPECT_FALSE(now.nodes.at(0).drained);
  EXPECT_TRUE(postgres::want(connection, postgres::shards_of(3), ""));
  EXPECT_EQ(postgres::division_of(connection).shards.at(12).wanted, "");
}

TEST_F(PostgresFaults, AcknowledgedRowsThatAReplicaDidNotHaveAreNoticedAndEndTheProcess) {
  ASSERT_TRUE(write("one"));
  ASSERT_TRUE(write("two"));
  ASSERT_TRUE(write("three"));
  commit().before_commit = [&](Connection& connection) {
    execute("DELETE FROM journal WHERE position > 1");  // as after the promotion of a replica that lagged
    cut(connection);
  };
  EXPECT_EQ(write("four"), std::unexpected(CommitFault::kBroken));
  EXPECT_EQ(store_->acknowledged().lost(), 2u);
  EXPECT_EQ(journal(), std::vector<std::string>{"one"}) << "nothing was written over the hole";
}

TEST_F(PostgresFaults, WhatIsLostIsAlsoNoticedIfNoCommitWasUnderWay) {
  ASSERT_TRUE(write("one"));
  ASSERT_TRUE(write("two"));
  PostgresServer::shared().stop_at_once();
  PostgresServer::shared().start();
  execute("DELETE FROM journal WHERE position > 1");
  EXPECT_EQ(write("three"), std::unexpected(CommitFault::kBroken));
  EXPECT_EQ(store_->acknowledged().lost(), 1u);
  EXPECT_EQ(journal(), std::vector<std::string>{"one"});
}

// As after the promotion of a replica that lagged.
constexpr const char* kLoseAllButOne = "DELETE FROM journal WHERE position > 1";

TEST_F(PostgresNodes, WhatIsLostIsReportedByTheFormerOwnerAlthoughTheNextOneHasWrittenMoreSince) {
  const auto one = node("one", "a"), two = node("two", "b");
  const auto former = open_lane(one);
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(write_to(*former, text));
  PostgresServer::shared().stop_at_once();
  PostgresServer::shared().start();
  execute(kLoseAllButOne);
  end_lease("one");
  const auto next = open_lane(two);
  for (const char* text : {"1", "2", "3", "4"}) EXPECT_TRUE(write_to(*next, text));
  EXPECT_EQ(two.lease->acknowledged().lost(), 0u);
  EXPECT_EQ(one.lease->acknowledged().lost(), 0u);
  (void)one.lease->look([](const postgres::Division&) {});  // finds that its connection was closed
  EXPECT_TRUE(one.lease->look([](const postgres::Division&) {}));
  EXPECT_EQ(one.lease->acknowledged().lost(), 2u);
  EXPECT_EQ(write_to(*former, "four"), std::unexpected(CommitFault::kBroken));
  EXPECT_EQ(one.lease->acknowledged().lost(), 2u) << "once";
}

TEST_F(PostgresNodes, WhatIsLostIsReportedByAnOwnerThatGivesItsShardsAwayBeforeItWritesAgain) {
  const auto one = node("one", "a");
  auto former = open_lane(one);
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(write_to(*former, text));
  PostgresServer::shared().stop_at_once();
  PostgresServer::shared().start();
  execute(kLoseAllButOne);
  former.reset();  // finds that its connection was closed
  one.lease->leave();
  EXPECT_EQ(one.lease->acknowledged().lost(), 2u);
}

TEST_F(PostgresNodes, WhatIsLostIsReportedByAnOwnerThatHasItsShardsAgainBeforeItNoticed) {
  const auto one = node("one", "a");
  const auto former = open_lane(one);
  for (const char* text : {"one", "two", "three"}) ASSERT_TRUE(write_to(*former, text));
  execute(kLoseAllButOne);
  const auto again = open_lane(one);
  EXPECT_EQ(one.lease->acknowledged().lost(), 2u);
  EXPECT_EQ(position_of(write_to(*again, "four")), 2u);
  EXPECT_EQ(one.lease->acknowledged().lost(), 2u);
}

TEST_F(PostgresFaults, ACommitThatTheServerOnlyWarnedAboutIsNotAcknowledgedBeforeASecondOneIsDurable) {
  execute(
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF length(new.bytes) = 3 THEN "
      "RAISE WARNING 'canceling wait for synchronous replication' USING ERRCODE = '01000'; END IF; RETURN new; END $$;"
      "CREATE TRIGGER warn BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION warn()");
  EXPECT_EQ(position_of(write("one")), 1u);
  EXPECT_EQ(commit().counts().unknown, 1u);
  EXPECT_EQ(commit().counts().found, 1u);
  EXPECT_TRUE(write("four"));
  EXPECT_EQ(commit().counts().unknown, 1u);
}

TEST_F(PostgresFaults, ADatabaseThatDoesNotAnswerIsLeftAtTheDeadline) {
  const auto hasty = [&] {
    store_.reset();
    return PostgresStore::open(where_, {.server = true, .answer = Duration{300}}).value();
  };
  store_ = hasty();
  ASSERT_TRUE(write("one"));
  Connection other({.where = where_});
  postgres::Transaction lock(other, postgres::Transaction::Kind::kWrite);
  other.query("SELECT 1 FROM shard FOR UPDATE");
  std::jthread releasing([&] {
    while (commit().counts().unknown == 0) std::this_thread::yield();
    lock.commit();
  });
  // The server has been asked, and its process goes on after this one has left: the outcome may be either.
  const bool stored = write("two").has_value();
  EXPECT_TRUE(write("three"));
  EXPECT_EQ(journal(),
            stored ? (std::vector<std::string>{"one", "two", "three"}) : (std::vector<std::string>{"one", "three"}));
}

TEST_F(PostgresFaults, AMessageAboutADatabaseThatIsNotThereDoesNotShowItsPassword) {
  const auto opened = PostgresStore::open("postgres://beckon:s3cret@127.0.0.1:1/beckon", {.server = true});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, FaultCode::kUnavailable);
  EXPECT_EQ(opened.error().message.find("s3cret"), std::string::npos) << opened.error().message;
}

TEST_F(PostgresFaults, ADatabaseIsMadeOnceByAllWhoStartAtTheSameTime) {
  const std::string where = PostgresServer::shared().empty_database();
  EXPECT_EQ(PostgresStore::open(where, {.create = false}).error().code, FaultCode::kNotFound);
  std::vector<std::jthread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back([&] { EXPECT_TRUE(PostgresStore::open(where, {})); });
}

TEST_F(PostgresFaults, TheRecordsOfACommitAreInTheShardsOfTheirHandlesAndAreReadAsOneRow) {
  const auto record = [](const char* handle, const char* session) {
    std::string bytes;
    ledger::append_record(bytes, digest_of(session), ledger::DoneRecord{.handle = handle, .session = session});
    return bytes;
  };
  postgres::Shards shards;
  const Handle a{"acme"}, b{"bravo"};
  ASSERT_NE(shards.of(a), shards.of(b));
  std::string forget;
  ledger::append_record(forget, ledger::ForgetRecord{digest_of("s2")});
  const commit::Batch batch{.at = kStart,
                            .journal = record("acme", "s1") + record("bravo", "s3") + forget + record("acme", "s4"),
                            .changes = {erasure("s2")}};
  const auto parts = postgres::parts_of(batch, shards);
  ASSERT_EQ(parts.size(), 2u);
  const auto& of_acme = parts[parts[0].shard == shards.of(a) ? 0 : 1];
  EXPECT_EQ(of_acme.bytes, record("acme", "s1") + forget + record("acme", "s4")) << "the erasure names its handle";

  ASSERT_EQ(position_of(commit().write(batch)), 1u);
  const auto rows = journal();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0], parts[0].bytes + parts[1].bytes);

  // A rewritten row keeps each session's records where they were.
  const std::string rest = parts[0].shard == shards.of(a) ? record("acme", "s4") + record("bravo", "s3")
                                                          : record("bravo", "s3") + record("acme", "s4");
  ASSERT_TRUE(commit().write({.at = kStart, .changes = {commit::JournalRewrite{1, rest}}}));
  EXPECT_EQ(journal(), std::vector<std::string>{rest});
  Connection connection({.where = where_});
  auto row = connection.query("SELECT bytes FROM journal WHERE shard = $1 AND position = 1 AND turn = 0", shards.of(b));
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.text(0), record("bravo", "s3"));
}

}  // namespace
}  // namespace beckon::store
