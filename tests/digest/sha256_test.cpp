// SPDX-License-Identifier: Apache-2.0
#include "generator/digest/sha256.hpp"

#include <fstream>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::Sha256;
using dgx::sha256_of;
using dgx::sha256_of_file;

// NIST, "Secure hashing: example values" and FIPS 180-2, appendix B.
constexpr const char* kDigestOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kDigestOfMillionA =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST_CASE("A text has the digest that NIST gives for it", "[digest]") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == kDigestOfAbc);
  CHECK(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("The digest does not depend on the pieces that the data comes in", "[digest]") {
  const std::string text(1'000'000, 'a');
  const std::size_t piece = GENERATE(1U, 63U, 64U, 65U, 999'999U);
  Sha256 digest;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    digest.update(std::string_view(text).substr(at, piece));
  }
  CHECK(digest.hex_digest() == kDigestOfMillionA);
}

TEST_CASE("A file has the digest of its bytes", "[digest]") {
  const dgx::test::TempDir folder;
  std::ofstream(folder / "large", std::ios::binary) << std::string(1'000'000, 'a');

  const auto digest = sha256_of_file(folder / "large");

  REQUIRE_OK(digest);
  CHECK(*digest == kDigestOfMillionA);
}

TEST_CASE("A file that is not there is told by name", "[digest]") {
  const dgx::test::TempDir folder;

  const auto digest = sha256_of_file(folder / "missing");

  REQUIRE_FALSE(digest.has_value());
  CHECK(digest.error().code == dgx::ErrorCode::kNotFound);
  CHECK_THAT(digest.error().message, Catch::Matchers::Contains("missing"));
}
