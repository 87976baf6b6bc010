#include "neighbours/archive.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace beckon::neighbours {
namespace {

constexpr const char* kTrack =
    R"({"type":"track","event":"Order Completed","anonymousId":"a-1","userId":"u-1","messageId":"m-1",)"
    R"("originalTimestamp":"2026-02-25T02:00:00Z","sentAt":"2026-02-25T02:00:01Z","timestamp":"2026-02-25T12:00:00Z"})";

json::Document entry_of(ArchiveFormat format, const std::string& line) {
  auto entry = Archive(format).read(line);
  EXPECT_TRUE(entry) << (entry ? "" : entry.error());
  auto document = json::parse(entry ? entry->json + "}" : "{}");
  EXPECT_TRUE(document);
  return std::move(*document);
}

TEST(Archives, OfSegmentAndOfRudderStackHaveTheCorrectedTimeAndSessionsOfTheirOwn) {
  for (const auto& [format, session] :
       {std::pair{ArchiveFormat::kSegment, "sg:a-1"}, std::pair{ArchiveFormat::kRudder, "rs:a-1"}}) {
    auto entry = Archive(format).read(kTrack);
    ASSERT_TRUE(entry);
    EXPECT_EQ(to_rfc3339(entry->at), "2026-02-25T12:00:00Z");
    EXPECT_EQ(entry->session, session);
  }
}

TEST(Archives, AMessageKeepsItsNameItsVisitorAndItsId) {
  const auto entry = entry_of(ArchiveFormat::kSegment, kTrack);
  EXPECT_EQ(entry.root().text_of("type"), "Order_Completed");
  EXPECT_EQ(entry.root().text_of("visitorId"), "u-1");
  EXPECT_EQ(entry.root().text_of("id"), "m-1");
}

TEST(Archives, AMessageWithoutAnIdHasOneOfWhatItSays) {
  std::string line = kTrack;
  line.erase(line.find(R"("messageId":"m-1",)"), 18);
  const auto entry = entry_of(ArchiveFormat::kSegment, line), again = entry_of(ArchiveFormat::kSegment, line);
  EXPECT_EQ(entry.root().text_of("id").size(), 43u);
  EXPECT_EQ(entry.root().text_of("id"), again.root().text_of("id"));
}

TEST(Archives, NameTheSessionThatStandsForTheBrowsersWhereThatIsOfAnother) {
  const auto entry = entry_of(ArchiveFormat::kSegment, kTrack);
  EXPECT_EQ(entry.root().text_of("sessionId"), "sg:a-1");
  EXPECT_EQ(entry.root().text_of("otherSessionId"), session_of_other("sg", "sg:a-1", "u-1"));
}

TEST(Archives, AnIdThatNamesNobodyIsNoVisitor) {
  std::string line = kTrack;
  line.replace(line.find("u-1"), 3, "undefined");
  const auto entry = entry_of(ArchiveFormat::kSegment, line);
  EXPECT_EQ(entry.root().find("visitorId"), nullptr);
}

TEST(Archives, TraitsOfAnIdentifiedVisitorAreALineOfPeople) {
  const auto entry = Archive(ArchiveFormat::kSegment)
                         .read(R"({"type":"identify","userId":"u-1","traits":{"plan":"pro","seats":5},)"
                               R"("timestamp":"2026-02-25T12:00:00Z"})");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->person, R"({"visitorId":"u-1","set":{"plan":"pro","seats":5})");
}

TEST(Archives, AnEnrichedEventHas131Columns) {
  Archive archive(ArchiveFormat::kSnowplowEnriched);
  std::vector<std::string> columns(131);
  columns[5] = "page_view";
  columns[6] = "e-1";
  columns[29] = "https://shop.example/pricing?key=secret";
  columns[123] = "s-1";
  columns[124] = "2026-02-25 12:00:00.123";
  const auto line_of = [](const std::vector<std::string>& of) {
    std::string line;
    for (std::size_t i = 0; i < of.size(); ++i) line += (i > 0 ? "\t" : "") + of[i];
    return line;
  };
  const auto entry = archive.read(line_of(columns));
  ASSERT_TRUE(entry) << entry.error();
  EXPECT_EQ(to_rfc3339(entry->at), "2026-02-25T12:00:00.123Z");
  EXPECT_EQ(entry->session, "sp:s-1");
  EXPECT_EQ(entry->json.find("secret"), std::string::npos);
  columns.pop_back();
  EXPECT_FALSE(archive.read(line_of(columns)));
}

}  // namespace
}  // namespace beckon::neighbours
