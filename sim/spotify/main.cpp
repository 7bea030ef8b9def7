// spotify-sim: the simulated Spotify on a loopback port, for the demo, the end-to-end tests and for trying things out.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "crypto/os_random.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "sim/spotify/controls.h"
#include "sim/spotify/simulator.h"

namespace {

struct Options {
  uint16_t port = 0;
  std::string regime = "dev2026";
  std::string refresh_mode = "never";
  std::string consent = "allow";
  int device_idle_s = 0;
  std::string faults_file;
  int player_lag_ms = 0;
  int write_lag_ms = 0;
  sim::spotify::Config config;
};

// Fills in what the command line named; a sentence when something is wrong.
std::optional<std::string> complete(Options& options) {
  const auto regime = sim::spotify::parse_regime(options.regime);
  if (!regime) return "--regime must be one of dev2026, dev-legacy, extended.";
  const auto mode = sim::spotify::parse_refresh_mode(options.refresh_mode);
  if (!mode) return "--refresh-mode must be one of never, keep, grace, strict.";
  const auto consent = sim::spotify::parse_consent(options.consent);
  if (!consent) return "--consent must be one of allow, deny, forged-state.";
  options.config.regime = *regime;
  options.config.refresh_mode = *mode;
  options.config.consent = *consent;
  options.config.device_idle = std::chrono::seconds(options.device_idle_s);
  options.config.player_lag = std::chrono::milliseconds(options.player_lag_ms);
  options.config.write_lag = std::chrono::milliseconds(options.write_lag_ms);
  if (options.faults_file.empty()) return std::nullopt;
  std::ifstream file(options.faults_file);
  if (!file) return "Cannot read " + options.faults_file + ".";
  std::stringstream text;
  text << file.rdbuf();
  auto plan = sim::spotify::FaultPlan::parse(text.str());
  if (!plan) return options.faults_file + ": " + plan.error().message;
  options.config.faults = *std::move(plan);
  return std::nullopt;
}

int run(const Options& options) {
  os::ignore_broken_pipes();
  const os::SystemClock clock;
  crypto::OsRandom random;
  net::AsioLoop loop;
  base::NullLog log;
  sim::spotify::Simulator simulator(options.config, clock, loop, random);
  sim::spotify::Controls controls(simulator);
  net::HttpServerOptions server_options;
  server_options.port = options.port;
  const auto server = net::HttpServer::start(loop, controls, log, server_options);
  if (!server) {
    std::cerr << "spotify-sim: " << server.error().message << "\n";
    return 9;
  }
  std::cout << "spotify-sim listening on http://127.0.0.1:" << (*server)->port() << std::endl;
  loop.stop_on({SIGINT, SIGTERM});
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("A simulated Spotify: accounts service and Web API on 127.0.0.1, with state and without a network.");
  app.add_option("--port", options.port, "Port to listen on; 0 takes a free one")->capture_default_str();
  app.add_option("--regime", options.regime, "dev2026, dev-legacy or extended")->capture_default_str();
  app.add_option("--seed", options.config.seed, "Seed of the catalogue")->capture_default_str();
  app.add_option("--faults", options.faults_file, "JSON file with a fault plan");
  app.add_option("--quota", options.config.quota.per_day, "Requests of each bucket in 24 hours; 0 is no limit")
      ->capture_default_str();
  app.add_option("--rate", options.config.quota.per_30_seconds, "Requests in 30 seconds; 0 is no limit")
      ->capture_default_str();
  app.add_option("--withhold", options.config.withheld_scopes, "Scopes that the user does not allow at a login")
      ->delimiter(',');
  app.add_option("--consent", options.consent, "What the person does at a login: allow, deny or forged-state")
      ->capture_default_str();
  app.add_option("--country", options.config.country, "Country of the account")->capture_default_str();
  app.add_option("--device-idle", options.device_idle_s, "Seconds until a paused device goes offline; 0 is never")
      ->capture_default_str();
  app.add_option("--player-lag", options.player_lag_ms, "Milliseconds until a player command shows")
      ->capture_default_str();
  app.add_option("--write-lag", options.write_lag_ms, "Milliseconds until another change shows")
      ->capture_default_str();
  app.add_option("--refresh-mode", options.refresh_mode,
                 "What a refresh does to the refresh token: never, keep, grace or strict")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (const auto problem = complete(options)) {
    std::cerr << "spotify-sim: " << *problem << "\n";
    return 2;
  }
  return run(options);
}
