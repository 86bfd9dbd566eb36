// SPDX-License-Identifier: Apache-2.0
// Backups that nobody made with this program, and backups that were damaged on their way.
#include <sys/stat.h>

#include <algorithm>
#include <functional>

#include "generator/digest/sha256.hpp"
#include "generator/protocol/backup_manifest.hpp"
#include "tests/backup/studio.hpp"
#include "tests/backup/tar_file.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

using Entries = std::vector<TarEntry>;

/// A good backup, and an empty place to restore what is made of it.
class Forge {
 public:
  Forge() {
    take_id = studio.add_take("house-aaaa");
    bytes = read_bytes(studio.backed_up());
    entries = read_tar(bytes);
    write_bytes(victim(), "precious");
  }
  [[nodiscard]] fs::path victim() const { return target.place() / "victim"; }

  /// Refused, and nothing but the lock is left of the attempt.
  void check_refused(const std::string& forged, ErrorCode code = ErrorCode::kCorrupt) const {
    const fs::path file = target.place() / "forged.tar";
    write_bytes(file, forged);
    fs::remove_all(target.data());
    const auto summary = target.restore(file);
    REQUIRE_FALSE(summary);
    INFO(summary.error().message);
    CHECK(summary.error().code == code);
    CHECK(contents_of(target.data()) == std::map<std::string, std::string>{{"lock", ""}});
    CHECK(read_bytes(victim()) == "precious");
    fs::remove(file);
  }
  void check_refused(const Entries& forged) const { check_refused(write_tar(forged)); }

  [[nodiscard]] TarEntry& entry(const std::string& name) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const TarEntry& one) { return one.name == name; });
    REQUIRE(found != entries.end());
    return *found;
  }

  /// Changes the manifest as somebody would who knows how it is made.
  void change_manifest(const std::function<void(protocol::BackupManifest&)>& change) {
    auto manifest = protocol::decode_backup_manifest(entry("manifest.json").content);
    REQUIRE_OK(manifest);
    change(*manifest);
    entry("manifest.json").content = protocol::encode(*manifest);
  }

  Studio studio{};
  Studio target{};
  std::string take_id{};
  std::string bytes{};
  Entries entries{};
};

}  // namespace

TEST_CASE("A backup that is written by another tar is as good", "[backup]") {
  const Forge forge;
  const fs::path file = forge.target.place() / "same.tar";
  write_bytes(file, write_tar(forge.entries));
  fs::remove_all(forge.target.data());
  REQUIRE_OK(forge.target.restore(file));
}

TEST_CASE("A backup with an entry that leads elsewhere is refused", "[backup]") {
  Forge forge;
  const std::string name =
      GENERATE("../victim", "/tmp/victim", "takes/../../victim", "takes/..", "takes/",
               "takes/sub/file", ".restore", "takes/.hidden", "history.db-wal", "config.toml", "",
               "takes/a\nb", "./history.db");
  INFO(name);
  forge.entries.insert(forge.entries.begin(), TarEntry{name, "evil"});
  forge.check_refused(forge.entries);
}

TEST_CASE("A backup with anything but regular files is refused", "[backup]") {
  Forge forge;
  // Hard link, link, character and block device, folder, pipe, sparse file of GNU tar.
  const char type = GENERATE('1', '2', '3', '4', '5', '6', 'S');
  INFO(type);
  forge.entries.insert(forge.entries.begin(), TarEntry{"takes/x.wav", "", type, "../victim"});
  forge.check_refused(forge.entries);
}

TEST_CASE("A sparse file in the newer form of GNU tar is refused", "[backup]") {
  Forge forge;
  std::string extension;
  for (const std::string record :
       {"22 GNU.sparse.major=1\n", "22 GNU.sparse.minor=0\n", "27 GNU.sparse.name=takes/x\n",
        "36 GNU.sparse.realsize=100000000000\n"}) {
    REQUIRE(std::to_string(record.size()) == record.substr(0, 2));
    extension += record;
  }
  std::string map = "1\n0\n1\n";
  map.resize(512, '\0');
  forge.entries.insert(forge.entries.begin(), {TarEntry{"PaxHeaders/x", extension, 'x'},
                                               TarEntry{"takes/x", map + "x", '0'}});
  forge.check_refused(forge.entries);
}

TEST_CASE("A link that is written through is refused at the link", "[backup]") {
  Forge forge;
  forge.entries.insert(forge.entries.begin(),
                       {TarEntry{"takes/x.wav", "", '2', forge.victim().string()},
                        TarEntry{"takes/x.wav", "overwritten"}});
  forge.check_refused(forge.entries);
}

TEST_CASE("An entry that lies about its size is refused", "[backup]") {
  Forge forge;
  TarEntry& wav = forge.entry("takes/house-aaaa.wav");
  wav.claimed_size = GENERATE(0ULL, 1ULL, 512ULL, 100'000'000ULL, (1ULL << 33) - 1);
  forge.check_refused(forge.entries);
}

TEST_CASE("A backup that is cut off anywhere is refused", "[backup]") {
  const Forge forge;
  // The blocks behind the manifest are tar's mark of the end, of which nothing depends.
  const std::size_t end = forge.bytes.find("\"format\"");
  for (std::size_t size = 0; size < end; size += 9973) {
    CAPTURE(size);
    forge.check_refused(forge.bytes.substr(0, size));
  }
  forge.check_refused(forge.bytes.substr(0, end + 20));
}

TEST_CASE("A flipped bit is found wherever it has a meaning", "[backup]") {
  const Forge forge;
  int refused = 0;
  int attempts = 0;
  for (std::size_t at = 77; at < forge.bytes.size(); at += 4'999) {
    std::string damaged = forge.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const fs::path file = forge.target.place() / "damaged.tar";
    write_bytes(file, damaged);
    fs::remove_all(forge.target.data());
    const auto summary = forge.target.restore(file);
    ++attempts;
    if (!summary) {
      ++refused;
      continue;
    }
    // Only padding: what came back is what was there.
    INFO(at);
    for (const auto& [name, content] : contents_of(forge.studio.takes())) {
      if (name.ends_with(".json")) continue;  // Holds the place, which is another.
      CHECK(read_bytes(forge.target.takes() / name) == content);
    }
  }
  CHECK(refused > attempts / 2);
}

TEST_CASE("What is packed is not unpacked, so nothing can grow", "[backup]") {
  const Forge forge;
  forge.check_refused(std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10) + forge.bytes);
  forge.check_refused("\x28\xb5\x2f\xfd" + forge.bytes);
  forge.check_refused(std::string());
  forge.check_refused(std::string(1'000'000, '\0'));
  forge.check_refused(std::string(100'000, 'x'));
}

TEST_CASE("A manifest that is missing, doubled or wrong is refused", "[backup]") {
  Forge forge;
  const TarEntry manifest = forge.entry("manifest.json");
  SECTION("missing") {
    forge.entries.pop_back();
  }
  SECTION("doubled") {
    forge.entries.push_back(manifest);
  }
  SECTION("first") {
    std::rotate(forge.entries.begin(), forge.entries.end() - 1, forge.entries.end());
  }
  SECTION("not JSON") {
    forge.entry("manifest.json").content = "{";
  }
  SECTION("nested too deep") {
    forge.entry("manifest.json").content = std::string(100'000, '[');
  }
  SECTION("an array") {
    forge.entry("manifest.json").content = "[]";
  }
  SECTION("a wrong type") {
    forge.entry("manifest.json").content = R"({"format":1,"takes":{}})";
  }
  SECTION("without takes") {
    forge.change_manifest([](auto& changed) { changed.takes.clear(); });
  }
  SECTION("with another hash") {
    forge.change_manifest([](auto& changed) { changed.takes[0].files[0].sha256[0] ^= 1; });
  }
  SECTION("with another hash of the history") {
    forge.change_manifest([](auto& changed) { changed.history_sha256 = "x"; });
  }
  SECTION("with another size") {
    forge.change_manifest([](auto& changed) { ++changed.takes[0].files[0].size_bytes; });
  }
  SECTION("with a file that is not there") {
    forge.change_manifest([](auto& changed) {
      changed.takes[0].files.push_back({"../../victim", "/victim", 8, "x"});
    });
  }
  SECTION("with a file twice") {
    forge.change_manifest(
        [](auto& changed) { changed.takes[0].files.push_back(changed.takes[0].files[0]); });
  }
  SECTION("with a take that the history does not know") {
    forge.change_manifest([](auto& changed) { changed.takes.push_back({"unknown", {}}); });
  }
  SECTION("with another name for a take") {
    forge.change_manifest([](auto& changed) { changed.takes[0].take_id = "unknown"; });
  }
  forge.check_refused(forge.entries);
}

TEST_CASE("A file that the manifest does not name is refused", "[backup]") {
  Forge forge;
  forge.entries.insert(forge.entries.begin(), TarEntry{"takes/extra.wav", "evil"});
  forge.check_refused(forge.entries);
}

TEST_CASE("A name that stands there twice is refused", "[backup]") {
  Forge forge;
  forge.entries.insert(forge.entries.begin(), forge.entry("takes/house-aaaa.wav"));
  forge.check_refused(forge.entries);
}

TEST_CASE("A backup of a newer program says so", "[backup]") {
  Forge forge;
  forge.change_manifest([](auto& changed) { changed.format = 2; });
  forge.check_refused(write_tar(forge.entries), ErrorCode::kUnsupportedVersion);
}

TEST_CASE("A history that is none is refused, though every hash is right", "[backup]") {
  Forge forge;
  TarEntry& history = forge.entry("history.db");
  SECTION("no database") {
    history.content = std::string(8192, 'x');
  }
  SECTION("nothing") {
    history.content.clear();
  }
  SECTION("cut off") {
    history.content.resize(history.content.size() - 4096);
  }
  SECTION("a damaged page") {
    history.content.replace(history.content.size() - 4096, 4096, 4096, '\xA5');
  }
  const std::string hash = sha256_of(history.content);
  forge.change_manifest([&](auto& changed) { changed.history_sha256 = hash; });
  forge.check_refused(forge.entries);
}

TEST_CASE("A file that is no file is refused without waiting", "[backup]") {
  const Forge forge;
  const fs::path file = forge.target.place() / "backup.tar";
  SECTION("a pipe") {
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  }
  SECTION("a folder") {
    fs::create_directory(file);
  }
  SECTION("nothing") {}
  const auto summary = forge.target.restore(file);
  CHECK_FALSE(summary);
}
