#!/usr/bin/env python3
"""How much of the plane of accuracy and speed the models of some searches cover, against those of others.

    bench/hypervolume.py [--latencies CSV] NAME=CSV,CSV[:float32|:int8] ...

A CSV is a frontier.csv; one of them has the dense control. Of each name: the share of the box between the original without any accuracy (0) and a perfect
detector that takes no time (1), as PruneSearch counts it, with the slot time of what was made for it, the ratio to the first name, and the models on the
frontier. Every seed is counted by itself and has its own original. What is said of several is the mean, with the 95 % interval over seeds (paired t-test)
in brackets; then, as for one seed, the one over 1,000 draws of every accuracy and speed-up within its own interval, which is that of the pictures.
--latencies takes what 'prunesearch compare ID... --csv CSV' measured in turns instead of the speed-ups that each stage measured after its training.
"""
import csv
import math
import random
import re
import sys

DRAWS = 1000
T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


def read(spec):
    """The rows of the seeds that all files of a name have."""
    names, _, precision = spec.partition(":")
    files = [list(csv.DictReader(open(name, newline=""))) for name in names.split(",")]
    common = set.intersection(*({seed_of(row) for row in rows} for rows in files))
    return [row for rows in files for row in rows if precision in ("", row["precision"]) and seed_of(row) in common]


def measure_anew(rows, file):
    """Gives all rows the speed-ups of one interleaved measurement; those of one run have no intervals."""
    measured = {(row["key"], row["model"].endswith(" int8")): float(row["latency_ms"]) for row in csv.DictReader(open(file, newline=""))}
    of = lambda row: measured.get((row["key"], row["precision"] == "int8")) or sys.exit(f"{file}: {model_of(row)} is missing ({row['key']})")
    dense = mean([of(row) for row in rows if is_original(row)])
    for row in rows:
        row["speed_up"] = row["speed_up_low"] = row["speed_up_high"] = dense / of(row)


def number(row, key):
    return float(row[key] or 0)


def is_original(row):
    return row["schedule"] == "base" and row["precision"] != "int8"


def seed_of(row):
    found = re.search(r"-s(\d+)$", row["trajectory"])
    return int(found[1]) if found else 1


def model_of(row):
    name = re.sub(r"-s\d+$", "", row["trajectory"])
    return name + (f" #{row['iteration']}" if row["iteration"] != "0" else "") + (" int8" if row["precision"] == "int8" else "")


def volume(points):
    """Area above (cost 1, accuracy 0) of points (accuracy, speed-up)."""
    area, best = 0.0, 0.0
    for accuracy, speed_up in sorted(points, key=lambda p: p[1], reverse=True):
        if accuracy > best and speed_up > 1 - 1e-9:
            area += (accuracy - best) * (1 - 1 / speed_up)
            best = accuracy
    return area


def drawn(row, noise):
    accuracy, speed_up = number(row, "map50"), number(row, "speed_up")
    if is_original(row):
        return accuracy, 1.0
    spread = (number(row, "map50_beyond_dense_high") - number(row, "map50_beyond_dense_low")) / 3.92
    width = (number(row, "speed_up_high") / number(row, "speed_up_low")) ** (1 / 3.92)
    return accuracy + noise * random.gauss(0, spread), max(1.0, speed_up * width ** (noise * random.gauss(0, 1)))


def mean(values):
    return sum(values) / len(values)


def over_seeds(values, digits, scale=1.0):
    """The mean, with its 95 % interval where there are several values."""
    middle = scale * mean(values)
    if len(values) == 1:
        return f"{middle:.{digits}f}"
    deviation = math.sqrt(sum((scale * v - middle) ** 2 for v in values) / (len(values) - 1))
    reach = T_95[min(len(values) - 2, len(T_95) - 1)] * deviation / math.sqrt(len(values))
    return f"{middle:.{digits}f} [{middle - reach:.{digits}f}, {middle + reach:.{digits}f}]"


def ratios(rows, first, seeds, noise):
    """Of each seed: the volume of the rows over that of the first name's."""
    of = lambda chosen, seed: volume([drawn(row, noise) for row in chosen if seed_of(row) == seed])
    return [of(rows, seed) / of(first, seed) for seed in seeds]


def main():
    arguments = sys.argv[1:]
    latencies = arguments[1] if arguments[:1] == ["--latencies"] and len(arguments) > 1 else None
    names = arguments[2 if latencies else 0:]
    if not names or any("=" not in name for name in names):
        sys.exit(__doc__)
    random.seed(1)
    sets = [(name, read(spec)) for name, spec in (argument.split("=", 1) for argument in names)]
    everything = [row for _, rows in sets for row in rows]
    if latencies:
        measure_anew(everything, latencies)
    first = sets[0][1]
    seeds = sorted({seed_of(row) for row in first})
    originals = {seed_of(row): number(row, "map50") for row in everything if is_original(row)}
    controls = {seed_of(row): number(row, "map50") for row in everything if row["schedule"] == "dense-control" and row["precision"] != "int8"}
    if any(seed not in originals for seed in seeds):
        sys.exit(f"{names[0]}: the original is missing, expected the frontier.csv of a search with its base")
    if any(volume([drawn(row, 0) for row in first if seed_of(row) == seed]) == 0 for seed in seeds):
        sys.exit(f"{sets[0][0]}: no model is surely faster than the original, expected one to compare the others with")
    for name, rows in sets:
        known = [seed for seed in seeds if any(seed_of(row) == seed for row in rows)]
        made = {row["key"]: number(row, "seconds") for row in rows if row["schedule"] not in ("base", "dense-control")}
        volumes = [volume([drawn(row, 0) for row in rows if seed_of(row) == seed]) for seed in known]
        draws = sorted(mean(ratios(rows, first, known, 1)) for _ in range(DRAWS))
        print(f"{name}: {len(known)} seeds, {len(made)} stages, {sum(made.values()) / len(known):.0f} s a seed, hypervolume {over_seeds(volumes, 3)}, "
              f"ratio {over_seeds(ratios(rows, first, known, 0), 2)}, pictures [{draws[int(0.025 * DRAWS)]:.2f}, {draws[int(0.975 * DRAWS)]:.2f}]")
        models = {}
        for row in rows:
            models.setdefault(model_of(row), []).append(row)
        best = 0.0
        for model, runs in sorted(models.items(), key=lambda m: mean([number(row, "speed_up") for row in m[1]]), reverse=True):
            accuracies = [number(row, "map50") for row in runs]
            if mean(accuracies) > best:
                best = mean(accuracies)
                beyond = "".join(f", beyond the {what} {over_seeds([number(row, 'map50') - of[seed_of(row)] for row in runs], 1, 100)}"
                                 for what, of in (("original", originals), ("control", controls)) if all(seed_of(row) in of for row in runs))
                print(f"    {model}: mAP50 {best:.3f}{beyond} points, at {mean([number(row, 'speed_up') for row in runs]):.2f}x "
                      f"[{min(number(row, 'speed_up_low') for row in runs):.2f}, {max(number(row, 'speed_up_high') for row in runs):.2f}]")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}, expected a CSV of frontier or compare")
    except KeyError as error:
        sys.exit(f"a CSV has no column {error}, expected frontier.csv, and after --latencies what compare wrote")
