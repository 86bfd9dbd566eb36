// SPDX-License-Identifier: Apache-2.0
#include "generator/model/musicgen/library.hpp"

#include <dlfcn.h>

#include <string>
#include <system_error>

#include "generator/base/version.hpp"

namespace dgx::musicgen {
namespace {

using LoadFunction = void(const LoadCall*, Result<std::unique_ptr<Generator>>*);
using VersionFunction = const char*();

std::filesystem::path library_path() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path() / "lib/dgx-music/libdgx-musicgen.so";
}

struct Library {
  LoadFunction* load;
};

template <typename Function>
Function* symbol(void* library, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

Result<Library> open_library() {
  const std::filesystem::path path = library_path();
  if (Status installed = check_library(); !installed) return installed.error();
  // DEEPBIND: libtorch's protobuf must not be mixed with the one inside SentencePiece.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (library == nullptr) {
    const char* reason = ::dlerror();
    return Error{ErrorCode::kMissingDependency,
                 std::string("MusicGen's library cannot be loaded: ") + reason};
  }
  auto* version = symbol<VersionFunction>(library, "dgx_musicgen_version");
  auto* load = symbol<LoadFunction>(library, "dgx_musicgen_load");
  const std::string found = version != nullptr ? version() : "none";
  if (load == nullptr || found != kVersion) {
    return Error{ErrorCode::kUnsupportedVersion,
                 path.string() + " must be of version " + kVersion + ", got " + found};
  }
  return Library{load};
}

}  // namespace

Status check_library() {
  const std::filesystem::path path = library_path();
  std::error_code error;
  if (std::filesystem::exists(path, error)) return ok();
  return Error{ErrorCode::kMissingDependency,
               "MusicGen models need " + path.string() +
                   ", which scripts/install builds where libtorch-dev is installed, got none",
               {}};
}

Result<std::unique_ptr<Generator>> load_from_library(const LoadCall& call) {
  static const Result<Library> library = open_library();
  if (!library) return library.error();
  Result<std::unique_ptr<Generator>> generator = Error{};
  library->load(&call, &generator);
  return generator;
}

}  // namespace dgx::musicgen
