// Reads one response from the bytes of a connection, within limits: informational ones (1xx) are skipped, chunks are
// joined, nothing is decompressed. Parsed by Boost.Beast, which refuses ambiguous input.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "egress/http_client.h"

namespace beckon::egress {

// Confined to one thread. Reusable for one response after another.
class AnswerReader {
 public:
  enum class State : std::uint8_t {
    kMore,    // more bytes are needed
    kWhole,   // the response is complete
    kEnough,  // its headers are complete and its body has reached the limit
    kBroken,  // trouble() says why
  };
  AnswerReader();
  ~AnswerReader();

  // Fills status, headers, head, body and body_cut of `answer`, which must outlive the reading. Limits in bytes: for
  // all heads together, and for each header of a chunk or all trailers; for the body; and for the part of the body that
  // is kept.
  void begin(Answer& answer, std::size_t header_bytes, std::size_t body_bytes, std::size_t kept_bytes);

  State feed(std::string_view bytes);
  State end();  // the peer has closed: kWhole if that ends the body, else kBroken

  // Call when nothing more is read: a partial head of the final response is kept, up to the limit, and marked as cut.
  // Bytes that do not begin like HTTP are not kept: they are not a response.
  void keep_partial_head();

  bool began() const { return read_ > 0; }      // at least one byte was fed
  bool has_head() const;                        // the headers of the final response are complete
  bool reusable() const;                        // after kWhole: the connection may be used again
  Trouble trouble() const { return trouble_; }  // after kBroken

 private:
  class Parser;
  State broken(Trouble why);
  State parsed(std::string_view& left);
  bool has_status_line(std::string_view& left);

  std::unique_ptr<Parser> parser_;
  Answer* answer_ = nullptr;
  std::string unread_;        // the beginning of an incomplete line or head
  std::string head_;          // of the current response, as far as it was parsed
  bool head_fits_ = true;     // within its limit, as far as it was read
  bool line_passed_ = false;  // the parser may have received the status line of the current head
  std::size_t header_limit_ = 0, body_limit_ = 0, kept_ = 0;
  std::size_t read_ = 0, heads_ = 0;
  std::size_t framed_ = 0;  // bytes of the body including its framing
  Trouble trouble_ = Trouble::kNone;
};

}  // namespace beckon::egress
