#include "access/invitations.h"

#include <gtest/gtest.h>

#include "access/enrolment.h"
#include "access/watched_directory.h"

namespace beckon::access {
namespace {

using namespace std::chrono_literals;

constexpr PasswordCost kLight{.passes = 1, .memory = 8 * 1024};
constexpr const char* kPassword = "correct horse battery";
const Handle kAcme("acme");
const Visit kVisit{.from = IpAddress::v4(192, 0, 2, 7), .request = "req_1"};

class InvitationsTest : public testing::Test {
 protected:
  void SetUp() override {
    Enrolment enrolment(directory_, clock_, random_);
    ASSERT_TRUE(enrolment.add_handle("acme", "ada@example.com"));
    ASSERT_TRUE(enrolment.add_user("eve@example.com"));
    directory_.audits.clear();
  }
  std::string invite(const std::string& email) {
    return invitations_.invite(kAcme, email, "OPERATOR", {"ada@example.com"}).value().code;
  }

  WatchedDirectory directory_;
  ManualClock clock_{instant_ms(1'772'020'800'000)};
  SeededRandom random_{7};
  Invitations invitations_{directory_, clock_, random_, kLight};
};

TEST_F(InvitationsTest, MakesAUserOfSomebodyNewWhoChoosesAPassword) {
  const auto made = invitations_.invite(kAcme, "Bea@Example.com", "OPERATOR", {"ada@example.com"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->record.user, "bea@example.com");
  EXPECT_EQ(made->code.size(), 43u);
  EXPECT_EQ(made->record.expires_at, clock_.now() + Invitations::kLife);
  const auto looked = invitations_.look(made->code);
  ASSERT_TRUE(looked);
  EXPECT_TRUE(looked->needs_password);
  ASSERT_TRUE(invitations_.accept(made->code, kPassword, kVisit));
  EXPECT_EQ(directory_.role_of(kAcme, "bea@example.com").value(), Role::kOperator);
  EXPECT_TRUE(is_password(kPassword, directory_.user("bea@example.com").value()->password_hash));
  ASSERT_EQ(directory_.audits.size(), 2u);
  EXPECT_EQ(directory_.audits[0].action, "invitation.create");
  EXPECT_EQ(directory_.audits[0].by.actor, "ada@example.com");
  EXPECT_EQ(directory_.audits[0].detail.find(made->code), std::string::npos) << "never the code";
  EXPECT_EQ(directory_.audits[1].action, "invitation.accept");
  EXPECT_EQ(directory_.audits[1].by.actor + " " + directory_.audits[1].by.address, "bea@example.com 192.0.2.7");
}

TEST_F(InvitationsTest, WorksOnce) {
  const std::string code = invite("bea@example.com");
  ASSERT_TRUE(invitations_.accept(code, kPassword, kVisit));
  EXPECT_EQ(invitations_.accept(code, kPassword, kVisit).error().code, FaultCode::kInvalidCredentials);
  EXPECT_EQ(invitations_.look(code).error().code, FaultCode::kInvalidCredentials);
}

TEST_F(InvitationsTest, ExpiresAndSaysTheSameOfOneThatNeverWas) {
  const std::string code = invite("bea@example.com");
  clock_.advance(Invitations::kLife - 1ms);
  EXPECT_TRUE(invitations_.look(code));
  clock_.advance(1ms);
  const Fault expired = invitations_.accept(code, kPassword, kVisit).error();
  EXPECT_EQ(expired.code, FaultCode::kInvalidCredentials);
  EXPECT_EQ(expired.message, invitations_.accept("no code", kPassword, kVisit).error().message);
  EXPECT_FALSE(directory_.has_user("bea@example.com").value());
}

TEST_F(InvitationsTest, OfAUserGivesTheRoleAndCannotSetAPassword) {
  const std::string code = invite("eve@example.com");
  EXPECT_FALSE(invitations_.look(code)->needs_password);
  const auto refused = invitations_.accept(code, kPassword, kVisit);
  ASSERT_EQ(refused.error().details.size(), 1u);
  EXPECT_EQ(refused.error().details[0].field, "password");
  EXPECT_TRUE(directory_.user("eve@example.com").value()->password_hash.empty());
  ASSERT_TRUE(invitations_.accept(code, std::nullopt, kVisit));
  EXPECT_EQ(directory_.role_of(kAcme, "eve@example.com").value(), Role::kOperator);
  EXPECT_TRUE(directory_.user("eve@example.com").value()->password_hash.empty());
}

TEST_F(InvitationsTest, IsNotUsedUpByAPasswordThatIsRefused) {
  const std::string code = invite("bea@example.com");
  EXPECT_EQ(invitations_.accept(code, "short", kVisit).error().details[0].field, "password");
  EXPECT_EQ(invitations_.accept(code, std::nullopt, kVisit).error().details[0].field, "password");
  EXPECT_TRUE(invitations_.accept(code, kPassword, kVisit));
}

TEST_F(InvitationsTest, NamesAllThatIsWrong) {
  const auto refused = invitations_.invite(kAcme, "nobody", "OWNER", {"ada@example.com"});
  ASSERT_EQ(refused.error().details.size(), 2u) << "an owner is not invited";
  EXPECT_EQ(refused.error().details[0].field, "email");
  EXPECT_EQ(refused.error().details[1].field, "role");
  EXPECT_EQ(invitations_.invite(kAcme, "ada@example.com", "CREATOR", {"x"}).error().code, FaultCode::kConflict);
  EXPECT_TRUE(directory_.audits.empty());
}

TEST_F(InvitationsTest, SetsThePasswordOfAUserByALink) {
  const auto made = invitations_.reset_password("eve@example.com", {"cli"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->record.expires_at, clock_.now() + Invitations::kResetLife);
  EXPECT_TRUE(invitations_.look(made->code)->needs_password);
  ASSERT_TRUE(invitations_.accept(made->code, kPassword, kVisit));
  EXPECT_TRUE(is_password(kPassword, directory_.user("eve@example.com").value()->password_hash));
  EXPECT_EQ(directory_.audits.back().action, "password.put");
  EXPECT_EQ(invitations_.reset_password("nobody@example.com", {"cli"}).error().code, FaultCode::kNotFound);
}

TEST_F(InvitationsTest, IsWithdrawn) {
  const auto made = invitations_.invite(kAcme, "bea@example.com", "CREATOR", {"ada@example.com"});
  ASSERT_TRUE(invitations_.remove(kAcme, made->record.id, {"ada@example.com"}));
  EXPECT_EQ(invitations_.accept(made->code, kPassword, kVisit).error().code, FaultCode::kInvalidCredentials);
}

}  // namespace
}  // namespace beckon::access
