#include "app/history/people_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace beckon::app {
namespace {

using commit::TraitType;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const TraitTypes kKnown{
    {"seats", TraitType::kNumber}, {"vip", TraitType::kBool}, {"tags", TraitType::kList}, {"born", TraitType::kDate}};

// "LINE JSON" or "LINE fault: WHY" for each record; finally why the rest could not be read.
std::vector<std::string> read(const std::string& text, const std::string& at = "", const std::string& source = "") {
  std::istringstream in(text);
  auto file = PeopleFile::open(in, {kKnown, at, source});
  if (!file) return {file.error()};
  std::vector<std::string> all;
  while (true) {
    const auto person = file->next();
    if (!person) return all.push_back(person.error()), all;
    if (!*person) return all;
    all.push_back(std::to_string((*person)->line) + " " +
                  ((*person)->fault.empty() ? (*person)->json : "fault: " + (*person)->fault));
  }
}

TEST(PeopleFile, ReadsColumnsByTheTypesOfTheirTraits) {
  EXPECT_THAT(read("plan,visitorId,seats,vip,tags,born\n"
                   "pro,a,5,true,x| y |,1990-05-01\n"
                   "\"1,5\",b,,,,\n"),
              ElementsAre(R"(2 {"visitorId":"a","set":{"plan":"pro","seats":5,"vip":true,"tags":["x","y"],)"
                          R"("born":"1990-05-01"}})",
                          R"(3 {"visitorId":"b","set":{"plan":"1,5"}})"));
}

TEST(PeopleFile, WhatIsNoValueOfTheTypeStaysATextWhichIsRefusedLater) {
  EXPECT_THAT(read("visitorId,seats,vip\na,many,yes\n"),
              ElementsAre(R"(2 {"visitorId":"a","set":{"seats":"many","vip":"yes"}})"));
}

TEST(PeopleFile, ATypeCanBeSaidOfATraitThatIsNotKnownYet) {
  EXPECT_THAT(read("visitorId,zip,score:number\na,01234,7.5\n"),
              ElementsAre(R"(2 {"visitorId":"a","set":{"zip":"01234","score":7.5}})"));
}

TEST(PeopleFile, TheInstantAndTheSourceAreOfRecordsThatSayNone) {
  EXPECT_THAT(read("visitorId,at,plan\na,2026-01-01T00:00:00Z,x\nb,,y\n", "2026-05-01T00:00:00Z", "crm"),
              ElementsAre(R"(2 {"visitorId":"a","at":"2026-01-01T00:00:00Z","source":"crm","set":{"plan":"x"}})",
                          R"(3 {"visitorId":"b","at":"2026-05-01T00:00:00Z","source":"crm","set":{"plan":"y"}})"));
  EXPECT_THAT(read("{\"visitorId\":\"a\",\"set\":{\"n\":1},\"source\":\"x\"}\n", "2026-05-01T00:00:00Z", "crm"),
              ElementsAre(R"(1 {"visitorId":"a","set":{"n":1},"source":"x","at":"2026-05-01T00:00:00Z"})"));
}

TEST(PeopleFile, EveryFaultOfTheHeaderIsNamed) {
  EXPECT_THAT(
      read("plan,plan,9x,seats:text,z:colour,start:instant\n1,2,3,4,5,6\n"),
      ElementsAre(AllOf(HasSubstr("column plan is there twice"), HasSubstr("column \"9x\" must be"),
                        HasSubstr("column seats is a trait of type number"), HasSubstr("column z must have a type of"),
                        HasSubstr("column start must be declared"), HasSubstr("column visitorId is missing"))));
  EXPECT_THAT(read(""), ElementsAre("the file is empty"));
}

TEST(PeopleFile, ARowThatCannotBeReadIsOneRecord) {
  EXPECT_THAT(read("visitorId,plan\na\n,x\nb,y\n"),
              ElementsAre("2 fault: has 1 fields, but the header 2", "3 fault: visitorId is empty",
                          R"(4 {"visitorId":"b","set":{"plan":"y"}})"));
  EXPECT_THAT(read("visitorId,plan\na,\"x\nb,y\n"), ElementsAre(HasSubstr("line 2: unterminated quote")));
}

TEST(PeopleFile, ReadsLinesOfJsonAndNamesThoseThatAreNone) {
  EXPECT_THAT(read("\n{\"visitorId\":\"a\", \"set\":{\"n\":1}}\r\n\n[1]\n{\"a\"\n{\"visitorId\":\"b\"}"),
              ElementsAre(R"(2 {"visitorId":"a","set":{"n":1}})", "4 fault: must be an object",
                          testing::StartsWith("5 fault: is no JSON"), R"(6 {"visitorId":"b"})"));
}

TEST(PeopleFile, ALineThatIsNotUtf8IsOneRecordAndAHeaderThatIsNotEndsTheFile) {
  EXPECT_THAT(
      read("visitorId,name\na,J\xfcrgen\nJ\xfcrgen\nb,J\xc3\xbcrgen\n"),
      ElementsAre("2 fault: is not UTF-8; save the file as UTF-8", "3 fault: is not UTF-8; save the file as UTF-8",
                  "4 {\"visitorId\":\"b\",\"set\":{\"name\":\"J\xc3\xbcrgen\"}}"));
  EXPECT_THAT(read("{\"visitorId\":\"a\",\"set\":{\"name\":\"J\xfcrgen\"}}\n{\"visitorId\":\"b\"}\n"),
              ElementsAre("1 fault: is not UTF-8; save the file as UTF-8", R"(2 {"visitorId":"b"})"));
  EXPECT_THAT(read("visitorId,Gr\xf6\xdf"
                   "e\na,5\n"),
              ElementsAre("line 1: is not UTF-8; save the file as UTF-8"));
  EXPECT_THAT(read(std::string("\xff\xfev\0i\0", 6)), ElementsAre("line 1: is not UTF-8; save the file as UTF-8"));
}

TEST(PeopleFile, ALineThatABatchCouldNotHoldForItsDepthIsOneRecord) {
  const auto nested = [](std::size_t levels) {
    return R"({"visitorId":"a","set":{"n":)" + std::string(levels, '[') + std::string(levels, ']') + "}}";
  };
  EXPECT_THAT(read(nested(29) + "\n" + nested(28) + "\n"),
              ElementsAre("1 fault: is nested too deeply", "2 " + nested(28)));
}

TEST(PeopleFile, ALineIsBounded) {
  const std::string many(PeopleFile::kLineBytes, 'x');
  EXPECT_THAT(read("{\"visitorId\":\"" + many + "\"}\n{\"visitorId\":\"b\"}\n"),
              ElementsAre("1 fault: is longer than 64 KiB", R"(2 {"visitorId":"b"})"));
  EXPECT_THAT(read("visitorId,plan\na," + many + "\nb,y\n"),
              ElementsAre("2 fault: is longer than 64 KiB", R"(3 {"visitorId":"b","set":{"plan":"y"}})"));
}

}  // namespace
}  // namespace beckon::app
