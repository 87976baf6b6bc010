// Visitors, from the own records of their ids (ledger/identity.h), and who a request says it is from.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "commit/sessions.h"
#include "commit/tenant.h"

namespace beckon::commit {

// Reads a session: as of the last commit (Sessions), as of the draft (Draft), or as of a past moment. Fault if it could
// not be read; null if there is none.
using FindSession =
    std::function<Result<ledger::SessionPtr>(const Handle&, const SessionId&, const ledger::SessionDigest&)>;

// Reads own records; `digests` only computes digests. Confined to its caller, as `find` is.
class VisitorReader {
 public:
  VisitorReader(FindSession find, const Sessions& digests, const Handle& handle, Instant now)
      : find_(std::move(find)), digests_(digests), handle_(handle), now_(now) {}

  // The own record of an id; null if it is unknown or has expired.
  Result<ledger::SessionPtr> record(const VisitorId& id) const;

  // The name of the visitor that the id belongs to; an unknown id is its own name.
  Result<VisitorId> name(const VisitorId& id) const;

  // The records of all ids of the id's visitor, the name's first; empty if the id is unknown.
  Result<std::vector<ledger::SessionPtr>> records(const VisitorId& id) const;

  // One of that visitor's sessions, from which all of them can be reached. Null if none is left.
  Result<ledger::SessionPtr> any_session(const VisitorId& id) const;
  // All remaining sessions of that visitor, those of each id together.
  Result<std::vector<ledger::SessionPtr>> sessions(const VisitorId& id) const;

 private:
  FindSession find_;
  const Sessions& digests_;
  const Handle& handle_;
  const Instant now_;
};

class Draft;
// As of the last commit (any thread), or as of the draft (committing thread).
VisitorReader reader_of(Sessions& sessions, const Handle& handle, Instant now);
VisitorReader reader_of(Draft& draft, const Handle& handle, Instant now);

// The id that an own record belongs to.
inline std::string_view id_of(const ledger::Session& own_record) { return own_record.id.view().substr(1); }
// Its relation to other ids; empty if there is none, or the record is null.
const ledger::Identity& identity_of(const ledger::SessionPtr& own_record);

// Whether the visitor last named for the browser is still the same: neither erased since, nor erased and then seen
// again under the same id. False if none was named.
Result<bool> is_still_kept(const VisitorReader& reader, const ledger::Identity& browser);

// The owner of data that is kept under an id.
struct Whose {
  VisitorId visitor;      // the visitor it is now known to belong to; empty if unknown
  std::string anonymous;  // the browser that created it before a visitor was named; empty if one was
};
// An owner that cannot be read is left out.
Whose whose(const VisitorReader& reader, const VisitorId& id);

// The traits of the visitor with these records: one part for each id that has some. Points into the records.
std::vector<const ledger::PackedTraits*> traits_of(const std::vector<ledger::SessionPtr>& records);

// Who a request says it is from.
struct Said {
  const VisitorId& visitor;     // empty if not given
  std::string_view anonymous;   // of the browser; empty if not given
  Instant at = Instant::max();  // the newest moment that the request tells of; by default its arrival
  bool repeats = false;         // all that it brings was stored before
};

// The result of naming_of().
struct Naming {
  VisitorId id;                    // the session is kept under it from now on; empty if unchanged
  VisitorId owner;                 // the visitor remembered for the browser, whom the new share `id` joins at once
  std::vector<VisitorId> claimed;  // shares of the browser that join the named visitor
  VisitorId browser;               // its own record gets `share`, `said` and `said_at`; empty if unchanged
  std::uint32_t share = 0;
  VisitorId said;
  Instant said_at{};
  bool too_many = false;  // the visitor has too many browsers for a claim

  bool says_something() const { return !id.empty() || !browser.empty(); }
};

inline constexpr std::size_t kIdsOfVisitor = 100;
// Shares of a browser that one claim considers, the newest; there is more than one only if claims have a time limit.
inline constexpr std::uint32_t kSharesClaimed = 20;
inline constexpr std::size_t kBrowsersPerDay = 20;  // new ones of a visitor; more suggest an account of many people

// `before`: the session, null if it begins; `consent`: as of the request. Fault: kConflict if the session was named as
// another visitor's before, or a record could not be read. A request that only repeats what was stored, or only tells
// of a time before another visitor was said in the browser, changes neither what the browser remembers nor its shares.
Result<Naming> naming_of(const VisitorReader& reader, const HandleSettings& settings, const ledger::SessionPtr& before,
                         ledger::Consent consent, const Said& said, Instant now);
Fault belongs_to_another();

// The anonymousId of its first browser, which the session keeps from now on; empty if unchanged. `id`: Naming::id.
std::string_view first_browser(const ledger::SessionPtr& before, ledger::Consent consent, const Said& said,
                               const VisitorId& id);

// What a session has counted so far, sorted, as its own. `record`: the own record of the id it is kept under; null if
// there is none.
std::vector<ledger::Subtotal> counted_by(const ledger::Session& session, const ledger::Session* record,
                                         const ledger::SessionDigest& digest);

void log_unreadable(const Handle& handle, const Fault& fault);  // the visitor's data; its change is left out
// Call after the record that puts the session under its id. `expires_at`: of the session.
void take_effect(Draft& draft, const Handle& handle, const Naming& naming, Instant expires_at);

// Committing thread. All ids of `other`'s visitor become ids of `id`'s visitor, whose name stays; an unknown id may be
// joined too. `by`: if `other` is a share, the visitorId that claims it, or for which it is remembered; empty
// otherwise. Fault if a record could not be read; the draft is unchanged.
std::optional<Fault> join(Draft& draft, const Handle& handle, const VisitorId& id, const VisitorId& other,
                          Instant expires_at, const VisitorId& by = {});
// The ids that leave the visitor with these records if `ids` are to leave. A share keeps the visitorId that claimed it,
// or for which it was remembered, as `said` in its own record, as long as that is an id of the same visitor. It leaves
// with it, provided that another visitorId stays. A browser's id in `ids` means those of its shares that leave so; if
// none does, those without such a visitorId; if there are none, all of them.
std::vector<VisitorId> leaving(const std::vector<ledger::SessionPtr>& records, const std::vector<VisitorId>& ids);
// The ids leave their visitor and form a new one. Precondition: they are ids of one visitor, but not all of them.
std::optional<Fault> split(Draft& draft, const Handle& handle, const std::vector<VisitorId>& ids);

}  // namespace beckon::commit
