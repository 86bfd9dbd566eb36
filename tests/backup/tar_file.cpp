// SPDX-License-Identifier: Apache-2.0
#include "tests/backup/tar_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace dgx::test {
namespace {

// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format"
constexpr std::size_t kBlock = 512;
constexpr std::size_t kSizeAt = 124;
constexpr std::size_t kChecksumAt = 148;
constexpr std::size_t kTypeAt = 156;
constexpr std::size_t kLinkAt = 157;
constexpr std::size_t kMagicAt = 257;

std::string octal(std::uint64_t value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%0*llo", digits, static_cast<unsigned long long>(value));
  return text.data();
}

void put(std::string& header, std::size_t at, const std::string& text) {
  header.replace(at, text.size(), text);
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return bytes;
}

}  // namespace

std::vector<TarEntry> read_tar(const std::string& bytes) {
  std::vector<TarEntry> entries;
  for (std::size_t at = 0; at + kBlock <= bytes.size() && bytes[at] != '\0';) {
    TarEntry entry;
    entry.name = bytes.substr(at, 100).c_str();
    entry.type = bytes[at + kTypeAt];
    const std::size_t size = std::stoull(bytes.substr(at + kSizeAt, 12), nullptr, 8);
    entry.content = bytes.substr(at + kBlock, size);
    at += kBlock + (size + kBlock - 1) / kBlock * kBlock;
    entries.push_back(entry);
  }
  return entries;
}

std::string write_tar(const std::vector<TarEntry>& entries) {
  std::string bytes;
  for (const TarEntry& entry : entries) {
    std::string header(kBlock, '\0');
    put(header, 0, entry.name.substr(0, 100));
    put(header, 100, "0000600");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, kSizeAt, octal(entry.claimed_size.value_or(entry.content.size()), 11));
    put(header, 136, "00000000000");
    put(header, kChecksumAt, std::string(8, ' '));
    header[kTypeAt] = entry.type;
    put(header, kLinkAt, entry.link);
    put(header, kMagicAt,
        std::string("ustar\0"
                    "00",
                    8));
    const unsigned sum = std::accumulate(header.begin(), header.end(), 0U, [](unsigned s, char c) {
      return s + static_cast<unsigned char>(c);
    });
    put(header, kChecksumAt, octal(sum, 6));
    header[kChecksumAt + 6] = '\0';
    bytes += header + padded(entry.content);
  }
  return bytes + std::string(2 * kBlock, '\0');
}

}  // namespace dgx::test
