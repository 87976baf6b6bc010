// Visitors as the own records of their ids tell of them (ledger/identity.h), and what a request says of who it is.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "commit/sessions.h"
#include "commit/tenant.h"

namespace beckon::commit {

// Where a session is read: as of the last commit (Sessions), of the one in the making (Draft), or of a moment of the
// past. Fault: it could not be read; null: there is none.
using FindSession =
    std::function<Result<ledger::SessionPtr>(const Handle&, const SessionId&, const ledger::SessionDigest&)>;

// Reads own records; `digests` is asked for digests alone. Confined to its caller, and so to where `find` reads.
class VisitorReader {
 public:
  VisitorReader(FindSession find, const Sessions& digests, const Handle& handle, Instant now)
      : find_(std::move(find)), digests_(digests), handle_(handle), now_(now) {}

  // The own record of an id; null: nothing is known of it, or it has expired.
  Result<ledger::SessionPtr> record(const VisitorId& id) const;

  // Whose the id is. Where nothing is known of it, it is its own name.
  Result<VisitorId> name(const VisitorId& id) const;

  // The records of all ids of the visitor whose the id is, the name's first; none where nothing is known.
  Result<std::vector<ledger::SessionPtr>> records(const VisitorId& id) const;

  // One of that visitor's sessions, from which all of them are seen. Null: none is left.
  Result<ledger::SessionPtr> any_session(const VisitorId& id) const;
  // Of each of their ids the newest, those that are left.
  Result<std::vector<ledger::SessionPtr>> sessions(const VisitorId& id) const;

 private:
  FindSession find_;
  const Sessions& digests_;
  const Handle& handle_;
  const Instant now_;
};

class Draft;
// As of the last commit (any thread), or of this one so far (committing thread).
VisitorReader reader_of(Sessions& sessions, const Handle& handle, Instant now);
VisitorReader reader_of(Draft& draft, const Handle& handle, Instant now);

// The id whose own record it is.
inline std::string_view id_of(const ledger::Session& own_record) { return own_record.id.view().substr(1); }
// What it says of others; nothing where there is none (null).
const ledger::Identity& identity_of(const ledger::SessionPtr& own_record);

// Whether the visitor whom the browser was last said to be is still the one of that time: neither erased since, nor
// erased and then seen again under the same id. False where none was said.
Result<bool> is_still_kept(const VisitorReader& reader, const ledger::Identity& browser);

// Of whom something is that is kept under an id.
struct Whose {
  VisitorId visitor;      // whose it is known to be by now; empty: no one's
  std::string anonymous;  // of the browser that did it before a visitor was said; empty: one was
};
// An owner that cannot be read is left out.
Whose whose(const VisitorReader& reader, const VisitorId& id);

// The traits of a visitor, whose records these are: one part for each id that has some. Views into the records.
std::vector<const ledger::PackedTraits*> traits_of(const std::vector<ledger::SessionPtr>& records);

// What a request says of who it is.
struct Said {
  const VisitorId& visitor;    // empty: not said
  std::string_view anonymous;  // of the browser; empty: not said
};

// What comes of it.
struct Naming {
  VisitorId id;     // the session is kept under it from now on; empty: as it was
  VisitorId owner;  // the visitor who is remembered of the browser, and whose `id` therefore becomes as it begins
  std::vector<VisitorId> claimed;  // shares of the browser that become the said visitor's
  VisitorId browser;               // whose own record says `share`, `said` and `said_at` from now on; empty: as it did
  std::uint32_t share = 0;
  VisitorId said;
  Instant said_at{};
  bool too_many = false;  // the visitor has too many browsers for a claim

  bool says_something() const { return !id.empty() || !browser.empty(); }
};

inline constexpr std::size_t kIdsOfVisitor = 100;
// So many shares of a browser does one claim look at, the newest; there are several only where claims have a bound.
inline constexpr std::uint32_t kSharesClaimed = 20;
inline constexpr std::size_t kBrowsersPerDay = 20;  // new ones of a visitor; more are one account of many people

// `before`: the session, null where it begins; `consent`: with the request. Fault: kConflict, where it was said before
// to be another visitor's, or a record could not be read.
Result<Naming> naming_of(const VisitorReader& reader, const HandleSettings& settings, const ledger::SessionPtr& before,
                         ledger::Consent consent, const Said& said, Instant now);
Fault belongs_to_another();

void log_unreadable(const Handle& handle, const Fault& fault);  // a visitor, whose data does not go by it
// Behind the record that keeps the session under its id. `expires_at`: of the session.
void take_effect(Draft& draft, const Handle& handle, const Naming& naming, Instant expires_at);

// Committing thread. All ids of `other`'s visitor become ids of `id`'s, whose name is `id` from now on; an id of which
// nothing is known yet is one from now on. Fault: a record could not be read, and nothing was put into the draft.
std::optional<Fault> join(Draft& draft, const Handle& handle, const VisitorId& id, const VisitorId& other,
                          Instant expires_at);
// The ids leave their visitor and become one of their own. They are ids of one visitor, and not all of them.
std::optional<Fault> split(Draft& draft, const Handle& handle, const std::vector<VisitorId>& ids);

}  // namespace beckon::commit
