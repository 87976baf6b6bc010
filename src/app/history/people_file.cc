#include "app/history/people_file.h"

#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "system/plain_text.h"

namespace beckon::app {
namespace {

using commit::TraitType;

constexpr std::string_view kNotUtf8 = "is not UTF-8; save the file as UTF-8";
constexpr std::size_t kDepth = 30;  // of a record: of the 32 levels of JSON (base/json.h), a batch has two

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_json_number(std::string_view text) {
  const auto document = json::parse(std::string(text));
  return document && document->root().is_number();
}

void write_list(json::Writer& out, std::string_view cell) {
  out.begin_array();
  while (true) {
    const auto end = cell.find('|');
    if (const std::string_view text = trimmed(cell.substr(0, end)); !text.empty()) out.string(text);
    if (end == std::string_view::npos) break;
    cell.remove_prefix(end + 1);
  }
  out.end_array();
}

// Cells that are not a number or boolean stay texts, which are then refused with the reason.
void write_cell(json::Writer& out, TraitType type, std::string_view cell) {
  if (type == TraitType::kList) return write_list(out, cell);
  const std::string_view bare = trimmed(cell);
  const bool is_bare = (type == TraitType::kNumber && is_json_number(bare)) ||
                       (type == TraitType::kBool && (bare == "true" || bare == "false"));
  is_bare ? out.raw(bare) : out.string(cell);
}

}  // namespace

Result<PeopleFile, std::string> PeopleFile::open(std::istream& in, Options options) {
  PeopleFile file(in, std::move(options));
  auto csv = std::make_unique<CsvReader>(in);  // skips a byte order mark
  while (std::isspace(in.rdbuf()->sgetc())) file.line_ += in.rdbuf()->sbumpc() == '\n';
  if (in.rdbuf()->sgetc() == std::istream::traits_type::eof()) return unexpected("the file is empty");
  if (in.rdbuf()->sgetc() == '{') return file;
  file.csv_ = std::move(csv);
  if (auto read = file.read_header(); !read) return unexpected(read.error());
  return file;
}

Result<void, std::string> PeopleFile::read_header() {
  std::vector<std::string> header;
  if (const auto read = csv_->next(header); !read) return unexpected(read.error());
  if (!std::ranges::all_of(header, is_utf8))
    return unexpected("line " + std::to_string(csv_->line()) + ": " + std::string(kNotUtf8));
  std::string faults;
  const auto fault = [&](const std::string& column, const std::string& what) {
    faults += "\n  column " + column + " " + what;
  };
  std::optional<std::size_t> visitor;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string_view whole = trimmed(header[i]);
    Column& column = columns_.emplace_back();
    if (whole == "visitorId") {
      if (visitor) fault("visitorId", "is there twice");
      visitor = i;
      continue;
    }
    if (whole == "at") {
      if (at_) fault("at", "is there twice");
      at_ = i;
      continue;
    }
    const auto colon = whole.find(':');
    column.trait = whole.substr(0, colon);
    if (!commit::is_trait_name(column.trait)) {
      fault("\"" + std::string(whole) + "\"",
            "must be visitorId, at, or the name of a trait: a letter, then letters, "
            "digits, points and underscores, 64 at most");
      continue;
    }
    if (std::ranges::count(columns_, column.trait, &Column::trait) > 1) fault(column.trait, "is there twice");
    const auto known = options_.known.find(column.trait);
    if (known != options_.known.end()) column.type = known->second;
    if (colon == std::string_view::npos) continue;
    const auto said = commit::type_named(whole.substr(colon + 1));
    if (!said)
      fault(column.trait, "must have a type of text, number, bool, instant, date and list");
    else if (known != options_.known.end() && known->second != *said)
      fault(column.trait, "is a trait of type " + std::string(commit::name_of(known->second)));
    else if (known == options_.known.end() && (*said == TraitType::kInstant || *said == TraitType::kDate))
      fault(column.trait,
            "must be declared first, since only a declaration can say " + std::string(commit::name_of(*said)));
    else
      column.type = *said;
  }
  if (!visitor) fault("visitorId", "is missing");
  if (!faults.empty()) return unexpected("the header cannot be used:" + faults);
  visitor_ = *visitor;
  return {};
}

Result<std::optional<Person>, std::string> PeopleFile::next() {
  if (csv_) return next_row();
  return next_line();
}

std::string PeopleFile::as_json(const std::vector<std::string>& fields) const {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("visitorId", fields[visitor_]);
  const std::string_view at = at_ && !trimmed(fields[*at_]).empty() ? trimmed(fields[*at_]) : options_.at;
  if (!at.empty()) out.member("at", at);
  if (!options_.source.empty()) out.member("source", options_.source);
  out.key("set").begin_object();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].trait.empty() || trimmed(fields[i]).empty()) continue;
    write_cell(out.key(columns_[i].trait), columns_[i].type, fields[i]);
  }
  out.end_object().end_object();
  return text;
}

Result<std::optional<Person>, std::string> PeopleFile::next_row() {
  std::vector<std::string> fields;
  const auto more = csv_->next(fields);
  if (!more) return unexpected(more.error());
  if (!*more) return std::nullopt;
  Person person{.line = csv_->line()};
  if (!std::ranges::all_of(fields, is_utf8))
    person.fault = kNotUtf8;
  else if (fields.size() != columns_.size())
    person.fault =
        "has " + std::to_string(fields.size()) + " fields, but the header " + std::to_string(columns_.size());
  else if (trimmed(fields[visitor_]).empty())
    person.fault = "visitorId is empty";
  else
    person.json = as_json(fields);
  if (person.json.size() > kLineBytes) person = {.line = person.line, .fault = "is longer than 64 KiB"};
  return person;
}

std::optional<Person> PeopleFile::next_line() {
  std::string text;
  while (true) {
    text.clear();
    bool any = false, too_long = false;
    for (int c = in_->rdbuf()->sbumpc(); c != std::istream::traits_type::eof(); c = in_->rdbuf()->sbumpc()) {
      any = true;
      if (c == '\n') break;
      if (text.size() < kLineBytes)
        text += static_cast<char>(c);
      else
        too_long = true;
    }
    if (!any) return std::nullopt;
    ++line_;
    if (too_long) return Person{.line = line_, .fault = "is longer than 64 KiB"};
    if (!trimmed(text).empty() && trimmed(text) != "\r") break;
  }
  if (!is_utf8(text)) return Person{.line = line_, .fault = std::string(kNotUtf8)};
  const auto document = json::parse(std::move(text));
  if (!document) return Person{.line = line_, .fault = "is no JSON: " + document.error().message};
  const json::Value& root = document->root();
  if (!root.is_object()) return Person{.line = line_, .fault = "must be an object"};
  if (json::depth(root) > kDepth) return Person{.line = line_, .fault = "is nested too deeply"};
  Person person{.line = line_};
  json::Writer out(person.json);
  out.begin_object();
  for (const json::Member& member : root.members()) out.member_raw(member.key, json::to_text(member.value));
  if (!options_.at.empty() && !root.find("at")) out.member("at", options_.at);
  if (!options_.source.empty() && !root.find("source")) out.member("source", options_.source);
  out.end_object();
  return person;
}

}  // namespace beckon::app
