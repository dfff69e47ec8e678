// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/run_options.h"

#include <CLI/CLI.hpp>
#include <limits>

#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {
namespace {

constexpr std::int64_t kLastImage = std::numeric_limits<int>::max();

}  // namespace

void RunCommandOptions::add_to(CLI::App& run) {
  run.add_option("network", network, kNetworkHelp)->type_name("FILE|NAME")->capture_default_str();
  run.add_option("--accelerator", accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  one_of(run.add_option("--dataflow", dataflow, "Instead of the accelerator file's dataflow"),
         {"weight-stationary", "output-stationary"});
  CLI::Option* given = file_of(
      run.add_option("--images", images,
                     std::string(kImagesHelp) + "\n[the first 1,000 test images of CIFAR-10]"),
      {FileKind::kImages}, "PATH");
  run.add_option("--labels", labels, kLabelsHelp)->needs(given)->type_name("FILE");
  run.add_flag("--no-images", no_images,
               "Everything but accuracy, as for a network that takes no CIFAR-10 images")
      ->excludes(given);
  real(run.add_option("--zeros", zeros,
                      "Without images: share of zeros among the input codes of convolutions, 0..1"),
       {0.0, 1.0}, "SHARE")
      ->capture_default_str()
      ->excludes(given);
  pixels.add_to(run);
  whole(run.add_option("--limit", limit, "Use only the first N images"), 1);
  widths.add_to(run);
  mapping.add_to(run);
  whole(run.add_option("-j,--jobs", jobs, "Worker processes; results do not depend on it"), 1, 1024)
      ->capture_default_str();
  layout.add_to(run);
  run.add_option("--json", json, "Write everything to FILE (schema dcnsim.run/1)")
      ->type_name(kOutputType);
  run.add_option("--csv", csv,
                 "Write the layers to FILE (CSV): a line each, columns named as in JSON")
      ->type_name(kOutputType);
  run.add_flag("--check", check, "Compare every code of every layer with the reference executor");
  one_of(run.add_option(
             "--timing", timing,
             "How time is simulated: loosely timed (lt), approximately timed (at: requests\n"
             "compete in the memory; every image), or auto: times of one image approximately\n"
             "timed, because they do not depend on the data. With lt and auto every 100th\n"
             "image is loosely timed and must agree; of the others values alone move"),
         {"auto", "lt", "at"})
      ->capture_default_str();
  whole(run.add_option(
            "--batch", batch,
            "Simulate a stream, too, of batches of N images that share weights, whatever the\n"
            "accelerator file says (mapping.batch): images a second, and energy an image"),
        1, kMostBatch);
  one_of(run.add_option(
             "--what-if", what_if,
             "What changes to the machine would save: with the layers executed as they are\n"
             "(fixed), mapped anew for each (new, which takes a search a change), or none"),
         {"fixed", "new", "none"})
      ->capture_default_str();
  add_images_to(run);
}

void RunCommandOptions::add_images_to(CLI::App& run) {
  run.add_option(
         "--predictions", predictions,
         "Write every image's label, class and outputs, as the simulated machine has them,\n"
         "to FILE (CSV)")
      ->type_name(kOutputType);
  CLI::Option* dump =
      run.add_option("--dump", dumps,
                     "Write the codes of a layer's output, from the simulated "
                     "machine, to FILE (.npy, N x C x H x W);\nan end of the layer's name will do; "
                     "may be repeated")
          ->type_name("LAYER=FILE")
          ->allow_extra_args(false);
  whole(run.add_option("--dump-images", dump_images,
                       "Images whose codes are dumped, from 0 on; in FILE they rise"),
        0, kLastImage, "N,N,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->needs(dump)
      ->default_str("0");
  CLI::Option* traced =
      run.add_option(
             "--trace", trace,
             "Write a timeline of one image to FILE, for ui.perfetto.dev and `dcnsim "
             "timeline`:\nChrome's JSON if its name ends in .json, else Perfetto's protobuf")
          ->type_name(kOutputType);
  one_of(run.add_option("--trace-format", trace_format,
                        "The form of --trace, whatever the file's name"),
         {"perfetto", "json"})
      ->needs(traced);
  run.add_option("--vcd", vcd, "Write waveforms of one image to FILE")->type_name(kOutputType);
  whole(
      run.add_option("--trace-image", trace_image, "The image of --trace and --vcd, from 0 on [0]"),
      0, kLastImage);
}

RunRequest RunCommandOptions::request() const {
  // What is no network and no accelerator is refused in the words of the command line.
  network_file(network, {"--accelerator", "--mapping", "--widths", "--images"});
  accelerator_file(accelerator);
  if (trace_image && !trace && !vcd) throw UsageError("--trace-image: needs --trace or --vcd");
  if (no_images && limit != 0) throw UsageError("--limit: not together with --no-images");
  RunRequest request;
  request.data_dir = shipped_data().folder();
  request.network = network;
  request.accelerator = accelerator;
  if (!dataflow.empty()) {
    request.dataflow =
        dataflow == "weight-stationary" ? Dataflow::kWeightStationary : Dataflow::kOutputStationary;
  }
  request.objective = mapping.objective();
  request.slack = mapping.slack;
  request.second_objective = mapping.second();
  request.pixels = pixels.convention();
  request.images = images;
  request.labels = labels;
  request.no_images = no_images;
  request.zeros = zeros;
  request.image_limit = limit;
  request.mapping_file = mapping.file;
  request.mapping_cache = mapping.cache.folder();
  request.widths = widths.request(request.mapping_cache);
  request.timing = timing == "lt"   ? RunTiming::kLooselyTimed
                   : timing == "at" ? RunTiming::kApproximatelyTimed
                                    : RunTiming::kAuto;
  request.what_if = what_if == "none"  ? RunWhatIf::kNone
                    : what_if == "new" ? RunWhatIf::kNew
                                       : RunWhatIf::kFixed;
  request.batch = batch;
  request.check = check;
  request.jobs = jobs;
  request.predictions = predictions;
  for (const std::string& dump : dumps) {
    const std::size_t equals = dump.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == dump.size()) {
      throw UsageError("--dump: \"" + dump + "\", expected LAYER=FILE");
    }
    request.dumps.push_back({dump.substr(0, equals), dump.substr(equals + 1)});
  }
  request.dump_images = dump_images;
  request.trace = trace;
  if (!trace_format.empty()) {
    request.trace_format = trace_format == "json" ? TraceFormat::kJson : TraceFormat::kPerfetto;
  }
  request.vcd = vcd;
  request.trace_image = trace_image.value_or(0);
  return request;
}

}  // namespace dcnsim::cli
