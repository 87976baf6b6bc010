#include "http/routes/csv.h"

#include <gtest/gtest.h>

namespace beckon::http {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  CsvWriter(out).cell(text);
  return out;
}

TEST(CsvWriter, PartsCellsByCommasAndEndsRowsAsRfc4180Says) {
  std::string out;
  CsvWriter csv(out);
  csv.cell("a").cell("").cell("b").end_row().cell("1").cell("2").cell("ü").end_row();
  EXPECT_EQ(out, "a,,b\r\n1,2,ü\r\n");
}

TEST(CsvWriter, QuotesWhatWouldEndACell) {
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(cell("a;b 'c'"), "a;b 'c'");
}

TEST(CsvWriter, LeavesNoFormulaToASpreadsheet) {
  for (const char* text : {"=1+1", "+cmd", "-x", "@sum", "-", "-1.", "-1e5", "--1", "=1", "\tx"})
    EXPECT_EQ(cell(text), "'" + std::string(text));
  EXPECT_EQ(cell("=HYPERLINK(\"u\",\"v\")"), "\"'=HYPERLINK(\"\"u\"\",\"\"v\"\")\"");
  EXPECT_EQ(cell("\r=1"), "\"'\r=1\"");
  for (const char* number : {"-5", "-12.5", "+3", "0", "19.99"}) EXPECT_EQ(cell(number), number);
  EXPECT_EQ(cell("a=1"), "a=1");
}

}  // namespace
}  // namespace beckon::http
