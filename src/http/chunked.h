// The chunked transfer coding (RFC 9112 section 7.1), decoded strictly.
//
//   body    = *( size ext CRLF data CRLF ) 1*"0" ext CRLF *( trailer CRLF ) CRLF
//   ext     = *( ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] BWS )
//   trailer = token ":" *( no control byte )
// Extensions and trailers are checked and ignored.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/head.h"

namespace beckon::http {

// Decodes one body, in pieces of any size. Confined to one thread.
class ChunkedDecoder {
 public:
  // Appends the data in `bytes` to `body`; returns the number of bytes consumed. Refused: malformed framing
  // (kInvalidPayload), a body of more than `limit` bytes (kPayloadTooLarge), before its data is taken.
  std::expected<std::size_t, Refusal> feed(std::string_view bytes, std::string& body, std::size_t limit);

  bool done() const { return state_ == State::kDone; }
  void reset() { *this = {}; }

 private:
  enum class State : std::uint8_t { kSize, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailer, kTrailerLf, kDone };
  // Position in an extension: after ";", in its name, after the name, after "=", in a token, in quotes, after a
  // backslash in quotes, after the value.
  enum class Extension : std::uint8_t { kStart, kName, kNamed, kEquals, kToken, kQuoted, kEscaped, kValued };

  const char* step(char c);  // one byte outside the data; null, or the error
  const char* size_digit(char c);
  const char* extension(char c);
  const char* trailer(char c);

  State state_ = State::kSize;
  Extension extension_ = Extension::kStart;
  int digits_ = 0;
  std::uint64_t left_ = 0;    // of the chunk
  std::size_t line_ = 0;      // bytes of the trailer line
  bool named_ = false;        // the trailer line has its colon
  std::size_t overhead_ = 0;  // total bytes of extensions and trailers
};

}  // namespace beckon::http
