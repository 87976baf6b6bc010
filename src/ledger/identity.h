// Identity: a session is kept under an id, and ids belong to a visitor.
//
//   session ──▶ id ──▶ visitor           s1 ─┐
//                                        s2 ─┴▶ ~a-7f, share 1 ─┐
//                                        s3 ──▶ jon@x.example ──┴▶ the visitor jon@x.example
//
// An id is a given visitorId, or a share of a browser: the sessions under its anonymousId from one claim to the next.
// So a browser never joins two visitors: each claims a share. Each id has its own record (own_record in session.h). One
// id of a visitor is the visitor's name; its record lists the other ids, each of which names it as owner. A join
// changes the records of ids only, a split changes them back, and sessions are not touched.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"

namespace beckon::ledger {

inline constexpr char kBrowserMark = '~';  // no given visitorId begins with it

// The id of a browser, and of its shares, which are numbered from 1. The number of a share follows a control character,
// which no anonymousId contains.
VisitorId browser_id(std::string_view anonymous);
VisitorId share_id(std::string_view anonymous, std::uint32_t number);
inline bool is_browser(std::string_view id) { return id.starts_with(kBrowserMark); }
// The id as shown to users: without the number.
std::string_view shown_id(std::string_view id);
// The anonymousId in the id of a browser or share.
std::string_view anonymous_of(std::string_view id);

// Whether a session kept under `current` (or under none) is kept under `said` from now on: a session is kept under the
// first visitorId given, and until then under its browser's share.
inline bool takes(std::string_view current, std::string_view said) {
  return !said.empty() && (current.empty() || (is_browser(current) && !is_browser(said)));
}

// An id of a visitor other than their name.
struct Member {
  VisitorId id;
  Instant since{};  // when it joined this visitor
  friend bool operator==(const Member&, const Member&) = default;
};

// What the own record of an id says about other ids.
struct Identity {
  VisitorId owner;              // if this id is a member: the visitor's name
  std::vector<Member> members;  // if it is the name: the other ids as they joined; one that had members precedes these
  // In the own record of a browser, which has no sessions itself: its shares have them.
  std::uint32_t share = 0;  // the share of sessions that begin now; 0 means the first
  VisitorId said;           // the last visitorId given in one of its sessions; of a share: the one that claimed it
  Instant said_at{};

  bool empty() const { return owner.empty() && members.empty() && share == 0 && said.empty(); }
  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace beckon::ledger
