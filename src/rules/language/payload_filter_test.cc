#include "rules/language/payload_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/fold.h"
#include "rules/language/letter_case.h"
#include "rules/language/payload_template.h"
#include "rules/language/payload_text.h"
#include "system/zones.h"

namespace beckon::rules {
namespace {

// {"v":"{{item | FILTERS}}"} for the value: the resulting v, as JSON text.
std::string behind(const std::string& filters, const std::string& value, const Zone* zone = nullptr) {
  struct One final : PayloadValues {
    explicit One(std::string text) : json(std::move(text)) {}
    std::optional<std::string_view> value(const PayloadPath& path, std::string&) const override {
      return path.root == PayloadRoot::kSame && !json.empty() ? std::optional<std::string_view>(json) : std::nullopt;
    }
    std::string json;
  };
  const auto document = json::parse(R"({"v":)" + json::quote("{{same | " + filters + "}}") + "}");
  Issues issues;
  const auto payload = PayloadTemplate::read(document->root(), "payload", OnMissing::kHold, issues);
  if (!issues.empty()) return issues.items().front().field + ": " + issues.items().front().issue;
  const auto out = payload->render(One(value), zone);
  if (!out.missing.empty()) return "missing";
  return out.json.substr(5, out.json.size() - 6);
}

TEST(PayloadFilter, DefaultTakesThePlaceOfWhatIsMissingOrEmptyText) {
  EXPECT_EQ(behind(R"(default:"friend")", ""), R"("friend")");
  EXPECT_EQ(behind(R"(default:"friend")", "null"), R"("friend")");
  EXPECT_EQ(behind(R"(default:"friend")", R"("")"), R"("friend")");
  EXPECT_EQ(behind(R"(default:'say "hi"')", ""), R"("say \"hi\"")");
  EXPECT_EQ(behind("default:12.50", ""), "12.50");
  EXPECT_EQ(behind(R"(default:"")", ""), R"("")");
  for (const char* is_there : {"0", "false", R"(" ")", "[]", "{}", R"("Jon")"})
    EXPECT_EQ(behind(R"(default:"friend")", is_there), is_there);
}

TEST(PayloadFilter, DefaultStandsInForWhatAFilterBeforeItCannotUse) {
  EXPECT_EQ(behind("number:2", R"("abc")"), "missing");
  EXPECT_EQ(behind(R"(number:2 | default:"?")", R"("abc")"), R"("?")");
  EXPECT_EQ(behind("default:3 | number:2", ""), R"("3.00")");
  EXPECT_EQ(behind(R"(default:"abc" | number:2)", ""), "missing");
  EXPECT_EQ(behind(R"(default:"abc" | upper)", ""), R"("ABC")");
}

TEST(PayloadFilter, NumberWritesExactDecimalsWithHalvesAwayFromZero) {
  EXPECT_EQ(behind("number:2", "12.5"), R"("12.50")");
  EXPECT_EQ(behind("number:2", R"("49.9")"), R"("49.90")");
  EXPECT_EQ(behind("number:0", "0.5"), R"("1")");
  EXPECT_EQ(behind("number:0", "-0.5"), R"("-1")");
  EXPECT_EQ(behind("number:2", "1.005"), R"("1.01")");
  EXPECT_EQ(behind("number:2", "0.0049999999"), R"("0.00")") << "rounded once, not twice";
  EXPECT_EQ(behind("number:2", "-0.004"), R"("0.00")") << "no minus before a zero";
  EXPECT_EQ(behind("number:6", "0.1234565"), R"("0.123457")");
  EXPECT_EQ(behind("number:1", "1e3"), R"("1000.0")");
  EXPECT_EQ(behind("number:2", "9007199254740.993"), "missing") << "beyond what amounts have";
  EXPECT_EQ(behind("number:2", "7999999999999.99"), R"("7999999999999.99")");
  EXPECT_EQ(behind("number:2", "[1,\"2\"]"), R"(["1.00","2.00"])");
  for (const char* no_number : {"true", "{}", R"("1,5")", R"("1e3")", R"("")", R"([1,"x"])"})
    EXPECT_EQ(behind("number:2", no_number), "missing") << no_number;
}

TEST(PayloadFilter, DateIsByTheWallClockOfTheZone) {
  const std::string at = R"("2026-03-05T23:04:09.5Z")";
  const Zone* berlin = system_zones().find("Europe/Berlin");
  ASSERT_NE(berlin, nullptr);
  EXPECT_EQ(behind(R"(date:"%d.%m.%Y %H:%M:%S")", at), R"("05.03.2026 23:04:09")");
  EXPECT_EQ(behind(R"(date:"%d.%m.%Y %H:%M:%S")", at, berlin), R"("06.03.2026 00:04:09")");
  EXPECT_EQ(behind(R"(date:"%-m/%-d, %-I:%M %p")", at), R"("3/5, 11:04 PM")");
  EXPECT_EQ(behind(R"(date:"%-H %I %p")", at, berlin), R"("0 12 AM")");
  EXPECT_EQ(behind(R"(date:"%b %B 100 %%")", at), R"("Mar March 100 %")");
  EXPECT_EQ(behind(R"(date:"%H")", R"("2026-07-01T12:00:00+02:00")", berlin), R"("12")") << "summer";
  EXPECT_EQ(behind(R"(date:"%Y-%m-%d %H:%M")", R"("1969-02-28")", berlin), R"("1969-02-28 00:00")");
  EXPECT_EQ(behind(R"(date:"%Y")", R"("0001-01-01")"), R"("0001")");
  for (const char* no_date : {"1772020800000", R"("2026-02-29")", R"("2026-2-01")", R"("soon")", "true"})
    EXPECT_EQ(behind(R"(date:"%Y")", no_date), "missing") << no_date;
}

TEST(PayloadFilter, FirstJoinAndSizeAreOfLists) {
  EXPECT_EQ(behind("first", R"(["a","b"])"), R"("a")");
  EXPECT_EQ(behind("first", "[12.50]"), "12.50");
  EXPECT_EQ(behind("first | first", "[[7,8],9]"), "7");
  EXPECT_EQ(behind("first", R"("a")"), R"("a")");
  for (const char* has_none : {"[]", "[null,1]"}) EXPECT_EQ(behind("first", has_none), "missing");
  EXPECT_EQ(behind(R"(join:" / ")", R"(["a",null,2,true,{"b":1}])"), R"("a / 2 / true / {\"b\":1}")");
  EXPECT_EQ(behind(R"(join:", ")", "7"), R"("7")");
  EXPECT_EQ(behind(R"(join:", " | default:"none")", "[]"), R"("none")");
  EXPECT_EQ(behind("size", R"(["a",null])"), "2");
  EXPECT_EQ(behind("size", R"({"a":1,"b":[1,2]})"), "2");
  EXPECT_EQ(behind("size", R"("né🙂")"), "3");
  EXPECT_EQ(behind("size", "[]"), "0");
  EXPECT_EQ(behind("size | default:0", ""), "0");
  for (const char* has_no_size : {"12", "true"}) EXPECT_EQ(behind("size", has_no_size), "missing");
}

TEST(PayloadFilter, UrlAndHtmlEscape) {
  EXPECT_EQ(behind("url", R"("a b/é?&=~-._ü🙂")"), R"("a%20b%2F%C3%A9%3F%26%3D~-._%C3%BC%F0%9F%99%82")");
  EXPECT_EQ(behind("html", R"("<a href='x'>\"&amp;</a>")"), R"("&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;&lt;/a&gt;")");
  EXPECT_EQ(behind(R"(html | join:"<br>")", R"(["<",">"])"), R"("&lt;<br>&gt;")");
  EXPECT_EQ(behind("url", "12"), R"("12")");
}

TEST(PayloadFilter, UpperAndLowerGoLetterByLetter) {
  EXPECT_EQ(behind("upper", R"("éric straße ςµſ дом i")"), R"("ÉRIC STRAßE ΣΜS ДОМ I")");
  EXPECT_EQ(behind("lower", R"("ÉRIC ẞ ΣΟΣ ς ДОМ")"), R"("éric ß σοσ ς дом")");
  EXPECT_EQ(behind("upper", R"(["a",true])"), R"(["A","TRUE"])");
  EXPECT_EQ(upper_case("日本 🙂 ıİ"), "日本 🙂 ıİ");
  // In all alphabets, upper-casing and then lower-casing gives the original, except for letters that fold.
  for (const char* text : {"abcxyz", "àéîõüþÿ", "āđŋžź", "αβγωάέΐϊ", "бгджєљ", "աբգև", "ḁṽẑạỹ"}) {
    EXPECT_EQ(lower_case(upper_case(text)), text);
    EXPECT_EQ(lower_case(text), text);
  }
  EXPECT_EQ(upper_case("àéîõüþÿāđŋžźαωάбщєաֆḁỹ"), "ÀÉÎÕÜÞŸĀĐŊŽŹΑΩΆБЩЄԱՖḀỸ");
}

TEST(PayloadFilter, IsRefusedWhereItIsUnknownOrItsArgumentIsWrong) {
  const auto fault = [](const std::string& filters) { return behind(filters, "1"); };
  const std::string at = "payload.v: the placeholder {{same | ";
  EXPECT_EQ(fault("uper"), at + R"(uper}} has the unknown filter "uper"; did you mean "upper"?)");
  EXPECT_EQ(fault("xyzzy:3"), at + R"(xyzzy:3}} has the unknown filter "xyzzy")");
  EXPECT_EQ(fault(""), at + R"(}} has the unknown filter "")");
  EXPECT_EQ(fault("upper:1"), at + "upper:1}} gives the filter upper an argument, and it takes none");
  for (const char* wrong : {"number", "number:7", "number:-1", "number:\"2\"", "number:2.0", "number:"})
    EXPECT_EQ(fault(wrong), at + wrong + "}} must give the filter its argument: number:2, with 0 to 6 decimal places");
  for (const char* wrong : {"default", "default:friend", "default:1e999", "default:01", "default:"})
    EXPECT_EQ(fault(wrong), at + wrong + R"(}} must give the filter its argument: default:"friend" or default:0)");
  for (const char* wrong : {"join", "join:,", "date:\"\"", "date:%d"})
    EXPECT_THAT(fault(wrong), ::testing::HasSubstr("must give the filter its argument")) << wrong;
  for (const char* wrong : {"%x", "%", "%-Y", "%-", "%d %-b"})
    EXPECT_THAT(fault(std::string("date:\"") + wrong + "\""), ::testing::HasSubstr("an unknown part")) << wrong;
  EXPECT_THAT(fault("upper|upper|upper|upper|upper|upper|upper|upper|upper"),
              ::testing::HasSubstr("has more than 8 filters"));
  EXPECT_THAT(fault("default:\"x"), ::testing::HasSubstr("has a text in quotes that does not end"));
  EXPECT_THAT(fault("default:\"x\" y"), ::testing::HasSubstr("has \"y\" behind a text in quotes"));
}

}  // namespace
}  // namespace beckon::rules
