// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "generator/base/result.hpp"

namespace dgx::model {

/// The address of a hub, and the rule where its redirects may lead: https anywhere, and plain http
/// only where the hub itself is http on this machine (for tests and for a mirror of one's own),
/// and then only to this machine.
class HubUrl {
 public:
  /// "https://huggingface.co", "http://127.0.0.1:8000": no user, password, query or fragment.
  /// Failure: kInvalidArgument.
  static Result<HubUrl> parse(const std::string& text);

  /// Without a slash at the end.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_loopback() const { return plain_loopback_; }

  /// ok() where a redirect to `target` may be followed. Failure: kUnavailable, which names both.
  [[nodiscard]] Status check_redirect(const std::string& target) const;

 private:
  HubUrl(std::string text, bool plain_loopback)
      : text_(std::move(text)), plain_loopback_(plain_loopback) {}

  std::string text_;
  bool plain_loopback_;
};

/// One component of a path, with what has a meaning in URLs as %XX.
std::string url_component(std::string_view text);

}  // namespace dgx::model
