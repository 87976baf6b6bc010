#include "store/move/tables.h"

#include <algorithm>
#include <bit>
#include <map>

#include "base/check.h"
#include "base/packing.h"
#include "ledger/codec.h"
#include "ledger/handle_of.h"
#include "system/encoding.h"

namespace beckon::store::move {
namespace {

// "name:type …"; "name=other:type" where PostgreSQL has another name. Types: i integer, o boolean, r real, t text,
// b bytes, f free text.
std::vector<Column> columns_from(std::string_view text) {
  std::vector<Column> columns;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const std::string_view names = word.substr(0, word.find(':'));
    const std::size_t equals = names.find('=');
    Column column{.sqlite = std::string(names.substr(0, equals)),
                  .postgres = std::string(equals == names.npos ? names : names.substr(equals + 1))};
    switch (word.back()) {
      case 'i': column.type = Type::kInteger; break;
      case 'o': column.type = Type::kBoolean; break;
      case 'r': column.type = Type::kReal; break;
      case 't': column.type = Type::kText; break;
      case 'b': column.type = Type::kBytes; break;
      case 'f': column.type = Type::kFreeText; break;
      default: CHECK(false && "a column without a type");
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

using Place = Table::Place;

Table rows(std::string_view name, Place place, int keys, std::string_view columns) {
  return {.sqlite = std::string(name),
          .postgres = std::string(name),
          .place = place,
          .keys = keys,
          .columns = columns_from(columns)};
}

#define BECKON_TALLY_KEY "handle:t hour:i trigger:t rule:t variant:t shadow:o holdout:o "

std::vector<Table> made() {
  std::vector<Table> all;
  all.push_back({.sqlite = "journal",
                 .postgres = "journal",
                 .kind = Table::Kind::kJournal,
                 .columns = columns_from("position:i at:i bytes:b")});
  all.push_back(rows("session", Place::kOfHandle, 2,
                     "handle:t session:t visitor:t created:i last_received:i expires_at:i version:i began:i as_of:i "
                     "sum:i bytes:b"));
  all.push_back(rows("past_session", Place::kOfHandle, 3, "handle:t session:t last_event:t visitor:t"));
  all.push_back(rows("denied", Place::kOfDigest, 2, "high:i low:i until:i"));
  all.push_back(rows("erasure", Place::kOfDigest, 3, "high:i low:i reduce:o since:i up_to:i"));
  all.push_back(rows("subscription", Place::kOfHandle, 2,
                     "handle:t id:t endpoint_url:t event_types:t description:f sealed_headers:t rate_per_second:i "
                     "ordering:i enabled:o disabled_reason:f sealed_secret:b sealed_previous_secret:b "
                     "previous_until:i created_at:i updated_at:i failing_since:i format:i deleted:o"));
  all.push_back(
      rows("event", Place::kOfHandle, 2, "handle:t id:t type:t occurred_at:i session:t cause:t body:t unmatched:o"));
  all.push_back(rows("delivery", Place::kOfHandle, 1,
                     "id:t event:t subscription:t handle:t event_type:t session:t state:i attempts:i schedule_step:i "
                     "created_at:i next_attempt_at:i ended_at:i reason:f last_status:i rule:t anchor_at:i "
                     "valid_until:i held_at:i turn:i same:i erased:o"));
  all.push_back(rows("attempt", Place::kOfDelivery, 2,
                     "delivery:t number:i at:i outcome:i status:i error:f dns_us:i connect_us:i tls_us:i "
                     "first_byte_us:i total_us:i url:f request_headers:f response_headers:b response_headers_cut:o "
                     "response_body:b"));
  all.push_back(rows("replay", Place::kOfHandle, 2,
                     "handle:t id:t subscription:t since:i until:i status:i state:i total:i queued:i place_created:i "
                     "place_id:t created_at:i ended_at:i"));
  all.push_back(rows("timer", Place::kOfHandle, 4, "handle:t session:t rule:t same:i due_at:i anchor:i"));
  all.push_back(rows("tally", Place::kOfHandle, 7,
                     BECKON_TALLY_KEY
                     "asked:i acted:i suppressed:i held_out:i shown:i clicked:i dismissed:i held_hours:i held_limit:i "
                     "held_render:i mixed:i mixed_converted:i converted:i value:i"));
  all.push_back(
      rows("tally_revenue", Place::kOfHandle, 8, BECKON_TALLY_KEY "currency:t conversions:i value:i squares:r"));
  all.push_back(rows("tally_time", Place::kOfHandle, 8, BECKON_TALLY_KEY "seconds:i conversions:i"));
  all.push_back(rows("rule", Place::kOfHandle, 3,
                     "handle:t rule:t rules_version:i json:t at:i live_since:i zone_version:t actor:t"));
  all.push_back(rows("rules_kept", Place::kOfHandle, 1, "handle:t first:i"));
  all.push_back(
      rows("filling_rule", Place::kOfHandle, 2, "handle:t rule:t json:t at:i actor:t filled_to:i fill_until:i"));
  all.push_back(rows("trait", Place::kOfHandle, 2, "handle:t name:t json:t"));
  all.push_back(rows("counter", Place::kOfHandle, 2, "handle:t name:t json:t"));
  all.push_back(rows("handle", Place::kOfHandle, 1, "handle:t owner:t created_at:i settings:t origins:t changed:i"));
  all.push_back(rows("account", Place::kNone, 1,
                     "email:t password_hash:t password_version:i disabled:o created_at:i signed_in_at:i"));
  all.back().sqlite = "user";
  all.push_back(rows("role", Place::kNone, 2, "handle:t user=email:t role:i provider:t"));
  all.push_back(rows("provider_subject", Place::kNone, 2, "issuer:t subject:t user=email:t"));
  all.push_back(rows("sign_in", Place::kNone, 1,
                     "token:t user=email:t at:i until:i way:t address:t agent:f provider:t subject:t "
                     "provider_session:t"));
  all.push_back(rows("ended_token", Place::kNone, 1, "token:t until:i"));
  all.push_back(rows("invitation", Place::kNone, 1,
                     "id:t hash:b handle:t role:i user=email:t created_by:t created_at:i expires_at:i"));
  all.push_back(rows("identity_key", Place::kNone, 2, "handle:t id:t sealed_secret:b created_at:i used_at:i"));
  all.push_back(rows("access_token", Place::kNone, 2,
                     "handle:t id:t name:f scopes:t hash:b previous_hash:b previous_until:i created_by:t created_at:i "
                     "expires_at:i used_at:i"));
  all.push_back(rows("signing_key", Place::kNone, 1, "kid:t sealed_jwk:b created_at:i"));
  all.push_back(rows("secret", Place::kNone, 1, "name:t sealed:b"));
  all.push_back(rows("allowlist", Place::kNone, 1, "one:i json:t"));
  all.push_back(rows("audit", Place::kNone, 3,
                     "handle:t at:i id:t actor:t address:t request:t action:t target:t detail:t before:t number:i "
                     "previous:b hash:b"));
  all.push_back(rows("audit_link", Place::kNone, 1, "number:i hash:b"));
  all.push_back(
      {.sqlite = "meta", .postgres = "meta", .kind = Table::Kind::kNumbers, .columns = columns_from("name:t value:i")});
  return all;
}

void add_hash(Sum& sum, std::string_view bytes) {
  static const KeyedHash128 hash("beckon's row sum");
  const auto one = hash(bytes);
  sum.first += one.first;
  sum.second += one.second;
}

// The records of each handle in their order, and each record without one by itself.
void add_journal(Sum& sum, const Row& row) {
  std::map<std::string_view, std::string> of_handle;
  const std::string& bytes = row.cells[2].bytes;
  ledger::JournalReader reader(bytes);
  std::size_t read = 0;
  const auto add_part = [&](std::string_view handle, std::string_view records) {
    std::string text;
    Packer packer(text);
    packer.zigzag(row.cells[0].integer), packer.zigzag(row.cells[1].integer), packer.text(handle);
    packer.text(records);
    add_hash(sum, text);
  };
  while (const auto item = reader.next()) {
    read += item->bytes.size();
    const std::string_view handle = ledger::handle_of(item->bytes);
    if (handle.empty())
      add_part({}, item->bytes);
    else
      of_handle[handle] += item->bytes;
  }
  if (read < bytes.size()) add_part({}, std::string_view(bytes).substr(read));  // not records
  for (const auto& [handle, records] : of_handle) add_part(handle, records);
}

}  // namespace

int Table::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].sqlite == name) return static_cast<int>(i);
  CHECK(false && "a column that the table does not have");
}

std::string names(const Table& table, std::string Column::*in, int count) {
  std::string joined;
  for (const Column& column : std::span(table.columns).first(std::min<std::size_t>(table.columns.size(), count)))
    joined.append(joined.empty() ? "" : ", ").append(column.*in);
  return joined;
}

const std::vector<Table>& all_tables() {
  static const std::vector<Table> all = made();
  return all;
}

void add(Sum& sum, const Table& table, const Row& row) {
  ++sum.rows;
  if (table.kind == Table::Kind::kJournal) return add_journal(sum, row);
  std::string text;
  Packer packer(text);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Cell& cell = row.cells[i];
    packer.byte(cell.is_null ? 0 : 1);
    if (cell.is_null) continue;
    switch (table.columns[i].type) {
      case Type::kInteger: packer.zigzag(cell.integer); break;
      case Type::kBoolean: packer.byte(cell.integer != 0); break;
      case Type::kReal: packer.number(std::bit_cast<std::uint64_t>(cell.real)); break;
      case Type::kText:
      case Type::kBytes:
      case Type::kFreeText: packer.text(cell.bytes); break;
    }
  }
  add_hash(sum, text);
}

std::string to_text(const Sum& sum) {
  std::string bytes;
  for (const std::uint64_t half : {sum.first, sum.second})
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(half >> shift & 0xff);
  return to_hex(bytes);
}

}  // namespace beckon::store::move
