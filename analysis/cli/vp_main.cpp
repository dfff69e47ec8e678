// SPDX-License-Identifier: Apache-2.0
// The dcnsim-vp command: firmware on the RISC-V virtual platform classifies images with the
// accelerator. Exit codes: 0 ok, 1 failed, 2 usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>
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
#include "models/arch/accelerator_yaml.h"
#include "platform/compiler/program.h"
#include "platform/riscv/memory_image.h"
#include "platform/riscv/virtual_platform.h"
#include "workloads/images/load_images.h"
#include "workloads/images/network_input.h"

namespace dcnsim::cli {
namespace {

struct VpOptions {
  std::string network = kBuiltInNetwork;
  std::string images, labels;
  PixelOptions pixels;
  std::string accelerator = "small_edge";
  std::uint64_t limit = 20;
  WidthOptions widths;
  std::string timing = "lt";
  double quantum_us = 1;
  std::uint32_t accelerators = 1;
  double cpu_mhz = 400;
  std::string firmware;
};

/// As the firmware reads them. Throws std::runtime_error naming the images in the file `path`.
std::vector<std::uint8_t> label_bytes(const Dataset& images, const std::string& path) {
  if (!images.has_labels())
    throw std::runtime_error(path + ": no labels, which the firmware needs");
  std::vector<std::uint8_t> labels;
  for (const int label : images.labels) {
    if (label > std::numeric_limits<std::uint8_t>::max()) {
      throw std::runtime_error(path + ": label " + std::to_string(label) +
                               ", expected one of a byte");
    }
    labels.push_back(static_cast<std::uint8_t>(label));
  }
  return labels;
}

/// Everything the firmware finds in memory, for the network and images of the command line.
riscv::MemoryImage memory_image(const VpOptions& options, const Machine& machine) {
  const InputPath file = network_file(options.network);
  std::vector<InputFile> inputs;
  const OnRunProgress progress = run_on_terminal();
  StatedNetwork stated = load_stated(file.path, options.pixels.convention(), shipped_data());
  const std::string images_path = shipped_data().images(options.images).path;
  const Dataset images = load_images({images_path, options.labels}, stated.input(), options.limit);
  note_limit(options.limit, images.size());
  const auto* const given = std::get_if<FixedNetwork>(&stated.network);
  if (given != nullptr) require_images_fit(*given, images, stated.pixels);
  const FixedPoint fixed = in_words_of_options([&] {
    return fixed_network(std::move(stated), options.widths.request(), shipped_data(), true, inputs,
                         progress);
  });
  const FixedNetwork& network = fixed.network;
  for (const std::string& warning : about(fixed.pixels, images).warnings)
    say("warning: {}\n", warning);
  const CodeInput input(network, images);
  std::vector<CodeTensor> codes;
  for (std::size_t i = 0; i < images.size(); ++i) codes.push_back(input(i));
  const AcceleratorConfig& config = machine.config;
  const Program program =
      assemble(network, config, map_layers(machine, network, "", inputs, progress));
  return riscv::compose(program, codes, label_bytes(images, images_path), options.accelerators,
                        config.dma.bus_bytes,
                        static_cast<std::uint64_t>(config.dram.capacity_bytes));
}

void run_platform(const VpOptions& options) {
  const Machine machine =
      load_machine(accelerator_file(options.accelerator).path, shipped_data().cost_tables().path);
  riscv::PlatformConfig config;
  config.accelerator = machine.config;
  config.dram = machine.dram;
  config.accelerators = options.accelerators;
  config.transport =
      options.timing == "at" ? Transport::kApproximatelyTimed : Transport::kLooselyTimed;
  config.quantum_ps = static_cast<std::uint64_t>(options.quantum_us * 1e6);
  config.cpu_mhz = options.cpu_mhz;
  riscv::VirtualPlatform platform(config, std::cout);
  platform.load_firmware(options.firmware.empty()
                             ? built_file("platform/riscv/firmware/classify.elf")
                             : options.firmware);

  const riscv::MemoryImage memory = memory_image(options, machine);
  platform.write_memory(DCN_MAP_DRAM, memory.bytes);
  const auto start = std::chrono::steady_clock::now();
  const riscv::PlatformRun run = platform.run(memory.table_address);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::cout.flush();
  say("\n{:.3f} ms simulated, the CPU asleep for {:.1f} % of it; {} instructions\n"
      "{:.2f} s of wall clock: {:.1f} ms an image, {:.1f} million instructions a second\n",
      1e-9 * static_cast<double>(run.simulated_ps),
      100.0 * static_cast<double>(run.slept_ps) / static_cast<double>(run.simulated_ps),
      run.instructions, wall.count(), 1e3 * wall.count() / memory.table.image_count,
      1e-6 * static_cast<double>(run.instructions) / wall.count());
  if (!run.exit_code) {
    throw std::runtime_error("the firmware sleeps, and nothing is left that would wake it");
  }
  if (*run.exit_code != 0) {
    throw std::runtime_error(fmt::format("the firmware ended with exit code {}", *run.exit_code));
  }
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
       {"dcnsim-vp --firmware mine.elf", "your own (platform/riscv/README.md)"}});
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
