// What the library of another system says, in one form for all of them: the seam between their wire formats and
// intake::append. Each neighbour has a reader of its own, which makes a Batch out of a body; what follows is the same
// for all (append_messages.h). Thread-safe.
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

// One observation, made into a signal. Its views point into the batch's document or into the message itself, which is
// therefore not moved once it was read.
struct Message {
  Message() = default;
  Message(Message&&) = delete;
  Message& operator=(Message&&) = delete;

  std::size_t index = 0;                    // in the batch as it was sent
  std::string_view id;                      // the sender's own, as it was sent; empty: none
  std::string_view family;                  // "sg": what ids of sessions that are made of it begin with
  std::string visitor;                      // userId; empty: not said
  std::string anonymous;                    // anonymousId; empty: not said
  std::string session;                      // made of the browser's ids; empty: only the visitor is said
  std::string key, signal_id;               // the signal's, which point here
  std::string metadata;                     // likewise
  std::vector<std::string_view> cut_names;  // of properties that did not fit into it; "signalValue": the value
  ledger::Signal signal;
  std::optional<Instant> said, sent;  // when it happened and when it was sent, by the sender's clock
  ledger::Context context;            // sorted by key
  intake::TraitsSaid traits;
  bool too_many_traits = false;                             // those beyond intake::kTraitsPerRequest are not among them
  std::vector<std::pair<std::string_view, bool>> consents;  // by category, such as "Advertising"
  Issues issues;                                            // why it cannot be stored; empty: it can
};

// A body as it was read.
struct Batch {
  explicit Batch(json::Document from) : document(std::move(from)) {}

  json::Document document;
  std::size_t bytes = 0;                           // of the document's text
  std::vector<json::Document> parts;               // JSON inside of the document's texts
  std::vector<std::unique_ptr<Message>> messages;  // in the order sent, but for those that say nothing to us

  Message& add(std::size_t index);
};

// The signal's key for a name: runs of characters other than A-Z a-z 0-9 . _ : - become one "_", what is in front of
// the first letter or digit goes, and it is cut to 64. A name of which nothing is left, since it is in another script,
// becomes "x" and 16 hex digits of its SHA-256. Empty for an empty name.
std::string signal_key(std::string_view name);

// `family`:`text` where it is an id of a session, else `family`:h and 43 characters for the SHA-256 of the text.
std::string session_id(std::string_view family, std::string_view text);
// Of a visitor of whom no browser is known: `family`:u:… of what servers say (with a role), `family`:w:… of what pages
// say, of which neither opens the other; the public routes take no such id (decision::is_of_visitor_alone).
std::string session_of_visitor(std::string_view family, std::string_view visitor, bool with_role);
// Whether it is such a session of what pages say, which whoever knows the visitor's id can change.
bool is_of_pages(std::string_view session);

// Where `session` is another visitor's, since one logged out and another in on the same browser: the one of their own.
std::string session_of_other(std::string_view family, std::string_view session, std::string_view visitor);

// When it happened by our clock, at most `received`. Only a sender's clock that is off by more than kClockOff is
// corrected by the time at which it sent; less is how long the request took.
inline constexpr Duration kClockOff = std::chrono::seconds{60};
Instant instant_of(std::optional<Instant> said, std::optional<Instant> sent, Instant received);

// A member that is a text; empty where it is another, or `object` is null.
std::string_view text_in(const json::Value* object, std::string_view name);

// Setters of a message's parts, which add to its issues what is wrong with them. `name`: of the member, for these.
// An id may be a number; an empty text, or null, is none, and so is one of which the member has no name.
void read_ids(const json::Value& from, std::string_view visitor, std::string_view anonymous, Message& message);
void read_id(const json::Value& from, std::string_view name, Message& message);  // of the message; may be a number
void set_id(Message& message, std::string_view id);                              // of the message
// A URL or path without its query and fragment, which often have secrets in them.
std::string_view without_query(std::string_view url);
void set_value(Message& message, std::string_view value);   // cut to 256 characters; none where it is empty
void set_source(Message& message, std::string_view value);  // cut to 64
void read_time(const json::Value& from, std::string_view name, Message& message);
void add_context(Message& message, std::string_view key, std::string_view value);  // cut; none where it is empty
void say_traits(Message& message, ledger::TraitOp op, const json::Value* object);  // of it; none where there is none

}  // namespace beckon::neighbours
