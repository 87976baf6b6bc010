// A session, or a visitor's own record, packed while nobody reads it: a fifth to a third of the memory. Immutable.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>

#include "ledger/session.h"

namespace beckon::ledger {

class RestedSession {
 public:
  RestedSession() = default;  // none
  explicit RestedSession(const Session& session);
  explicit operator bool() const { return block_ != nullptr; }

  SessionPtr session() const;  // the original one; 50 plain signals take about 3 µs
  // What lists show, without unpacking the rest. Views into the block.
  struct Head {
    std::string_view handle, id, visitor;
    Instant expires_at{}, created{}, last_received{};
    std::uint64_t version = 0;
  };
  Head head() const;
  std::size_t bytes() const;  // heap memory used; 0 if there is none

 private:
  std::string_view body() const;

  // size:u32 handle:string id:string visitor:string expires:instant created:instant last_received:instant
  // version:varint began:varint
  // n:varint u64le* (the words that exposures and subtotals name by number)
  // n:varint (key:varint since_the_last:instant session:varint)*
  // n:varint (session:string digest joined:instant)*
  // flags:u8 (1 who, 2 traits, 4 counted, 8 begun by the visitor, 16 proven, 32 of a session) who? traits:string?
  // (n:varint (counter:varint session:varint count:varint amounts:varint units:zigzag rest:zigzag first:instant
  // until_the_last:instant newest_day:zigzag days:varint)*)?
  // (consent:u8 anonymous:string context ids arrivals window decisions:varint decided:string shown:ids
  // n:varint (rule:u64le version:varint)*)?, the window as in window.h, the rest as in codec.h
  std::unique_ptr<char[]> block_;
};

}  // namespace beckon::ledger
