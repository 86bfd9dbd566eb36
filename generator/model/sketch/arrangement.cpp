// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/arrangement.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dgx::model::sketch {
namespace {

constexpr int kPhraseBars = 4;

/// Below this an intro would be most of what a person hears.
constexpr double kSecondsForIntro = 24.0;

/// The form in phrases of four bars.
std::vector<std::string> form_of(int phrases, bool with_ends) {
  if (phrases <= 1) return {"b"};
  if (phrases == 2) return {"a", "b"};
  if (phrases == 3) return {with_ends ? "intro" : "a", with_ends ? "a" : "b", "b"};
  if (phrases == 4) return {with_ends ? "intro" : "a", "a", "b", "b"};
  std::vector<std::string> form;
  if (with_ends) form.emplace_back("intro");
  const int body = phrases - (with_ends ? 2 : 0);
  const std::array<std::string, 8> cycle = {"a", "a", "b", "b", "break", "a", "b", "b"};
  for (int i = 0; i < body; ++i) {
    const std::string& name = cycle[static_cast<std::size_t>(i) % cycle.size()];
    // A break leads somewhere; at the very end it would be a hole.
    form.push_back(name == "break" && i + 1 >= body ? "b" : name);
  }
  if (with_ends) form.emplace_back("outro");
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
  const double seconds = static_cast<double>(plan.frames) / kSampleRate;
  const bool with_ends = !plan.loop && seconds >= kSecondsForIntro;
  const std::vector<std::string> form = form_of(plan.bars / kPhraseBars, with_ends);
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
