#include "rules/language/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/fold.h"
#include "rules/language/members.h"
#include "system/plain_text.h"

namespace beckon::rules {
namespace {

struct Read {
  Comparison comparison;
  std::string faults;  // "in: must be …; fold: …"
};

Read read(const std::string& members, Listed listed = Listed::kNumbers) {
  const auto document = json::parse("{" + members + "}");
  EXPECT_TRUE(document.has_value()) << members;
  Issues issues;
  Members given(document->root(), "", issues);
  Read out{.comparison = read_comparison(given, listed), .faults = ""};
  given.finish();
  for (const FieldIssue& one : issues.items())
    out.faults += (out.faults.empty() ? "" : "; ") + one.field + ": " + one.issue;
  return out;
}

Comparison comparing(const std::string& members) {
  const Read one = read(members);
  EXPECT_EQ(one.faults, "") << members;
  return one.comparison;
}

// The JSON texts for which the comparison is true.
std::vector<std::string> fitting(const std::string& members, const std::vector<std::string>& values) {
  const Comparison comparison = comparing(members);
  std::vector<std::string> out;
  for (const std::string& value : values) {
    if (holds(comparison, value)) out.push_back(value);
  }
  return out;
}

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kValues{"",         "null",  R"("pro")",     R"("PRO")",   R"("49.90")",      "49.9",
                                       R"("4e1")", "true",  "[]",           R"(["pro"])", R"(["pro",49.9])", "{}",
                                       R"("")",    "-49.9", R"("p\u0072o")"};

TEST(Comparison, EqualsTheTextItselfAndANumberHoweverItIsWritten) {
  EXPECT_THAT(fitting(R"("equals":"pro")", kValues), ElementsAre(R"("pro")", R"("p\u0072o")"));
  EXPECT_THAT(fitting(R"("equals":49.90)", kValues), ElementsAre(R"("49.90")", "49.9"));
  EXPECT_THAT(fitting(R"("equals":40)", {R"("4e1")", "4e1", R"("40 ")", R"("+40")"}), ElementsAre("4e1"));
  EXPECT_THAT(fitting(R"("equals":true)", kValues), ElementsAre("true"));
  EXPECT_THAT(fitting(R"("equals":"true")", kValues), ElementsAre("true"));
  EXPECT_THAT(fitting(R"("equals":"")", kValues), ElementsAre(R"("")"));
  EXPECT_THAT(fitting(R"("in":["free","pro",-49.9])", kValues), ElementsAre(R"("pro")", "-49.9", R"("p\u0072o")"));
}

TEST(Comparison, TakesAMissingValueAndNullForTheSame) {
  const std::vector<std::string> missing{"", "null"};
  for (const char* holds : {R"("not":"pro")", R"("notIn":["pro"])", R"("exists":false)"})
    EXPECT_EQ(fitting(holds, missing), missing) << holds;
  for (const char* not_so :
       {R"("equals":"")", R"("in":["null",""])", R"("above":-1)", R"("below":1)", R"("atLeast":0)", R"("atMost":0)",
        R"("startsWith":"n")", R"("endsWith":"l")", R"("contains":"")", R"("anyOf":["null"])", R"("allOf":["null"])",
        R"("exists":true)", R"("before":"2030-01-01T00:00:00Z")", R"("after":"1970-01-01T00:00:00Z")",
        R"("not":"x","exists":true)"})
    EXPECT_THAT(fitting(not_so, missing), IsEmpty()) << not_so;
}

TEST(Comparison, IsTheContraryUnderNotAndNotIn) {
  for (const std::string& value : kValues) {
    EXPECT_NE(holds(comparing(R"("equals":"pro")"), value), holds(comparing(R"("not":"pro")"), value)) << value;
    EXPECT_NE(holds(comparing(R"("in":["pro",49.9])"), value), holds(comparing(R"("notIn":["pro",49.9])"), value));
    EXPECT_NE(holds(comparing(R"("exists":true)"), value), holds(comparing(R"("exists":false)"), value)) << value;
  }
}

TEST(Comparison, ComparesNumbersAsExactDecimals) {
  const std::vector<std::string> numbers{"49.89", "49.9", R"("49.90")", "49.91", R"("x")", "true"};
  EXPECT_THAT(fitting(R"("above":49.9)", numbers), ElementsAre("49.91"));
  EXPECT_THAT(fitting(R"("atLeast":49.9)", numbers), ElementsAre("49.9", R"("49.90")", "49.91"));
  EXPECT_THAT(fitting(R"("below":49.9)", numbers), ElementsAre("49.89"));
  EXPECT_THAT(fitting(R"("atMost":49.9)", numbers), ElementsAre("49.89", "49.9", R"("49.90")"));
  EXPECT_THAT(fitting(R"("atLeast":49.9,"below":49.91)", numbers), ElementsAre("49.9", R"("49.90")"));
  EXPECT_THAT(fitting(R"("equals":0.3)", {"0.3", "0.30000000000000004", "0.3000009"}),
              ElementsAre("0.3", "0.30000000000000004"));
}

TEST(Comparison, LooksIntoTextsAndLists) {
  const std::vector<std::string> texts{R"("Dennis")", R"("Maude")", R"(["De","x"])", R"("de")", "12", "[]", "{}"};
  EXPECT_THAT(fitting(R"("startsWith":"De")", texts), ElementsAre(R"("Dennis")"));
  EXPECT_THAT(fitting(R"("endsWith":"de")", texts), ElementsAre(R"("Maude")", R"("de")"));
  EXPECT_THAT(fitting(R"("contains":"de")", texts), ElementsAre(R"("Maude")", R"("de")"));
  EXPECT_THAT(fitting(R"("contains":"De")", texts), ElementsAre(R"("Dennis")", R"(["De","x"])"));
  EXPECT_THAT(fitting(R"("contains":2)", texts), ElementsAre("12"));
  EXPECT_THAT(fitting(R"("anyOf":["De","de"])", texts), ElementsAre(R"(["De","x"])", R"("de")"));
  EXPECT_THAT(fitting(R"("allOf":["De","x"])", texts), ElementsAre(R"(["De","x"])"));
  EXPECT_THAT(fitting(R"("allOf":[12.0])", {"12", "[1,12]", R"(["12"])", "[[12]]", "[1,2]"}),
              ElementsAre("12", "[1,12]", R"(["12"])"));
}

TEST(Comparison, ComparesInstantsWhateverTheirOffset) {
  const std::vector<std::string> instants{R"("2026-02-25T11:59:59Z")", R"("2026-02-25T13:00:00+01:00")",
                                          R"("2026-02-25T12:00:00.001Z")", R"("2026-02-25")", "1772020800001"};
  EXPECT_THAT(fitting(R"("before":"2026-02-25T12:00:00Z")", instants), ElementsAre(instants[0]));
  EXPECT_THAT(fitting(R"("after":"2026-02-25T12:00:00Z")", instants), ElementsAre(instants[2]));
}

TEST(Comparison, FoldsLetterCaseWhereAsked) {
  const std::vector<std::string> names{R"("Émile")", R"("éMILE")", R"("Emile")", R"(["ÉMILE"])"};
  EXPECT_THAT(fitting(R"("equals":"émile","fold":true)", names), ElementsAre(names[0], names[1]));
  EXPECT_THAT(fitting(R"("equals":"émile","fold":false)", names), IsEmpty());
  EXPECT_THAT(fitting(R"("startsWith":"É","fold":true)", names), ElementsAre(names[0], names[1]));
  EXPECT_THAT(fitting(R"("anyOf":["émile"],"fold":true)", names), ElementsAre(names[0], names[1], names[3]));
  EXPECT_THAT(fitting(R"("notIn":["ÉMILE"],"fold":true)", names), ElementsAre(names[2], names[3]));
}

// Against Unicode's own table: each letter with a single lower-case letter, and those letters themselves.
TEST(Fold, AgreesWithUnicodeOnTheAlphabetsThatItKnows) {
  const auto utf8 = [](char32_t letter) {
    std::string out;
    if (letter < 0x80) return std::string(1, static_cast<char>(letter));
    if (letter < 0x800)
      return out += static_cast<char>(0xc0 | letter >> 6), out += static_cast<char>(0x80 | (letter & 63));
    return out += static_cast<char>(0xe0 | letter >> 12), out += static_cast<char>(0x80 | (letter >> 6 & 63)),
           out += static_cast<char>(0x80 | (letter & 63));
  };
  int folds = 0;
  for (const auto& [first, last] : {std::pair{0x20, 0x17f}, {0x370, 0x58f}, {0x1e00, 0x1eff}}) {
    for (int letter = first; letter <= last; ++letter) {
      const std::string text = utf8(static_cast<char32_t>(letter)), whole = case_folded(text);
      const bool one_letter = whole.size() <= 3 &&
                              (static_cast<unsigned char>(whole[0]) >= 0xc0) == (whole.size() > 1) &&
                              (whole.size() < 3 || static_cast<unsigned char>(whole[0]) >= 0xe0);
      const bool rare = (letter >= 0x370 && letter <= 0x377) || letter == 0x37e || letter == 0x37f || letter == 0x387 ||
                        (letter >= 0x3cf && letter <= 0x3ff);
      if (!one_letter || rare || case_folded(text) == "ss") continue;
      EXPECT_EQ(folded(text), whole) << std::hex << letter;
      folds += whole != text;
    }
  }
  EXPECT_GT(folds, 400);
  EXPECT_EQ(folded("STRAẞE Ω ΣΊΣΥΦΟΣ 日本 🙂"), "straße ω σίσυφοσ 日本 🙂");
}

TEST(Comparison, OfATextIsThatOfItsJson) {
  for (const char* members : {R"("equals":7)", R"("equals":"7")", R"("atLeast":7)", R"("notIn":["x",7])",
                              R"("startsWith":"7")", R"("anyOf":["7.0"])", R"("exists":true)", R"("exists":false)"}) {
    for (const char* text : {"7", "7.0", "x", "7e0", ""})
      EXPECT_EQ(holds_text(comparing(members), text), holds(comparing(members), json::quote(text))) << members << text;
    EXPECT_EQ(holds_text(comparing(members), std::nullopt), holds(comparing(members), "")) << members;
  }
}

TEST(Comparison, TakesListedNumbersForTextsWhereAsked) {
  const Comparison texts = read(R"("in":[7,true])", Listed::kTexts).comparison;
  EXPECT_TRUE(holds_text(texts, "7"));
  EXPECT_FALSE(holds_text(texts, "7.0"));
  EXPECT_TRUE(holds_text(texts, "true"));
  EXPECT_EQ(texts, read(R"("in":["true","7","7"])", Listed::kTexts).comparison);
}

TEST(Comparison, IsEqualWhereItSaysTheSame) {
  EXPECT_EQ(comparing(R"("in":["b","a","b"])"), comparing(R"("in":["a","b"])"));
  EXPECT_EQ(comparing(R"("equals":"a")"), comparing(R"("in":["a"])"));
  EXPECT_EQ(comparing(R"("below":5,"atLeast":1)"), comparing(R"("atLeast":1,"below":5)"));
  EXPECT_EQ(comparing(R"("equals":"A","fold":true)"), comparing(R"("equals":"a","fold":true)"));
  EXPECT_NE(comparing(R"("equals":"a","fold":true)"), comparing(R"("equals":"a")"));
  EXPECT_NE(comparing(R"("equals":7)"), comparing(R"("equals":"7")"));
}

TEST(Comparison, NamesEveryFaultAtItsPlace) {
  EXPECT_EQ(read("").faults, "in: is required unless another comparison is given, such as equals");
  EXPECT_EQ(
      read(R"("above":"5","below":[],"before":7,"exists":1,"startsWith":"","fold":"yes","in":[[],"a"],"allOf":"x")")
          .faults,
      "fold: must be true or false; in[0]: must be a string of at most 256 characters, a number or a boolean; "
      "above: must be a number below 1 trillion; below: must be a number below 1 trillion; "
      "startsWith: must be a string of 1 to 256 characters; allOf: must be a list of strings; "
      "exists: must be true or false; before: must be an instant from 1970 to 9999, such as \"2026-10-01T00:00:00Z\"");
  EXPECT_EQ(read(R"("in":["a"],"notIn":["b"])").faults, "notIn: cannot be combined with in; give one of the two");
  EXPECT_EQ(read(R"("above":1,"atLeast":2)").faults, "above: cannot be combined with atLeast; give one of the two");
  EXPECT_EQ(read(R"("notEquals":1,"equals":2)").faults, "notEquals: is called not");
  EXPECT_EQ(read(R"("above":1,"fold":true)").faults, "fold: can only be used with a comparison of texts");
  EXPECT_EQ(read(R"("equals":1e12)").faults, "equals: must be a number below 1 trillion");
  EXPECT_THAT(read(R"("equals":")" + std::string(257, 'x') + "\"").faults, HasSubstr("at most 256"));
  EXPECT_THAT(read(R"("in":[])").faults, HasSubstr("1 to 100 entries"));
  EXPECT_THAT(read(R"("startWith":"x","equals":"x")").faults, HasSubstr("did you mean \"startsWith\"?"));
}

TEST(Comparison, IsToldInWords) {
  EXPECT_EQ(words_of(comparing(R"("equals":"pro")")), "pro");
  EXPECT_EQ(words_of(comparing(R"("notIn":["b","a"])")), "not a or b");
  EXPECT_EQ(words_of(comparing(R"("atLeast":50,"below":500)")), "below 500 and at least 50");
  EXPECT_EQ(words_of(comparing(R"("startsWith":"De","fold":true)")), "starting with de in any letter case");
  EXPECT_EQ(words_of(comparing(R"("exists":true)")), "present");
  EXPECT_EQ(words_of(comparing(R"("exists":false)")), "missing");
  EXPECT_EQ(words_of(comparing(R"("after":"2026-02-25T13:00:00+01:00")")), "after 2026-02-25T12:00:00Z");
}

TEST(Comparison, NamesItsTextsOnlyWhereThereAreNoOthers) {
  EXPECT_EQ(texts_of(comparing(R"("in":["a","b"],"startsWith":"a")")), std::vector<std::string>{"a"});
  EXPECT_EQ(texts_of(comparing(R"("in":["a",7])")), std::nullopt);
  EXPECT_EQ(texts_of(comparing(R"("in":["a"],"fold":true)")), std::nullopt);
  EXPECT_EQ(texts_of(comparing(R"("notIn":["a"])")), std::nullopt);
}

TEST(Comparison, HasAnExampleThatFitsAndOneThatDoesNot) {
  for (const char* members :
       {R"("equals":"a")", R"("not":"a")", R"("above":5)", R"("below":5.5)", R"("atLeast":1,"below":2)",
        R"("startsWith":"a","endsWith":"b")", R"("contains":"q")", R"("anyOf":["a"])", R"("allOf":["a"])",
        R"("before":"2026-02-25T12:00:00Z")", R"("after":"2026-02-25T12:00:00Z")", R"("in":["a",7])"}) {
    const Comparison comparison = comparing(members);
    const auto fits = [&](const std::string& text) { return holds_text(comparison, text); };
    EXPECT_TRUE(std::ranges::any_of(examples_of(comparison), fits)) << members;
    EXPECT_FALSE(std::ranges::all_of(examples_of(comparison), fits)) << members;
  }
}

}  // namespace
}  // namespace beckon::rules
