// SPDX-License-Identifier: Apache-2.0
// The dcnsim-vp command: firmware on the RISC-V virtual platform classifies images with the
// accelerator. Exit codes: 0 ok, 1 failed, 2 usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <systemc>

#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/entry.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/cli/words_of_options.h"
#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/machine.h"
#include "analysis/inference/layer_mappings.h"
#include "analysis/trace/waveform_file.h"
#include "analysis/vp/platform_file.h"
#include "analysis/vp/platform_trace.h"
#include "analysis/whatif/diagnosis.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"
#include "models/perf/attribution.h"
#include "platform/compiler/program.h"
#include "platform/riscv/elf_file.h"
#include "platform/riscv/gdb/server.h"
#include "platform/riscv/memory_image.h"
#include "platform/riscv/virtual_platform.h"
#include "workloads/images/load_images.h"
#include "workloads/images/network_input.h"

namespace dcnsim::cli {
namespace {

struct VpOptions {
  std::string network = kBuiltInNetwork;
  std::string platform;
  std::string images, labels;
  PixelOptions pixels;
  std::string accelerator = "small_edge";
  std::uint64_t limit = 20;
  WidthOptions widths;
  std::string timing = "lt";
  double quantum_us = 1;
  std::uint32_t accelerators = 1;
  bool queue = false;
  double cpu_mhz = 400;
  std::string firmware;
  std::optional<std::uint16_t> gdb_port;
  std::optional<std::string> vcd, trace;
  double max_time_ms = 0;

  /// What --platform says, or what the others say in its place.
  PlatformFile described() const;
};

PlatformFile VpOptions::described() const {
  if (!platform.empty()) return load_platform(platform);
  PlatformFile file;
  file.cpu_mhz = cpu_mhz;
  file.quantum_us = quantum_us;
  file.groups = {{accelerator, network, images, labels, pixels.text, limit,
                  timing == "at" ? Transport::kApproximatelyTimed : Transport::kLooselyTimed,
                  riscv::usual_places(accelerators)}};
  return file;
}

/// As the firmware reads them.
std::vector<std::uint32_t> label_words(const Dataset& images) {
  std::vector<std::uint32_t> labels;
  if (!images.has_labels()) return labels;
  for (const int label : images.labels) labels.push_back(static_cast<std::uint32_t>(label));
  return labels;
}

/// A group of accelerators with the memory of the platform, compiled.
struct Group {
  PlatformGroup asked;
  Machine machine;
  riscv::Task task;
};

Machine load(const std::string& accelerator, const AcceleratorConfig* memory) {
  const std::string path = accelerator_file(accelerator).path;
  AcceleratorConfig config = load_accelerator(path);
  if (memory != nullptr) config = riscv::with_memory_of(std::move(config), *memory);
  return make_machine(std::move(config), shipped_data().cost_tables().path, "", path);
}

/// Everything the firmware finds in memory of a network and its images.
riscv::Task prepared(const PlatformGroup& group, const VpOptions& options, const Machine& machine) {
  std::vector<InputFile> inputs;
  const OnRunProgress progress = run_on_terminal();
  const PixelOptions pixels{group.pixels.empty() ? options.pixels.text : group.pixels};
  const std::uint64_t limit = group.limit > 0 ? group.limit : options.limit;
  StatedNetwork stated =
      load_stated(network_file(group.network).path, pixels.convention(), shipped_data());
  const std::string images_path = shipped_data().images(group.images).path;
  const Dataset images = load_images({images_path, group.labels}, stated.input(), limit);
  note_limit(limit, images.size());
  const auto* const given = std::get_if<FixedNetwork>(&stated.network);
  if (given != nullptr) require_images_fit(*given, images, stated.pixels);
  const FixedPoint fixed = in_words_of_options([&] {
    const bool is_float = given == nullptr;
    const WidthRequest widths =
        is_float || options.platform.empty() ? options.widths.request() : WidthRequest{};
    return fixed_network(std::move(stated), widths, shipped_data(), true, inputs, progress);
  });
  const FixedNetwork& network = fixed.network;
  for (const std::string& warning : about(fixed.pixels, images).warnings)
    say("warning: {}\n", warning);
  const CodeInput input(network, images);
  riscv::Task task{
      assemble(network, machine.config, map_layers(machine, network, "", inputs, progress)),
      machine.config.dma.bus_bytes,
      {},
      label_words(images),
      group.places};
  for (std::size_t i = 0; i < images.size(); ++i) task.images.push_back(input(i));
  return task;
}

std::string table_of_waits(const Program& program, const std::vector<LayerCounters>& layers) {
  std::vector<TextTable::Column> columns{
      {"layer", TextTable::Align::kLeft, 0, "", 8}, {"cycles"}, {"at work"}};
  for (const Cause cause : kCausesOfWaiting) {
    columns.push_back({words_of(cause), TextTable::Align::kRight, 0, "waiting for"});
  }
  TextTable table(columns);
  const auto add = [&](const std::string& name, const Attribution& cycles) {
    std::uint64_t at_work = 0;
    for (const Cause cause : kCausesAtWork) at_work += cycles[cause];
    std::vector<std::string> row{elide(name, 16), std::to_string(cycles.total()),
                                 std::to_string(at_work)};
    for (const Cause cause : kCausesOfWaiting) row.push_back(std::to_string(cycles[cause]));
    table.add(row);
  };
  Attribution total;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const ProgramLayer& layer = program.layers.at(i);
    const Attribution cycles = attribution(layer.descriptor.kind, layers[i]);
    total += cycles;
    add(layer.name, cycles);
  }
  add("total", total);
  return table.text();
}

/// What each accelerator's last job waited for. Firmware of the user's may have run other programs
/// than those that were loaded.
void report_waits(const std::vector<Group>& groups, const riscv::VirtualPlatform& platform) {
  std::uint32_t number = 0;
  for (const Group& group : groups) {
    for (std::size_t i = 0; i < group.asked.places.size(); ++i, ++number) {
      const std::vector<LayerCounters>& layers = platform.layer_counters(number);
      const std::size_t count = group.task.program.layers.size();
      if (layers.empty() || layers.size() % count != 0) continue;
      say("\naccelerator {}, the last job's cycles:\n{}", number,
          table_of_waits(group.task.program,
                         {layers.end() - static_cast<std::ptrdiff_t>(count), layers.end()}));
    }
  }
}

[[noreturn]] void fail_as(const riscv::PlatformRun& run, double max_time_ms) {
  switch (run.end) {
    case riscv::PlatformEnd::kAsleep:
      throw std::runtime_error("the firmware sleeps, and nothing is left that would wake it");
    case riscv::PlatformEnd::kTimeout:
      throw std::runtime_error(
          fmt::format("the firmware has not ended within --max-time {} ms", max_time_ms));
    case riscv::PlatformEnd::kDebugger:
      throw std::runtime_error("ended by the debugger");
    case riscv::PlatformEnd::kFinished:
      break;
  }
  throw std::runtime_error(fmt::format("the firmware ended with exit code {}", *run.exit_code));
}

void report(const riscv::PlatformRun& run, std::chrono::duration<double> wall, std::size_t images) {
  const double asleep = run.simulated_ps == 0 ? 0
                                              : 100.0 * static_cast<double>(run.slept_ps) /
                                                    static_cast<double>(run.simulated_ps);
  say("\n{:.3f} ms simulated, the CPU asleep for {:.1f} % of it; {} instructions\n"
      "{:.2f} s of wall clock: {:.1f} ms an image, {:.1f} million instructions a second\n",
      1e-9 * static_cast<double>(run.simulated_ps), asleep, run.instructions, wall.count(),
      1e3 * wall.count() / static_cast<double>(images),
      1e-6 * static_cast<double>(run.instructions) / wall.count());
}

void claim_files(const VpOptions& options) {
  FileClaims claims;
  claims.reads("--platform", options.platform);
  claims.reads("--firmware", options.firmware);
  claims.reads("--images", options.images);
  claims.reads("--labels", options.labels);
  for (const auto& [option, path] : {std::pair{"--vcd", options.vcd}, {"--trace", options.trace}}) {
    if (path == "-")
      throw UsageError(fmt::format("{}: -: that is the firmware's terminal", option));
    claims.writes(option, path);
  }
  claim(claims);
}

void run_platform(const VpOptions& options) {
  claim_files(options);
  const PlatformFile file = options.described();
  const Machine memory =
      load(file.memory.empty() ? file.groups.front().accelerator : file.memory, nullptr);
  const std::string firmware = options.firmware.empty()
                                   ? built_file("platform/riscv/firmware/classify.elf")
                                   : options.firmware;
  std::vector<Group> groups;
  riscv::PlatformConfig config;
  config.memory = memory.config;
  config.dram = memory.dram;
  config.quantum_ps = static_cast<std::uint64_t>(file.quantum_us * 1e6);
  config.cpu_mhz = file.cpu_mhz;
  for (const PlatformGroup& asked : file.groups) {
    groups.push_back({asked, load(asked.accelerator, &memory.config), {}});
    for (const DcnPlace& place : asked.places) {
      config.accelerators.push_back({groups.back().machine.config, asked.transport, place});
    }
  }
  std::vector<riscv::Task> tasks;
  std::size_t images = 0;
  (void)riscv::load_elf(firmware);  // before the work of preparing the networks
  for (Group& group : groups) {
    group.task = prepared(group.asked, options, group.machine);
    images += group.task.images.size();
    tasks.push_back(group.task);
  }
  const riscv::MemoryImage image =
      compose(tasks, static_cast<std::uint64_t>(memory.config.dram.capacity_bytes),
              options.queue ? DCN_SETS_MAX : 1);
  std::optional<PlatformTrace> trace;
  if (options.trace) {
    trace.emplace(*options.trace, config, image.table, tasks);
  }
  std::optional<riscv::gdb::Server> gdb;
  if (options.gdb_port) config.debugger = &gdb.emplace(*options.gdb_port);
  std::optional<WaveformFile> waveforms;
  if (options.vcd) config.vcd = waveforms.emplace(*options.vcd).stem();
  config.accelerators_on_time = options.vcd || options.trace;

  riscv::PlatformRun run;
  {
    riscv::VirtualPlatform platform(config, std::cout);
    platform.load_firmware(firmware);
    platform.write_memory(DCN_MAP_DRAM, image.bytes);
    if (gdb) {
      say_note(fmt::format("waiting for GDB: target remote localhost:{}", gdb->port()));
      gdb->accept();
    }
    const auto start = std::chrono::steady_clock::now();
    run = platform.run(image.table_address, static_cast<std::uint64_t>(options.max_time_ms * 1e9));
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    std::cout.flush();
    if (run.end == riscv::PlatformEnd::kFinished) report_waits(groups, platform);
    report(run, wall, images);
  }
  if (waveforms) waveforms->commit();
  if (trace) trace->close(run.simulated_ps);
  if (run.exit_code != 0U) fail_as(run, options.max_time_ms);
}

int run_command(int argc, char** argv) {
  CLI::App app;
  set_description(
      app, "The accelerator in a system on chip with a RISC-V processor",
      "A RISC-V processor (RV32IMAC) runs firmware\n"
      "that classifies CIFAR-10 images: for each it copies the image to where the network wants\n"
      "it, starts the accelerator through its driver, sleeps until the interrupt, reads the codes\n"
      "and the counters and prints the class and the cycles over the UART. Codes and classes are\n"
      "those of `dcnsim run`.",
      {{"dcnsim-vp", "20 images on one small_edge"},
       {"dcnsim-vp --accelerators 2 --timing at", "two share the memory: see them wait"},
       {"dcnsim-vp w6a8.onnx --accelerator large_edge --limit 100", ""},
       {"dcnsim-vp --platform two_networks.yaml", "accelerators with a network each"},
       {"dcnsim-vp --firmware mine.elf --gdb 1234", "your own, under GDB"}});
  VpOptions options;
  app.add_option("network", options.network, kNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  app.add_option("--accelerator", options.accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  whole(app.add_option("--accelerators", options.accelerators,
                       "Accelerators on the bus, working on different images at once"),
        1, DCN_ACCELERATORS_MAX)
      ->capture_default_str();
  CLI::Option* queue =
      app.add_flag("--queue", options.queue,
                   "Give each accelerator its next image while it works on one, in a second set\n"
                   "of maps. Cycles are then those since the image before");
  app.add_option("--labels", options.labels, kLabelsHelp)->type_name("FILE");
  options.pixels.add_to(app);
  file_of(app.add_option("--images", options.images,
                         std::string(kImagesHelp) + "\n[the first 1,000 test images of CIFAR-10]"),
          {FileKind::kImages}, "PATH");
  whole(app.add_option("--limit", options.limit, "Use only the first N images"), 1)
      ->capture_default_str();
  options.widths.add_to(app);
  one_of(app.add_option("--timing", options.timing,
                        "How the accelerators use the memory: loosely timed (lt, faster) or\n"
                        "approximately timed (at: requests outstanding beside one another)"),
         {"lt", "at"})
      ->capture_default_str();
  real(app.add_option("--quantum", options.quantum_us,
                      "How far the processor and loosely timed accelerators may run ahead, in us:\n"
                      "more is faster, less is finer contention"),
       {0.0, 1e6}, "US")
      ->capture_default_str();
  real(app.add_option("--cpu-mhz", options.cpu_mhz,
                      "Clock of the processor, an instruction a cycle"),
       {1.0, 1e4}, "MHZ")
      ->capture_default_str();
  app.add_option("--firmware", options.firmware, "ELF file to run instead")->type_name("FILE");
  CLI::Option* platform =
      file_of(app.add_option("--platform", options.platform,
                             "YAML file: accelerators, where they are, what each works on, and\n"
                             "the memory they share (analysis/vp/platform_file.md); in place of\n"
                             "the network, --accelerator and others that say the same"),
              {FileKind::kPlatform}, "FILE");
  for (const char* said : {"network", "--accelerator", "--accelerators", "--images", "--labels",
                           "--timing", "--quantum", "--cpu-mhz"}) {
    platform->excludes(app.get_option(said));
  }
  whole(app.add_option("--gdb", options.gdb_port,
                       "Wait for GDB at this TCP port of this machine (0: a free one) before\n"
                       "the first instruction"),
        0, 65535, "PORT");
  app.add_option("--vcd", options.vcd,
                 "Write waveforms to FILE: interrupts, registers, requests in flight")
      ->type_name("FILE");
  app.add_option("--trace", options.trace,
                 "Write a timeline of the run to FILE, for ui.perfetto.dev; as JSON if\n"
                 "FILE ends in .json")
      ->type_name("FILE")
      ->excludes(queue);
  real(app.add_option("--max-time", options.max_time_ms,
                      "Give up after this simulated time [without a limit]"),
       {0.0, 1e9, true}, "MS");
  const Action action = [&options] { run_platform(options); };
  return parse_and_act("dcnsim-vp", app, action, argc, argv);
}

}  // namespace
}  // namespace dcnsim::cli

// SystemC's library has a main that prints a banner before anything else; ours takes precedence.
int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}

int sc_main(int argc, char** argv) { return dcnsim::cli::run_command(argc, argv); }
