// The byte format of journal rows and snapshots.
//
//   journal  = record*                      record = kind:u8 size:varint body
//   string   = size:varint byte*            instant = zigzag varint of epoch milliseconds
//   append   = digest handle:string session:string flags:u8 (1 fresh, 2 proven) received:instant expires:instant
//              consent:u8 visitor:string context ids signals
//              place:varint? (of the first signal; the others follow one by one) counts? anonymous:string? waiting?
//   waiting  = n:varint version:varint*
//   counts   = n:varint subtotal*
//   subtotal = counter:u64le count:varint (amounts:varint (units:u64le rest:u64le)? (where there are any)
//              first:instant last:instant day:u64le days:u64le)? (where count is not 0)
//   context  = n:varint (key:string value:string)*
//   ids      = n:varint u64le*
//   signals  = n:varint (version:varint at:instant received:instant confidence:varint
//              flags:u8 (1 has value, 2 has said, 4 no rule read it) key:string value:string source:string
//              metadata:string id:string said:instant?)*
//   decision = digest handle:string session:string flags:u8 (1 seen, 2 shown, 4 basic, 8 proven) expires:instant
//              visitor:string context at:instant past spends anonymous:string?
//   past     = size:varint id:string trigger:string outcome:string rule:string variant:string session_version:varint
//              rules_version:varint at:instant flags:u8 (1 shown, 2 public only, 4 and 8: the hold) reading:u64le
//              n:varint (rule:string variant:string outcome:string flags:u8 (1 shadow, 2 and 4: the hold))*
//              anchor:varint?
//   spends   = n:varint (key:u64le at:instant session:u64le)*
//   visitor  = digest handle:string visitor:string own:digest session:string of:digest flags:u8 (1 fresh, 2 joined,
//              4 moved, 8 folds) at:instant expires:instant spends counts?
//   done     = digest handle:string session:string rule:u64le version:varint
//   mark     = digest handle:string session:string key:u64le at:instant session:u64le
//   filled   = digest handle:string session:string n:varint key:string* signals place:varint* (of the signals) waiting
//   identity = digest handle:string visitor:string flags:u8 (1 fresh) at:instant expires:instant who
//   who      = owner:string n:varint (id:string since:instant)* share:varint said:string said_at:instant
//   traits   = digest handle:string visitor:string flags:u8 (1 fresh) at:instant expires:instant id:u64le
//              n:varint (name:string op:u8 value:string rank:u8 source:string stamp)*
//   stamp    = at:instant place:varint
//   said     = json:string rank:u8 source:string stamp
//   kept     = n:varint (name:string n:varint said* flags:u8 (1 once, 2 added) once:said? (added:said sum:u64le)?
//              n:varint (text:string in:u8 rank:u8 stamp)*)* n:varint (id:u64le instant)*
//   forget   = digest
//   snapshot = format:u8 (7) handle session visitor consent:u8 context version:varint created:instant
//              last_received:instant expires:instant ids arrivals signals n:varint decisions:string (past*)
//              flags:u8 (1 begun by the visitor, 2 proven) anonymous:string spends shown:ids
//              n:varint (session:string digest joined:instant)* n:varint (rule:u64le version:varint)*
//              (who kept)? (of a visitor's own record only) n:varint (session:u64le subtotal)*
//              places:varint* (of the signals)
//
// Each record of a session begins with its digest, so that data to be erased is found without decoding the rest. An
// append, a decision, a past or a snapshot may end before fields that were added later; these are then empty. In format
// 1, a session with a visitor was begun by that visitor. Formats 1 to 6 have no `anonymous`, formats 1 to 5 no
// subtotals, formats 1 to 4 no `kept`, formats 1 to 3 no `joined` and no `who`; formats 1 and 2 have as_of:varint after
// the format. Since format 3 the store keeps it (StoredSnapshot), since only the store knows the position of a commit.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/ledger.h"
#include "ledger/record.h"

namespace beckon::ledger {

void append_record(std::string& journal, const SessionDigest& digest, const AppendRecord& record);
void append_record(std::string& journal, const SessionDigest& digest, const DecisionRecord& record);
void append_record(std::string& journal, const VisitorRecord& record);
void append_record(std::string& journal, const SessionDigest& digest, const DoneRecord& record);
void append_record(std::string& journal, const SessionDigest& digest, const MarkRecord& record);
void append_record(std::string& journal, const SessionDigest& digest, const FilledRecord& record);
void append_record(std::string& journal, const IdentityRecord& record);
void append_record(std::string& journal, const TraitsRecord& record);
void append_record(std::string& journal, const ForgetRecord& record);

// Encodes a decision as records and sessions hold it, and decodes it. std::nullopt or empty if it is damaged.
std::string encode_past(const PastDecision& decision);
void encode_past(std::string& out, const PastView& decision);
std::size_t past_size(std::string_view bytes);                     // of the first one in `bytes`, including its size
std::string_view past_id(std::string_view past);                   // of the decision in DecisionRecord::past
std::optional<PastDecision> past_decision(std::string_view past);  // of DecisionRecord::past
std::vector<PastDecision> past_decisions(const DecisionLog& log);  // the newest kKept, oldest first

// Iterates over the records of one journal row. Views point into `bytes`.
class JournalReader {
 public:
  explicit JournalReader(std::string_view bytes) : rest_(bytes) {}

  struct Item {
    SessionDigest digest;
    std::string_view bytes;      // the whole record, including kind and size
    bool is_of_visitor() const;  // a VisitorRecord, an IdentityRecord or a TraitsRecord
    bool is_append() const;
    bool is_forget() const;
    SessionDigest changed() const;  // the session or own record that it changes: of a VisitorRecord, its `own`
  };
  // The next record, not decoded; std::nullopt at the end or at damage.
  std::optional<Item> next();
  bool damaged() const { return damaged_; }

 private:
  std::string_view rest_;
  bool damaged_ = false;
};

// Decodes a record from JournalReader; std::nullopt if it is damaged.
std::optional<Record> decode_record(std::string_view bytes);

// Whose an append is, and when it arrived: read without its signals.
struct AppendHead {
  std::string_view handle, visitor;
  Instant received{};
  bool has_signals = false;
};
// `bytes`: an append from JournalReader. std::nullopt if that part is damaged.
std::optional<AppendHead> decode_append_head(std::string_view bytes);

std::string encode_snapshot(const Session& session);

struct Snapshot {
  SessionPtr session;
  Position as_of = 0;  // the last journal row included in the session
};
// std::nullopt if it is damaged.
std::optional<Snapshot> decode_snapshot(const StoredSnapshot& stored);

// The journal row at `position` without erased data; std::nullopt if the row does not change. Of each erasure whose
// up_to is not before the row, removes the records of its digest or, if it only reduces, their metadata and all visitor
// data; in the row that requested the erasure, later records stay. `erasures` is sorted by digest.
std::optional<std::string> without(std::string_view row, Position position, std::span<const Ledger::Erasure> erasures);

}  // namespace beckon::ledger
