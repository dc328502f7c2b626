#!/usr/bin/env python3
"""The crate's three functions in plain Python: what its benchmarks must be faster and smaller than.

    python3 reference/quantize.py channel_equalization 64

computes the same as the benchmark `channel_equalization/64`, on the same data, as often as fits into about
0.2 s, and says as its last line how long one computation took:

    {"seconds_per_iteration": 0.0021}

Making the data is not counted. `--print` prints the result instead, a number on each line, for
`tests/reference.rs`. Nothing but Python 3.10 or later is needed. Python computes with 64 bits where the crate
computes with 32, so that results agree to about six digits, and a code on the border may be its neighbour.
"""

import json
import math
import sys
import time

INT8_STEPS = 255
INT8_LOWEST = -128
TILE = 8
GROUPS = 8
SECONDS = 0.2


class Rng:
    """The crate's generator (xorshift64*)."""

    def __init__(self, seed):
        self.state = max((seed + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF, 1)

    def uniform(self):
        state = self.state
        state ^= state >> 12
        state ^= state << 25 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 27
        self.state = state
        return (state * 0x2545F4914F6CDD1D & 0xFFFFFFFFFFFFFFFF) >> 40

    def normals(self, count, spread):
        return [spread * (sum(self.uniform() for _ in range(12)) / 2**24 - 6) for _ in range(count)]


# --- the functions


def channel_equalization(first, bias, second):
    """Scale each channel between two layers (lists of rows) to be as wide in one as in the other."""
    before = [max(abs(weight) for weight in row) for row in first]
    after = [max(abs(row[channel]) for row in second) for channel in range(len(first))]
    scales = [math.sqrt(r1 / r2) if r1 > 0 and r2 > 0 else 1.0 for r1, r2 in zip(before, after, strict=True)]
    return (
        scales,
        [[weight / scale for weight in row] for row, scale in zip(first, scales, strict=True)],
        [value / scale for value, scale in zip(bias, scales, strict=True)],
        [[weight * scale for weight, scale in zip(row, scales, strict=True)] for row in second],
    )


def parameters(low, high):
    """Scale and zero point for values between `low` and `high`, with zero among them."""
    scale = (high - low) / INT8_STEPS or 1.0
    return scale, rounded(-low / scale) + INT8_LOWEST


def rounded(value):
    """To the nearest integer, halves away from zero."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def spatial_per_group_quantize(values, side, channels):
    """Codes of a square map (channels innermost), and scale and zero point of each tile."""
    codes = [0] * len(values)
    groups = []
    for top in range(0, side, TILE):
        for left in range(0, side, TILE):
            places = [
                (y * side + x) * channels + channel
                for y in range(top, min(top + TILE, side))
                for x in range(left, min(left + TILE, side))
                for channel in range(channels)
            ]
            inside = [values[place] for place in places]
            scale, zero_point = parameters(min(0.0, min(inside)), max(0.0, max(inside)))
            groups.append((scale, zero_point))
            offset = zero_point - INT8_LOWEST + 0.5
            for place, value in zip(places, inside, strict=True):
                code = min(max(value / scale + offset, 0.0), INT8_STEPS)
                codes[place] = int(code) + INT8_LOWEST
    return groups, codes


def time_aware_grouping(activations):
    """The partition of timesteps (lists of activations) with the least rounding error, and that error."""
    timesteps = len(activations)
    ranges = [(min(0.0, min(one)), max(0.0, max(one))) for one in activations]
    weight = len(activations[0]) / (12 * INT8_STEPS**2)
    groups = min(GROUPS, timesteps)
    best = [[math.inf] * (groups + 1) for _ in range(timesteps + 1)]
    start_of = [[0] * (groups + 1) for _ in range(timesteps + 1)]
    best[0][0] = 0.0
    for end in range(1, timesteps + 1):
        low = high = 0.0
        for start in range(end - 1, -1, -1):
            low, high = min(low, ranges[start][0]), max(high, ranges[start][1])
            cost = weight * (end - start) * (high - low) ** 2
            for count in range(1, groups + 1):
                error = best[start][count - 1] + cost
                if error < best[end][count]:
                    best[end][count] = error
                    start_of[end][count] = start
    count = min(range(1, groups + 1), key=lambda number: best[timesteps][number])
    error = best[timesteps][count]
    partition = []
    end = timesteps
    for number in range(count, 0, -1):
        start = start_of[end][number]
        inside = ranges[start:end]
        partition.append(
            (start, end, *parameters(min(one[0] for one in inside), max(one[1] for one in inside)))
        )
        end = start
    return partition[::-1], error


# --- the benchmarks' data


def layer(channels, seed):
    """A square layer whose channels differ widely in range: rows of weights, and biases."""
    rng = Rng(seed)
    rows = []
    for _ in range(channels):
        spread = 0.01 + 4.0 * (rng.uniform() / 2**24) * (rng.uniform() / 2**24)
        rows.append(rng.normals(channels, spread))
    return rows, rng.normals(channels, 0.1)


def feature_map(side):
    """A square map of 32 channels that gets louder from left to right."""
    rng = Rng(2)
    return [value for i in range(side * side) for value in rng.normals(32, 0.1 + i % side / side)]


def calibration(timesteps):
    """64 activations at each timestep; their spread falls as the noise is removed."""
    rng = Rng(1)
    return [rng.normals(64, 0.2 + 3.0 * math.exp(-4.0 * t / timesteps)) for t in range(timesteps)]


def work(benchmark, size):
    """What is to be timed: a function without arguments, its data made already."""
    if benchmark == "channel_equalization":
        (first, bias), (second, _) = layer(size, 3), layer(size, 4)
        return lambda: channel_equalization(first, bias, second)
    if benchmark == "spatial_per_group_quantize":
        values = feature_map(size)
        return lambda: spatial_per_group_quantize(values, size, 32)
    if benchmark == "time_aware_grouping":
        activations = calibration(size)
        return lambda: time_aware_grouping(activations)
    raise SystemExit(f"there is no benchmark {benchmark!r}")


def numbers(result):
    """All numbers of a result in order."""
    if isinstance(result, (list, tuple)):
        for one in result:
            yield from numbers(one)
    else:
        yield result


def seconds_per_iteration(function):
    """The median of as many calls as fit into the time, at least three; the first one warms up."""
    function()
    taken = []
    while len(taken) < 3 or sum(taken) < SECONDS:
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[len(taken) // 2]


def main(arguments):
    """`BENCHMARK SIZE [--print]`."""
    if len(arguments) not in (2, 3) or arguments[2:] not in ([], ["--print"]) or not arguments[1].isdigit():
        raise SystemExit("usage: quantize.py BENCHMARK SIZE [--print]")
    function = work(arguments[0], int(arguments[1]))
    if arguments[2:]:
        print("\n".join(map(repr, numbers(function()))))
    else:
        print(json.dumps({"seconds_per_iteration": seconds_per_iteration(function)}))


if __name__ == "__main__":
    main(sys.argv[1:])
