#include "http/routes/simulation_view.h"

#include "base/json.h"

namespace beckon::http {
namespace {

using hindsight::WhatIf;

void write(json::Writer& out, std::string_view name, const WhatIf::Answer& answer) {
  out.key(name).begin_object().member("outcome", answer.outcome);
  text_or_null(out, "ruleId", answer.rule);
  text_or_null(out, "variant", answer.variant);
  out.end_object();
}

void write(json::Writer& out, const WhatIf::Rule& rule) {
  out.begin_object()
      .member("ruleId", rule.id)
      .member_boolean("shadow", rule.shadow)
      .member("asked", rule.asked)
      .member("acted", rule.acted)
      .member("suppressed", rule.suppressed)
      .member("heldOut", rule.held_out)
      .member("sessions", rule.sessions)
      .key("variants")
      .begin_array();
  for (const auto& [variant, acted] : rule.variants)
    out.begin_object().member("variant", variant).member("acted", acted).end_object();
  out.end_array().end_object();
}

void write(json::Writer& out, const WhatIf& found) {
  out.member("signals", found.signals)
      .member("asked", found.asked)
      .member("sessions", found.sessions)
      .key("rules")
      .begin_array();
  for (const WhatIf::Rule& rule : found.rules) write(out, rule);
  out.end_array().member("changedSessions", found.changed_sessions).key("examples").begin_array();
  for (const WhatIf::Example& one : found.examples) {
    out.begin_object()
        .member("sessionId", one.session.view())
        .member("trigger", one.trigger)
        .member("at", to_rfc3339(one.at));
    write(out, "was", one.was);
    write(out, "wouldBe", one.would_be);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

std::string simulation_json(const hindsight::WhatIfView& view, const RequestId& request) {
  std::string body;
  json::Writer out(body);
  out.begin_object()
      .member("simulationId", view.id.view())
      .member("state", hindsight::to_text(view.state))
      .member("since", to_rfc3339(view.since))
      .member("until", to_rfc3339(view.until))
      .key("progress")
      .real(view.progress);
  out.member("tookMs", static_cast<std::int64_t>(view.took.count()));
  text_or_null(out, "reason", view.reason);
  write(out, view.result ? *view.result : WhatIf{});
  out.member("requestId", request.view()).end_object();
  return body;
}

}  // namespace beckon::http
