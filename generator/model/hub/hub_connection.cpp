// SPDX-License-Identifier: Apache-2.0
#include "generator/model/hub/hub_connection.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "generator/base/directory.hpp"
#include "generator/base/utf8.hpp"
#include "generator/base/version.hpp"
#include "generator/model/musicgen/bounded_file.hpp"

namespace dgx::model {
namespace {

constexpr int kMostRedirects = 5;
// An attempt that brought this much was worth it: count from the start again.
constexpr std::uint64_t kWorthwhileBytes = 65'536;

/// Receives the body of a 200 or 206, and hears before it which of the two and from which byte.
class Body {
 public:
  virtual ~Body() = default;
  virtual Status begin(std::uint64_t first_byte) = 0;
  virtual Status write(std::string_view bytes) = 0;
};

class TextBody final : public Body {
 public:
  explicit TextBody(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  std::string take() { return std::move(text_); }

  Status begin(std::uint64_t) override {
    text_.clear();
    return ok();
  }
  Status write(std::string_view bytes) override {
    if (bytes.size() > most_bytes_ - text_.size()) {
      return Error{ErrorCode::kCorrupt,
                   "the hub's answer may have " + std::to_string(most_bytes_) + " bytes, got more"};
    }
    text_ += bytes;
    return ok();
  }

 private:
  std::size_t most_bytes_;
  std::string text_{};
};

class FileBody final : public Body {
 public:
  explicit FileBody(const HubConnection::Download& download, std::uint64_t size_now)
      : download_(download), position_(size_now) {}
  [[nodiscard]] std::uint64_t position() const { return position_; }

  Status begin(std::uint64_t first_byte) override {
    if (first_byte == position_) return ok();
    if (first_byte == 0) return start_over();  // As servers do that know no ranges
    return Error{ErrorCode::kCorrupt,
                 download_.name.string() + " was asked for from byte " + std::to_string(position_) +
                     ", and the hub sends it from " + std::to_string(first_byte)};
  }
  Status write(std::string_view bytes) override {
    if (bytes.size() > download_.size - position_) {
      return Error{ErrorCode::kCorrupt, download_.name.string() + " must have " +
                                            std::to_string(download_.size) +
                                            " bytes, and the hub sends more"};
    }
    while (!bytes.empty()) {
      const ::ssize_t written =
          ::pwrite(download_.fd, bytes.data(), bytes.size(), static_cast<::off_t>(position_));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return error_from_errno(errno, "cannot write " + download_.name.string());
      position_ += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (download_.on_size) download_.on_size(position_);
    return ok();
  }
  Status start_over() {
    position_ = 0;
    if (::ftruncate(download_.fd, 0) == 0) return ok();
    return error_from_errno(errno, "cannot empty " + download_.name.string());
  }

 private:
  const HubConnection::Download& download_;
  std::uint64_t position_;
};

/// "bytes 100-199/200": the first number.
std::optional<std::uint64_t> first_byte_of(std::string_view range) {
  constexpr std::string_view kUnit = "bytes ";
  if (!range.starts_with(kUnit)) return std::nullopt;
  range.remove_prefix(kUnit.size());
  std::uint64_t first = 0;
  const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), first);
  if (error != std::errc() || end == range.data() + range.size() || *end != '-') {
    return std::nullopt;
  }
  return first;
}

/// One request and what came of it.
struct Transfer {
  CURL* handle = nullptr;
  Body* body = nullptr;
  const std::stop_token* stop = nullptr;
  bool begun = false;
  std::optional<Error> refusal{};  ///< Why our side ended it

  [[nodiscard]] long status() const {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }
  [[nodiscard]] Result<std::uint64_t> first_byte() const {
    if (status() == 200) return std::uint64_t{0};
    curl_header* header = nullptr;
    const bool found =
        curl_easy_header(handle, "Content-Range", 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    const auto first = found ? first_byte_of(header->value) : std::nullopt;
    if (first) return *first;
    return Error{ErrorCode::kCorrupt, "the hub sends a part of a file without saying which"};
  }
  Status take(std::string_view bytes) {
    if (status() != 200 && status() != 206) return ok();  // The page of an error
    if (!std::exchange(begun, true)) {
      const Result<std::uint64_t> first = first_byte();
      if (!first) return first.error();
      if (Status started = body->begin(*first); !started) return started;
    }
    return body->write(bytes);
  }
};

std::size_t on_bytes(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const Status taken = transfer.take({bytes, count});
  if (taken) return count;
  transfer.refusal = taken.error();
  return CURL_WRITEFUNC_ERROR;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(user)->stop->stop_requested() ? 1 : 0;
}

Error cancelled() {
  return {ErrorCode::kCancelled, "stopped while fetching"};
}

/// How an attempt ended that did not succeed.
struct Failure {
  Error error;
  bool may_pass = false;  ///< Trying again may help
};

Failure failure_of_status(long status, const std::string& url) {
  const std::string words = url + " answered " + std::to_string(status);
  if (status == 404 || status == 410) return {{ErrorCode::kNotFound, words + " (not found)"}};
  if (status == 401 || status == 403) return {{ErrorCode::kUnavailable, words + " (not allowed)"}};
  const bool may_pass = status >= 500 || status == 408 || status == 429;
  return {{ErrorCode::kUnavailable, words}, may_pass};
}

Failure failure_of_curl(CURLcode code, const std::string& detail, const std::string& url) {
  const std::string reason = detail.empty() ? curl_easy_strerror(code) : detail;
  const bool hopeless = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
                        code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_UNSUPPORTED_PROTOCOL ||
                        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
  return {{ErrorCode::kUnavailable, "cannot fetch " + url + ": " + escaped_for_terminal(reason)},
          !hopeless};
}

/// Waits without holding up an interrupt.
void pause(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
}

/// Decides after a failed attempt whether there is another one, and waits before it.
class Patience {
 public:
  explicit Patience(const HubOptions& options)
      : options_(options), left_(options.attempts), pause_(options.first_pause) {}

  void refill() {
    left_ = options_.attempts;
    pause_ = options_.first_pause;
  }
  bool try_again(const Failure& failure, const std::stop_token& stop) {
    if (!failure.may_pass || --left_ <= 0) return false;
    pause(pause_, stop);
    pause_ *= 2;
    return !stop.stop_requested();
  }

 private:
  const HubOptions& options_;
  int left_;
  std::chrono::milliseconds pause_;
};

}  // namespace

class HubConnection::Impl {
 public:
  Impl(HubUrl url, HubOptions options)
      : url_(std::move(url)),
        options_(std::move(options)),
        handle_(curl_easy_init(), &curl_easy_cleanup) {}

  [[nodiscard]] bool ready() const { return handle_ != nullptr; }
  [[nodiscard]] const HubUrl& url() const { return url_; }

  Result<std::string> get_text(const std::string& path, std::size_t most_bytes,
                               const std::stop_token& stop) {
    TextBody body(most_bytes);
    Patience patience(options_);
    for (;;) {
      const auto failure = attempt(path, 0, body, stop);
      if (!failure) return body.take();
      if (!patience.try_again(*failure, stop)) return ended(*failure, stop);
    }
  }

  Status get_file(const std::string& path, const Download& download, const std::stop_token& stop) {
    const auto size_now = musicgen::file_size(download.fd, download.name);
    if (!size_now) return size_now.error();
    FileBody body(download, *size_now);
    if (*size_now > download.size) {
      if (Status emptied = body.start_over(); !emptied) return emptied;
    }
    Patience patience(options_);
    std::uint64_t farthest = body.position();  // Starting over again and again is no progress.
    while (body.position() < download.size) {
      const std::uint64_t before = body.position();
      auto failure = attempt(path, before, body, stop);
      if (!failure) failure = too_short(body.position(), download);
      if (!failure) break;
      if (failure->error.code == ErrorCode::kCorrupt && !failure->may_pass) {
        static_cast<void>(body.start_over());  // Not to be gone on from.
      }
      if (body.position() >= farthest + kWorthwhileBytes) {
        farthest = body.position();
        patience.refill();
      }
      if (!patience.try_again(*failure, stop)) return ended(*failure, stop);
    }
    return ok();
  }

 private:
  static Error ended(const Failure& failure, const std::stop_token& stop) {
    return stop.stop_requested() ? cancelled() : failure.error;
  }

  static std::optional<Failure> too_short(std::uint64_t position, const Download& download) {
    if (position >= download.size) return std::nullopt;
    return Failure{{ErrorCode::kCorrupt,
                    download.name.string() + " must have " + std::to_string(download.size) +
                        " bytes, and the hub sent " + std::to_string(position)},
                   true};
  }

  /// Nothing where the body came whole, as far as the connection can tell.
  std::optional<Failure> attempt(const std::string& path, std::uint64_t from, Body& body,
                                 const std::stop_token& stop) {
    std::string url = url_.text() + path;
    for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
      Transfer transfer{handle_.get(), &body, &stop};
      if (auto failure = request(url, from, transfer)) return failure;
      const long status = transfer.status();
      if (status == 200 || status == 206) return std::nullopt;
      if (status == 416) return range_refused(url);
      char* target = nullptr;
      curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &target);
      if (status < 300 || status > 399 || target == nullptr) return failure_of_status(status, url);
      if (Status allowed = url_.check_redirect(target); !allowed) return Failure{allowed.error()};
      url = target;
    }
    return Failure{{ErrorCode::kUnavailable, url_.text() + path + " redirects more than " +
                                                 std::to_string(kMostRedirects) + " times"}};
  }

  static Failure range_refused(const std::string& url) {
    return {{ErrorCode::kCorrupt, url + " holds fewer bytes than the hub's list of files says"}};
  }

  /// One request without redirects.
  std::optional<Failure> request(const std::string& url, std::uint64_t from, Transfer& transfer) {
    CURL* handle = handle_.get();
    curl_easy_reset(handle);
    std::string detail(CURL_ERROR_SIZE, '\0');
    const std::string range = std::to_string(from) + "-";
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, url_.is_loopback() ? "https,http" : "https");
    if (url_.is_loopback()) curl_easy_setopt(handle, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    if (from > 0) curl_easy_setopt(handle, CURLOPT_RANGE, range.c_str());
    curl_easy_setopt(handle, CURLOPT_USERAGENT, (std::string("dgx-music/") + kVersion).c_str());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT,
                     static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(options_.stall_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail.data());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
    const CURLcode code = curl_easy_perform(handle);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
    if (transfer.refusal) return Failure{*transfer.refusal};
    if (code == CURLE_OK) return std::nullopt;
    if (code == CURLE_ABORTED_BY_CALLBACK) return Failure{cancelled()};
    detail.resize(
        std::min(detail.find('\0'), detail.size()));  // libcurl ends its sentence as C does.
    return failure_of_curl(code, detail, url);
  }

  HubUrl url_;
  HubOptions options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_;
};

HubConnection::HubConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HubConnection::~HubConnection() = default;
HubConnection::HubConnection(HubConnection&&) noexcept = default;
HubConnection& HubConnection::operator=(HubConnection&&) noexcept = default;

Result<HubConnection> HubConnection::open(const HubOptions& options) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  Result<HubUrl> url = HubUrl::parse(options.base_url);
  if (!url) return url.error();
  auto impl = std::make_unique<Impl>(*std::move(url), options);
  if (started != CURLE_OK || !impl->ready()) {
    return Error{ErrorCode::kInternal, "libcurl cannot be started"};
  }
  return HubConnection(std::move(impl));
}

Result<std::string> HubConnection::get_text(const std::string& path, std::size_t most_bytes,
                                            const std::stop_token& stop) {
  return impl_->get_text(path, most_bytes, stop);
}

Status HubConnection::get_file(const std::string& path, const Download& download,
                               const std::stop_token& stop) {
  return impl_->get_file(path, download, stop);
}

const HubUrl& HubConnection::url() const {
  return impl_->url();
}

}  // namespace dgx::model
