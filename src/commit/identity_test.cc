// Which visitor sessions belong to: browsers, claims, remembering, joins and splits. docs/people.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "commit/visitor.h"
#include "intake/testing/world.h"
#include "ledger/codec.h"

namespace beckon::commit {
namespace {

using ledger::SessionPtr;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;
const Instant kMorning = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kTenantName{"demo"};

constexpr const char* kOnce =
    R"({"triggers":["checkout"],"when":{},"limit":{"caps":[{"max":1,"per":"30d"}]},"action":{"type":"popup"}})";
constexpr const char* kBought =
    R"({"triggers":["home"],"when":{"all":[{"count":{"key":"purchase"},"within":"1d","atLeast":1,"scope":"visitor"}]},"action":{"type":"thanks"}})";

class IdentityTest : public testing::Test {
 protected:
  IdentityTest() { start(); }
  void start() {
    const Instant now = world ? world->clock.now() : kMorning;
    world.emplace(store, now);
    world->tenant(settings, {kOnce, kBought});
  }
  void set(HandleSettings now) {
    settings = std::move(now);
    world->tenant(settings, {kOnce, kBought});
  }

  // Signals of one key; with other members of the request, such as R"("anonymousId":"a")".
  Result<intake::Appended> say(std::string_view session, std::string_view who, std::string_view key = "view") {
    return world->append(R"({"sessionId":")" + std::string(session) + "\"," + std::string(who) +
                         R"(,"signals":[{"type":")" + std::string(key) + "\"}]}");
  }
  std::string outcome(std::string_view session, std::string_view who, std::string_view trigger) {
    const auto got = world->resolve(R"({"sessionId":")" + std::string(session) + "\"," + std::string(who) +
                                    R"(,"trigger":")" + std::string(trigger) + "\"}");
    return got ? std::string(rules::to_text(got->verdict.outcome)) : got.error().message;
  }
  VisitorReader reader() {
    return {[this](const auto&... of) { return world->sessions.find(of...); }, world->sessions, kTenantName,
            world->clock.now()};
  }
  std::string owner(std::string_view session) {
    const SessionPtr found = world->session(session);
    if (!found || found->visitor.empty()) return "";
    const auto name = reader().name(found->visitor);
    return std::string(ledger::shown_id(name->view()));
  }
  std::vector<std::string> ids(std::string_view visitor) {
    std::vector<std::string> shown;
    const auto records = reader().records(VisitorId{visitor});
    for (const SessionPtr& record : *records) shown.emplace_back(ledger::shown_id(id_of(*record)));
    return shown;
  }
  void alias(std::string_view visitor, std::string_view other) {
    EXPECT_FALSE(world->plan([&](Draft& draft) {
      return join(draft, kTenantName, VisitorId{visitor}, VisitorId{other}, draft.now() + settings.retention);
    }));
  }
  void undo(std::vector<VisitorId> leave) {
    EXPECT_FALSE(world->plan([&](Draft& draft) { return split(draft, kTenantName, leave); }));
  }

  // Splits off what leaves if these ids are to leave, as a request names them.
  void undo_of(std::string_view visitor, const std::vector<VisitorId>& listed) {
    const auto records = reader().records(VisitorId{visitor});
    undo(leaving(*records, listed));
  }
  // The identities of all own records, by id.
  std::map<std::string, ledger::Identity> identities() {
    std::map<std::string, ledger::Identity> all;
    const auto ids = *world->sessions.own_records(kTenantName, "@", "", 100);
    for (const SessionId& id : ids) all[id.text] = identity_of(world->session(id.view()));
    return all;
  }
  // One signal of the given members, such as R"("id":"1")".
  Result<intake::Appended> send(std::string_view session, std::string_view who, std::string_view signal) {
    return world->append(R"({"sessionId":")" + std::string(session) + "\"," + std::string(who) +
                         R"(,"signals":[{"type":"view",)" + std::string(signal) + "}]}");
  }

  void erase(std::string_view visitor) {
    const auto records = reader().records(VisitorId{visitor});
    std::vector<ledger::Joined> theirs;
    for (const SessionPtr& record : *records)
      theirs.insert(theirs.end(), record->sessions.begin(), record->sessions.end());
    EXPECT_FALSE(
        world->plan([&](Draft& draft) { return draft.forget_visitor(kTenantName, *records, theirs, "erased"); }));
  }
  void erase_session(std::string_view id) {
    EXPECT_FALSE(world->plan([&](Draft& draft) {
      return draft.forget(kTenantName, SessionId{id}, world->sessions.digest("demo", id), "erased", std::nullopt);
    }));
  }
  ledger::Identity ledger_identity(std::string_view browser) {
    return identity_of(world->session("@~" + std::string(browser)));
  }
  // In a snapshot, or in a journal row as it is read.
  bool is_on_disk(std::string_view text) {
    auto erasures = *store.ledger().erasures();
    std::ranges::sort(erasures, {}, &ledger::Ledger::Erasure::digest);
    bool found = false;
    EXPECT_TRUE(store.ledger().read_journal(0, [&](ledger::Position position, Instant, std::string_view row) {
      const auto left = ledger::without(row, position, erasures);
      found = found || (left ? std::string_view(*left) : row).find(text) != std::string_view::npos;
      return true;
    }));
    const auto ids = *store.ledger().own_records(kTenantName, "", "", 100);
    for (const SessionId& id : ids) {
      const auto stored = store.ledger().snapshot(kTenantName, id);
      found = found || (*stored && (*stored)->bytes.find(text) != std::string::npos);
    }
    return found;
  }

  store::MemoryStore store;
  HandleSettings settings;
  std::optional<intake::World> world;
};

constexpr const char* kBrowser = R"("anonymousId":"a-1")";
std::string says(std::string_view visitor, std::string_view browser = "a-1") {
  return R"("visitorId":")" + std::string(visitor) + R"(","anonymousId":")" + std::string(browser) + "\"";
}

TEST_F(IdentityTest, SessionsOfABrowserAreOneVisitorBeforeAnyoneIsSaid) {
  ASSERT_TRUE(say("s1", kBrowser, "purchase"));
  ASSERT_TRUE(say("s2", kBrowser));
  EXPECT_EQ(owner("s1"), "~a-1");
  EXPECT_EQ(owner("s2"), "~a-1");
  EXPECT_EQ(outcome("s2", kBrowser, "home"), "act");
  EXPECT_EQ(outcome("s3", R"("anonymousId":"a-2")", "home"), "none");
}

TEST_F(IdentityTest, AVisitorWhoIsSaidClaimsWhatTheBrowserDidBefore) {
  ASSERT_TRUE(say("s1", kBrowser, "purchase"));
  ASSERT_TRUE(say("s2", kBrowser));
  ASSERT_TRUE(say("s2", says("jon")));
  EXPECT_EQ(owner("s1"), "jon");
  EXPECT_EQ(owner("s2"), "jon");
  EXPECT_THAT(ids("jon"), ElementsAre("jon", "~a-1"));
  EXPECT_EQ(outcome("phone", says("jon", "a-2"), "home"), "act");
  start();
  EXPECT_EQ(owner("s1"), "jon");
  EXPECT_THAT(ids("jon"), ElementsAre("jon", "~a-1"));
}

TEST_F(IdentityTest, ABrowserJoinsNoTwoVisitors) {
  ASSERT_TRUE(say("s1", kBrowser));
  ASSERT_TRUE(say("s2", says("jon")));
  ASSERT_TRUE(say("s3", says("eva")));
  ASSERT_TRUE(say("s4", kBrowser));  // the last one named is remembered
  EXPECT_EQ(owner("s1"), "jon");
  EXPECT_EQ(owner("s2"), "jon");
  EXPECT_EQ(owner("s3"), "eva");
  EXPECT_EQ(owner("s4"), "eva");
  EXPECT_NE(*reader().name(VisitorId{"jon"}), *reader().name(VisitorId{"eva"}));
}

TEST_F(IdentityTest, ARememberedVisitorIsProvisionalAndASaidOneFinal) {
  ASSERT_TRUE(say("s1", says("jon")));
  ASSERT_TRUE(say("s2", kBrowser));
  EXPECT_EQ(owner("s2"), "jon");
  ASSERT_TRUE(say("s2", says("eva"), "purchase"));
  EXPECT_EQ(owner("s2"), "eva");
  EXPECT_EQ(outcome("s1", says("jon"), "home"), "none");
  const auto refused = say("s2", says("jon"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::kConflict);
  ASSERT_THAT(refused.error().extras, testing::SizeIs(1));
  EXPECT_EQ(refused.error().extras[0].second, "\"visitor\"");
}

TEST_F(IdentityTest, MemoryEndsAsTheSettingSays) {
  HandleSettings kiosk;
  kiosk.remember = std::nullopt;
  set(kiosk);
  ASSERT_TRUE(say("s1", says("jon")));
  ASSERT_TRUE(say("s2", kBrowser));
  EXPECT_EQ(owner("s2"), "~a-1");
  ASSERT_TRUE(say("s3", says("eva")));
  EXPECT_EQ(owner("s2"), "eva");

  kiosk.remember = 30min;
  set(kiosk);
  ASSERT_TRUE(say("s4", says("jon", "a-2")));
  world->clock.advance(29min);
  ASSERT_TRUE(say("s5", R"("anonymousId":"a-2")"));
  world->clock.advance(2min);
  ASSERT_TRUE(say("s6", R"("anonymousId":"a-2")"));
  EXPECT_EQ(owner("s5"), "jon");
  EXPECT_EQ(owner("s6"), "~a-2");
}

TEST_F(IdentityTest, AClaimReachesBackAsFarAsTheSettingSays) {
  HandleSettings tablet;
  tablet.claim = 30min;
  set(tablet);
  ASSERT_TRUE(say("old", kBrowser));
  world->clock.advance(40min);
  ASSERT_TRUE(say("recent", kBrowser));
  world->clock.advance(20min);
  ASSERT_TRUE(say("now", kBrowser));
  ASSERT_TRUE(say("now", says("jon")));
  EXPECT_EQ(owner("old"), "~a-1");
  EXPECT_EQ(owner("recent"), "jon");
  EXPECT_EQ(owner("now"), "jon");
}

TEST_F(IdentityTest, ACapHoldsOverAllThatAVisitorIs) {
  EXPECT_EQ(outcome("s1", kBrowser, "checkout"), "act");
  EXPECT_EQ(outcome("s2", kBrowser, "checkout"), "suppressed");
  EXPECT_EQ(outcome("phone", says("jon", "a-2"), "checkout"), "act");
  ASSERT_TRUE(say("s2", says("jon")));
  EXPECT_EQ(outcome("phone", says("jon", "a-2"), "checkout"), "suppressed");
  EXPECT_EQ(outcome("s3", says("jon"), "checkout"), "suppressed");
  EXPECT_EQ(outcome("other", says("eva", "a-3"), "checkout"), "act");
}

// A request that names the visitor for the first time: evaluated with the data of both.
TEST_F(IdentityTest, TheDecisionThatNamesAVisitorSeesWhatTheyDid) {
  ASSERT_TRUE(say("elsewhere", says("jon", "a-2"), "purchase"));
  EXPECT_EQ(outcome("new", says("jon"), "home"), "act");
  ASSERT_TRUE(say("before", R"("anonymousId":"a-3")", "purchase"));
  EXPECT_EQ(outcome("after", says("eva", "a-3"), "home"), "act");
  EXPECT_EQ(owner("before"), "eva");
  EXPECT_EQ(outcome("remembered", R"("anonymousId":"a-2")", "home"), "act");
  EXPECT_EQ(owner("remembered"), "jon");
}

TEST_F(IdentityTest, JoinedIdsAreOneVisitorUntilTheyAreSplit) {
  ASSERT_TRUE(say("s1", says("jon")));
  ASSERT_TRUE(say("s0", R"("anonymousId":"a-9")", "purchase"));
  ASSERT_TRUE(say("s2", says("jon@work", "a-9")));
  EXPECT_EQ(outcome("s2", says("jon@work", "a-9"), "checkout"), "act");
  const auto identities = [&] {
    std::vector<std::shared_ptr<const ledger::Identity>> all;
    for (const char* id : {"@jon", "@jon@work",
                           "@~a-9\x1f"
                           "1"})
      all.push_back(world->session(id)->identity);
    return all;
  };
  const auto before = identities();
  world->clock.advance(1min);
  alias("jon", "jon@work");
  EXPECT_THAT(ids("jon"), UnorderedElementsAre("jon", "jon@work", "~a-9"));
  EXPECT_EQ(ids("jon@work"), ids("jon"));
  EXPECT_EQ(outcome("s1", says("jon"), "home"), "act");
  EXPECT_EQ(outcome("s1", says("jon"), "checkout"), "suppressed");
  EXPECT_TRUE(say("s1", says("jon@work")));  // the same visitor under another id
  start();
  EXPECT_THAT(ids("jon@work"), UnorderedElementsAre("jon", "jon@work", "~a-9"));

  undo({VisitorId{"jon@work"}, ledger::share_id("a-9", 1)});
  EXPECT_THAT(ids("jon"), ElementsAre("jon"));
  EXPECT_THAT(ids("jon@work"), ElementsAre("jon@work", "~a-9"));
  EXPECT_EQ(outcome("s1", says("jon"), "home"), "none");
  const auto after = identities();
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(before[i] == nullptr, after[i] == nullptr) << i;
    if (before[i]) {
      EXPECT_EQ(*before[i], *after[i]) << i;
    }
  }
}

TEST_F(IdentityTest, AnIdThatIsJoinedBeforeItWasSeenIsOneOfTheVisitor) {
  ASSERT_TRUE(say("s1", R"("visitorId":"jon")"));
  alias("jon", "crm-17");
  ASSERT_TRUE(say("s2", R"("visitorId":"crm-17")", "purchase"));
  EXPECT_EQ(owner("s2"), "jon");
  EXPECT_EQ(outcome("s1", R"("visitorId":"jon")", "home"), "act");
}

TEST_F(IdentityTest, IdsLiveAsLongAsTheVisitor) {
  ASSERT_TRUE(say("s1", R"("visitorId":"jon")"));
  ASSERT_TRUE(say("s2", R"("visitorId":"crm-17")"));
  alias("jon", "crm-17");
  for (int day = 0; day < 60; ++day) {
    world->clock.advance(24h);
    ASSERT_TRUE(say("d" + std::to_string(day), R"("visitorId":"jon")"));
  }
  ASSERT_TRUE(say("late", R"("visitorId":"crm-17")"));
  EXPECT_EQ(owner("late"), "jon");
}

TEST_F(IdentityTest, NothingIsClaimedOfAnAccountOfManyBrowsers) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(say("b" + std::to_string(i), R"("anonymousId":"b-)" + std::to_string(i) + "\""));
    ASSERT_TRUE(say("b" + std::to_string(i), says("shared", "b-" + std::to_string(i))));
    ASSERT_TRUE(say("c" + std::to_string(i), R"("anonymousId":"b-)" + std::to_string(i) + "\""));
  }
  ASSERT_TRUE(say("t0", R"("anonymousId":"b-20")"));
  const auto answer = say("t1", says("shared", "b-20"));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->too_many_browsers);
  EXPECT_EQ(owner("t0"), "~b-20");
  EXPECT_EQ(owner("t1"), "shared");
  world->clock.advance(25h);
  ASSERT_TRUE(say("t2", says("shared", "b-20")));
  EXPECT_EQ(owner("t0"), "shared");
}

TEST_F(IdentityTest, WhatASessionHasDoneIsCountedOnceWhenItSaysWhomItsBrowserRemembers) {
  world->tenant(
      settings,
      {R"({"triggers":["checkout"],"when":{},"limit":{"caps":[{"max":2,"per":"30d"}]},"action":{"type":"popup"}})"});
  ASSERT_TRUE(say("s1", says("jon")));
  ASSERT_TRUE(say("s2", kBrowser));
  ASSERT_EQ(owner("s2"), "jon");
  EXPECT_EQ(outcome("s2", kBrowser, "checkout"), "act");
  EXPECT_EQ(outcome("s2", says("jon"), "checkout"), "act");
  EXPECT_EQ(outcome("s2", says("jon"), "checkout"), "suppressed");
}

TEST_F(IdentityTest, ABrowserForgetsAVisitorWhoIsErasedThoughNothingOfItWasClaimed) {
  ASSERT_TRUE(say("s1", says("jon")));
  ASSERT_NE(world->session("@~a-1"), nullptr);
  erase("jon");
  EXPECT_EQ(world->session("@~a-1"), nullptr);
  EXPECT_FALSE(is_on_disk("jon"));
  ASSERT_TRUE(say("s2", kBrowser));
  EXPECT_EQ(owner("s2"), "~a-1");
}

TEST_F(IdentityTest, ABrowserForgetsAVisitorWithTheLastSessionInWhichTheyWereSaid) {
  for (const char* session : {"s1", "s2"}) ASSERT_TRUE(say(session, says("jon")));
  erase_session("s1");
  EXPECT_EQ(ledger_identity("a-1").said.view(), "jon");
  ASSERT_TRUE(say("s2", R"("consent":"basic")"));
  EXPECT_EQ(world->session("@~a-1"), nullptr);
  EXPECT_EQ(world->session("@jon"), nullptr);
  start();
  EXPECT_EQ(world->session("@~a-1"), nullptr);
  EXPECT_FALSE(is_on_disk("jon"));
}

TEST_F(IdentityTest, AfterABrowserHasForgottenAVisitorItsNewSessionsAreNobodyElses) {
  ASSERT_TRUE(say("s1", kBrowser));
  ASSERT_TRUE(say("s1", says("ann")));
  ASSERT_TRUE(say("s2", kBrowser));  // remembered as ann's
  ASSERT_TRUE(say("s3", says("jon")));
  ASSERT_TRUE(say("s4", kBrowser));  // remembered as jon's
  ASSERT_TRUE(say("s5", says("ann")));
  ASSERT_EQ(owner("s4"), "jon");
  erase("ann");
  EXPECT_EQ(ledger_identity("a-1").said.view(), "");
  for (const char* session : {"s6", "s7"}) {
    ASSERT_TRUE(say(session, kBrowser));
    EXPECT_EQ(owner(session), "~a-1");
  }
  ASSERT_TRUE(say("s8", says("eva")));
  EXPECT_EQ(owner("s6"), "eva");
  ASSERT_TRUE(say("s9", kBrowser));
  EXPECT_EQ(owner("s9"), "eva");
  EXPECT_EQ(owner("s4"), "jon");
}

TEST_F(IdentityTest, ASessionWithoutFullConsentHasNoBrowser) {
  ASSERT_TRUE(say("s1", R"("consent":"basic","anonymousId":"a-1")"));
  EXPECT_EQ(owner("s1"), "");
  ASSERT_TRUE(say("s2", kBrowser));
  ASSERT_TRUE(say("s2", R"("consent":"basic","anonymousId":"a-1")"));
  EXPECT_EQ(owner("s2"), "");
  EXPECT_EQ(world->session("@~a-1\x1f"
                           "1"),
            nullptr);
  ASSERT_TRUE(say("s3", says("jon")));
  EXPECT_THAT(ids("jon"), ElementsAre("jon"));
}

// Two people on one browser: before eva, it was jon's, and what came before him.
class SharedBrowserTest : public IdentityTest {
 protected:
  SharedBrowserTest() {
    EXPECT_TRUE(say("s0", kBrowser));
    EXPECT_TRUE(say("s1", says("jon")));
    EXPECT_TRUE(say("s2", says("eva")));
    EXPECT_TRUE(say("s3", kBrowser));
  }
  std::vector<std::string> owners() { return {owner("s0"), owner("s1"), owner("s2"), owner("s3")}; }
};

TEST_F(SharedBrowserTest, AJoinOfThemIsUndoneByNamingTheOneWhoCameWithTheBrowserOrWithout) {
  const VisitorId jon{"jon"}, eva{"eva"}, browser{"~a-1"};
  const auto before = identities();
  for (const auto& [name, other] : {std::pair{jon, eva}, std::pair{eva, jon}})
    for (const auto& listed : std::vector<std::vector<VisitorId>>{{jon}, {jon, browser}, {eva}, {eva, browser}}) {
      world->clock.advance(1min);
      alias(name.view(), other.view());
      EXPECT_THAT(owners(), testing::Each(name.text));
      undo_of(name.view(), listed);
      EXPECT_THAT(owners(), ElementsAre("jon", "jon", "eva", "eva"));
      EXPECT_EQ(identities(), before);
    }
  start();
  EXPECT_EQ(identities(), before);
}

TEST_F(SharedBrowserTest, ItsSharesLeaveTogetherWhenNoVisitorIdLeavesWithOneOfThem) {
  alias("jon", "eva");
  alias("jon", "crm-17");
  undo_of("jon", {VisitorId{"crm-17"}, VisitorId{"~a-1"}});
  EXPECT_THAT(ids("crm-17"), ElementsAre("crm-17", "~a-1", "~a-1"));
  EXPECT_THAT(ids("jon"), ElementsAre("jon", "eva"));
  EXPECT_EQ(identity_of(world->session("@" + ledger::share_id("a-1", 2).text)).said.view(), "")
      << "no share names who is not of its visitor";
}

TEST_F(SharedBrowserTest, WhatOneClaimsWhileTheyAreJoinedLeavesWithTheOne) {
  alias("jon", "eva");
  ASSERT_TRUE(say("s4", R"("anonymousId":"a-2")"));
  ASSERT_TRUE(say("s5", says("eva", "a-2")));
  ASSERT_TRUE(say("s6", R"("anonymousId":"a-2")"));
  ASSERT_EQ(owner("s4"), "jon");
  undo_of("jon", {VisitorId{"eva"}});
  EXPECT_EQ(owner("s4"), "eva");
  EXPECT_EQ(owner("s6"), "eva");
  EXPECT_THAT(ids("jon"), ElementsAre("jon", "~a-1"));
}

TEST_F(SharedBrowserTest, AShareThatNobodyHadClaimedLeavesByTheIdOfTheBrowserAlone) {
  const VisitorId browser{"~a-1"}, first = ledger::share_id("a-1", 1);
  undo({first});
  alias("eva", first.view());
  ASSERT_THAT(owners(), ElementsAre("eva", "jon", "eva", "eva"));
  ASSERT_TRUE(say("s4", R"("anonymousId":"a-2")"));
  ASSERT_TRUE(say("s4", says("eva", "a-2")));
  undo_of("eva", {browser});
  EXPECT_THAT(owners(), ElementsAre("~a-1", "jon", "eva", "eva"));
  alias("eva", first.view());
  undo_of("eva", {first});
  EXPECT_THAT(owners(), ElementsAre("~a-1", "jon", "eva", "eva"));
  undo_of("eva", {browser});  // all that is left of it
  EXPECT_THAT(owners(), ElementsAre("~a-1", "jon", "eva", "~a-1"));
}

TEST_F(IdentityTest, AVisitorWithoutAnotherVisitorIdLosesOnlyTheIdsThatAreNamed) {
  ASSERT_TRUE(say("s1", kBrowser));
  ASSERT_TRUE(say("s1", says("jon")));
  undo_of("jon", {VisitorId{"jon"}});
  EXPECT_THAT(ids("jon"), ElementsAre("jon"));
  EXPECT_THAT(ids(ledger::share_id("a-1", 1).view()), ElementsAre("~a-1"));
}

TEST_F(IdentityTest, AJoinThroughAnyIdKeepsTheNameOfTheVisitor) {
  for (const char* id : {"jon", "jon-2", "eva"})
    ASSERT_TRUE(say("of-" + std::string(id), R"("visitorId":")" + std::string(id) + "\""));
  alias("jon", "jon-2");
  const auto before = identities();
  world->clock.advance(1min);
  alias("jon-2", "eva");
  EXPECT_THAT(ids("eva"), ElementsAre("jon", "jon-2", "eva"));
  undo_of("jon-2", {VisitorId{"eva"}});
  EXPECT_EQ(identities(), before);
}

TEST_F(IdentityTest, ARequestThatBringsNothingNewOrIsOlderDoesNotTurnABrowserBack) {
  ASSERT_TRUE(send("s1", says("jon"), R"("id":"1")"));
  world->clock.advance(1h);
  ASSERT_TRUE(send("s2", says("eva"), R"("id":"2")"));
  world->clock.advance(1min);
  const auto repeated = send("s1", says("jon"), R"("id":"1")");
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->accepted, 0u);
  ASSERT_TRUE(say("a1", kBrowser));
  EXPECT_EQ(owner("a1"), "eva");
  ASSERT_TRUE(send("s1", says("jon"), R"("id":"3","age":60001)"));
  ASSERT_TRUE(send("late", says("jon"), R"("id":"4","age":90000)"));  // a session that was not seen before
  EXPECT_EQ(owner("late"), "jon");
  ASSERT_TRUE(say("a2", kBrowser));
  EXPECT_EQ(owner("a2"), "eva");
  ASSERT_TRUE(send("s1", says("jon"), R"("id":"5","age":59000)"));
  ASSERT_TRUE(say("a3", kBrowser));
  EXPECT_EQ(owner("a3"), "jon");
}

TEST_F(IdentityTest, ARequestThatBringsNothingNewClaimsNothingThatCameAfterIt) {
  HandleSettings kiosk;
  kiosk.remember = std::nullopt;
  set(kiosk);
  ASSERT_TRUE(send("s1", says("jon"), R"("id":"1")"));
  ASSERT_TRUE(say("s2", kBrowser));
  ASSERT_TRUE(send("s1", says("jon"), R"("id":"1")"));
  EXPECT_EQ(owner("s2"), "~a-1");
  // A repeated signal that names the visitor for the first time is no repetition.
  ASSERT_TRUE(send("s3", kBrowser, R"("id":"3")"));
  ASSERT_TRUE(send("s3", says("eva"), R"("id":"3")"));
  EXPECT_EQ(owner("s2"), "eva");
}

TEST_F(IdentityTest, ABrowserDoesNotRememberAVisitorWhoseIdIsBlocked) {
  ASSERT_TRUE(say("s0", kBrowser));
  ASSERT_TRUE(say("s1", says("Till 3")));
  HandleSettings blocking;
  blocking.blocked_ids.add(VisitorId{"till 3"});
  set(blocking);
  ASSERT_TRUE(say("s2", says("Till 3")));
  ASSERT_TRUE(say("s3", kBrowser));
  EXPECT_EQ(owner("s1"), "Till 3");
  EXPECT_EQ(owner("s2"), "~a-1");
  EXPECT_EQ(owner("s3"), "~a-1");
  ASSERT_TRUE(say("s4", says("eva")));
  EXPECT_EQ(owner("s3"), "eva");
  EXPECT_EQ(owner("s0"), "Till 3");
  ASSERT_TRUE(say("s5", kBrowser));
  EXPECT_EQ(owner("s5"), "eva");
}

}  // namespace
}  // namespace beckon::commit
