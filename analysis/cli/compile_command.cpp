// SPDX-License-Identifier: Apache-2.0
// dcnsim compile: a network as a job for a platform: what is loaded, where input and output are.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <optional>

#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/mapping_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/cli/words_of_options.h"
#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/machine.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/inference/layer_mappings.h"
#include "analysis/report/map_report.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/printable.h"
#include "models/base/text/wrap.h"
#include "platform/compiler/job_files.h"
#include "platform/compiler/program.h"

namespace dcnsim::cli {
namespace {

struct CompileOptions {
  std::string network = kBuiltInNetwork;
  std::string accelerator = "small_edge";
  std::uint64_t base = 0;
  int address_bits = 64;
  PixelOptions pixels;
  WidthOptions widths;
  MappingOptions mapping;
  std::optional<std::string> output, header, json;
  std::string name = "job";
};

/// What `work` returns; what it refuses is a matter of the option.
template <class Work>
auto of_option(const std::string& option, const Work& work) {
  try {
    return work();
  } catch (const std::invalid_argument& e) {
    throw UsageError(option + e.what());
  }
}

void claim_files(const CompileOptions& options) {
  FileClaims claims;
  const ShippedData& data = shipped_data();
  claim_machine(claims, accelerator_file(options.accelerator).path, data.cost_tables().path);
  claim_network(claims, "network",
                network_file(options.network, {"--accelerator", "--mapping", "--widths"}).path);
  claim_widths(claims, options.widths.request(), data);
  claims.reads("mapping", options.mapping.file);
  claims.writes("--output", options.output);
  claims.writes("--header", options.header);
  claims.writes("--json", options.json);
  claim(claims);
}

/// The network in fixed point, its pixels stated.
FixedPoint prepared(const CompileOptions& options, std::vector<InputFile>& inputs,
                    const OnRunProgress& progress) {
  StatedNetwork stated =
      load_stated(network_file(options.network).path, options.pixels.convention(), shipped_data());
  FixedPoint fixed = in_words_of_options([&] {
    return fixed_network(std::move(stated), options.widths.request(options.mapping.cache.folder()),
                         shipped_data(), true, inputs, progress);
  });
  require_pixels_fit(fixed.network, fixed.pixels);
  return fixed;
}

std::string map_text(const JobMap& map) {
  const MapLayout layout = map.layout();
  const Format& format = map.format;
  std::string text =
      fmt::format("{} x {} x {}, {} of {} bits, ", map.shape.height, map.shape.width,
                  map.shape.channels, format.is_signed ? "signed codes" : "codes", format.bits);
  text += map.scale == std::ldexp(1.0, -format.frac) && format.zero_point == 0
              ? fmt::format("{} of them behind the point", format.frac)
              : fmt::format("times {:.6g} from the code {} on", map.scale, format.zero_point);
  if (layout.segment() < map.shape.channels) {
    text += fmt::format(", in planes of {} channels", layout.segment());
  }
  if (layout.strip() < map.shape.width) {
    text += fmt::format(", in strips of {} columns", layout.strip());
  }
  return text;
}

std::string text_of(const NetworkJob& job) {
  const auto line = [](const char* what, std::uint64_t address, std::uint64_t bytes,
                       const std::string& about) {
    return wrapped(fmt::format("{:<12} {:#x}  {} bytes: {}", what, address, bytes, about),
                   terminal_columns(), 13) +
           '\n';
  };
  return line("image", job.base, job.image.size(), "descriptors, weights, biases") +
         line("descriptors", job.descriptor_address, job.descriptor_count * kDescriptorBytes,
              fmt::format("{}, one a layer", job.descriptor_count)) +
         line("input", job.input.address, job.input.bytes(), map_text(job.input)) +
         line("output", job.output.address, job.output.bytes(), map_text(job.output)) +
         line("end", job.end(), job.bytes, "all that is the job's");
}

void compile_command(const CompileOptions& options) {
  if (!options.output && !options.header && !options.json) {
    throw UsageError("nothing to write: expected --output, --header or --json");
  }
  claim_files(options);
  const JobFormat format = of_option(
      "--output: ", [&] { return options.output ? job_format(*options.output) : JobFormat(); });
  const InputPath accelerator_path = accelerator_file(options.accelerator);
  AcceleratorConfig config = load_accelerator(accelerator_path.path);
  options.mapping.apply_to(config.mapping);
  const Machine machine = make_machine(std::move(config), shipped_data().cost_tables().path,
                                       options.mapping.cache.folder(), accelerator_path.path);
  std::vector<InputFile> inputs;
  const OnRunProgress progress = run_on_terminal();
  const FixedPoint fixed = prepared(options, inputs, progress);
  const std::vector<LayerMapping> mappings =
      map_layers(machine, fixed.network, options.mapping.file, inputs, progress);
  const NetworkJob job = of_option("--", [&] {
    NetworkJob made = make_job(fixed.network, machine.config,
                               assemble(fixed.network, machine.config, mappings), options.base);
    require_address_bits(made, options.address_bits);
    return made;
  });
  const std::string image = of_option("--output: ", [&] { return job_file(job, format); });
  if (options.output) write_file_atomically(*options.output, image);
  if (options.header) write_file_atomically(*options.header, job_c_header(job, options.name));
  if (options.json) write_file_atomically(*options.json, job_json(job, DCNSIM_VERSION));
  for (const std::string& warning : fixed.pixels.warnings) {
    say("{}\n", wrapped("warning: " + warning, terminal_columns()));
  }
  say("{}\n\n{}",
      wrapped(fmt::format("{} on {}, {}", printable(job.network), printable(job.accelerator),
                          fixed.pixels.text()),
              terminal_columns()),
      text_of(job));
  if (const auto stream = mapped_stream(machine, fixed.network, mappings)) {
    say("\n{}\n", wrapped(to_text(*stream, machine.config.clock_mhz) +
                              (stream->images > 1 ? "; this job is of one image" : ""),
                          terminal_columns()));
  }
  for (const auto& [what, path] :
       {std::pair{"memory image", &options.output}, std::pair{"C header", &options.header},
        std::pair{"description", &options.json}}) {
    if (*path)
      say("{}{} written to {}\n", path == &options.output ? "\n" : "", what, output_name(**path));
  }
}

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App* compile = add_command(
      app, "compile", "A network as a job for a platform of your own",
      "Writes what a platform loads into the accelerator's memory to run a network: descriptors,\n"
      "weights and biases, for any base address; and says where the input goes and in which form,\n"
      "where the output comes and what its codes mean. platform/README.md shows a platform that\n"
      "takes it.",
      {{"dcnsim compile --base 0x80000000 -o job.bin --header job.h", "for firmware"},
       {"dcnsim compile net.onnx --accelerator my.yaml -o job.elf --json job.json", ""}});
  compile->add_option("network", options->network, kNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  compile->add_option("--accelerator", options->accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  address(compile->add_option("--base", options->base,
                              "Where the job begins on the accelerator's memory port, a multiple\n"
                              "of 64: 0x80000000 or decimal [0]"));
  whole(compile->add_option("--address-bits", options->address_bits,
                            "Width of addresses there: a job that ends beyond is refused"),
        1, 64, "BITS")
      ->capture_default_str();
  options->pixels.add_to(*compile);
  options->widths.add_to(*compile);
  options->mapping.add_to(*compile);
  compile
      ->add_option("-o,--output", options->output,
                   "Write the memory image to FILE: .bin, as it is; .elf, with addresses, room\n"
                   "for maps and symbols (RISC-V); .hex, Intel HEX")
      ->type_name(kImageType);
  compile
      ->add_option("--header", options->header,
                   "Write addresses, layouts and pixel codes to FILE, for C (dcn_job.h)")
      ->type_name(kOutputType);
  compile
      ->add_option("--name", options->name,
                   "What names in the C header begin with, for several jobs in one program")
      ->type_name("NAME")
      ->capture_default_str();
  compile->add_option("--json", options->json, "Write the same to FILE (schema dcnsim.job/1)")
      ->type_name(kOutputType);
  compile->callback([options, &action] { action = [options] { compile_command(*options); }; });
}

}  // namespace dcnsim::cli
