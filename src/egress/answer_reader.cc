#include "egress/answer_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

namespace beckon::egress {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// A chunk of one byte takes six bytes on the wire; a body with its framing takes at most this many times its limit.
constexpr std::size_t kFraming = 7;

// A status line without a reason phrase and without the space before it, as many servers send it: RFC 9112 section 4
// requires that space. # stands for a digit.
constexpr std::string_view kBareLine = "HTTP/1.# ###\r\n";
constexpr std::size_t kLineEnd = 2;
constexpr std::size_t kVersion = 7;  // "HTTP/1."

// 101 ends HTTP on the connection (RFC 9110 section 15.2.2), although we never request it.
constexpr int kSwitching = 101;
bool is_final(int status) { return status >= 200 || status == kSwitching; }

// The header of the frame with which an HTTP/2 server begins, or rejects other protocols: SETTINGS or GOAWAY on stream
// 0 (RFC 9113, section 4.1).
bool is_http2(std::string_view text) {
  return text.size() >= 9 && text[0] == 0 && (text[3] == 4 || text[3] == 7) &&
         text.substr(5, 4) == std::string_view("\0\0\0\0", 4);
}

// What follows the status line, up to the empty line that ends the head, if it has arrived.
std::string_view fields_of(std::string_view head) {
  const auto line = head.find("\r\n"), end = head.find("\r\n\r\n");
  if (line == head.npos) return {};
  return head.substr(0, end == head.npos ? end : end + kLineEnd).substr(line + kLineEnd);
}

// Whether `text` is a prefix of such a line, or begins with one.
bool is_bare_line(std::string_view text) {
  const auto same = [](char form, char c) { return form == '#' ? c >= '0' && c <= '9' : form == c; };
  const std::size_t size = std::min(text.size(), kBareLine.size());
  return std::ranges::equal(kBareLine.substr(0, size), text.substr(0, size), same);
}

}  // namespace

class AnswerReader::Parser final : public http::basic_parser<false> {
 public:
  Parser(Answer& answer, std::size_t body_limit, std::size_t kept) : answer_(answer), left_(body_limit), kept_(kept) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // the reader counts, over all heads
    http::basic_parser<false>::body_limit(boost::none);
  }

  // Between two chunks: what follows takes kLeastEnd bytes or more, and Beast asserts that it sees no fewer.
  bool awaits_chunk() const { return has_chunks() && !inside_chunk_; }
  static constexpr std::size_t kLeastEnd = 5;  // "0", and two line ends

  bool has_chunks() const { return is_header_done() && chunked(); }
  std::size_t body_bytes() const { return body_bytes_; }  // seen, whether stored or not

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code& error) override {
    if (code < 100) {  // three digits, but not a status
      error = http::error::bad_status;
      return;
    }
    answer_.status = code;
    answer_.headers.clear();
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    if (!is_header_done()) answer_.headers.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view piece, error_code& error) override { return take(piece, error); }
  void on_chunk_header_impl(std::uint64_t size, string_view, error_code&) override { inside_chunk_ = size > 0; }
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view piece, error_code& error) override {
    inside_chunk_ = remain > piece.size();
    return take(piece, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(string_view piece, error_code& error) {
    body_bytes_ += piece.size();
    const auto room = kept_ - std::min(kept_, answer_.body.size());
    answer_.body_cut = answer_.body_cut || piece.size() > room;
    answer_.body.append(piece.data(), std::min(room, piece.size()));
    if (piece.size() > left_) error = http::error::body_limit;
    left_ -= std::min(left_, piece.size());
    return piece.size();
  }

  Answer& answer_;
  std::size_t left_;
  std::size_t kept_;
  std::size_t body_bytes_ = 0;
  bool inside_chunk_ = false;
};

AnswerReader::AnswerReader() = default;
AnswerReader::~AnswerReader() = default;

void AnswerReader::begin(Answer& answer, std::size_t header_bytes, std::size_t body_bytes, std::size_t kept_bytes) {
  header_limit_ = header_bytes;
  body_limit_ = body_bytes;
  kept_ = kept_bytes;
  read_ = heads_ = framed_ = 0;
  head_fits_ = true;
  line_passed_ = false;
  trouble_ = Trouble::kNone;
  unread_.clear();
  head_.clear();
  answer_ = &answer;
  parser_ = std::make_unique<Parser>(*answer_, body_limit_, kept_);
}

AnswerReader::State AnswerReader::broken(Trouble why) {
  trouble_ = has_head() ? Trouble::kBodyBroken : why;
  return State::kBroken;
}

AnswerReader::State AnswerReader::feed(std::string_view bytes) {
  read_ += bytes.size();
  std::string_view left = bytes;
  if (!unread_.empty()) left = unread_.append(bytes);
  const auto state = parsed(left);
  unread_.assign(left);  // may be a part of itself, or of `bytes`
  return state;
}

// Whether the parser may have the status line, which must be complete first: the parser refuses one that ends after its
// code, so a space is added to it.
bool AnswerReader::has_status_line(std::string_view& left) {
  if (line_passed_) return true;
  if (is_bare_line(left)) {
    if (left.size() < kBareLine.size()) return false;
    unread_ = std::string(left).insert(kBareLine.size() - kLineEnd, 1, ' ');
    left = unread_;
  }
  return line_passed_ = true;
}

// Parses as much of `left` as possible, and leaves what must wait for more. Limits only consider what is parsed, so the
// result does not depend on how the bytes were split: for a chunked body the parser only gets enough for a chunk's
// header, or for the end with its trailers.
AnswerReader::State AnswerReader::parsed(std::string_view& left) {
  while (!left.empty()) {
    if (parser_->awaits_chunk() && left.size() < Parser::kLeastEnd) return State::kMore;
    const bool in_head = !parser_->is_header_done();
    if (in_head && !has_status_line(left)) return State::kMore;
    parser_->eager(!in_head);
    const auto given = parser_->has_chunks() ? left.substr(0, header_limit_) : left;
    error_code error;
    const auto used = parser_->put(boost::asio::buffer(given.data(), given.size()), error);
    if (error && in_head && is_http2(left)) return broken(Trouble::kHttp2Only);
    if (in_head) head_.append(left.substr(0, used));
    left.remove_prefix(used);
    (in_head ? heads_ : framed_) += used;
    if (heads_ + (parser_->is_header_done() ? 0 : left.size()) > header_limit_) {
      head_fits_ = false;
      return broken(Trouble::kHeadersTooLarge);
    }
    if (in_head && has_head()) answer_->head = fields_of(head_);
    if (framed_ - parser_->body_bytes() > header_limit_ + kFraming * body_limit_)
      return broken(Trouble::kHeadersTooLarge);
    if (error == http::error::body_limit) return State::kEnough;
    if (error == http::error::need_more) {
      if (given.size() == used + left.size()) return State::kMore;
      if (used == 0) return broken(Trouble::kHeadersTooLarge);
      continue;
    }
    if (error) return broken(Trouble::kNotHttp);
    if (!parser_->is_done()) continue;
    if (is_final(answer_->status)) return State::kWhole;
    line_passed_ = false;
    head_.clear();
    parser_ = std::make_unique<Parser>(*answer_, body_limit_, kept_);
  }
  return State::kMore;
}

AnswerReader::State AnswerReader::end() {
  if (!began()) return broken(Trouble::kClosed);
  const bool is_http = answer_->status != 0 || kBareLine.starts_with(unread_.substr(0, kVersion));
  if (!has_head()) return broken(is_http ? Trouble::kHeadersCut : Trouble::kNotHttp);
  error_code error;
  parser_->put_eof(error);
  return error ? broken(Trouble::kBodyBroken) : State::kWhole;
}

void AnswerReader::keep_partial_head() {
  if (has_head()) return;
  head_.append(unread_);
  if (!head_.starts_with(kBareLine.substr(0, kVersion))) return;
  const std::string_view fields = fields_of(head_);
  answer_->head = fields.substr(0, header_limit_);
  answer_->head_cut = fields.size() > header_limit_ || head_.find("\r\n\r\n") == head_.npos;
}

bool AnswerReader::has_head() const { return head_fits_ && parser_->is_header_done() && is_final(answer_->status); }

bool AnswerReader::reusable() const {
  return parser_->is_done() && unread_.empty() && parser_->keep_alive() && answer_->status != kSwitching;
}

}  // namespace beckon::egress
