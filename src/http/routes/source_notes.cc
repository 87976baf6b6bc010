#include "http/routes/source_notes.h"

#include "base/utf8.h"
#include "http/routes/neighbours.h"

namespace beckon::http {
namespace {

using neighbours::News;

struct Owner {
  Handle handle;
  std::string key;
};

std::optional<Owner> owner_of(const Api& api, const std::string& key) {
  if (key.starts_with(access::kPatPrefix)) {
    const auto pat = api.pats.authenticate({}, key, api.clock.now());
    return pat ? std::optional(Owner{(*pat)->handle(), (*pat)->record().id}) : std::nullopt;
  }
  const bool is_name = is_handle(key) && api.places.tenants.known(key);
  return is_name ? std::optional(Owner{Handle{key}, key}) : std::nullopt;
}

// Empty if no key was sent, or if the request is not a neighbour's.
std::string key_of(const Request& request) {
  if (const auto* sent = std::any_cast<SentKey>(&request.principal)) return sent->text;
  const bool may_be = request.route && request.route->body == BodyType::kEncoded &&
                      request.route->access.who == Access::Who::kPublic && !request.principal.has_value();
  return may_be ? key_in_head(request) : std::string();
}

// What is wrong with the request, from its error response.
std::string issue_of(const json::Value& error) {
  const json::Value* details = error.find("details");
  std::string issue{error.text_of("message")};
  if (details && details->is_array() && !details->items().empty()) {
    const json::Value& first = details->items().front();
    issue = std::string(first.text_of("field")) + " " + std::string(first.text_of("issue"));
  }
  return std::string(first_characters(issue, neighbours::kIssueKept));
}

}  // namespace

void note_batch(const Api& api, const Request& request, const Handle& handle, const std::string& key,
                neighbours::Applied applied) {
  News news{.at = request.received,
            .counts = {.accepted = applied.accepted,
                       .duplicates = applied.duplicates,
                       .denied = applied.denied,
                       .rejected = applied.refused,
                       .cut = applied.cut},
            .arrivals = std::move(applied.arrivals),
            .refusals = {}};
  for (neighbours::Rejected& one : applied.rejected)
    news.refusals.push_back({.at = news.at,
                             .library = std::move(one.library),
                             .path = request.route->pattern,
                             .message = std::string(first_characters(one.id, neighbours::kNameKept)),
                             .error = std::string(one.code ? code_text(*one.code) : kTraitRefused),
                             .issue = std::string(first_characters(one.issue, neighbours::kIssueKept))});
  api.sources.add(handle, key, std::move(news));
}

void note_refusal(const Api& api, const Request& request, const Response& response) {
  if (response.status < 400 || response.status >= 500 || response.status == 401) return;
  const std::string key = key_of(request);
  if (key.empty()) return;
  const auto owner = owner_of(api, key);
  const auto error = owner ? json::parse(response.body) : Result<json::Document>(unexpected(Fault{}));
  if (!error) return;
  News news{.at = request.received, .counts = {.refused_requests = 1}, .arrivals = {}, .refusals = {}};
  news.refusals.push_back({.at = news.at,
                           .path = request.route->pattern,
                           .error = std::string(error->root().text_of("error")),
                           .issue = issue_of(error->root()),
                           .is_of_request = true});
  api.sources.add(owner->handle, owner->key, std::move(news));
}

}  // namespace beckon::http
