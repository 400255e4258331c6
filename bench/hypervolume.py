#!/usr/bin/env python3
"""How much of the plane of accuracy and speed the models of some searches cover, against those of others.

    bench/hypervolume.py NAME=CSV,CSV[:float32|:int8] ...

A CSV is a frontier.csv. Of each name: the models on the frontier, and the share of the box between the original without any accuracy (0) and a perfect
detector that takes no time (1), as PruneSearch counts it, with the slot time of what was made for it. The ratio to the first name has a 95 % interval over
1,000 draws of every accuracy and speed-up within their own intervals.
"""
import csv
import random
import sys

DRAWS = 1000


def read(spec):
    files, _, precision = spec.partition(":")
    rows = [row for file in files.split(",") for row in csv.DictReader(open(file, newline=""))]
    return [row for row in rows if precision in ("", row["precision"])]


def number(row, key):
    return float(row[key] or 0)


def is_original(row):
    return row["schedule"] == "base" and row["precision"] != "int8"


def volume(points):
    """Area above (cost 1, accuracy 0) of points (accuracy, speed-up)."""
    area, best = 0.0, 0.0
    for accuracy, speed_up in sorted(points, key=lambda p: p[1], reverse=True):
        if accuracy > best and speed_up > 1 - 1e-9:
            area += (accuracy - best) * (1 - 1 / speed_up)
            best = accuracy
    return area


def drawn(row, dense, noise):
    accuracy, speed_up = number(row, "map50"), number(row, "speed_up")
    if is_original(row):
        return accuracy, 1.0
    spread = (number(row, "map50_beyond_dense_high") - number(row, "map50_beyond_dense_low")) / 3.92
    width = (number(row, "speed_up_high") / number(row, "speed_up_low")) ** (1 / 3.92)
    return accuracy + noise * random.gauss(0, spread), max(1.0, speed_up * width ** (noise * random.gauss(0, 1)))


def named(row):
    return row["trajectory"] + (f" #{row['iteration']}" if row["iteration"] != "0" else "") + (" int8" if row["precision"] == "int8" else "")


def main():
    if len(sys.argv) < 2 or any("=" not in argument for argument in sys.argv[1:]):
        sys.exit(__doc__)
    random.seed(1)
    sets = [(name, read(spec)) for name, spec in (argument.split("=", 1) for argument in sys.argv[1:])]
    dense = next((row for _, rows in sets for row in rows if is_original(row)), None)
    if dense is None:
        sys.exit(f"{sys.argv[1]}: the original is missing, expected the frontier.csv of a search with its base")
    made = [{row["key"]: number(row, "seconds") for row in rows if row["schedule"] not in ("base", "dense-control")} for _, rows in sets]
    plain = [volume([drawn(row, dense, 0) for row in rows]) for _, rows in sets]
    if not any(number(row, "speed_up_low") > 1 for row in sets[0][1] if not is_original(row)):
        sys.exit(f"{sets[0][0]}: no model is surely faster than the original, expected one to compare the others with")
    ratios = [[] for _ in sets]
    for _ in range(DRAWS):
        volumes = [volume([drawn(row, dense, 1) for row in rows]) for _, rows in sets]
        for ratio, value in zip(ratios, volumes):
            ratio.append(value / volumes[0])
    for (name, rows), seconds, value, ratio in zip(sets, made, plain, ratios):
        ratio.sort()
        low, high = ratio[int(0.025 * DRAWS)], ratio[int(0.975 * DRAWS)]
        print(f"{name}: {len(seconds)} stages in {sum(seconds.values()):.0f} s, hypervolume {value:.3f}, {value / plain[0]:.2f} [{low:.2f}, {high:.2f}]")
        best = 0.0
        for row in sorted(rows, key=lambda r: number(r, "speed_up"), reverse=True):
            if number(row, "map50") > best:
                best = number(row, "map50")
                beyond = "" if is_original(row) else (
                    f"{100 * (best - number(dense, 'map50')):+.1f} [{100 * number(row, 'map50_beyond_dense_low'):+.1f}, "
                    f"{100 * number(row, 'map50_beyond_dense_high'):+.1f}]")
                print(f"    {named(row)}: mAP50 {best:.3f} {beyond} at {number(row, 'speed_up'):.2f}x "
                      f"[{number(row, 'speed_up_low'):.2f}-{number(row, 'speed_up_high'):.2f}]")


if __name__ == "__main__":
    main()
