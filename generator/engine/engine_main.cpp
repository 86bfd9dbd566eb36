// SPDX-License-Identifier: Apache-2.0
// dgx-music-engine: the child process that holds the models. The service starts it with one end of
// a socketpair and ends it whenever it likes; it never outlives the service.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "generator/base/log.hpp"
#include "generator/base/version.hpp"
#include "generator/engine/engine_server.hpp"
#include "generator/engine/render_command.hpp"
#include "generator/model/musicgen/library.hpp"
#include "generator/model/musicgen/musicgen_model.hpp"
#include "generator/model/registry.hpp"
#include "generator/model/sketch/sketch_model.hpp"
#include "generator/model/store/installed_models.hpp"
#include "generator/model/store/machine_fit.hpp"
#include "generator/model/store/model_files.hpp"
#include "generator/protocol/request.hpp"

namespace {

// How long a model may go on after the service is gone; then the kernel ends the process.
constexpr unsigned kLingerSeconds = 2;

// No new rights by exec, no core dump with a prompt in it, no death by a closed socket.
void harden() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::signal(SIGPIPE, SIG_IGN);
}

// What `render` is asked by flags, in words that CLI11 maps to values.
void add_render_flags(CLI::App& command, dgx::engine::RenderOptions& options) {
  using dgx::musicgen::NumberType;
  command.add_option("--model-dir", options.model_folder, "folder of a MusicGen model")->required();
  command.add_option("--prompt", options.prompts, "text; several make one batch")->required();
  command.add_option("--frames", options.frames, "codec frames, 50 a second")
      ->required()
      ->check(CLI::Range(1, 15'000));
  command.add_option("--takes", options.takes, "takes of each prompt")->check(CLI::Range(1, 8));
  command.add_option("--seed", options.seed, "of the first take")
      ->check(CLI::Range(std::int64_t{0}, dgx::protocol::kSeedCount - 1));
  command.add_option("--temperature", options.sampling.temperature)->check(CLI::Range(0.0, 2.0));
  command.add_option("--top-k", options.sampling.top_k)->check(CLI::Range(0, 2048));
  command.add_option("--top-p", options.sampling.top_p)->check(CLI::Range(0.0, 1.0));
  command.add_option("--cfg", options.sampling.cfg_coef)->check(CLI::Range(1.0, 10.0));
  command.add_option("--continue", options.continue_from, "WAV that the takes begin with");
  command.add_option("--melody", options.melody, "WAV whose melody is followed");
  const std::map<std::string, NumberType> types = {{"auto", NumberType::kAutomatic},
                                                   {"int8", NumberType::kInt8},
                                                   {"fp32", NumberType::kFloat32},
                                                   {"bf16", NumberType::kBFloat16},
                                                   {"fp16", NumberType::kFloat16}};
  command.add_option("--dtype", options.compute.type, "auto, int8, fp32, bf16 or fp16")
      ->transform(CLI::CheckedTransformer(types));
  command.add_option("--device", options.compute.device, "auto, cpu, cuda or cuda:N");
  command.add_flag("--no-fallback", options.compute.refuse_fallback,
                   "fail where the card's memory is too small, instead of using the CPU");
  command.add_option("--threads", options.compute.threads)->check(CLI::Range(0, 1024));
  command.add_option("--tokens", options.tokens, "JSON file for the codes");
  command.add_option("--audio", options.audio, "WAV file for the audio");
}

/// Where the engine is told to compute, and from what.
struct EngineOptions {
  dgx::model::SketchOptions sketch{};
  std::filesystem::path data_folder{};
  dgx::musicgen::ComputeOptions compute{};
  std::int64_t unload_after_seconds = 600;
};

void add_engine_flags(CLI::App& app, EngineOptions& options) {
  app.add_option("--soundfont", options.sketch.soundfont,
                 "General MIDI soundfont of the sketch model");
  app.add_option("--genres", options.sketch.genre_folders, "folder with genre files of your own");
  app.add_option("--data", options.data_folder, "folder whose models are installed");
  app.add_option("--device", options.compute.device, "of MusicGen: auto, cpu, cuda or cuda:N");
  app.add_flag("--no-fallback", options.compute.refuse_fallback,
               "fail where the card's memory is too small, instead of using the CPU");
  app.add_option("--unload-after", options.unload_after_seconds,
                 "seconds without work after which models are freed; 0: never")
      ->check(CLI::Range(0, 1'000'000));
}

using Offer = dgx::model::ModelRegistry::Offer;
using Made = dgx::Result<std::unique_ptr<dgx::model::MusicModel>>;

/// Whether a model can run here at all, where no card may take it.
dgx::Status fits_machine(const dgx::model::MusicGenOptions& options) {
  if (options.on_card) return dgx::ok();
  const auto facts = dgx::model::inspect_model(options.folder);
  if (!facts) return facts.error();
  const auto memory = dgx::model::memory_of_machine();
  if (!memory) return memory.error();
  return dgx::model::require_memory(options.identity.id, facts->on_processor.total(), *memory);
}

Offer offer_of(const dgx::model::InstalledModel& model, const EngineOptions& options) {
  const dgx::model::MusicGenOptions musicgen{
      {model.id.text(), "1", model.sha256, model.licence, model.notice},
      model.folder,
      options.compute,
      dgx::model::computes_on_card(options.compute.device)};
  return {model.id.text(), model.sha256, [musicgen]() -> Made {
            if (dgx::Status library = dgx::musicgen::check_library(); !library) {
              return library.error();
            }
            if (dgx::Status fits = fits_machine(musicgen); !fits) return fits.error();
            return dgx::model::make_musicgen_model(musicgen);
          }};
}

// What is installed now, best first; the sketch model, which needs nothing installed, is the last
// resort.
std::vector<Offer> offers_of(const EngineOptions& options) {
  std::vector<Offer> offers;
  auto installed = dgx::model::list_installed_models(options.data_folder);
  if (!installed) {
    dgx::log::warning(installed.error().message);
    installed = dgx::model::ModelList{};
  }
  for (const auto& model : installed->models) offers.push_back(offer_of(model, options));
  for (const auto& broken : installed->broken) {
    offers.push_back({broken.name, {}, [reason = broken.reason]() -> Made { return reason; }});
  }
  offers.push_back({"sketch", {}, [sketch = options.sketch] { return make_sketch_model(sketch); }});
  return offers;
}

int report(const dgx::Status& status) {
  if (status) return 0;
  dgx::log::error(status.error().message);
  return 1;
}

// libtorch's threads would otherwise spin while they wait: on a busy machine four fifths of the
// processor's time went into that. OpenMP comes in with soxr and reads its settings before main(),
// so the program starts itself anew. A setting of one's own wins; where it cannot be done, the
// engine is only slower.
void let_threads_sleep(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  if (::setenv("OMP_WAIT_POLICY", "passive", 1) == 0) ::execv("/proc/self/exe", argv);
}

bool is_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

int main(int argc, char** argv) {
  let_threads_sleep(argv);
  CLI::App app("The engine of DGX Music. It is started by dgx-music, not by hand.");
  app.set_version_flag("--version", std::string("dgx-music-engine ") + dgx::kVersion);
  int fd = -1;
  EngineOptions options;
  app.add_option("--fd", fd, "stream socket to the service");
  add_engine_flags(app, options);
  dgx::engine::RenderOptions render;
  CLI::App* render_command =
      app.add_subcommand("render", "render a MusicGen folder without a service, for measurements");
  add_render_flags(*render_command, render);
  CLI11_PARSE(app, argc, argv);
  if (render_command->parsed()) return report(dgx::engine::render(render));
  if (!is_socket(fd)) {
    dgx::log::error("dgx-music-engine is started by dgx-music: --fd " + std::to_string(fd) +
                    " is not a socket");
    return 2;
  }
  harden();

  dgx::engine::EngineServer server(
      dgx::UniqueFd(fd), dgx::model::ModelRegistry([options] { return offers_of(options); }),
      dgx::kVersion, std::chrono::seconds(options.unload_after_seconds));
  return report(server.run([] { ::alarm(kLingerSeconds); }));
}
