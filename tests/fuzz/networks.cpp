// SPDX-License-Identifier: Apache-2.0
// Networks: one that is taken is valid, written and read again to the same, and gives the same
// codes on the accelerator as in the reference executor.
#include <variant>

#include "models/arch/memory_layout.h"
#include "models/base/file/text_file.h"
#include "platform/compiler/program.h"
#include "tests/fuzz/machines.h"
#include "tests/fuzz/reader.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"
#include "workloads/network.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::fuzz {
namespace {

constexpr std::uint64_t kMostToWrite = 2'000'000, kMostToRun = 200'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 28;

std::uint64_t product(const Shape& map, int a, int b) {
  return map.elements() * static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b);
}

/// Elements and operations of one inference.
template <class Network>
std::uint64_t work(const Network& network) {
  std::uint64_t sum = network.input.elements();
  for (const auto& layer : network.layers) {
    const LayerNode& node = layer.node;
    sum += node.output_shape().elements();
    if (node.kind == LayerKind::kConv) {
      const ConvShape& c = node.conv;
      const Shape padded{c.in.height + c.pad_top + c.pad_bottom,
                         c.in.width + c.pad_left + c.pad_right, c.in.channels};
      sum += c.macs() + padded.elements();
    } else if (node.kind == LayerKind::kPool) {
      sum += product(node.pool.out(), node.pool.kernel_h, node.pool.kernel_w);
    }
  }
  return sum;
}

/// Equal networks give equal bytes.
template <class Network>
void survives_a_file(const Network& network) {
  const std::string first = path_of("first.onnx"), second = path_of("second.onnx");
  save_network(network, first);  // refuses what ONNX cannot say
  must("what was written is read", [&] {
    save_network(std::get<Network>(load_network(first)), second);
    require(read_text_file(first, kMostBytes) == read_text_file(second, kMostBytes),
            "a network survives its file");
  });
}

void run(const FloatNetwork& network) {
  FloatExecutor::Map image(network.input.elements());
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i * 37 % 256);
  must("a network that is taken runs", [&] { FloatExecutor(network).run(image); });
}

void run(const FixedNetwork& network, Machine& machine) {
  CodeTensor image(network.input, network.input_format);
  const std::int64_t low = network.input_format.min_code();
  const std::int64_t codes = network.input_format.max_code() - low + 1;
  for (std::size_t i = 0; i < image.size(); ++i) {
    image.set(i, static_cast<std::int32_t>(low + static_cast<std::int64_t>(i * 37) % codes));
  }
  Executor executor(network, machine.config().accumulator);
  const Activations& expected = executor.run(image);
  const Program program = compile(network, machine.config(), machine.dram());  // or it does not fit
  must("a compiled network runs", [&] {
    machine.load(program.image);
    machine.write(program.input_address, pack_map(image, machine.config().dma.bus_bytes,
                                                  program.input_segment, program.input_strip));
    const Job job =
        machine.run(program.descriptor_address, static_cast<std::uint32_t>(program.layers.size()));
    require(job.status == DCN_OK, "a compiled network ends in DONE");
    const Descriptor& last = program.layers.back().descriptor;
    if (last.output_on_chip) return;
    const int bus = machine.config().dma.bus_bytes;
    const auto bytes = static_cast<std::size_t>(output_layout(last, bus).bytes());
    const CodeTensor output =
        unpack_map(machine.read(last.output_address, bytes).data(), last.output_shape(),
                   last.requant.out, bus, last.output_segment, last.output_strip);
    require(output == expected.layers.back(), "the accelerator computes the reference's codes");
  });
}

void run(const FixedNetwork& network) { run(network, machines().front()); }

template <class Network>
void check(const Network& network) {
  must("a network that is taken is valid", [&] { validate(network); });
  const std::uint64_t cost = work(network);
  if (cost <= kMostToRun) run(network);
  if (cost <= kMostToWrite) survives_a_file(network);
}

}  // namespace

void read_network(const std::string& bytes) {
  const auto network = load_network(file_with("network.onnx", bytes));
  std::visit([](const auto& n) { check(n); }, network);
}

/// No file of ours says what these are.
void read_tflite(const std::string& bytes) {
  const auto network = load_network(file_with("network.tflite", bytes));
  const auto* const fixed = std::get_if<FixedNetwork>(&network);
  if (fixed == nullptr) return;
  must("a network that is taken is valid", [&] { validate(*fixed); });
  if (work(*fixed) <= kMostToRun) run(*fixed, machines().back());
}

}  // namespace dcnsim::fuzz
