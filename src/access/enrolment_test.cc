#include "access/enrolment.h"

#include <gtest/gtest.h>

#include "access/email.h"
#include "access/watched_directory.h"

namespace beckon::access {
namespace {

class EnrolmentTest : public testing::Test {
 protected:
  WatchedDirectory directory_;
  ManualClock clock_{instant_ms(1'772'020'800'000)};
  SeededRandom random_{7};
  Enrolment enrolment_{directory_, clock_, random_};
};

TEST_F(EnrolmentTest, AHandleIsMadeWithItsOwnerAndAnAuditEntry) {
  const auto record = enrolment_.add_handle("acme", "Ada@Example.COM");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->owner, "ada@example.com");
  EXPECT_EQ(directory_.role_of(Handle("acme"), "ada@example.com").value(), Role::kOwner);
  ASSERT_EQ(directory_.audits.size(), 1u);
  const AuditEntry& audit = directory_.audits[0];
  EXPECT_EQ(audit.by.actor, "cli");
  EXPECT_EQ(audit.action, "handle.add");
  EXPECT_EQ(audit.handle, Handle("acme"));
  EXPECT_EQ(audit.target, "acme");
  EXPECT_EQ(audit.detail, R"({"owner":"ada@example.com"})");
  EXPECT_EQ(audit.at, clock_.now());
  EXPECT_TRUE(audit.id.view().starts_with("aud_"));
}

TEST_F(EnrolmentTest, EveryFaultOfAHandleIsNamedAtOnce) {
  const auto record = enrolment_.add_handle("-Acme", "ada");
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, FaultCode::kValidationError);
  ASSERT_EQ(record.error().details.size(), 2u);
  EXPECT_EQ(record.error().details[0].field, "handle");
  EXPECT_EQ(record.error().details[1].field, "ownerEmail");
  EXPECT_TRUE(directory_.audits.empty());
}

TEST_F(EnrolmentTest, ASecondHandleOfANameIsAConflictThatSaysWhatToDo) {
  ASSERT_TRUE(enrolment_.add_handle("acme", "ada@example.com"));
  const auto again = enrolment_.add_handle("acme", "eve@example.com");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, FaultCode::kConflict);
  EXPECT_NE(again.error().message.find("acme already exists"), std::string::npos);
}

TEST_F(EnrolmentTest, APasswordIsKeptAsAHashAndAuditedWithoutIt) {
  constexpr PasswordCost kLight{.passes = 1, .memory = 8 * 1024};
  ASSERT_TRUE(enrolment_.add_user("ada@example.com"));
  ASSERT_TRUE(enrolment_.put_password("Ada@example.com", "correct horse battery", kLight));
  const UserRecord user = directory_.user("ada@example.com").value().value();
  EXPECT_TRUE(user.password_hash.starts_with("$argon2id$"));
  EXPECT_TRUE(is_password("correct horse battery", user.password_hash));
  EXPECT_FALSE(is_password("Correct horse battery", user.password_hash));
  EXPECT_EQ(user.password_version, 1);
  EXPECT_EQ(directory_.audits.back().action, "password.put");
  EXPECT_EQ(directory_.audits.back().target, "ada@example.com");
  EXPECT_EQ(directory_.audits.back().detail, "{}");
}

TEST_F(EnrolmentTest, APasswordThatWillNotDoChangesNothing) {
  ASSERT_TRUE(enrolment_.add_user("ada@example.com"));
  const std::string bad[] = {"",
                             "elevenchars",
                             "aaaaaaaaaaaaaa",
                             "ADA@example.com",
                             std::string(1025, 'x') + "y",
                             "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc" /* six characters */};
  for (const std::string& password : bad) {
    const auto put = enrolment_.put_password("ada@example.com", password);
    ASSERT_FALSE(put) << password;
    EXPECT_EQ(put.error().details.at(0).field, "password");
  }
  EXPECT_EQ(directory_.user("ada@example.com").value()->password_hash, "");
  const auto nobody =
      enrolment_.put_password("eve@example.com", "correct horse battery", {.passes = 1, .memory = 8 * 1024});
  EXPECT_EQ(nobody.error().code, FaultCode::kNotFound);
  EXPECT_NE(nobody.error().message.find("beckon user add"), std::string::npos);
  EXPECT_EQ(directory_.audits.size(), 1u);
}

TEST_F(EnrolmentTest, AUserIsAddedOnce) {
  EXPECT_TRUE(enrolment_.add_user("ada@example.com"));
  EXPECT_EQ(enrolment_.add_user("ADA@example.com").error().code, FaultCode::kConflict);
  EXPECT_EQ(enrolment_.add_user("ada").error().code, FaultCode::kValidationError);
  EXPECT_EQ(directory_.audits.size(), 1u);
  EXPECT_TRUE(directory_.audits[0].handle.empty());
}

TEST_F(EnrolmentTest, AGrantNamesWhatIsUnknown) {
  EXPECT_NE(enrolment_.grant("acme", "eve@example.com", "CREATOR").error().message.find("no handle acme"),
            std::string::npos);
  ASSERT_TRUE(enrolment_.add_handle("acme", "ada@example.com"));
  const auto granted = enrolment_.grant("acme", "eve@example.com", "CREATOR");
  ASSERT_FALSE(granted);
  EXPECT_EQ(granted.error().code, FaultCode::kNotFound);
  EXPECT_NE(granted.error().message.find("beckon user add"), std::string::npos);
  const auto malformed = enrolment_.grant("a", "b", "creator");
  ASSERT_FALSE(malformed);
  EXPECT_EQ(malformed.error().details.size(), 3u);
}

TEST_F(EnrolmentTest, AGrantOfOwnershipMovesIt) {
  ASSERT_TRUE(enrolment_.add_handle("acme", "ada@example.com"));
  ASSERT_TRUE(enrolment_.add_user("eve@example.com"));
  const auto granted = enrolment_.grant("acme", "Eve@example.com", "OWNER");
  ASSERT_TRUE(granted);
  EXPECT_EQ(granted->grant.user, "eve@example.com");
  EXPECT_EQ(granted->former_owner, "ada@example.com");
  EXPECT_EQ(enrolment_.existing("acme")->owner, "eve@example.com");
  EXPECT_EQ(directory_.role_of(Handle("acme"), "ada@example.com").value(), Role::kOperator);
  EXPECT_EQ(directory_.audits.back().action, "grant.put");
  EXPECT_EQ(directory_.audits.back().target, "eve@example.com");
  EXPECT_EQ(directory_.audits.back().detail,
            R"({"role":"OWNER","formerOwner":"ada@example.com","formerOwnerRole":"OPERATOR"})");
  EXPECT_EQ(enrolment_.grant("acme", "eve@example.com", "CREATOR").error().code, FaultCode::kConflict);
}

TEST_F(EnrolmentTest, AGrantThatLeavesTheOwnerNamesNoFormerOne) {
  ASSERT_TRUE(enrolment_.add_handle("acme", "ada@example.com"));
  ASSERT_TRUE(enrolment_.add_user("bob@example.com"));
  EXPECT_EQ(enrolment_.grant("acme", "bob@example.com", "CREATOR")->former_owner, std::nullopt);
  EXPECT_EQ(directory_.audits.back().detail, R"({"role":"CREATOR"})");
  EXPECT_EQ(enrolment_.grant("acme", "ada@example.com", "OWNER")->former_owner, std::nullopt);
}

TEST_F(EnrolmentTest, ARoleIsTakenAwayButNeverTheOwners) {
  ASSERT_TRUE(enrolment_.add_handle("acme", "ada@example.com"));
  ASSERT_TRUE(enrolment_.add_user("bob@example.com"));
  ASSERT_TRUE(enrolment_.grant("acme", "bob@example.com", "OPERATOR"));
  ASSERT_TRUE(enrolment_.revoke("acme", "Bob@example.com"));
  EXPECT_EQ(directory_.role_of(Handle("acme"), "bob@example.com").value(), std::nullopt);
  EXPECT_EQ(directory_.audits.back().action, "grant.delete");
  EXPECT_EQ(directory_.audits.back().target, "bob@example.com");
  EXPECT_EQ(enrolment_.revoke("acme", "bob@example.com").error().code, FaultCode::kNotFound);
  EXPECT_EQ(enrolment_.revoke("acme", "ada@example.com").error().code, FaultCode::kConflict);
  EXPECT_EQ(enrolment_.revoke("none", "ada@example.com").error().code, FaultCode::kHandleNotFound);
  EXPECT_EQ(enrolment_.revoke("a", "b").error().details.size(), 2u);
}

TEST_F(EnrolmentTest, AnAllowlistIsWrittenByItsActor) {
  Enrolment admin(directory_, clock_, random_, {"root@example.com"});
  ASSERT_TRUE(admin.put_allowlist({.every_handle = false, .handles = {Handle("acme")}, .egress = {"10.20.0.0/16"}}));
  EXPECT_EQ(directory_.facts.allowlist, R"({"handles":["acme"],"egress":["10.20.0.0/16"]})");
  EXPECT_EQ(directory_.audits.back().by.actor, "root@example.com");
  EXPECT_EQ(directory_.audits.back().detail, directory_.facts.allowlist);
}

TEST_F(EnrolmentTest, AHandleThatDoesNotExistIsSaidSo) {
  EXPECT_EQ(enrolment_.existing("acme").error().code, FaultCode::kHandleNotFound);
  EXPECT_EQ(enrolment_.existing("*").error().code, FaultCode::kValidationError);
}

TEST(Email, TakesAddressesInOneSpelling) {
  for (const char* text :
       {"a@b.c", "ada.lovelace+x@mail.example.com", "o'hara@example.co.uk", "a_b-c@xn--bcher-kva.example"})
    EXPECT_EQ(to_email(text), text);
  EXPECT_EQ(to_email("Ada@EXAMPLE.com"), "ada@example.com");
  EXPECT_FALSE(is_email("Ada@example.com"));
  EXPECT_TRUE(is_email(std::string(64, 'a') + "@example.com"));
}

TEST(Email, RefusesWhatIsNone) {
  const std::string cases[] = {"",
                               "@",
                               "a@",
                               "@b.c",
                               "a",
                               "a@b",
                               "a@b.",
                               "a@.b",
                               "a@b..c",
                               ".a@b.c",
                               "a.@b.c",
                               "a..b@b.c",
                               "a b@c.d",
                               "a@b@c.d",
                               "\"a\"@b.c",
                               "a@[10.0.0.1]",
                               "a@-b.c",
                               "a@b-.c",
                               "a@b_c.d",
                               "a\n@b.c",
                               "a@b.c\n",
                               "a@b.c ",
                               "<a@b.c>",
                               "\xc3\xa4@b.c",
                               "a@b\xc3\xa4.c",
                               std::string("a\0@b.c", 6),
                               "cli",
                               std::string(65, 'a') + "@b.c",
                               "a@" + std::string(64, 'b') + ".c",
                               "a@" + std::string(63, 'b') + "." + std::string(63, 'b') + "." + std::string(63, 'b') +
                                   "." + std::string(63, 'b')};
  for (const std::string& text : cases) EXPECT_FALSE(to_email(text)) << text;
}

TEST(Allowlist, IsReadAndWrittenTheSame) {
  for (const char* text : {R"({"handles":["*"],"egress":[]})",
                           R"({"handles":["acme","globex"],"egress":["hooks.internal.example","10.20.0.0/16"]})",
                           R"({"handles":[],"egress":[]})"}) {
    const auto allowlist = parse_allowlist(std::string(text));
    ASSERT_TRUE(allowlist) << text;
    EXPECT_EQ(allowlist->to_json(), text);
  }
}

TEST(Allowlist, AdmitsWhomItNames) {
  const auto some = parse_allowlist(std::string(R"({"handles":["globex","acme","acme"]})"));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->handles.size(), 2u);
  EXPECT_TRUE(some->admits(Handle("acme")));
  EXPECT_FALSE(some->admits(Handle("initech")));
  EXPECT_TRUE(parse_allowlist(std::string(R"({"handles":["acme","*"]})"))->admits(Handle("initech")));
  EXPECT_FALSE(parse_allowlist(std::string(R"({"handles":[]})"))->admits(Handle("acme")));
  EXPECT_TRUE(parse_allowlist(std::string())->admits(Handle("acme")));
}

TEST(Allowlist, NamesEveryFaultAtOnce) {
  const auto allowlist = parse_allowlist(R"({"handles":["acme","ACME",7],"egress":["", null,")" +
                                         std::string(256, 'x') + R"("],"more":1})");
  ASSERT_FALSE(allowlist);
  EXPECT_EQ(allowlist.error().code, FaultCode::kValidationError);
  std::vector<std::string> fields;
  for (const FieldIssue& issue : allowlist.error().details) fields.push_back(issue.field);
  EXPECT_EQ(fields,
            (std::vector<std::string>{"handles[1]", "handles[2]", "egress[0]", "egress[1]", "egress[2]", "more"}));
}

TEST(Allowlist, LeftOutOrMistypedDoesNotOpenTheProduct) {
  for (const char* text :
       {"{}", R"({"handle":["acme"]})", R"({"egress":[]})", R"({"handles":"*"})", R"({"handles":null})"}) {
    const auto allowlist = parse_allowlist(std::string(text));
    ASSERT_FALSE(allowlist) << text;
    EXPECT_EQ(allowlist.error().code, FaultCode::kValidationError);
  }
  for (const char* text : {"[]", "\"*\"", "nonsense"})
    EXPECT_EQ(parse_allowlist(std::string(text)).error().code, FaultCode::kInvalidPayload);
}

TEST(Allowlist, HasAThousandEntriesAtMost) {
  const auto with = [](int count) {
    std::string text = R"({"handles":["*"],"egress":[)";
    for (int i = 0; i < count; ++i) text += (i ? ",\"h\"" : "\"h\"");
    return parse_allowlist(text + "]}");
  };
  EXPECT_TRUE(with(1'000));
  EXPECT_FALSE(with(1'001));
}

}  // namespace
}  // namespace beckon::access
