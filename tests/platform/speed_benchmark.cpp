// SPDX-License-Identifier: Apache-2.0
// How fast is simulating? Processor time an image of the built-in network at 8/8 bits takes, two
// processes: oneDNN's int8 convolutions of the same shapes (the peer: arithmetic alone), the
// reference executor, and the full SystemC simulation of each preset with the data through every
// model. All in one run, five times in turn, the least of each, so that the ratios do not depend on
// the machine's mood.
//
//   speed_benchmark [images, default 1000] [processes, default 2] [part of a name: beside the peer
//                   only what has it]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dnnl.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <systemc>
#include <vector>

#include "models/arch/accelerator_yaml.h"
#include "models/cost/cost_model.h"
#include "models/perf/evaluate.h"
#include "platform/standalone/simulation.h"
#include "tests/support/builtin_network.h"
#include "tests/support/network_images.h"
#include "workloads/executor.h"
#include "workloads/images/cifar10_file.h"

namespace dcnsim {
namespace {

/// One prepared unit of work: called once an image.
using PerImage = std::function<void(std::size_t image)>;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Processor seconds an image takes `processes` workers that each prepare, then wait for the start,
/// then share `images` between them.
double seconds_an_image(std::size_t images, std::size_t processes,
                        const std::function<PerImage()>& prepare) {
  int ready[2], go[2];
  if (pipe(ready) != 0 || pipe(go) != 0) throw std::runtime_error("pipe failed");
  std::vector<pid_t> workers;
  for (std::size_t worker = 0; worker < processes; ++worker) {
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid > 0) {
      workers.push_back(pid);
      continue;
    }
    close(go[1]);
    try {
      const PerImage work = prepare();
      work(0);  // caches warm, code generated
      char byte = 0;
      if (write(ready[1], &byte, 1) != 1) _exit(1);
      if (read(go[0], &byte, 1) != 0) _exit(1);
      const double begun = processor_seconds();
      for (std::size_t image = worker; image < images; image += processes) work(image);
      const double seconds = processor_seconds() - begun;
      if (write(ready[1], &seconds, sizeof seconds) != sizeof seconds) _exit(1);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(1);
    }
    _exit(0);
  }
  for (std::size_t worker = 0; worker < processes; ++worker) {
    char byte = 0;
    if (read(ready[0], &byte, 1) != 1) throw std::runtime_error("a worker failed to prepare");
  }
  close(go[0]);
  close(go[1]);
  double sum = 0;
  for (const pid_t pid : workers) {
    int status = 0;
    double seconds = 0;
    if (waitpid(pid, &status, 0) != pid || status != 0 ||
        read(ready[0], &seconds, sizeof seconds) != sizeof seconds) {
      throw std::runtime_error("a worker failed");
    }
    sum += seconds;
  }
  close(ready[0]);
  close(ready[1]);
  return sum / static_cast<double>(images);
}

/// All convolutions of `network` as oneDNN u8 x s8 -> u8 primitives with bias and ReLU.
PerImage onednn(const FixedNetwork& network, int batch) {
  using tag = dnnl::memory::format_tag;
  using type = dnnl::memory::data_type;
  auto engine = std::make_shared<dnnl::engine>(dnnl::engine::kind::cpu, 0);
  auto stream = std::make_shared<dnnl::stream>(*engine);
  struct Primitive {
    dnnl::convolution_forward forward;
    std::unordered_map<int, dnnl::memory> arguments;
  };
  auto primitives = std::make_shared<std::vector<Primitive>>();
  for (const FixedLayer& layer : network.layers) {
    if (layer.node.kind != LayerKind::kConv) continue;
    const ConvShape& c = layer.node.conv;
    const dnnl::memory::desc source({batch, c.in.channels, c.in.height, c.in.width}, type::u8,
                                    tag::nhwc);
    const dnnl::memory::desc weights({c.out_channels, c.in.channels, c.kernel_h, c.kernel_w},
                                     type::s8, tag::any);
    const dnnl::memory::desc bias({c.out_channels}, type::s32, tag::x);
    const dnnl::memory::desc target({batch, c.out_channels, c.out_h(), c.out_w()}, type::u8,
                                    tag::nhwc);
    dnnl::primitive_attr attributes;
    attributes.set_output_scales(0, {0.01f});
    dnnl::post_ops post;
    post.append_eltwise(1.f, dnnl::algorithm::eltwise_relu, 0.f, 0.f);
    attributes.set_post_ops(post);
    const dnnl::convolution_forward::primitive_desc description(
        dnnl::convolution_forward::desc(dnnl::prop_kind::forward_inference,
                                        dnnl::algorithm::convolution_direct, source, weights, bias,
                                        target, {c.stride_h, c.stride_w}, {c.pad_top, c.pad_left},
                                        {c.pad_bottom, c.pad_right}),
        attributes, *engine);
    Primitive p{dnnl::convolution_forward(description), {}};
    p.arguments[DNNL_ARG_SRC] = dnnl::memory(description.src_desc(), *engine);
    p.arguments[DNNL_ARG_WEIGHTS] = dnnl::memory(description.weights_desc(), *engine);
    p.arguments[DNNL_ARG_BIAS] = dnnl::memory(description.bias_desc(), *engine);
    p.arguments[DNNL_ARG_DST] = dnnl::memory(description.dst_desc(), *engine);
    for (auto& [name, memory] : p.arguments) {
      auto* bytes = static_cast<std::uint8_t*>(memory.get_data_handle());
      for (std::size_t i = 0; i < memory.get_desc().get_size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 37 % 101);
      }
    }
    primitives->push_back(std::move(p));
  }
  return [engine, stream, primitives, batch, calls = 0](std::size_t) mutable {
    // Every batch-th call does the work of a whole batch.
    if (calls++ % batch != 0) return;
    for (Primitive& p : *primitives) p.forward.execute(*stream, p.arguments);
    stream->wait();
  };
}

PerImage executor(const FixedNetwork& network, const Dataset& images) {
  auto run = std::make_shared<Executor>(network, Accumulator{});
  return
      [run, &images](std::size_t image) { run->run(image_tensor(images, image % images.size())); };
}

struct System {
  AcceleratorConfig config;
  DramSpec dram;
  Program program;

  System(const FixedNetwork& network, const std::string& preset)
      : config(load_accelerator(std::string(DCNSIM_SOURCE_DIR) + "/models/arch/presets/" + preset +
                                ".yaml")),
        dram(load_dram_spec(std::string(DCNSIM_SOURCE_DIR) + "/models/cost/tables",
                            config.dram.preset)),
        program(compile(network, config, dram)) {}
};

/// Of so many images one is simulated with its times.
PerImage simulation(const FixedNetwork& network, const std::string& preset, const Dataset& images,
                    std::size_t timed_every, Transport transport = Transport::kLooselyTimed) {
  auto system = std::make_shared<System>(network, preset);
  SimulationOptions options;
  options.transport = transport;
  auto model = std::make_shared<Simulation>(system->config, system->dram, system->program, options);
  return [system, model, &images, timed_every, calls = std::size_t{0}](std::size_t image) mutable {
    const CodeTensor codes = image_tensor(images, image % images.size());
    calls++ % timed_every == 0 ? model->run(codes) : model->values(codes);
  };
}

/// Times and events of an inference without its values, the mapping being known.
PerImage timing_only(const FixedNetwork& network, const std::string& preset) {
  auto system = std::make_shared<System>(network, preset);
  return [system](std::size_t) {
    evaluate(descriptors(system->program), system->program.descriptor_address, system->config,
             system->dram);
  };
}

int run(int argc, char** argv) {
  const std::size_t images = argc > 1 ? std::stoul(argv[1]) : 1000;
  const std::size_t processes = argc > 2 ? std::stoul(argv[2]) : 2;
  const std::string wanted = argc > 3 ? argv[3] : "";
  const FixedNetwork network = builtin_network();
  const Dataset data =
      load_cifar10(std::string(DCNSIM_SOURCE_DIR) + "/workloads/cifar10/test_1000.bin");

  std::printf("%zu images, %zu processes, kernels: %s\n", images, processes, kernel_name().c_str());
  std::printf("%-44s %12s %10s\n", "", "ms an image", "of oneDNN");
  const auto report = [&](const char* name, double seconds, double peer) {
    std::printf("%-44s %12.3f %9.2fx\n", name, 1e3 * seconds, peer / seconds);
    std::fflush(stdout);
  };
  std::vector<std::pair<std::string, std::function<PerImage()>>> contestants{
      {"oneDNN int8 convolutions, batch 1", [&] { return onednn(network, 1); }},
      {"oneDNN int8 convolutions, batch 50", [&] { return onednn(network, 50); }},
      {"reference executor", [&] { return executor(network, data); }},
      {"full simulation, small_edge, 1 of 100 timed",
       [&] { return simulation(network, "small_edge", data, 100); }},
      {"full simulation, large_edge, 1 of 100 timed",
       [&] { return simulation(network, "large_edge", data, 100); }},
      {"all images loosely timed, small_edge",
       [&] { return simulation(network, "small_edge", data, 1); }},
      {"all images loosely timed, large_edge",
       [&] { return simulation(network, "large_edge", data, 1); }},
      {"all approximately timed, small_edge",
       [&] { return simulation(network, "small_edge", data, 1, Transport::kApproximatelyTimed); }},
      {"timing only, small_edge", [&] { return timing_only(network, "small_edge"); }},
  };
  contestants.erase(
      std::remove_if(contestants.begin() + 1, contestants.end(),
                     [&](const auto& it) { return it.first.find(wanted) == std::string::npos; }),
      contestants.end());
  // In turn, so that a busy moment of the machine does not hit one of them alone.
  constexpr int kRounds = 5;
  std::vector<double> least(std::size(contestants), HUGE_VAL);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < least.size(); ++i) {
      least[i] = std::min(least[i], seconds_an_image(images, processes, contestants[i].second));
    }
  }
  for (std::size_t i = 0; i < least.size(); ++i)
    report(contestants[i].first.c_str(), least[i], least[0]);
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  std::printf("largest process: %ld MiB\n", usage.ru_maxrss / 1024);
  return 0;
}

}  // namespace
}  // namespace dcnsim

// SystemC's library calls sc_main; with a main of our own nothing of it runs before we fork.
int sc_main(int argc, char** argv) { return dcnsim::run(argc, argv); }

int main(int argc, char** argv) {
  // oneDNN would start threads of its own beside our processes; its runtime reads this when loaded.
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {
    setenv("OMP_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
  }
  try {
    return dcnsim::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "speed_benchmark: %s\n", e.what());
    return 1;
  }
}
