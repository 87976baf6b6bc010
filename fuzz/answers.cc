// The response reader: the same result however the bytes are split, within its limits, and no more than was sent.
#include <array>

#include "base/check.h"
#include "egress/answer_reader.h"
#include "input.h"

namespace beckon::egress {
namespace {

using State = AnswerReader::State;

struct Sizes {
  std::size_t header, body, kept;
};

struct Read {
  Answer answer;
  State state = State::kMore;
  bool has_head = false;
  bool reusable = false;
};

void conclude(AnswerReader& reader, Read& read, std::string_view left) {
  if (read.state == State::kMore) read.state = reader.end();
  CHECK(read.state != State::kMore);
  read.has_head = reader.has_head();
  read.reusable = read.state == State::kWhole && reader.reusable() && left.empty();
  CHECK((read.state == State::kBroken) == (reader.trouble() != Trouble::kNone));
}

bool is_part_of(std::string_view part, std::string_view text) {
  for (const char c : part) {
    const auto at = text.find(c);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + 1);
  }
  return true;
}

std::size_t number_in(std::string_view digits) {
  std::size_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::size_t>(c - '0');
  return number;
}

void check(const Read& read, const Sizes& sizes, std::string_view text) {
  const Answer& answer = read.answer;
  CHECK(answer.body.size() <= sizes.kept);
  if (read.state == State::kBroken && !read.has_head) return;
  std::size_t size = 0;
  for (const Header& header : answer.headers) size += header.name.size() + header.value.size();
  CHECK(size <= sizes.header);
  CHECK(answer.status >= 100 && answer.status <= 999);
  if (answer.header("transfer-encoding")) {
    CHECK(is_part_of(answer.body, text));
    return;
  }
  CHECK(text.find(answer.body) != std::string_view::npos);
  const std::string* length = answer.header("content-length");
  const bool bodiless = answer.status < 200 || answer.status == 204 || answer.status == 304;
  if (read.state != State::kWhole || bodiless || !length) return;
  if (length->empty() || length->size() > 9 || length->find_first_not_of("0123456789") != std::string::npos) return;
  CHECK(answer.body_cut ? answer.body.size() < number_in(*length) : answer.body.size() == number_in(*length));
}

void check_same(const Read& one, const Read& other) {
  CHECK(one.state == other.state);
  CHECK(one.has_head == other.has_head);
  CHECK(one.reusable == other.reusable);
  if (one.has_head) {
    CHECK(one.answer.status == other.answer.status);
    CHECK(one.answer.headers == other.answer.headers);
  }
  if (one.state == State::kBroken) return;  // nothing more is reported of such a body
  CHECK(one.answer.body == other.answer.body);
  CHECK(one.answer.body_cut == other.answer.body_cut);
}

}  // namespace
}  // namespace beckon::egress

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::egress;
  static constexpr std::array<std::size_t, 4> kHeaders{64, 200, 1000, 16 * 1024}, kBodies{0, 9, 100, 16 * 1024};
  beckon::fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  Sizes sizes{.header = kHeaders[choice & 3], .body = kBodies[choice >> 2 & 3], .kept = 0};
  sizes.kept = choice & 16 ? sizes.body / 3 : sizes.body;
  beckon::fuzz::Cuts cuts(input);
  const std::string_view text = input.rest();

  static AnswerReader again;  // the reader of a connection serves one response after another
  Read in_pieces;
  again.begin(in_pieces.answer, sizes.header, sizes.body, sizes.kept);
  std::size_t fed = 0;
  const auto left = cuts.each(text, [&](std::string_view piece) {
    in_pieces.state = again.feed(piece);
    fed += piece.size();
    CHECK(in_pieces.state != State::kMore || fed <= 3 * sizes.header + 8 * sizes.body + piece.size());
    return in_pieces.state == State::kMore;
  });
  conclude(again, in_pieces, left);

  AnswerReader fresh;
  Read at_once;
  fresh.begin(at_once.answer, sizes.header, sizes.body, sizes.kept);
  if (!text.empty()) at_once.state = fresh.feed(text);
  conclude(fresh, at_once, {});

  check(in_pieces, sizes, text);
  check_same(in_pieces, at_once);
  return 0;
}
