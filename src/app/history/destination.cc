#include "app/history/destination.h"

#include <cstdio>

#include "app/history/import.h"
#include "app/history/sending.h"
#include "app/inside.h"

namespace beckon::app {
namespace {

Destination::Sent commit_here(Server::Inside& server, const std::string& handle, std::string body) {
  const auto refused = [](const Fault& fault) { return unexpected(SignalsRefused{fault.details, words_of(fault)}); };
  auto document = json::parse(std::move(body));
  if (!document) return refused(document.error());
  auto request = intake::parse_import(std::move(*document), server.tenants, handle, server.clock.now());
  if (!request) return refused(request.error());
  Destination::Sent sent;
  std::unique_ptr<commit::Work> work =
      std::make_unique<intake::Import>(std::move(*request), [&](const Result<intake::Imported>& imported) {
        if (imported)
          sent = *imported;
        else
          sent = refused(imported.error());
      });
  server.committer->submit(work);
  server.committer->turn(true);
  return sent;
}

std::size_t member(const json::Value& answer, std::string_view name) {
  const json::Value* value = answer.find(name);
  return value ? static_cast<std::size_t>(value->integer().value_or(0)) : 0;
}

Destination::Sent post(const std::string& url, const std::string& base, const std::string& token,
                       const std::string& body) {
  const auto answer = call_in_turn(egress::Method::kPost, url, base, token, body);
  if (!answer) return unexpected(SignalsRefused{{}, answer.error()});
  const auto document = json::parse(answer->body);
  if (answer->status == 202 && document) {
    const json::Value& said = document->root();
    return intake::Imported{member(said, "accepted"), member(said, "duplicates"), member(said, "evicted"),
                            member(said, "beyondRetention"), member(said, "denied")};
  }
  SignalsRefused refused{
      {}, "the server responded " + std::to_string(answer->status) + ": " + answer->body.substr(0, 2000)};
  if (const json::Value* details = document ? document->root().find("details") : nullptr)
    for (const json::Value& issue : details->items())
      refused.issues.push_back({std::string(issue.text_of("field")), std::string(issue.text_of("issue"))});
  return unexpected(std::move(refused));
}

}  // namespace

struct Destination::Here {
  std::unique_ptr<Server::Inside> server;
  std::string handle;
};

struct Destination::There {
  std::string url, base, token;
};

Destination::Destination(std::unique_ptr<Here> here, std::unique_ptr<There> there)
    : here_(std::move(here)), there_(std::move(there)) {}
Destination::~Destination() = default;
Destination::Destination(Destination&&) noexcept = default;

std::optional<std::string> fault_of(const ImportOptions& options) {
  if (options.base.empty() != options.token.empty())
    return "--base and --token must be given together; without them the import runs offline";
  if (!is_handle(options.handle))
    return "--handle must be 2 to 63 characters from a-z, 0-9, _ and -, starting with a letter or digit";
  return std::nullopt;
}

void add(intake::Imported& total, const intake::Imported& more) {
  total.accepted += more.accepted;
  total.duplicates += more.duplicates;
  total.evicted += more.evicted;
  total.beyond_retention += more.beyond_retention;
  total.denied += more.denied;
}

void print(const intake::Imported& total) {
  std::printf("accepted          %zu\n", total.accepted);
  std::printf("duplicates        %zu\n", total.duplicates);
  std::printf("evicted           %zu\n", total.evicted);
  std::printf("beyond retention  %zu\n", total.beyond_retention);
  std::printf("consent denied    %zu\n", total.denied);
}

void tell_of_retention(const intake::Imported& total, const ImportOptions& options) {
  if (total.beyond_retention == 0 || options.shift_to_now) return;
  std::fprintf(stderr,
               "beckon: %zu events are older than the handle's retention; use --shift-to-now to move the newest event "
               "to now\n",
               total.beyond_retention);
}

Result<Destination, std::string> Destination::open(const Settings& settings, const ImportOptions& options) {
  if (options.base.empty()) {
    log::set_level(log::Level::kError);
    auto opened = Server::open(
        settings, [] {}, false);
    if (!opened) return unexpected(opened.error());
    return Destination(std::make_unique<Here>(std::move(*opened), options.handle), nullptr);
  }
  std::string url = options.base;
  while (url.ends_with('/')) url.pop_back();
  url += "/v2/handles/" + options.handle + "/chain/import";
  return Destination(nullptr, std::make_unique<There>(std::move(url), options.base, options.token));
}

Destination::Sent Destination::send(std::string body) {
  return here_ ? commit_here(*here_->server, here_->handle, std::move(body))
               : post(there_->url, there_->base, there_->token, body);
}

}  // namespace beckon::app
