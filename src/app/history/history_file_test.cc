#include "app/history/history_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/history/csv.h"
#include "base/json.h"

namespace beckon::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::vector<std::string>> rows(const std::string& text) {
  std::istringstream in(text);
  CsvReader csv(in);
  std::vector<std::vector<std::string>> all;
  for (std::vector<std::string> fields; csv.next(fields).value();) all.push_back(fields);
  return all;
}

std::string fault(const std::string& text) {
  std::istringstream in(text);
  CsvReader csv(in);
  for (std::vector<std::string> fields;;) {
    const auto more = csv.next(fields);
    if (!more) return more.error();
    if (!*more) return "";
  }
}

TEST(Csv, QuotedFieldsHoldCommasDoubledQuotesAndLineEnds) {
  EXPECT_THAT(rows("\xef\xbb\xbf"
                   "a,b\r\n\"1,2\",\"say \"\"hi\"\"\r\nthere\"\r\n\r\nplain,\n,last"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1,2", "say \"hi\"\r\nthere"), ElementsAre("plain", ""),
                          ElementsAre("", "last")));
  EXPECT_THAT(rows(""), ElementsAre());
}

TEST(Csv, FaultsAreNamedByLine) {
  EXPECT_THAT(fault("a,b\n1,2\n\"3,4\n"), HasSubstr("line 3"));
  EXPECT_THAT(fault("a,b\n\"1\"x,2\n"), HasSubstr("line 2"));
}

// A file of one event, or of several, by the names of the columns that are not empty.
class Events {
 public:
  Events& event(const std::vector<std::pair<std::string, std::string>>& columns) {
    std::string row;
    for (const std::string& name : kColumns) {
      std::string value = name == "event_id"           ? "e-1"
                          : name == "derived_tstamp"   ? "2022-12-22 13:25:47.677000+00:00"
                          : name == "domain_sessionid" ? "s-1"
                          : name == "event_name"       ? "page_view"
                                                       : "";
      for (const auto& [column, given] : columns)
        if (column == name) value = given;
      for (std::size_t at = 0; (at = value.find('"', at)) != std::string::npos; at += 2) value.insert(at, 1, '"');
      row += (row.empty() ? "\"" : ",\"") + value + "\"";
    }
    text_ += row + "\n";
    return *this;
  }
  HistoryFile read() const {
    std::istringstream in(text_);
    return read_snowplow(in).value();
  }
  json::Document first() const {
    const HistoryFile history = read();
    return std::move(*json::parse(history.observations.at(0).json + "}"));
  }
  const std::string& text() const { return text_; }

 private:
  static const std::vector<std::string> kColumns;
  std::string text_ = [] {
    std::string header;
    for (const std::string& name : kColumns) header += (header.empty() ? "" : ",") + name;
    return header + "\n";
  }();
};

constexpr const char* kAction =
    "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1_0_0";
constexpr const char* kProducts = "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1_0_0";
constexpr const char* kTransaction = "contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1_0_0";
constexpr const char* kClientSession = "contexts_com_snowplowanalytics_snowplow_client_session_1_0_1";
const std::vector<std::string> Events::kColumns{"event_id",       "platform",       "event_name",  "domain_sessionid",
                                                "domain_userid",  "derived_tstamp", "geo_country", "page_urlpath",
                                                "user_ipaddress", kAction,          kProducts,     kTransaction,
                                                kClientSession};

TEST(SnowplowHistory, AnActionIsTheKeyAndItsProductsAreTheMetadata) {
  const Events events = Events().event(
      {{kAction, R"({"type":"add_to_cart","name":null})"},
       {"platform", "web"},
       {"domain_userid", "v-1"},
       {"geo_country", "GR"},
       {"page_urlpath", "/x"},
       {"user_ipaddress", "192.0.2.1"},
       {kProducts,
        R"([{"id":"1236","category":"Hats","price":"12.0","currency":"EUR","quantity":"2"},{"id":"7","price":"1.5"}])"}});
  EXPECT_EQ(
      json::to_text(events.first().root()),
      R"({"sessionId":"s-1","visitorId":"v-1","context":{"page":"/x","country":"GR","device":"DESKTOP"},"type":"add_to_cart","source":"snowplow",)"
      R"("id":"e-1","signalValue":"1236,7","metadata":{"amount":25.5,"currency":"EUR","products":[{"id":"1236","category":"Hats","price":12,"quantity":2},{"id":"7","price":1.5}]}})");
  EXPECT_EQ(to_rfc3339(events.read().observations[0].at), "2022-12-22T13:25:47.677Z");
}

TEST(SnowplowHistory, ATransactionIsWorthItsRevenue) {
  const auto document = Events()
                            .event({{kAction, R"({"type":"transaction"})"},
                                    {kTransaction, R"([{"transaction_id":"T1","revenue":"26.0"}])"},
                                    {kProducts, R"([{"id":"1","price":"12.0"}])"}})
                            .first();
  EXPECT_EQ(document.root().find("signalValue")->text(), "T1");
  EXPECT_EQ(document.root().find("metadata")->find("amount")->number(), 26);
}

TEST(SnowplowHistory, TheSessionOfAnAppStandsInItsContext) {
  const auto document =
      Events()
          .event({{"domain_sessionid", ""}, {kClientSession, R"([{"sessionId":"a/b","userId":" auth0|u "}])"}})
          .first();
  EXPECT_EQ(document.root().find("sessionId")->text(), "a_b");
  EXPECT_EQ(document.root().find("visitorId")->text(), "auth0|u");
}

TEST(SnowplowHistory, ProductsFromTheEndGoWhereAllOfThemWouldBeTooLong) {
  std::string products;
  for (int i = 0; i < 100; ++i)
    products += std::string(i ? "," : "") + R"({"id":"product-)" + std::to_string(i) + R"(","price":"1"})";
  const auto document = Events().event({{kProducts, "[" + products + "]"}}).first();
  const json::Value& metadata = *document.root().find("metadata");
  EXPECT_LE(json::to_text(metadata).size(), 2048u);
  EXPECT_EQ(metadata.find("amount")->number(), 100);
  EXPECT_EQ(metadata.find("products")->items().size() +
                static_cast<std::size_t>(*metadata.find("productsLeftOut")->integer()),
            100u);
}

TEST(SnowplowHistory, IsInTheOrderOfTimeAndCountsWhatCannotBeRead) {
  const HistoryFile history = Events()
                                  .event({{"event_id", "late"}, {"derived_tstamp", "2022-12-22 14:00:00"}})
                                  .event({{"event_id", "early"}, {"domain_sessionid", "s-2"}})
                                  .event({{"domain_sessionid", "--"}})
                                  .event({{"derived_tstamp", "yesterday"}})
                                  .read();
  EXPECT_EQ(history.read, 4u);
  EXPECT_EQ(history.sessions, 2u);
  ASSERT_EQ(history.observations.size(), 2u);
  EXPECT_THAT(history.observations[0].json, HasSubstr("early"));
  EXPECT_THAT(history.unread, ElementsAre(testing::Pair("no readable time", 1u), testing::Pair("no session id", 1u)));
}

TEST(SnowplowHistory, ABadByteInATextIsReplacedAndOneInAVisitorIdRefusesItsEventAlone) {
  const HistoryFile history = Events()
                                  .event({{"event_id", "bad"}, {"domain_userid", "J\xfcrgen"}})
                                  .event({{"page_urlpath", "/caf\xe9"},
                                          {"domain_userid", "v-1"},
                                          {kAction, "{\"type\":\"add_to_cart\",\"name\":\"H\xfcte\"}"}})
                                  .read();
  EXPECT_THAT(history.unread, ElementsAre(testing::Pair("the visitor's id is not UTF-8; save the file as UTF-8", 1u)));
  ASSERT_EQ(history.observations.size(), 1u);
  const auto document = json::parse(history.observations[0].json + "}");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().find("type")->text(), "add_to_cart");
  EXPECT_EQ(document->root().find("signalValue")->text(), "H\xef\xbf\xbdte");
  EXPECT_EQ(document->root().find("context")->find("page")->text(), "/caf\xef\xbf\xbd");
}

TEST(SnowplowHistory, AnEventWithoutAnIdAlwaysHasTheSame) {
  const auto id = [](const Events& events) { return std::string(events.first().root().find("id")->text()); };
  const std::string one = id(Events().event({{"event_id", ""}}));
  EXPECT_EQ(one.size(), 43u);
  EXPECT_EQ(one, id(Events().event({{"event_id", ""}})));
  EXPECT_NE(one, id(Events().event({{"event_id", ""}, {"page_urlpath", "/y"}})));
}

TEST(SnowplowHistory, OfAnotherFormOrCutShortIsRefused) {
  std::istringstream other("a,b\n1,2\n");
  EXPECT_THAT(read_snowplow(other).error(), HasSubstr("event_id, derived_tstamp, domain_sessionid"));
  std::istringstream cut(Events().event({}).text() + "\"e-2\",\"web\"\n");
  EXPECT_THAT(read_snowplow(cut).error(), HasSubstr("line 3: 2 fields"));
  std::istringstream empty("");
  EXPECT_EQ(read_snowplow(empty).error(), "the file is empty");
}

}  // namespace
}  // namespace beckon::app
