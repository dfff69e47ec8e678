// SPDX-License-Identifier: Apache-2.0
// tflite_values FOLDER: what load_network() and the executor make of the TFLite files in a folder,
// for an oracle that is not C++. NAME.input holds one image as int8 codes, rows, columns, channels.
// Of NAME.tflite it writes NAME.codes, the codes of all layers as int32 in the same order, and
// prints a line: NAME and each layer's name and number of codes; or NAME, "error" and the message.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "workloads/executor.h"
#include "workloads/onnx/onnx_network.h"

namespace {

using namespace dcnsim;
namespace fs = std::filesystem;

CodeTensor image_for(const FixedNetwork& network, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  CodeTensor image(network.input, network.input_format);
  if (bytes.size() != image.size()) {
    throw std::runtime_error(path.string() + ": " + std::to_string(bytes.size()) +
                             " bytes, expected " + std::to_string(image.size()));
  }
  for (std::size_t i = 0; i < image.size(); ++i) image.set(i, static_cast<std::int8_t>(bytes[i]));
  return image;
}

std::string result_of(const fs::path& path) {
  try {
    const auto network = std::get<FixedNetwork>(load_network(path.string()));
    Executor executor(network, {32, Overflow::kWrap});
    const Activations& all =
        executor.run(image_for(network, fs::path(path).replace_extension(".input")));
    std::vector<std::int32_t> codes;
    std::string line = "codes";
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      const CodeTensor& map = all.layers[i];
      line += "\t" + network.layers[i].node.name + "\t" + std::to_string(map.size());
      for (std::size_t k = 0; k < map.size(); ++k) codes.push_back(map.get(k));
    }
    std::ofstream(fs::path(path).replace_extension(".codes"), std::ios::binary)
        .write(reinterpret_cast<const char*>(codes.data()),
               static_cast<std::streamsize>(codes.size() * sizeof codes[0]));
    return line;
  } catch (const std::exception& error) {
    return std::string("error\t") + error.what();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  for (const auto& entry : fs::directory_iterator(arguments[1])) {
    if (entry.path().extension() != ".tflite") continue;
    std::printf("%s\t%s\n", entry.path().stem().c_str(), result_of(entry.path()).c_str());
  }
  return 0;
}
