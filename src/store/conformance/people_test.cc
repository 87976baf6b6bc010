// Users, sign-ins and invitations, on every driver.
#include "access/jwt.h"
#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using access::InvitationRecord;
using access::Role;
using access::SignInRecord;

class PeopleOfAStore : public Conformance {
 protected:
  void SetUp() override {
    ASSERT_TRUE(directory().add_handle(kAcme, "owner@a", audit_entry("aud_h")));
    ASSERT_TRUE(directory().add_user("u@a", audit_entry("aud_u", after(5))));
  }
  AuditEntry audit(Instant at = kStart) { return audit_entry("aud_" + std::to_string(++audits_), at); }
  Result<void> sign_in(const std::string& token, int at, const std::string& user = "u@a", std::string subject = {},
                       std::string session = {}) {
    return directory().add_sign_in({.token = token,
                                    .user = user,
                                    .at = after(at),
                                    .until = after(at + 100),
                                    .way = "password",
                                    .address = "192.0.2.1",
                                    .agent = "Firefox",
                                    .provider = subject.empty() ? "" : "idp",
                                    .subject = subject,
                                    .provider_session = session},
                                   audit(after(at)));
  }
  std::string tokens(int at = 0, const std::string& user = "u@a") {
    std::string found;
    const auto all = directory().sign_ins_of(user, after(at)).value();
    for (const SignInRecord& one : all) found += one.token + " ";
    return found;
  }
  bool ended(const std::string& token) { return directory().standing_of(token, "u@a")->ended; }
  std::size_t end(access::SignInQuery query, int at = 1) {
    return directory().end_sign_ins(query, audit(after(at))).value();
  }
  InvitationRecord invitation(const std::string& id, const std::string& user, Role role = Role::kCreator) {
    return {.id = id,
            .hash = "hash of " + id,
            .handle = kAcme,
            .role = role,
            .user = user,
            .created_by = "owner@a",
            .created_at = after(1),
            .expires_at = after(50)};
  }
  std::string open_invitations() {
    std::string found;
    const auto all = directory().invitations(kAcme).value();
    for (const InvitationRecord& one : all) found += one.id + " ";
    return found;
  }

 private:
  int audits_ = 0;
};
BECKON_ON_EVERY_DRIVER(PeopleOfAStore);

TEST_P(PeopleOfAStore, ListsUsersByTheirAddress) {
  ASSERT_TRUE(sign_in("tok_1", 7));
  const auto users = directory().users().value();
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].email, "owner@a");
  EXPECT_EQ(users[1].email, "u@a");
  EXPECT_EQ(users[1].created_at, after(5));
  EXPECT_EQ(users[1].signed_in_at, after(7));
  EXPECT_FALSE(users[1].disabled);
}

TEST_P(PeopleOfAStore, DisablesAUserEndsTheirSignInsAndLetsNoNewOneIn) {
  ASSERT_TRUE(sign_in("tok_1", 1));
  ASSERT_TRUE(directory().put_disabled("u@a", true, audit()));
  EXPECT_TRUE(ended("tok_1"));
  EXPECT_TRUE(directory().standing_of("tok_x", "u@a")->disabled);
  EXPECT_EQ(sign_in("tok_2", 2).error().code, FaultCode::kNotFound);
  EXPECT_EQ(tokens(), "");
  ASSERT_TRUE(directory().put_disabled("u@a", false, audit()));
  EXPECT_FALSE(directory().standing_of("tok_x", "u@a")->disabled);
  EXPECT_TRUE(ended("tok_1")) << "what was ended stays so";
  ASSERT_TRUE(sign_in("tok_3", 3));
  EXPECT_EQ(directory().put_disabled("nobody@a", true, audit()).error().code, FaultCode::kNotFound);
}

TEST_P(PeopleOfAStore, DeletesAUserWithRolesSignInsAndInvitations) {
  ASSERT_TRUE(directory().grant({kAcme, "u@a", Role::kOperator}, audit()));
  ASSERT_TRUE(sign_in("tok_1", 1));
  auto reset = invitation("inv_1", "u@a");
  reset.handle = {};
  ASSERT_TRUE(directory().add_invitation(reset, audit()));
  ASSERT_TRUE(directory().remove_user("u@a", audit()));
  EXPECT_FALSE(directory().has_user("u@a").value());
  EXPECT_EQ(directory().role_of(kAcme, "u@a").value(), std::nullopt);
  EXPECT_TRUE(ended("tok_1"));
  EXPECT_FALSE(directory().invitation("hash of inv_1").value());
  ASSERT_TRUE(directory().add_user("u@a", audit())) << "and again, as somebody new";
  EXPECT_TRUE(ended("tok_1"));
  EXPECT_EQ(directory().remove_user("nobody@a", audit()).error().code, FaultCode::kNotFound);
}

TEST_P(PeopleOfAStore, KeepsAUserWhoOwnsAHandleAndNamesIt) {
  const auto kept = directory().remove_user("owner@a", audit());
  EXPECT_EQ(kept.error().code, FaultCode::kConflict);
  EXPECT_NE(kept.error().message.find("acme"), std::string::npos);
  EXPECT_EQ(directory().role_of(kAcme, "owner@a").value(), Role::kOwner);
}

TEST_P(PeopleOfAStore, ListsSignInsThatHaveNotEndedNewestFirst) {
  ASSERT_TRUE(sign_in("tok_1", 1));
  ASSERT_TRUE(sign_in("tok_2", 2));
  ASSERT_TRUE(sign_in("tok_3", 2));
  ASSERT_TRUE(sign_in("tok_4", 3, "owner@a"));
  EXPECT_EQ(tokens(), "tok_2 tok_3 tok_1 ");
  EXPECT_EQ(tokens(101), "tok_2 tok_3 ") << "by time";
  const SignInRecord one = directory().sign_ins_of("u@a", after(0)).value().back();
  EXPECT_EQ(one.address + one.agent + one.way, "192.0.2.1Firefoxpassword");
  EXPECT_EQ(one.until, after(101));
  ASSERT_TRUE(directory().end_token("tok_2", after(200), audit()));
  EXPECT_EQ(tokens(), "tok_3 tok_1 ") << "by their holder";
  ASSERT_TRUE(directory().put_password("u@a", "$", audit()));
  EXPECT_EQ(tokens(), "") << "by a new password";
}

TEST_P(PeopleOfAStore, EndsTheSignInsThatAreMeantAndSaysHowMany) {
  ASSERT_TRUE(sign_in("tok_1", 1));
  ASSERT_TRUE(sign_in("tok_2", 2));
  ASSERT_TRUE(sign_in("tok_3", 3, "owner@a"));
  EXPECT_EQ(end({.user = "u@a", .token = "tok_3"}), 0u) << "it is another one's";
  EXPECT_EQ(end({.user = "u@a", .token = "tok_1"}), 1u);
  EXPECT_TRUE(ended("tok_1"));
  EXPECT_FALSE(ended("tok_2"));
  ASSERT_TRUE(sign_in("tok_4", 4));
  EXPECT_EQ(end({.user = "u@a", .but = "tok_4"}), 1u);
  EXPECT_EQ(tokens(), "tok_4 ");
  EXPECT_FALSE(ended("tok_3"));
}

TEST_P(PeopleOfAStore, EndsTheSignInsOfAProvidersSubjectOrSession) {
  ASSERT_TRUE(sign_in("tok_1", 1, "u@a", "sub1", "sid1"));
  ASSERT_TRUE(sign_in("tok_2", 1, "u@a", "sub1", "sid2"));
  ASSERT_TRUE(sign_in("tok_3", 1, "owner@a", "sub2", "sid3"));
  ASSERT_TRUE(sign_in("tok_4", 1));
  EXPECT_EQ(end({.provider = "idp", .provider_session = "sid1"}), 1u);
  EXPECT_EQ(end({.provider = "other", .subject = "sub1"}), 0u);
  EXPECT_EQ(end({.provider = "idp", .subject = "sub1"}), 1u);
  EXPECT_EQ(tokens(), "tok_4 ");
  EXPECT_EQ(tokens(0, "owner@a"), "tok_3 ");
}

TEST_P(PeopleOfAStore, WritesAnAuditEntryOnlyWhereASignInEnded) {
  ASSERT_TRUE(sign_in("tok_1", 1));
  const std::size_t before = directory().audit({kAcme}, std::nullopt, 99)->entries.size();
  EXPECT_EQ(end({.user = "nobody@a"}), 0u);
  EXPECT_EQ(directory().audit({kAcme}, std::nullopt, 99)->entries.size(), before);
  EXPECT_EQ(end({.user = "u@a"}), 1u);
  EXPECT_EQ(directory().audit({kAcme}, std::nullopt, 99)->entries.size(), before + 1);
}

TEST_P(PeopleOfAStore, RemembersAnEndedSignInAsLongAsItsTokenCouldBeTaken) {
  ASSERT_TRUE(sign_in("tok_1", 0));
  EXPECT_EQ(end({.user = "u@a"}), 1u);
  ASSERT_TRUE(sign_in("tok_2", 159));
  EXPECT_TRUE(ended("tok_1")) << "100 s of life, and the leeway";
  ASSERT_TRUE(sign_in("tok_3", 160));
  EXPECT_FALSE(ended("tok_1"));
}

TEST_P(PeopleOfAStore, EndsTheOldestSignInOfAUserWhoHasTooMany) {
  for (std::size_t i = 0; i < access::kSignInsOfUser; ++i)
    ASSERT_TRUE(sign_in("tok_" + std::to_string(1'000 + i), i < 10 ? static_cast<int>(i) : 50));
  EXPECT_FALSE(ended("tok_1000"));
  ASSERT_TRUE(sign_in("tok_one_more", 60));
  EXPECT_TRUE(ended("tok_1000"));
  EXPECT_FALSE(ended("tok_1001"));
  EXPECT_EQ(directory().sign_ins_of("u@a", after(60))->size(), access::kSignInsOfUser);
}

TEST_P(PeopleOfAStore, FindsAnInvitationByItsHashUntilItIsUsedOrWithdrawn) {
  ASSERT_TRUE(directory().add_invitation(invitation("inv_1", "new@a", Role::kOperator), audit(after(1))));
  const auto found = directory().invitation("hash of inv_1").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id + found->user + found->created_by + found->handle.text, "inv_1new@aowner@aacme");
  EXPECT_EQ(found->role, Role::kOperator);
  EXPECT_EQ(found->expires_at, after(50));
  EXPECT_EQ(open_invitations(), "inv_1 ");
  EXPECT_EQ(directory().remove_invitation(kOther, "inv_1", audit()).error().code, FaultCode::kNotFound);
  ASSERT_TRUE(directory().remove_invitation(kAcme, "inv_1", audit()));
  EXPECT_FALSE(directory().invitation("hash of inv_1").value());
  EXPECT_EQ(directory().remove_invitation(kAcme, "inv_1", audit()).error().code, FaultCode::kNotFound);
}

TEST_P(PeopleOfAStore, PutsANewInvitationInThePlaceOfTheOneBefore) {
  ASSERT_TRUE(directory().add_invitation(invitation("inv_1", "new@a"), audit(after(1))));
  ASSERT_TRUE(directory().add_invitation(invitation("inv_2", "new@a"), audit(after(2))));
  ASSERT_TRUE(directory().add_invitation(invitation("inv_3", "other@a"), audit(after(3))));
  EXPECT_EQ(open_invitations(), "inv_2 inv_3 ");
  ASSERT_TRUE(directory().add_invitation(invitation("inv_4", "third@a"), audit(after(50))));
  EXPECT_EQ(open_invitations(), "inv_4 ") << "those that have expired go";
}

TEST_P(PeopleOfAStore, RefusesAnInvitationToNothingAndOfWhoIsThere) {
  auto lost = invitation("inv_1", "new@a");
  lost.handle = kOther;
  EXPECT_EQ(directory().add_invitation(lost, audit()).error().code, FaultCode::kHandleNotFound);
  EXPECT_EQ(directory().add_invitation(invitation("inv_2", "owner@a"), audit()).error().code, FaultCode::kConflict);
  auto reset = invitation("inv_3", "nobody@a");
  reset.handle = {};
  EXPECT_EQ(directory().add_invitation(reset, audit()).error().code, FaultCode::kNotFound);
  for (std::size_t i = 0; i < access::kInvitationsOfHandle; ++i)
    ASSERT_TRUE(directory().add_invitation(invitation("inv_n" + std::to_string(i), std::to_string(i) + "@a"), audit()));
  EXPECT_EQ(directory().add_invitation(invitation("inv_x", "x@a"), audit()).error().code, FaultCode::kConflict);
  EXPECT_TRUE(directory().add_invitation(invitation("inv_y", "7@a"), audit())) << "in the place of one";
}

TEST_P(PeopleOfAStore, MakesAUserOfWhoAcceptsAndGivesTheRoleOnce) {
  const auto record = invitation("inv_1", "new@a", Role::kOperator);
  ASSERT_TRUE(directory().add_invitation(record, audit(after(1))));
  ASSERT_TRUE(directory().accept_invitation(record, "$new", audit(after(9))));
  const auto user = directory().user("new@a").value();
  ASSERT_TRUE(user);
  EXPECT_EQ(user->password_hash, "$new");
  EXPECT_EQ(user->password_version, 1);
  EXPECT_EQ(user->created_at, after(9));
  EXPECT_EQ(directory().role_of(kAcme, "new@a").value(), Role::kOperator);
  EXPECT_EQ(directory().audit({kAcme}, std::nullopt, 1)->entries[0].detail, R"({"role":"OPERATOR"})");
  EXPECT_EQ(directory().accept_invitation(record, "$again", audit()).error().code, FaultCode::kNotFound);
  EXPECT_EQ(directory().user("new@a").value()->password_hash, "$new");
}

TEST_P(PeopleOfAStore, KeepsThePasswordOfAUserWhoAccepts) {
  ASSERT_TRUE(directory().put_password("u@a", "$mine", audit()));
  const auto record = invitation("inv_1", "u@a");
  ASSERT_TRUE(directory().add_invitation(record, audit(after(1))));
  ASSERT_TRUE(directory().accept_invitation(record, "$theirs", audit(after(2))));
  EXPECT_EQ(directory().user("u@a").value()->password_hash, "$mine");
  EXPECT_EQ(directory().role_of(kAcme, "u@a").value(), Role::kCreator);
}

TEST_P(PeopleOfAStore, LeavesAnInvitationThatCannotBeAcceptedAsItIs) {
  const auto record = invitation("inv_1", "new@a");
  ASSERT_TRUE(directory().add_invitation(record, audit(after(1))));
  for (int i = 0; i < 100; ++i) {
    const std::string user = std::to_string(i) + "@b";
    ASSERT_TRUE(directory().add_user(user, audit()));
    ASSERT_TRUE(directory().grant({kAcme, user, Role::kCreator}, audit()));
  }
  EXPECT_EQ(directory().accept_invitation(record, "$", audit()).error().code, FaultCode::kConflict) << "it is full";
  EXPECT_FALSE(directory().has_user("new@a").value());
  EXPECT_EQ(open_invitations(), "inv_1 ");
  const auto other = invitation("inv_2", "u@a");
  ASSERT_TRUE(directory().add_invitation(other, audit(after(1))));
  ASSERT_TRUE(directory().put_disabled("u@a", true, audit()));
  EXPECT_EQ(directory().accept_invitation(other, "$", audit()).error().code, FaultCode::kConflict) << "disabled";
}

TEST_P(PeopleOfAStore, SetsAPasswordByALinkAndEndsWhatWasBefore) {
  ASSERT_TRUE(sign_in("tok_1", 1));
  auto reset = invitation("inv_1", "u@a");
  reset.handle = {};
  ASSERT_TRUE(directory().add_invitation(reset, audit(after(1))));
  ASSERT_TRUE(directory().accept_invitation(reset, "$new", audit(after(2))));
  EXPECT_EQ(directory().user("u@a").value()->password_hash, "$new");
  EXPECT_EQ(directory().standing_of("tok_1", "u@a")->password_version, 1);
  EXPECT_EQ(tokens(), "");
  ASSERT_TRUE(directory().add_invitation(reset, audit(after(1))));
  ASSERT_TRUE(directory().put_password("u@a", "$by hand", audit()));
  EXPECT_FALSE(directory().invitation("hash of inv_1").value()) << "a password that is set otherwise ends the link";
}

TEST_P(PeopleOfAStore, EndsTheInvitationsOfWhoMayInviteNoMore) {
  ASSERT_TRUE(directory().grant({kAcme, "u@a", Role::kCreator}, audit()));
  const auto by = [&](const std::string& id, const std::string& who) {
    auto made = invitation(id, id + "@b");
    made.created_by = who;
    ASSERT_TRUE(directory().add_invitation(made, audit()));
  };
  by("inv_1", "owner@a");
  by("inv_2", "u@a");
  ASSERT_TRUE(directory().grant({kAcme, "u@a", Role::kOwner}, audit()));
  EXPECT_EQ(open_invitations(), "inv_2 ") << "ownership has gone on";
  by("inv_3", "owner@a");
  ASSERT_TRUE(directory().revoke(kAcme, "owner@a", audit()));
  EXPECT_EQ(open_invitations(), "inv_2 ") << "the role has ended";
  by("inv_4", "owner@a");
  ASSERT_TRUE(directory().put_disabled("owner@a", true, audit()));
  EXPECT_EQ(open_invitations(), "inv_2 ");
  ASSERT_TRUE(directory().put_disabled("owner@a", false, audit()));
  by("inv_5", "owner@a");
  ASSERT_TRUE(directory().remove_user("owner@a", audit()));
  EXPECT_EQ(open_invitations(), "inv_2 ");
}

TEST_P(PeopleOfAStore, GivesAHandleToNobodyWhoIsDisabled) {
  ASSERT_TRUE(directory().put_disabled("u@a", true, audit()));
  EXPECT_EQ(directory().grant({kAcme, "u@a", Role::kOwner}, audit()).error().code, FaultCode::kConflict);
  EXPECT_TRUE(directory().grant({kAcme, "u@a", Role::kCreator}, audit()));
  EXPECT_EQ(directory().handle(kAcme).value()->owner, "owner@a");
}

TEST_P(PeopleOfAStore, SaysSinceWhenAUserIsThere) {
  EXPECT_EQ(directory().standing_of("tok", "u@a")->user_since, after(5));
  EXPECT_EQ(directory().standing_of("tok", "nobody@a")->user_since, std::nullopt);
}

TEST_P(PeopleOfAStore, EndsAnInvitationWhereTheRoleIsGivenByHand) {
  ASSERT_TRUE(directory().add_invitation(invitation("inv_1", "u@a", Role::kOperator), audit(after(1))));
  ASSERT_TRUE(directory().grant({kAcme, "u@a", Role::kCreator}, audit()));
  EXPECT_EQ(open_invitations(), "");
}

}  // namespace
}  // namespace beckon::store
