// Reads one answer out of the bytes of a connection, within limits: what informs (1xx) is passed over, chunks are
// joined, nothing is decompressed. The parsing is Boost.Beast's, which refuses what could be read in two ways.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "egress/http_client.h"

namespace beckon::egress {

// Confined to one thread. Used for one answer after another.
class AnswerReader {
 public:
  enum class State : std::uint8_t {
    kMore,    // bytes are missing
    kWhole,   // the answer is whole
    kEnough,  // its headers are, and its body has reached the limit: the rest is not wanted
    kBroken,  // fault() says why
  };
  AnswerReader();
  ~AnswerReader();

  // What comes goes into `answer`, which outlives the reading: status, headers, body and body_cut. Limits in bytes: of
  // all heads, trailers and framing; of the body; and of what is kept of that.
  void begin(Answer& answer, std::size_t header_bytes, std::size_t body_bytes, std::size_t kept_bytes);

  State feed(std::string_view bytes);
  State end();  // the peer has closed: kWhole where that ends the body, else kBroken

  bool began() const { return read_ > 0; }  // a byte came
  bool reusable() const;                    // after kWhole: another request may go over the connection
  const char* fault() const { return fault_; }

 private:
  class Parser;
  State broken(const char* why);
  State parsed(std::string_view& left);

  std::unique_ptr<Parser> parser_;
  Answer* answer_ = nullptr;
  std::string unread_;  // the beginning of a line or head whose end has not come
  std::size_t header_limit_ = 0, body_limit_ = 0, kept_ = 0;
  std::size_t read_ = 0, heads_ = 0;
  const char* fault_ = "";
};

}  // namespace beckon::egress
