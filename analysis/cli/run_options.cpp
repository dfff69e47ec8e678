// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/run_options.h"

namespace dcnsim::cli {

void RunCommandOptions::add_to(CLI::App& run) {
  run.add_option("network", network, kNetworkHelp)->type_name("FILE|NAME")->capture_default_str();
  run.add_option("--accelerator", accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  run.add_option("--dataflow", dataflow, "Instead of the accelerator file's dataflow")
      ->check(CLI::IsMember({"weight-stationary", "output-stationary"}));
  run.add_option("--images", images,
                 "CIFAR-10 .bin file or a folder of them [the first 1,000 test images]")
      ->type_name("PATH");
  run.add_option("--limit", limit, "Use only the first N images")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  widths.add_to(run);
  mapping.add_to(run);
  run.add_option("-j,--jobs", jobs, "Worker processes; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  run.add_option("--json", json, "Write everything to FILE (schema dcnsim.run/1)")
      ->type_name("FILE");
  run.add_flag("--check", check, "Compare every code of every layer with the reference executor");
  run.add_option("--timing", timing,
                 "How time is simulated: loosely timed (lt), approximately timed (at: requests\n"
                 "compete in the memory), or auto: values of all images loosely timed, times of\n"
                 "one approximately, because they do not depend on the data")
      ->check(CLI::IsMember({"auto", "lt", "at"}))
      ->capture_default_str();
  run.add_option("--trace", trace,
                 "Write a timeline of one image to FILE, for ui.perfetto.dev and `dcnsim timeline`")
      ->type_name("FILE");
  run.add_option("--vcd", vcd, "Write waveforms of one image to FILE")->type_name("FILE");
  run.add_option("--trace-image", trace_image, "The image of --trace and --vcd, from 0 on [0]")
      ->type_name("N");
}

RunRequest RunCommandOptions::request() const {
  RunRequest request;
  request.data_dir = shipped_data().folder();
  request.network = network;
  request.widths = widths.request();
  request.accelerator = accelerator;
  if (!dataflow.empty()) {
    request.dataflow =
        dataflow == "weight-stationary" ? Dataflow::kWeightStationary : Dataflow::kOutputStationary;
  }
  request.objective = mapping.objective();
  request.images = images;
  request.image_limit = limit;
  request.mapping_file = mapping.file;
  request.mapping_cache = mapping.cache.folder();
  request.timing = timing == "lt"   ? RunTiming::kLooselyTimed
                   : timing == "at" ? RunTiming::kApproximatelyTimed
                                    : RunTiming::kAuto;
  request.check = check;
  request.jobs = jobs;
  request.trace = trace;
  request.vcd = vcd;
  request.trace_image = trace_image;
  return request;
}

}  // namespace dcnsim::cli
