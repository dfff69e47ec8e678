// SPDX-License-Identifier: Apache-2.0
// Passes, digits and fetches of a datapath family at the layer's widths.
module mode #(
    parameter int FAMILY = 0,  // 0 bit-parallel, 1 activation-serial, 2 fully serial, 3 composable
    parameter int W = 8, parameter int A = 8,  // native widths
    parameter int LANES = 4, parameter int BITS = 1
) (
    input logic [4:0] weight_bits, activation_bits,
    output logic [4:0] weight_digits, activation_digits,
    output logic [8:0] passes,
    output logic [6:0] group,
    output logic [8:0] weight_fetches, activation_fetches,
    output logic [4:0] weight_fetch_bits, activation_fetch_bits
);
  localparam int WEIGHT_DIGIT = FAMILY == 3 ? 8 : FAMILY == 2 ? 1 : W;
  localparam int ACTIVATION_DIGIT = FAMILY == 3 ? 8 : FAMILY == 0 ? A : BITS;

  function automatic int fused(input int bits);
    fused = bits > 4 ? 8 : bits > 2 ? 4 : 2;
  endfunction
  function automatic int at_most(input int bits, input int limit);
    at_most = bits < limit ? bits : limit;
  endfunction

  int w, a, nw, na;
  always_comb begin
    w = int'(weight_bits);
    a = int'(activation_bits);
    nw = (w + WEIGHT_DIGIT - 1) / WEIGHT_DIGIT;
    na = (a + ACTIVATION_DIGIT - 1) / ACTIVATION_DIGIT;
    weight_digits = 5'(nw);
    activation_digits = 5'(na);
    passes = 9'(nw * na);
    case (FAMILY)
      0: begin  // both codes come whole for every pass
        group = 1;
        weight_fetches = passes;
        weight_fetch_bits = weight_bits;
        activation_fetches = passes;
        activation_fetch_bits = activation_bits;
      end
      1: begin  // a weight digit stays for all bits of the activations
        group = 7'(LANES);
        weight_fetches = 9'(nw);
        weight_fetch_bits = 5'(at_most(w, W));
        activation_fetches = passes;
        activation_fetch_bits = 5'(BITS);
      end
      2: begin  // activation bits stay for all bits of the weights
        group = 7'(LANES);
        weight_fetches = passes;
        weight_fetch_bits = 1;
        activation_fetches = 9'(na);
        activation_fetch_bits = 5'(BITS);
      end
      default: begin
        group = 7'((8 / fused(w)) * (8 / fused(a)));
        weight_fetches = passes;
        weight_fetch_bits = 5'(at_most(w, 8));
        activation_fetches = passes;
        activation_fetch_bits = 5'(at_most(a, 8));
      end
    endcase
  end
endmodule
