#include "app/history/csv.h"

namespace beckon::app {
namespace {

constexpr int kEnd = std::istream::traits_type::eof();
constexpr std::size_t kFieldBytes = std::size_t{16} << 20;  // beyond: a quote was never closed
constexpr std::size_t kFields = 10'000;

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in) {
  for (const unsigned char mark : {0xef, 0xbb, 0xbf}) {
    if (in_.rdbuf()->sgetc() != mark) break;
    in_.rdbuf()->sbumpc();
  }
}

int CsvReader::take() {
  const int c = in_.rdbuf()->sbumpc();
  line_ += c == '\n';
  return c;
}

Result<void, std::string> CsvReader::quoted(std::string& field) {
  take();
  while (true) {
    const int c = take();
    if (c == kEnd || field.size() > kFieldBytes)
      return unexpected("line " + std::to_string(began_) + ": unterminated quote");
    if (c == '"') {
      if (in_.rdbuf()->sgetc() != '"') return {};
      take();
    }
    field += static_cast<char>(c);
  }
}

void CsvReader::plain(std::string& field) {
  for (int c = in_.rdbuf()->sgetc(); c != kEnd && c != ',' && c != '\n' && c != '\r'; c = in_.rdbuf()->sgetc())
    field += static_cast<char>(take());
}

Result<bool, std::string> CsvReader::next(std::vector<std::string>& fields) {
  while (true) {
    fields.clear();
    began_ = line_;
    if (in_.rdbuf()->sgetc() == kEnd) return false;
    while (true) {
      std::string& field = fields.emplace_back();
      if (in_.rdbuf()->sgetc() == '"') {
        if (auto read = quoted(field); !read) return unexpected(read.error());
      } else {
        plain(field);
      }
      if (in_.rdbuf()->sgetc() != ',') break;
      if (fields.size() == kFields) return unexpected("line " + std::to_string(began_) + ": more than 10,000 fields");
      take();
    }
    if (in_.rdbuf()->sgetc() == '\r') take();
    const int end = in_.rdbuf()->sgetc();
    if (end == '\n')
      take();
    else if (end != kEnd)
      return unexpected("line " + std::to_string(line_) + ": text after a closing quote");
    if (fields.size() > 1 || !fields.front().empty()) return true;
  }
}

}  // namespace beckon::app
