// A session, or a visitor's own record, packed while nobody reads it: a fifth to a third of the memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "ledger/session.h"

namespace beckon::ledger {

// A session in memory, packed or not. One pointer, since there may be many millions. Not thread-safe.
class HeldSession {
 public:
  // What lists show, without unpacking the rest. Views into what is held.
  struct Head {
    std::string_view handle, id, visitor;
    Instant expires_at{}, created{}, last_received{};
    std::uint64_t version = 0;
  };

  HeldSession() = default;  // none
  HeldSession(const HeldSession&) = delete;
  HeldSession(HeldSession&& other) noexcept : at_(std::exchange(other.at_, 0)) {}
  HeldSession& operator=(HeldSession other) noexcept { return std::swap(at_, other.at_), *this; }
  ~HeldSession();

  void hold(SessionPtr session);
  void rest();  // packs it
  void wake();  // unpacks it
  bool is_rested() const { return (at_ & kPacked) != 0; }
  const SessionPtr& awake() const { return *whole(); }  // precondition: held and not packed
  SessionPtr session() const;  // the original one, or unpacked: 50 plain signals take about 3 µs
  Head head() const;
  std::size_t bytes() const;  // heap memory used

 private:
  static constexpr std::uintptr_t kPacked = 1;  // no block is at an odd address
  SessionPtr* whole() const { return reinterpret_cast<SessionPtr*>(at_); }
  char* block() const { return reinterpret_cast<char*>(at_ - kPacked); }

  // Of a SessionPtr, or with kPacked of a block:
  // size:u32 handle:string id:string visitor:string created:since last_received:since expires:since
  // version:varint began:varint
  // n:varint u64le* (the words that exposures, subtotals and sessions name by number)
  // n:varint (key:varint since_the_last:instant session:varint)*
  // n:varint (session:string digest.high:u64le digest.low:varint joined:since)*
  // flags:u8 (1 who, 2 traits, 4 counted, 8 begun by the visitor, 16 proven, 32 of a session, 64 said by the owner)
  // (owner:string n:varint (id:string since)* share:varint said:string? said_at:since)? traits:string?
  // (n:varint (counter:varint session:varint count:varint amounts:varint units:zigzag rest:zigzag first:instant
  // until_the_last:instant newest_day:zigzag days:varint)*)?
  // (consent:u8 anonymous:string context ids arrivals window decisions:varint decided:string shown:ids
  // n:varint (rule:u64le version:varint)*)?, the window as in window.h, the rest as in codec.h. `since`: zigzag, the
  // difference to the one before in the line, to `created` for the first of a list.
  std::uintptr_t at_ = 0;
};

}  // namespace beckon::ledger
