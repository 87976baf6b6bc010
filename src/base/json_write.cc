#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/json.h"

namespace beckon::json {
namespace {

// Bytes that may have to be escaped; 0xe2 begins U+2028 and U+2029.
constexpr auto kNotPlain = [] {
  std::array<bool, 256> set{};
  for (std::size_t c = 0; c < 0x20; ++c) set[c] = true;
  set['"'] = set['\\'] = set[0x7f] = set[0xe2] = true;
  return set;
}();

bool is_plain(std::string_view text) {
  bool special = false;
  for (char c : text) special |= kNotPlain[static_cast<unsigned char>(c)];
  return !special;
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool separator =
        c == 0xe2 && i + 2 < text.size() && text[i + 1] == '\x80' && (text[i + 2] == '\xa8' || text[i + 2] == '\xa9');
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && !separator) continue;
    out.append(text, from, i - from);
    from = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case 0xe2:
        out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
        i += 2;
        from = i + 1;
        break;
      default:
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  out.append(text, from, std::string_view::npos);
  out += '"';
}

// Appends the text as a quoted string, a comma before it and a colon after it. Nearly all texts are plain: one resize,
// one copy.
void append_quoted(std::string& out, bool comma, std::string_view text, bool colon) {
  if (!is_plain(text)) {
    if (comma) out += ',';
    append_escaped(out, text);
    if (colon) out += ':';
    return;
  }
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + text.size() + 4, [&](char* data, std::size_t) {  // in libstdc++ 12, the capacity
    char* to = data + before;
    if (comma) *to++ = ',';
    *to++ = '"';
    to += text.copy(to, text.size());
    *to++ = '"';
    if (colon) *to++ = ':';
    return to - data;
  });
}

}  // namespace

void append_string(std::string& out, std::string_view text) { append_quoted(out, false, text, false); }

std::string quote(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

void append(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kBoolean:
    case Kind::kNumber: out += value.text(); return;
    case Kind::kString: append_string(out, value.text()); return;
    case Kind::kArray: {
      out += '[';
      bool first = true;
      for (const Value& item : value.items()) {
        if (!first) out += ',';
        first = false;
        append(out, item);
      }
      out += ']';
      return;
    }
    case Kind::kObject: {
      out += '{';
      bool first = true;
      for (const Member& member : value.members()) {
        if (!first) out += ',';
        first = false;
        append_string(out, member.key);
        out += ':';
        append(out, member.value);
      }
      out += '}';
    }
  }
}

std::string to_text(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::size_t depth(const Value& value) {
  if (!value.is_array() && !value.is_object()) return 0;
  std::size_t below = 0;
  for (const Value& item : value.items()) below = std::max(below, depth(item));
  for (const Member& member : value.members()) below = std::max(below, depth(member.value));
  return below + 1;
}

void Writer::comma() {
  if (comma_due_) out_ += ',';
  comma_due_ = true;
}

Writer& Writer::open(char bracket) {
  comma();
  out_ += bracket;
  comma_due_ = false;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_ += bracket;
  comma_due_ = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  append_quoted(out_, std::exchange(comma_due_, false), name, true);
  return *this;
}

Writer& Writer::string(std::string_view text) {
  append_quoted(out_, std::exchange(comma_due_, true), text, false);
  return *this;
}

Writer& Writer::instant(Instant at) {
  comma();
  out_ += '"';
  append_rfc3339(out_, at);
  out_ += '"';
  return *this;
}

Writer& Writer::number(std::int64_t value) {
  comma();
  char text[24];
  out_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  return *this;
}

Writer& Writer::real(double value) {
  comma();
  char text[40];
  out_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  return *this;
}

Writer& Writer::boolean(bool value) {
  comma();
  out_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  comma();
  out_ += "null";
  return *this;
}

Writer& Writer::raw(std::string_view json_text) {
  comma();
  out_ += json_text;
  return *this;
}

void text_or_null(Writer& out, std::string_view name, std::string_view text) {
  text.empty() ? out.key(name).null() : out.member(name, text);
}

}  // namespace beckon::json
