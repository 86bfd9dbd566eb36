// SPDX-License-Identifier: Apache-2.0
#include "plugin/client/transport_reporter.hpp"

#include <condition_variable>
#include <mutex>

#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace dgx;
using namespace dgx::plugin;
using namespace dgx::test;
using namespace std::chrono_literals;

namespace {

client::ClientOptions options_of(const std::filesystem::path& socket) {
  client::ClientOptions options;
  options.socket = socket;
  return options;
}

/// Whether the service knows of a host that plays, as somebody else is told.
bool plays(const TestService& service) {
  const client::GeneratorClient other(options_of(service.socket()));
  const auto view = other.report_transport({"somebody else", "the test", false});
  REQUIRE_OK(view);
  return view->rolling;
}

}  // namespace

TEST_CASE("A service hears that the host plays, and when it has stopped", "[plugin]") {
  const TestService service;
  TransportNews news(options_of(service.socket()), "Ardour");
  TransportNews::TimePoint now{};
  news.look(0, now);
  CHECK_FALSE(plays(service));
  news.look(7, now += 1s);
  CHECK(plays(service));
  news.look(7, now += 1s);  // The host has gone on, or runs the plugin no more.
  CHECK_FALSE(plays(service));
  news.look(9, now += 1s);
  news.withdraw();
  CHECK_FALSE(plays(service));
}

TEST_CASE("A service whose setting is off is left in peace while the host plays on", "[plugin]") {
  const TestService service;
  const auto answers = [&] {
    const std::string metrics = service.call("GET", "/metrics").body;
    const std::string name = "http_answers_total{class=\"2xx\"} ";
    return std::stoi(metrics.substr(metrics.find(name) + name.size()));
  };
  TransportNews news(options_of(service.socket()), "Ardour");
  TransportNews::TimePoint now{};
  std::uint64_t blocks = 0;
  const int before = answers();
  news.look(++blocks, now);
  CHECK(answers() == before + 2);  // The report, and the question before
  for (int second = 1; second < 30; ++second) news.look(++blocks, now += 1s);
  CHECK(answers() == before + 3);
  news.look(++blocks, now += 1s);
  CHECK(answers() == before + 5);
}

TEST_CASE("Where no service runs, nothing is started and nothing is taken back", "[plugin]") {
  const TempDir folder;
  TransportNews news(options_of(folder / "api.sock"), "Ardour");
  TransportNews::TimePoint now{};
  news.look(3, now);
  news.look(3, now += 1s);
  news.withdraw();
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A reporter looks from its beginning to its end, and not before", "[plugin]") {
  std::mutex mutex;
  std::condition_variable looked;
  std::uint64_t looks = 0;
  const TestService service;
  ServiceAddress address;
  address.client.socket = service.socket();
  {
    TransportReporter reporter(address, [&] {
      const std::lock_guard lock(mutex);
      looked.notify_all();
      return ++looks;
    });
    {
      const std::lock_guard lock(mutex);
      CHECK(looks == 0);
    }
    reporter.begin();
    reporter.begin();
    std::unique_lock lock(mutex);
    CHECK(looked.wait_for(lock, 60s, [&] { return looks >= 2; }));
  }
  CHECK_FALSE(plays(service));
}

TEST_CASE("The name of a host is for people", "[plugin]") {
  CHECK(host_name() == "test_plugin_client");
}
