// SPDX-License-Identifier: Apache-2.0
#include "platform/standalone/simulation.h"

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/arch/memory_layout.h"
#include "models/arch/registers.h"
#include "models/tlm/accelerator.h"
#include "models/tlm/bus.h"
#include "models/tlm/main_memory.h"
#include "models/tlm/wiring.h"
#include "models/values/value_sequencer.h"
#include "platform/standalone/host.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kRegisterBase = std::uint64_t{1} << 40;  // above any DRAM

std::string describe(const DcnResult& result, const Program& program) {
  switch (result.status) {
    case DCN_NO_DEVICE:
      return "the driver found no accelerator at the register window";
    case DCN_BUS_ERROR:
      return "the driver got a bus error from the registers";
    case DCN_OK:
    case DCN_RUNNING:
    case DCN_JOB_FAILED:
      break;
  }
  const char* reason = result.error_code == reg::kBadDescriptor ? "bad descriptor"
                       : result.error_code == reg::kDoesNotFit  ? "a tile does not fit a buffer"
                                                                : "bus error from the memory";
  const std::size_t layer = result.error_layer;
  return "layer \"" + (layer < program.layers.size() ? program.layers[layer].name : "?") +
         "\": the accelerator reports: " + reason;
}

}  // namespace

struct Simulation::Impl : private PipelineClient {
  Impl(const AcceleratorConfig& config, const DramSpec& spec, const Program& loaded,
       const SimulationOptions& options)
      : program(loaded),
        bus_bytes(config.dma.bus_bytes),
        clocking(config.clock_mhz),
        bus("bus", clocking.cycles(kBusLatencyCycles), 2,
            {{0, static_cast<std::uint64_t>(config.dram.capacity_bytes)},
             {kRegisterBase, reg::kWindowBytes}}),
        memory(make_main_memory(config, spec)),
        accelerator("accelerator", config, options.transport),
        sequenced_config(config),
        sequencer(sequenced_config),
        host("host", kRegisterBase, clocking),
        irq("irq"),
        reset("reset") {
    tlm::tlm_global_quantum::instance().set(Clocking::to_time(options.quantum_ps));
    accelerator.measure(memory->own_meter());
    accelerator.add_observer(*this);
    if (options.observer != nullptr) accelerator.add_observer(*options.observer);
    memory->observe(options.dram_observer);
    if (!options.vcd.empty()) {
      waveforms.reset(sc_core::sc_create_vcd_trace_file(options.vcd.c_str()));
      // SystemC would say so on standard output.
      const auto actions =
          sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
      waveforms->set_time_unit(1, sc_core::SC_PS);
      sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, actions);
      accelerator.trace(waveforms.get());
    }
    Wiring direct;
    Wiring& wiring = options.wiring != nullptr ? *options.wiring : direct;
    wiring.join(host.bus, bus.from_initiators[0]);
    wiring.join(accelerator.memory, bus.from_initiators[1]);
    wiring.join(bus.to_targets[0], memory->socket());
    wiring.join(bus.to_targets[1], accelerator.registers);
    accelerator.irq.bind(irq);
    accelerator.reset.bind(reset);
    host.irq.bind(irq);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    host.write_memory(0, program.image);
  }

  void layer_finished(std::uint64_t) override {
    const std::size_t index = (accelerator.layer_counters().size() - 1) % program.layers.size();
    if (program.layers.at(index).descriptor.output_on_chip) {
      kept_maps[index] = accelerator.kept_maps();
    }
  }

  void check(const std::vector<CodeTensor>& batch) const {
    if (batch.size() != static_cast<std::size_t>(program.images)) {
      throw std::runtime_error("batch: of another size than the program's");
    }
    for (const CodeTensor& image : batch) {
      if (image.shape() != program.input_shape || image.format() != program.input_format) {
        throw std::runtime_error("image: shape or format differs from the network's input");
      }
    }
  }

  void write_inputs(const std::vector<CodeTensor>& images, int set) {
    std::uint64_t address = program.input_address + program.maps_before(set);
    for (const CodeTensor& image : images) {
      host.write_memory(address,
                        pack_map(image, bus_bytes, program.input_segment, program.input_strip));
      address += program.map_stride;
    }
  }

  const Program& program;
  const int bus_bytes;
  const Clocking clocking;
  Bus bus;
  const std::unique_ptr<MainMemory> memory;
  Accelerator accelerator;
  const AcceleratorConfig sequenced_config;
  ValueSequencer sequencer;
  Host host;
  sc_core::sc_signal<bool> irq;
  sc_core::sc_signal<bool> reset;
  std::map<std::size_t, std::vector<CodeTensor>> kept_maps;  ///< by layer, then image

  struct Close {
    void operator()(sc_core::sc_trace_file* file) const { sc_core::sc_close_vcd_trace_file(file); }
  };
  std::unique_ptr<sc_core::sc_trace_file, Close> waveforms;
};

Simulation::Simulation(const AcceleratorConfig& config, const DramSpec& dram,
                       const Program& program, const SimulationOptions& options)
    : impl_(std::make_unique<Impl>(config, dram, program, options)) {}

Simulation::~Simulation() = default;

Inference Simulation::run(const CodeTensor& image) {
  BatchStream stream = run_queue({{image}});
  return {std::move(stream.outputs[0][0]), std::move(stream.batches[0]), stream.cycles};
}

Inference Simulation::values(const CodeTensor& image) {
  Impl& s = *impl_;
  s.check({image});
  const MemoryBytes memory = s.host.direct_memory();
  if (memory.data == nullptr) return run(image);
  s.write_inputs({image}, 0);
  const std::size_t layers = s.program.layers.size();
  Inference inference;
  inference.layers = s.sequencer.run(
      memory, s.program.list_address(0), static_cast<std::uint32_t>(layers),
      s.accelerator.kept_weights(), [&](std::size_t layer, const std::vector<CodeTensor>& kept) {
        if (!kept.empty()) s.kept_maps[layer] = kept;
      });
  inference.output = layer_output(layers - 1);
  return inference;
}

BatchStream Simulation::run_queue(const std::vector<std::vector<CodeTensor>>& batches) {
  Impl& s = *impl_;
  const std::size_t layers = s.program.layers.size();
  for (const std::vector<CodeTensor>& batch : batches) s.check(batch);
  const auto set_of = [&](std::size_t batch) {
    return static_cast<int>(batch % static_cast<std::size_t>(s.program.sets));
  };
  const auto sets = static_cast<std::size_t>(s.program.sets);
  std::vector<Host::List> lists;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (i < sets) s.write_inputs(batches[i], set_of(i));
    lists.push_back({s.program.list_address(set_of(i)), static_cast<std::uint32_t>(layers)});
  }
  BatchStream stream;
  s.host.request_queue(lists, [&](std::size_t done) {
    std::vector<CodeTensor>& outputs = stream.outputs.emplace_back();
    for (int image = 0; image < s.program.images; ++image) {
      outputs.push_back(layer_output(layers - 1, image, set_of(done)));
    }
    if (done + sets < batches.size()) s.write_inputs(batches[done + sets], set_of(done));
  });
  sc_core::sc_start();  // returns when nothing is left to happen
  if (!s.host.finished()) throw std::runtime_error("the accelerator never raised its interrupt");
  if (s.host.result().status != DCN_OK) {
    throw std::runtime_error(describe(s.host.result(), s.program));
  }
  const std::vector<LayerCounters>& counters = s.accelerator.layer_counters();
  for (auto of_batch = counters.begin(); of_batch != counters.end();) {
    const auto end = of_batch + static_cast<std::ptrdiff_t>(layers);
    stream.batches.emplace_back(of_batch, end);
    of_batch = end;
  }
  stream.cycles = s.host.cycles();
  return stream;
}

CodeTensor Simulation::layer_output(std::size_t layer, int image, int set) {
  const Program& program = impl_->program;
  const Descriptor& d = program.layers.at(layer).descriptor;
  if (d.output_on_chip) return impl_->kept_maps.at(layer).at(static_cast<std::size_t>(image));
  const auto bytes = static_cast<std::size_t>(output_layout(d, impl_->bus_bytes).bytes());
  const std::uint64_t address = d.output_address + program.maps_before(set) +
                                static_cast<std::uint64_t>(image) * program.map_stride;
  return unpack_map(impl_->host.read_memory(address, bytes).data(), d.output_shape(), d.requant.out,
                    impl_->bus_bytes, d.output_segment, d.output_strip);
}

}  // namespace dcnsim
