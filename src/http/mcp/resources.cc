#include "http/mcp/resources.h"

#include <algorithm>

#include "base/check.h"
#include "http/text.h"

namespace beckon::mcp {

extern const std::string_view kRulesPage;     // docs/rules.md
extern const std::string_view kPayloadsPage;  // docs/payloads.md

namespace {

constexpr std::int64_t kTtlMs = 3'600'000;  // they change only with the server's version
constexpr std::string_view kMarkdown = "text/markdown";
constexpr std::string_view kRecipes = "## Twenty recipes\n";

// Removes comments, which mark parts for the page's tests.
std::string without_comments(std::string_view page) {
  std::string text;
  text.reserve(page.size());
  while (!page.empty()) {
    const std::string_view line = http::take_until(page, '\n');
    if (!line.starts_with("<!--")) text.append(line).append("\n");
  }
  return text;
}

// From its heading to the next one of the same level.
std::string_view section(std::string_view page, std::string_view heading) {
  const auto from = page.find(heading);
  CHECK(from != std::string_view::npos);
  return page.substr(from, page.find("\n## ", from) - from + 1);
}

std::string without(std::string_view page, std::string_view part) {
  std::string text(page);
  return text.erase(page.find(part), part.size());
}

}  // namespace

Resources::Resources() {
  const std::string_view recipes = section(kRulesPage, kRecipes);
  resources_ = {
      {"beckon://docs/rules", "rules", "The rule language",
       "How a rule is written: conditions, limits, schedules, experiments, delayed rules. Read it before rules_put.",
       without_comments(without(kRulesPage, recipes))},
      {"beckon://docs/recipes", "recipes", "Rule recipes", "Twenty complete rules to start from.",
       without_comments(recipes)},
      {"beckon://docs/payloads", "payloads", "Payloads",
       "Placeholders in the texts of an action, such as a visitor's first name.", without_comments(kPayloadsPage)},
  };
}

http::Response Resources::list(const Message& message) const {
  return result(message, [&](json::Writer& out) {
    out.key("resources").begin_array();
    for (const Resource& one : resources_)
      out.begin_object()
          .member("uri", one.uri)
          .member("name", one.name)
          .member("title", one.title)
          .member("description", one.description)
          .member("mimeType", kMarkdown)
          .member("size", static_cast<std::int64_t>(one.text.size()))
          .end_object();
    out.end_array();
    write_caching(out, message, kTtlMs, true);
  });
}

http::Response Resources::list_templates(const Message& message) const {
  return result(message, [&](json::Writer& out) {
    out.key("resourceTemplates").begin_array().end_array();
    write_caching(out, message, kTtlMs, true);
  });
}

http::Response Resources::read(const Message& message) const {
  const std::string_view uri = message.text_param("uri");
  const auto found = std::ranges::find(resources_, uri, &Resource::uri);
  if (found == resources_.end()) {
    Refusal refusal = invalid_params(message, "There is no such resource; resources/list has them.");
    if (message.era == Era::k2025) refusal.code = code::kNoResource;
    json::Writer(refusal.data).begin_object().member("uri", uri).end_object();
    return to_response(refusal);
  }
  return result(message, [&](json::Writer& out) {
    out.key("contents").begin_array().begin_object();
    out.member("uri", found->uri).member("mimeType", kMarkdown).member("text", found->text);
    out.end_object().end_array();
    write_caching(out, message, kTtlMs, true);
  });
}

}  // namespace beckon::mcp
