// SPDX-License-Identifier: Apache-2.0
// Sixteen bricks of 2 x 2 bits that fuse into 16 products of 2 x 2 bits down to one of 8 x 8, with a
// register after each of the two shift-add levels. Brick k = {weight digit 1, activation digit 1,
// weight digit 0, activation digit 0}; a bit that is no digit of the fused width numbers products.
module composable import token_pkg::*; (
    input logic clk,
    input logic [4:0] weight_bits, activation_bits,
    input token_t token_in,
    input logic [16*9-1:0] weights,
    input logic [16*9-1:0] activations,
    output token_t token_out,
    output logic signed [47:0] value
);
  logic w4, w8, a4, a8;
  assign w4 = weight_bits > 2;
  assign w8 = weight_bits > 4;
  assign a4 = activation_bits > 2;
  assign a8 = activation_bits > 4;

  logic signed [5:0] product[0:15];
  // A brick's product and the steering of its digits: its lane is what remains of its number when
  // the bits that are digits are taken out. The third bit of a digit is its sign.
  logic [3:0] lane;
  logic [8:0] w, a;
  logic [1:0] w_digit, a_digit;
  logic signed [2:0] w_operand, a_operand;
  always_comb begin
    for (int k = 0; k < 16; k++) begin
      lane = 0;
      if (!w8) lane = 4'(k[3]);
      if (!a8) lane = (lane << 1) | 4'(k[2]);
      if (!w4) lane = (lane << 1) | 4'(k[1]);
      if (!a4) lane = (lane << 1) | 4'(k[0]);
      w = weights[9*lane+:9];
      a = activations[9*lane+:9];
      w_digit = {w8 & k[3], w4 & k[1]};
      a_digit = {a8 & k[2], a4 & k[0]};
      w_operand = {w[8] & (w_digit == {w8, w4}), w[2*w_digit+:2]};  // only the top digit has a sign
      a_operand = {a[8] & (a_digit == {a8, a4}), a[2*a_digit+:2]};
      product[k] = w_operand * a_operand;
    end
  end

  logic signed [11:0] level1[0:3], level1_q[0:3];
  logic signed [20:0] level2, level2_q;
  token_t token_1, token_2;
  always_comb begin
    for (int i = 0; i < 4; i++) begin
      level1[i] = 12'(product[4*i]) + (12'(product[4*i+1]) <<< (a4 ? 2 : 0)) +
          (12'(product[4*i+2]) <<< (w4 ? 2 : 0)) + (12'(product[4*i+3]) <<< ((a4 ? 2 : 0) + (w4 ? 2 : 0)));
    end
    level2 = 21'(level1_q[0]) + (21'(level1_q[1]) <<< (a8 ? 4 : 0)) + (21'(level1_q[2]) <<< (w8 ? 4 : 0)) +
        (21'(level1_q[3]) <<< ((a8 ? 4 : 0) + (w8 ? 4 : 0)));
  end

  logic signed [47:0] part;
  assign token_out = token_2;
  assign value = (token_2.first ? 48'sd0 : part) +
      (48'(level2_q) <<< (8 * (32'(token_2.weight_digit) + 32'(token_2.activation_digit))));
  always_ff @(posedge clk) begin
    level1_q <= level1;
    level2_q <= level2;
    token_1 <= token_in;
    token_2 <= token_1;
    if (token_2.valid) part <= value;
  end
endmodule
