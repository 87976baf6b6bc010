#include "app/history/import_people.h"

#include <cstdio>
#include <fstream>
#include <functional>

#include "app/history/people_file.h"
#include "app/history/sending.h"
#include "app/inside.h"
#include "intake/trait_batch.h"
#include "system/clock.h"

namespace beckon::app {
namespace {

constexpr std::size_t kBatchBytes = 256 * 1024;  // of a request, below what the server takes
constexpr std::size_t kRefusalsTold = 100;

// The result for one visitor.
struct Outcome {
  std::size_t applied = 0, stale = 0;
  std::vector<std::pair<std::string, std::string>> refused;  // a trait, and a predicate about it
};

// The result for a batch: the outcomes in order, or why none of it was accepted.
struct BatchRefused {
  std::vector<FieldIssue> issues;  // with paths such as "visitors[3].visitorId"; empty if the import as a whole failed
  std::string message;
};
using BatchSent = Result<std::vector<Outcome>, BatchRefused>;
using SendBatch = std::function<BatchSent(std::string body)>;

class SayBatch final : public commit::Work {
 public:
  SayBatch(const Handle& handle, const intake::TraitBatch& batch) : handle_(handle), batch_(batch) {}
  void plan(commit::Draft& draft) override {
    taken_.clear();
    fault_ = intake::take_traits(draft, handle_, batch_, taken_);
  }
  void finish(const std::optional<Fault>& fault) override {
    if (fault) fault_ = *fault;
    done_(fault_, taken_);
  }
  std::function<void(const std::optional<Fault>&, const std::vector<intake::TraitsTaken>&)> done_;

 private:
  const Handle& handle_;
  const intake::TraitBatch& batch_;
  std::vector<intake::TraitsTaken> taken_;
  std::optional<Fault> fault_;
};

// The server's parts, without its threads: this thread commits.
BatchSent commit_batch_here(Server::Inside& server, const Handle& handle, std::string body) {
  const auto tenant = server.tenants.find(handle.view());
  if (!tenant) return unexpected(BatchRefused{{}, words_of(tenant.error())});
  auto document = json::parse(std::move(body));
  if (!document) return unexpected(BatchRefused{{}, words_of(document.error())});
  const auto batch = intake::parse_trait_batch(std::move(*document), (*tenant)->settings);
  if (!batch) return unexpected(BatchRefused{batch.error().details, batch.error().message});
  BatchSent sent;
  auto say = std::make_unique<SayBatch>(handle, *batch);
  say->done_ = [&](const std::optional<Fault>& fault, const std::vector<intake::TraitsTaken>& taken) {
    if (fault) {
      sent = unexpected(BatchRefused{{}, words_of(*fault)});
      return;
    }
    for (const intake::TraitsTaken& one : taken) sent->push_back({one.applied.size(), one.stale.size(), one.refused});
  };
  std::unique_ptr<commit::Work> work = std::move(say);
  server.committer->submit(work);
  server.committer->turn(true);
  return sent;
}

std::size_t size_of(const json::Value& object, std::string_view list) {
  const json::Value* value = object.find(list);
  return value ? value->items().size() : 0;
}

BatchSent post(const ImportPeopleOptions& options, const std::string& url, const std::string& body) {
  const auto answer = call_in_turn(egress::Method::kPost, url + "/visitors/batch", options.base, options.token, body);
  if (!answer) return unexpected(BatchRefused{{}, answer.error()});
  const auto document = json::parse(answer->body);
  BatchRefused refused{{},
                       "the server responded " + std::to_string(answer->status) + ": " + answer->body.substr(0, 2000)};
  if (!document) return unexpected(refused);
  if (const json::Value* details = document->root().find("details"); answer->status == 400 && details)
    for (const json::Value& issue : details->items())
      refused.issues.push_back({std::string(issue.text_of("field")), std::string(issue.text_of("issue"))});
  const json::Value* visitors = document->root().find("visitors");
  if (answer->status != 200 || !visitors) return unexpected(refused);
  std::vector<Outcome> outcomes;
  for (const json::Value& one : visitors->items()) {
    Outcome& outcome = outcomes.emplace_back(Outcome{size_of(one, "applied"), size_of(one, "stale"), {}});
    if (const json::Value* list = one.find("refused"))
      for (const json::Value& trait : list->items())
        outcome.refused.emplace_back(trait.text_of("trait"), trait.text_of("reason"));
  }
  return outcomes;
}

// Checks what does not need the visitors: form, names, and types as they are known or first used in the
// file.
class Check {
 public:
  explicit Check(TraitTypes known) : types_(std::move(known)) {}

  BatchSent operator()(std::string body) {
    auto document = json::parse(std::move(body));
    if (!document) return unexpected(BatchRefused{{}, words_of(document.error())});
    const auto batch = intake::parse_trait_batch(std::move(*document), {});
    if (!batch) return unexpected(BatchRefused{batch.error().details, batch.error().message});
    std::vector<Outcome> outcomes;
    for (const auto& [id, said] : batch->visitors) {
      Outcome& outcome = outcomes.emplace_back();
      for (const auto& change : said.changes) {
        if (auto why = refusal(change, said))
          outcome.refused.emplace_back(change.name, std::move(*why));
        else
          ++outcome.applied;
      }
    }
    return outcomes;
  }

 private:
  std::optional<std::string> refusal(const intake::TraitsSaid::One& one, const intake::TraitsSaid& said) {
    if (!commit::is_trait_name(one.name)) return intake::kNoTraitName;
    if (intake::unsets(one)) return std::nullopt;
    const auto known = types_.find(one.name);
    auto type = known == types_.end() ? intake::type_said(one) : known->second;
    if (!type) return std::move(type.error());
    auto values = intake::values_kept(one, said, *type);
    if (!values) return std::move(values.error());
    types_.try_emplace(std::string(one.name), *type);
    return std::nullopt;
  }

  TraitTypes types_;
};

struct Totals {
  std::size_t people = 0, applied = 0, stale = 0, refused = 0, not_read = 0;
};

// Sends people in batches, and reports refusals by line.
class Importing {
 public:
  explicit Importing(const SendBatch& send) : send_(send) {}

  // The error ends the import.
  Result<void, std::string> take(Person person) {
    if (!person.fault.empty()) {
      ++totals_.not_read;
      tell(person.line, person.fault);
      return {};
    }
    if (bytes_ + person.json.size() > kBatchBytes || batch_.size() == intake::kVisitorsPerBatch)
      if (auto flushed = flush(); !flushed) return flushed;
    bytes_ += person.json.size();
    batch_.push_back(std::move(person));
    return {};
  }

  Result<void, std::string> flush() {
    BatchSent sent = send();
    if (!sent && !sent.error().issues.empty()) {
      if (!drop(sent.error().issues)) return unexpected(sent.error().message);
      sent = send();
    }
    if (!sent) return unexpected(sent.error().message);
    if (sent->size() != batch_.size()) return unexpected("the server responded for other visitors than were sent");
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      const Outcome& outcome = (*sent)[i];
      totals_.applied += outcome.applied;
      totals_.stale += outcome.stale;
      totals_.refused += outcome.refused.size();
      for (const auto& [trait, why] : outcome.refused) tell(batch_[i].line, trait + " " + why);
    }
    totals_.people += batch_.size();
    batch_.clear();
    bytes_ = 0;
    progress_.show(std::to_string(totals_.people) + " people");
    return {};
  }

  const Totals& totals() const { return totals_; }
  // The line of the first person who may not have been sent yet; 0 if all were.
  std::size_t unsent() const { return batch_.empty() ? 0 : batch_.front().line; }
  std::size_t untold() const { return told_ > kRefusalsTold ? told_ - kRefusalsTold : 0; }

 private:
  BatchSent send() const {
    if (batch_.empty()) return std::vector<Outcome>{};
    std::string body = "{\"visitors\":[";
    for (std::size_t i = 0; i < batch_.size(); ++i) body += (i > 0 ? "," : "") + batch_[i].json;
    return send_(body + "]}");
  }

  bool drop(const std::vector<FieldIssue>& issues) {
    return leave_out(batch_, issues, "visitors",
                     [&](const Person& one, const std::string& field, const std::string& what, bool is_first) {
                       tell(one.line, (field.empty() ? "" : field + " ") + what);
                       if (is_first) ++totals_.not_read;
                     });
  }

  void tell(std::size_t line, const std::string& what) {
    if (++told_ <= kRefusalsTold) std::fprintf(stderr, "line %zu: %s\n", line, what.c_str());
  }

  const SendBatch& send_;
  std::vector<Person> batch_;
  std::size_t bytes_ = 0, told_ = 0;
  Totals totals_;
  Progress progress_;
};

Result<TraitTypes, std::string> types_there(const ImportPeopleOptions& options, const std::string& url) {
  const auto answer = call_in_turn(egress::Method::kGet, url + "/traits", options.base, options.token, "");
  if (!answer) return unexpected(answer.error());
  const auto document = json::parse(answer->body);
  const json::Value* items = document ? document->root().find("items") : nullptr;
  if (answer->status != 200 || !items)
    return unexpected("the server responded " + std::to_string(answer->status) + ": " + answer->body.substr(0, 2000));
  TraitTypes types;
  for (const json::Value& trait : items->items())
    if (const auto type = commit::type_named(trait.text_of("type"))) types.emplace(trait.text_of("name"), *type);
  return types;
}

Result<TraitTypes, std::string> types_here(Server::Inside& server, const Handle& handle) {
  const auto tenant = server.tenants.find(handle.view());
  if (!tenant) return unexpected(words_of(tenant.error()));
  TraitTypes types;
  for (const auto& [name, trait] : (*tenant)->traits->declared_and_seen()) types.emplace(name, trait.type);
  for (const std::string_view name : commit::kReservedTraits) types.emplace(name, commit::reserved_trait(name)->type);
  return types;
}

int report(const Totals& totals, bool dry_run, std::chrono::duration<double> took) {
  std::printf("people            %zu\n", totals.people);
  std::printf("%s           %zu\n", dry_run ? "correct" : "applied", totals.applied);
  if (!dry_run) std::printf("stale             %zu\n", totals.stale);
  std::printf("refused           %zu\n", totals.refused);
  std::printf("not read          %zu\n", totals.not_read);
  std::printf("took              %.1f s\n", took.count());
  return totals.refused + totals.not_read == 0 && totals.people > 0 ? 0 : 1;
}

std::optional<std::string> fault_of(const ImportPeopleOptions& options) {
  if (options.base.empty() != options.token.empty())
    return "--base and --token must be given together; without them the import runs offline";
  if (!is_handle(options.handle))
    return "--handle must be 2 to 63 characters from a-z, 0-9, _ and -, starting with a letter or digit";
  if (!options.at.empty() && !parse_rfc3339(options.at)) return "--at must be an RFC 3339 time";
  if (!options.source.empty() && !commit::is_trait_source(options.source)) return "--source must be a name such as crm";
  return std::nullopt;
}

Result<void, std::string> run(PeopleFile& file, const ImportPeopleOptions& options, Importing& importing) {
  while (true) {
    auto person = file.next();
    if (!person) return unexpected(person.error());
    if (!*person) return importing.flush();
    if ((*person)->line < options.from_line) continue;
    if (auto taken = importing.take(std::move(**person)); !taken) return taken;
  }
}

}  // namespace

int import_people(const Settings& settings, const ImportPeopleOptions& options) {
  if (const auto fault = fault_of(options)) return complain(*fault);
  const auto began = std::chrono::steady_clock::now();
  std::ifstream in(options.file, std::ios::binary);
  if (!in) return complain(options.file + " cannot be read");

  const Handle handle{options.handle};
  std::string url = options.base;
  while (url.ends_with('/')) url.pop_back();
  url += "/v2/handles/" + options.handle;
  std::unique_ptr<Server::Inside> server;
  if (options.base.empty()) {
    log::set_level(log::Level::kError);
    auto opened = Server::open(
        settings, [] {}, false);
    if (!opened) return complain(opened.error());
    server = std::move(*opened);
  }
  auto types = server ? types_here(*server, handle) : types_there(options, url);
  if (!types) return complain(types.error());
  SendBatch send;
  if (options.dry_run)
    send = Check(*types);
  else if (server)
    send = [&](std::string body) { return commit_batch_here(*server, handle, std::move(body)); };
  else
    send = [&](const std::string& body) { return post(options, url, body); };
  // The whole import has one instant, so that it can be run again from any line.
  const std::string at = options.at.empty() ? to_rfc3339(SystemClock().now()) : options.at;
  auto file = PeopleFile::open(in, {std::move(*types), at, options.source});
  if (!file) return complain(options.file + ": " + file.error());
  Importing importing(send);
  const auto done = run(*file, options, importing);
  if (importing.untold() > 0) std::fprintf(stderr, "and %zu more\n", importing.untold());
  const int status = report(importing.totals(), options.dry_run, std::chrono::steady_clock::now() - began);
  if (done) return status;
  complain(options.file + ": " + done.error());
  if (importing.unsent() > 0)
    complain("all lines before " + std::to_string(importing.unsent()) + " were imported; to go on, add --from-line " +
             std::to_string(importing.unsent()) + " --at " + at);
  return 1;
}

}  // namespace beckon::app
