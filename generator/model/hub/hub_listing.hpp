// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generator/base/result.hpp"

namespace dgx::model {

struct HubFile {
  std::string name{};
  std::uint64_t size = 0;  ///< Bytes, at most 1 TB
  std::string sha256{};    ///< Empty for a small file, which the hub keeps without one
};

/// What a hub says about one revision of a repository.
struct HubListing {
  std::string commit{};  ///< 40 hexadecimal digits: the revision, pinned
  std::vector<HubFile> files{};
};

/// Reads the answer to GET /api/models/REPOSITORY/revision/REVISION?blobs=true: `sha`, and
/// `siblings` with rfilename, size and lfs.sha256. Names are taken as they are and are not to be
/// used as paths; entries without a size are left out.
/// Failure: kCorrupt.
Result<HubListing> parse_hub_listing(std::string_view text);

}  // namespace dgx::model
