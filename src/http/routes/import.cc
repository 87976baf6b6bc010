// POST …/chain/import: historical signals from other systems. Used by the command line's `beckon import --base`.
#include "intake/import.h"

#include "http/routes/rates.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

void import_history(Api& api, Request& request, Respond respond) {
  auto document = body_of(request);
  if (!document) return refuse(request, respond, document.error());
  auto parsed =
      intake::parse_import(std::move(*document), api.places.tenants, request.param("handle"), api.clock.now());
  if (!parsed) return refuse(request, respond, parsed.error());
  if (const auto fault = count_signals(api, request, *parsed->tenant, parsed->entries.size()))
    return refuse(request, respond, *fault);
  const RequestId& id = request.id;  // alive until the answer
  std::unique_ptr<commit::Work> work = std::make_unique<intake::Import>(
      std::move(*parsed), [&id, respond = std::move(respond)](const Result<intake::Imported>& imported) mutable {
        if (!imported) return respond(to_response(imported.error(), id));
        std::string body;
        json::Writer writer(body);
        writer.begin_object();
        write(writer, *imported);
        writer.member("requestId", id.view()).end_object();
        respond(json_response(202, std::move(body)));
      });
  if (!api.committer.submit(work)) refuse_overloaded(*work);
}

}  // namespace

void add_import(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      {.method = Method::kPost,
       .pattern = "/v2/handles/{handle}/chain/import",
       .access = operator_("chain.signal.write"),
       .run = Run::kControl,  // a large body takes a millisecond
       .handler = [&api](Request& request, Respond respond) { import_history(api, request, std::move(respond)); },
       .summary = "Import historical signals",
       .body_limit = intake::kImportBytes});
}

}  // namespace beckon::http
