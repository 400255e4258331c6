"""Optuna's samplers on a recorded table (README.md beside this file): what it costs to find 90, 95 and 99 % of its hypervolume, over seeds.
    python3 optuna_replay.py TABLE SEEDS TRIALS [--curves FILE] [--until 0.99] [SAMPLER...]      (random nsga2 nsga2-20 tpe tpe-multi)
Every trial goes to the last rung, since Optuna stops none early for several objectives; results on the way count for the hypervolume as they
do for PruneSearch's own strategies, and stages that an earlier trial had cost nothing."""
import argparse, gzip, json, math, time, warnings
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings('ignore')
arguments = argparse.ArgumentParser()
arguments.add_argument('table'), arguments.add_argument('seeds', type=int), arguments.add_argument('trials', type=int)
arguments.add_argument('samplers', nargs='*', default=[])
arguments.add_argument('--curves'), arguments.add_argument('--until', type=float, default=0.99)
arguments = arguments.parse_args()
table = json.load(gzip.open(arguments.table) if arguments.table.endswith('.gz') else open(arguments.table))
top = len(table['rungs']) - 1
weighed = [i for i, o in enumerate(table['objectives']) if o.get('weighed')]
assert len(weighed) == 2, 'two objectives expected'


def scale(i):
    values = [row['values'][top][i] for row in table['rows']]
    return (max(values), min(values)) if table['objectives'][i].get('larger') else (min(values), max(values))


scales = [(i, *scale(i)) for i in weighed]
rows = {row['configuration']: row for row in table['rows']}
costs = {k: [[(v[i] - a) / (b - a) for i, a, b in scales] for v in row['values']] for k, row in rows.items()}


class Frontier:
    """Hypervolume of two costs up to (1, 1)."""
    def __init__(self):
        self.points = []

    def add(self, point):
        if point[0] >= 1 or point[1] >= 1 or any(p[0] <= point[0] and p[1] <= point[1] for p in self.points):
            return
        self.points = sorted([p for p in self.points if not (point[0] <= p[0] and point[1] <= p[1])] + [point])

    def volume(self):
        return sum(((self.points[i + 1][0] if i + 1 < len(self.points) else 1) - p[0]) * (1 - p[1]) for i, p in enumerate(self.points))


whole = Frontier()
for rungs in costs.values():
    for cost in rungs:
        whole.add(cost)
full = whole.volume()


def number(value):
    return repr(int(value)) if value == int(value) else repr(value)


def ask(trial):
    """The configuration as the table writes it."""
    texts, chosen = [], {}
    for h in table['hyperparameters']:
        when = h.get('when')
        if when and chosen.get(when['name']) not in when['values']:
            texts.append('-')
            continue
        if h['kind'] == 'choice' and h.get('ordered'):
            value = trial.suggest_int(h['name'], 0, len(h['values']) - 1)
        elif h['kind'] == 'choice':
            value = h['values'].index(trial.suggest_categorical(h['name'], h['values']))
        elif h['kind'] == 'whole':
            value = trial.suggest_int(h['name'], h['from'], h['to'], log=h.get('log', False))
        else:
            raise SystemExit('a table has no real numbers: expected choices and whole numbers')
        chosen[h['name']] = h['values'][value] if h['kind'] == 'choice' else str(value)
        texts.append(number(value))
    return ','.join(texts)


make = {
    'random': lambda s: optuna.samplers.RandomSampler(seed=s),
    'nsga2': lambda s: optuna.samplers.NSGAIISampler(seed=s),
    'nsga2-20': lambda s: optuna.samplers.NSGAIISampler(seed=s, population_size=20),
    'tpe': lambda s: optuna.samplers.TPESampler(seed=s),
    'tpe-multi': lambda s: optuna.samplers.TPESampler(seed=s, multivariate=True),
}


def run(kind, seed, curve):
    study = optuna.create_study(directions=['minimize'] * 2, sampler=make[kind](seed))
    seen, front, spent, reached, share = set(), Frontier(), 0.0, {}, 0.0
    for t in range(arguments.trials):
        trial = study.ask()
        key = ask(trial)
        row = rows[key]
        for rung in range(top + 1):
            if row.get('stages'):
                new = set(row['stages'][rung]) - seen
                seen |= new
                spent += sum(table['stages'][s] for s in new)
            else:
                spent += 0 if key in seen else row['seconds'][rung] if row.get('seconds') else float(rung == top)
            front.add(costs[key][rung])
        if not table.get('stages'):
            spent += 1 if key in seen and not row.get('seconds') else 0  # where only trials are counted, a repeated one counts as well
            seen.add(key)
        study.tell(trial, costs[key][top])
        if front.volume() / full > share:
            share = front.volume() / full
            if curve:
                print(f'optuna-{kind},{seed},{t + 1},{spent:.3f},{share:.5f}', file=curve)
        for limit in (0.9, 0.95, 0.99):
            if share >= limit:
                reached.setdefault(limit, spent)
        if share >= arguments.until:
            break
    return reached


def text(values):
    values = sorted(values)
    n = len(values)
    median = values[n // 2] if n % 2 or math.isinf(values[n // 2]) else (values[n // 2 - 1] + values[n // 2]) / 2
    one = lambda v: 'never' if math.isinf(v) else f'{v:.1f}'.removesuffix('.0')
    return f'{one(median)} [{one(values[n // 4])}-{one(values[n - 1 - n // 4])}]'


print(f'{table["name"]}: {len(rows)} configurations, hypervolume {full:.6f}, Optuna {optuna.__version__}', flush=True)
curve = open(arguments.curves, 'w') if arguments.curves else None
if curve:
    print('strategy,seed,trials,cost,share', file=curve)
for kind in arguments.samplers or list(make):
    start = time.time()
    results = [run(kind, seed, curve) for seed in range(arguments.seeds)]
    limits = [limit for limit in (0.9, 0.95, 0.99) if limit <= arguments.until]
    print(f'{kind:<9}', '  '.join(f'{limit:.0%}: {text([r.get(limit, math.inf) for r in results])}' for limit in limits), f' {time.time() - start:.0f} s', flush=True)
