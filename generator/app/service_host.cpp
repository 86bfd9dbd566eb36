// SPDX-License-Identifier: Apache-2.0
#include "generator/app/service_host.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "generator/app/engine_command.hpp"
#include "generator/app/history_file.hpp"
#include "generator/app/manager_link.hpp"
#include "generator/base/log.hpp"
#include "generator/digest/sha256.hpp"
#include "generator/history/history_store.hpp"
#include "generator/http/listener.hpp"
#include "generator/http/server.hpp"
#include "generator/http/tcp_gate.hpp"
#include "generator/jobs/data_lock.hpp"
#include "generator/jobs/scheduler.hpp"
#include "generator/model/store/catalogue.hpp"
#include "generator/model/store/machine_fit.hpp"
#include "generator/protocol/endpoint.hpp"

namespace dgx::app {
namespace {

using namespace std::chrono_literals;
using history::HistoryStore;
using history::OpenMode;

// Whoever asks for a change is told sooner that the database is locked than the export chain gives
// a finished take up.
constexpr auto kDoorPatience = 2000ms;

// A service that was killed while it started its engine has the folder until the engine has begun:
// the child has all its descriptors up to then.
constexpr auto kLockPatience = 1000ms;

// A thousand event streams need as many descriptors; the usual limit is 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("the limit of open files stays low");
}

// What is in the memory of the service and of its engines, who inherit the limit: prompts and the
// token. systemd-coredump keeps nothing where the limit is 0.
void forbid_core_files() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) log::warning("core files cannot be forbidden");
}

struct Stores {
  HistoryStore runner;
  HistoryStore writer;
  HistoryStore reader;
  HistoryStore files;
};

Result<Stores> open_stores(const std::filesystem::path& file) {
  auto runner = HistoryStore::open(file, OpenMode::kReadWrite);
  if (!runner) return std::move(runner).error();
  auto writer = HistoryStore::open(file, OpenMode::kReadWrite, {kDoorPatience});
  if (!writer) return std::move(writer).error();
  auto reader = HistoryStore::open(file, OpenMode::kReadOnly, {kDoorPatience});
  if (!reader) return std::move(reader).error();
  auto files = HistoryStore::open(file, OpenMode::kReadOnly, {kDoorPatience});
  if (!files) return std::move(files).error();
  return Stores{*std::move(runner), *std::move(writer), *std::move(reader), *std::move(files)};
}

struct Sockets {
  UniqueFd local;
  bool inherited = false;
  UniqueFd tcp;
  std::string token;
};

Result<Sockets> open_sockets(const Places& places, const ServiceOptions& options) {
  auto local = http::inherited_socket();
  if (!local) return std::move(local).error();
  Sockets sockets{*std::move(local), false, {}, {}};
  sockets.inherited = sockets.local.valid();
  if (!sockets.inherited) {
    auto own = http::listen_on_socket(places.runtime, protocol::kSocketName);
    if (!own) return std::move(own).error();
    sockets.local = *std::move(own);
  }
  if (!options.tcp_port) return sockets;
  auto token = http::make_token(places.runtime / protocol::kTokenName);
  if (!token) return std::move(token).error();
  sockets.token = *std::move(token);
  auto tcp = http::listen_on_loopback(*options.tcp_port);
  if (!tcp) return std::move(tcp).error();
  sockets.tcp = *std::move(tcp);
  log::warning(
      "calls over TCP are taken at 127.0.0.1:" + std::to_string(http::port_of(sockets.tcp)) +
      "; their token is in " + (places.runtime / protocol::kTokenName).string());
  return sockets;
}

jobs::SchedulerOptions scheduler_options(const Settings& settings) {
  jobs::SchedulerOptions options;
  options.jobs.output = {settings.places.data, settings.allowed_roots};
  options.jobs.embed_receipts = settings.embed_receipts;
  options.gpu_hold.on = settings.gpu_free_while_rolling;
  return options;
}

}  // namespace

struct ServiceHost::Parts {
  Parts(jobs::DataLock held, Stores opened, const Settings& settings)
      : lock(std::move(held)),
        stores(std::move(opened)),
        renderer(engine_command(settings)),
        adviser(engine_command(settings)),
        scheduler(stores.runner, renderer, scheduler_options(settings),
                  [this] {
                    if (server) server->notify();
                  }),
        writer(stores.writer, adviser, scheduler, scheduler_options(settings).jobs),
        insertions(stores.writer, {settings.places.runtime / "ardour"}),
        reader(stores.reader, scheduler),
        file_reader(stores.files, scheduler) {}

  void serve(Sockets sockets, ManagerLink link, const Settings& settings,
             const ServiceOptions& options) {
    manager = std::move(link);
    if (!sockets.inherited) socket_file = protocol::socket_path(settings.places);
    http::ServerOptions server_options;
    server_options.unix_socket = std::move(sockets.local);
    server_options.tcp_socket = std::move(sockets.tcp);
    server_options.tcp_token = std::move(sockets.token);
    server_options.idle_exit = options.idle_exit;
    if (manager.is_there()) server_options.beat = [this] { manager.beat(); };
    server_options.beat_every = manager.beat_every();
    server = std::make_unique<http::Server>(
        std::move(server_options),
        http::ServiceParts{reader, writer, file_reader, scheduler, insertions, settings.places.data,
                           settings_hash(settings), options.idle_exit,
                           model::describe_known_models(model::computes_on_card(settings.device))});
  }

  jobs::DataLock lock;
  Stores stores;
  jobs::EngineSupervisor renderer;
  jobs::EngineSupervisor adviser;
  jobs::Scheduler scheduler;
  jobs::JobWriter writer;
  jobs::InsertionDesk insertions;
  jobs::JobReader reader;
  jobs::JobReader file_reader;
  ManagerLink manager{};
  std::filesystem::path socket_file{};  // Empty where systemd has the socket.
  std::unique_ptr<http::Server> server{};
};

ServiceHost::ServiceHost(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ServiceHost::~ServiceHost() = default;

Result<std::unique_ptr<ServiceHost>> ServiceHost::open(const Settings& settings,
                                                       const ServiceOptions& options) {
  raise_descriptor_limit();
  forbid_core_files();
  ManagerLink manager = ManagerLink::from_environment();
  auto lock = jobs::DataLock::acquire_within(settings.places.data, kLockPatience);
  if (!lock) return std::move(lock).error();
  auto stores = open_stores(history_file(settings));
  if (!stores) return std::move(stores).error();
  auto parts = std::make_unique<Parts>(*std::move(lock), *std::move(stores), settings);
  const auto recovered = parts->scheduler.recover();
  if (!recovered) return recovered.error();
  if (*recovered > 0)
    log::info(std::to_string(*recovered) + " interrupted jobs are taken up again");
  auto sockets = open_sockets(settings.places, options);
  if (!sockets) return std::move(sockets).error();
  parts->serve(*std::move(sockets), std::move(manager), settings, options);
  return std::unique_ptr<ServiceHost>(new ServiceHost(std::move(parts)));
}

void ServiceHost::run(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { parts_->server->stop(); });
  std::thread runner([this] { parts_->scheduler.work(); });
  parts_->server->run();
  // The name goes before the lock does: a client that finds none starts a service of its own.
  if (!parts_->socket_file.empty()) ::unlink(parts_->socket_file.c_str());
  parts_->scheduler.shut_down();
  runner.join();
}

std::string settings_hash(const Settings& settings) {
  const jobs::EngineCommand engine = engine_command(settings);
  std::string text = engine.executable.string() + '\n' + (settings.embed_receipts ? "1" : "0") +
                     (settings.gpu_free_while_rolling ? "1" : "0") + '\n' +
                     settings.places.config.string() + '\n' + settings.places.data.string();
  for (const auto& argument : engine.arguments) text += '\n' + argument;
  for (const auto& root : settings.allowed_roots) text += '\n' + root.string();
  return sha256_of(text).substr(0, 16);
}

}  // namespace dgx::app
