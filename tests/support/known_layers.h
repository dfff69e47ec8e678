// SPDX-License-Identifier: Apache-2.0
// The different layers of ResNet-50 (He et al. 2015, v1.5: strides in the 3 x 3 convolutions) and
// of MobileNetV2 (Sandler et al. 2018) at 224 x 224, with one width for everything.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "models/arch/descriptor.h"

namespace dcnsim {

struct KnownLayer {
  std::string name;
  Descriptor descriptor;
};

class KnownNetwork {
 public:
  explicit KnownNetwork(int bits) : bits_(bits) {}

  static std::vector<KnownLayer> resnet50(int bits) {
    KnownNetwork net(bits);
    net.conv("conv1", 224, 3, 64, 7, 2);
    net.pool("maxpool", PoolKind::kMax, 112, 64, 3, 2, 1);
    int size = 56, in = 64;
    for (int stage = 2; stage <= 5; ++stage) {
      const int mid = 16 << stage, out = 4 * mid, stride = stage > 2 ? 2 : 1;
      const std::string name = "conv" + std::to_string(stage);
      net.conv(name + "_1a", size, in, mid, 1, 1);
      net.conv(name + "_1b", size, mid, mid, 3, stride);
      net.conv(name + "_project", size, in, out, 1, stride);
      size /= stride;
      net.conv(name + "_c", size, mid, out, 1, 1);
      net.add(name + "_add", size, out);
      net.conv(name + "_2a", size, out, mid, 1, 1);
      net.conv(name + "_2b", size, mid, mid, 3, 1);
      in = out;
    }
    net.pool("avgpool", PoolKind::kAverage, 7, 2048, 7, 7, 0);
    net.conv("fc", 1, 2048, 1000, 1, 1);
    return net.layers_;
  }

  static std::vector<KnownLayer> mobilenet_v2(int bits) {
    struct Block {
      int expand, channels, count, stride;
    };
    KnownNetwork net(bits);
    net.conv("conv1", 224, 3, 32, 3, 2);
    int size = 112, in = 32, number = 0;
    for (const Block& block : {Block{1, 16, 1, 1},
                               {6, 24, 2, 2},
                               {6, 32, 3, 2},
                               {6, 64, 4, 2},
                               {6, 96, 3, 1},
                               {6, 160, 3, 2},
                               {6, 320, 1, 1}}) {
      // A third block of a kind is as the second.
      for (int i = 0; i < std::min(block.count, 2); ++i) {
        const std::string name = "block" + std::to_string(number++);
        const int stride = i == 0 ? block.stride : 1, mid = in * block.expand;
        if (block.expand > 1) net.conv(name + "_expand", size, in, mid, 1, 1);
        net.conv(name + "_depthwise", size, mid, mid, 3, stride, mid);
        size /= stride;
        net.conv(name + "_project", size, mid, block.channels, 1, 1);
        if (i > 0) net.add(name + "_add", size, block.channels);
        in = block.channels;
      }
    }
    net.conv("head", 7, 320, 1280, 1, 1);
    net.pool("avgpool", PoolKind::kAverage, 7, 1280, 7, 7, 0);
    net.conv("fc", 1, 1280, 1000, 1, 1);
    return net.layers_;
  }

 private:
  void layer(const std::string& name, Descriptor d) {
    d.input = d.input2 = d.requant.out = {bits_, 0, false, false};
    d.weight = {bits_, 0, true, false};
    d.proved = true;
    layers_.push_back({name, d});
  }
  void conv(const std::string& name, int size, int in, int out, int kernel, int stride,
            int groups = 1) {
    Descriptor d;
    d.kind = LayerKind::kConv;
    d.conv.in = {size, size, in};
    d.conv.out_channels = out;
    d.conv.groups = groups;
    d.conv.kernel_h = d.conv.kernel_w = kernel;
    d.conv.stride_h = d.conv.stride_w = stride;
    d.conv.pad_top = d.conv.pad_left = d.conv.pad_bottom = d.conv.pad_right = kernel / 2;
    layer(name, d);
  }
  void pool(const std::string& name, PoolKind kind, int size, int channels, int kernel, int stride,
            int pad) {
    Descriptor d;
    d.kind = LayerKind::kPool;
    d.pool.kind = kind;
    d.pool.in = {size, size, channels};
    d.pool.kernel_h = d.pool.kernel_w = kernel;
    d.pool.stride_h = d.pool.stride_w = stride;
    d.pool.pad_top = d.pool.pad_left = d.pool.pad_bottom = d.pool.pad_right = pad;
    layer(name, d);
  }
  void add(const std::string& name, int size, int channels) {
    Descriptor d;
    d.kind = LayerKind::kAdd;
    d.add = {size, size, channels};
    layer(name, d);
  }

  int bits_;
  std::vector<KnownLayer> layers_;
};

}  // namespace dcnsim
