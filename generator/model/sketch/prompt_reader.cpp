// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/prompt_reader.hpp"

#include <algorithm>

#include "generator/model/sketch/musical_words.hpp"
#include "generator/model/sketch/prompt_words.hpp"

namespace dgx::model::sketch {
namespace {

enum class Meaning { kGenre, kInstrument, kPart, kWithout, kMood, kNegation, kPlain };

/// A phrase that the model knows and what it stands for. Earlier meanings win over later ones.
struct Entry {
  std::vector<PromptWord> phrase{};
  Meaning meaning{};
  std::size_t index = 0;  ///< Into the genres, instruments, parts or moods
};

class Lexicon {
 public:
  Lexicon(const Vocabulary& vocabulary, const std::vector<Genre>& genres) {
    for (std::size_t i = 0; i < genres.size(); ++i) add(genres[i].words, Meaning::kGenre, i);
    for (std::size_t i = 0; i < vocabulary.instruments.size(); ++i) {
      add(vocabulary.instruments[i].words, Meaning::kInstrument, i);
    }
    for (std::size_t i = 0; i < vocabulary.parts.size(); ++i) {
      add(vocabulary.parts[i].words, Meaning::kPart, i);
      add(vocabulary.parts[i].without, Meaning::kWithout, i);
    }
    for (std::size_t i = 0; i < vocabulary.moods.size(); ++i) {
      add(vocabulary.moods[i].words, Meaning::kMood, i);
    }
    add(vocabulary.negation, Meaning::kNegation, 0);
    add(vocabulary.plain, Meaning::kPlain, 0);
  }

  /// The longest phrase that stands at a place.
  [[nodiscard]] const Entry* at(const std::vector<PromptWord>& words, std::size_t from) const {
    const Entry* best = nullptr;
    for (const Entry& entry : entries_) {
      const bool longer = best == nullptr || entry.phrase.size() > best->phrase.size();
      if (longer && phrase_at(words, from, entry.phrase)) best = &entry;
    }
    return best;
  }

 private:
  void add(const std::vector<std::string>& phrases, Meaning meaning, std::size_t index) {
    for (const std::string& phrase : phrases) {
      entries_.push_back({prompt_words(phrase), meaning, index});
    }
  }

  std::vector<Entry> entries_{};
};

template <typename T>
void add_once(std::vector<T>& values, const T& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

/// Walks over the words of one prompt once.
class Reader {
 public:
  Reader(std::string_view prompt, const Vocabulary& vocabulary, const std::vector<Genre>& genres)
      : words_(prompt_words(prompt)),
        vocabulary_(vocabulary),
        genres_(genres),
        lexicon_(vocabulary, genres) {}

  PromptReading read() {
    while (at_ < words_.size()) {
      const std::size_t taken = read_number_or_key();
      const std::size_t step = taken > 0 ? taken : read_word();
      at_ += step;
      if (words_[at_ - 1].phrase_end) negated_ = false;
    }
    settle_modes();
    return std::move(reading_);
  }

 private:
  template <typename T, typename U>
  static std::size_t keep_first(std::optional<T>& field, const std::optional<Found<U>>& found) {
    if (!found) return 0;
    if (!field) field = found->value;
    return found->words;
  }

  std::size_t read_number_or_key() {
    // A long phrase such as "8 bit" or "808 drums" is more than its number.
    const Entry* entry = lexicon_.at(words_, at_);
    if (entry != nullptr && entry->phrase.size() > 1) return 0;
    if (const auto taken = keep_first(reading_.bpm, tempo_at(words_, at_))) return taken;
    if (const auto taken = keep_first(reading_.meter, meter_at(words_, at_))) return taken;
    if (const auto taken = keep_first(reading_.bars, bars_at(words_, at_))) return taken;
    if (const auto taken = keep_first(reading_.seconds, seconds_at(words_, at_))) return taken;
    return read_key();
  }

  std::size_t read_key() {
    const auto found = key_at(words_, at_);
    if (!found) return 0;
    if (!reading_.tonic) {
      reading_.tonic = found->value.tonic;
      reading_.tonic_flat = found->value.flat;
      if (found->value.minor) {
        reading_.key = Key{found->value.tonic, *found->value.minor, found->value.flat};
        named_mode_ = found->value.minor;
      }
    }
    return found->words;
  }

  std::size_t read_word() {
    const PromptWord& word = words_[at_];
    if (word.text == "loop" || word.text == "loopable" || word.text == "seamless") {
      reading_.loop = true;
      return 1;
    }
    const Entry* entry = lexicon_.at(words_, at_);
    if (entry == nullptr) {
      if (const auto mode = mode_of(word.text)) {
        if (!named_mode_) named_mode_ = mode;
      } else {
        add_once(reading_.ignored, word.written);
      }
      return 1;
    }
    take(*entry);
    return entry->phrase.size();
  }

  void take(const Entry& entry) {
    switch (entry.meaning) {
      case Meaning::kNegation:
        negated_ = true;
        return;
      case Meaning::kPlain:
        take_plain(words_[at_].text);
        return;
      case Meaning::kWithout:
        add_once(reading_.without, vocabulary_.parts[entry.index].role);
        return;
      case Meaning::kGenre:
        take_genre(entry);
        break;
      case Meaning::kInstrument:
        take_instrument(vocabulary_.instruments[entry.index]);
        break;
      case Meaning::kPart:
        add_once(negated_ ? reading_.without : reading_.parts, vocabulary_.parts[entry.index].role);
        break;
      case Meaning::kMood:
        if (negated_) return;  // "no heavy drums" is about the drums
        take_mood(vocabulary_.moods[entry.index]);
        break;
    }
    solo_ = false;
    negated_before_ = negated_;
    negated_ = false;
  }

  void take_plain(const std::string& word) {
    if (word == "only" || word == "just" || word == "solo") {
      // "piano only" or "solo piano"; a soloist such as a saxophone still has its band.
      solo_ = true;
      if (word != "solo" && last_instrument_ && at_ > 0 && !words_[at_ - 1].phrase_end) {
        reading_.alone = true;
      }
    }
    // "no drums or piano", "without drums and bass"; but "no drums and a piano" wants the piano.
    if (negated_before_ && (word == "or" || word == "and")) {
      const Entry* next = at_ + 1 < words_.size() ? lexicon_.at(words_, at_ + 1) : nullptr;
      negated_ = word == "or" || (next != nullptr && next->meaning == Meaning::kPart);
    }
  }

  void take_genre(const Entry& entry) {
    const std::string& id = genres_[entry.index].id;
    if (!negated_ && !reading_.genre) {
      reading_.genre = id;
    } else if (negated_ || *reading_.genre != id) {
      ignore_phrase(entry);
    }
  }

  void take_instrument(const Instrument& instrument) {
    if (negated_) {
      add_once(reading_.without_instruments, instrument.name);
      return;
    }
    add_once(reading_.instruments, instrument.name);
    last_instrument_ = true;
    const bool plays_chords = std::find(instrument.roles.begin(), instrument.roles.end(),
                                        Role::kChords) != instrument.roles.end() ||
                              instrument.roles.front() == Role::kPad;
    if (solo_ && plays_chords) reading_.alone = true;
  }

  void take_mood(const Mood& mood) {
    const std::size_t before = reading_.moods.size();
    add_once(reading_.moods, mood.name);
    if (reading_.moods.size() == before) return;
    reading_.energy = std::clamp(reading_.energy + mood.energy, -1.0, 1.0);
    reading_.tempo = std::clamp(reading_.tempo + mood.tempo, -1.0, 1.0);
    reading_.brightness = std::clamp(reading_.brightness + mood.brightness, -1.0, 1.0);
    if (!mood.texture.empty()) add_once(reading_.instruments, mood.texture);
    if (mood.minor) mood_modes_ += *mood.minor ? 1 : -1;
  }

  void ignore_phrase(const Entry& entry) {
    std::string phrase;
    for (std::size_t i = 0; i < entry.phrase.size(); ++i) {
      phrase += (i > 0 ? " " : "") + words_[at_ + i].written;
    }
    add_once(reading_.ignored, phrase);
  }

  /// What is written counts; moods decide only where nothing is.
  void settle_modes() {
    if (named_mode_) {
      reading_.minor = named_mode_;
    } else if (mood_modes_ != 0) {
      reading_.minor = mood_modes_ > 0;
    }
    if (reading_.tonic && reading_.minor && !reading_.key) {
      reading_.key = Key{*reading_.tonic, *reading_.minor, reading_.tonic_flat};
    }
  }

  std::vector<PromptWord> words_;
  const Vocabulary& vocabulary_;
  const std::vector<Genre>& genres_;
  Lexicon lexicon_;
  PromptReading reading_{};
  std::size_t at_ = 0;
  bool negated_ = false;
  bool negated_before_ = false;
  bool solo_ = false;
  bool last_instrument_ = false;
  std::optional<bool> named_mode_{};
  int mood_modes_ = 0;
};

}  // namespace

PromptReading read_prompt(std::string_view prompt, const Vocabulary& vocabulary,
                          const std::vector<Genre>& genres) {
  return Reader(prompt, vocabulary, genres).read();
}

}  // namespace dgx::model::sketch
