#include <gtest/gtest.h>

#include "ledger/codec.h"

namespace beckon::ledger {
namespace {

Signal signal(std::string_view key, std::int64_t at, std::uint64_t version) {
  Signal made;
  made.key = key;
  made.at = instant_ms(at);
  made.received = instant_ms(at + 5);
  made.version = version;
  return made;
}

AppendRecord append(std::vector<Signal> signals) {
  AppendRecord record{.handle = "demo", .session = "s1", .received = instant_ms(9'000), .expires_at = instant_ms(99'000)};
  record.signals = std::move(signals);
  return record;
}

std::string keys(const Window& window) {
  std::string all;
  for (std::size_t i = 0; i < window.size(); ++i) all += std::string(window[i].key) + " ";
  return all;
}

TEST(Window, OrdersByAtThenVersion) {
  std::size_t evicted = 0;
  const Window window = Window{}.with(std::vector{signal("b", 20, 1), signal("a", 10, 2), signal("c", 20, 3)}, evicted);
  EXPECT_EQ(keys(window), "a b c ");
  EXPECT_EQ(evicted, 0u);
}

TEST(Window, KeepsTheTwoHundredNewestInTime) {
  Window window;
  std::size_t evicted = 0;
  for (int i = 1; i <= 500; ++i) window = window.with(std::vector{signal("k" + std::to_string(i), i, i)}, evicted);
  EXPECT_EQ(window.size(), 200u);
  EXPECT_EQ(evicted, 300u);
  EXPECT_EQ(window[0].key, "k301");
  EXPECT_EQ(window[199].key, "k500");
  EXPECT_LT(window.bytes(), 200u * 80u);
}

TEST(Window, EvictsAtOnceWhatIsOlderThanAll) {
  Window window;
  std::size_t evicted = 0;
  for (int i = 1; i <= 200; ++i) window = window.with(std::vector{signal("k", 1000 + i, i)}, evicted);
  window = window.with(std::vector{signal("late", 5, 201)}, evicted);
  EXPECT_EQ(evicted, 1u);
  EXPECT_EQ(window[0].key, "k");
}

TEST(Apply, ContextMergesByKeyAndAnEmptyValueRemoves) {
  EXPECT_EQ(merge({{"a", "1"}, {"c", "3"}}, {{"a", "2"}, {"b", "x"}, {"c", ""}}), (Context{{"a", "2"}, {"b", "x"}}));
}

TEST(Apply, BasicConsentDropsWhatWasStored) {
  auto full = append({signal("view", 10, 1)});
  full.visitor = "v1";
  full.signals[0].metadata = R"({"a":1})";
  SessionPtr session = applied(nullptr, full);
  EXPECT_EQ(session->visitor.text, "v1");
  auto basic = append({});
  basic.consent = Consent::kBasic;
  session = applied(session, basic);
  EXPECT_TRUE(session->visitor.empty());
  EXPECT_EQ(session->window[0].metadata, "");
  EXPECT_EQ(session->version, 1u);
}

TEST(Apply, AFreshRecordForgetsTheExpiredSession) {
  SessionPtr session = applied(nullptr, append({signal("old", 10, 1)}));
  auto fresh = append({signal("new", 20, 1)});
  fresh.fresh = true;
  EXPECT_EQ(keys(applied(session, fresh)->window), "new ");
}

TEST(Codec, AJournalRowReadsBackWhatWasWritten) {
  const SessionHasher hash("0123456789abcdef");
  std::string row;
  auto record = append({signal("view", 10, 1), signal("cart", 11, 2)});
  record.signals[1].value = "add";
  record.signals[1].has_value = true;
  record.context = {{"country", "US"}};
  record.ids = {7, 8};
  append_record(row, hash("demo", "s1"), record);
  append_record(row, {hash("demo", "s2")});
  JournalReader reader(row);
  const auto item = reader.next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->digest, hash("demo", "s1"));
  const auto back = decode_record(item->bytes);
  ASSERT_TRUE(back);
  const auto& read = std::get<AppendRecord>(*back);
  EXPECT_EQ(read.signals[1].value, "add");
  EXPECT_EQ(read.context, record.context);
  EXPECT_EQ(read.ids, record.ids);
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.damaged());
}

TEST(Codec, DamageIsSeenNotRead) {
  std::string row;
  append_record(row, SessionDigest{1, 2}, append({signal("view", 10, 1)}));
  for (std::size_t cut = 1; cut < row.size(); ++cut) {
    JournalReader reader(std::string_view(row).substr(0, cut));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.damaged());
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string bent = row;
    bent[i] = static_cast<char>(0xff);
    JournalReader reader(bent);
    if (const auto item = reader.next()) decode_record(item->bytes);  // may be anything, must not crash
  }
}

TEST(Codec, ASnapshotReadsBackTheSameSession) {
  auto record = append({signal("view", 10, 1), signal("cart", 11, 2)});
  record.visitor = "v1";
  record.ids = {1, 2, 3};
  SessionPtr session = applied(nullptr, record);
  const std::string past = encode_past({.id = "dec_1", .trigger = "checkout", .outcome = "act", .rule = "r", .at = instant_ms(50)});
  for (int i = 0; i < 173; ++i) session = applied(session, DecisionRecord{.handle = "demo", .session = "s1", .past = past});
  const auto back = decode_snapshot(encode_snapshot(*session, 42));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->as_of, 42u);
  EXPECT_EQ(encode_snapshot(*back->session, 42), encode_snapshot(*session, 42));
  const auto decisions = past_decisions(back->session->decisions);
  ASSERT_EQ(decisions.size(), DecisionLog::kKept);
  EXPECT_EQ(decisions[0].rule, "r");
  EXPECT_LT(back->session->decisions.count, 2 * DecisionLog::kKept);
  EXPECT_FALSE(decode_snapshot("x"));
}

TEST(Codec, ErasedRecordsLeaveTheRowAndReducedOnesLoseMetadata) {
  const SessionDigest erased{1, 1}, reduced{2, 2}, other{3, 3};
  auto record = append({signal("view", 10, 1)});
  record.visitor = "v1";
  record.signals[0].metadata = R"({"secret":"x"})";
  std::string row;
  for (const auto& digest : {erased, reduced, other}) append_record(row, digest, record);
  const std::vector<Ledger::Erasure> owed{{erased, 7, false}, {reduced, 7, true}};
  EXPECT_FALSE(without(row, 8, owed)) << "what came after the erasure stays";
  const auto kept = without(row, 7, owed);
  ASSERT_TRUE(kept);
  JournalReader reader(*kept);
  const auto first = reader.next(), second = reader.next();
  ASSERT_TRUE(first && second && !reader.next());
  EXPECT_EQ(first->digest, reduced);
  EXPECT_EQ(std::get<AppendRecord>(*decode_record(first->bytes)).signals[0].metadata, "");
  EXPECT_NE(std::get<AppendRecord>(*decode_record(second->bytes)).signals[0].metadata, "");
  EXPECT_FALSE(without(*kept, 7, owed));
}

}  // namespace
}  // namespace beckon::ledger
