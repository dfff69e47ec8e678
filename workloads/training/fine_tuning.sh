# SPDX-License-Identifier: Apache-2.0
# What fine_tune_grid and fine_tune_curve share; both source it.

# Sets NETWORK, DATA, RESULTS, JOBS, DCNSIM (exported), seeds and options from
# NETWORK DATA RESULTS SEED... [-- OPTION...]; else prints the caller's head, its lines from the
# third to the first that is no comment.
read_arguments() {
  if [[ $# -lt 4 || ! -d $2 ]]; then
    sed -n '3,${/^#/!q; s/^# \{0,1\}//p}' "$0" >&2
    exit 2
  fi
  export DCNSIM=${DCNSIM:-$(dirname "${BASH_SOURCE[0]}")/../../build/release/dcnsim}
  export NETWORK=$1 DATA=$2 RESULTS=$3 JOBS=${JOBS:-1}
  shift 3
  seeds=()
  while [[ $# -gt 0 && $1 != -- ]]; do
    seeds+=("$1")
    shift
  done
  # shellcheck disable=SC2034  # read by who sources this
  options=("${@:2}")
  mkdir -p "$RESULTS"
}

# fine_tune NAME SEED OPTION...: makes NAME.json, NAME.onnx.gz and NAME.log in RESULTS, unless
# NAME.json is there, which is written last.
fine_tune() {
  local name=$1 seed=$2 threads=$((($(nproc) + JOBS - 1) / JOBS))
  local path=$RESULTS/$name
  [[ -e $path.json ]] && return
  # 64-bit accumulators, as on the page without fine-tuning: it is about formats.
  "$DCNSIM" finetune "$NETWORK" --data "$DATA" --test "$DATA/test_batch.bin" --seed "$seed" \
    --accumulator-bits 64 --threads "$threads" --jobs "$threads" \
    --json "$path.json" -o "$path.onnx.gz" "${@:3}" 2>&1 | tee -a "$path.log" |
    sed -u "s/^/$name: /"
  rm -f "$path.onnx.gz.checkpoint"
}

# each FUNCTION OPTION... <LINES: runs FUNCTION OPTION... WORD... for each line, JOBS at a time.
each() {
  # shellcheck disable=SC2163  # it is a name
  export -f fine_tune "$1"
  xargs -P "$JOBS" -L 1 bash -c 'set -euo pipefail; "$@"' each "$@"
}
