// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "generator/base/result.hpp"

// Private to the checkpoint: model.safetensors.index.json, which says which file holds a tensor.
namespace dgx::musicgen {

/// Tensor name to file name. Every file name is one plain component that ends in ".safetensors".
using ShardIndex = std::map<std::string, std::string, std::less<>>;

/// Reads the index. Failure: kCorrupt, without the index's own path.
Result<ShardIndex> parse_shard_index(std::string_view text);

}  // namespace dgx::musicgen
