// SPDX-License-Identifier: Apache-2.0
// The skew: N registers in a row.
module delay #(
    parameter int N = 0, parameter int BITS = 1
) (
    input logic clk,
    input logic [BITS-1:0] d,
    output logic [BITS-1:0] q
);
  generate
    if (N == 0) begin : g
      assign q = d;
    end else begin : g
      logic [N*BITS-1:0] stages;
      always_ff @(posedge clk) stages <= (N*BITS)'({stages, d});
      assign q = stages[(N-1)*BITS+:BITS];
    end
  endgenerate
endmodule
