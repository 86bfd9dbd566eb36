// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/arrangement.hpp"

#include <algorithm>
#include <string>

namespace dgx::model::sketch {
namespace {

constexpr int kPhraseBars = 4;

/// The form in phrases of four bars.
std::vector<std::string> form_of(int phrases, bool loop) {
  switch (phrases) {
    case 0:
    case 1:
      return {"b"};
    case 2:
      return {"a", "b"};
    case 3:
      return loop ? std::vector<std::string>{"a", "a", "b"}
                  : std::vector<std::string>{"intro", "a", "b"};
    case 4:
      return loop ? std::vector<std::string>{"a", "a", "b", "b"}
                  : std::vector<std::string>{"intro", "a", "b", "b"};
    default:
      break;
  }
  std::vector<std::string> form;
  if (!loop) form.push_back("intro");
  const int body = phrases - (loop ? 0 : 2);
  const std::vector<std::string> cycle = {"a", "a", "b", "b", "break", "a", "b", "b"};
  for (int i = 0; i < body; ++i) {
    const std::string& name = cycle[static_cast<std::size_t>(i) % cycle.size()];
    // A break leads somewhere; at the very end it would be a hole.
    form.push_back(name == "break" && i + 1 >= body ? "b" : name);
  }
  if (!loop) form.push_back("outro");
  return form;
}

/// A section plays the genre's parts that the plan has, and those that the prompt asked for.
void cast(SectionSpan& span, const Section& section, const Plan& plan) {
  for (const Role role : kRoles) {
    if (!plan.part(role)) continue;
    const bool usual =
        std::find(section.parts.begin(), section.parts.end(), role) != section.parts.end();
    const bool main_section = span.name == "a" || span.name == "b";
    if (usual || (plan.part(role)->asked_for && main_section)) span.parts.push_back(role);
  }
  // Nobody left, as with "drums only" in a break: whoever there is plays.
  if (!span.parts.empty()) return;
  for (const Role role : kRoles) {
    if (plan.part(role)) span.parts.push_back(role);
  }
}

}  // namespace

bool SectionSpan::plays(Role role) const {
  return std::find(parts.begin(), parts.end(), role) != parts.end();
}

std::vector<SectionSpan> arrange(const Plan& plan) {
  const std::vector<std::string> form = form_of(plan.bars / kPhraseBars, plan.loop);
  std::vector<SectionSpan> spans;
  int bar = 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool last = i + 1 == form.size();
    const Section& section = plan.genre->sections.find(form[i])->second;
    SectionSpan span;
    span.name = form[i];
    span.first_bar = bar;
    span.bars = last ? plan.bars - bar : kPhraseBars;
    span.energy = std::clamp(section.energy + plan.energy - plan.genre->energy, 0.05, 1.0);
    // A fill leads into something new; at the end of a loop it leads back to its beginning.
    span.fill_at_end = span.bars >= kPhraseBars && (!last || plan.loop || form.size() == 1);
    cast(span, section, plan);
    bar += span.bars;
    spans.push_back(std::move(span));
  }
  return spans;
}

}  // namespace dgx::model::sketch
