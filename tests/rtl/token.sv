// SPDX-License-Identifier: Apache-2.0
// What accompanies the operands of one pass through the array.
package token_pkg;
  typedef struct packed {
    logic valid;
    logic first;                   // pass of its step
    logic last;
    logic [3:0] weight_digit;      // counted from the least significant
    logic [3:0] activation_digit;
    logic weight_top;              // most significant digit
    logic activation_top;
    logic bank;                    // weight-stationary: which of a PE's weights
    logic sum_first;               // step of its sum in this work, or its row tile
    logic sum_last;
    logic work_last;               // last step of the work
    logic [3:0] block;             // of channels
    logic [9:0] pixel;             // or first pixel of the block
  } token_t;
endpackage
