#include "commit/tenant.h"

#include <gtest/gtest.h>

namespace beckon::commit {
namespace {

// The setting `currency` as it is written again, or the fault.
std::string currency(const std::string& json) {
  const auto read = parse_settings(json::parse(json)->root(), {});
  if (!read) return read.error().details.front().field + ": " + read.error().details.front().issue;
  const auto written = json::parse(to_json(*read));
  return json::to_text(*written->root().find("currency"));
}

TEST(HandlesSettings, HaveTheCodeOfACurrencyOrNone) {
  EXPECT_EQ(currency("{}"), "null");
  EXPECT_EQ(currency(R"({"currency":null})"), "null");
  EXPECT_EQ(currency(R"({"currency":"EUR"})"), R"("EUR")");
  for (const char* bad : {R"("eur")", R"("EURO")", R"("XXX")", R"("")", "978", R"(["EUR"])", "false"})
    EXPECT_EQ(currency("{\"currency\":" + std::string(bad) + "}"),
              "currency: must be the code of a currency such as \"EUR\" (ISO 4217)")
        << bad;
}

TEST(HandlesSettings, NameEveryFaultAtOnce) {
  const auto read = parse_settings(json::parse(R"({"currency":"euro","zone":"Mars","scope":"all"})")->root(), {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().details.size(), 3u);
}

}  // namespace
}  // namespace beckon::commit
