// SPDX-License-Identifier: Apache-2.0
#include "generator/app/settings.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::app::read_settings;

namespace {

using Variables = std::map<std::string, std::string>;

/// Sets environment variables for a scope; an empty value unsets.
class Environment {
 public:
  explicit Environment(const Variables& values) {
    for (const auto& [name, value] : values) {
      const char* before = std::getenv(name.c_str());
      before_[name] = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
      set(name, value.empty() ? std::nullopt : std::optional(value));
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::map<std::string, std::optional<std::string>> before_{};
};

struct Home {
  dgx::test::TempDir folder{};
  Environment environment{{{"HOME", folder.path().string()},
                           {"XDG_DATA_HOME", ""},
                           {"XDG_CONFIG_HOME", ""},
                           {"XDG_RUNTIME_DIR", ""},
                           {"DGX_MUSIC_DATA_DIR", ""},
                           {"DGX_MUSIC_CONFIG_DIR", ""},
                           {"DGX_MUSIC_RUNTIME_DIR", ""},
                           {"DGX_MUSIC_ALLOWED_ROOTS", ""},
                           {"DGX_MUSIC_SOUNDFONT", ""},
                           {"DGX_MUSIC_EMBED_RECEIPTS", ""},
                           {"DGX_MUSIC_HUB_URL", ""},
                           {"DGX_MUSIC_ENGINE", ""}}};

  void write_config(const std::string& text) const {
    std::filesystem::create_directories(folder / ".config/dgx-music");
    std::ofstream(folder / ".config/dgx-music/config.toml") << text;
  }
  [[nodiscard]] std::string refusal(const std::string& config) const {
    write_config(config);
    const auto settings = read_settings();
    REQUIRE_FALSE(settings);
    return settings.error().message;
  }
};

}  // namespace

TEST_CASE("Without a file and without variables there are defaults in the home folder", "[app]") {
  const Home home;
  const auto settings = read_settings();
  REQUIRE_OK(settings);
  CHECK(settings->places.data == home.folder / ".local/share/dgx-music");
  CHECK(settings->allowed_roots.empty());
  CHECK(settings->soundfont.empty());
  CHECK(settings->embed_receipts);
  CHECK(settings->hub_url == "https://huggingface.co");
  CHECK(settings->engine.filename() == "dgx-music-engine");
  CHECK(settings->engine.is_absolute());
}

TEST_CASE("The file is read, and ~ is the home folder", "[app]") {
  const Home home;
  home.write_config(
      "allowed_roots = [\"~/Music\", \"/srv/audio\"]\nembed_receipts = false\n"
      "soundfont = \"/usr/share/sounds/my.sf2\"\nhub_url = \"https://mirror.example\"\n"
      "device = \"cpu\"\ngpu_free_while_rolling = true\nunload_after = 60\nidle_exit = 30\n");
  const auto settings = read_settings();
  REQUIRE_OK(settings);
  REQUIRE(settings->allowed_roots.size() == 2);
  CHECK(settings->allowed_roots[0] == home.folder / "Music");
  CHECK(settings->allowed_roots[1] == "/srv/audio");
  CHECK_FALSE(settings->embed_receipts);
  CHECK(settings->soundfont == "/usr/share/sounds/my.sf2");
  CHECK(settings->hub_url == "https://mirror.example");
  CHECK(settings->device == "cpu");
  CHECK(settings->gpu_free_while_rolling);
  CHECK(settings->unload_after == 60);
  CHECK(settings->idle_exit == 30);
}

TEST_CASE("The environment wins over the file", "[app]") {
  const Home home;
  home.write_config("allowed_roots = [\"~/Music\"]\nembed_receipts = true\n");
  const Environment more({{"DGX_MUSIC_ALLOWED_ROOTS", "/a:/b"},
                          {"DGX_MUSIC_EMBED_RECEIPTS", "false"},
                          {"DGX_MUSIC_HUB_URL", "http://127.0.0.1:8000"},
                          {"DGX_MUSIC_DATA_DIR", "/var/takes"}});
  const auto settings = read_settings();
  REQUIRE_OK(settings);
  CHECK(settings->allowed_roots == std::vector<std::filesystem::path>{"/a", "/b"});
  CHECK_FALSE(settings->embed_receipts);
  CHECK(settings->hub_url == "http://127.0.0.1:8000");
  CHECK(settings->places.data == "/var/takes");
}

TEST_CASE("Every mistake in the file is told with its file, line and key", "[app]") {
  const Home home;
  const std::string file = (home.folder / ".config/dgx-music/config.toml").string();
  CHECK(home.refusal("\nvolume = 11\n") ==
        file +
            " line 2: no setting is called volume; there are allowed_roots, soundfont, "
            "embed_receipts, hub_url, device, gpu_free_while_rolling, unload_after and idle_exit");
  CHECK(home.refusal("soundfont = 7") == file + " line 1: soundfont must be a path as text");
  CHECK(home.refusal("soundfont = \"my.sf2\"") ==
        file + " line 1: soundfont must be an absolute path, got my.sf2");
  CHECK(home.refusal("embed_receipts = \"yes\"") ==
        file + " line 1: embed_receipts must be true or false");
  CHECK(home.refusal("allowed_roots = \"/a\"") ==
        file + " line 1: allowed_roots must be a list of folders");
  CHECK(home.refusal("allowed_roots = [\"/a\", 7]") ==
        file + " line 1: allowed_roots must hold folders as text");
  CHECK(home.refusal("device = 1") == file + " line 1: device must be auto, cpu, cuda or cuda:N");
  CHECK(home.refusal("unload_after = -1") ==
        file + " line 1: unload_after must be 0 to 1000000 seconds");
  CHECK(home.refusal("idle_exit = 0") == file + " line 1: idle_exit must be 1 to 1000000 seconds");
  CHECK(home.refusal("hub_url = 1") == file + " line 1: hub_url must be an address as text");
  CHECK(home.refusal("a = [1,\n\n").starts_with(file + " line "));
}

TEST_CASE("Variables that make no sense are named", "[app]") {
  const Home home;
  const auto refused = [](const std::string& name, const std::string& value) {
    const Environment more(Variables{{name, value}});
    const auto settings = read_settings();
    REQUIRE_FALSE(settings);
    return settings.error().message;
  };
  CHECK(refused("DGX_MUSIC_DATA_DIR", "relative") ==
        "DGX_MUSIC_DATA_DIR must be an absolute path, got relative");
  CHECK(refused("DGX_MUSIC_ALLOWED_ROOTS", "/a:b") ==
        "DGX_MUSIC_ALLOWED_ROOTS must be an absolute path, got b");
  CHECK(refused("DGX_MUSIC_EMBED_RECEIPTS", "maybe") ==
        "DGX_MUSIC_EMBED_RECEIPTS must be true or false, got maybe");
  const Environment homeless(Variables{{"HOME", ""}});
  CHECK_FALSE(read_settings());
}
