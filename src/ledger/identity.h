// Who is who: a session is kept under an id, and ids belong to a visitor.
//
//   session ──▶ id ──▶ visitor           s1 ─┐
//                                        s2 ─┴▶ ~a-7f, share 1 ─┐
//                                        s3 ──▶ jon@x.example ──┴▶ the visitor jon@x.example
//
// An id is a visitorId that was said, or a share of a browser: the sessions under its anonymousId from one claim to the
// next. So a browser never joins two visitors: each claims a share. Each id has a record of its own (own_record in
// session.h). One id of a visitor is the visitor's name, and its record lists the other ids, each of which names it as
// its owner: a join changes records of ids, an undo changes them back, and no session is touched by either.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"

namespace beckon::ledger {

inline constexpr char kBrowserMark = '~';  // no visitorId that is said begins with it

// The id of a browser, and of its shares, which are numbered from 1 on. A share's number stands behind a control
// character, which no anonymousId has.
VisitorId browser_id(std::string_view anonymous);
VisitorId share_id(std::string_view anonymous, std::uint32_t number);
inline bool is_browser(std::string_view id) { return id.starts_with(kBrowserMark); }
// What others are shown of an id: without the number.
std::string_view shown_id(std::string_view id);
// The anonymousId in the id of a browser or of a share.
std::string_view anonymous_of(std::string_view id);

// Whether a session that is kept under `current`, or under none, is kept under `said` from then on: under the first
// visitorId that is said, and until then under its browser's share.
inline bool takes(const VisitorId& current, std::string_view said) {
  return !said.empty() && (current.empty() || (is_browser(current.view()) && !is_browser(said)));
}

// An id beside the one that names the visitor.
struct Member {
  VisitorId id;
  Instant since{};  // when it became this visitor's
  friend bool operator==(const Member&, const Member&) = default;
};

// What the own record of an id says of others.
struct Identity {
  VisitorId owner;              // of an id that is a member: the visitor's name
  std::vector<Member> members;  // of the name: the other ids as they joined, one that had members before these
  // Of a browser's own record, which has no sessions: the shares have them.
  std::uint32_t share = 0;  // in which sessions are kept that begin now; 0: the first
  VisitorId said;           // the last visitorId that was said in a session of the browser
  Instant said_at{};

  bool empty() const { return owner.empty() && members.empty() && share == 0 && said.empty(); }
  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace beckon::ledger
