// SPDX-License-Identifier: Apache-2.0
#include "generator/app/drawing/png_file.hpp"

#include <png.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace dgx::app {
namespace {

Result<std::vector<std::uint8_t>> encode(const Canvas& canvas) {
  // libpng's simplified interface: errors are return values, no longjmp through our frames.
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(canvas.width());
  image.height = static_cast<png_uint_32>(canvas.height());
  image.format = PNG_FORMAT_RGB;
  const auto failed = [&image] {
    Error error{ErrorCode::kInternal, std::string("encoding the PNG failed: ") + image.message, {}};
    png_image_free(&image);
    return error;
  };
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, canvas.pixels().data(), 0,
                                nullptr) == 0) {
    return failed();
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Status write_png(int fd, const Canvas& canvas) {
  const Result<std::vector<std::uint8_t>> encoded = encode(canvas);
  if (!encoded) return encoded.error();
  std::span<const std::uint8_t> left(*encoded);
  while (!left.empty()) {
    const ::ssize_t written = ::write(fd, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error_number = written < 0 ? errno : EIO;
      const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
      return Error{full ? ErrorCode::kDiskFull : ErrorCode::kIo,
                   "writing the picture failed: " + std::generic_category().message(error_number),
                   {}};
    }
    left = left.subspan(static_cast<std::size_t>(written));
  }
  return ok();
}

}  // namespace dgx::app
