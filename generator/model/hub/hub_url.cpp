// SPDX-License-Identifier: Apache-2.0
#include "generator/model/hub/hub_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "generator/base/utf8.hpp"

namespace dgx::model {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::optional<Url> parse_url(const std::string& text) {
  Url url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  return url;
}

/// Empty where the URL has no such part.
std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  return owned.get();
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host == "127.0.0.1";
}

bool is_plain_loopback(const Url& url) {
  return part_of(url, CURLUPART_SCHEME) == "http" && is_this_machine(part_of(url, CURLUPART_HOST));
}

bool has_more_than_a_place(const Url& url) {
  constexpr std::array kParts = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                 CURLUPART_FRAGMENT};
  return std::ranges::any_of(kParts,
                             [&url](CURLUPart part) { return !part_of(url, part).empty(); });
}

}  // namespace

Result<HubUrl> HubUrl::parse(const std::string& text) {
  const auto url = parse_url(text);
  const bool plain_loopback = url && is_plain_loopback(*url);
  const bool right = url && !has_more_than_a_place(*url) &&
                     (plain_loopback || part_of(*url, CURLUPART_SCHEME) == "https");
  if (!right) {
    return Error{ErrorCode::kInvalidArgument,
                 "hub_url must be an https address such as https://huggingface.co (http only on "
                 "this machine), got \"" +
                     escaped_for_terminal(text) + "\""};
  }
  std::string place = text;
  while (place.ends_with('/')) place.pop_back();
  return HubUrl(std::move(place), plain_loopback);
}

Status HubUrl::check_redirect(const std::string& target) const {
  const auto url = parse_url(target);
  const bool secure = url && part_of(*url, CURLUPART_SCHEME) == "https";
  if (secure || (url && plain_loopback_ && is_plain_loopback(*url))) return ok();
  return Error{ErrorCode::kUnavailable, text_ + " redirects to " + escaped_for_terminal(target) +
                                            ", which is not https and is not followed"};
}

std::string url_component(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string escaped;
  for (const char character : text) {
    if (kPlain.find(character) != std::string_view::npos) {
      escaped += character;
      continue;
    }
    const auto byte = static_cast<unsigned char>(character);
    escaped += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return escaped;
}

}  // namespace dgx::model
