#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "ledger/codec.h"
#include "ledger/rested.h"

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
  AppendRecord record{
      .handle = "demo", .session = "s1", .received = instant_ms(9'000), .expires_at = instant_ms(99'000)};
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

// Against a plain list: the signals in order, and by key, each key once.
void expect_holds(const Window& window, const std::vector<Signal>& expected) {
  ASSERT_EQ(window.size(), expected.size());
  std::map<std::string_view, std::vector<std::uint16_t>> by_key;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(window[i].version, expected[i].version);
    EXPECT_EQ(window[i].key, expected[i].key);
    EXPECT_EQ(window[i].value, expected[i].value);
    by_key[expected[i].key].push_back(static_cast<std::uint16_t>(i));
  }
  ASSERT_EQ(window.key_count(), by_key.size());
  for (std::size_t number = 0; number < window.key_count(); ++number) {
    const auto places = window.of_key(number);
    ASSERT_FALSE(places.empty());
    EXPECT_TRUE(std::ranges::equal(places, by_key[window.key(places.front())]));
  }
}

TEST(Window, ChangesInPlaceOnlyWhereNobodyElseHoldsIt) {
  std::mt19937_64 dice(5);
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) texts.push_back("key" + std::to_string(i));
  for (int round = 0; round < 6; ++round) {
    const std::size_t keys = 1 + dice() % texts.size();
    Window window;
    std::vector<Signal> expected;
    std::vector<std::pair<Window, std::vector<Signal>>> held;  // by readers
    std::uint64_t version = 0;
    for (int change = 0; change < 200; ++change) {
      std::vector<Signal> added;
      for (std::size_t left = 1 + dice() % 3; left > 0; --left) {
        Signal one = signal(texts[dice() % keys], change * 10 - (dice() % 4 == 0 ? dice() % 900 : 0), ++version);
        one.value = texts[dice() % texts.size()];
        one.is_read = round % 2 == 0 || one.key <= "key3";
        added.push_back(one);
      }
      std::size_t evicted = 0;
      if (dice() % 8 == 0) held.emplace_back(window, expected);
      window = dice() % 4 == 0 ? window.with(added, evicted) : std::move(window).with(added, evicted);
      std::size_t left = 0;
      for (const Signal& one : added) {
        expected.push_back(one);
        std::ranges::sort(expected, {}, [](const Signal& of) { return std::pair(of.at, of.version); });
        if (expected.size() <= Window::kCapacity) continue;
        const auto unread = std::ranges::find(expected, false, &Signal::is_read);
        expected.erase(unread < expected.end() - 1 ? unread : expected.begin());
        ++left;
      }
      EXPECT_EQ(evicted, left);
    }
    expect_holds(window, expected);
    for (const auto& [before, as_it_was] : held) expect_holds(before, as_it_was);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Window, IsFilledAsIfItsKeysHadAlwaysBeenRead) {
  std::mt19937_64 dice(11);
  const std::vector<std::string> keys{"cart", "purchase", "scroll", "view"};
  for (int round = 0; round < 40; ++round) {
    const std::vector<std::string_view> filled{"purchase", "view"};
    const auto comes_to_be_read = [&](const Signal& one) { return std::ranges::find(filled, one.key) != filled.end(); };
    Window window, from_the_start;
    std::vector<Signal> all;
    std::size_t evicted = 0;
    const std::size_t count = 100 + dice() % 900, saved_at = dice() % count, rare = 1 + dice() % 9;
    const auto append = [&](bool is_saved) {
      const std::string& key = dice() % rare == 0 ? keys[dice() % keys.size()] : keys[2];
      const int late = dice() % 5 == 0 ? static_cast<int>(dice() % 3'000) : 0;
      Signal one = signal(key, static_cast<int>(all.size()) * 10 - late, all.size() + 1);
      all.push_back(one);
      one.is_read = one.key == "cart" || comes_to_be_read(one);
      from_the_start = from_the_start.with(std::vector{one}, evicted);
      one.is_read = one.key == "cart" || (is_saved && comes_to_be_read(one));
      window = window.with(std::vector{one}, evicted);
    };
    for (std::size_t i = 0; i < saved_at; ++i) append(false);
    std::vector<Signal> missing;
    std::ranges::copy_if(all, std::back_inserter(missing), comes_to_be_read);
    while (!missing.empty()) {
      const std::size_t step = std::min<std::size_t>(missing.size(), 1 + dice() % 200);
      window = window.filled(filled, std::span(missing).first(step), {});
      missing.erase(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(step));
      for (std::size_t more = dice() % 40; more > 0; --more) append(true);
    }
    window = window.filled(filled, {}, {});
    std::vector<Signal> expected;
    for (std::size_t i = 0; i < from_the_start.size(); ++i) expected.push_back(from_the_start[i]);
    expect_holds(window, expected);
    for (std::size_t i = 0; i < window.size(); ++i) EXPECT_EQ(window[i].is_read, expected[i].is_read);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Window, KeepsWhatConditionsWaitFrom) {
  Window window;
  std::size_t evicted = 0;
  const std::vector<std::uint64_t> waiting{1, 3};
  for (int at = 1; at <= 500; ++at)
    window = std::move(window).with(std::vector{signal("cart", at, static_cast<std::uint64_t>(at))}, evicted, waiting);
  ASSERT_EQ(window.size(), 200U);
  EXPECT_EQ(evicted, 300U);
  EXPECT_EQ(window[0].version, 1U);
  EXPECT_EQ(window[1].version, 3U);
  EXPECT_EQ(window[2].version, 303U);
  window = std::move(window).with(std::vector{signal("cart", 501, 501)}, evicted);
  EXPECT_EQ(window[0].version, 3U) << "nothing waits from it any more";
  EXPECT_FALSE(Window().loses_read(200));
  EXPECT_TRUE(window.loses_read(1));
}

TEST(Window, KeepsTheNewestThoughNoRuleReadsIt) {
  Window window;
  std::size_t evicted = 0;
  const auto take = [&](std::string_view key, int at, bool is_read) {
    Signal one = signal(key, at, static_cast<std::uint64_t>(at));
    one.is_read = is_read;
    window = std::move(window).with(std::vector{one}, evicted);
  };
  for (int at = 1; at <= 200; ++at) take("cart", at, true);
  take("scroll", 201, false);
  EXPECT_EQ(window[199].key, "scroll");
  EXPECT_EQ(window[0].version, 2U);
  take("scroll", 202, false);
  take("cart", 203, true);
  EXPECT_EQ(window.size(), 200U);
  EXPECT_EQ(window[0].version, 2U) << "the scroll left before it";
  EXPECT_EQ(window[199].version, 203U);
  EXPECT_EQ(window.key_count(), 1U);
  EXPECT_EQ(evicted, 3U);
}

TEST(Window, ThatChangesInPlaceTakesLittleMoreMemory) {
  Window grown, copied;
  std::size_t evicted = 0;
  for (int i = 0; i < 50; ++i) {
    const std::vector added{signal("view", i, static_cast<std::uint64_t>(i) + 1)};
    grown = std::move(grown).with(added, evicted);
    copied = copied.with(added, evicted);
  }
  EXPECT_LE(grown.bytes(), copied.bytes() * 6 / 5);
}

TEST(Window, KeepsWhatAClientSaidOfTheTimeWhereAnotherIsTaken) {
  auto moved = signal("moved", 5'000, 1), same = signal("same", 6'000, 2);
  moved.id = "a1";
  moved.said = instant_ms(-1'000);
  same.said = same.at;
  std::size_t evicted = 0;
  Window window = Window{}.with(std::vector{moved, same}, evicted);
  for (int i = 0; i < 198; ++i) window = window.with(std::vector{signal("k", 7'000 + i, 3 + i)}, evicted);
  for (const Window& one : {window, window.without_metadata(), Window::merged(std::vector<const Window*>{&window})}) {
    EXPECT_EQ(one[0].said, instant_ms(-1'000));
    EXPECT_EQ(one[0].id, "a1");
    EXPECT_EQ(one[1].key, "same");
    EXPECT_FALSE(one[1].is_said_otherwise());
    EXPECT_FALSE(one[2].is_said_otherwise());
  }
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

TEST(Apply, ASessionKeepsItsFirstUnit) {
  auto known = append({signal("view", 10, 1)});
  known.visitor = "v1";
  EXPECT_EQ(applied(nullptr, known)->unit(), "v1");
  const SessionPtr later = applied(applied(nullptr, append({signal("view", 10, 1)})), known);
  EXPECT_EQ(later->visitor.text, "v1");
  EXPECT_EQ(later->unit(), "s1") << "a visitor who becomes known later moves nobody";
  auto basic = append({});
  basic.consent = Consent::kBasic;
  const SessionPtr reduced = applied(applied(nullptr, known), basic);
  EXPECT_EQ(reduced->unit(), "s1") << "consent basic forgets the visitor";
  EXPECT_EQ(applied(reduced, known)->unit(), "s1");
}

DecisionRecord decision(const std::string& past, Instant at = instant_ms(50)) {
  return {.handle = "demo", .session = "s1", .expires_at = instant_ms(99'000), .at = at, .past = past};
}

TEST(Apply, ADecisionSpendsInItsPlaceInTime) {
  const std::string past = encode_past({.id = "dec_1"});
  auto first = decision(past), late = decision(past);
  first.spends = {{7, instant_ms(50), 1}, {8, instant_ms(50), 1}};
  late.spends = {{9, instant_ms(40), 1}};
  const SessionPtr session = applied(applied(nullptr, first), late);
  EXPECT_EQ(session->spends, (std::vector<Spend>{late.spends[0], first.spends[0], first.spends[1]}));
}

TEST(Apply, TheNewestSpendsAndShownDecisionsAreKept) {
  SessionPtr session;
  for (int i = 0; i < 1'200; ++i) {
    const std::string past = encode_past({.id = "dec_" + std::to_string(i)});
    auto record = decision(past, instant_ms(i));
    record.shown = true;
    record.spends = {{7, instant_ms(i), 1}};
    session = applied(std::move(session), record);
  }
  EXPECT_EQ(session->spends.size(), kSpendsKept);
  EXPECT_EQ(session->spends.front().at, instant_ms(200));
  EXPECT_EQ(session->shown.size(), Session::kShownRemembered);
  EXPECT_EQ(session->shown.back(), remembered("dec_1199"));
}

TEST(Apply, ASessionThatBeginsWithADecisionKeepsWhatWasSaidWithIt) {
  const std::string past = encode_past({.id = "dec_1"});
  auto record = decision(past);
  record.visitor = "v1";
  EXPECT_EQ(applied(nullptr, record)->unit(), "v1");
  EXPECT_EQ(applied(applied(nullptr, append({signal("view", 10, 1)})), record)->visitor.text, "v1");
  record.basic = true;
  EXPECT_EQ(applied(nullptr, record)->consent, Consent::kBasic);
  EXPECT_TRUE(applied(nullptr, record)->visitor.empty());
}

VisitorRecord visit(std::string_view session, std::uint64_t digest, std::vector<Spend> spends = {}) {
  return {.handle = "demo",
          .visitor = "v1",
          .own = {1, 1},
          .session = session,
          .of = {digest, digest},
          .at = instant_ms(60),
          .expires_at = instant_ms(99'000),
          .spends = std::move(spends)};
}

TEST(Windows, AsOneHoldTheNewestSignalsOfTheKeysThatAreWanted) {
  std::vector<Window> windows(4);
  std::size_t evicted = 0;
  for (int w = 0; w < 4; ++w) {
    std::vector<Signal> signals;
    for (int i = 0; i < 180; ++i)
      signals.push_back({.key = i % 2 ? "view" : "cart",
                         .at = instant_ms(1'000 * w + i),
                         .version = static_cast<std::uint64_t>(i + 1),
                         .place = static_cast<std::uint64_t>(1'000 * w + i + 1)});
    windows[static_cast<std::size_t>(w)] = Window{}.with(signals, evicted);
  }
  const std::vector<const Window*> all{&windows[0], &windows[1], &windows[2], &windows[3]};
  const Window whole = Window::merged(all);
  ASSERT_EQ(whole.size(), Window::kOfVisitor);
  EXPECT_EQ(whole.at(0), instant_ms(1'000 + 40)) << "720 in all, the oldest 220 are left out";
  const Window carts = Window::merged(all, [](std::string_view key) { return key == "cart"; });
  ASSERT_EQ(carts.size(), 360u);
  EXPECT_EQ(carts.key_count(), 1u);
  EXPECT_EQ(carts.at(0), instant_ms(0));
  EXPECT_EQ(carts.of_key(0).size(), 360u);
}

TEST(Windows, AsOneHoldNoKeyOfWhichNothingIsLeft) {
  std::vector<Window> windows(4);
  std::size_t evicted = 0;
  for (int w = 0; w < 4; ++w) {
    std::vector<Signal> signals;
    for (int i = 0; i < 200; ++i)
      signals.push_back({.key = w == 0 ? "cart" : "view", .at = instant_ms(1'000 * w + i), .version = 1});
    windows[static_cast<std::size_t>(w)] = Window{}.with(signals, evicted);
  }
  const Window whole = Window::merged(std::vector<const Window*>{&windows[0], &windows[1], &windows[2], &windows[3]});
  ASSERT_EQ(whole.size(), Window::kOfVisitor);
  ASSERT_EQ(whole.key_count(), 1u);
  EXPECT_EQ(whole.key(whole.of_key(0).front()), "view");
}

TEST(Windows, AsOneCountASignalThatWasSentAgainInAnotherSessionOnce) {
  const auto sent = [](std::string_view id, int at, Duration received, std::uint64_t place) {
    std::size_t evicted = 0;
    const Signal signal{.key = "cart",
                        .value = "mug",
                        .has_value = true,
                        .metadata = R"({"n":1})",
                        .id = id,
                        .at = instant_ms(at),
                        .received = instant_ms(0) + received,
                        .version = 1,
                        .place = place};
    return Window{}.with(std::span(&signal, 1), evicted);
  };
  const Duration week = std::chrono::days{7};
  const Window first = sent("i-1", 10, Duration{0}, 1), again = sent("i-1", 10, week - Duration{1}, 2),
               late = sent("i-1", 30, week, 3), other = sent("i-2", 20, Duration{5}, 4),
               none = sent("", 40, Duration{6}, 5), none_too = sent("", 50, Duration{7}, 6);
  const auto places = [](const std::vector<const Window*>& of) {
    const Window all = Window::merged(of);
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i < all.size(); ++i) out.push_back(all[i].place);
    return out;
  };
  EXPECT_EQ(places({&first, &again, &other}), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_EQ(places({&again, &other}), (std::vector<std::uint64_t>{2, 4})) << "once the first is erased";
  EXPECT_EQ(places({&first, &late}), (std::vector<std::uint64_t>{1, 3})) << "a week later it is another";
  EXPECT_EQ(places({&none, &none_too}), (std::vector<std::uint64_t>{5, 6})) << "without an id each counts";
}

TEST(Apply, AVisitorsOwnRecordHoldsTheNewestSessionsAndAllSpends) {
  SessionPtr visitor;
  for (std::uint64_t i = 1; i <= 105; ++i)
    visitor = applied(visitor, visit("s" + std::to_string(i), i, {{7, instant_ms(200 - static_cast<int>(i)), i}}));
  EXPECT_TRUE(is_own_record(visitor->id.view()));
  EXPECT_TRUE(visitor->visitor.empty()) << "no list of a visitor's sessions shows it";
  ASSERT_EQ(visitor->sessions.size(), Session::kSessionsJoined);
  EXPECT_EQ(visitor->sessions.front().id.text, "s6");
  EXPECT_EQ(visitor->spends.size(), 105u);
  EXPECT_EQ(visitor->spends.front().session, 105u);
  auto again = visit("s6", 6);
  again.joined = true;
  EXPECT_EQ(applied(visitor, again)->sessions.back().id.text, "s6") << "it begins anew";
}

TEST(Apply, NothingOfASessionThatLeftStaysWithItsVisitor) {
  SessionPtr visitor =
      applied(applied(nullptr, visit("s1", 1, {{7, instant_ms(60), 1}})), visit("s2", 2, {{7, instant_ms(70), 2}}));
  visitor = applied(visitor, visit("", 1));
  ASSERT_EQ(visitor->sessions.size(), 1u);
  EXPECT_EQ(visitor->sessions[0].id.text, "s2");
  EXPECT_EQ(visitor->spends, (std::vector<Spend>{{7, instant_ms(70), 2}}));
  EXPECT_EQ(applied(visitor, visit("", 2)), nullptr);
}

TEST(Codec, AJournalRowReadsBackWhatWasWritten) {
  const auto hash = [](std::string_view handle, std::string_view session) {
    return SessionDigest{remembered(handle), remembered(session)};
  };
  std::string row;
  auto record = append({signal("view", 10, 1), signal("cart", 11, 2)});
  record.signals[1].value = "add";
  record.signals[1].has_value = true;
  record.context = {{"country", "US"}};
  record.ids = {7, 8};
  record.visitor = "jon";
  record.proven = true;
  record.anonymous = "a-1";
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
  EXPECT_TRUE(read.proven && !read.fresh);
  const auto head = decode_append_head(item->bytes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->handle, "demo");
  EXPECT_EQ(head->visitor, "jon");
  EXPECT_EQ(head->received, record.received);
  EXPECT_TRUE(head->has_signals);
  EXPECT_FALSE(decode_append_head(item->bytes.substr(0, 40)));
  EXPECT_EQ(read.anonymous, "a-1");
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.damaged());
}

TEST(Session, KeepsTheFirstBrowserThatItCameWith) {
  auto record = append({signal("view", 10, 1)});
  record.visitor = "jon";
  record.anonymous = "a-1";
  SessionPtr session = applied(nullptr, record);
  EXPECT_EQ(session->browser(), "a-1");
  record.anonymous = "a-2";
  session = applied(session, record);
  EXPECT_EQ(session->browser(), "a-1");
  record.consent = Consent::kBasic;
  EXPECT_EQ(applied(session, record)->browser(), "");

  auto before_login = append({signal("view", 10, 1)});
  const VisitorId share = share_id("a-3", 2);
  before_login.visitor = share.view();
  session = applied(nullptr, before_login);
  EXPECT_EQ(session->browser(), "a-3");
  before_login.visitor = "jon";
  session = applied(session, before_login);
  EXPECT_EQ(session->visitor.view(), "jon");
  EXPECT_EQ(session->browser(), "a-3");
  const auto stored = decode_snapshot({.bytes = encode_snapshot(*session)});
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->session->browser(), "a-3");
}

TEST(Codec, ASnapshotFromBeforeBrowsersWereKeptIsReadWithoutOne) {
  auto record = append({signal("view", 10, 1)});
  record.visitor = "jon";
  record.anonymous = "a-1";
  const SessionPtr session = applied(nullptr, record);
  std::string bytes = encode_snapshot(*session);
  bytes[0] = 6;
  const std::size_t at = bytes.find("\3a-1");
  ASSERT_NE(at, std::string::npos);
  const auto stored = decode_snapshot({.bytes = bytes.erase(at, 4)});
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->session->browser(), "");
  EXPECT_EQ(stored->session->visitor.view(), "jon");
  EXPECT_EQ(stored->session->window.size(), 1u);
}

TEST(Codec, ABrowserIsErasedFromTheRecordsOfASessionThatGivesUpItsConsent) {
  const SessionDigest digest{1, 2};
  auto record = append({signal("view", 10, 1)});
  record.visitor = "jon";
  record.anonymous = "a-1";
  std::string row;
  append_record(row, digest, record);
  const Ledger::Erasure reduces{.digest = digest, .up_to = 9, .reduce = true};
  const auto left = without(row, 1, {&reduces, 1});
  ASSERT_TRUE(left);
  EXPECT_EQ(left->find("a-1"), std::string::npos);
  EXPECT_EQ(left->find("jon"), std::string::npos);
}

TEST(Codec, ADecisionReadsBackWithAllThatBelongsToIt) {
  const PastDecision past{.id = "dec_1",
                          .trigger = "checkout",
                          .outcome = "act",
                          .rule = "r",
                          .variant = "b",
                          .hold = Hold::kRender,
                          .at = instant_ms(50),
                          .shown = true,
                          .reading = 0xfedcba9876543210,
                          .beside = {{"r0", "", "suppressed", false, Hold::kLimit},
                                     {"s", "a", "act", true},
                                     {"t", "", "suppressed", true, Hold::kRender}}};
  const std::string bytes = encode_past(past);
  auto record = decision(bytes);
  record.seen = record.shown = record.basic = record.proven = true;
  record.spends = {{7, instant_ms(50), 9}};
  std::string row;
  append_record(row, SessionDigest{1, 2}, record);
  const auto back = decode_record(row);
  ASSERT_TRUE(back);
  const auto& read = std::get<DecisionRecord>(*back);
  EXPECT_TRUE(read.seen && read.shown && read.basic && read.proven);
  EXPECT_EQ(read.spends, record.spends);
  EXPECT_EQ(past_id(read.past), "dec_1");
  const auto all = past_decisions({.bytes = std::string(read.past), .count = 1});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].reading, past.reading);
  EXPECT_EQ(all[0].hold, past.hold);
  EXPECT_EQ(all[0].beside, past.beside);
}

TEST(Codec, ADecisionOfAMessageByValueKeepsWhatItWaitedFromAndOthersAreWrittenAsBefore) {
  const PastDecision plain{.id = "dec_1", .at = instant_ms(50), .beside = {{"r0", "", "suppressed", false}}};
  PastDecision by_value = plain;
  by_value.anchor = 300;
  const std::string bytes = encode_past(plain) + encode_past(by_value);
  const auto all = past_decisions({.bytes = bytes, .count = 2});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].anchor, 0u);
  EXPECT_EQ(all[1].anchor, 300u);
  EXPECT_EQ(all[1].beside, plain.beside);
  // As written by a version without anchors: ends after the last of `beside`.
  EXPECT_EQ(encode_past(by_value).size(), encode_past(plain).size() + 2);
}

TEST(Codec, ADecisionWrittenBeforeThereWereSpendsIsStillRead) {
  std::string past = encode_past({.id = "dec_1", .outcome = "none"});
  past.resize(past.size() - 9);  // reading and beside
  past[0] = static_cast<char>(past.size() - 1);
  std::string row;
  append_record(row, SessionDigest{1, 2}, decision(past));
  row.pop_back();  // spends
  row[1] = static_cast<char>(row.size() - 2);
  const auto back = decode_record(row);
  ASSERT_TRUE(back);
  const auto all = past_decisions({.bytes = std::string(std::get<DecisionRecord>(*back).past), .count = 1});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].outcome, "none");
  EXPECT_EQ(all[0].reading, 0u);
}

TEST(Codec, AVisitorsRecordGoesByTheSessionThatItIsDueTo) {
  auto record = visit("s1", 5, {{7, instant_ms(50), 5}});
  record.fresh = record.joined = true;
  std::string row;
  append_record(row, record);
  const auto item = JournalReader(row).next();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->digest, record.of);
  const auto read = std::get<VisitorRecord>(*decode_record(item->bytes));
  EXPECT_TRUE(read.fresh && read.joined);
  EXPECT_EQ(read.own, record.own);
  EXPECT_EQ(read.spends, record.spends);
  EXPECT_EQ(read.expires_at, record.expires_at);
  const std::vector<Ledger::Erasure> erased{{record.of, 7, false}}, reduced{{record.of, 7, true}};
  EXPECT_EQ(without(row, 7, erased), "");
  EXPECT_EQ(without(row, 7, reduced), "") << "consent basic keeps nothing of a visitor";
  std::string left;
  append_record(left, visit("", 5));
  EXPECT_EQ(JournalReader(left).next()->digest, record.own);
  EXPECT_FALSE(without(left, 7, erased)) << "that it left must not be forgotten";
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

TEST(Codec, WhatNoSessionCanHoldIsDamage) {
  const auto reads = [](const AppendRecord& record) {
    std::string row;
    append_record(row, {1, 2}, record);
    return decode_record(row).has_value();
  };
  const std::string longest(255, 'k'), longer(256, 'k'), large(65'536, 'm');
  EXPECT_TRUE(reads(append({signal(longest, 1, 1)})));
  EXPECT_FALSE(reads(append({signal(longer, 1, 1)})));
  Signal with_metadata = signal("k", 1, 1);
  with_metadata.metadata = large;
  EXPECT_FALSE(reads(append({with_metadata})));
  EXPECT_FALSE(reads({.handle = "demo", .session = "s1", .received = Instant::min()}));
  EXPECT_FALSE(reads({.handle = "demo", .session = "s1", .expires_at = Instant::max()}));

  std::string row;
  auto placed = append({signal("a", 1, 1), signal("b", 2, 2)});
  placed.signals[0].place = 5, placed.signals[1].place = 6;
  append_record(row, {1, 2}, placed);
  ASSERT_EQ(row.back(), 5);
  row.back() = 0;  // which is not a valid place
  const auto unplaced = decode_record(row);
  ASSERT_TRUE(unplaced);
  for (const Signal& one : std::get<AppendRecord>(*unplaced).signals) EXPECT_EQ(one.place, 0u);

  Session session;
  session.decisions = {.bytes = encode_past(PastDecision{.id = "dec_1"}), .count = 1};
  EXPECT_TRUE(decode_snapshot({.bytes = encode_snapshot(session)}));
  session.decisions.count = 4'000'000'000;  // of which there are no bytes
  EXPECT_FALSE(decode_snapshot({.bytes = encode_snapshot(session)}));
}

TEST(Codec, ASnapshotReadsBackTheSameSession) {
  auto record = append({signal("view", 10, 1), signal("cart", 11, 2)});
  record.visitor = "v1";
  record.ids = {1, 2, 3};
  SessionPtr session = applied(nullptr, record);
  const std::string past =
      encode_past({.id = "dec_1", .trigger = "checkout", .outcome = "act", .rule = "r", .at = instant_ms(50)});
  for (int i = 0; i < 173; ++i)
    session = applied(session, DecisionRecord{.handle = "demo", .session = "s1", .past = past});
  const auto back = decode_snapshot({encode_snapshot(*session), 42});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->as_of, 42u);
  EXPECT_EQ(encode_snapshot(*back->session), encode_snapshot(*session));
  const auto decisions = past_decisions(back->session->decisions);
  ASSERT_EQ(decisions.size(), DecisionLog::kKept);
  EXPECT_EQ(decisions[0].rule, "r");
  EXPECT_LT(back->session->decisions.count, 2 * DecisionLog::kKept);
  EXPECT_EQ(back->session->unit(), "v1");
  EXPECT_FALSE(decode_snapshot({"x", 42}));
}

HeldSession packed(const Session& session) {
  HeldSession held;
  held.hold(std::make_shared<const Session>(session));
  held.rest();
  return held;
}

TEST(HeldSession, IsTheOwnRecordAsItWas) {
  std::mt19937 dice(3);
  for (int round = 0; round < 200; ++round) {
    const auto up_to = [&](unsigned most) { return static_cast<unsigned>(dice()) % (most + 1); };
    Session own;
    own.handle = Handle{"acme"};
    own.id = own_record(std::string(up_to(40), 'j'));
    own.created = instant_ms(up_to(1'000'000));
    own.last_received = instant_ms(2'000'000'000'000 + up_to(9));
    own.expires_at = instant_ms(-5);
    own.began = std::uint64_t{up_to(3)} << 40;
    std::int64_t at = 1'800'000'000'000;
    for (unsigned n = up_to(round % 2 == 0 ? 3 : 60); n > 0; --n)
      own.spends.push_back(
          {.key = std::uint64_t{up_to(4)} << 61, .at = instant_ms(at += up_to(90'000)), .session = up_to(3)});
    for (unsigned n = up_to(3); n > 0; --n)
      own.sessions.push_back({SessionId{"s" + std::to_string(n)}, {.high = dice(), .low = dice()}, instant_ms(n)});
    if (up_to(1) == 1)
      own.identity = std::make_shared<Identity>(Identity{.owner = VisitorId{"jon"}, .share = up_to(2)});
    Traits traits;
    take(traits, {.name = "plan", .value = "\"pro\"", .rank = 2, .source = "crm", .stamp = {instant_ms(7), 1}});
    if (up_to(1) == 1) own.traits = std::make_shared<PackedTraits>(up_to(3) == 0 ? Traits{} : traits);
    if (up_to(1) == 1)
      own.counted = std::make_shared<Counted>(Counted{.all = {{.counter = 1, .session = 2, .count = 3}}});
    const HeldSession rested = packed(own);
    const SessionPtr back = rested.session();
    ASSERT_EQ(encode_snapshot(*back), encode_snapshot(own));
    EXPECT_EQ(back->began, own.began);
    EXPECT_EQ(back->spends, own.spends);
    EXPECT_EQ(back->traits == nullptr, own.traits == nullptr);
    EXPECT_EQ(rested.head().handle, "acme");
    EXPECT_EQ(rested.head().id, own.id.view());
    EXPECT_EQ(rested.head().expires_at, own.expires_at);
    EXPECT_LT(rested.bytes(), own.bytes() / 2);
  }
  EXPECT_FALSE(HeldSession().is_rested());
  EXPECT_EQ(HeldSession().bytes(), 0u);
}

TEST(HeldSession, IsTheSessionAsItWas) {
  std::mt19937 dice(4);
  const auto up_to = [&](unsigned most) { return static_cast<unsigned>(dice()) % (most + 1); };
  const std::vector<std::string> keys{"view", "cart", std::string(255, 'k'), "scroll"},
      texts{"", "a", std::string(700, 't')};
  for (int round = 0; round < 200; ++round) {
    SessionPtr session;
    std::uint64_t version = 0;
    for (unsigned n = up_to(3) * 60; n > 0; --n) {
      Signal one = signal(keys[up_to(3)], 1'800'000'000'000 + up_to(9'000), ++version);
      one.received = instant_ms(1'800'000'000'000 + version * 40);
      one.place = up_to(3) == 0 ? 0 : (std::uint64_t{1} << 40) + version;
      one.is_read = up_to(1) == 0;
      one.has_value = up_to(1) == 0;
      if (one.has_value) one.value = texts[up_to(2)];
      one.source = texts[up_to(8) == 0 ? 1 : 0];
      one.metadata = up_to(3) == 0 ? R"({"sku":"shoe-7"})" : "";
      const std::string id = "id-" + std::to_string(version);
      if (up_to(1) == 0) one.id = id;
      if (up_to(3) == 0) one.confidence = static_cast<std::int32_t>(up_to(1'000'000));
      if (up_to(9) == 0) one.said = instant_ms(up_to(1) == 0 ? -1 : 1'800'000'700'000);
      AppendRecord record = append({one});
      record.fresh = version == 1;
      record.received = one.received;
      if (!one.id.empty()) record.ids = {remembered(one.id)};
      if (up_to(9) == 0) record.context = {{"country", "US"}};
      if (round % 3 == 0) record.visitor = "jon";
      session = applied(session, record, 7);
    }
    if (!session) continue;
    Session all = *session;
    for (unsigned n = up_to(3); n > 0; --n) {
      all.shown.push_back(n);
      all.done.push_back({.rule = n, .version = n + 300});
      all.spends.push_back({.key = n, .at = instant_ms(n * 10), .session = 3});
    }
    std::ranges::reverse(all.spends);
    all.begun_by_visitor = up_to(1) == 0;
    all.anonymous = up_to(1) == 0 ? "a-7" : "";
    all.consent = up_to(5) == 0 ? Consent::kBasic : Consent::kFull;
    const HeldSession rested = packed(all);
    const SessionPtr back = rested.session();
    ASSERT_EQ(encode_snapshot(*back), encode_snapshot(all));
    EXPECT_EQ(back->began, all.began);
    std::vector<Signal> expected;
    for (std::size_t i = 0; i < all.window.size(); ++i) expected.push_back(all.window[i]);
    expect_holds(back->window, expected);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(back->window[i].is_read, expected[i].is_read);
    const HeldSession::Head head = rested.head();
    EXPECT_EQ(head.id, all.id.view());
    EXPECT_EQ(head.visitor, all.visitor.view());
    EXPECT_EQ(head.created, all.created);
    EXPECT_EQ(head.last_received, all.last_received);
    EXPECT_EQ(head.version, all.version);
    // It changes as the original would.
    AppendRecord next = append({signal("next", 1'800'000'020'000, version + 1)});
    EXPECT_EQ(encode_snapshot(*applied(back, next)), encode_snapshot(*applied(std::make_shared<Session>(all), next)));
  }
}

TEST(HeldSession, IsTheSameSessionPackedOrNot) {
  const auto session = std::make_shared<Session>();
  session->handle = Handle{"acme"};
  session->id = own_record("jon");
  session->spends = {{.key = 1, .at = instant_ms(2), .session = 3}};
  HeldSession held;
  EXPECT_EQ(held.bytes(), 0u);
  held.hold(session);
  EXPECT_EQ(held.awake(), session);
  EXPECT_EQ(held.head().id, "@jon");
  const std::size_t awake = held.bytes();
  held.rest();
  EXPECT_TRUE(held.is_rested());
  EXPECT_LT(held.bytes(), awake);
  EXPECT_EQ(held.head().id, "@jon");
  EXPECT_EQ(held.session()->spends, session->spends);
  HeldSession other = std::move(held);
  other.wake();
  EXPECT_EQ(other.awake()->spends, session->spends);
  other.hold(session);
  EXPECT_EQ(other.awake(), session);
  other.rest();
  other.hold(session);  // one that is packed is replaced as well
  EXPECT_EQ(other.awake(), session);
}

TEST(HeldSession, OfFiftyPlainSignalsTakesASixthOfTheMemory) {
  SessionPtr session;
  for (std::uint64_t version = 1; version <= 50; ++version) {
    const auto at = static_cast<std::int64_t>(1'800'000'000'000 + version * 3'217);
    AppendRecord record = append({signal(version % 5 == 0 ? "cart" : "view", at, version)});
    record.fresh = version == 1;
    record.received = instant_ms(at + 5);
    record.signals[0].place = (std::uint64_t{1} << 33) + version * 100;
    session = applied(session, record, 7);
  }
  EXPECT_LT(packed(*session).bytes() * 6, session->bytes());
}

TEST(Codec, PlacesInTheJournalReadBackFromARecordAndFromASnapshot) {
  AppendRecord record = append({signal("cart", 10, 1), signal("view", 10, 2)});
  record.signals[0].place = std::uint64_t{3} << 40;
  record.signals[1].place = record.signals[0].place + 1;
  std::string row;
  append_record(row, SessionDigest{1, 2}, record);
  const auto read = decode_record(JournalReader(row).next()->bytes);
  const SessionPtr session = applied(nullptr, std::get<AppendRecord>(*read));
  EXPECT_EQ(session->window[0].place, std::uint64_t{3} << 40);
  EXPECT_EQ(session->window[1].place, (std::uint64_t{3} << 40) + 1);
  const auto back = decode_snapshot({encode_snapshot(*session), 42});
  ASSERT_TRUE(back);
  for (std::size_t i : {0u, 1u}) EXPECT_EQ(back->session->window[i].place, session->window[i].place);
}

TEST(Codec, ASnapshotKeepsSpendsShownDecisionsAndAVisitorsSessions) {
  const SessionPtr visitor = applied(nullptr, visit("s1", 5, {{7, instant_ms(50), 5}}));
  const auto back = decode_snapshot({encode_snapshot(*visitor), 42});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->session->spends, visitor->spends);
  EXPECT_EQ(back->session->sessions, visitor->sessions);
  const std::string past = encode_past({.id = "dec_1"});
  auto shown = decision(past);
  shown.shown = true;
  EXPECT_EQ(decode_snapshot({encode_snapshot(*applied(nullptr, shown)), 42})->session->shown,
            std::vector{remembered("dec_1")});
}

TEST(Apply, ADelayedRuleIsDoneWithItsLastAnchor) {
  const auto done = [](std::string_view rule, std::uint64_t version) {
    return DoneRecord{.handle = "demo", .session = "s1", .done = {remembered(rule), version}};
  };
  SessionPtr session = applied(nullptr, append({signal("cart", 10, 1)}));
  EXPECT_EQ(session->done_anchor("r"), 0u);
  session = applied(applied(applied(session, done("r", 1)), done("q", 1)), done("r", 2));
  EXPECT_EQ(session->done_anchor("r"), 2u);
  EXPECT_EQ(session->done_anchor("q"), 1u);
  EXPECT_EQ(session->done.size(), 2u);
  EXPECT_EQ(decode_snapshot({encode_snapshot(*session), 42})->session->done, session->done);
  EXPECT_EQ(applied(nullptr, done("r", 1)), nullptr) << "the session is gone";
}

TEST(Apply, ADelayedRuleByValueIsDoneWithEachOfItsAnchors) {
  const auto done = [](std::uint64_t version) {
    return DoneRecord{.handle = "demo", .session = "s1", .done = {done_key("r", version), version}};
  };
  SessionPtr session = applied(nullptr, append({signal("cart", 10, 1)}));
  session = applied(applied(session, done(1)), done(3));
  EXPECT_TRUE(session->is_done("r", 1) && session->is_done("r", 3));
  EXPECT_FALSE(session->is_done("r", 2) || session->is_done("q", 1));
  EXPECT_EQ(session->done_anchor("r"), 0u);
  session = applied(session, DoneRecord{.handle = "demo", .session = "s1", .done = {remembered("r"), 2}});
  EXPECT_TRUE(session->is_done("r", 2) && session->is_done("r", 3)) << "whether the rule was by value then or not";
  EXPECT_EQ(decode_snapshot({encode_snapshot(*session), 42})->session->done, session->done);
}

TEST(Apply, OfAnchorsThatAreDoneThoseInTheWindowAreRemembered) {
  SessionPtr session = applied(nullptr, append({signal("cart", 10, 1)}));
  for (std::uint64_t version = 1; version <= 500; ++version) {
    session = applied(session, append({signal("cart", static_cast<std::int64_t>(10 + version), version + 1)}));
    session =
        applied(session, DoneRecord{.handle = "demo", .session = "s1", .done = {done_key("r", version), version}});
  }
  EXPECT_LT(session->done.size(), 300u);
  for (std::size_t i = 0; i < session->window.size(); ++i) {
    const std::uint64_t version = session->window[i].version;
    EXPECT_EQ(session->is_done("r", version), version <= 500) << version;
  }
}

TEST(Codec, ADoneAnchorReadsBackAndGoesWithItsSession) {
  std::string row;
  append_record(row, SessionDigest{5, 5},
                DoneRecord{.handle = "demo", .session = "s1", .done = {0xfedcba9876543210, 300}});
  const auto read = std::get<DoneRecord>(*decode_record(row));
  EXPECT_EQ(read.session, "s1");
  EXPECT_EQ(read.done, (DoneAnchor{0xfedcba9876543210, 300}));
  const std::vector<Ledger::Erasure> erased{{{5, 5}, 7, false}}, reduced{{{5, 5}, 7, true}};
  EXPECT_EQ(without(row, 7, erased), "");
  EXPECT_FALSE(without(row, 7, reduced)) << "consent basic keeps it";
}

TEST(Codec, SignalsPutBackReadBackAndLoseTheirMetadataWithTheConsent) {
  Signal one = signal("purchase", 5, 2), other = signal("purchase", 9, 7);
  one.metadata = R"({"amount":3})";
  one.place = 70, other.place = 20;
  const FilledRecord record{
      .handle = "demo", .session = "s1", .keys = {"cart", "purchase"}, .signals = {one, other}, .waiting = {2, 300}};
  const SessionDigest digest{5, 5};
  std::string row;
  append_record(row, digest, record);
  const auto read = std::get<FilledRecord>(*decode_record(row));
  EXPECT_EQ(read.keys, record.keys);
  EXPECT_EQ(read.waiting, record.waiting);
  ASSERT_EQ(read.signals.size(), 2U);
  EXPECT_EQ(read.signals[0].metadata, one.metadata);
  EXPECT_EQ(read.signals[0].place, 70U);
  EXPECT_EQ(read.signals[1].place, 20U);
  EXPECT_EQ(applied(nullptr, read), nullptr);
  const std::vector<Ledger::Erasure> reduced{{digest, 7, true}}, erased{{digest, 7, false}};
  EXPECT_EQ(std::get<FilledRecord>(*decode_record(*without(row, 1, reduced))).signals[0].metadata, "");
  EXPECT_EQ(without(row, 1, erased), "");
}

TEST(Codec, AnAppendSaysWhatStaysInTheWindow) {
  AppendRecord record = append({signal("view", 1, 1)});
  const SessionDigest digest{5, 5};
  std::string plain, waits;
  append_record(plain, digest, record);
  record.waiting = {7, 900};
  append_record(waits, digest, record);
  EXPECT_GT(waits.size(), plain.size());
  EXPECT_EQ(std::get<AppendRecord>(*decode_record(waits)).waiting, record.waiting);
  EXPECT_TRUE(std::get<AppendRecord>(*decode_record(plain)).waiting.empty());
}

TEST(Codec, TheTimeThatAClientSaidSurvivesJournalAndSnapshot) {
  auto record = append({signal("cart", 5'000, 1), signal("view", 6'000, 2)});
  record.signals[0].said = instant_ms(900);
  record.signals[0].place = 7;
  record.signals[1].place = 8;
  std::string journal;
  append_record(journal, {1, 2}, record);
  const auto read = decode_record(JournalReader(journal).next()->bytes);
  const auto& signals = std::get<AppendRecord>(*read).signals;
  EXPECT_EQ(signals[0].said, instant_ms(900));
  EXPECT_FALSE(signals[1].is_said_otherwise());
  EXPECT_EQ(signals[1].place, 8u);

  const auto session = applied(nullptr, record);
  const auto again = decode_snapshot({encode_snapshot(*session), 0})->session;
  EXPECT_EQ(again->window[0].said, instant_ms(900));
  EXPECT_FALSE(again->window[1].is_said_otherwise());
  EXPECT_EQ(again->window[1].place, 8u);
}

TEST(Codec, ASignalWithoutSuchATimeIsWrittenAsItAlwaysWas) {
  auto record = append({signal("v", 1, 1)});
  record.signals[0].has_value = true;
  std::string journal;
  append_record(journal, {0, 0}, record);
  const std::string_view flags_and_texts("\x01\x01v\0\0\0\0", 7);
  EXPECT_TRUE(journal.ends_with(flags_and_texts));
}

TEST(Codec, ASnapshotOfAnOlderFormatIsStillReadWithThePositionInIt) {
  auto record = append({signal("view", 10, 1)});
  record.visitor = "v1";
  std::string second = encode_snapshot(*applied(nullptr, record));
  second.replace(0, 1, "\x02\x2a");
  std::string first = second;
  first[0] = 1;
  first.resize(first.size() - 5);  // flags, and four empty lists
  for (const std::string& bytes : {first, second}) {
    const auto back = decode_snapshot({bytes, 0});
    ASSERT_TRUE(back);
    EXPECT_EQ(back->as_of, 42u);
    EXPECT_EQ(back->session->unit(), "v1");
    EXPECT_EQ(keys(back->session->window), "view ");
  }
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

TEST(Codec, WhatFollowsAnErasureInItsOwnRowIsANewLifeAndStays) {
  const SessionDigest digest{1, 1};
  auto before = append({signal("old", 10, 1)}), after = append({signal("new", 20, 1)}), basic = append({});
  std::string row;
  append_record(row, digest, before);
  append_record(row, ForgetRecord{digest});
  append_record(row, digest, after);
  const auto kept = without(row, 7, std::vector<Ledger::Erasure>{{digest, 7, false}});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->find("old"), std::string::npos);
  EXPECT_NE(kept->find("new"), std::string::npos);
  EXPECT_EQ(without(row, 7, std::vector<Ledger::Erasure>{{digest, 8, false}})->find("new"), std::string::npos)
      << "erased once more";

  for (auto* record : {&before, &after}) record->visitor = "v1";
  basic.consent = Consent::kBasic;
  row.clear();
  for (const auto* record : {&before, &basic, &after}) append_record(row, digest, *record);
  const auto reduced = without(row, 7, std::vector<Ledger::Erasure>{{digest, 7, true}});
  ASSERT_TRUE(reduced);
  JournalReader reader(*reduced);
  EXPECT_EQ(std::get<AppendRecord>(*decode_record(reader.next()->bytes)).visitor, "");
  reader.next();
  EXPECT_EQ(std::get<AppendRecord>(*decode_record(reader.next()->bytes)).visitor, "v1");
}

}  // namespace
}  // namespace beckon::ledger
