// SPDX-License-Identifier: Apache-2.0
// network_values FOLDER [FRAC]: what load_network() and the executors make of the networks in a
// folder, for an oracle that is not C++. NAME.pixels holds images as bytes, channels, rows,
// columns, with FRAC fractional bits, NAME.bits the width of the requantizer's multipliers, if it
// is another than 31; of NAME.onnx it writes NAME.values: the outputs of each image as doubles in
// the same order; and prints a line: NAME, "float" or the output's format, what was assumed; or
// NAME, "error" and the message.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/numeric/rounding.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"
#include "workloads/images/network_input.h"
#include "workloads/onnx/onnx_network.h"

namespace {

using namespace dcnsim;

Dataset read_images(const std::string& path, const Shape& shape) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty() || bytes.size() % shape.elements() != 0) {
    throw std::runtime_error(path + ": " + std::to_string(bytes.size()) + " bytes, no images of " +
                             std::to_string(shape.elements()));
  }
  Dataset images;
  images.shape = shape;
  images.pixels.assign(bytes.begin(), bytes.end());
  return images;
}

/// `value(index)` of all elements, channels first.
template <class Value>
void append(std::vector<double>& values, const Shape& shape, const Value& value) {
  for (int c = 0; c < shape.channels; ++c) {
    for (int pixel = 0; pixel < shape.height * shape.width; ++pixel) {
      values.push_back(value(static_cast<std::size_t>(pixel * shape.channels + c)));
    }
  }
}

std::string run(const FloatNetwork& network, const std::string& pixels,
                std::vector<double>& values) {
  FloatExecutor executor(network);
  const Dataset images = read_images(pixels, network.input);
  const FloatInput input(network, images);
  for (std::size_t image = 0; image < images.size(); ++image) {
    const std::vector<float>& output = executor.run(input(image)).back();
    append(values, network.layers.back().node.output_shape(),
           [&](std::size_t i) { return static_cast<double>(output[i]); });
  }
  return "float";
}

/// Of the machine that runs it.
Accumulator accumulator_of(const std::filesystem::path& network) {
  Accumulator accumulator{64, Overflow::kWrap};
  std::ifstream file(std::filesystem::path(network).replace_extension(".bits"));
  file >> accumulator.multiplier_bits;
  if (!file) accumulator.multiplier_bits = 31;
  return accumulator;
}

std::string run(FixedNetwork network, const std::string& pixels, int frac,
                const Accumulator& accumulator, std::vector<double>& values) {
  if (frac != 0) network.convention.pixels = PixelConvention{1, std::ldexp(1, frac), {}, {}, false};
  Executor executor(network, accumulator);
  const Dataset images = read_images(pixels, network.input);
  const CodeInput input(network, images);
  const int last = static_cast<int>(network.layers.size()) - 1;
  for (std::size_t image = 0; image < images.size(); ++image) {
    const CodeTensor& output = executor.run(input(image)).layers.back();
    append(values, output.shape(),
           [&](std::size_t i) { return network.number(last, output.get(i)); });
  }
  return to_string(network.layers.back().requant.out);
}

std::string result_of(const std::filesystem::path& network, int frac) {
  try {
    std::vector<double> values;
    const auto loaded = load_network(network.string());
    const std::string pixels = std::filesystem::path(network).replace_extension(".pixels").string();
    const auto* floats = std::get_if<FloatNetwork>(&loaded);
    std::string line = floats != nullptr ? run(*floats, pixels, values)
                                         : run(std::get<FixedNetwork>(loaded), pixels, frac,
                                               accumulator_of(network), values);
    std::visit(
        [&](const auto& any) {
          for (const std::string& assumption : any.assumptions) line += "\t" + assumption;
        },
        loaded);
    std::ofstream(std::filesystem::path(network).replace_extension(".values"), std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(double)));
    return line;
  } catch (const std::exception& error) {
    return std::string("error\t") + error.what();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const int frac = count > 2 ? std::stoi(arguments[2]) : 0;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    if (entry.path().extension() != ".onnx") continue;
    std::printf("%s\t%s\n", entry.path().stem().c_str(), result_of(entry.path(), frac).c_str());
  }
  return 0;
}
