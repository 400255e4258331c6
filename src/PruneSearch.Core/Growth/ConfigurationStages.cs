using PruneSearch.Core.Schedules;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>
/// The stages of a configuration without laying it out, for thousands of configurations that nobody may ever try: equal stages have equal
/// numbers, as they would have equal keys.
/// </summary>
internal sealed class ConfigurationStages
{
    private readonly GrowthPlan _growth;
    private readonly int _level, _schedule, _iterations, _shape, _steps, _inputSize;
    private readonly int[] _pruning, _fineTune;

    public ConfigurationStages(GrowthPlan growth)
    {
        _growth = growth;
        var names = growth.Space.Hyperparameters.Select(h => h.Name).ToList();
        (_level, _schedule, _iterations) = (names.IndexOf(SpaceKey.Level), names.IndexOf(SpaceKey.Schedule), names.IndexOf(SpaceKey.Iterations));
        (_shape, _steps, _inputSize) = (names.IndexOf(SpaceKey.Shape), names.IndexOf("steps"), names.IndexOf(SpaceKey.InputSize));
        _pruning = Places(SpaceKey.Pruning);
        _fineTune = [.. Places(SpaceKey.FineTune).Where(p => p != _steps)];

        int[] Places(string origin) => [.. names.Index().Where(n => SpaceKey.Find(n.Item).Origin == origin).Select(n => n.Index)];
    }

    /// <summary>The stages after the base up to a rung: what they are, their optimizer steps, and the rung that they belong to.</summary>
    public IReadOnlyList<(ulong Id, int Steps, int Rung)> Of(Configuration configuration, int rung)
    {
        ulong pruning = Mix(1, configuration, _pruning), training = Mix(2, configuration, _fineTune);
        ulong id = _inputSize < 0 ? 0 : Mix(3, configuration[_inputSize]);
        int steps = _growth.FineTune is null ? 0 : Count(configuration, _steps) ?? _growth.FineTune.Steps;
        var ratios = Ratios(configuration);
        var stages = new List<(ulong, int, int)>(ratios.Count + rung);
        foreach (double ratio in ratios.SkipLast(1))
        {
            Add(Mix(Mix(pruning, ratio), training), steps, 0);
        }
        int first = ProposalLayout.StepsTo(_growth.Rungs[0], steps);
        Add(Mix(pruning, ratios[^1]) ^ (first > 0 ? training : 0), first, 0);
        for (int k = 1; k <= rung; k++)
        {
            int more = ProposalLayout.StepsTo(_growth.Rungs[k], steps) - ProposalLayout.StepsTo(_growth.Rungs[k - 1], steps);
            if (more > 0)
            {
                Add(training, more, k);
            }
        }
        return stages;

        void Add(ulong what, int trained, int of)
        {
            id = Mix(Mix(id, what), (double)trained);
            stages.Add((id, trained, of));
        }
    }

    private IReadOnlyList<double> Ratios(Configuration configuration)
    {
        double level = configuration[_level];
        bool several = _iterations >= 0 && !double.IsNaN(configuration[_iterations])
            && (_schedule < 0 || Text(configuration, _schedule) == EnumNames.Of(ScheduleKind.Iterative));
        if (_growth.Space.Hyperparameters[_level] is ChoiceHyperparameter choice)
        {
            level = PlainNumber.Parse(choice.Text(level))!.Value;
        }
        int iterations = several ? Count(configuration, _iterations)!.Value : 1;
        string shape = several && _shape >= 0 && !double.IsNaN(configuration[_shape]) ? Text(configuration, _shape) : "";
        return iterations == 1 ? [level]
            : shape == EnumNames.Of(ScheduleShape.Geometric) ? PruningSchedule.Geometric(iterations, level)
            : shape == EnumNames.Of(ScheduleShape.Cubic) ? PruningSchedule.Cubic(iterations, level)
            : PruningSchedule.Linear(iterations, level);
    }

    private string Text(Configuration configuration, int place) => _growth.Space.Hyperparameters[place].Text(configuration[place]);

    private int? Count(Configuration configuration, int place) => place < 0 || double.IsNaN(configuration[place]) ? null
        : _growth.Space.Hyperparameters[place] is WholeHyperparameter ? (int)configuration[place]
        : PlainNumber.ParseWhole(Text(configuration, place));

    private static ulong Mix(ulong seed, Configuration configuration, int[] places)
    {
        foreach (int place in places)
        {
            seed = Mix(seed, configuration[place]);
        }
        return seed;
    }

    private static ulong Mix(ulong a, double b) => Mix(a, BitConverter.DoubleToUInt64Bits(b));

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong a, ulong b)
    {
        ulong z = (a * 0x9E3779B97F4A7C15) + b + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
