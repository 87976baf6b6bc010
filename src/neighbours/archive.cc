#include "neighbours/archive.h"

#include <array>
#include <vector>

#include "commit/visitor_ids.h"
#include "neighbours/parse.h"
#include "neighbours/segment.h"
#include "neighbours/snowplow.h"
#include "system/encoding.h"
#include "system/plain_text.h"

namespace beckon::neighbours {
namespace {

using json::Value;

// Column numbers of an enriched event, from 0: docs.snowplow.io, enriched TSV format.
enum Column : std::size_t {
  kCollectorTime = 3,
  kEvent = 5,
  kEventId = 6,
  kTracker = 9,
  kUserId = 12,
  kDomainUserId = 15,
  kCountry = 18,
  kPageUrl = 29,
  kPageTitle = 30,
  kMedium = 47,
  kSource = 48,
  kCampaign = 51,
  kCategory = 53,
  kAction = 54,
  kLabel = 55,
  kProperty = 56,
  kValue = 57,
  kUnstructEvent = 58,
  kLanguage = 83,
  kIsMobile = 102,
  kDomainSessionId = 123,
  kDerivedTime = 124,
  kColumns = 131,
};

// The message as its library sent it. An archive's times are corrected already: uses the one name that the family's
// reader looks for, and omits the sending time, so that it is not corrected again.
std::string as_sent(const Value& from, ArchiveFormat format) {
  const Value *corrected = from.find("timestamp"), *original = from.find("originalTimestamp");
  const Value* at = corrected && !corrected->is_null() ? corrected : original;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto& [name, value] : from.members())
    if (name != "timestamp" && name != "originalTimestamp" && name != "sentAt") {
      std::string raw;
      json::append(raw, value);
      out.member_raw(name, raw);
    }
  if (at) {
    std::string raw;
    json::append(raw, *at);
    out.member_raw(format == ArchiveFormat::kRudder ? "originalTimestamp" : "timestamp", raw);
  }
  out.end_object();
  return text;
}

Result<Batch, std::string> read_message(const std::string& line, ArchiveFormat format) {
  const auto found = parse_json(line);
  if (!found) return unexpected("is not JSON");
  const Value& root = found->root();
  const std::string_view call = segment_call(root.text_of("type"));
  if (call.empty()) return unexpected("is no track, page, screen, identify, group or alias");
  auto rewritten = json::parse(as_sent(root, format));
  if (!rewritten) return unexpected("is not JSON");
  auto batch = read_segment(std::move(*rewritten), call);
  if (!batch) return unexpected("is no message");
  return std::move(*batch);
}

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (;;) {
    const std::size_t tab = line.find('\t');
    columns.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

// "2026-02-25 12:00:00.123", in UTC.
std::string milliseconds_of(std::string_view text) {
  std::string rfc(text);
  if (rfc.size() < 19) return {};
  rfc[10] = 'T';
  const auto at = parse_rfc3339(rfc + "Z");
  return at ? std::to_string(to_ms(*at)) : std::string();
}

std::string_view kind_of(std::string_view event) {
  static constexpr std::array<std::array<std::string_view, 2>, 4> kKinds{
      {{"page_view", "pv"}, {"struct", "se"}, {"unstruct", "ue"}, {"page_ping", "pp"}}};
  for (const auto& [name, kind] : kKinds)
    if (name == event) return kind;
  return event;
}

// The event as its tracker sent it.
Result<Batch, std::string> read_enriched(const std::string& line) {
  const auto columns = columns_of(line);
  if (columns.size() != kColumns) return unexpected("does not have the 131 columns of an enriched event");
  if (!is_utf8(line)) return unexpected("is not UTF-8");
  std::string text;
  json::Writer out(text);
  out.begin_object().key("data").begin_array().begin_object();
  const auto member = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out.member(name, value);
  };
  member("e", kind_of(columns[kEvent]));
  member("dtm", milliseconds_of(columns[columns[kDerivedTime].empty() ? kCollectorTime : kDerivedTime]));
  static constexpr std::array<std::pair<std::string_view, Column>, 14> kSame{{{"eid", kEventId},
                                                                              {"tv", kTracker},
                                                                              {"uid", kUserId},
                                                                              {"duid", kDomainUserId},
                                                                              {"sid", kDomainSessionId},
                                                                              {"url", kPageUrl},
                                                                              {"page", kPageTitle},
                                                                              {"lang", kLanguage},
                                                                              {"se_ca", kCategory},
                                                                              {"se_ac", kAction},
                                                                              {"se_la", kLabel},
                                                                              {"se_pr", kProperty},
                                                                              {"se_va", kValue},
                                                                              {"ue_pr", kUnstructEvent}}};
  for (const auto& [name, column] : kSame) member(name, columns[column]);
  out.end_object().end_array().end_object();
  auto document = json::parse(std::move(text));
  if (!document) return unexpected("is not text");
  auto batch = read_snowplow(std::move(*document));
  if (!batch) return unexpected("is no event");
  if (batch->messages.empty()) return unexpected("is a page ping, which says nothing new");
  Message& message = *batch->messages.front();
  const std::string_view is_mobile = columns[kIsMobile];
  for (const auto& [key, value] :
       std::array<std::pair<std::string_view, std::string_view>, 5>{{{"source", columns[kSource]},
                                                                     {"medium", columns[kMedium]},
                                                                     {"campaign", columns[kCampaign]},
                                                                     {"country", columns[kCountry]},
                                                                     {"device", is_mobile == "1"   ? "MOBILE"
                                                                                : is_mobile == "0" ? "DESKTOP"
                                                                                                   : ""}}})
    add_context(message, key, value);
  return std::move(*batch);
}

std::string entry_of(const Message& message, std::string_view session, const std::string& line) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("sessionId", session);
  if (!message.visitor.empty())
    out.member("otherSessionId", session_of_other(message.family, session, message.visitor))
        .member("visitorId", message.visitor);
  out.key("context").begin_object();
  for (const auto& [key, value] : message.context) out.member(key, value);
  out.end_object().member("type", message.key);
  if (message.signal.has_value) out.member("signalValue", message.signal.value);
  if (!message.signal.source.empty()) out.member("source", message.signal.source);
  if (!message.metadata.empty()) out.member_raw("metadata", message.metadata);
  // An event without an id gets one derived from its whole content.
  out.member("id", message.signal_id.empty() ? to_base64url(sha256(line)) : message.signal_id);
  return text;
}

// Segment's libraries only set traits.
std::string person_of(const Message& message) {
  std::string text;
  if (message.traits.empty() || message.visitor.empty()) return text;
  json::Writer out(text);
  out.begin_object().member("visitorId", message.visitor).key("set").begin_object();
  for (const auto& trait : message.traits.changes) {
    std::string raw;
    json::append(raw, *trait.value);
    out.member_raw(trait.name, raw);
  }
  out.end_object();
  return text;
}

}  // namespace

std::optional<ArchiveFormat> archive_format(std::string_view name) {
  if (name == "segment") return ArchiveFormat::kSegment;
  if (name == "rudderstack") return ArchiveFormat::kRudder;
  if (name == "snowplow-enriched") return ArchiveFormat::kSnowplowEnriched;
  return std::nullopt;
}

Result<Archive::Entry, std::string> Archive::read(const std::string& line) {
  if (line.empty()) return unexpected("is empty, or longer than 1 MiB");
  static const commit::BlockedIds kOfEveryHandle;
  const auto batch = format_ == ArchiveFormat::kSnowplowEnriched ? read_enriched(line) : read_message(line, format_);
  if (!batch) return unexpected(batch.error());
  Message& message = *batch->messages.front();
  if (kOfEveryHandle.contains(VisitorId{message.visitor})) message.visitor.clear();
  if (!message.issues.empty()) {
    const FieldIssue& issue = message.issues.items().front();
    return unexpected(issue.field + " " + issue.issue);
  }
  if (!message.said) return unexpected("has no readable time");
  if (message.session.empty() && message.visitor.empty()) return unexpected("names neither a browser nor a visitor");
  const std::string session =
      message.session.empty() ? session_of_visitor(message.family, message.visitor, true) : message.session;
  return Entry{*message.said, session, entry_of(message, session, line), person_of(message)};
}

}  // namespace beckon::neighbours
