// Members that requests to append, resolve and prefetch have in common: contract section 4. Each reader adds its faults
// to `issues`. Thread-safe.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/id.h"
#include "base/json.h"
#include "commit/tenant.h"
#include "ledger/session.h"

namespace beckon::decision {

inline constexpr std::size_t kContextKeys = 32;  // not a setting of a handle
inline constexpr std::size_t kAnonymousIdBytes = 128;

// `in_path`: the handle as the route gives it; std::nullopt: the body must name it.
std::string_view read_handle(const json::Value& root, std::optional<std::string_view> in_path, Issues& issues);
// `with_role`: the caller is a server of the handle, who alone may name sessions that are of a visitor's id alone.
SessionId read_session(const json::Value& root, bool with_role, Issues& issues,
                       const std::string& member = "sessionId");
// Whether the id is "sg:u:…" or "sg:w:…", with any two letters: what servers and pages said of a visitor of whom no
// browser was known (neighbours/message.h). Whoever knows the visitor's id can tell such an id.
inline bool is_of_visitor_alone(std::string_view session) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return session.size() > 5 && is_letter(session[0]) && is_letter(session[1]) && session[2] == ':' &&
         (session[3] == 'u' || session[3] == 'w') && session[4] == ':';
}
// std::nullopt: not said, or null. May be empty, which every handle blocks.
std::optional<VisitorId> read_visitor(const json::Value& root, Issues& issues);
// The browser's own id; empty: not said, or null.
std::string read_anonymous(const json::Value& root, Issues& issues);
ledger::Context read_context(const json::Value& root, Issues& issues);  // sorted by key
// One member of it, added at the end.
void read_context_member(const json::Member& member, ledger::Context& context, Issues& issues);

// The text of `visitorProof`; std::nullopt: not said, or null.
std::optional<std::string_view> read_proof(const json::Value& root, Issues& issues);

// Codes of what a request said in vain, though the rest of it was done.
using Warnings = std::vector<std::string_view>;
inline constexpr std::string_view kVisitorIdBlocked = "visitor_id_blocked";
inline constexpr std::string_view kProofInvalid = "visitor_proof_invalid";
inline constexpr std::string_view kProofMissing = "visitor_proof_missing";
inline constexpr std::string_view kTooManyDevices = "too_many_devices";

// Adds the member to an open object, if there are any.
void write_warnings(json::Writer& out, const Warnings& warnings);

// The visitor that was said; empty, with a warning, where the id names nobody.
VisitorId admitted(std::optional<VisitorId> said, const commit::BlockedIds& blocked, Warnings& warnings);

// How far a request is believed to come from the visitor whom it names, of those who were admitted. `visitor` becomes
// empty, with a warning, where the handle asks for a proof and there is none; one that is wrong is warned of and counts
// as none.
commit::Trust trust_in(const commit::Tenant& tenant, VisitorId& visitor, std::optional<std::string_view> proof,
                       bool with_role, Instant now, Warnings& warnings);

}  // namespace beckon::decision
