// A file of people, read record by record: CSV with a header, or NDJSON with one object for each line.
//
//   CSV      visitorId,at,plan,seats:number      an empty cell says nothing; a list is written with | between its texts
//   NDJSON   {"visitorId":"…","set":{"plan":"pro"}}      as in POST …/visitors/batch
#pragma once
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/history/csv.h"
#include "base/result.h"
#include "commit/traits.h"

namespace beckon::app {

using TraitTypes = std::map<std::string, commit::TraitType, std::less<>>;

// One record: an entry for a visitor, or why it cannot be read.
struct Person {
  std::size_t line = 0;  // where it begins, from 1
  std::string json;      // an entry of POST …/visitors/batch; empty: see `fault`
  std::string fault;     // a predicate
};

// Not thread-safe; `in` must outlive it. Keeps one record in memory.
class PeopleFile {
 public:
  struct Options {
    TraitTypes known;    // of the handle
    std::string at;      // RFC 3339, for records without one; empty: none
    std::string source;  // likewise
  };
  // The error names every fault of the header.
  static Result<PeopleFile, std::string> open(std::istream& in, Options options);

  // std::nullopt at the end. The error is about the file as a whole: nothing after it can be read.
  Result<std::optional<Person>, std::string> next();

  static constexpr std::size_t kLineBytes = 64 * 1024;  // of a record

 private:
  struct Column {
    std::string trait;  // empty for visitorId or at
    commit::TraitType type = commit::TraitType::kText;
  };
  PeopleFile(std::istream& in, Options options) : in_(&in), options_(std::move(options)) {}
  Result<void, std::string> read_header();
  Result<std::optional<Person>, std::string> next_row();
  std::optional<Person> next_line();
  std::string as_json(const std::vector<std::string>& fields) const;

  std::istream* in_;
  Options options_;
  std::unique_ptr<CsvReader> csv_;  // null for NDJSON
  std::vector<Column> columns_;
  std::size_t visitor_ = 0;        // the column
  std::optional<std::size_t> at_;  // likewise
  std::size_t line_ = 0;           // of NDJSON, read so far
};

}  // namespace beckon::app
