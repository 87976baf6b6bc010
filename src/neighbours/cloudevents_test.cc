#include "neighbours/cloudevents.h"

#include <gtest/gtest.h>

namespace beckon::neighbours {
namespace {

Batch read(std::string text) { return *read_cloudevents(*json::parse(std::move(text))); }

std::string event(std::string_view more = "", std::string_view without = "") {
  std::string text = "{";
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"specversion", "1.0"},
                                    {"id", "1"},
                                    {"source", "/shop"},
                                    {"type", "order.paid"},
                                    {"subject", "v1"}})
    if (name != without) text += (text.size() > 1 ? "," : "") + json::quote(name) + ":" + json::quote(value);
  return text + std::string(more) + "}";
}

std::string issues(const Message& message) {
  std::string all;
  for (const FieldIssue& issue : message.issues.items()) all += issue.field + " ";
  return all;
}

TEST(CloudEvents, BecomeSignals) {
  const Batch batch = read(event(R"(,"time":"2026-11-29T10:00:00Z","sessionid":"s1","data":{"amount":5})"));
  const Message& message = *batch.messages.at(0);
  EXPECT_TRUE(message.issues.empty()) << issues(message);
  EXPECT_EQ(message.key, "order.paid");
  EXPECT_EQ(message.visitor, "v1");
  EXPECT_EQ(message.session, "s1");
  EXPECT_EQ(message.metadata, R"({"amount":5})");
  EXPECT_EQ(message.signal.source, "/shop");
  EXPECT_EQ(message.said, instant_ms(1'795'946'400'000));
}

TEST(CloudEvents, WithoutASessionAreInOneOfTheirSubject) {
  EXPECT_EQ(read(event()).messages.at(0)->session, "ce:u:v1");
  EXPECT_EQ(issues(*read(event("", "subject")).messages.at(0)), "subject ");
  EXPECT_EQ(issues(*read(event(R"(,"sessionid":"a b")")).messages.at(0)), "sessionid ");
}

TEST(CloudEvents, AreTheSameOnlyFromTheSameSource) {
  const Batch batch = read("[" + event() + "," + event() + "," +
                           R"({"specversion":"1.0","id":"1","source":"/other","type":"t","subject":"v1"}])");
  EXPECT_EQ(batch.messages.at(0)->signal_id, batch.messages.at(1)->signal_id);
  EXPECT_NE(batch.messages.at(0)->signal_id, batch.messages.at(2)->signal_id);
  EXPECT_EQ(batch.messages.at(2)->id, "1");
}

TEST(CloudEvents, NameEachAttributeThatIsMissing) {
  for (const char* name : {"specversion", "id", "source", "type"})
    EXPECT_EQ(issues(*read(event("", name)).messages.at(0)), std::string(name) + " ");
  EXPECT_EQ(issues(*read("[5]").messages.at(0)), "event ");
  EXPECT_FALSE(read_cloudevents(*json::parse("5")));
}

TEST(CloudEvents, HaveDataOfAnyKind) {
  const auto metadata = [](std::string_view more) { return read(event(more)).messages.at(0)->metadata; };
  EXPECT_EQ(metadata(""), "");
  EXPECT_EQ(metadata(R"(,"data":"paid")"), R"({"data":"paid"})");
  EXPECT_EQ(metadata(R"(,"data_base64":"eyJhIjoxfQ==")"), R"({"a":1})");
  EXPECT_EQ(metadata(R"(,"data_base64":"AAEC")"), "");
}

TEST(CloudEvents, InTheBinaryModeAreWrittenAsInTheStructuredOne) {
  EXPECT_EQ(*structured_event({{"id", "1"}, {"type", "t"}}, "application/json; charset=utf-8", R"({ "a": 1 })"),
            R"({"id":"1","type":"t","data":{"a":1}})");
  EXPECT_EQ(*structured_event({{"id", "1"}}, "text/plain", "paid"), R"({"id":"1","data":"paid"})");
  EXPECT_EQ(*structured_event({{"id", "1"}}, "", ""), R"({"id":"1"})");
  EXPECT_FALSE(structured_event({}, "application/json", "{"));
}

}  // namespace
}  // namespace beckon::neighbours
