#include "app/demo/storyline.h"

#include <array>

namespace beckon::app {
namespace {

using Kind = StoryStep::Kind;

template <std::size_t N>
const char* one_of(const std::array<const char*, N>& all, Random& random) {
  return all[random.next() % N];
}

bool chance(double of, Random& random) { return random.uniform(0, 1) < of; }

constexpr std::array kPages = {"/", "/tees", "/tees/1", "/hoodies", "/hoodies/3", "/sale", "/pricing", "/delivery"};
constexpr std::array kCountries = {"US", "GB", "DE", "FR", "IN"};
constexpr std::array kDevices = {"MOBILE", "DESKTOP", "TABLET"};
constexpr std::array kLinks = {"https://shop.example/spring", "https://shop.example/your-cart"};

void look_around(Storyline& story, Random& random) {
  for (std::uint64_t views = 1 + random.next() % 4; views > 0; --views)
    story.steps.push_back({Kind::kSignal, "view", one_of(kPages, random)});
}

double fill_cart(Storyline& story, Random& random) {
  double worth = 0;
  for (std::uint64_t items = 1 + random.next() % 2; items > 0; --items) {
    const double amount = static_cast<double>(1500 + random.next() % 9000) / 100;
    story.steps.push_back({Kind::kSignal, "cart", "add", amount});
    worth += amount;
  }
  return worth;
}

void ask(Storyline& story, const char* trigger, Random& random) {
  story.steps.push_back({chance(0.3, random) ? Kind::kPrefetch : Kind::kResolve, trigger});
}

// The steps are one to six minutes apart, with the last one now.
void give_times(Storyline& story, Random& random) {
  std::chrono::seconds before{0};
  for (auto step = story.steps.rbegin(); step != story.steps.rend(); ++step) {
    step->before_end = before;
    before += std::chrono::seconds{60 + random.next() % 300};
  }
}

}  // namespace

Storyline storyline(int number, long long began_ms, const std::string& handle, Random& random) {
  Storyline story{.session = "sig_" + handle + "_" + std::to_string(began_ms) + "_demo" + std::to_string(number),
                  .visitor = "shopper-" + std::to_string(number % 30),
                  .country = one_of(kCountries, random),
                  .device = one_of(kDevices, random)};
  const double kind = random.uniform(0, 1);
  if (kind < 0.15) story.steps.push_back({Kind::kSignal, "link.clicked", one_of(kLinks, random)});
  look_around(story, random);
  if (kind >= 0.6) {  // only looks and leaves
    ask(story, "exit_intent", random);
  } else {
    const double worth = fill_cart(story, random);
    story.steps.push_back({Kind::kSignal, "checkout"});
    ask(story, "checkout", random);
    story.clicks = chance(0.5, random);
    if (chance(story.clicks ? 0.6 : 0.25, random)) {
      story.converts = true;
      story.steps.push_back({Kind::kSignal, "purchase", "", worth});
    }
  }
  give_times(story, random);
  return story;
}

}  // namespace beckon::app
