// SPDX-License-Identifier: Apache-2.0
// A layer's descriptor: where its fields lie, and how they are written. Written by
// dcnsim_registers from models/arch/descriptor_fields.h: do not edit. What they mean to each
// kind of layer: models/arch/descriptor.md.
#pragma once

#include <stdint.h>

// clang-format off
#define DCN_DESCRIPTOR_BYTES                    256u        /* size of a descriptor */
#define DCN_DESCRIPTOR_MAGIC_OFFSET             0u          /* 0x444C4E44, the bytes "DNLD" */
#define DCN_DESCRIPTOR_MAGIC_BYTES              4u
#define DCN_DESCRIPTOR_MAGIC_VALUE              0x444C4E44u /* what the field has to be */
#define DCN_DESCRIPTOR_VERSION_OFFSET           4u          /* 2; in a descriptor of 1 all that 2 added is zero */
#define DCN_DESCRIPTOR_VERSION_BYTES            2u
#define DCN_DESCRIPTOR_VERSION_VALUE            0x2u        /* what the field has to be */
#define DCN_DESCRIPTOR_KIND_OFFSET              6u          /* one of these */
#define DCN_DESCRIPTOR_KIND_BYTES               1u
#define DCN_DESCRIPTOR_KIND_CONV                0u          /* convolution or fully-connected */
#define DCN_DESCRIPTOR_KIND_POOL                1u          /* pool */
#define DCN_DESCRIPTOR_KIND_ADD                 2u          /* add */
#define DCN_DESCRIPTOR_ORDER_OFFSET             7u          /* loops over N, P and I, outermost first */
#define DCN_DESCRIPTOR_ORDER_BYTES              1u
#define DCN_DESCRIPTOR_ORDER_WEIGHT_OUTER       0u          /* N P I */
#define DCN_DESCRIPTOR_ORDER_PIXEL_OUTER        1u          /* P N I */
#define DCN_DESCRIPTOR_ORDER_WEIGHT_CHUNK_OUTER 2u          /* N I P */
#define DCN_DESCRIPTOR_ORDER_PIXEL_CHUNK_OUTER  3u          /* P I N */
#define DCN_DESCRIPTOR_IN_HEIGHT_OFFSET         8u          /* rows of the input map */
#define DCN_DESCRIPTOR_IN_HEIGHT_BYTES          2u
#define DCN_DESCRIPTOR_IN_WIDTH_OFFSET          10u         /* columns of the input map */
#define DCN_DESCRIPTOR_IN_WIDTH_BYTES           2u
#define DCN_DESCRIPTOR_IN_CHANNELS_OFFSET       12u         /* channels of the input map */
#define DCN_DESCRIPTOR_IN_CHANNELS_BYTES        2u
#define DCN_DESCRIPTOR_OUT_CHANNELS_OFFSET      14u         /* channels of the output map */
#define DCN_DESCRIPTOR_OUT_CHANNELS_BYTES       2u
#define DCN_DESCRIPTOR_KERNEL_H_OFFSET          16u         /* rows of the window */
#define DCN_DESCRIPTOR_KERNEL_H_BYTES           2u
#define DCN_DESCRIPTOR_KERNEL_W_OFFSET          18u         /* columns of the window */
#define DCN_DESCRIPTOR_KERNEL_W_BYTES           2u
#define DCN_DESCRIPTOR_STRIDE_H_OFFSET          20u         /* rows from one window to the next */
#define DCN_DESCRIPTOR_STRIDE_H_BYTES           2u
#define DCN_DESCRIPTOR_STRIDE_W_OFFSET          22u         /* columns from one window to the next */
#define DCN_DESCRIPTOR_STRIDE_W_BYTES           2u
#define DCN_DESCRIPTOR_PAD_TOP_OFFSET           24u         /* rows of padding, fewer than kernel_h */
#define DCN_DESCRIPTOR_PAD_TOP_BYTES            2u
#define DCN_DESCRIPTOR_PAD_LEFT_OFFSET          26u         /* columns of padding, fewer than kernel_w */
#define DCN_DESCRIPTOR_PAD_LEFT_BYTES           2u
#define DCN_DESCRIPTOR_PAD_BOTTOM_OFFSET        28u         /* rows of padding, fewer than kernel_h */
#define DCN_DESCRIPTOR_PAD_BOTTOM_BYTES         2u
#define DCN_DESCRIPTOR_PAD_RIGHT_OFFSET         30u         /* columns of padding, fewer than kernel_w */
#define DCN_DESCRIPTOR_PAD_RIGHT_BYTES          2u
#define DCN_DESCRIPTOR_GROUPS_OFFSET            32u         /* groups of channels */
#define DCN_DESCRIPTOR_GROUPS_BYTES             2u
#define DCN_DESCRIPTOR_FUSED_POOL_OFFSET        34u         /* max pool window and stride on the output, 1 for none */
#define DCN_DESCRIPTOR_FUSED_POOL_BYTES         2u
#define DCN_DESCRIPTOR_POOL_KIND_OFFSET         36u         /* one of these */
#define DCN_DESCRIPTOR_POOL_KIND_BYTES          1u
#define DCN_DESCRIPTOR_POOL_KIND_MAX            0u          /* maximum */
#define DCN_DESCRIPTOR_POOL_KIND_AVERAGE        1u          /* average */
#define DCN_DESCRIPTOR_POOL_KIND_TABLE          2u          /* looked up */
#define DCN_DESCRIPTOR_COUNT_INCLUDE_PAD_OFFSET 37u         /* 1: an average divides by the window's size */
#define DCN_DESCRIPTOR_COUNT_INCLUDE_PAD_BYTES  1u
#define DCN_DESCRIPTOR_ROUNDING_OFFSET          38u         /* one of these */
#define DCN_DESCRIPTOR_ROUNDING_BYTES           1u
#define DCN_DESCRIPTOR_ROUNDING_HALF_EVEN       0u          /* half to even */
#define DCN_DESCRIPTOR_ROUNDING_HALF_UP         1u          /* half up */
#define DCN_DESCRIPTOR_ROUNDING_HALF_AWAY       2u          /* half away from zero */
#define DCN_DESCRIPTOR_ROUNDING_TOWARD_ZERO     3u          /* towards zero */
#define DCN_DESCRIPTOR_ROUNDING_FLOOR           4u          /* floor */
#define DCN_DESCRIPTOR_ROUNDING_TWICE           5u          /* 31 bits half up, the others half away from zero */
#define DCN_DESCRIPTOR_RELU_OFFSET              39u         /* 1: negative results become 0 */
#define DCN_DESCRIPTOR_RELU_BYTES               1u
#define DCN_DESCRIPTOR_SHIFT_OFFSET             40u         /* right shift before rounding, -192..192; behind a multiplier 0..63, of channels 0 (two's complement) */
#define DCN_DESCRIPTOR_SHIFT_BYTES              2u
#define DCN_DESCRIPTOR_PROVED_OFFSET            42u         /* 1: no accumulator can overflow */
#define DCN_DESCRIPTOR_PROVED_BYTES             1u
#define DCN_DESCRIPTOR_INPUT_ON_CHIP_OFFSET     43u         /* 1: the input is what the descriptor before kept */
#define DCN_DESCRIPTOR_INPUT_ON_CHIP_BYTES      1u
#define DCN_DESCRIPTOR_OUTPUT_ON_CHIP_OFFSET    44u         /* 1: the output stays on chip for the next descriptor */
#define DCN_DESCRIPTOR_OUTPUT_ON_CHIP_BYTES     1u
#define DCN_DESCRIPTOR_MULTIPLIES_OFFSET        45u         /* 1: by multipliers, those of each channel or of the operands */
#define DCN_DESCRIPTOR_MULTIPLIES_BYTES         1u
#define DCN_DESCRIPTOR_LEAKY_OFFSET             46u         /* 1: negative sums have multipliers of their own */
#define DCN_DESCRIPTOR_LEAKY_BYTES              1u
#define DCN_DESCRIPTOR_PAIR_KIND_OFFSET         47u         /* one of these */
#define DCN_DESCRIPTOR_PAIR_KIND_BYTES          1u
#define DCN_DESCRIPTOR_PAIR_KIND_SUM            0u          /* sum */
#define DCN_DESCRIPTOR_PAIR_KIND_PRODUCT        1u          /* product */
#define DCN_DESCRIPTOR_PAIR_KIND_SCALING        2u          /* product with one pixel */
#define DCN_DESCRIPTOR_INPUT_BITS_OFFSET        48u         /* width of the input codes, 1..16 */
#define DCN_DESCRIPTOR_INPUT_BITS_BYTES         1u
#define DCN_DESCRIPTOR_INPUT_FRAC_OFFSET        49u         /* their fractional bits, -48..48 (two's complement) */
#define DCN_DESCRIPTOR_INPUT_FRAC_BYTES         1u
#define DCN_DESCRIPTOR_INPUT_SIGNED_OFFSET      50u         /* 1: two's complement */
#define DCN_DESCRIPTOR_INPUT_SIGNED_BYTES       1u
#define DCN_DESCRIPTOR_INPUT_NARROW_OFFSET      51u         /* 1: symmetric range */
#define DCN_DESCRIPTOR_INPUT_NARROW_BYTES       1u
#define DCN_DESCRIPTOR_INPUT2_BITS_OFFSET       52u         /* second operand: as for the input */
#define DCN_DESCRIPTOR_INPUT2_BITS_BYTES        1u
#define DCN_DESCRIPTOR_INPUT2_FRAC_OFFSET       53u         /* as input.frac (two's complement) */
#define DCN_DESCRIPTOR_INPUT2_FRAC_BYTES        1u
#define DCN_DESCRIPTOR_INPUT2_SIGNED_OFFSET     54u         /* as input.signed */
#define DCN_DESCRIPTOR_INPUT2_SIGNED_BYTES      1u
#define DCN_DESCRIPTOR_INPUT2_NARROW_OFFSET     55u         /* as input.narrow */
#define DCN_DESCRIPTOR_INPUT2_NARROW_BYTES      1u
#define DCN_DESCRIPTOR_WEIGHT_BITS_OFFSET       56u         /* weights: as for the input */
#define DCN_DESCRIPTOR_WEIGHT_BITS_BYTES        1u
#define DCN_DESCRIPTOR_WEIGHT_FRAC_OFFSET       57u         /* as input.frac (two's complement) */
#define DCN_DESCRIPTOR_WEIGHT_FRAC_BYTES        1u
#define DCN_DESCRIPTOR_WEIGHT_SIGNED_OFFSET     58u         /* as input.signed */
#define DCN_DESCRIPTOR_WEIGHT_SIGNED_BYTES      1u
#define DCN_DESCRIPTOR_WEIGHT_NARROW_OFFSET     59u         /* as input.narrow; a signed bit is then +1 (0) or -1 (1) */
#define DCN_DESCRIPTOR_WEIGHT_NARROW_BYTES      1u
#define DCN_DESCRIPTOR_OUTPUT_BITS_OFFSET       60u         /* output: as for the input */
#define DCN_DESCRIPTOR_OUTPUT_BITS_BYTES        1u
#define DCN_DESCRIPTOR_OUTPUT_FRAC_OFFSET       61u         /* as input.frac (two's complement) */
#define DCN_DESCRIPTOR_OUTPUT_FRAC_BYTES        1u
#define DCN_DESCRIPTOR_OUTPUT_SIGNED_OFFSET     62u         /* as input.signed */
#define DCN_DESCRIPTOR_OUTPUT_SIGNED_BYTES      1u
#define DCN_DESCRIPTOR_OUTPUT_NARROW_OFFSET     63u         /* as input.narrow */
#define DCN_DESCRIPTOR_OUTPUT_NARROW_BYTES      1u
#define DCN_DESCRIPTOR_TILE_H_OFFSET            64u         /* output rows a tile, after the fused pool */
#define DCN_DESCRIPTOR_TILE_H_BYTES             2u
#define DCN_DESCRIPTOR_TILE_W_OFFSET            66u         /* output columns a tile */
#define DCN_DESCRIPTOR_TILE_W_BYTES             2u
#define DCN_DESCRIPTOR_TILE_CHANNELS_OFFSET     68u         /* output channels a weight tile */
#define DCN_DESCRIPTOR_TILE_CHANNELS_BYTES      2u
#define DCN_DESCRIPTOR_TILE_IN_OFFSET           70u         /* input channels a tile, 0 for all (of a group) */
#define DCN_DESCRIPTOR_TILE_IN_BYTES            2u
#define DCN_DESCRIPTOR_CHUNK_K_OFFSET           72u         /* reduction steps a weight tile */
#define DCN_DESCRIPTOR_CHUNK_K_BYTES            4u
#define DCN_DESCRIPTOR_INPUT_ADDRESS_OFFSET     80u         /* input map; all addresses are multiples of the bus */
#define DCN_DESCRIPTOR_INPUT_ADDRESS_BYTES      8u
#define DCN_DESCRIPTOR_INPUT2_ADDRESS_OFFSET    88u         /* second operand */
#define DCN_DESCRIPTOR_INPUT2_ADDRESS_BYTES     8u
#define DCN_DESCRIPTOR_WEIGHT_ADDRESS_OFFSET    96u         /* blocks of biases, weights and parameters; a table */
#define DCN_DESCRIPTOR_WEIGHT_ADDRESS_BYTES     8u
#define DCN_DESCRIPTOR_OUTPUT_ADDRESS_OFFSET    104u        /* output map */
#define DCN_DESCRIPTOR_OUTPUT_ADDRESS_BYTES     8u
#define DCN_DESCRIPTOR_INPUT_SEGMENT_OFFSET     112u        /* channels a plane of the input map, 0 for all */
#define DCN_DESCRIPTOR_INPUT_SEGMENT_BYTES      2u
#define DCN_DESCRIPTOR_INPUT2_SEGMENT_OFFSET    114u        /* likewise of the second operand */
#define DCN_DESCRIPTOR_INPUT2_SEGMENT_BYTES     2u
#define DCN_DESCRIPTOR_OUTPUT_SEGMENT_OFFSET    116u        /* likewise of the output map */
#define DCN_DESCRIPTOR_OUTPUT_SEGMENT_BYTES     2u
#define DCN_DESCRIPTOR_CLAMP_LOW_OFFSET         120u        /* codes at the lower end of output's that never come out */
#define DCN_DESCRIPTOR_CLAMP_LOW_BYTES          4u
#define DCN_DESCRIPTOR_CLAMP_HIGH_OFFSET        124u        /* likewise at the upper end; both 0: no bounds */
#define DCN_DESCRIPTOR_CLAMP_HIGH_BYTES         4u
#define DCN_DESCRIPTOR_GAP_H_OFFSET             128u        /* rows left out between two of the window */
#define DCN_DESCRIPTOR_GAP_H_BYTES              2u
#define DCN_DESCRIPTOR_GAP_W_OFFSET             130u        /* columns left out likewise */
#define DCN_DESCRIPTOR_GAP_W_BYTES              2u
#define DCN_DESCRIPTOR_SLICE_ROW_OFFSET         132u        /* row of the input map that is the input's first */
#define DCN_DESCRIPTOR_SLICE_ROW_BYTES          2u
#define DCN_DESCRIPTOR_SLICE_COLUMN_OFFSET      134u        /* likewise of its columns */
#define DCN_DESCRIPTOR_SLICE_COLUMN_BYTES       2u
#define DCN_DESCRIPTOR_SLICE_STRIDE_H_OFFSET    136u        /* rows from one of the input to the next, 0 for 1 */
#define DCN_DESCRIPTOR_SLICE_STRIDE_H_BYTES     2u
#define DCN_DESCRIPTOR_SLICE_STRIDE_W_OFFSET    138u        /* columns likewise */
#define DCN_DESCRIPTOR_SLICE_STRIDE_W_BYTES     2u
#define DCN_DESCRIPTOR_SLICE_HEIGHT_OFFSET      140u        /* rows of the input map, 0 for in.height */
#define DCN_DESCRIPTOR_SLICE_HEIGHT_BYTES       2u
#define DCN_DESCRIPTOR_SLICE_WIDTH_OFFSET       142u        /* its columns, 0 for in.width */
#define DCN_DESCRIPTOR_SLICE_WIDTH_BYTES        2u
#define DCN_DESCRIPTOR_SLICE_ZEROS_BEFORE_OFFSET 144u        /* channels of zeros in front of the map's */
#define DCN_DESCRIPTOR_SLICE_ZEROS_BEFORE_BYTES 2u
#define DCN_DESCRIPTOR_SLICE_ZEROS_AFTER_OFFSET 146u        /* channels of zeros behind them */
#define DCN_DESCRIPTOR_SLICE_ZEROS_AFTER_BYTES  2u
#define DCN_DESCRIPTOR_BATCH_OFFSET             148u        /* images with a map each, 0 for 1 */
#define DCN_DESCRIPTOR_BATCH_BYTES              2u
#define DCN_DESCRIPTOR_MULTIPLIER_OFFSET        152u        /* factor of the (first) operand's codes */
#define DCN_DESCRIPTOR_MULTIPLIER_BYTES         4u
#define DCN_DESCRIPTOR_MULTIPLIER2_OFFSET       156u        /* factor of the second operand's */
#define DCN_DESCRIPTOR_MULTIPLIER2_BYTES        4u
#define DCN_DESCRIPTOR_INPUT_STRIP_OFFSET       160u        /* columns a strip of the input map, 0 for all */
#define DCN_DESCRIPTOR_INPUT_STRIP_BYTES        2u
#define DCN_DESCRIPTOR_INPUT2_STRIP_OFFSET      162u        /* likewise of the second operand */
#define DCN_DESCRIPTOR_INPUT2_STRIP_BYTES       2u
#define DCN_DESCRIPTOR_OUTPUT_STRIP_OFFSET      164u        /* likewise of the output map */
#define DCN_DESCRIPTOR_OUTPUT_STRIP_BYTES       2u
#define DCN_DESCRIPTOR_SLICE2_ROW_OFFSET        168u        /* second operand: as for the input */
#define DCN_DESCRIPTOR_SLICE2_ROW_BYTES         2u
#define DCN_DESCRIPTOR_SLICE2_COLUMN_OFFSET     170u        /* as slice.column */
#define DCN_DESCRIPTOR_SLICE2_COLUMN_BYTES      2u
#define DCN_DESCRIPTOR_SLICE2_STRIDE_H_OFFSET   172u        /* as slice.stride_h */
#define DCN_DESCRIPTOR_SLICE2_STRIDE_H_BYTES    2u
#define DCN_DESCRIPTOR_SLICE2_STRIDE_W_OFFSET   174u        /* as slice.stride_w */
#define DCN_DESCRIPTOR_SLICE2_STRIDE_W_BYTES    2u
#define DCN_DESCRIPTOR_SLICE2_HEIGHT_OFFSET     176u        /* as slice.height */
#define DCN_DESCRIPTOR_SLICE2_HEIGHT_BYTES      2u
#define DCN_DESCRIPTOR_SLICE2_WIDTH_OFFSET      178u        /* as slice.width */
#define DCN_DESCRIPTOR_SLICE2_WIDTH_BYTES       2u
#define DCN_DESCRIPTOR_SLICE2_ZEROS_BEFORE_OFFSET 180u        /* as slice.zeros_before */
#define DCN_DESCRIPTOR_SLICE2_ZEROS_BEFORE_BYTES 2u
#define DCN_DESCRIPTOR_SLICE2_ZEROS_AFTER_OFFSET 182u        /* as slice.zeros_after */
#define DCN_DESCRIPTOR_SLICE2_ZEROS_AFTER_BYTES 2u
#define DCN_DESCRIPTOR_BATCH_STRIDE_OFFSET      184u        /* bytes from the maps of an image to the next one's */
#define DCN_DESCRIPTOR_BATCH_STRIDE_BYTES       8u
#define DCN_DESCRIPTOR_INPUT_ZERO_POINT_OFFSET  192u        /* the code that stands for 0, as padding does (two's complement) */
#define DCN_DESCRIPTOR_INPUT_ZERO_POINT_BYTES   4u
#define DCN_DESCRIPTOR_INPUT2_ZERO_POINT_OFFSET 196u        /* likewise of the second operand (two's complement) */
#define DCN_DESCRIPTOR_INPUT2_ZERO_POINT_BYTES  4u
#define DCN_DESCRIPTOR_OUTPUT_ZERO_POINT_OFFSET 200u        /* likewise of the output (two's complement) */
#define DCN_DESCRIPTOR_OUTPUT_ZERO_POINT_BYTES  4u
#define DCN_DESCRIPTOR_SUM_MULTIPLIER_OFFSET    204u        /* of a sum that is rounded twice: factor of it */
#define DCN_DESCRIPTOR_SUM_MULTIPLIER_BYTES     4u
#define DCN_DESCRIPTOR_OPERAND_SHIFT_OFFSET     208u        /* likewise: shift of the first operand's product */
#define DCN_DESCRIPTOR_OPERAND_SHIFT_BYTES      1u
#define DCN_DESCRIPTOR_OPERAND2_SHIFT_OFFSET    209u        /* likewise of the second operand's */
#define DCN_DESCRIPTOR_OPERAND2_SHIFT_BYTES     1u
#define DCN_DESCRIPTOR_COUNTS_OFFSET            210u        /* 1: a sum becomes how many of its channel's thresholds it reaches */
#define DCN_DESCRIPTOR_COUNTS_BYTES             1u

// clang-format on
#ifdef __cplusplus
extern "C" {
#endif

/// Little-endian, on every processor.
static inline void dcn_descriptor_put(uint8_t* field, uint32_t bytes, uint64_t value) {
  for (uint32_t i = 0; i < bytes; ++i, value >>= 8) field[i] = value & 0xFF;
}

/// DCN_DESCRIPTOR_SET(descriptor, IN_HEIGHT, 8) writes one field of the bytes at `descriptor`.
#define DCN_DESCRIPTOR_SET(descriptor, FIELD, value)                 \
  dcn_descriptor_put((descriptor) + DCN_DESCRIPTOR_##FIELD##_OFFSET, \
                     DCN_DESCRIPTOR_##FIELD##_BYTES, (value))

/// Nothing but what every descriptor begins with; fields that a layer does not use stay 0.
static inline void dcn_descriptor_clear(uint8_t* descriptor) {
  dcn_descriptor_put(descriptor, DCN_DESCRIPTOR_BYTES, 0);
  DCN_DESCRIPTOR_SET(descriptor, MAGIC, DCN_DESCRIPTOR_MAGIC_VALUE);
  DCN_DESCRIPTOR_SET(descriptor, VERSION, DCN_DESCRIPTOR_VERSION_VALUE);
}

#ifdef __cplusplus
}
#endif
