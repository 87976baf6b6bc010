// What other systems' libraries send, in one form for all of them: the seam between their wire formats and
// intake::append. Each neighbour has its own reader, which turns a body into a Batch; everything after that is shared
// (append_messages.h). Thread-safe.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fault.h"
#include "base/json.h"
#include "intake/trait_request.h"
#include "ledger/session.h"

namespace beckon::neighbours {

inline constexpr std::size_t kMessagesPerBatch = 1'000;  // of one request, which is one commit

// One observation, as a signal. Its views point into the batch's document or into the message itself, which therefore
// must not move once it was read.
struct Message {
  Message() = default;
  Message(Message&&) = delete;
  Message& operator=(Message&&) = delete;

  std::size_t index = 0;                    // in the batch as sent
  std::string_view id;                      // the sender's own, as sent; empty if none
  std::string_view family;                  // "sg": the prefix of session ids derived from it
  std::string visitor;                      // userId; empty if not given
  std::string anonymous;                    // anonymousId; empty if not given
  std::string session;                      // derived from the browser's ids; empty if only the visitor is given
  std::string key, signal_id;               // of the signal, which points here
  std::string metadata;                     // likewise
  std::vector<std::string_view> cut_names;  // properties that did not fit into it; "signalValue" for the value
  ledger::Signal signal;
  std::optional<Instant> said, sent;  // when it happened and when it was sent, by the sender's clock
  ledger::Context context;            // sorted by key
  intake::TraitsSaid traits;
  bool too_many_traits = false;                             // those beyond intake::kTraitsPerRequest were left out
  std::vector<std::pair<std::string_view, bool>> consents;  // by category, such as "Advertising"
  Issues issues;                                            // why it cannot be stored; empty if it can
};

// A parsed body.
struct Batch {
  explicit Batch(json::Document from) : document(std::move(from)) {}

  json::Document document;
  std::size_t bytes = 0;                           // of the document's text
  std::vector<json::Document> parts;               // JSON embedded in strings of the document
  std::vector<std::unique_ptr<Message>> messages;  // in the order sent, without those that mean nothing to us

  Message& add(std::size_t index);
};

// Converts a name to a signal key: runs of characters other than A-Z a-z 0-9 . _ : - become one "_", leading characters
// that are neither letters nor digits are removed, and it is cut to 64. If nothing is left, because it is in another
// script, it becomes "x" and 16 hex digits of its SHA-256. Empty for an empty name.
std::string signal_key(std::string_view name);

// `family`:`text` if that is a session id, otherwise `family`:h and 43 characters for the SHA-256 of the text.
std::string session_id(std::string_view family, std::string_view text);
// The session of a visitor without a known browser: `family`:u:… for signals of servers (with a role), `family`:w:… for
// those of pages; neither gives access to the other, and public routes refuse both (decision::is_of_visitor_alone).
std::string session_of_visitor(std::string_view family, std::string_view visitor, bool with_role);
// Whether it is such a session for signals of pages, which anyone who knows the visitor's id can change.
bool is_of_pages(std::string_view session);

// If `session` is another visitor's, because one logged out and another in on the same browser: their own one.
std::string session_of_other(std::string_view family, std::string_view session, std::string_view visitor);

// When it happened by our clock, at most `received`. The sender's clock is corrected by its sending time only if it is
// off by more than kClockOff; smaller differences are the duration of the request.
inline constexpr Duration kClockOff = std::chrono::seconds{60};
Instant instant_of(std::optional<Instant> said, std::optional<Instant> sent, Instant received);

// A string member; empty if it is of another type, or `object` is null.
std::string_view text_in(const json::Value* object, std::string_view name);

// Setters of a message's parts, which add errors to its issues; `name` is the member's, for these. An id may be a
// number; an empty text or null counts as missing, and so does an empty `name` of a member.
void read_ids(const json::Value& from, std::string_view visitor, std::string_view anonymous, Message& message);
void read_id(const json::Value& from, std::string_view name, Message& message);  // of the message; may be a number
void set_id(Message& message, std::string_view id);                              // of the message
// A URL or path without its query and fragment, which often contain secrets.
std::string_view without_query(std::string_view url);
void set_value(Message& message, std::string_view value);   // cut to 256 characters; none if empty
void set_source(Message& message, std::string_view value);  // cut to 64
void read_time(const json::Value& from, std::string_view name, Message& message);
void add_context(Message& message, std::string_view key, std::string_view value);  // cut; none if empty
void say_traits(Message& message, ledger::TraitOp op, const json::Value* object);  // of the message; none if null

}  // namespace beckon::neighbours
