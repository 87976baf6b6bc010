#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "base/check.h"
#include "base/json.h"

namespace beckon::json {

namespace bj = boost::json;

struct Document::Store {
  std::string text;
  std::array<std::byte, 896> first;  // enough for the trees of most requests; more is allocated on demand
  std::pmr::monotonic_buffer_resource arena{first.data(), first.size()};
};

namespace {

constexpr std::size_t kKeptText = 1024;  // bytes

// Not under the address sanitizer, which then finds what is read from a document that is gone.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kReused = false;
#elif defined(__has_feature)
constexpr bool kReused = !__has_feature(address_sanitizer);
#else
constexpr bool kReused = true;
#endif

// The store of the last document that this thread has dropped, for the next one. `ended`: documents with static storage
// outlive it.
thread_local bool ended = false;
struct Spare {
  std::unique_ptr<Document::Store> store;
  ~Spare() { ended = true; }
};
thread_local Spare spare;

}  // namespace

void Document::Drop::operator()(Store* store) const {
  std::unique_ptr<Store> dropped(store);
  if (!kReused || ended || spare.store) return;
  dropped->arena.release();
  dropped->text.clear();
  if (dropped->text.capacity() > kKeptText) std::string().swap(dropped->text);
  spare.store = std::move(dropped);
}

// Receives the parser's events and builds the tree bottom-up: children wait on a stack until their container ends.
class Builder {
 public:
  explicit Builder(Document::Store& store) : store_(store), values_(waiting_.values), keys_(waiting_.keys) {
    values_.clear();
    keys_.clear();
  }

  // NOLINTBEGIN(readability-identifier-naming): boost::json::basic_parser reads them by these names
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  // NOLINTEND(readability-identifier-naming)

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
    // The parser's rounding depends on what follows in its buffer, even whitespace: a number could have two values.
    const std::string_view text = joined(part);
    std::from_chars(text.data(), text.data() + text.size(), value);  // if out of range, the parser's value stays
    return push(Kind::kNumber, value, text.data(), text.size());
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

  // Kept by the thread across texts: parsing allocates nothing for them. One parse at a time.
  struct Waiting {
    std::vector<Value> values;
    std::vector<std::string_view> keys;
  };
  static thread_local Waiting waiting_;

  Document::Store& store_;
  std::vector<Value>& values_;
  std::vector<std::string_view>& keys_;
  std::string pending_;
  const char* problem_ = nullptr;
};

thread_local Builder::Waiting Builder::waiting_;

Result<Document> parse(std::string&& text) {
  Document document;
  document.store_.reset(spare.store ? spare.store.release() : new Document::Store);
  document.store_->text.swap(text);
  const std::string& source = document.store_->text;
  bj::parse_options options;
  options.max_depth = 32;
  bj::basic_parser<Builder> parser(options, *document.store_);
  bj::error_code ec;
  const std::size_t used = parser.write_some(false, source.data(), source.size(), ec);
  if (!ec && used < source.size()) ec = bj::make_error_code(bj::error::extra_data);
  if (ec) {
    const char* problem = parser.handler().problem();
    return unexpected(
        Fault{.code = FaultCode::kInvalidPayload,
              .message = "The body is not valid JSON: " + (problem ? std::string(problem) : ec.message()) +
                         ", near byte " + std::to_string(used) + "."});
  }
  document.root_ = parser.handler().root();
  return document;
}

std::optional<std::int64_t> Value::integer() const {
  if (kind_ != Kind::kNumber || std::abs(number_) > 0x1p53 || number_ != std::floor(number_)) return std::nullopt;
  return static_cast<std::int64_t>(number_);
}

std::optional<Instant> Value::instant() const {
  if (is_string()) return parse_rfc3339(text());
  const auto ms = integer();
  return ms ? instant_within_ms(*ms) : std::nullopt;
}

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members())  // most keys differ in length, or in the first byte
    if (member.key.size() == key.size() && member.key.starts_with(key.substr(0, 1)) && member.key == key)
      return &member.value;
  return nullptr;
}

std::string_view Value::text_of(std::string_view key) const {
  const Value* member = find(key);
  return member != nullptr && member->is_string() ? member->text() : std::string_view{};
}

}  // namespace beckon::json
