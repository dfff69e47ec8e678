// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/map_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dcnsim {
namespace {

EvaluatedMapping mapping(std::uint64_t scale) {
  EvaluatedMapping m;
  m.tiling = {static_cast<int>(scale), 6, 8, 144, LoopOrder::kPixelOuter};
  m.counters.compute_cycles = 700 * scale;
  m.counters.stall_cycles = {50 * scale, 100 * scale, 20 * scale, 30 * scale, 100 * scale};
  m.counters.cycles = 1000 * scale;
  m.counters.stream_bytes = {256, 1000, 16, 0, 2000 * scale, 500};
  return m;
}

MapReport a_mapping() {
  MapReport r;
  r.version = "test";
  r.network = "net";
  r.accelerator.input_buffer = r.accelerator.weight_buffer = {8192, 64, 1, true};
  r.accelerator.output_buffer = {2048, 64, 1, false};
  r.accelerator.accumulator_buffer_bytes = 4096;
  r.accelerator.array.rows = r.accelerator.array.columns = 8;
  MappedLayer layer;
  layer.name = "conv";
  Descriptor& d = layer.mapping.descriptor;
  d.conv.in = {8, 8, 16};
  d.conv.out_channels = 32;
  d.conv.kernel_h = d.conv.kernel_w = 3;
  d.output_on_chip = true;
  layer.mapping.search.best = {mapping(3), mapping(6)};
  d.tiling = layer.mapping.search.best[0].tiling;
  layer.mapping.search.legal = 100;
  layer.mapping.search.evaluated = 7;
  layer.mapping.search.given_up = 13;
  layer.energy_pj = 2e6;
  Tiling other = mapping(6).tiling;
  other.order = LoopOrder::kWeightChunkOuter;
  other.tile_in = 4;
  layer.choice = Choice{{mapping(3).tiling, BoundKind::kLoads, 2700, 7772},
                        {{other, BoundKind::kStores, 4500, 3886}}};
  r.layers = {layer};
  return r;
}

/// Lines that end where the text wants them to.
TextLayout unbroken() {
  TextLayout layout;
  layout.columns = 1000;
  return layout;
}

TEST(MapReport, the_limit_is_the_diagnosis_of_a_run) {
  const MapReport r = a_mapping();
  const LayerCounters& c = counters_of(r.layers[0]);
  const Diagnosis expected = diagnose(attribution(LayerKind::kConv, c), c, r.accelerator.array,
                                      nullptr, WhatIfMapping::kNew);
  EXPECT_EQ(diagnosis(r, 0).limit, expected.limit);
  EXPECT_NE(explain(r, 0, unbroken()).find(expected.limit + ": " + expected.advice),
            std::string::npos);
}

TEST(MapReport, buffers_are_as_full_as_the_tiles_they_hold) {
  const MapReport r = a_mapping();
  Descriptor d = r.layers[0].mapping.descriptor;
  BufferFill fill = buffer_fill(d, r.accelerator);
  // 5 x 8 x 16 bytes of input in one half, 6 x 6 x 32 bytes of kept output in the other.
  EXPECT_DOUBLE_EQ(fill.input, (5 * 8 * 16 + 6 * 6 * 32) / 8192.0);
  EXPECT_DOUBLE_EQ(fill.weight, 2 * (144 * 8 + 8 * 4) / 8192.0);
  EXPECT_DOUBLE_EQ(fill.output, 0);
  EXPECT_DOUBLE_EQ(fill.accumulator, 3 * 6 * 8 * 4 / 4096.0);
  d.output_on_chip = false;
  fill = buffer_fill(d, r.accelerator);
  EXPECT_DOUBLE_EQ(fill.input, 2 * 5 * 8 * 16 / 8192.0);
  EXPECT_DOUBLE_EQ(fill.output, 3 * 6 * 32 / 2048.0);
}

TEST(MapReport, explains_a_layer_and_what_its_rivals_lose) {
  const MapReport r = a_mapping();
  const std::string text = explain(r, 0, unbroken());
  for (const char* part :
       {"2 of 3 x 6 of 6 x 6 outputs", "4 of 8 channels", "output stays for the next layer",
        "3000: computing 2100 (70.0 %)", "weight 300 (10.0 %)", "banks 300 (10.0 %)",
        "% of the PEs at work, utilization", "limited by    ",
        "100 mappings with this on chip predicted", "7 evaluated", "13 given up", "80 ruled out",
        "loads: with these tiles the layer cannot take less than 2700 cycles, 90.0 % of those",
        "6x6 i4 c8 k144 weight-chunks-outer: at least 4500 cycles (+50.00 %), 3.9 kB (-50.00 %), "
        "stores",
        "6x6 c8 k144 pixels-outer: 6000 cycles (+100.00 %), 13.8 kB (+77.20 %)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_NE(to_text(r).find("-/out"), std::string::npos) << to_text(r);
}

TEST(MapReport, json_has_the_documented_fields) {
  const auto json = nlohmann::json::parse(to_json(a_mapping()));
  EXPECT_EQ(json.at("schema"), "dcnsim.map/1");
  EXPECT_EQ(json.at("objective"), "latency");
  const auto& layer = json.at("layers").at(0);
  EXPECT_EQ(layer.at("tiling").at("tile_h"), 3);
  EXPECT_EQ(layer.at("latency_cycles"), 3000);
  EXPECT_EQ(layer.at("stall_cycles").at("conflict"), 300);
  EXPECT_EQ(layer.at("traffic").at("dram_write_bytes"), 500);
  EXPECT_EQ(layer.at("search").at("legal"), 100);
  EXPECT_EQ(layer.at("runners_up").size(), 1u);
  EXPECT_EQ(layer.at("choice").at("bound"), "loads");
  EXPECT_EQ(layer.at("choice").at("least_cycles"), 2700);
  const auto& other = layer.at("choice").at("other_orders").at(0);
  EXPECT_EQ(other.at("tiling").at("order"), "weight-chunks-outer");
  EXPECT_EQ(other.at("tiling").at("tile_in"), 4);
  EXPECT_EQ(other.at("bytes"), 3886);
  EXPECT_EQ(json.at("slack_percent"), 0);
  EXPECT_EQ(json.at("second_objective"), "traffic");
  EXPECT_EQ(layer.at("computing_cycles"), 2100);
  EXPECT_EQ(layer.at("filling_draining_cycles"), 0);
  EXPECT_TRUE(layer.at("what_if").is_null());
  EXPECT_EQ(layer.at("output_on_chip"), true);
  EXPECT_TRUE(json.at("stream").is_null());
}

TEST(MapReport, says_what_a_stream_gets_where_one_was_asked_for) {
  MapReport r = a_mapping();
  r.accelerator.clock_mhz = 200;
  EXPECT_EQ(to_text(r).find("stream"), std::string::npos);
  r.stream = {4, 2'000'000};
  EXPECT_NE(
      to_text(r, unbroken()).find("400 images/s in a stream, a batch of 4 every 2000000 cycles\n"),
      std::string::npos);
  r.stream->images = 1;
  EXPECT_NE(
      to_text(r, unbroken()).find("100 images/s in a stream, an image every 2000000 cycles\n"),
      std::string::npos);
  const auto stream = nlohmann::json::parse(to_json(r)).at("stream");
  EXPECT_EQ(stream.at("images"), 1);
  EXPECT_EQ(stream.at("interval_cycles"), 2'000'000);
  EXPECT_EQ(stream.at("images_per_s"), 100);
}

}  // namespace
}  // namespace dcnsim
