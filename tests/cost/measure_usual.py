#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tools/measure/measure.py without the feeders of 256 and 512 lanes, the widest multipliers of
requantizers, and of the units of control more than small_edge has, which take longer than all else
that the suite measures; long runs measure them too."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/measure"))

import measure  # noqa: E402
import post_points  # noqa: E402

post_points._FEEDER_LEVELS = tuple(n for n in post_points._FEEDER_LEVELS if n < 8)
post_points._MULTIPLIER_BITS = (8,)
post_points._COUNTED_BITS = (32,)
post_points._FIFO_BITS = (64,)
post_points._ADDRESS_BITS = (16, 64)
measure.main()
