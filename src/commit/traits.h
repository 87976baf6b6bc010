// The traits of a handle: which there are, of what type, and who may say and read them. One that nobody declared takes
// the type of the first value that is said of it.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/result.h"
#include "rules/language/counter.h"

namespace beckon::commit {

enum class TraitType : std::uint8_t { kText, kNumber, kBool, kInstant, kDate, kList };

std::string_view name_of(TraitType type);                    // "text", "number", "bool", "instant", "date", "list"
std::optional<TraitType> type_named(std::string_view name);  // nothing: it is none of these

struct TraitDeclaration {
  TraitType type = TraitType::kText;
  bool is_public = false;            // whoever knows a visitor's id may say and read it
  bool sensitive = false;            // hidden from CREATORs, in the console and in the live feed
  std::vector<std::string> sources;  // the one that outweighs the others first; empty: "page" below all others
  bool declared = false;             // false: it was first seen
  friend bool operator==(const TraitDeclaration&, const TraitDeclaration&) = default;
};

inline constexpr std::string_view kPageSource = "page";      // said by a browser without proof
inline constexpr std::string_view kProvenSource = "proven";  // said by a browser with the visitor's proof
inline constexpr std::string_view kServerSource = "server";  // said with a role, where no other source is named

// How much a source outweighs others; those that the declaration does not name weigh the least, but for "proven", which
// then weighs as much as the greater of "server" and "page".
std::uint8_t rank_of(const TraitDeclaration& trait, std::string_view source);

// {"type","public","sensitive","sources"}, all but the type optional. `path`: of the object, for issues; may be empty.
TraitDeclaration read_trait_declaration(const json::Value& value, Issues& issues);
void write_members(json::Writer& out, const TraitDeclaration& trait);  // type, public, sensitive, sources, declared
std::string to_json(const TraitDeclaration& trait);
std::optional<TraitDeclaration> stored_trait(std::string_view json);  // what to_json wrote

namespace trait_limits {
inline constexpr std::size_t kOfHandle = 1'000;
inline constexpr std::size_t kOfPages = 500;  // a page says no new one where the handle has so many
inline constexpr std::size_t kOfVisitor = 100;
inline constexpr std::size_t kBytesOfVisitor = 8 * 1024;
inline constexpr std::size_t kName = 64;
inline constexpr std::size_t kText = 512;   // bytes
inline constexpr std::size_t kList = 50;    // texts
inline constexpr std::size_t kSources = 8;  // of a declaration
inline constexpr std::size_t kSource = 64;  // bytes of a source's name
}  // namespace trait_limits

bool is_trait_name(std::string_view text);    // [A-Za-z][A-Za-z0-9_.]{0,63}
bool is_trait_source(std::string_view text);  // [a-z0-9][a-z0-9_-]{0,63}

// Traits that every handle has. Null: the name is not one of these.
inline constexpr std::array<std::string_view, 5> kReservedTraits{"zone", "locale", "country", "email", "phone"};
const TraitDeclaration* reserved_trait(std::string_view name);

// The type of a value that nothing else is known of. Nothing: it is null or an object.
std::optional<TraitType> type_of(const json::Value& value);

// The value as it is kept (ledger/traits.h). Numbers may be said as texts. Unexpected: what it must be.
std::expected<std::string, std::string> trait_value(std::string_view name, TraitType type, const json::Value& value);
// A text of a list likewise.
std::expected<std::string, std::string> trait_text(std::string_view text);

// The traits of a handle, and its counters. Immutable, then thread-safe.
class TraitTable {
 public:
  using Declarations = std::map<std::string, TraitDeclaration, std::less<>>;
  explicit TraitTable(Declarations declared_and_seen = {}, rules::Counters counters = {});

  static std::shared_ptr<const TraitTable> none();  // nothing declared or seen

  const TraitDeclaration* find(std::string_view name) const;  // declared, seen or reserved; null: none of these
  const Declarations& declared_and_seen() const { return by_name_; }
  const std::vector<std::string>& sensitive() const { return sensitive_; }  // names; sorted
  const rules::Counters& counters() const { return counters_; }

 private:
  Declarations by_name_;
  std::vector<std::string> sensitive_;
  rules::Counters counters_;
};
using TraitTablePtr = std::shared_ptr<const TraitTable>;

// A change: a trait is declared or first seen.
struct TraitPut {
  Handle handle;
  std::string name;
  std::string json;  // to_json of its declaration; empty: it is deleted
};

// A change: a counter is declared, or was filled further.
struct CounterPut {
  Handle handle;
  std::string name;
  std::string json;  // rules::to_json; empty: it is deleted
};

// What is stored of the above. Thread-safe.
class TraitStore {
 public:
  virtual ~TraitStore() = default;
  using Stored = std::map<std::string, std::string, std::less<>>;  // to_json of declarations by name
  virtual Result<Stored> traits(const Handle& handle) = 0;
  virtual Result<Stored> counters(const Handle& handle) = 0;  // rules::to_json by name
};
// Without what cannot be read.
TraitTablePtr table_of(const TraitStore::Stored& traits, const TraitStore::Stored& counters);

}  // namespace beckon::commit
