#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

class LedgerOfAStore : public Conformance {
 protected:
  std::vector<std::string> journal(ledger::Position behind = 0) {
    std::vector<std::string> rows;
    EXPECT_TRUE(ledger().read_journal(behind, [&](ledger::Position, Instant, std::string_view bytes) {
      rows.emplace_back(bytes);
      return true;
    }));
    return rows;
  }
};
BECKON_ON_EVERY_DRIVER(LedgerOfAStore);

TEST_P(LedgerOfAStore, IsEmptyAtFirst) {
  EXPECT_EQ(ledger().last_position(), 0u);
  EXPECT_EQ(ledger().checkpoint(), 0u);
  EXPECT_TRUE(journal().empty());
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("s1")).value(), std::nullopt);
}

TEST_P(LedgerOfAStore, GivesEachJournalRowTheNextPosition) {
  EXPECT_EQ(write({.at = kStart, .journal = "one"}), 1u);
  EXPECT_EQ(write({.at = kStart, .changes = {audit_entry("aud_1")}}), 1u) << "no row: the position of the last one";
  EXPECT_EQ(write({.at = after(1), .journal = std::string("t\0wo", 4)}), 2u);
  EXPECT_EQ(journal(), (std::vector<std::string>{"one", std::string("t\0wo", 4)}));
  EXPECT_EQ(journal(1), std::vector<std::string>{std::string("t\0wo", 4)});
  EXPECT_EQ(ledger().last_position(), 2u);
}

TEST_P(LedgerOfAStore, TellsTheInstantOfARowAndStopsWhenTold) {
  write({.at = after(5), .journal = "one"});
  write({.at = after(6), .journal = "two"});
  std::vector<Instant> at;
  EXPECT_TRUE(ledger().read_journal(0, [&](ledger::Position, Instant when, std::string_view) {
    at.push_back(when);
    return false;
  }));
  EXPECT_EQ(at, std::vector<Instant>{after(5)});
}

TEST_P(LedgerOfAStore, FindsThePlaceOfAnInstantInTheJournal) {
  EXPECT_EQ(ledger().position_before(after(0)), 0u);
  for (int i = 1; i <= 9; ++i) write({.at = after(10 * i), .journal = "row"});
  EXPECT_EQ(ledger().position_before(after(0)), 0u);
  EXPECT_EQ(ledger().position_before(after(10)), 0u) << "the row of that very instant lies behind it";
  EXPECT_EQ(ledger().position_before(after(11)), 1u);
  EXPECT_EQ(ledger().position_before(after(90)), 8u);
  EXPECT_EQ(ledger().position_before(after(1000)), 9u);
}

TEST_P(LedgerOfAStore, FindsThePlaceOfAnInstantWhereRowsWereDropped) {
  for (int i = 1; i <= 9; ++i) write({.at = after(10 * i), .journal = "row"});
  write({.at = kStart,
         .changes = {commit::JournalRewrite{1, ""}, commit::JournalRewrite{2, ""}, commit::JournalRewrite{5, ""},
                     commit::JournalRewrite{6, ""}, commit::JournalRewrite{9, ""}}});
  for (int second : {0, 10, 35, 45, 70, 75, 89, 100}) {
    const auto before = ledger().position_before(after(second)).value();
    EXPECT_TRUE(ledger().read_journal(0, [&](ledger::Position position, Instant at, std::string_view) {
      EXPECT_EQ(position > before, at >= after(second)) << position << " at " << second;
      return true;
    }));
  }
}

TEST_P(LedgerOfAStore, ReadsALongJournalInOrderAndItsReaderMayAskOtherThings) {
  for (int i = 0; i < 40; ++i) write({.at = kStart, .journal = std::string(100'000, static_cast<char>('a' + i % 26))});
  ledger::Position expected = 0;
  EXPECT_TRUE(ledger().read_journal(0, [&](ledger::Position position, Instant, std::string_view bytes) {
    EXPECT_EQ(position, ++expected);
    EXPECT_EQ(bytes.size(), 100'000u);
    EXPECT_EQ(ledger().last_position(), 40u);
    return true;
  }));
  EXPECT_EQ(expected, 40u);
}

TEST_P(LedgerOfAStore, RewritesAndDeletesRowsWithoutUsingAPositionTwice) {
  write({.at = kStart, .journal = "one"});
  write({.at = kStart, .journal = "two"});
  write({.at = kStart, .changes = {commit::JournalRewrite{1, "o"}, commit::JournalRewrite{2, ""}}});
  EXPECT_EQ(journal(), std::vector<std::string>{"o"});
  EXPECT_EQ(ledger().last_position(), 2u);
  EXPECT_EQ(write({.at = kStart, .journal = "three"}), 3u);
}

TEST_P(LedgerOfAStore, DropsTheOldestRowsInSmallSteps) {
  for (int i = 0; i < 205; ++i) write({.at = after(i < 204 ? 0 : 100), .journal = "x"});
  write({.at = after(200), .changes = {commit::SweepJournal{after(100)}}});
  EXPECT_EQ(journal().size(), 5u);
  write({.at = after(200), .changes = {commit::SweepJournal{after(100)}}});
  EXPECT_EQ(journal().size(), 1u) << "written at that very instant: it stays";
  EXPECT_EQ(ledger().last_position(), 205u);
}

TEST_P(LedgerOfAStore, KeepsOneSnapshotPerSession) {
  write({.at = kStart, .changes = {snapshot("s1", 0, "first"), snapshot("s2", 1)}});
  write({.at = kStart, .changes = {snapshot("s1", 0, "second")}});
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("s1")).value()->bytes, "second");
  EXPECT_EQ(ledger().snapshot(kOther, SessionId("s1")).value(), std::nullopt) << "another tenant sees nothing";
}

TEST_P(LedgerOfAStore, KeepsWithASnapshotThePositionOfTheJournalRowThatItReflects) {
  const auto as_of = [&](std::string_view id) { return ledger().snapshot(kAcme, SessionId(id)).value()->as_of; };
  write({.at = kStart, .journal = "one", .changes = {snapshot("s1", 0)}});
  EXPECT_EQ(as_of("s1"), 1u);
  write({.at = kStart, .journal = "two"});
  write({.at = kStart, .changes = {snapshot("s2", 0)}});
  EXPECT_EQ(as_of("s2"), 2u) << "no row of its own: the last one";
  write({.at = kStart, .journal = "three", .changes = {snapshot("s1", 0)}});
  EXPECT_EQ(as_of("s1"), 3u);
}

TEST_P(LedgerOfAStore, ListsSnapshotsNewestFirstAndGoesOnStrictlyBehindTiesById) {
  write({.at = kStart, .changes = {snapshot("a", 1), snapshot("c", 2), snapshot("b", 2), snapshot("d", 3)}});
  std::vector<std::string> ids;
  std::optional<ledger::ListCursor> behind;
  for (int page = 0; page < 3; ++page) {
    const auto rows = ledger().snapshots(kAcme, behind, 2).value();
    for (const auto& row : rows) ids.push_back(row.id.text);
    if (!rows.empty()) behind = {rows.back().created, rows.back().id.text};
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"d", "c", "b", "a"}));
  const auto first = ledger().snapshots(kAcme, std::nullopt, 1).value().front();
  EXPECT_EQ(first.visitor.text, "v1");
  EXPECT_EQ(first.last_received, after(4));
  EXPECT_EQ(first.version, 3u);
  EXPECT_TRUE(ledger().snapshots(kOther, std::nullopt, 9).value().empty());
}

TEST_P(LedgerOfAStore, ListsNoVisitorsOwnRecordAndStillFillsAPage) {
  auto own = snapshot("@v1", 5);
  own.visitor = VisitorId{};
  write({.at = kStart, .changes = {snapshot("a", 1), own, snapshot("b", 9)}});
  const auto rows = ledger().snapshots(kAcme, std::nullopt, 2).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].id.text, "b");
  EXPECT_EQ(rows[1].id.text, "a");
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("@v1")).value()->bytes, "bytes") << "it is read by its id alone";
}

TEST_P(LedgerOfAStore, FindsTheSessionsOfAVisitorAndOfNobodyNone) {
  auto nobody = snapshot("s3", 0);
  nobody.visitor = VisitorId{};
  write({.at = kStart, .changes = {snapshot("s1", 0), snapshot("s2", 0), nobody}});
  EXPECT_EQ(ledger().sessions_of(kAcme, VisitorId("v1")).value(),
            (std::vector<SessionId>{SessionId("s1"), SessionId("s2")}));
  EXPECT_TRUE(ledger().sessions_of(kAcme, VisitorId{}).value().empty());
  EXPECT_TRUE(ledger().sessions_of(kOther, VisitorId("v1")).value().empty());
}

TEST_P(LedgerOfAStore, ListsVisitorsOwnRecordsByIdInPages) {
  write({.at = kStart,
         .changes = {snapshot("@b", 1), snapshot("@a1", 9), snapshot("s1", 5), snapshot("@a2", 0), snapshot("@a", 3),
                     snapshot("@a\xc3\xa9", 3), snapshot("@~a", 3)}});
  const auto names = [&](std::string_view prefix, std::string_view behind, std::size_t limit) {
    std::vector<std::string> ids;
    const auto found = ledger().own_records(kAcme, prefix, behind, limit).value();
    for (const SessionId& id : found) ids.push_back(id.text);
    return ids;
  };
  const std::vector<std::string> all{"@a", "@a1", "@a2", "@a\xc3\xa9", "@b", "@~a"};
  EXPECT_EQ(names("@", "", 9), all) << "a session is none";
  EXPECT_EQ(names("@", "@a2", 2), std::vector(all.begin() + 3, all.begin() + 5)) << "strictly behind";
  EXPECT_EQ(names("@a", "", 9), std::vector(all.begin(), all.begin() + 4));
  EXPECT_EQ(names("@a", "@a2", 9), std::vector(all.begin() + 3, all.begin() + 4));
  EXPECT_TRUE(names("@c", "", 9).empty());
  EXPECT_TRUE(ledger().own_records(kOther, "@", "", 9).value().empty());
}

TEST_P(LedgerOfAStore, NamesSnapshotsThatHaveExpiredLongestFirst) {
  auto known = snapshot("b", 2);
  known.began = 7;
  write({.at = kStart, .journal = "one", .changes = {snapshot("c", 3), snapshot("a", 1), known, snapshot("d", 4)}});
  const auto names = [&](int second, std::size_t limit) {
    std::string all;
    const auto rows = ledger().expired(after(second), limit).value();
    for (const auto& one : rows) all += one.id.text;
    return all;
  };
  EXPECT_EQ(names(1000, 9), "");
  EXPECT_EQ(names(1003, 9), "abc") << "expired at that very instant";
  EXPECT_EQ(names(2000, 2), "ab");
  const auto b = ledger().expired(after(2000), 9).value()[1];
  EXPECT_EQ(b.handle, kAcme);
  EXPECT_EQ(b.visitor.text, "v1");
  EXPECT_EQ(b.began, 7u);
  EXPECT_EQ(b.as_of, 1u);
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("b")).value()->began, 7u);
}

TEST_P(LedgerOfAStore, DropsASnapshotThatExpiresAndKeepsANewLifeOfTheSameBatch) {
  write({.at = kStart, .changes = {snapshot("s0", 0), snapshot("s1", 0)}});
  write({.at = after(1000), .changes = {expiry("s0"), expiry("s1"), snapshot("s0", 0, "again")}});
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("s0")).value()->bytes, "again");
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("s1")).value(), std::nullopt);
}

TEST_P(LedgerOfAStore, MovesTheCheckpointForwardOnly) {
  write({.at = kStart, .changes = {commit::Checkpoint{5}}});
  write({.at = kStart, .changes = {commit::Checkpoint{4}}});
  EXPECT_EQ(ledger().checkpoint(), 5u);
}

}  // namespace
}  // namespace beckon::store
