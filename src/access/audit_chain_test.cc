#include "access/audit_chain.h"

#include <gtest/gtest.h>

#include "system/encoding.h"

namespace beckon::access {
namespace {

AuditEntry entry() {
  return {.id = AuditId("aud_1"),
          .handle = Handle("acme"),
          .at = instant_ms(1'767'225'600'000),
          .by = {.actor = "ada@example.com", .address = "192.0.2.7", .request = "req_1"},
          .action = "settings.put",
          .target = "acme",
          .detail = R"({"retention":"90d"})",
          .before = "{}"};
}

// The format must never change: these hashes were made by sha256sum.
TEST(AuditChain, OfAnEntryIsTheSha256OfItsLineWithoutTheHash) {
  const AuditEntry first = chained(entry(), 1, kFirstPrevious);
  EXPECT_EQ(audit_text(first),
            R"({"number":1,"auditId":"aud_1","handle":"acme","at":"2026-01-01T00:00:00Z",)"
            R"("actor":"ada@example.com","address":"192.0.2.7","requestId":"req_1","action":"settings.put",)"
            R"("target":"acme","before":{},"detail":{"retention":"90d"},)"
            R"("previous":"0000000000000000000000000000000000000000000000000000000000000000"})");
  EXPECT_EQ(to_hex(first.hash), "a443369e3917ec09ff66e42aec57c1387c61f702e5e2b7c89e6e333d00ebc627");
  EXPECT_EQ(audit_line(first), audit_text(first).substr(0, audit_text(first).size() - 1) +
                                   R"(,"hash":"a443369e3917ec09ff66e42aec57c1387c61f702e5e2b7c89e6e333d00ebc627"})");
  const AuditEntry second = chained({.id = AuditId("aud_2"), .by = {"cli"}, .action = "user.add"}, 2, first.hash);
  EXPECT_EQ(audit_text(second),
            R"({"number":2,"auditId":"aud_2","handle":null,"at":"1970-01-01T00:00:00Z","actor":"cli",)"
            R"("address":null,"requestId":null,"action":"user.add","target":"","before":null,"detail":{},)"
            R"("previous":"a443369e3917ec09ff66e42aec57c1387c61f702e5e2b7c89e6e333d00ebc627"})");
}

TEST(AuditChain, ChangesWithEveryMemberOfAnEntry) {
  const auto changes_by = [](auto change) {
    AuditEntry other = entry();
    change(other);
    return chained(other, 1, kFirstPrevious).hash != chained(entry(), 1, kFirstPrevious).hash;
  };
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.id = AuditId("aud_2"); }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.handle = Handle("other"); }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.at += Duration{1}; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.by.actor = "eve@example.com"; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.by.address = "192.0.2.8"; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.by.request = "req_2"; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.action = "settings.get"; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.target = "acme2"; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.detail = "{}"; }));
  EXPECT_TRUE(changes_by([](AuditEntry& it) { it.before = ""; }));
  EXPECT_FALSE(changes_by([](AuditEntry&) {}));
}

TEST(AuditChain, OfAnEntryOfBeforeItIsNull) {
  EXPECT_TRUE(audit_line(entry()).starts_with(R"({"number":null,"auditId")"));
  EXPECT_TRUE(audit_line(entry()).ends_with(R"("previous":null,"hash":null})"));
}

}  // namespace
}  // namespace beckon::access
