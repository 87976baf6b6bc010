// The traits of a handle: their types, and who may write and read them. An undeclared trait gets the type of its first
// value.
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
std::optional<TraitType> type_named(std::string_view name);  // std::nullopt if there is none

struct TraitDeclaration {
  TraitType type = TraitType::kText;
  bool is_public = false;            // anyone who knows a visitor's id may write and read it
  bool sensitive = false;            // hidden from CREATORs, in the console and in the live feed
  std::vector<std::string> sources;  // by precedence, highest first; if empty, "page" ranks below all others
  bool declared = false;             // false if inferred from its first value
  friend bool operator==(const TraitDeclaration&, const TraitDeclaration&) = default;
};

inline constexpr std::string_view kPageSource = "page";      // set by a browser without proof
inline constexpr std::string_view kProvenSource = "proven";  // set by a browser with the visitor's proof
inline constexpr std::string_view kServerSource = "server";  // set with a role, if no other source is named

// The rank of a source; higher ranks outweigh lower ones. Sources that the declaration does not name have the lowest
// rank, except "proven", which then has the higher of the ranks of "server" and "page".
std::uint8_t rank_of(const TraitDeclaration& trait, std::string_view source);

// {"type","public","sensitive","sources"}, all but the type optional. Adds to `issues`.
TraitDeclaration read_trait_declaration(const json::Value& value, Issues& issues);
void write_members(json::Writer& out, const TraitDeclaration& trait);  // type, public, sensitive, sources, declared
std::string to_json(const TraitDeclaration& trait);
std::optional<TraitDeclaration> stored_trait(std::string_view json);  // parses the output of to_json

namespace trait_limits {
inline constexpr std::size_t kOfHandle = 1'000;
inline constexpr std::size_t kOfPages = 500;  // pages cannot add a trait if the handle has this many
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

// Traits that every handle has. Null if the name is none of these.
inline constexpr std::array<std::string_view, 5> kReservedTraits{"zone", "locale", "country", "email", "phone"};
const TraitDeclaration* reserved_trait(std::string_view name);

// The type inferred from a value. std::nullopt if it is null or an object.
std::optional<TraitType> type_of(const json::Value& value);

// The value as stored (ledger/traits.h). Numbers may be given as strings. Unexpected: what the value must be.
std::expected<std::string, std::string> trait_value(std::string_view name, TraitType type, const json::Value& value);
// Likewise for one text of a list.
std::expected<std::string, std::string> trait_text(std::string_view text);

// The traits and counters of a handle. Immutable, so thread-safe.
class TraitTable {
 public:
  using Declarations = std::map<std::string, TraitDeclaration, std::less<>>;
  explicit TraitTable(Declarations declared_and_seen = {}, rules::Counters counters = {});

  static std::shared_ptr<const TraitTable> none();  // nothing declared or seen

  const TraitDeclaration* find(std::string_view name) const;  // declared, seen or reserved; null if none of these
  const Declarations& declared_and_seen() const { return by_name_; }
  const std::vector<std::string>& sensitive() const { return sensitive_; }  // names; sorted
  const rules::Counters& counters() const { return counters_; }

 private:
  Declarations by_name_;
  std::vector<std::string> sensitive_;
  rules::Counters counters_;
};
using TraitTablePtr = std::shared_ptr<const TraitTable>;

// A trait is declared, first seen or deleted.
struct TraitPut {
  Handle handle;
  std::string name;
  std::string json;  // to_json of its declaration; empty if it is deleted
};

// A counter is declared, backfilled further or deleted.
struct CounterPut {
  Handle handle;
  std::string name;
  std::string json;  // rules::to_json; empty if it is deleted
};

// Reads stored traits and counters. Thread-safe.
class TraitStore {
 public:
  virtual ~TraitStore() = default;
  using Stored = std::map<std::string, std::string, std::less<>>;  // to_json of declarations by name
  virtual Result<Stored> traits(const Handle& handle) = 0;
  virtual Result<Stored> counters(const Handle& handle) = 0;  // rules::to_json by name
};
// Skips what cannot be read.
TraitTablePtr table_of(const TraitStore::Stored& traits, const TraitStore::Stored& counters);

}  // namespace beckon::commit
