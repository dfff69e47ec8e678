// SPDX-License-Identifier: Apache-2.0
// Ports of an array: the work, the buffers it reads, the sums below its columns.
    input logic clk, reset,
    input logic [4:0] weight_bits, activation_bits,
    input logic weight_signed, activation_signed, weight_sign,  // weight_sign: codes are +1 and -1
    input logic [9:0] pixels, channels, reduction,
    input logic [9:0] group_channels,  // one group after the other, each with activations of its own
    input logic [9:0] position_channels,  // steps of the reduction that no row tile spans; or all
    input logic exposed,  // weight-stationary: weights wait for the pass before
    input logic first_chunk, last_chunk,
    input logic sums_stay,  // output-stationary: in the PEs, from one chunk to the next
    input logic [9:0] weight_line_bits, activation_line_bits,
    input logic [511:0] weight_line, activation_line,
    output logic weight_next, activation_next,
    output logic occupied,  // from the first operands to the last result
    output logic done,
    input logic bias_write,
    input logic [9:0] address,  // block * 64 + pixel; bias: block
    input logic [7:0] column,
    input logic [31:0] bias,
    output logic [31:0] sum
