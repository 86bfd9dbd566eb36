// SPDX-License-Identifier: Apache-2.0
#include "generator/model/sketch/fluid_synth.hpp"

#include <fluidsynth.h>

#include <cmath>
#include <mutex>

#include "generator/base/log.hpp"

namespace dgx::model::sketch {
namespace {

void log_of_fluidsynth(int level, const char* message, void*) {
  const std::string line = std::string("fluidsynth: ") + message;
  if (level <= FLUID_ERR) {
    log::error(line);
  } else if (level == FLUID_WARN) {
    log::warning(line);
  } else {
    log::debug(line);
  }
}

/// All synths of a process share one cache of samples, and FluidSynth 2.3.1 counts its references
/// outside of its own lock (fluid_samplecache_load), so that loading on two threads can free
/// samples in use. Whatever makes, loads or frees samples therefore runs under this lock.
std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

void route_log_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (int level = FLUID_PANIC; level < LAST_LOG_LEVEL; ++level) {
      fluid_set_log_function(level, log_of_fluidsynth, nullptr);
    }
  });
}

struct DeleteSettings {
  void operator()(fluid_settings_t* settings) const { delete_fluid_settings(settings); }
};
struct DeleteSynth {
  void operator()(fluid_synth_t* synth) const { delete_fluid_synth(synth); }
};
using Settings = std::unique_ptr<fluid_settings_t, DeleteSettings>;

Settings make_settings(const FluidSynth::Options& options) {
  Settings settings(new_fluid_settings());
  if (!settings) return settings;
  fluid_settings_t* to = settings.get();
  fluid_settings_setnum(to, "synth.sample-rate", options.sample_rate);
  fluid_settings_setnum(to, "synth.gain", 0.5);
  // Only the samples of the programs in use are read, not the whole file.
  fluid_settings_setint(to, "synth.dynamic-sample-loading", 1);
  fluid_settings_setint(to, "synth.lock-memory", 0);
  fluid_settings_setint(to, "synth.threadsafe-api", 0);
  fluid_settings_setint(to, "synth.cpu-cores", 1);
  fluid_settings_setint(to, "synth.reverb.active", options.reverb ? 1 : 0);
  fluid_settings_setnum(to, "synth.reverb.room-size", options.room);
  fluid_settings_setnum(to, "synth.reverb.damp", 0.35);
  fluid_settings_setnum(to, "synth.reverb.width", 0.9);
  fluid_settings_setnum(to, "synth.reverb.level", 0.6);
  fluid_settings_setint(to, "synth.chorus.active", options.chorus ? 1 : 0);
  fluid_settings_setnum(to, "synth.chorus.level", 1.2);
  fluid_settings_setnum(to, "synth.chorus.speed", 0.35);
  fluid_settings_setnum(to, "synth.chorus.depth", 6.0);
  return settings;
}

}  // namespace

struct FluidSynth::Handles {
  // The synth is deleted before the settings that it reads.
  Settings settings{};
  std::unique_ptr<fluid_synth_t, DeleteSynth> synth{};

  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    const std::scoped_lock lock(library_mutex());
    synth.reset();
  }
};

FluidSynth::FluidSynth(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
FluidSynth::FluidSynth(FluidSynth&&) noexcept = default;
FluidSynth& FluidSynth::operator=(FluidSynth&&) noexcept = default;
FluidSynth::~FluidSynth() = default;

Result<FluidSynth> FluidSynth::open(const std::filesystem::path& soundfont,
                                    const Options& options) {
  route_log_once();
  auto handles = std::make_unique<Handles>();
  {
    const std::scoped_lock lock(library_mutex());
    handles->settings = make_settings(options);
    if (handles->settings) handles->synth.reset(new_fluid_synth(handles->settings.get()));
  }
  if (!handles->synth) return Error{ErrorCode::kOutOfMemory, "FluidSynth could not be started"};
  // Without choosing programs: that would load the samples of a piano and a drum kit each time.
  if (fluid_synth_sfload(handles->synth.get(), soundfont.c_str(), 0) == FLUID_FAILED) {
    return Error{ErrorCode::kCorrupt, "soundfont " + soundfont.string() +
                                          " could not be read by FluidSynth " + version()};
  }
  return FluidSynth(std::move(handles));
}

Status FluidSynth::set_channel(int channel, const Sound& sound) {
  const std::scoped_lock lock(library_mutex());
  fluid_synth_t* synth = handles_->synth.get();
  const bool drums = channel == 9;
  if (!drums) fluid_synth_bank_select(synth, channel, sound.bank);
  if (fluid_synth_program_change(synth, channel, sound.program) != FLUID_OK) {
    return Error{ErrorCode::kCorrupt, "the soundfont has no program " +
                                          std::to_string(sound.program) + " in bank " +
                                          std::to_string(drums ? 128 : sound.bank)};
  }
  fluid_synth_cc(synth, channel, 10, sound.pan);
  fluid_synth_cc(synth, channel, 91, static_cast<int>(std::lround(sound.reverb * 127.0)));
  fluid_synth_cc(synth, channel, 93, static_cast<int>(std::lround(sound.chorus * 127.0)));
  return ok();
}

void FluidSynth::note_on(int channel, int pitch, int velocity) {
  // Failing means that the sound has no sample for the pitch: silence is the right answer.
  fluid_synth_noteon(handles_->synth.get(), channel, pitch, velocity);
}

void FluidSynth::note_off(int channel, int pitch) {
  fluid_synth_noteoff(handles_->synth.get(), channel, pitch);
}

Status FluidSynth::render(float* interleaved, std::size_t frames) {
  const int result = fluid_synth_write_float(handles_->synth.get(), static_cast<int>(frames),
                                             interleaved, 0, 2, interleaved, 1, 2);
  if (result != FLUID_OK) return Error{ErrorCode::kInternal, "FluidSynth failed to render"};
  return ok();
}

bool FluidSynth::sounds() const {
  return fluid_synth_get_active_voice_count(handles_->synth.get()) > 0;
}

std::string FluidSynth::version() {
  return fluid_version_str();
}

}  // namespace dgx::model::sketch
