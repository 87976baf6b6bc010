#include "http/chunked.h"

#include <algorithm>

#include "http/text.h"

namespace beckon::http {
namespace {

constexpr int kMostDigits = 8;
constexpr std::size_t kMostOverhead = 4 * 1024;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

}  // namespace

std::expected<std::size_t, Refusal> ChunkedDecoder::feed(std::string_view bytes, std::string& body, std::size_t limit) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::kDone) {
    if (state_ == State::kData) {
      const std::size_t size = std::min<std::uint64_t>(left_, bytes.size() - at);
      body.append(bytes.substr(at, size));
      at += size;
      left_ -= size;
      if (left_ == 0) state_ = State::kDataCr;
      continue;
    }
    if (const char* wrong = step(bytes[at])) return std::unexpected(Refusal{.message = wrong});
    ++at;
    if (left_ > limit - std::min(limit, body.size())) {
      return std::unexpected(Refusal{FaultCode::kPayloadTooLarge, "The body is too large; send a smaller one."});
    }
  }
  return at;
}

const char* ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::kSize: return size_digit(c);
    case State::kExtension: return extension(c);
    case State::kSizeLf:
      if (c != '\n') return "A chunk size must end with CR LF.";
      state_ = left_ == 0 ? State::kTrailer : State::kData;
      digits_ = 0;
      line_ = 0;
      return nullptr;
    case State::kDataCr: state_ = State::kDataLf; return c == '\r' ? nullptr : "A chunk is longer than its size.";
    case State::kDataLf: state_ = State::kSize; return c == '\n' ? nullptr : "A chunk is longer than its size.";
    case State::kTrailer: return trailer(c);
    case State::kTrailerLf:
      if (c != '\n') return "A trailer must end with CR LF.";
      state_ = line_ == 0 ? State::kDone : State::kTrailer;
      line_ = 0;
      named_ = false;
      return nullptr;
    case State::kData:
    case State::kDone: break;
  }
  return nullptr;
}

const char* ChunkedDecoder::size_digit(char c) {
  if (const int digit = hex_value(c); digit >= 0) {
    if (++digits_ > kMostDigits) return "A chunk size has too many digits.";
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return nullptr;
  }
  if (digits_ == 0) return "A chunk size is missing.";
  if (c == '\r') {
    state_ = State::kSizeLf;
  } else if (c == ';') {
    state_ = State::kExtension;
    extension_ = Extension::kStart;
  } else {
    return "A chunk size must be a hexadecimal number.";
  }
  return nullptr;
}

const char* ChunkedDecoder::extension(char c) {
  constexpr const char* kWrong = "A chunk extension is malformed or too long.";
  if (++overhead_ > kMostOverhead) return kWrong;
  const bool blank = c == ' ' || c == '\t';
  const auto go = [this](Extension next) {
    extension_ = next;
    return nullptr;
  };
  switch (extension_) {
    case Extension::kStart:
      if (blank) return nullptr;
      return is_token_char(c) ? go(Extension::kName) : kWrong;
    case Extension::kEquals:
      if (blank) return nullptr;
      if (c == '"') return go(Extension::kQuoted);
      return is_token_char(c) ? go(Extension::kToken) : kWrong;
    case Extension::kQuoted:
      if (c == '"') return go(Extension::kValued);
      if (c == '\\') return go(Extension::kEscaped);
      return is_control(c) ? kWrong : nullptr;
    case Extension::kEscaped: return is_control(c) ? kWrong : go(Extension::kQuoted);
    case Extension::kName:
    case Extension::kToken:
      if (is_token_char(c)) return nullptr;
      break;
    case Extension::kNamed:
    case Extension::kValued: break;
  }
  // A name or a value is complete.
  const bool has_value = extension_ == Extension::kToken || extension_ == Extension::kValued;
  if (blank) return go(has_value ? Extension::kValued : Extension::kNamed);
  if (c == ';') return go(Extension::kStart);
  if (c == '=' && !has_value) return go(Extension::kEquals);
  if (c != '\r') return kWrong;
  state_ = State::kSizeLf;
  return nullptr;
}

const char* ChunkedDecoder::trailer(char c) {
  constexpr const char* kWrong = "A trailer is malformed or too long.";
  if (c == '\r') {
    if (line_ > 0 && !named_) return kWrong;
    state_ = State::kTrailerLf;
    return nullptr;
  }
  if (++overhead_ > kMostOverhead) return kWrong;
  if (named_) return is_control(c) ? kWrong : nullptr;
  if (c == ':' && line_ > 0) {
    named_ = true;
  } else if (!is_token_char(c)) {
    return kWrong;
  }
  ++line_;
  return nullptr;
}

}  // namespace beckon::http
