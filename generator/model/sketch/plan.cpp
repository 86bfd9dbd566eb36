// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "generator/base/philox.hpp"

namespace dgx::model::sketch {
namespace {

std::string shown(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

bool contains(const auto& values, const auto& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Makes one decision after the other and writes down each with its source.
class Planner {
 public:
  Planner(const protocol::GenerationRequest& request, const PromptReading& reading,
          const std::vector<Genre>& genres, const Vocabulary& vocabulary, std::uint64_t seed)
      : request_(request),
        reading_(reading),
        genres_(genres),
        vocabulary_(vocabulary),
        random_(seed, static_cast<std::uint32_t>(Stream::kPlan)) {
    plan_.seed = seed;
  }

  Result<Plan> plan() {
    choose_genre();
    choose_feeling();
    if (Status status = choose_meter(); !status) return std::move(status).error();
    choose_tempo();
    if (Status status = choose_key(); !status) return std::move(status).error();
    if (Status status = choose_length(); !status) return std::move(status).error();
    choose_parts();
    name_it();
    return std::move(plan_);
  }

 private:
  void note(std::string name, std::string value, std::string source) {
    plan_.choices.push_back({std::move(name), std::move(value), std::move(source)});
  }

  template <typename T>
  const T& pick(const std::vector<T>& values) {
    return values[random_.below(static_cast<std::uint32_t>(values.size()))];
  }

  void choose_genre() {
    const Genre& by_seed = pick(genres_);
    plan_.genre = &by_seed;
    for (const Genre& genre : genres_) {
      if (reading_.genre == genre.id) plan_.genre = &genre;
    }
    note("genre", plan_.genre->id, reading_.genre ? "prompt" : "seed");
  }

  void choose_feeling() {
    plan_.energy = std::clamp(plan_.genre->energy + reading_.energy, 0.0, 1.0);
    plan_.brightness = reading_.brightness;
    for (const std::string& mood : reading_.moods) note("mood", mood, "prompt");
    note("energy", shown(std::round(plan_.energy * 100) / 100),
         reading_.energy != 0.0 ? "prompt" : "genre");
  }

  Status choose_meter() {
    if (request_.time_signature) {
      const Result<Meter> meter = parse_meter(*request_.time_signature);
      if (!meter) return meter.error();
      plan_.meter = *meter;
      note("time_signature", to_string(plan_.meter), "request");
      return ok();
    }
    plan_.meter = reading_.meter.value_or(Meter{});
    note("time_signature", to_string(plan_.meter), reading_.meter ? "prompt" : "genre");
    return ok();
  }

  void choose_tempo() {
    const Genre& genre = *plan_.genre;
    // "Slow" and "fast" move the draw to the ends of the genre's range, and a little beyond.
    const double middle = 0.5 + 0.5 * reading_.tempo;
    const double place = std::clamp(middle + 0.5 * (random_.uniform() - 0.5), -0.2, 1.2);
    const double drawn = reading_.tempo == 0.0 ? random_.uniform() : place;
    const double bpm = genre.tempo_low + drawn * (genre.tempo_high - genre.tempo_low);
    plan_.bpm = std::clamp(std::round(bpm), 30.0, 300.0);
    std::string source = reading_.tempo != 0.0 ? "prompt" : "seed";
    if (reading_.bpm) {
      plan_.bpm = *reading_.bpm;
      source = "prompt";
    }
    if (request_.bpm) {
      plan_.bpm = *request_.bpm;
      source = "request";
    }
    note("bpm", shown(plan_.bpm), source);
  }

  Status choose_key() {
    const bool drawn_minor = random_.chance(plan_.genre->minor_share);
    const std::string& drawn_tonic = pick(plan_.genre->tonics);
    if (request_.key) {
      const Result<Key> key = parse_key(*request_.key);
      if (!key) return key.error();
      plan_.key = *key;
      note("key", to_string(plan_.key), "request");
      return ok();
    }
    if (reading_.key) {
      plan_.key = *reading_.key;
      note("key", to_string(plan_.key), "prompt");
      return ok();
    }
    plan_.key = *parse_key(drawn_tonic);
    plan_.key.minor = reading_.minor.value_or(drawn_minor);
    if (reading_.tonic) {
      plan_.key.tonic = *reading_.tonic;
      plan_.key.flat = reading_.tonic_flat;
    }
    note("key", to_string(plan_.key), reading_.tonic ? "prompt" : "seed");
    note("mode", plan_.key.minor ? "minor" : "major", reading_.minor ? "prompt" : "seed");
    return ok();
  }

  Status length_of_bars(std::int64_t bars, const std::string& source) {
    const double seconds = seconds_of_bars(static_cast<double>(bars), plan_.bpm, plan_.meter);
    if (seconds > kLongestTakeSeconds) {
      return Error{ErrorCode::kInvalidArgument,
                   "bars must last at most 300 seconds, got " + std::to_string(bars) + " bars of " +
                       to_string(plan_.meter) + " at " + shown(plan_.bpm) + " BPM, which last " +
                       shown(std::round(seconds * 10) / 10) + " seconds",
                   "bars"};
    }
    plan_.bars = static_cast<int>(bars);
    plan_.frames = frames_of_bars(plan_.bars, plan_.bpm, plan_.meter, kSampleRate);
    note("bars", std::to_string(bars), source);
    return ok();
  }

  Status length_of_seconds(double seconds, const std::string& source) {
    plan_.frames = std::llround(seconds * kSampleRate);
    const double bar_seconds = seconds_of_bars(1, plan_.bpm, plan_.meter);
    // A hair of tolerance: 16 s of 120 BPM are 8 bars and not the beginning of a ninth.
    plan_.bars = std::max(1, static_cast<int>(std::ceil(seconds / bar_seconds - 1e-6)));
    plan_.whole_bars =
        plan_.frames == frames_of_bars(plan_.bars, plan_.bpm, plan_.meter, kSampleRate);
    note("duration", shown(seconds), source);
    return ok();
  }

  Status choose_length() {
    plan_.loop = request_.loop || reading_.loop;
    if (reading_.loop && !request_.loop) note("loop", "yes", "prompt");
    if (request_.bars) return length_of_bars(*request_.bars, "request");
    if (request_.duration) return length_of_seconds(*request_.duration, "request");
    if (reading_.bars) return length_of_bars(*reading_.bars, "prompt");
    if (reading_.seconds) return length_of_seconds(*reading_.seconds, "prompt");
    const int bars = default_bars(plan_.bpm, plan_.meter);
    return length_of_bars(bars, "genre");
  }

  /// Gives every instrument of the prompt the first part of its trade that is still free.
  void seat_asked_instruments(std::array<const Instrument*, kRoleCount>& seats) {
    for (const std::string& name : reading_.instruments) {
      const Instrument* instrument = vocabulary_.find_instrument(name);
      const auto seat =
          std::find_if(instrument->roles.begin(), instrument->roles.end(), [&](Role role) {
            return seats[index_of(role)] == nullptr && !contains(reading_.without, role);
          });
      if (seat == instrument->roles.end()) {
        plan_.warnings.push_back("no part was left for " + name);
        continue;
      }
      seats[index_of(*seat)] = instrument;
    }
  }

  void seat_alone(const std::array<const Instrument*, kRoleCount>& seats) {
    for (const Instrument* instrument : seats) {
      if (instrument == nullptr) continue;
      for (const Role role : instrument->roles) {
        if (seats[index_of(role)] != nullptr && seats[index_of(role)] != instrument) continue;
        if (plan_.parts[index_of(role)]) continue;
        plan_.parts[index_of(role)] = PlannedPart{instrument, true};
        note("instrument." + std::string(to_string(role)), instrument->name, "prompt");
      }
    }
  }

  void choose_parts() {
    std::array<const Instrument*, kRoleCount> seats{};
    seat_asked_instruments(seats);
    if (reading_.alone) {
      seat_alone(seats);
      return;
    }
    for (const Role role : kRoles) choose_part(role, seats[index_of(role)]);
  }

  [[nodiscard]] bool belongs_to_genre(Role role) const {
    return std::any_of(plan_.genre->sections.begin(), plan_.genre->sections.end(),
                       [&](const auto& entry) { return contains(entry.second.parts, role); });
  }

  void choose_part(Role role, const Instrument* asked) {
    std::vector<std::string> names = plan_.genre->part(role).instruments;
    std::erase_if(names, [&](const std::string& name) {
      return contains(reading_.without_instruments, name);
    });
    // The habit comes first: half of the time it is the first instrument of the list.
    const bool habit = random_.chance(0.5);
    const std::string drawn = names.empty() ? "" : (habit ? names.front() : pick(names));
    const std::string label = "part." + std::string(to_string(role));
    if (contains(reading_.without, role) || (asked == nullptr && drawn.empty())) {
      note(label, "none", "prompt");
      return;
    }
    const bool named = contains(reading_.parts, role) || asked != nullptr;
    if (!named && !belongs_to_genre(role)) {
      note(label, "none", "genre");
      return;
    }
    const Instrument* instrument = asked != nullptr ? asked : vocabulary_.find_instrument(drawn);
    plan_.parts[index_of(role)] = PlannedPart{instrument, named};
    note("instrument." + std::string(to_string(role)), instrument->name,
         asked != nullptr ? "prompt" : "seed");
  }

  void name_it() {
    plan_.name_words = {plan_.genre->id};
    // What the person named says most, and of that a drum kit the least.
    const Instrument* telling = nullptr;
    for (const std::string& name : reading_.instruments) {
      const Instrument* named = vocabulary_.find_instrument(name);
      if (named == nullptr) continue;
      const bool kit = !named->roles.empty() && named->roles.front() == Role::kDrums;
      if (telling == nullptr || !kit) telling = named;
      if (!kit) break;
    }
    for (const Role role : {Role::kMelody, Role::kPad, Role::kChords}) {
      if (telling == nullptr && plan_.part(role)) telling = plan_.part(role)->instrument;
    }
    if (telling == nullptr) return;
    std::string word;
    for (const char letter : telling->name) {
      if (letter == ' ') {
        plan_.name_words.push_back(std::move(word));
        word.clear();
      } else {
        word += letter;
      }
    }
    plan_.name_words.push_back(std::move(word));
  }

  const protocol::GenerationRequest& request_;
  const PromptReading& reading_;
  const std::vector<Genre>& genres_;
  const Vocabulary& vocabulary_;
  RandomStream random_;
  Plan plan_{};
};

}  // namespace

Result<Plan> make_plan(const protocol::GenerationRequest& request, const PromptReading& reading,
                       const std::vector<Genre>& genres, const Vocabulary& vocabulary,
                       std::uint64_t seed) {
  return Planner(request, reading, genres, vocabulary, seed).plan();
}

}  // namespace dgx::model::sketch
