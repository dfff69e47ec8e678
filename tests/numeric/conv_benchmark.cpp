// SPDX-License-Identifier: Apache-2.0
// Integer convolution beside oneDNN's int8 convolution of the same shapes, in one run, one thread:
//   GMAC/s of conv_fast (u8 x s8, padding and dispatch included) and of oneDNN (u8s8s32, nhwc,
//   weights already in its own layout) with one image and with fifty.
#include <benchmark/benchmark.h>

#include <cmath>
#include <dnnl.hpp>
#include <unordered_map>
#include <vector>

#include "models/numeric/bitpack.h"
#include "models/numeric/conv.h"
#include "models/numeric/post.h"
#include "tests/numeric/conv_support.h"

namespace dcnsim {
namespace {

using test::Layer;

struct NamedShape {
  const char* name;
  ConvShape shape;
};

// The built-in network's layers, then two tiles as the accelerator's array sees them.
constexpr NamedShape kShapes[] = {
    {"conv0 32x32x3->48", {{32, 32, 3}, 48, 3, 3, 1, 1, 0, 0, 0, 0, 1}},
    {"conv1 30x30x48->64", {{30, 30, 48}, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1}},
    {"conv2 15x15x64->64", {{15, 15, 64}, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1}},
    {"conv3 15x15x64->256", {{15, 15, 64}, 256, 3, 3, 1, 1, 1, 1, 1, 1, 1}},
    {"conv4 7x7x256->256", {{7, 7, 256}, 256, 3, 3, 1, 1, 1, 1, 1, 1, 1}},
    {"conv6 3x3x256->256", {{3, 3, 256}, 256, 3, 3, 1, 1, 1, 1, 1, 1, 1}},
    {"fc 256->10", {{1, 1, 256}, 10, 1, 1, 1, 1, 0, 0, 0, 0, 1}},
    {"tile 4x15x64->16", {{5, 15, 64}, 16, 3, 3, 1, 1, 1, 1, 0, 1, 1}},
    {"tile 2x7x256->32", {{4, 7, 256}, 32, 3, 3, 1, 1, 0, 1, 0, 1, 1}},
};

const NamedShape& shape_of(const benchmark::State& state) {
  return kShapes[static_cast<std::size_t>(state.range(0))];
}

void report(benchmark::State& state, double images) {
  const NamedShape& named = shape_of(state);
  state.SetLabel(named.name);
  const double macs = static_cast<double>(named.shape.macs()) * images;
  state.counters["GMAC/s"] =
      benchmark::Counter(macs * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

/// Weights as trained networks have them: large ones are rare.
Layer make_layer(const ConvShape& shape, int weight_bits, int input_bits, bool input_is_signed) {
  test::Random random(1);
  const Format format{weight_bits, 0, true};
  Layer layer = test::random_layer(random, shape, format, {input_bits, 0, input_is_signed}, 1000);
  std::normal_distribution<double> weights(0, format.max_code() / 4.5);
  for (std::int32_t& weight : layer.weights) {
    weight = std::clamp(static_cast<std::int32_t>(std::lround(weights(random))), format.min_code(),
                        format.max_code());
  }
  return layer;
}

void run_fast(benchmark::State& state, int bits, bool input_is_signed,
              const Accumulator& accumulator) {
  const Layer layer = make_layer(shape_of(state).shape, bits, bits, input_is_signed);
  const ConvWeights weights(layer.shape, layer.weight_format, layer.input.format(), layer.weights,
                            layer.bias, accumulator);
  Accumulators out;
  for (auto _ : state) {
    conv_fast(layer.shape, layer.input, weights, out);
    benchmark::ClobberMemory();
  }
  report(state, 1);
}

void fast_u8s8(benchmark::State& state) { run_fast(state, 8, false, {32, Overflow::kWrap}); }
void fast_s8s8(benchmark::State& state) { run_fast(state, 8, true, {32, Overflow::kWrap}); }
void fast_10bit(benchmark::State& state) { run_fast(state, 10, false, {32, Overflow::kWrap}); }
void fast_16bit_wide(benchmark::State& state) { run_fast(state, 16, false, {48, Overflow::kWrap}); }

/// Weights taken from bit-packed memory order into the kernel's: GB/s of codes.
void repack(benchmark::State& state) {
  const Layer layer = make_layer(shape_of(state).shape, 8, 8, false);
  const CodeTensor codes = test::k_major(layer);
  ConvWeights weights;
  for (auto _ : state) {
    weights.repack_k_major(layer.shape, layer.weight_format, layer.input.format(), codes.data(),
                           layer.bias, {32, Overflow::kWrap}, true);
    benchmark::ClobberMemory();
  }
  state.SetLabel(shape_of(state).name);
  state.SetBytesProcessed(static_cast<std::int64_t>(codes.size()) * state.iterations());
}

void onednn(benchmark::State& state) {
  using dnnl::memory;
  const ConvShape& s = shape_of(state).shape;
  const memory::dim images = state.range(1);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const memory::dims in{images, s.in.channels, s.in.height, s.in.width};
  const memory::dims kernel{s.out_channels, s.in.channels, s.kernel_h, s.kernel_w};
  const memory::dims out{images, s.out_channels, s.out_h(), s.out_w()};
  const dnnl::convolution_forward::desc desc(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      {in, memory::data_type::u8, memory::format_tag::nhwc},
      {kernel, memory::data_type::s8, memory::format_tag::any},
      {{s.out_channels}, memory::data_type::s32, memory::format_tag::x},
      {out, memory::data_type::s32, memory::format_tag::nhwc}, {s.stride_h, s.stride_w},
      {s.pad_top, s.pad_left}, {s.pad_bottom, s.pad_right});
  const dnnl::convolution_forward::primitive_desc primitive_desc(desc, engine);
  const dnnl::convolution_forward primitive(primitive_desc);
  const auto filled = [&](const memory::desc& memory_desc) {
    memory result(memory_desc, engine);
    auto* bytes = static_cast<std::uint8_t*>(result.get_data_handle());
    for (std::size_t i = 0; i < memory_desc.get_size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(i % 100);
    return result;
  };
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, filled(primitive_desc.src_desc())},
      {DNNL_ARG_WEIGHTS, filled(primitive_desc.weights_desc())},
      {DNNL_ARG_BIAS, filled(primitive_desc.bias_desc())},
      {DNNL_ARG_DST, filled(primitive_desc.dst_desc())}};
  for (auto _ : state) {
    primitive.execute(stream, arguments);
    stream.wait();
  }
  report(state, static_cast<double>(images));
}

void requantize_and_pool(benchmark::State& state) {
  const Shape shape{30, 30, 64};
  Accumulators acc;
  acc.narrow.resize(shape.elements());
  for (std::size_t i = 0; i < acc.narrow.size(); ++i)
    acc.narrow[i] = static_cast<std::int32_t>(i * 7919);
  const auto rounding = static_cast<Rounding>(state.range(0));
  const Requant requant{12, rounding, false, {8, 0, false}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        requantize_tensor(acc, shape, requant, static_cast<int>(state.range(1))));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(acc.narrow.size()) * state.iterations());
}

void unpack(benchmark::State& state) {
  const Format format{static_cast<int>(state.range(0)), 0, true};
  constexpr std::size_t kCount = 65536;
  const std::vector<std::uint8_t> packed(packed_bytes(kCount + 8, format.bits), 0x5A);
  CodeTensor codes({1, 1, kCount}, format);
  for (auto _ : state) {
    unpack_codes(packed.data(), static_cast<std::size_t>(state.range(1)), format, kCount,
                 codes.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kCount) * state.iterations());
}

void pack(benchmark::State& state) {
  const Format format{static_cast<int>(state.range(0)), 0, true};
  constexpr std::size_t kCount = 65536;
  std::vector<std::uint8_t> packed(packed_bytes(kCount + 8, format.bits), 0x5A);
  const CodeTensor codes({1, 1, kCount}, format);
  for (auto _ : state) {
    pack_codes(codes.data(), format, kCount, packed.data(),
               static_cast<std::size_t>(state.range(1)));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kCount) * state.iterations());
}

constexpr std::int64_t kLastShape = sizeof(kShapes) / sizeof(kShapes[0]) - 1;

BENCHMARK(fast_u8s8)->DenseRange(0, kLastShape);
BENCHMARK(onednn)->ArgsProduct({benchmark::CreateDenseRange(0, kLastShape, 1), {1, 50}});
BENCHMARK(fast_s8s8)->DenseRange(0, kLastShape);
BENCHMARK(fast_10bit)->DenseRange(0, kLastShape);
BENCHMARK(fast_16bit_wide)->DenseRange(0, kLastShape);
BENCHMARK(repack)->DenseRange(0, kLastShape);
BENCHMARK(requantize_and_pool)->ArgsProduct({{0, 1}, {1, 2}});
BENCHMARK(unpack)->ArgsProduct({{2, 4, 5, 7, 8, 12, 15}, {0, 1}});
BENCHMARK(pack)->ArgsProduct({{2, 4, 5, 7, 8, 12, 15}, {0, 1}});

}  // namespace
}  // namespace dcnsim

BENCHMARK_MAIN();
