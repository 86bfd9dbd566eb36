// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/catalogue.hpp"

#include <algorithm>
#include <array>

namespace dgx::model {
namespace {

// Parameters: language model, T5 encoder (109.6 M), EnCodec (57.9 M) and the table of positions.
constexpr std::array<KnownModel, 10> kModels = {{
    {"musicgen-stereo-large", "facebook/musicgen-stereo-large", "best sound, in stereo",
     3'462'000'000, 48, 2048, 2, false},
    {"musicgen-large", "facebook/musicgen-large", "best sound", 3'429'000'000, 48, 2048, 1, false},
    {"musicgen-stereo-medium", "facebook/musicgen-stereo-medium", "good sound, in stereo",
     2'035'000'000, 48, 1536, 2, false},
    {"musicgen-medium", "facebook/musicgen-medium", "good sound", 2'009'000'000, 48, 1536, 1,
     false},
    {"musicgen-stereo-small", "facebook/musicgen-stereo-small", "the quickest, in stereo",
     607'000'000, 24, 1024, 2, false},
    {"musicgen-small", "facebook/musicgen-small", "the quickest", 591'000'000, 24, 1024, 1, false},
    {"musicgen-stereo-melody-large", "facebook/musicgen-stereo-melody-large",
     "follows a melody, best sound, in stereo", 2'657'000'000, 48, 2048, 2, true},
    {"musicgen-melody-large", "facebook/musicgen-melody-large", "follows a melody, best sound",
     2'623'000'000, 48, 2048, 1, true},
    {"musicgen-stereo-melody", "facebook/musicgen-stereo-melody", "follows a melody, in stereo",
     1'582'000'000, 48, 1536, 2, true},
    {"musicgen-melody", "facebook/musicgen-melody", "follows a melody", 1'556'000'000, 48, 1536, 1,
     true},
}};

}  // namespace

std::span<const KnownModel> known_models() {
  return kModels;
}

const KnownModel* find_known_model(std::string_view id) {
  const auto found = std::find_if(kModels.begin(), kModels.end(),
                                  [&](const KnownModel& model) { return model.id == id; });
  return found == kModels.end() ? nullptr : &*found;
}

}  // namespace dgx::model
