// SPDX-License-Identifier: Apache-2.0
// Two's-complement W x A multiplier, W,A >= 2.  Operand a is signed when ASIGNED=1, unsigned otherwise.
// Sign handling folds the negative-weight row and column into inverted partial products plus one
// constant (Baugh-Wooley), so no sign-extension rows are generated.  The row sum is left to the
// synthesiser's carry-save compressor.
module mul #(parameter W = 8, parameter A = 8, parameter ASIGNED = 1) (
  input  [W-1:0] w, input [A-1:0] a, output [W+A-1:0] p);
  localparam P = W + A;
  localparam [P-1:0] ONE = 1;
  // signed x signed  : 2^(W-1) + 2^(A-1) + 2^(P-1)
  // signed x unsigned: 2^(W-1) + 2^(P-1)
  localparam [P-1:0] K = (ONE << (W-1)) + (ONE << (P-1)) + (ASIGNED ? (ONE << (A-1)) : {P{1'b0}});
  wire [P-1:0] row [0:A-1];
  genvar i;
  generate
    for (i = 0; i < A; i = i + 1) begin : g
      wire [W-1:0] pp = w & {W{a[i]}};
      if (ASIGNED && i == A-1) begin : last
        assign row[i] = { pp[W-1], ~pp[W-2:0] } << i;
      end else begin : mid
        assign row[i] = { ~pp[W-1], pp[W-2:0] } << i;
      end
    end
  endgenerate
  reg [P-1:0] s;
  integer k;
  always @* begin
    s = K;
    for (k = 0; k < A; k = k + 1) s = s + row[k];
  end
  assign p = s;
endmodule

// Radix-4 Booth version of the same function (w is the multiplicand, a is recoded).
module mul_booth #(parameter W = 8, parameter A = 8, parameter ASIGNED = 1) (
  input [W-1:0] w, input [A-1:0] a, output [W+A-1:0] p);
  localparam P = W + A;
  localparam N = ASIGNED ? (A + 1) / 2 : A / 2 + 1;       // recoded digits
  wire [2*N:0] ax = { {(2*N-A){ASIGNED ? a[A-1] : 1'b0}}, a, 1'b0 };
  wire [P-1:0] row [0:N-1];
  wire [P-1:0] neg;
  // negative-row sign bits are handled with the usual "invert sign, add constant" trick
  genvar i;
  reg  [P-1:0] K;
  integer k;
  generate
    for (i = 0; i < N; i = i + 1) begin : g
      wire d2 = ax[2*i+2], d1 = ax[2*i+1], d0 = ax[2*i];
      wire one = d1 ^ d0;
      wire two = (d2 & ~d1 & ~d0) | (~d2 & d1 & d0);
      wire [W:0] m = ({w[W-1], w} & {(W+1){one}}) | ({w, 1'b0} & {(W+1){two}});
      wire [W:0] x = m ^ {(W+1){d2}};
      assign row[i] = { ~x[W], x[W-1:0] } << (2*i);
    end
    for (i = 0; i < P; i = i + 1) begin : n
      if (i % 2 == 0 && i / 2 < N) assign neg[i] = ax[i+2];
      else assign neg[i] = 1'b0;
    end
  endgenerate
  reg [P-1:0] s;
  always @* begin
    K = {P{1'b0}};
    for (k = 0; k < N; k = k + 1) K = K - ({{(P-1){1'b0}}, 1'b1} << (W + 2*k));
    s = K + neg;
    for (k = 0; k < N; k = k + 1) s = s + row[k];
  end
  assign p = s;
endmodule

// Combinational accumulate step: sum = (clear ? 0 : acc) + sign_extend(p)
module accadd #(parameter P = 16, parameter ACC = 32) (
  input clr, input [P-1:0] p, input [ACC-1:0] acc, output [ACC-1:0] sum);
  assign sum = (acc & {ACC{~clr}}) + {{(ACC-P){p[P-1]}}, p};
endmodule

module dreg #(parameter N = 8) (input clk, input [N-1:0] d, output reg [N-1:0] q);
  always @(posedge clk) q <= d;
endmodule
