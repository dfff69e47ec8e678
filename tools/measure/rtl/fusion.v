// SPDX-License-Identifier: Apache-2.0
// Spatially composable unit (Bit Fusion style): 16 two-bit bricks that fuse into
//   16 x (2x2), 8 x (4x2 or 2x4), 4 x (4x4, 8x2, 2x8), 2 x (8x4, 4x8) or 1 x (8x8)
// signed multiplications per cycle; products of all fused groups are summed and accumulated.
// wm/am: 0 -> 2 bits, 1 -> 4 bits, 2 -> 8 bits (thermometer: m4 = m>=1, m8 = m==2).
// w[2*k+:2] is digit k of the packed weights, k = {wi2, aj2, wi, aj}; a digit that is shared by
// several bricks is taken from the position with the sharing index bit cleared.
module brick (input sw, input sa, input [1:0] w, input [1:0] a, output [5:0] p);
  // 3-bit signed by 3-bit signed product; the third bit is the sign when the digit is a top digit
  wire signed [2:0] ws = {sw & w[1], w};
  wire signed [2:0] as = {sa & a[1], a};
  wire signed [5:0] q = ws * as;
  assign p = q;
endmodule

// bricks, operand steering and first shift-add level: four partial sums of four bricks each
module fusion_l1 (input [1:0] wm, input [1:0] am, input [31:0] w, input [31:0] a, output [47:0] gs);
  wire w4 = wm[0] | wm[1], w8 = wm[1], a4 = am[0] | am[1], a8 = am[1];
  wire [5:0] p [0:15];
  genvar k;
  generate
    for (k = 0; k < 16; k = k + 1) begin : b
      localparam WI2 = (k >> 3) & 1, AJ2 = (k >> 2) & 1, WI = (k >> 1) & 1, AJ = k & 1;
      // weight digit: activation-index bits are cleared when they select an activation digit
      localparam KW1 = k & ~1, KW3 = k & ~5;
      wire [1:0] wd = a8 ? (w[2*KW3 +: 2]) : a4 ? w[2*KW1 +: 2] : w[2*k +: 2];
      localparam KA1 = k & ~2, KA3 = k & ~10;
      wire [1:0] ad = w8 ? (a[2*KA3 +: 2]) : w4 ? a[2*KA1 +: 2] : a[2*k +: 2];
      wire sw = (w4 ? WI : 1'b1) & (w8 ? WI2 : 1'b1);
      wire sa = (a4 ? AJ : 1'b1) & (a8 ? AJ2 : 1'b1);
      brick u (.sw(sw), .sa(sa), .w(wd), .a(ad), .p(p[k]));
    end
  endgenerate
  // four bricks of a group, shifts 0 / 2*a4 / 2*w4 / 2*(w4+a4)
  wire signed [11:0] g [0:3];
  generate
    for (k = 0; k < 4; k = k + 1) begin : l1
      wire signed [11:0] p0 = {{6{p[4*k][5]}}, p[4*k]};
      wire signed [11:0] p1 = {{6{p[4*k+1][5]}}, p[4*k+1]};
      wire signed [11:0] p2 = {{6{p[4*k+2][5]}}, p[4*k+2]};
      wire signed [11:0] p3 = {{6{p[4*k+3][5]}}, p[4*k+3]};
      wire signed [11:0] s1 = a4 ? p1 <<< 2 : p1;
      wire signed [11:0] s2 = w4 ? p2 <<< 2 : p2;
      wire signed [11:0] s3 = (w4 & a4) ? p3 <<< 4 : (w4 | a4) ? p3 <<< 2 : p3;
      assign g[k] = p0 + s1 + s2 + s3;
    end
  endgenerate
  assign gs = {g[3], g[2], g[1], g[0]};
endmodule

// second shift-add level
module fusion_l2 (input [1:0] wm, input [1:0] am, input [47:0] gs, output [20:0] y);
  wire w8 = wm[1], a8 = am[1];
  wire signed [20:0] q0 = {{9{gs[11]}}, gs[11:0]};
  wire signed [20:0] q1 = {{9{gs[23]}}, gs[23:12]};
  wire signed [20:0] q2 = {{9{gs[35]}}, gs[35:24]};
  wire signed [20:0] q3 = {{9{gs[47]}}, gs[47:36]};
  wire signed [20:0] t1 = a8 ? q1 <<< 4 : q1;
  wire signed [20:0] t2 = w8 ? q2 <<< 4 : q2;
  wire signed [20:0] t3 = (w8 & a8) ? q3 <<< 8 : (w8 | a8) ? q3 <<< 4 : q3;
  assign y = q0 + t1 + t2 + t3;
endmodule

// PIPE=1 puts a register after each shift-add level (three-stage pipeline)
module fusion #(parameter ACC = 32, parameter PIPE = 0) (
  input clk, input clr, input [1:0] wm, input [1:0] am, input [31:0] w, input [31:0] a, output [ACC-1:0] acc);
  wire [31:0] wq, aq; wire [4:0] cq, c2, c3; wire [47:0] gs, gq; wire [20:0] y, yq; wire [ACC-1:0] sum;
  dreg #(.N(32)) u_wreg (.clk(clk), .d(w), .q(wq));
  dreg #(.N(32)) u_areg (.clk(clk), .d(a), .q(aq));
  dreg #(.N(5)) u_creg (.clk(clk), .d({clr, wm, am}), .q(cq));
  fusion_l1 u_mul (.wm(cq[3:2]), .am(cq[1:0]), .w(wq), .a(aq), .gs(gs));
  generate
    if (PIPE) begin : p
      dreg #(.N(48)) u_p1reg (.clk(clk), .d(gs), .q(gq));
      dreg #(.N(5)) u_p1creg (.clk(clk), .d(cq), .q(c2));
      dreg #(.N(21)) u_p2reg (.clk(clk), .d(y), .q(yq));
      dreg #(.N(5)) u_p2creg (.clk(clk), .d(c2), .q(c3));
    end else begin : n
      assign gq = gs;
      assign c2 = cq;
      assign yq = y;
      assign c3 = c2;
    end
  endgenerate
  fusion_l2 u_shadd (.wm(c2[3:2]), .am(c2[1:0]), .gs(gq), .y(y));
  accadd #(.P(21), .ACC(ACC)) u_acc (.clr(c3[4]), .p(yq), .acc(acc), .sum(sum));
  dreg #(.N(ACC)) u_accreg (.clk(clk), .d(sum), .q(acc));
endmodule
