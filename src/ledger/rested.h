// A visitor's own record, packed while nobody reads it: a third of the memory. Immutable.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

#include "ledger/session.h"

namespace beckon::ledger {

class RestedRecord {
 public:
  RestedRecord() = default;                   // none
  explicit RestedRecord(const Session& own);  // a visitor's own record
  explicit operator bool() const { return block_ != nullptr; }

  SessionPtr session() const;  // the original record
  struct Head {
    std::string_view handle, id;
    Instant expires_at{};
  };
  Head head() const;
  std::size_t bytes() const;  // heap memory used; 0 if there is no record

 private:
  std::string_view body() const;

  // size:u32 handle:string id:string expires:instant created:instant last_received:instant began:varint
  // n:varint u64le* (the words that exposures and subtotals name by number)
  // n:varint (key:varint since_the_last:instant session:varint)*
  // n:varint (session:string digest joined:instant)* flags:u8 (1 who, 2 traits, 4 counted) who? traits:string?
  // (n:varint (counter:varint session:varint count:varint amounts:varint units:zigzag rest:zigzag first:instant
  // until_the_last:instant newest_day:zigzag days:varint)*)?, the rest as in codec.h
  std::unique_ptr<char[]> block_;
};

}  // namespace beckon::ledger
