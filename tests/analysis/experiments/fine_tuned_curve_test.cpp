// SPDX-License-Identifier: Apache-2.0
// The page of equal against allocated widths, of networks that save a known share: the same ones,
// at costs that a test chose.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "analysis/evaluation/accuracy.h"
#include "analysis/experiments/experiment.h"
#include "analysis/quantizer/quantize_network.h"
#include "tests/analysis/experiments/tuned_study.h"
#include "tests/support/error_of.h"
#include "tests/support/small_float_network.h"
#include "workloads/float_executor.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

class FineTunedCurveTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kWeights = 288 + 270 + 50;  // conv0, conv1, fc

  FineTunedCurveTest() {
    experiment_.folder = pages_.path();
    experiment_.command = "dcnsim experiment fine-tuned-curve";
    experiment_.results = study_.path();
    experiment_.test = images_;
    experiment_.test_sha256 = "bb";
    for (const int bits : {4, 8}) {
      const FixedNetwork network = quantized(bits);
      const std::string size = "size_" + std::to_string(bits);
      const std::string energy = "energy_" + std::to_string(bits);
      const std::uint64_t weight_bits = kWeights * static_cast<std::uint64_t>(bits);
      AllocationReport report =
          tuned_allocation(CostKind::kSize, tuned_figures("allocation", weight_bits, 1e6));
      report.equal = {tuned_figures("equal 4", kWeights * 4, 4e6),
                      tuned_figures("equal 8", kWeights * 8, 8e6)};
      study_.write(size, report);
      report.cost_kind = CostKind::kEnergy;
      report.allocation.energy_pj = bits * 0.5e6;  // half of equal widths'
      study_.write(energy, report);
      for (const std::string& name : {size, energy}) {
        save_network(network, study_.path() + "/allocations/" + name + ".onnx.gz");
      }
      for (const std::string& name : {"equal_" + std::to_string(bits), size, energy}) {
        save_network(network, study_.path() + "/" + name + ".onnx.gz");
        const std::uint64_t correct = count_correct(network, images_, 1);
        FinetuneReport result = name[0] == 'e' && name[1] == 'q'
                                    ? tuned_result(bits, 1, correct)
                                    : study_.of_allocation(name, 1, correct);
        result.before->images = result.fine_tuned->images = images_.size();
        result.before->correct = 0;
        study_.write(name, result);
      }
    }
  }

  FixedNetwork quantized(int bits) const {
    QuantizeOptions options;
    options.weight_bits = bits;
    return quantize_network(network_, images_, options).network;
  }

  /// Random images, of which three in four have the class that the network gives them.
  static Dataset labelled(const FloatNetwork& network) {
    Dataset images = random_images(40);
    FloatExecutor executor(network);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const std::vector<float>& logits = executor.run(image_values(images, i)).back();
      const auto answer = std::max_element(logits.begin(), logits.end()) - logits.begin();
      images.labels[i] = static_cast<int>(answer + (i % 4 == 0 ? 1 : 0)) % 10;
    }
    return images;
  }

  std::string page() const {
    std::ifstream in(pages_.path("fine_tuned_curve.md"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const FloatNetwork network_ = mixed_network();
  const Dataset images_ = labelled(network_);
  const TunedStudy study_;
  const TemporaryFolder pages_;
  Experiment experiment_;
};

void expect_has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

TEST_F(FineTunedCurveTest, states_savings_and_how_sure_they_are) {
  fine_tuned_curve(experiment_);
  const std::string text = page();
  // The same networks at the same size and at half the energy.
  const double error = 100.0 * (1 - static_cast<double>(count_correct(quantized(8), images_, 1)) /
                                        static_cast<double>(images_.size()));
  expect_has(text, fmt::format("| equal 8 | {:.2f} | ", error));
  expect_has(text, " | at least 50.0 % | 50.0 % .. 50.0 % |");
  expect_has(text, " | at least 0.0 % | 0.0 % .. 0.0 % |");
  expect_has(text, "| +0.00 (+0.00 .. +0.00) | 1 |");
  expect_has(text,
             "widths allocated by energy need over 2 % less than equal ones at the error of: equal "
             "4, equal 8; over 2 % more, or do not reach it: none; the images do not tell: none.");
  expect_has(text,
             "widths allocated by size need over 2 % less than equal ones at the error of: none; "
             "over 2 % more, or do not reach it: none; the images do not tell: equal 4, equal 8. "
             "At the same size they make fewer errors than: none; more than: none; the images do "
             "not tell: equal 4, equal 8.");
  expect_has(text, "The 6 fine-tunings took 6 min.");
  expect_has(text, "there is one");
  for (const char* file :
       {"fine_tuned_curve_size.svg", "fine_tuned_curve_energy.svg", "fine_tuned_curve.csv"}) {
    expect_has(text, "(" + std::string(file) + ")");
    EXPECT_TRUE(std::filesystem::exists(pages_.path(file))) << file;
  }
}

TEST_F(FineTunedCurveTest, executes_what_the_results_say) {
  const auto error = [&] { return error_of([&] { fine_tuned_curve(experiment_); }); };
  // A network of other widths, and one of the same that has other images right.
  save_network(quantized(8), study_.path() + "/equal_4.onnx.gz");
  expect_has(error(), "equal_4.onnx.gz: has 4864 bits of weights, expected 2432 as equal 4 has");
  FixedNetwork other = quantized(4);
  other.layers.back().weights.assign(other.layers.back().weights.size(), 0);
  save_network(other, study_.path() + "/equal_4.onnx.gz");
  expect_has(error(), "equal_4.onnx.gz: has ");
  expect_has(error(), " images right, expected ");
  save_network(network_, study_.path() + "/equal_4.onnx.gz");
  expect_has(error(), "equal_4.onnx.gz: is a float network");
  experiment_.test_sha256 = "cc";
  expect_has(error(), "--images: SHA-256 cc, expected bb");
}

}  // namespace
}  // namespace dcnsim
