// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/finetune_options.h"

#include <CLI/CLI.hpp>

#include "analysis/cli/command_description.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {

FinetuneOptions::FinetuneOptions() : network(kBuiltInNetwork) {
  recipe.recipe.epochs = 3;
  recipe.recipe.batch = 250;
  recipe.recipe.small_share = 0;
}

void set_finetune_description(CLI::App& app) {
  set_description(
      app, "Train a float network on in fixed point (with libtorch)",
      "Lin et al. 2016, section 5: every forward pass\n"
      "quantizes weights, biases and outputs as the accelerator does, gradients pass straight\n"
      "through. Writes QONNX: of the states after each epoch, and the beginning, the best on\n"
      "training images that were held out. The same command goes on after an interruption.\n"
      "Beside the network stay its checkpoint and a log of all epochs (.csv).",
      {{"workloads/cifar10/fetch cifar", "the images"},
       {"dcnsim finetune -w 4 -a 4 --data cifar -o w4a4.onnx", ""},
       {"dcnsim allocate --equal-bits 5 -o optimal.onnx", "or widths that were allocated:"},
       {"dcnsim finetune --allocation optimal.onnx --data cifar -o tuned.onnx", ""},
       {"dcnsim run tuned.onnx", ""}});
}

void FinetuneOptions::add_to(CLI::App& app) {
  app.add_option("network", network, kFloatNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  widths.add_to(app);
  add_scales(app, scales);
  pixels.add_to(app);
  file_of(app.add_option("--allocation", allocation,
                         "QONNX file of the same network whose formats to take"),
          {FileKind::kNetwork}, "FILE");
  one_of(
      app.add_option("--formats", formats,
                     "Whether formats stay as they are chosen first or are chosen again after each "
                     "epoch"),
      {"fixed", "reestimate"})
      ->capture_default_str();
  whole(app.add_option("--accumulator-bits", accumulator_bits,
                       "Accumulators of the machine that validation and test figures are for"),
        8, 64)
      ->capture_default_str();
  app.add_option("-o,--output", output, "QONNX file to write; NAME.gz compresses it")
      ->required()
      ->type_name("FILE");
  recipe.add_to(app);
  real(app.add_option(
           "--filter-rate", filter_rate,
           "First rate of filters (Muon), relative to their norm [0.005 at a mean of 4 bits a\n"
           "weight; 0.011 at 2; 0.001 from 8]"),
       {0, kNoBound, true}, "RATE");
  real(app.add_option(
           "--other-rate", other_rate,
           "First rate of biases and the last layer (Adam), relative to outputs and weights\n"
           "[0.4 of the default --filter-rate]"),
       {0, kNoBound, true}, "RATE");
  one_of(app.add_option(
             "--float", in_float,
             "Leave all weights or all activations in float, to compare with; the output is\n"
             "float ONNX then"),
         {"weights", "activations"});
  app.add_option("--json", json, "Write what was done to FILE (schema dcnsim.finetune/1)")
      ->type_name(kOutputType);
  file_of(app.add_option(
              "--images,--test", test,
              "In the end, report top-1 before and after on these images, which decide nothing"),
          {FileKind::kImages}, "PATH");
  app.add_option("--test-labels", test_labels, kLabelsHelp)->type_name("FILE");
  whole(app.add_option("-j,--jobs", jobs, "Worker processes for --test"), 1, 1024)
      ->capture_default_str();
}

}  // namespace dcnsim::cli
