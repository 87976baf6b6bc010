#include "app/history/snowplow.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "commit/visitor_ids.h"
#include "http/routes/response.h"
#include "system/encoding.h"
#include "system/plain_text.h"

namespace beckon::app {
namespace {

constexpr std::string_view kAction =
    "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1_0_0";
constexpr std::string_view kProducts = "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1_0_0";
constexpr std::string_view kCart = "contexts_com_snowplowanalytics_snowplow_ecommerce_cart_1_0_0";
constexpr std::string_view kStep = "contexts_com_snowplowanalytics_snowplow_ecommerce_checkout_step_1_0_0";
constexpr std::string_view kTransaction = "contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1_0_0";
constexpr std::string_view kPage = "contexts_com_snowplowanalytics_snowplow_ecommerce_page_1_0_0";
constexpr std::string_view kClientSession = "contexts_com_snowplowanalytics_snowplow_client_session_1_0_1";
constexpr std::string_view kScreen = "contexts_com_snowplowanalytics_mobile_screen_1_0_0";

constexpr std::size_t kMetadataBytes = 2048;  // contract section 4, like the two below
constexpr std::size_t kValueCharacters = 256;
constexpr std::size_t kNameCharacters = 64, kSessionCharacters = 128;

// A column with JSON: an object, or a list of objects. Anything else counts as empty.
class Entries {
 public:
  explicit Entries(std::string_view text) : document_(json::parse(http::to_utf8(text))) {
    if (!document_) return;
    const json::Value& root = document_->root();
    if (root.is_object()) all_.push_back(&root);
    for (const json::Value& item : root.items())
      if (item.is_object()) all_.push_back(&item);
  }
  const std::vector<const json::Value*>& all() const { return all_; }
  std::string_view word(std::string_view name) const {
    return all_.empty() ? std::string_view{} : word(*all_.front(), name);
  }
  std::optional<double> number(std::string_view name) const {
    return all_.empty() ? std::nullopt : number(*all_.front(), name);
  }

  static std::string_view word(const json::Value& of, std::string_view name) {
    const json::Value* value = of.find(name);
    const bool scalar = value && (value->is_string() || value->is_number() || value->is_boolean());
    return scalar ? value->text() : std::string_view{};
  }
  static std::optional<double> number(const json::Value& of, std::string_view name) {
    const std::string_view text = word(of, name);
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
      return std::nullopt;
    return value;
  }

 private:
  Result<json::Document> document_;
  std::vector<const json::Value*> all_;
};

std::string_view first_of(std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (!word.empty()) return word;
  return {};
}

// Replaces characters that a name may not contain by "_"; the result begins with a letter or digit.
std::string name_of(std::string_view text, std::size_t longest) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  std::string name;
  for (const char c : text) {
    if (!plain(c) && name.empty()) continue;
    if ((c & 0xc0) == 0x80) continue;  // one "_" per character of several bytes
    name += plain(c) || std::string_view("._:-").find(c) != std::string_view::npos ? c : '_';
    if (name.size() == longest) break;
  }
  return name;
}

std::string cut(std::string_view text, std::size_t most) {
  std::string whole = http::to_utf8(text);
  whole.resize(first_characters(whole, most).size());
  std::erase(whole, '\0');
  return whole;
}

void text_member(json::Writer& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out.member(name, cut(text, kValueCharacters));
}

void number_member(json::Writer& out, std::string_view name, std::optional<double> value) {
  if (value) out.key(name).real(*value);
}

std::optional<Instant> time_of(std::string_view text) {
  std::string rfc(text);
  if (rfc.size() < 19) return std::nullopt;
  if (rfc[10] == ' ') rfc[10] = 'T';
  if (rfc.back() != 'Z' && rfc.find_first_of("+-", 19) == std::string::npos) rfc += 'Z';
  return parse_rfc3339(rfc);
}

double cents(double amount) { return std::round(amount * 100) / 100; }

std::string metadata_of(const Entries& action, const Entries& order, const Entries& cart, const Entries& step,
                        const Entries& products, std::size_t kept) {
  double prices = 0;
  for (const json::Value* product : products.all())
    prices += Entries::number(*product, "price").value_or(0) * Entries::number(*product, "quantity").value_or(1);
  std::string text;
  json::Writer out(text);
  out.begin_object();
  if (const auto revenue = order.number("revenue"))
    out.key("amount").real(*revenue);
  else if (!products.all().empty())
    out.key("amount").real(cents(prices));
  text_member(out, "currency", first_of({order.word("currency"), cart.word("currency"), products.word("currency")}));
  number_member(out, "cartValue", cart.number("total_value"));
  text_member(out, "list", action.word("name"));
  number_member(out, "step", step.number("step"));
  if (kept > 0) out.key("products").begin_array();
  for (std::size_t i = 0; i < kept; ++i) {
    const json::Value& product = *products.all()[i];
    out.begin_object();
    text_member(out, "id", Entries::word(product, "id"));
    text_member(out, "category", Entries::word(product, "category"));
    number_member(out, "price", Entries::number(product, "price"));
    number_member(out, "quantity", Entries::number(product, "quantity"));
    out.end_object();
  }
  if (kept > 0) out.end_array();
  if (kept < products.all().size())
    out.member("productsLeftOut", static_cast<std::int64_t>(products.all().size() - kept));
  out.end_object();
  return text;
}

}  // namespace

Snowplow::Snowplow(const std::vector<std::string>& header) {
  for (std::size_t i = 0; i < header.size(); ++i) columns_.emplace(header[i], i);
}

Result<Snowplow, std::string> Snowplow::make(const std::vector<std::string>& header) {
  static constexpr std::array<std::string_view, 3> kRequired{"event_id", "derived_tstamp", "domain_sessionid"};
  Snowplow made(header);
  std::string missing;
  for (const std::string_view name : kRequired)
    if (!made.columns_.contains(std::string(name))) missing += (missing.empty() ? "" : ", ") + std::string(name);
  if (!missing.empty())
    return unexpected("the header has no column " + missing + "; is this file in Snowplow's canonical event format?");
  return made;
}

Result<Observation, std::string> Snowplow::read(const std::vector<std::string>& fields) const {
  const auto column = [&](std::string_view name) -> std::string_view {
    const auto found = columns_.find(std::string(name));
    return found == columns_.end() || found->second >= fields.size() ? std::string_view{} : fields[found->second];
  };
  const Entries action(column(kAction)), products(column(kProducts)), cart(column(kCart)), step(column(kStep)),
      order(column(kTransaction)), client(column(kClientSession));
  const std::string session =
      name_of(first_of({column("domain_sessionid"), client.word("sessionId")}), kSessionCharacters);
  const std::string_view said_visitor = first_of({column("domain_userid"), client.word("userId")});
  const auto visitor = commit::parse_visitor_id(said_visitor);
  const std::string key =
      name_of(first_of({action.word("type"), column("event_name"), column("event")}), kNameCharacters);
  const auto at = time_of(first_of({column("derived_tstamp"), column("collector_tstamp")}));
  if (session.empty()) return unexpected("no session id");
  if (key.empty()) return unexpected("no event type");
  if (!at) return unexpected("no readable time");
  if (!is_utf8(said_visitor)) return unexpected("the visitor's id is not UTF-8; save the file as UTF-8");

  Observation seen{.at = *at, .session = session, .json = {}};
  json::Writer out(seen.json);
  out.begin_object().member("sessionId", session);
  if (visitor && !visitor->empty()) out.member("visitorId", visitor->view());
  out.key("context").begin_object();
  const Entries page(column(kPage)), screen(column(kScreen));
  text_member(out, "page", first_of({column("page_urlpath"), screen.word("name")}));
  text_member(out, "pageType", page.word("type"));
  text_member(out, "country", column("geo_country"));
  const std::string_view platform = column("platform");
  text_member(out, "device", platform == "web" ? "DESKTOP" : platform == "mob" ? "MOBILE" : "");
  text_member(out, "source", first_of({column("mkt_source"), column("refr_source")}));
  text_member(out, "campaign", column("mkt_campaign"));
  out.end_object().member("type", key).member("source", "snowplow");
  // An event without an id gets one derived from its whole content.
  std::string id = cut(column("event_id"), kNameCharacters);
  if (id.empty()) {
    std::string all;
    for (const std::string& field : fields) (all += field) += '\x1f';
    id = to_base64url(sha256(all));
  }
  out.member("id", id);
  std::string ids;
  for (const json::Value* product : products.all())
    if (const auto word = Entries::word(*product, "id"); !word.empty()) (ids += ids.empty() ? "" : ",") += word;
  text_member(out, "signalValue",
              first_of({order.word("transaction_id"), step.word("step"), action.word("name"), ids}));
  // If the metadata is too long, products are removed from the end first.
  std::size_t kept = products.all().size();
  std::string metadata = metadata_of(action, order, cart, step, products, kept);
  while (metadata.size() > kMetadataBytes && kept > 0)
    metadata = metadata_of(action, order, cart, step, products, --kept);
  if (metadata.size() <= kMetadataBytes) out.member_raw("metadata", metadata);
  return seen;
}

}  // namespace beckon::app
