#include "base/json.h"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "base/check.h"

namespace beckon::json {

namespace bj = boost::json;

struct Document::Store {
  explicit Store(std::string from) : text(std::move(from)), arena(text.size() * 4 + 512) {}
  std::string text;
  std::pmr::monotonic_buffer_resource arena;
};

Document::Document() = default;
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

// Receives the parser's events and builds the tree bottom-up: children wait on a stack until their container ends.
class Builder {
 public:
  explicit Builder(Document::Store& store) : store_(store) {
    values_.clear();
    keys_.clear();
  }

  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

  bool on_object_end(std::size_t size, bj::error_code& ec) {
    const Member* first = take_members(size);
    if (!keys_differ({first, size})) {
      problem_ = "an object has the same key twice";
      ec = bj::make_error_code(bj::error::extra_data);
      return false;
    }
    return push(Kind::kObject, 0, first, size);
  }
  bool on_array_end(std::size_t size, bj::error_code&) {
    const Value* first = take_values(size);
    return push(Kind::kArray, 0, first, size);
  }

  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    const std::string_view text = joined(part);
    return push(Kind::kString, 0, text.data(), text.size());
  }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
  bool on_key(bj::string_view part, std::size_t, bj::error_code&) {
    keys_.push_back(joined(part));
    return true;
  }
  bool on_number_part(bj::string_view part, bj::error_code&) { return keep(part); }
  bool on_int64(std::int64_t value, bj::string_view part, bj::error_code&) {
    return number(static_cast<double>(value), part);
  }
  bool on_uint64(std::uint64_t value, bj::string_view part, bj::error_code&) {
    return number(static_cast<double>(value), part);
  }
  bool on_double(double value, bj::string_view part, bj::error_code& ec) {
    if (!std::isfinite(value)) {
      problem_ = "a number is too large";
      ec = bj::make_error_code(bj::error::exponent_overflow);
      return false;
    }
    return number(value, part);
  }
  bool on_bool(bool value, bj::error_code&) {
    return value ? push(Kind::kBoolean, 1, "true", 4) : push(Kind::kBoolean, 0, "false", 5);
  }
  bool on_null(bj::error_code&) { return push(Kind::kNull, 0, "null", 4); }

  const Value* root() { return take_values(1); }
  const char* problem() const { return problem_; }

 private:
  bool keep(bj::string_view part) {
    pending_.append(part.data(), part.size());
    return true;
  }

  // The whole text of a string, key or number, in memory that lives as long as the document.
  std::string_view joined(bj::string_view part) {
    const char* begin = store_.text.data();
    if (pending_.empty() && !std::less<>{}(part.data(), begin) &&
        !std::less<>{}(begin + store_.text.size(), part.data() + part.size()))
      return {part.data(), part.size()};
    pending_.append(part.data(), part.size());
    auto* to = static_cast<char*>(store_.arena.allocate(pending_.size() + 1, 1));
    std::memcpy(to, pending_.data(), pending_.size());
    const std::string_view text{to, pending_.size()};
    pending_.clear();
    return text;
  }

  bool number(double value, bj::string_view part) {
    const std::string_view text = joined(part);
    return push(Kind::kNumber, value, text.data(), text.size());
  }

  bool push(Kind kind, double number, const void* data, std::size_t size) {
    Value value;
    value.kind_ = kind;
    value.number_ = number;
    value.data_ = data;
    value.size_ = static_cast<std::uint32_t>(size);
    values_.push_back(value);
    return true;
  }

  const Value* take_values(std::size_t size) {
    CHECK(values_.size() >= size);
    auto* to = static_cast<Value*>(store_.arena.allocate(size * sizeof(Value) + 1, alignof(Value)));
    std::uninitialized_copy_n(values_.end() - static_cast<std::ptrdiff_t>(size), size, to);
    values_.resize(values_.size() - size);
    return to;
  }

  const Member* take_members(std::size_t size) {
    CHECK(values_.size() >= size && keys_.size() >= size);
    auto* to = static_cast<Member*>(store_.arena.allocate(size * sizeof(Member) + 1, alignof(Member)));
    const std::size_t values = values_.size() - size, keys = keys_.size() - size;
    for (std::size_t i = 0; i < size; ++i) new (to + i) Member{keys_[keys + i], values_[values + i]};
    values_.resize(values);
    keys_.resize(keys);
    return to;
  }

  static bool keys_differ(std::span<const Member> members) {
    if (members.size() <= 16) {
      for (std::size_t i = 0; i < members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (members[i].key == members[j].key) return false;
      return true;
    }
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const Member& member : members) keys.push_back(member.key);
    std::ranges::sort(keys);
    return std::ranges::adjacent_find(keys) == keys.end();
  }

  Document::Store& store_;
  // Kept by the thread from one text to the next: a parse costs no allocation for them. One parse at a time.
  static thread_local std::vector<Value> values_;
  static thread_local std::vector<std::string_view> keys_;
  std::string pending_;
  const char* problem_ = nullptr;
};

thread_local std::vector<Value> Builder::values_;
thread_local std::vector<std::string_view> Builder::keys_;

Result<Document> parse(std::string text) {
  Document document;
  document.store_ = std::make_unique<Document::Store>(std::move(text));
  const std::string& source = document.store_->text;
  bj::parse_options options;
  options.max_depth = 32;
  bj::basic_parser<Builder> parser(options, *document.store_);
  bj::error_code ec;
  const std::size_t used = parser.write_some(false, source.data(), source.size(), ec);
  if (!ec && used < source.size()) ec = bj::make_error_code(bj::error::extra_data);
  if (ec) {
    const char* problem = parser.handler().problem();
    return unexpected(Fault{.code = FaultCode::kInvalidPayload,
                            .message = "The body is not acceptable JSON: " +
                                       (problem ? std::string(problem) : ec.message()) + ", near byte " +
                                       std::to_string(used) + "."});
  }
  document.root_ = parser.handler().root();
  return document;
}

std::optional<std::int64_t> Value::integer() const {
  if (kind_ != Kind::kNumber || std::abs(number_) > 0x1p53 || number_ != std::floor(number_)) return std::nullopt;
  return static_cast<std::int64_t>(number_);
}

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members())
    if (member.key == key) return &member.value;
  return nullptr;
}

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

}  // namespace

void append_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  if (is_plain(text)) {  // nearly all of them: one growth, one copy
    const std::size_t before = out.size();
    const std::size_t after = before + text.size() + 2;
    out.resize_and_overwrite(after, [&](char* data, std::size_t) {  // libstdc++ 12 may pass the capacity here
      data[before] = data[after - 1] = '"';
      text.copy(data + before + 1, text.size());
      return after;
    });
    return;
  }
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool separator = c == 0xe2 && i + 2 < text.size() && text[i + 1] == '\x80' &&
                           (text[i + 2] == '\xa8' || text[i + 2] == '\xa9');
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
  comma();
  append_string(out_, name);
  out_ += ':';
  comma_due_ = false;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  comma();
  append_string(out_, text);
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

}  // namespace beckon::json
