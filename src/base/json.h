// JSON: a strict parser into a small immutable tree, and a writer that appends to a string.
//
// Strict (safety.md section 3): RFC 8259 and nothing else; valid UTF-8; no lone surrogate; depth at most 32; duplicate
// keys refused; a number that overflows a double refused (lost precision is not). A number keeps its text.
// The parser is in json_parse.cc, the writer in json_write.cc.
#pragma once
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace beckon::json {

enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

struct Member;

// One value of a document; cheap to copy; valid as long as its Document.
class Value {
 public:
  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_object() const { return kind_ == Kind::kObject; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_boolean() const { return kind_ == Kind::kBoolean; }

  bool boolean() const { return number_ != 0; }
  double number() const { return number_; }
  std::optional<std::int64_t> integer() const;  // a number without a fraction within ±2^53, otherwise std::nullopt
  std::optional<Instant> instant() const;       // an RFC 3339 text, or milliseconds since 1970; otherwise std::nullopt
  // The characters of a string (unescaped), or the text of a number, "true", "false" or "null" as written.
  std::string_view text() const { return {static_cast<const char*>(data_), size_}; }
  std::span<const Value> items() const;                  // of an array, otherwise empty
  std::span<const Member> members() const;               // of an object, in the order written, otherwise empty
  const Value* find(std::string_view key) const;         // a member of an object, or null
  std::string_view text_of(std::string_view key) const;  // the text() of a string member, otherwise empty

 private:
  friend class Builder;
  Kind kind_ = Kind::kNull;
  std::uint32_t size_ = 0;
  double number_ = 0;
  const void* data_ = nullptr;
};

struct Member {
  std::string_view key;
  Value value;
};

inline std::span<const Value> Value::items() const {
  return kind_ == Kind::kArray ? std::span{static_cast<const Value*>(data_), size_} : std::span<const Value>{};
}
inline std::span<const Member> Value::members() const {
  return kind_ == Kind::kObject ? std::span{static_cast<const Member*>(data_), size_} : std::span<const Member>{};
}

// A parsed text and its tree. Movable; views into it stay valid when it moves.
class Document {
 public:
  const Value& root() const { return *root_; }

  struct Store;

 private:
  friend Result<Document> parse(std::string&& text);
  struct Drop {
    void operator()(Store* store) const;
  };
  Document() = default;

  std::unique_ptr<Store, Drop> store_;
  const Value* root_ = nullptr;
};

// Fault: kInvalidPayload, with the offset and the error. What is left in `text` is empty, and may have the memory of an
// earlier document of this thread, so that its owner need not allocate the next one.
Result<Document> parse(std::string&& text);
inline Result<Document> parse(const std::string& text) { return parse(std::string(text)); }

// The value serialized without whitespace; numbers keep their text.
void append(std::string& out, const Value& value);
std::string to_text(const Value& value);
std::size_t depth(const Value& value);  // nesting of containers: 0 for a scalar, 1 for {} and for {"a":1}

// Appends `text` as a quoted JSON string. Escapes control characters, and U+2028 and U+2029.
void append_string(std::string& out, std::string_view text);
std::string quote(std::string_view text);

// Appends one JSON text to a string. The caller keeps to the grammar; the writer adds commas.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& instant(Instant at);  // as RFC 3339
  Writer& number(std::int64_t value);
  Writer& real(double value);  // shortest text that reads back the same
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view json_text);  // a value that is already JSON

  // Members in one call each.
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::int64_t value) { return key(name).number(value); }
  Writer& member(std::string_view name, Instant value) { return key(name).instant(value); }
  Writer& member_boolean(std::string_view name, bool value) { return key(name).boolean(value); }
  Writer& member_raw(std::string_view name, std::string_view json_text) { return key(name).raw(json_text); }

 private:
  void comma();
  Writer& open(char bracket);
  Writer& close(char bracket);

  std::string& out_;
  bool comma_due_ = false;
};

// A member that is null if the text is empty.
void text_or_null(Writer& out, std::string_view name, std::string_view text);

}  // namespace beckon::json
