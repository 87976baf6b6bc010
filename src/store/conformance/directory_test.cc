#include "access/audit_chain.h"
#include "access/granting.h"
#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using access::Role;

class DirectoryOfAStore : public Conformance {
 protected:
  std::vector<AuditEntry> audited(const Handle& handle) {
    return directory().audit({handle}, std::nullopt, 999).value().entries;
  }
  void add_acme() { ASSERT_TRUE(directory().add_handle(kAcme, "owner@a", audit_entry("aud_1", after(1)))); }
  void add_user(const std::string& email) { ASSERT_TRUE(directory().add_user(email, audit_entry("aud_u" + email))); }
  Result<std::optional<std::string>> grant(const std::string& user, Role role) {
    return directory().grant({kAcme, user, role}, audit_entry("aud_g" + user + std::to_string(static_cast<int>(role))));
  }
  std::optional<Role> role(const std::string& user) { return directory().role_of(kAcme, user).value(); }
};
BECKON_ON_EVERY_DRIVER(DirectoryOfAStore);

TEST_P(DirectoryOfAStore, AddsAHandleWithItsOwnerOnce) {
  add_acme();
  const auto record = directory().handle(kAcme).value().value();
  EXPECT_EQ(record.owner, "owner@a");
  EXPECT_EQ(record.created_at, after(1));
  EXPECT_EQ(record.settings, "{}");
  EXPECT_TRUE(directory().has_user("owner@a").value());
  EXPECT_EQ(role("owner@a"), Role::kOwner);
  EXPECT_EQ(directory().add_handle(kAcme, "x@a", audit_entry("aud_2")).error().code, FaultCode::kConflict);
  EXPECT_FALSE(directory().has_user("x@a").value()) << "nothing of a refused change is kept";
  EXPECT_EQ(audited(kAcme).size(), 1u) << "nor its audit entry";
}

TEST_P(DirectoryOfAStore, ListsHandlesByName) {
  ASSERT_TRUE(directory().add_handle(kOther, "o@a", audit_entry("aud_1")));
  ASSERT_TRUE(directory().add_handle(kAcme, "o@a", audit_entry("aud_2")));
  const auto all = directory().handles().value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].handle, kAcme);
  EXPECT_EQ(all[1].handle, kOther);
  const auto grants = directory().grants_of("o@a").value();
  ASSERT_EQ(grants.size(), 2u);
  EXPECT_EQ(grants[0].handle, kAcme);
  EXPECT_EQ(grants[0].role, Role::kOwner);
}

TEST_P(DirectoryOfAStore, KeepsSettings) {
  add_acme();
  ASSERT_TRUE(directory().put_settings(kAcme, R"({"a":1})", audit_entry("aud_2")));
  EXPECT_EQ(directory().handle(kAcme).value()->settings, R"({"a":1})");
  EXPECT_EQ(directory().put_settings(kOther, "{}", audit_entry("aud_3")).error().code, FaultCode::kHandleNotFound);
}

TEST_P(DirectoryOfAStore, KeepsContextOrigins) {
  add_acme();
  EXPECT_EQ(directory().handle(kAcme).value()->origins, "");
  ASSERT_TRUE(directory().put_origins(kAcme, R"({"origins":[]})", audit_entry("aud_2")));
  EXPECT_EQ(directory().handle(kAcme).value()->origins, R"({"origins":[]})");
  EXPECT_EQ(directory().handles().value()[0].origins, R"({"origins":[]})");
  EXPECT_EQ(directory().put_origins(kOther, "", audit_entry("aud_3")).error().code, FaultCode::kHandleNotFound);
}

TEST_P(DirectoryOfAStore, KeepsTwoIdentityKeysOfAHandle) {
  add_acme();
  ASSERT_TRUE(directory().add_handle(kOther, "o@a", audit_entry("aud_2")));
  const auto key = [](std::string id, int at) {
    return access::IdentityKeyRecord{
        .id = std::move(id), .sealed_secret = std::string("\0\1sealed", 8), .created_at = instant_ms(at)};
  };
  EXPECT_TRUE(directory().identity_keys(kAcme).value().empty());
  ASSERT_TRUE(directory().add_identity_key(kAcme, key("idk_1", 5), audit_entry("aud_3")));
  ASSERT_TRUE(directory().add_identity_key(kAcme, key("idk_2", 6), audit_entry("aud_4")));
  const std::uint64_t seen = store().control_changes(0)->version;
  EXPECT_EQ(directory().add_identity_key(kAcme, key("idk_3", 7), audit_entry("aud_5")).error().code,
            FaultCode::kConflict);
  ASSERT_TRUE(directory().identity_key_used(kAcme, "idk_1", instant_ms(90)));
  ASSERT_TRUE(directory().identity_key_used(kAcme, "idk_1", instant_ms(80)));
  EXPECT_EQ(store().control_changes(0)->version, seen) << "nothing that a server must read again";
  const auto two = directory().identity_keys(kAcme).value();
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].id, "idk_1");
  EXPECT_EQ(two[0].sealed_secret, std::string("\0\1sealed", 8));
  EXPECT_EQ(two[0].created_at, instant_ms(5));
  EXPECT_EQ(two[0].used_at, instant_ms(90));
  EXPECT_EQ(two[1].used_at, Instant{});
  EXPECT_TRUE(directory().identity_keys(kOther).value().empty());
  EXPECT_EQ(directory().remove_identity_key(kOther, "idk_1", audit_entry("aud_6")).error().code, FaultCode::kNotFound);
  ASSERT_TRUE(directory().remove_identity_key(kAcme, "idk_1", audit_entry("aud_7")));
  EXPECT_EQ(directory().remove_identity_key(kAcme, "idk_1", audit_entry("aud_8")).error().code, FaultCode::kNotFound);
  EXPECT_EQ(directory().identity_keys(kAcme).value().size(), 1u);
  EXPECT_GT(store().control_changes(0)->version, seen);
  ASSERT_TRUE(directory().add_identity_key(kAcme, key("idk_3", 7), audit_entry("aud_9")));
  EXPECT_EQ(audited(kAcme).size(), 6u) << "what was refused leaves no entry";
  EXPECT_EQ(directory().add_identity_key(Handle{"nobody"}, key("idk_1", 1), audit_entry("aud_10")).error().code,
            FaultCode::kHandleNotFound);
}

access::PatRecord pat(std::string id, int at = 5) {
  access::PatRecord record{.id = std::move(id),
                           .name = "Shop",
                           .hash = std::string("\0\1hash", 6),
                           .created_by = "o@a",
                           .created_at = instant_ms(at),
                           .expires_at = instant_ms(99)};
  record.scopes.add(access::Scope::kChainResolve);
  record.scopes.add(access::Scope::kWebhooks);
  return record;
}

TEST_P(DirectoryOfAStore, KeepsAccessTokensOfAHandle) {
  add_acme();
  EXPECT_TRUE(directory().pats(kAcme).value().empty());
  ASSERT_TRUE(directory().add_pat(kAcme, pat("tok_1", 5), audit_entry("aud_3")));
  ASSERT_TRUE(directory().add_pat(kAcme, pat("tok_2", 6), audit_entry("aud_4")));
  const auto two = directory().pats(kAcme).value();
  ASSERT_EQ(two.size(), 2u);
  const access::PatRecord wanted = pat("tok_1");
  EXPECT_EQ(two[0].id, "tok_1");
  EXPECT_EQ(two[0].name, wanted.name);
  EXPECT_EQ(two[0].scopes, wanted.scopes);
  EXPECT_EQ(two[0].hash, wanted.hash);
  EXPECT_EQ(two[0].previous_hash, "");
  EXPECT_EQ(two[0].created_by, wanted.created_by);
  EXPECT_EQ(two[0].created_at, wanted.created_at);
  EXPECT_EQ(two[0].expires_at, wanted.expires_at);
  EXPECT_EQ(two[0].used_at, Instant{});
  EXPECT_TRUE(directory().pats(kOther).value().empty());
  EXPECT_EQ(directory().add_pat(Handle{"nobody"}, pat("tok_1"), audit_entry("aud_5")).error().code,
            FaultCode::kHandleNotFound);
}

TEST_P(DirectoryOfAStore, ChangesAnAccessTokenSoThatAServerReadsItAgain) {
  add_acme();
  ASSERT_TRUE(directory().add_pat(kAcme, pat("tok_1"), audit_entry("aud_3")));
  std::uint64_t seen = store().control_changes(0)->version;
  const auto is_to_be_read = [&] {
    const auto changes = store().control_changes(seen).value();
    seen = changes.version;
    return changes.handles == std::vector{kAcme};
  };
  ASSERT_TRUE(directory().rotate_pat(kAcme, "tok_1", "next", instant_ms(70), audit_entry("aud_4")));
  EXPECT_TRUE(is_to_be_read());
  const access::PatRecord rotated = directory().pats(kAcme).value().at(0);
  EXPECT_EQ(rotated.hash, "next");
  EXPECT_EQ(rotated.previous_hash, pat("tok_1").hash);
  EXPECT_EQ(rotated.previous_until, instant_ms(70));
  ASSERT_TRUE(directory().pat_used(kAcme, "tok_1", instant_ms(90)));
  ASSERT_TRUE(directory().pat_used(kAcme, "tok_1", instant_ms(80)));
  ASSERT_TRUE(directory().pat_used(kAcme, "tok_9", instant_ms(80))) << "of one that is gone: nothing happens";
  EXPECT_FALSE(is_to_be_read());
  EXPECT_EQ(directory().pats(kAcme).value().at(0).used_at, instant_ms(90));
  EXPECT_EQ(directory().rotate_pat(kOther, "tok_1", "x", instant_ms(1), audit_entry("aud_5")).error().code,
            FaultCode::kNotFound);
  EXPECT_EQ(directory().remove_pat(kOther, "tok_1", audit_entry("aud_5")).error().code, FaultCode::kNotFound);
  ASSERT_TRUE(directory().remove_pat(kAcme, "tok_1", audit_entry("aud_6")));
  EXPECT_TRUE(is_to_be_read());
  EXPECT_EQ(directory().remove_pat(kAcme, "tok_1", audit_entry("aud_7")).error().code, FaultCode::kNotFound);
  EXPECT_TRUE(directory().pats(kAcme).value().empty());
  EXPECT_EQ(audited(kAcme).size(), 4u) << "what was refused leaves no entry";
}

TEST_P(DirectoryOfAStore, RefusesOneAccessTokenTooMany) {
  add_acme();
  for (std::size_t i = 0; i < access::kPatsOfHandle; ++i)
    ASSERT_TRUE(
        directory().add_pat(kAcme, pat("tok_" + std::to_string(i)), audit_entry("aud_" + std::to_string(9 + i))));
  EXPECT_EQ(directory().add_pat(kAcme, pat("tok_x"), audit_entry("aud_x")).error().code, FaultCode::kConflict);
  EXPECT_EQ(directory().pats(kAcme).value().size(), access::kPatsOfHandle);
}

TEST_P(DirectoryOfAStore, AddsAUserOnce) {
  add_user("u@a");
  EXPECT_TRUE(directory().has_user("u@a").value());
  EXPECT_FALSE(directory().has_user("v@a").value());
  EXPECT_EQ(directory().add_user("u@a", audit_entry("aud_9")).error().code, FaultCode::kConflict);
}

TEST_P(DirectoryOfAStore, KeepsAPasswordAndCountsItsChanges) {
  add_user("u@a");
  EXPECT_EQ(directory().user("u@a").value()->password_hash, "");
  EXPECT_EQ(directory().user("v@a").value(), std::nullopt);
  ASSERT_TRUE(directory().put_password("u@a", "$one", audit_entry("aud_1")));
  ASSERT_TRUE(directory().put_password("u@a", "$two", audit_entry("aud_2")));
  const access::UserRecord user = directory().user("u@a").value().value();
  EXPECT_EQ(user.email, "u@a");
  EXPECT_EQ(user.password_hash, "$two");
  EXPECT_EQ(user.password_version, 2);
  EXPECT_EQ(directory().put_password("v@a", "$", audit_entry("aud_3")).error().code, FaultCode::kNotFound);
  EXPECT_EQ(audited(kAcme).size(), 3u) << "of a refused change there is no audit entry";
}

TEST_P(DirectoryOfAStore, RemembersAnEndedTokenUntilItsEnd) {
  const auto ended = [&](const std::string& token) { return directory().standing_of(token, "cli").value().ended; };
  EXPECT_FALSE(ended("tok_1"));
  ASSERT_TRUE(directory().end_token("tok_1", after(60), audit_entry("aud_1", after(0))));
  ASSERT_TRUE(directory().end_token("tok_1", after(90), audit_entry("aud_2", after(1)))) << "again: nothing to do";
  EXPECT_TRUE(ended("tok_1"));
  EXPECT_FALSE(ended("tok_2"));
  ASSERT_TRUE(directory().end_token("tok_2", after(120), audit_entry("aud_3", after(60))));
  EXPECT_FALSE(ended("tok_1")) << "past its end it is forgotten";
  EXPECT_TRUE(ended("tok_2"));
  EXPECT_EQ(audited(kAcme).size(), 3u);
}

TEST_P(DirectoryOfAStore, SaysUnderWhichPasswordATokenStands) {
  add_user("u@a");
  EXPECT_EQ(directory().standing_of("tok_1", "u@a").value().password_version, 0);
  ASSERT_TRUE(directory().put_password("u@a", "$", audit_entry("aud_1")));
  EXPECT_EQ(directory().standing_of("tok_1", "u@a").value().password_version, 1);
  EXPECT_EQ(directory().standing_of("tok_1", "cli").value().password_version, 0);
}

TEST_P(DirectoryOfAStore, GrantsAndChangesARole) {
  add_acme();
  add_user("u@a");
  EXPECT_EQ(role("u@a"), std::nullopt);
  ASSERT_TRUE(grant("u@a", Role::kCreator));
  EXPECT_EQ(role("u@a"), Role::kCreator);
  ASSERT_TRUE(grant("u@a", Role::kOperator));
  EXPECT_EQ(role("u@a"), Role::kOperator);
  EXPECT_EQ(directory().grants_of("u@a").value().size(), 1u);
}

TEST_P(DirectoryOfAStore, RefusesAGrantToNobodyOrOnNothing) {
  add_acme();
  EXPECT_EQ(grant("u@a", Role::kCreator).error().code, FaultCode::kNotFound);
  add_user("u@a");
  EXPECT_EQ(directory().grant({kOther, "u@a", Role::kCreator}, audit_entry("aud_9")).error().code,
            FaultCode::kHandleNotFound);
}

TEST_P(DirectoryOfAStore, MovesOwnershipAndMakesTheFormerOwnerOperator) {
  add_acme();
  add_user("u@a");
  ASSERT_TRUE(grant("u@a", Role::kOwner));
  EXPECT_EQ(role("u@a"), Role::kOwner);
  EXPECT_EQ(role("owner@a"), Role::kOperator);
  EXPECT_EQ(directory().handle(kAcme).value()->owner, "u@a");
  EXPECT_TRUE(grant("u@a", Role::kOwner)) << "again: nothing to do";
  EXPECT_EQ(role("u@a"), Role::kOwner);
}

TEST_P(DirectoryOfAStore, DoesNotTakeTheOwnersRoleAway) {
  add_acme();
  EXPECT_EQ(grant("owner@a", Role::kOperator).error().code, FaultCode::kConflict);
  EXPECT_EQ(role("owner@a"), Role::kOwner);
}

TEST_P(DirectoryOfAStore, NamesTheFormerOwnerInItsResultAndInTheAudit) {
  add_acme();
  add_user("heir@a");
  EXPECT_EQ(grant("heir@a", Role::kCreator).value(), std::nullopt);
  EXPECT_EQ(grant("heir@a", Role::kOwner).value(), "owner@a");
  EXPECT_EQ(grant("heir@a", Role::kOwner).value(), std::nullopt) << "owns it already";
  std::map<std::string, std::string> details;
  const auto entries = audited(kAcme);
  for (const AuditEntry& entry : entries) details[entry.id.text] = entry.detail;
  EXPECT_EQ(details["aud_gheir@a" + std::to_string(static_cast<int>(Role::kCreator))], R"({"role":"CREATOR"})");
  EXPECT_EQ(details["aud_gheir@a" + std::to_string(static_cast<int>(Role::kOwner))],
            R"({"role":"OWNER","formerOwner":"owner@a","formerOwnerRole":"OPERATOR"})");
}

TEST_P(DirectoryOfAStore, TakesARoleAwayWithItsAuditEntry) {
  add_acme();
  add_user("leaver@a");
  ASSERT_TRUE(grant("leaver@a", Role::kOperator));
  ASSERT_TRUE(directory().revoke(kAcme, "leaver@a", audit_entry("aud_r")));
  EXPECT_EQ(role("leaver@a"), std::nullopt);
  EXPECT_TRUE(directory().grants_of("leaver@a").value().empty());
  EXPECT_TRUE(directory().has_user("leaver@a").value()) << "who may have roles elsewhere";
  EXPECT_EQ(audited(kAcme).size(), 4u);
}

TEST_P(DirectoryOfAStore, TakesNoRoleFromTheOwnerOrFromNobody) {
  add_acme();
  add_user("stranger@a");
  EXPECT_EQ(directory().revoke(kAcme, "owner@a", audit_entry("aud_r1")).error().code, FaultCode::kConflict);
  EXPECT_EQ(role("owner@a"), Role::kOwner);
  EXPECT_EQ(directory().revoke(kAcme, "stranger@a", audit_entry("aud_r2")).error().code, FaultCode::kNotFound);
  EXPECT_EQ(directory().revoke(kOther, "owner@a", audit_entry("aud_r3")).error().code, FaultCode::kHandleNotFound);
  EXPECT_EQ(audited(kAcme).size(), 2u) << "what was refused is not in it";
}

TEST_P(DirectoryOfAStore, ListsEverybodyWithARoleOnAHandle) {
  add_acme();
  ASSERT_TRUE(directory().add_handle(kOther, "other@b", audit_entry("aud_o")));
  for (const char* user : {"zoe@a", "bea@a"}) {
    add_user(user);
    ASSERT_TRUE(grant(user, Role::kCreator));
  }
  const auto found = directory().grants_on(kAcme).value();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].user, "bea@a");
  EXPECT_EQ(found[1].user, "owner@a");
  EXPECT_EQ(found[1].role, Role::kOwner);
  EXPECT_EQ(found[2].user, "zoe@a");
}

TEST_P(DirectoryOfAStore, HasRoomForAHundredCollaborators) {
  add_acme();
  for (std::size_t i = 0; i <= access::kMostCollaborators; ++i) add_user("u" + std::to_string(i));
  for (std::size_t i = 0; i < access::kMostCollaborators; ++i)
    ASSERT_TRUE(grant("u" + std::to_string(i), Role::kCreator)) << i;
  const std::string last = "u" + std::to_string(access::kMostCollaborators);
  EXPECT_EQ(grant(last, Role::kCreator).error().code, FaultCode::kConflict);
  EXPECT_EQ(grant(last, Role::kOwner).error().code, FaultCode::kConflict) << "the former owner would be one too many";
  EXPECT_TRUE(grant("u0", Role::kOperator)) << "who is one already may change";
  EXPECT_TRUE(grant("u0", Role::kOwner)) << "and may change places with the owner";
}

// A user who signs in through a provider whose groups grant these roles.
class ProviderUserOfAStore : public DirectoryOfAStore {
 protected:
  Result<void> admit(std::vector<access::Grant> roles, access::NewUser if_unknown = access::NewUser::kWithRole,
                     const std::string& provider = "corp") {
    return directory().admit({.provider = provider,
                              .issuer = "https://" + provider,
                              .subject = "u-1",
                              .email = "ada@a",
                              .if_unknown = if_unknown,
                              .roles = std::move(roles)},
                             [this](const Handle& handle, std::string_view action, std::string_view target,
                                    std::string detail, std::string before) {
                               AuditEntry entry = audit_entry("aud_p" + std::to_string(++entries_));
                               entry.handle = handle;
                               entry.action = action;
                               entry.target = target;
                               entry.detail = std::move(detail);
                               entry.before = std::move(before);
                               return entry;
                             });
  }
  std::optional<std::string> user_of(const std::string& issuer, const std::string& subject) {
    return directory().user_of_subject(issuer, subject).value();
  }
  int entries_ = 0;
};
BECKON_ON_EVERY_DRIVER(ProviderUserOfAStore);

TEST_P(ProviderUserOfAStore, IsMadeWhereTheyMayBeAndLinkedToTheirSubject) {
  add_acme();
  EXPECT_EQ(admit({}).error().code, FaultCode::kNotFound);
  EXPECT_EQ(admit({{kOther, "ada@a", Role::kCreator}}).error().code, FaultCode::kNotFound) << "no such handle";
  EXPECT_EQ(admit({{kAcme, "ada@a", Role::kCreator}}, access::NewUser::kNo).error().code, FaultCode::kNotFound);
  EXPECT_FALSE(directory().has_user("ada@a").value());
  EXPECT_EQ(user_of("https://corp", "u-1"), std::nullopt);
  ASSERT_TRUE(admit({}, access::NewUser::kYes));
  EXPECT_TRUE(directory().has_user("ada@a").value());
  EXPECT_EQ(user_of("https://corp", "u-1"), "ada@a");
  EXPECT_EQ(user_of("https://other", "u-1"), std::nullopt);
  EXPECT_NE(directory().user("ada@a").value()->created_at, Instant{});
  const auto entries = audited(Handle());
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].action, "user.add");
  EXPECT_EQ(entries[0].detail, R"({"provider":"corp"})");
  ASSERT_TRUE(directory().remove_user("ada@a", audit_entry("aud_gone")));
  add_user("ada@a");
  EXPECT_EQ(user_of("https://corp", "u-1"), std::nullopt) << "another user, who has not signed in so";
}

TEST_P(ProviderUserOfAStore, HasTheRolesOfTheirGroupsAtEachSignIn) {
  add_acme();
  ASSERT_TRUE(admit({{kAcme, "ada@a", Role::kCreator}, {kOther, "ada@a", Role::kCreator}}));
  EXPECT_EQ(role("ada@a"), Role::kCreator);
  ASSERT_TRUE(admit({{kAcme, "ada@a", Role::kOperator}}));
  EXPECT_EQ(role("ada@a"), Role::kOperator);
  ASSERT_TRUE(admit({{kAcme, "ada@a", Role::kOperator}}));
  ASSERT_TRUE(admit({}));
  EXPECT_EQ(role("ada@a"), std::nullopt);
  EXPECT_TRUE(directory().has_user("ada@a").value());
  const auto entries = audited(kAcme);
  ASSERT_EQ(entries.size(), 4U) << "one for each change, and the newest for the handle";
  EXPECT_EQ(entries[1].action, "grant.delete");
  EXPECT_EQ(entries[1].before, R"({"role":"OPERATOR","provider":"corp"})");
  EXPECT_EQ(entries[2].action, "grant.put");
  EXPECT_EQ(entries[2].detail, R"({"role":"OPERATOR","provider":"corp"})");
  EXPECT_EQ(entries[2].before, R"({"role":"CREATOR","provider":"corp"})");
  EXPECT_EQ(entries[3].before, "");
}

TEST_P(ProviderUserOfAStore, KeepsARoleThatWasGivenByHand) {
  add_acme();
  ASSERT_TRUE(admit({{kAcme, "ada@a", Role::kCreator}}));
  ASSERT_TRUE(grant("ada@a", Role::kOperator));
  ASSERT_TRUE(admit({}));
  EXPECT_EQ(role("ada@a"), Role::kOperator);
  ASSERT_TRUE(directory().revoke(kAcme, "ada@a", audit_entry("aud_r")));
  ASSERT_TRUE(admit({{kAcme, "ada@a", Role::kCreator}}));
  ASSERT_TRUE(admit({}, access::NewUser::kNo, "other"));
  EXPECT_EQ(role("ada@a"), Role::kCreator) << "another provider takes nothing away";
  ASSERT_TRUE(grant("ada@a", Role::kOwner));
  ASSERT_TRUE(admit({}));
  EXPECT_EQ(role("ada@a"), Role::kOwner);
  ASSERT_TRUE(grant("owner@a", Role::kOwner));
  ASSERT_TRUE(admit({}));
  EXPECT_EQ(role("ada@a"), Role::kOperator) << "a former owner was made OPERATOR by hand";
}

TEST_P(ProviderUserOfAStore, SignsInWithoutARoleWhereTheHandleHasNoRoom) {
  add_acme();
  for (std::size_t i = 0; i < access::kMostCollaborators; ++i) {
    add_user("u" + std::to_string(i) + "@a");
    ASSERT_TRUE(grant("u" + std::to_string(i) + "@a", Role::kCreator));
  }
  ASSERT_TRUE(admit({{kAcme, "ada@a", Role::kCreator}}));
  EXPECT_EQ(role("ada@a"), std::nullopt);
}

TEST_P(DirectoryOfAStore, KeepsSigningKeysNewestFirst) {
  ASSERT_TRUE(directory().add_signing_key({"a", std::string("\0x", 2), after(1)}, audit_entry("aud_k1")));
  ASSERT_TRUE(directory().add_signing_key({"b", "y", after(2)}, audit_entry("aud_k2")));
  EXPECT_EQ(directory().add_signing_key({"a", "z", after(3)}, audit_entry("aud_k3")).error().code,
            FaultCode::kConflict);
  const auto keys = directory().signing_keys().value();
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].kid, "b");
  EXPECT_EQ(keys[1].sealed_jwk, std::string("\0x", 2));
}

TEST_P(DirectoryOfAStore, OpensEveryHandleAtFirstAndKeepsTheAllowlist) {
  EXPECT_EQ(directory().allowlist().value(), access::kFirstAllowlist);
  ASSERT_TRUE(directory().put_allowlist("[1]", audit_entry("aud_1", kStart, Handle{})));
  ASSERT_TRUE(directory().put_allowlist("[2]", audit_entry("aud_2", kStart, Handle{})));
  EXPECT_EQ(directory().allowlist().value(), "[2]");
  EXPECT_EQ(audited(Handle{}).size(), 2u);
}

TEST_P(DirectoryOfAStore, ListsTheAuditEntriesThatAreAskedFor) {
  const auto add = [&](const char* id, int second, const char* actor, const char* action, const char* target) {
    auto entry = audit_entry(id, after(second));
    entry.by.actor = actor;
    entry.action = action;
    entry.target = target;
    ASSERT_TRUE(directory().add_audit(entry));
  };
  add("a", 1, "ada", "rule.put", "r1");
  add("b", 2, "bob", "rule.delete", "r1");
  add("c", 3, "ada", "rules.rollback", "7");
  add("d", 4, "ada", "rule.put", "r2");
  const auto ids = [&](access::AuditQuery query) {
    query.handle = kAcme;
    std::string found;
    const access::AuditPage page = directory().audit(query, std::nullopt, 9).value();
    for (const AuditEntry& entry : page.entries) found += entry.id.text;
    return found;
  };
  EXPECT_EQ(ids({}), "dcba");
  EXPECT_EQ(ids({.actor = "ada"}), "dca");
  EXPECT_EQ(ids({.action = "rule.put"}), "da");
  EXPECT_EQ(ids({.action = "rule."}), "dba") << "all that begin so";
  EXPECT_EQ(ids({.target = "r1"}), "ba");
  EXPECT_EQ(ids({.since = after(2), .until = after(4)}), "cb") << "from the one to before the other";
  EXPECT_EQ(ids({.actor = "ada", .target = "r1"}), "a");
}

TEST_P(DirectoryOfAStore, EndsAPageOfAuditEntriesEarlyWhereManyDoNotMatch) {
  commit::Batch many{.at = kStart};
  for (std::size_t i = 0; i < access::AuditPage::kMostRead + 1; ++i)
    many.changes.emplace_back(audit_entry("aud_" + std::to_string(i), after(1 + static_cast<int>(i))));
  auto wanted = audit_entry("wanted", after(0));
  wanted.target = "wanted";
  many.changes.emplace_back(wanted);
  write(many);
  const access::AuditQuery query{.handle = kAcme, .target = "wanted"};
  const auto first = directory().audit(query, std::nullopt, 5).value();
  EXPECT_TRUE(first.entries.empty());
  ASSERT_TRUE(first.more_behind);
  const auto second = directory().audit(query, first.more_behind, 5).value();
  ASSERT_EQ(second.entries.size(), 1u);
  EXPECT_FALSE(second.more_behind);
}

TEST_P(DirectoryOfAStore, ChainsAuditEntriesOfAllHandlesWhoeverWritesThem) {
  ASSERT_TRUE(directory().add_handle(kAcme, "o@a", audit_entry("aud_1")));
  write({.at = kStart, .changes = {audit_entry("aud_2", kStart, kOther), audit_entry("aud_3")}});
  write({.at = kStart, .changes = {audit_entry("aud_3")}});  // again: no change
  ASSERT_TRUE(directory().add_audit(audit_entry("aud_0", kStart, Handle{})));
  const auto chain = directory().audit_chain(std::nullopt, 0, 9).value();
  ASSERT_EQ(chain.size(), 4u);
  std::string previous = access::kFirstPrevious, ids;
  for (const AuditEntry& entry : chain) {
    ids += entry.id.text + " ";
    EXPECT_EQ(entry.previous, previous);
    EXPECT_EQ(access::chained(entry, entry.number, entry.previous).hash, entry.hash);
    previous = entry.hash;
  }
  EXPECT_EQ(ids, "aud_1 aud_2 aud_3 aud_0 ");
  const auto of_acme = directory().audit_chain(kAcme, 1, 9).value();
  ASSERT_EQ(of_acme.size(), 1u) << "behind the first";
  EXPECT_EQ(of_acme[0].number, 3u);
  EXPECT_EQ(directory().audit_chain(std::nullopt, 0, 2)->size(), 2u);
}

TEST_P(DirectoryOfAStore, GoesOnWithTheChainWhereItsEndHasBeenSweptAway) {
  write({.at = kStart, .changes = {audit_entry("aud_1"), audit_entry("aud_2", after(1))}});
  const auto last = directory().audit_chain(std::nullopt, 1, 9)->at(0);
  write({.at = kStart, .changes = {commit::SweepAudit{after(9)}}});
  EXPECT_TRUE(directory().audit_chain(std::nullopt, 0, 9)->empty());
  ASSERT_TRUE(directory().add_audit(audit_entry("aud_3", after(10))));
  const auto next = directory().audit_chain(std::nullopt, 0, 9)->at(0);
  EXPECT_EQ(next.number, 3u);
  EXPECT_EQ(next.previous, last.hash);
}

TEST_P(DirectoryOfAStore, SealsAgainWhatIsMeantEachForItsPlace) {
  add_acme();
  ASSERT_TRUE(directory().named_secret("hash-key", "old a"));
  ASSERT_TRUE(directory().named_secret("other", "kept"));
  ASSERT_TRUE(directory().add_signing_key({"k1", "old b", after(1)}, audit_entry("aud_k1")));
  ASSERT_TRUE(directory().add_identity_key(kAcme, {.id = "idk_1", .sealed_secret = "old c"}, audit_entry("aud_k2")));
  std::string places;
  const auto replaced = directory().seal_again([&](const std::string& sealed, const std::string& place) {
    if (!sealed.starts_with("old")) return std::optional<std::string>();
    places += place + " ";
    return std::optional("new" + sealed.substr(3));
  });
  EXPECT_EQ(replaced.value(), 3u);
  EXPECT_EQ(places, "secret/hash-key signing-key/k1 acme/idk_1 ");
  EXPECT_EQ(directory().named_secret("hash-key", "x").value(), "new a");
  EXPECT_EQ(directory().named_secret("other", "x").value(), "kept");
  EXPECT_EQ(directory().signing_keys()->at(0).sealed_jwk, "new b");
  EXPECT_EQ(directory().identity_keys(kAcme)->at(0).sealed_secret, "new c");
  ASSERT_TRUE(directory().put_named_secret("other", "changed", audit_entry("aud_k3")));
  EXPECT_EQ(directory().named_secret("other", "x").value(), "changed");
}

TEST_P(DirectoryOfAStore, RemovesASigningKey) {
  ASSERT_TRUE(directory().add_signing_key({"k1", "x", after(1)}, audit_entry("aud_k1")));
  ASSERT_TRUE(directory().remove_signing_key("k1", audit_entry("aud_k2")));
  EXPECT_TRUE(directory().signing_keys()->empty());
  EXPECT_EQ(directory().remove_signing_key("k1", audit_entry("aud_k3")).error().code, FaultCode::kNotFound);
}

TEST_P(DirectoryOfAStore, MakesANamedSecretOnce) {
  EXPECT_EQ(directory().named_secret("hash-key", "first").value(), "first");
  EXPECT_EQ(directory().named_secret("hash-key", "second").value(), "first");
  EXPECT_EQ(directory().named_secret("other", "third").value(), "third");
}

TEST_P(DirectoryOfAStore, ListsAuditNewestFirstStrictlyBehindTiesById) {
  for (const auto& [id, second] : std::vector<std::pair<std::string, int>>{{"a", 1}, {"c", 2}, {"b", 2}, {"d", 3}})
    ASSERT_TRUE(directory().add_audit(audit_entry(id, after(second))));
  const auto page = directory().audit({kAcme}, std::nullopt, 2).value();
  const auto& first = page.entries;
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].id.text, "d");
  EXPECT_EQ(first[1].id.text, "c");
  ASSERT_TRUE(page.more_behind);
  const auto last = directory().audit({kAcme}, page.more_behind, 9).value();
  EXPECT_FALSE(last.more_behind);
  const auto& rest = last.entries;
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].id.text, "b");
  EXPECT_EQ(rest[1].id.text, "a");
  EXPECT_EQ(rest[0].by.actor, "cli");
  EXPECT_EQ(rest[0].action, "handle.add");
  EXPECT_TRUE(audited(kOther).empty());
}

TEST_P(DirectoryOfAStore, DropsOldAuditEntriesInSmallSteps) {
  commit::Batch many{.at = kStart};
  for (int i = 0; i < 205; ++i) many.changes.emplace_back(audit_entry("aud_" + std::to_string(i), after(i)));
  write(many);
  write({.at = kStart, .changes = {commit::SweepAudit{after(203)}}});
  EXPECT_EQ(audited(kAcme).size(), 5u);
  write({.at = kStart, .changes = {commit::SweepAudit{after(203)}}});
  EXPECT_EQ(audited(kAcme).size(), 2u) << "written at that very instant: it stays";
}

TEST_P(DirectoryOfAStore, KeepsOfOldAuditEntriesTheOneThatSaysWhichSettingsHold) {
  for (int i = 1; i <= 4; ++i) {
    auto put = audit_entry("aud_" + std::to_string(i), after(i));
    put.action = "settings.put";
    auto other = put;
    other.handle = kOther;
    write({.at = kStart, .changes = {put}});
    if (i == 1) write({.at = kStart, .changes = {other}});
  }
  write({.at = kStart, .changes = {commit::SweepAudit{after(100)}, commit::SweepReplacedAudit{after(4)}}});
  std::string left;
  const auto kept = audited(kAcme);
  for (const AuditEntry& one : kept) left += one.id.text + " ";
  EXPECT_EQ(left, "aud_4 aud_3 ") << "3 held until 4 came";
  EXPECT_EQ(audited(kOther).size(), 1u);
}

TEST_P(DirectoryOfAStore, KeepsOfOldAuditEntriesTheOnesThatSayWhatACounterWas) {
  int second = 0;
  const auto put = [&](const char* action, const char* target) {
    ++second;
    auto entry = audit_entry("aud_" + std::to_string(second), after(second));
    entry.action = action;
    entry.target = target;
    write({.at = kStart, .changes = {entry}});
  };
  put("counter.put", "orders");
  put("counter.put", "visits");
  put("counter.delete", "visits");
  put("counter.filled", "orders");
  put("settings.put", "orders");
  put("counter.put", "orders");
  const auto left = [&] {
    std::string text;
    const auto kept = audited(kAcme);
    for (const AuditEntry& one : kept) text += one.id.text + " ";
    return text;
  };
  const commit::Batch sweep{.at = kStart,
                            .changes = {commit::SweepAudit{after(100)}, commit::SweepReplacedAudit{after(6)}}};
  write(sweep);
  EXPECT_EQ(left(), "aud_6 aud_5 aud_4 aud_3 ") << "4 held until 6 came, and settings are no counter";
  write(sweep);
  EXPECT_EQ(left(), "aud_6 aud_5 aud_4 ") << "that there is none is what no entry says, too";
}

TEST_P(DirectoryOfAStore, SharesTheAuditWithTheCommit) {
  write({.at = kStart, .changes = {audit_entry("aud_c")}});
  EXPECT_EQ(audited(kAcme).at(0).id.text, "aud_c");
}

TEST_P(DirectoryOfAStore, NamesTheHandlesThatWereChangedAndNoOthers) {
  ControlChanges seen = store().control_changes(0).value();
  const auto changed = [&] {
    seen = store().control_changes(seen.version).value();
    return seen.handles;
  };
  add_acme();
  EXPECT_EQ(changed(), std::vector{kAcme});
  EXPECT_FALSE(directory().add_handle(kAcme, "x", audit_entry("aud_2")));
  EXPECT_TRUE(changed().empty()) << "refused";
  ASSERT_TRUE(directory().add_handle(kOther, "o@b", audit_entry("aud_3")));
  EXPECT_EQ(changed(), std::vector{kOther});
  ASSERT_TRUE(directory().put_settings(kAcme, "{}", audit_entry("aud_4")));
  ASSERT_TRUE(directory().put_origins(kAcme, R"({"origins":[]})", audit_entry("aud_5")));
  EXPECT_EQ(changed(), std::vector{kAcme}) << "once";
  EXPECT_FALSE(seen.allowlist);
  ASSERT_TRUE(directory().put_allowlist(R"({"handles":[],"egress":[]})", audit_entry("aud_6")));
  EXPECT_TRUE(changed().empty());
  EXPECT_TRUE(seen.allowlist);
  EXPECT_TRUE(changed().empty());
  EXPECT_FALSE(seen.allowlist) << "read already";
}

TEST_P(DirectoryOfAStore, NamesNoHandleForWhatTheServerKeepsByItselfOrNotAtAll) {
  add_acme();
  const auto before = store().control_changes(0).value().version;
  write({.at = kStart, .journal = "one", .changes = {audit_entry("aud_3")}});
  ASSERT_TRUE(directory().add_audit(audit_entry("aud_4")));
  ASSERT_TRUE(directory().end_token("tok_1", after(1), audit_entry("aud_5")));
  ASSERT_TRUE(directory().add_user("u@b", audit_entry("aud_6")));
  ASSERT_TRUE(directory().grant({kAcme, "u@b", access::Role::kOperator}, audit_entry("aud_7")));
  subscribe();
  write({.at = kStart, .changes = {commit::RulePut{kAcme, RuleId("a"), 1, "{}", kStart}}});
  EXPECT_EQ(store().control_changes(before).value().version, before);
}

}  // namespace
}  // namespace beckon::store
