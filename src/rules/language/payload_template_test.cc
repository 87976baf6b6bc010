#include "rules/language/payload_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace beckon::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GivenValues final : public PayloadValues {
 public:
  GivenValues(std::map<std::string, std::string> values) : values_(std::move(values)) {}  // JSON by path
  std::optional<std::string_view> value(const PayloadPath& path, std::string& room) const override {
    const auto found = values_.find(path.text);
    if (found == values_.end()) return std::nullopt;
    return room = found->second;
  }

 private:
  std::map<std::string, std::string> values_;
};

struct Read {
  std::optional<PayloadTemplate> payload;
  std::vector<std::string> faults;  // "payload.a: the placeholder …"
};

Read read(const std::string& json, OnMissing on_missing = OnMissing::kHold) {
  const auto document = json::parse(json);
  EXPECT_TRUE(document.has_value()) << json;
  Read out;
  Issues issues;
  out.payload = PayloadTemplate::read(document->root(), "payload", on_missing, issues);
  for (const FieldIssue& one : issues.items()) out.faults.push_back(one.field + ": " + one.issue);
  return out;
}

// The payload, or "missing PATH", or "too large"; the probe must say the same.
std::string rendered(const PayloadTemplate& payload, const PayloadValues& values) {
  const auto out = payload.render(values, nullptr);
  Digest digest;
  const auto probe = payload.probe(values, nullptr, digest);
  EXPECT_EQ(probe.missing == nullptr ? "" : probe.missing->text, out.missing);
  EXPECT_EQ(probe.too_large, out.too_large);
  EXPECT_EQ(probe.can_be_rendered(), !out.json.empty());
  if (!out.missing.empty()) return "missing " + out.missing;
  return out.too_large ? "too large" : out.json;
}

std::string rendered(const std::string& json, const std::map<std::string, std::string>& values,
                     OnMissing on_missing = OnMissing::kHold) {
  const Read one = read(json, on_missing);
  EXPECT_THAT(one.faults, IsEmpty()) << json;
  return one.payload ? rendered(*one.payload, GivenValues(values)) : "no template";
}

std::string fault(const std::string& leaf) {
  const Read one = read(R"({"a":)" + json::quote(leaf) + "}");
  return one.faults.size() == 1 ? one.faults.front() : "not one fault";
}

std::vector<std::string> path_texts(const PayloadTemplate& payload) {
  std::vector<std::string> out;
  for (const PayloadPath& path : payload.paths()) out.push_back(path.text);
  return out;
}

TEST(PayloadTemplate, IsOnlyWhatHasPlaceholders) {
  for (const char* plain : {"{}", R"({"a":"b","c":[1,{"d":"}} {"}],"{{visitor.id}}":null})"})
    EXPECT_EQ(rendered(plain, {}), "no template") << plain;
  EXPECT_EQ(rendered(R"({"{{visitor.id}}":"{{{{"})", {}), R"({"{{visitor.id}}":"{{"})");
}

TEST(PayloadTemplate, KeepsTheJsonTypeOfATextThatIsOnePlaceholder) {
  for (const char* value : {"12.50", "true", "false", R"("a\"b")", R"(["a",1])", R"({"a":{"b":null}})", R"("")", "0"})
    EXPECT_EQ(rendered(R"({"n":"{{ same }}","l":[1,"{{same}}"]})", {{"same", value}}),
              std::string(R"({"n":)") + value + R"(,"l":[1,)" + value + "]}");
}

TEST(PayloadTemplate, InsertsValuesIntoTexts) {
  const auto with = [](const std::string& value) {
    const std::string out = rendered(R"({"t":"<{{same}}>"})", {{"same", value}});
    return out.substr(7, out.size() - 10);  // between {"t":"< and >"}
  };
  EXPECT_EQ(with("12.50"), "12.50");
  EXPECT_EQ(with("1E+2"), "1E+2");
  EXPECT_EQ(with("false"), "false");
  EXPECT_EQ(with(R"("say \"hi\"\n")"), R"(say \"hi\"\n)");
  EXPECT_EQ(with(R"(["a", 1 ,null,true,[1,2]])"), "a, 1, true, [1,2]");
  EXPECT_EQ(with(R"({"a":"b"})"), R"({\"a\":\"b\"})");
  EXPECT_EQ(with("[]"), "");
  EXPECT_EQ(rendered(R"({"t":" {{same}}{{same}}"})", {{"same", "1"}}), R"({"t":" 11"})") << "a space makes it a text";
}

TEST(PayloadTemplate, WritesDoubledBracesForBraces) {
  EXPECT_EQ(rendered(R"({"t":"{{{{name}} {{same}} }} { } {{{{"})", {{"same", "1"}}), R"({"t":"{{name}} 1 }} { } {{"})");
}

TEST(PayloadTemplate, ReadsWhatIsInQuotesAsItIs) {
  EXPECT_EQ(rendered(R"({"t":"{{ same|default:'}} | {{' }}"})", {}), R"({"t":"}} | {{"})");
  EXPECT_EQ(rendered(R"({"t":"{{same | default : \"it's\" | upper}}"})", {}), R"({"t":"IT'S"})");
}

TEST(PayloadTemplate, NeverReadsAValueAgain) {
  EXPECT_EQ(rendered(R"({"t":"{{same}}","u":"x{{same}}{{{{same}}"})", {{"same", R"("{{visitor.id}}\",\"admin\":\"")"}}),
            R"({"t":"{{visitor.id}}\",\"admin\":\"","u":"x{{visitor.id}}\",\"admin\":\"{{same}}"})");
}

TEST(PayloadTemplate, NamesEachOfItsPathsOnce) {
  const auto one =
      read(R"({"a":"{{visitor.traits.a.b}} {{anchor.metadata.items[].price}}","b":["{{visitor.traits.a.b | upper}}"],
                           "c":{"$each":"signal.metadata.items","as":"{{item.x}}{{same}}"},"d":"{{decision.id}}",
                           "e":"{{session.context.my field}} {{ever.big.orders.sum}} {{anchor.at | date:'%Y'}}"})");
  ASSERT_THAT(one.faults, IsEmpty());
  EXPECT_THAT(
      path_texts(*one.payload),
      ElementsAre("visitor.traits.a.b", "anchor.metadata.items[].price", "signal.metadata.items", "same", "decision.id",
                  "session.context.my field", "ever.big.orders.sum", "anchor.at", "visitor.zone"));
  const auto& paths = one.payload->paths();
  EXPECT_EQ(paths[0].root, PayloadRoot::kTrait);
  EXPECT_EQ(paths[0].rest, "a.b");
  EXPECT_EQ(paths[1].root, PayloadRoot::kAnchor);
  EXPECT_EQ(paths[1].rest, "metadata.items[].price");
  EXPECT_EQ(paths[1].metadata_field(), "items[].price");
  EXPECT_EQ(paths[2].root, PayloadRoot::kSignal);
  EXPECT_EQ(paths[5].rest, "my field");
  EXPECT_EQ(paths[6].rest, "big.orders.sum");
  EXPECT_EQ(paths[7].rest, "at");
  EXPECT_EQ(paths[7].metadata_field(), "");
}

TEST(PayloadTemplate, HoldsWhereSomethingIsMissing) {
  const std::string payload = R"({"t":"Hi {{visitor.traits.firstName}}","n":"{{ever.orders.count}}"})";
  const std::map<std::string, std::string> orders{{"ever.orders.count", "3"}};
  EXPECT_EQ(rendered(payload, orders), "missing visitor.traits.firstName");
  EXPECT_EQ(rendered(payload, {{"visitor.traits.firstName", "null"}}), "missing visitor.traits.firstName");
  EXPECT_EQ(rendered(payload, {{"visitor.traits.firstName", R"("Jo")"}}), "missing ever.orders.count");
  EXPECT_EQ(rendered(payload, {{"visitor.traits.firstName", R"("")"}, {"ever.orders.count", "0"}}),
            R"({"t":"Hi ","n":0})");
  EXPECT_EQ(rendered(R"({"a":"{{same | default:1}}","b":"{{same}}"})", {}), "missing same");
  EXPECT_EQ(rendered(R"({"a":"{{same | default:1}}","b":"{{visitor.id}}"})", {}), "missing visitor.id");
  EXPECT_EQ(rendered(R"({"a":"{{same | number:2}}"})", {{"same", R"("x")"}}), "missing same");
}

TEST(PayloadTemplate, WritesNullOrNothingWhereSoAsked) {
  EXPECT_EQ(rendered(R"({"t":"Hi {{same}}!","n":"{{same}}","d":"{{same | default:7}}","u":"{{same | upper}}"})", {},
                     OnMissing::kNull),
            R"({"t":"Hi !","n":null,"d":7,"u":null})");
  EXPECT_EQ(rendered(R"({"a":"{{same | number:2}}"})", {{"same", R"("x")"}}, OnMissing::kNull), R"({"a":null})");
}

TEST(PayloadTemplate, NeverHoldsForWhatOnlyTheDecisionSays) {
  const std::string payload =
      R"({"a":"{{decision.variant}}","b":"{{decision.expiresAt | date:'%H:%M'}} {{decision.id}}"})";
  EXPECT_EQ(rendered(payload, {}), R"({"a":null,"b":" "})");
  EXPECT_EQ(rendered(payload, {{"decision.variant", R"("b")"},
                               {"decision.id", R"("d1")"},
                               {"decision.expiresAt", R"("2026-03-05T10:30:00Z")"}}),
            R"({"a":"b","b":"10:30 d1"})");
}

const std::string kItems = R"([{"sku":"a","n":1},{"sku":"b"},null,{"sku":"c","n":3},{"sku":"d","n":4}])";

TEST(PayloadTemplate, MakesAListOfEachElement) {
  const std::string payload =
      R"({"l":{"$each":"anchor.metadata.items","max":2,"as":{"sku":"{{item.sku}}","t":"{{item.n}} {{same}}","x":[1]}}})";
  const std::string items = "anchor.metadata.items";
  EXPECT_EQ(rendered(payload, {{items, kItems}, {"same", "7"}}),
            R"({"l":[{"sku":"a","t":"1 7","x":[1]},{"sku":"c","t":"3 7","x":[1]}]})")
      << "an element of which something is missing is left out, and does not count";
  EXPECT_EQ(rendered(payload, {{items, kItems}}), "missing same");
  EXPECT_EQ(rendered(payload, {{"same", "7"}}), "missing anchor.metadata.items");
  EXPECT_EQ(rendered(payload, {{items, "[]"}, {"same", "7"}}), R"({"l":[]})");
  EXPECT_EQ(rendered(payload, {{items, R"([{"sku":"b"},null])"}, {"same", "7"}}), "missing anchor.metadata.items");
  EXPECT_EQ(rendered(payload, {{items, R"({"sku":"a","n":1})"}, {"same", "7"}}),
            R"({"l":[{"sku":"a","t":"1 7","x":[1]}]})")
      << "a single value is a list of one";
  EXPECT_EQ(rendered(payload, {{items, kItems}, {"same", "7"}}, OnMissing::kNull),
            R"({"l":[{"sku":"a","t":"1 7","x":[1]},{"sku":"b","t":" 7","x":[1]}]})");
  EXPECT_EQ(rendered(payload, {}, OnMissing::kNull), R"({"l":null})");
}

TEST(PayloadTemplate, ReadsFieldsOfAnElementAsThoseOfMetadata) {
  EXPECT_EQ(rendered(R"({"l":{"$each":"visitor.traits.tags","as":"{{item | upper}}"}})",
                     {{"visitor.traits.tags", R"(["a","b"])"}}),
            R"({"l":["A","B"]})");
  EXPECT_EQ(
      rendered(R"({"l":{"$each":"signal.metadata.l","as":["{{item.a.b}}","{{item.c[].d}}","{{item.x | default:0}}"]}})",
               {{"signal.metadata.l", R"([{"a":{"b":"y"},"c":[{"d":1},{},{"d":2}]},{"a":{"b":"z"},"c":[]}])"}}),
      R"({"l":[["y",[1,2],0]]})");
  EXPECT_EQ(rendered(R"({"l":{"$each":"visitor.traits.tags","as":1}})", {{"visitor.traits.tags", "[7,8]"}}),
            R"({"l":[1,1]})");
}

TEST(PayloadTemplate, WritesAtMostSoManyElements) {
  std::string list = "[0";
  for (int i = 1; i < 80; ++i) list += "," + std::to_string(i);
  const std::string out =
      rendered(R"({"l":{"$each":"visitor.traits.x","as":"{{item}}"}})", {{"visitor.traits.x", list + "]"}});
  EXPECT_TRUE(out.ends_with(",48,49]}")) << out;
}

TEST(PayloadTemplate, IsTooLargeBeyondEightKibibytes) {
  const std::string payload = R"({"t":"{{same}}","d":"{{decision.id}}"})";
  constexpr std::size_t kMost = 8'192 - std::string_view(R"({"t":"","d":})").size();
  const auto text = [](std::size_t size) { return '"' + std::string(size, 'x') + '"'; };
  const std::map<std::string, std::string> fits{{"same", text(kMost)}}, too_large{{"same", text(kMost + 1)}};
  EXPECT_EQ(rendered(payload, fits).size(), 8'192u + 4);
  EXPECT_EQ(rendered(payload, too_large), "too large");
  auto decided = fits;
  decided["decision.id"] = text(300);
  EXPECT_EQ(rendered(payload, decided).size(), 8'192u + 302) << "what the decision says does not count";
  EXPECT_EQ(rendered(R"({"t":"{{same | html}}"})", {{"same", "\"" + std::string(1'800, '\'') + "\""}}), "too large");
  EXPECT_EQ(rendered(R"({"t":"{{same | html | html | html}}"})", {{"same", '"' + std::string(700, '\'') + '"'}}),
            "too large");
  EXPECT_EQ(rendered(R"({"t":"-{{same}}"})", {{"same", '"' + std::string(1'400, '\x7f') + '"'}}), "too large");
  EXPECT_EQ(rendered(R"({"l":{"$each":"visitor.traits.x","as":"{{same}}"}})",
                     {{"visitor.traits.x", "[1,2,3,4,5,6,7,8,9]"}, {"same", text(1'000)}}),
            "too large");
}

TEST(PayloadTemplate, AddsTheValuesThatItReadsToTheDigest) {
  const auto one = read(R"({"t":"{{same | default:1}} {{anchor.at | date:'%H'}}","d":"{{decision.id}}"})");
  const auto digest = [&](const std::map<std::string, std::string>& values) {
    Digest out;
    one.payload->probe(GivenValues(values), nullptr, out);
    return out.value();
  };
  const std::map<std::string, std::string> values{{"anchor.at", R"("2026-03-05T10:30:00Z")"}, {"same", "1"}};
  const auto with = [&](const std::string& path, const std::string& value) {
    auto changed = values;
    changed[path] = value;
    return digest(changed);
  };
  EXPECT_EQ(digest(values), digest(values));
  EXPECT_NE(digest(values), with("same", "2"));
  EXPECT_NE(digest(values), with("same", "null"));
  EXPECT_NE(digest(values), with("visitor.zone", R"("Europe/Berlin")"));
  EXPECT_EQ(digest(values), with("decision.id", R"("d1")")) << "else no two decisions had one etag";
  EXPECT_EQ(digest(values), with("visitor.id", R"("jon")"));
}

TEST(PayloadTemplate, NamesEveryFaultAtItsPlace) {
  EXPECT_THAT(
      read(R"({"a":"{{visitr.id}} {{same | uper}} {{same}} {{","b":[1,{"c":"{{item.x}}"}]})").faults,
      ElementsAre("payload.a: the placeholder {{visitr.id}} names nothing that is known; did you mean \"visitor.id\"?",
                  "payload.a: the placeholder {{same | uper}} has the unknown filter \"uper\"; did you mean \"upper\"?",
                  "payload.a: the placeholder {{ is not closed by }}; write {{{{ for the characters {{",
                  "payload.b[1].c: the placeholder {{item.x}} can only be used inside the \"as\" of a $each"));
  EXPECT_THAT(fault("{{same | upper"), HasSubstr("{{same | upper is not closed by }}"));
  EXPECT_THAT(fault("{{same | upper }"), HasSubstr("has the unknown filter \"upper }\""));
  EXPECT_THAT(fault(std::string("{{") + std::string(77, 'x') + "é}}"),
              HasSubstr("{{" + std::string(77, 'x') + "… names"));
}

TEST(PayloadTemplate, KnowsItsRootsAndWhatTheyHave) {
  for (const char* path : {"visitor.id", "visitor.zone", "visitor.traits.firstName", "visitor.traits.a_1.b",
                           "anchor.key", "anchor.value", "anchor.at", "anchor.metadata.a.b.c[].d", "signal.metadata.x",
                           "same", "session.context.country", "ever.o.count", "ever.o.sum", "ever.o.first",
                           "ever.o.last", "ever.o.days", "decision.id", "decision.variant", "decision.expiresAt"})
    EXPECT_THAT(read(R"({"a":"{{)" + std::string(path) + R"(}}"})").faults, IsEmpty()) << path;
  EXPECT_THAT(fault("{{}}"), HasSubstr("names nothing that is known: it must begin with visitor, anchor, signal,"));
  EXPECT_THAT(fault("{{name}}"), HasSubstr("names nothing that is known: it must begin with visitor"));
  EXPECT_THAT(fault("{{visitor.trait.plan}}"), HasSubstr("did you mean \"visitor.traits.plan\"?"));
  EXPECT_THAT(fault("{{visitor.id.x}}"), HasSubstr("names nothing that is known"));
  EXPECT_THAT(fault("{{visitor.traits.}}"), HasSubstr("must end in the name of a trait"));
  EXPECT_THAT(fault("{{visitor.traits.first name}}"), HasSubstr("must end in the name of a trait"));
  EXPECT_THAT(fault("{{visitor.traits." + std::string(65, 'x') + "}}"), HasSubstr("must end in the name of a trait"));
  EXPECT_THAT(fault("{{anchor.source}}"), HasSubstr("must end in one of key, value, at, metadata.NAME"));
  EXPECT_THAT(fault("{{anchor.metadata.a.b.c.d.e}}"), HasSubstr("must have 1 to 4 names"));
  EXPECT_THAT(fault("{{anchor.metadata.a[0]}}"), HasSubstr("must have 1 to 4 names"));
  EXPECT_THAT(fault("{{session.context.}}"), HasSubstr("must end in the name of a context field"));
  EXPECT_THAT(fault("{{ever.orders}}"), HasSubstr("such as orders.count"));
  EXPECT_THAT(fault("{{ever.orders.max}}"), HasSubstr("must end in one of count, sum, first, last, days"));
  EXPECT_THAT(fault("{{decision.rule}}"), HasSubstr("must end in one of id, variant, expiresAt"));
}

TEST(PayloadTemplate, RefusesAListThatIsMalformed) {
  const auto faults = [](const std::string& list) { return read(R"({"l":)" + list + "}").faults; };
  EXPECT_THAT(
      faults(R"({"$each":7,"max":51,"sort":1})"),
      ElementsAre("payload.l.max: must be an integer from 1 to 50",
                  "payload.l.$each: must be a string of 1 to 256 characters",
                  "payload.l.as: is required: what each element becomes", "payload.l.sort: is an unknown field"));
  EXPECT_THAT(faults(R"({"$each":"anchor.items","as":1})"),
              ElementsAre(HasSubstr("payload.l.$each: the path must end")));
  for (const char* no_list : {"visitor.id", "anchor.value", "ever.o.count", "decision.id", "same"})
    EXPECT_THAT(faults(R"({"$each":")" + std::string(no_list) + R"(","as":1})"),
                ElementsAre("payload.l.$each: must name a list: a trait, or metadata of anchor or signal"));
  EXPECT_THAT(faults(R"({"$each":"item.x","as":1})"), ElementsAre(HasSubstr("can only be used inside")));
  EXPECT_THAT(faults(R"({"$each":"visitor.traits.x","as":{"a":[{"$each":"visitor.traits.y","as":1}],"b":"{{x}}"}})"),
              ElementsAre("payload.l.as.a[0].$each: cannot be used inside another $each",
                          HasSubstr("payload.l.as.b: the placeholder {{x}} names")));
  EXPECT_THAT(faults(R"({"$each":"x.y","as":"{{z.a}}"})"),
              ElementsAre(HasSubstr("payload.l.$each: the path names nothing"),
                          HasSubstr("payload.l.as: the placeholder {{z.a}} names")));
  EXPECT_THAT(read(R"({"$each":"visitor.traits.x","as":1})").faults,
              ElementsAre("payload.$each: cannot be the whole payload; use it for one of its members"));
}

TEST(PayloadTemplate, IsBounded) {
  const auto with = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "{{same}}";
    return read(R"({"a":")" + text + R"("})").faults;
  };
  EXPECT_THAT(with(100), IsEmpty());
  EXPECT_THAT(with(101), ElementsAre("payload: must have at most 100 placeholders"));
  const auto nested = [](std::size_t depth) {
    return read(R"({"a":)" + std::string(depth - 1, '[') + R"("{{same}}")" + std::string(depth - 1, ']') + "}").faults;
  };
  EXPECT_THAT(nested(16), IsEmpty());
  EXPECT_THAT(nested(17), ElementsAre(HasSubstr("a placeholder can be in at most 16 lists and objects")));
}

// ---- Random cases ----

const std::vector<std::string> kHostile{"\"",        "\\",      "{{visitor.id}}",
                                        "{{",        "}}",      "{{{{",
                                        "\x01",      "\n",      "\x7f",
                                        "🙂",      "\u2028",  "é",
                                        "ß",         "'",       "</a>",
                                        "&",         "%",       "\",\"x",
                                        "\"}],{\"y", "a",       "B",
                                        " ",         "0",       "12.5",
                                        "|",         "\\u0022", "{",
                                        "$each",     "[]",      ",",
                                        ":",         "null",    "true",
                                        "-"};

constexpr std::uint64_t kCases = 4'000;

class Dealer {
 public:
  explicit Dealer(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_.next() % count; }
  const std::string& of(const std::vector<std::string>& list) { return list[below(list.size())]; }
  std::string text() {
    std::string out;
    const std::size_t parts = below(12) == 0 ? below(1'500) : below(6);
    for (std::size_t i = 0; i < parts; ++i) out += of(kHostile);
    return out;
  }
  // Escapes as little as JSON allows.
  std::string quoted(const std::string& characters) {
    std::string out = "\"";
    for (const char c : characters) {
      if (c == '"' || c == '\\') out += '\\';
      if (static_cast<unsigned char>(c) < 0x20)
        out += c == '\n' ? "\\n" : "\\u0001";
      else
        out += c;
    }
    return out + '"';
  }
  std::string value(int depth = 0) {
    static const std::vector<std::string> kPlain{
        "null", "true", "false", "0", "-0.005", "12.50", "1e12", "9e99", R"("2026-03-05T10:30:00Z")", R"("49.90")"};
    const std::size_t kind = below(depth < 3 ? 6 : 3);
    if (kind == 0) return of(kPlain);
    if (kind < 3) return quoted(text());
    std::string out = kind == 3 ? "{" : "[";
    for (std::size_t i = below(4); i > 0; --i) {
      if (out.size() > 1) out += " , ";
      if (kind == 3) out += quoted(i == 1 ? "a" : i == 2 ? "b" : text() + std::to_string(i)) + " : ";
      out += value(depth + 1);
    }
    return out + (kind == 3 ? '}' : ']');
  }
  std::string placeholder(bool inside_each) {
    static const std::vector<std::string> kPaths{"same", "visitor.traits.x", "anchor.metadata.a", "decision.id"};
    static const std::vector<std::string> kOfItem{"item", "item.a", "item.a[].b", "item.b"};
    static const std::vector<std::string> kFilters{
        "upper", "lower", "number:2", "number:6", "date:'%B %p'", "first",          "join:' and '",  "size",
        "url",   "html",  "html",     "join:''",  "default:0",    "default:'{{}}'", "default:'x\"y'"};
    std::string out = "{{" + (inside_each && below(2) == 0 ? of(kOfItem) : of(kPaths));
    for (std::size_t i = below(8) == 0 ? 8 : below(3); i > 0; --i) out += " | " + of(kFilters);
    return out + "}}";
  }
  std::string leaf(bool inside_each) {
    static const std::vector<std::string> kLiterals{"a", "\"", "\\", "{{{{", "}}", "🙂", "\x7f", "\n"};
    std::string out;
    for (std::size_t i = 1 + below(3); i > 0; --i) out += below(3) == 0 ? of(kLiterals) : placeholder(inside_each);
    return quoted(out);
  }
  std::string payload() {
    return R"({"a":)" + leaf(false) + R"(,"l":{"$each":")" +
           (below(2) == 0 ? "visitor.traits.x" : "anchor.metadata.a") + R"(","max":)" + std::to_string(1 + below(50)) +
           R"(,"as":{"a":)" + leaf(true) + R"(,"b":[)" + leaf(true) + R"(]}},"b":[{"c":)" + leaf(false) + "}]}";
  }

 private:
  SeededRandom random_;
};

TEST(PayloadTemplate, IsAlwaysJsonInWhichNothingOfAValueIsAPlaceholder) {
  int whole = 0, missing = 0, too_large = 0;
  for (std::uint64_t seed = 1; seed <= kCases; ++seed) {
    Dealer dealer(seed);
    const std::string payload = dealer.payload();
    const auto one = read(payload, dealer.below(2) == 0 ? OnMissing::kHold : OnMissing::kNull);
    ASSERT_THAT(one.faults, IsEmpty()) << seed << payload;
    std::map<std::string, std::string> values{{"visitor.id", R"("MARK")"}};
    for (const char* path : {"same", "visitor.traits.x", "anchor.metadata.a", "decision.id"}) {
      if (dealer.below(8) > 0) values[path] = dealer.value();
    }
    const std::string out = rendered(*one.payload, GivenValues(values));
    ASSERT_FALSE(HasFailure()) << seed << payload;
    if (out.starts_with("missing ")) {
      ++missing;
    } else if (out == "too large") {
      ++too_large;
    } else {
      ++whole;
      const auto parsed = json::parse(out);
      ASSERT_TRUE(parsed.has_value()) << seed << payload << out;
      // Its shape is that of the template, whatever the values.
      const auto& members = parsed->root().members();
      ASSERT_EQ(members.size(), 3u) << seed << out;
      EXPECT_EQ(members[2].value.items().size(), 1u) << seed << out;
      EXPECT_EQ(members[2].value.items()[0].members().size(), 1u) << seed << out;
      for (const json::Value& element : members[1].value.items())
        EXPECT_EQ(element.members().size(), 2u) << seed << out;
      EXPECT_EQ(out.find("MARK"), std::string::npos) << seed << out;
    }
  }
  EXPECT_GT(whole, 1'000);
  EXPECT_GT(missing, 300);
  EXPECT_GT(too_large, 50);
}

TEST(PayloadTemplate, InsertsTextsCharacterByCharacter) {
  for (std::uint64_t seed = 1; seed <= kCases; ++seed) {
    Dealer dealer(seed);
    const std::string before = dealer.of({"", "a\"", "🙂\\"}), x = dealer.text(), y = dealer.text();
    const auto one = read(R"({"t":)" + dealer.quoted(before + "{{same}}-{{visitor.traits.x}}") + "}");
    const auto out =
        one.payload->render(GivenValues({{"same", dealer.quoted(x)}, {"visitor.traits.x", dealer.quoted(y)}}), nullptr);
    if (out.too_large) continue;
    const auto parsed = json::parse(out.json);
    ASSERT_TRUE(parsed.has_value()) << seed << out.json;
    EXPECT_EQ(parsed->root().find("t")->text(), before + x + "-" + y) << seed;
  }
}

TEST(PayloadTemplate, ReadsAnyTextOrSaysWhatIsWrongWithIt) {
  static const std::vector<std::string> kParts{
      "{{",  "}}", "{",     "}",    "|", ":", "'",       "\"", "same", "visitor.traits.a",
      " ",   "é",  "upper", "join", "2", ".", "default", "[]", "item", "{{same | upper}}",
      "{{{{"};
  int right = 0, wrong = 0;
  for (std::uint64_t seed = 1; seed <= kCases; ++seed) {
    Dealer dealer(seed);
    std::string leaf;
    for (std::size_t i = dealer.below(12); i > 0; --i) leaf += dealer.of(kParts);
    const auto one = read(R"({"t":)" + json::quote(leaf) + "}");
    for (const std::string& text : one.faults) EXPECT_TRUE(json::parse(json::quote(text)).has_value()) << text;
    if (!one.payload) continue;
    ++(one.faults.empty() ? right : wrong);
    const auto out = one.payload->render(GivenValues({{"same", "1"}, {"visitor.traits.a", "2"}}), nullptr);
    EXPECT_TRUE(json::parse(out.json).has_value() || !out.missing.empty()) << leaf << out.json;
  }
  EXPECT_GT(right, 40);
  EXPECT_GT(wrong, 500);
}

}  // namespace
}  // namespace beckon::rules
