// SPDX-License-Identifier: Apache-2.0
// Activation-serial inner-product lane (Stripes style).  LANES weights of W bits are held in
// registers; one activation bit per lane and per cycle arrives, most significant bit first.
// partial = sum(w_i & a_i); on the sign bit of a two's-complement activation it is subtracted.
// acc <= (first ? 0 : acc<<1) +/- partial accumulates one dot product in A cycles; accout holds
// the running sum over dot products (added when 'last').
module sip_tree #(parameter W = 8, parameter LANES = 16, parameter S = W + $clog2(LANES)) (
  input [LANES*W-1:0] w, input [LANES-1:0] a, input neg, output [S-1:0] y);
  // signed addends are offset to unsigned: flip the sign bit of each gated weight, add one constant
  localparam integer KK = LANES * (1 << (W-1));
  integer i;
  reg [S-1:0] s;
  reg [W-1:0] g;
  localparam [S-1:0] K = {S{1'b0}} - KK;
  always @* begin
    s = K;
    for (i = 0; i < LANES; i = i + 1) begin
      g = w[i*W +: W] & {W{a[i]}};
      s = s + {{(S-W){1'b0}}, ~g[W-1], g[W-2:0]};
    end
  end
  assign y = s ^ {S{neg}};
endmodule

module sip_acc #(parameter S = 12, parameter SH = 28, parameter ACC = 32) (
  input first, input last, input neg, input clr, input [S-1:0] y, input [SH-1:0] sh, input [ACC-1:0] acc,
  output [SH-1:0] shn, output [ACC-1:0] accn);
  wire [SH-1:0] base = {sh[SH-2:0], 1'b0} & {SH{~first}};
  assign shn = base + {{(SH-S){y[S-1]}}, y} + neg;
  assign accn = (acc & {ACC{~clr}}) + ({{(ACC-SH){shn[SH-1]}}, shn} & {ACC{last}});
endmodule

module sip #(parameter W = 8, parameter AMAX = 16, parameter LANES = 16, parameter ACC = 32) (
  input clk, input first, input last, input neg, input clr,
  input [LANES*W-1:0] w, input [LANES-1:0] a, output [ACC-1:0] acc);
  localparam S = W + $clog2(LANES);
  localparam SH = (S + AMAX > ACC) ? ACC : S + AMAX;
  wire [LANES*W-1:0] wq; wire [LANES-1:0] aq; wire [3:0] cq; wire [S-1:0] y; wire [SH-1:0] sh, shn; wire [ACC-1:0] accn;
  dreg #(.N(LANES*W)) u_wreg (.clk(clk), .d(w), .q(wq));
  dreg #(.N(LANES)) u_areg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(4)) u_creg (.clk(clk), .d({first, last, neg, clr}), .q(cq));
  sip_tree #(.W(W), .LANES(LANES), .S(S)) u_mul (.w(wq), .a(aq), .neg(cq[1]), .y(y));
  sip_acc #(.S(S), .SH(SH), .ACC(ACC)) u_acc (.first(cq[3]), .last(cq[2]), .neg(cq[1]), .clr(cq[0]), .y(y), .sh(sh), .acc(acc),
    .shn(shn), .accn(accn));
  dreg #(.N(SH)) u_shreg (.clk(clk), .d(shn), .q(sh));
  dreg #(.N(ACC)) u_accreg (.clk(clk), .d(accn), .q(acc));
endmodule

// Fully bit-serial lane (Loom style): LANES one-bit weights AND one-bit activations, population
// count, shift-accumulate.  W*A cycles per dot product; outer loop over activation bits MSB first,
// inner loop over weight bits MSB first.  'ish' shifts the inner sum, 'osh' the outer one.
module loom_tree #(parameter LANES = 16, parameter S = $clog2(LANES) + 2) (
  input [LANES-1:0] w, input [LANES-1:0] a, input neg, output [S-1:0] y);
  integer i;
  reg [S-1:0] s;
  always @* begin
    s = {S{1'b0}};
    for (i = 0; i < LANES; i = i + 1) s = s + (w[i] & a[i]);
  end
  assign y = s ^ {S{neg}};
endmodule

module loom #(parameter WMAX = 16, parameter AMAX = 16, parameter LANES = 16, parameter ACC = 32) (
  input clk, input ifirst, input ilast, input ofirst, input olast, input neg, input clr,
  input [LANES-1:0] w, input [LANES-1:0] a, output [ACC-1:0] acc);
  localparam S = $clog2(LANES) + 2;
  localparam SI = S + WMAX;
  localparam SO = ACC;
  wire [LANES-1:0] wq, aq; wire [5:0] c; wire [S-1:0] y; wire [SI-1:0] si, sin; wire [SO-1:0] so, son; wire [ACC-1:0] accn;
  dreg #(.N(LANES)) u_wreg (.clk(clk), .d(w), .q(wq));
  dreg #(.N(LANES)) u_areg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(6)) u_creg (.clk(clk), .d({ifirst, ilast, ofirst, olast, neg, clr}), .q(c));
  loom_tree #(.LANES(LANES), .S(S)) u_mul (.w(wq), .a(aq), .neg(c[1]), .y(y));
  loom_acc #(.S(S), .SI(SI), .SO(SO), .ACC(ACC)) u_acc (.c(c), .y(y), .si(si), .so(so), .acc(acc), .sin(sin), .son(son), .accn(accn));
  dreg #(.N(SI)) u_shreg (.clk(clk), .d(sin), .q(si));
  dreg #(.N(SO)) u_oshreg (.clk(clk), .d(son), .q(so));
  dreg #(.N(ACC)) u_accreg (.clk(clk), .d(accn), .q(acc));
endmodule

module loom_acc #(parameter S = 6, parameter SI = 22, parameter SO = 32, parameter ACC = 32) (
  input [5:0] c, input [S-1:0] y, input [SI-1:0] si, input [SO-1:0] so, input [ACC-1:0] acc,
  output [SI-1:0] sin, output [SO-1:0] son, output [ACC-1:0] accn);
  wire ifirst = c[5], ilast = c[4], ofirst = c[3], olast = c[2], neg = c[1], clr = c[0];
  assign sin = ({si[SI-2:0], 1'b0} & {SI{~ifirst}}) + {{(SI-S){y[S-1]}}, y} + neg;
  wire [SO-1:0] obase = {so[SO-2:0], 1'b0} & {SO{~ofirst}};
  assign son = ilast ? obase + {{(SO-SI){sin[SI-1]}}, sin} : so;
  assign accn = (acc & {ACC{~clr}}) + (son & {ACC{olast & ilast}});
endmodule
