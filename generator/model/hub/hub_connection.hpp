// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "generator/base/result.hpp"
#include "generator/model/hub/hub_url.hpp"

namespace dgx::model {

struct HubOptions {
  std::string base_url = "https://huggingface.co";
  std::chrono::seconds connect_timeout{20};
  std::chrono::seconds stall_timeout{60};       ///< Without a byte: the connection counts as lost
  int attempts = 5;                             ///< In a row that bring nothing
  std::chrono::milliseconds first_pause{1000};  ///< Before the second attempt; doubles each time
};

/// Fetches texts and files from a hub over one libcurl handle. Follows at most 5 redirects, each
/// by HubUrl's rule; checks certificates; sends no credentials, no cookies and no name of the user;
/// tries again after lost connections, 5xx, 408 and 429.
///
/// Threads: one. Failure: kInvalidArgument (the base URL), kNotFound (404), kUnavailable (refused,
/// unreachable, lost too often, a redirect that is not followed), kCorrupt (more or fewer bytes
/// than announced), kDiskFull, kIo, kCancelled.
class HubConnection {
 public:
  static Result<HubConnection> open(const HubOptions& options);
  ~HubConnection();
  HubConnection(HubConnection&&) noexcept;
  HubConnection& operator=(HubConnection&&) noexcept;

  /// The body of GET base/path, at most `most_bytes` of it.
  Result<std::string> get_text(const std::string& path, std::size_t most_bytes,
                               const std::stop_token& stop);

  struct Download {
    int fd = -1;                   ///< Open for writing; what it holds already is kept
    std::uint64_t size = 0;        ///< That the file will have
    std::filesystem::path name{};  ///< For messages
    std::function<void(std::uint64_t)> on_size{};  ///< Told how much there is now
  };
  /// Completes a file from GET base/path by asking for the bytes that it lacks. ok() when it has
  /// `size` bytes; on failure it keeps what has come, for the next call.
  Status get_file(const std::string& path, const Download& download, const std::stop_token& stop);

  [[nodiscard]] const HubUrl& url() const;

 private:
  class Impl;
  explicit HubConnection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dgx::model
