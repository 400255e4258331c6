namespace PruneSearch.Core.Strategies;

/// <summary>What the trials of one configuration say together.</summary>
public sealed class TriedConfiguration(Configuration configuration)
{
    private readonly List<Trial> _trials = new(1);
    private readonly List<RungResult> _results = []; // few, by rung

    /// <summary>One value for each dimension of the space.</summary>
    public Configuration Configuration { get; } = configuration;

    /// <summary>Number of its first trial.</summary>
    public int First { get; private set; } = -1;

    /// <summary>The highest rung that a trial of it has been asked for.</summary>
    public int Asked { get; private set; } = -1;

    /// <summary>Whether a trial of it is open.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Whether a trial of it failed: it is not to be proposed again.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Its completed trial that reached the highest rung, which a promotion continues; <see langword="null"/> for none.</summary>
    public Trial? Last { get; private set; }

    /// <summary>Results by rung, ascending.</summary>
    public IReadOnlyCollection<RungResult> Results => _results;

    /// <summary>The result of the highest rung so far; <see langword="null"/> for none.</summary>
    public RungResult? Deepest => _results.Count == 0 ? null : _results[^1];

    /// <summary>The result at a rung; <see langword="null"/> where there is none.</summary>
    public RungResult? At(int rung) => _results.Find(r => r.Rung == rung);

    /// <summary>Its trials in the order of the log.</summary>
    internal IReadOnlyList<Trial> Trials => _trials;

    internal void Take(Trial trial)
    {
        _trials.Add(trial);
        First = First < 0 ? trial.Number : First;
        Asked = Math.Max(Asked, trial.Rung);
        IsRunning |= trial.State == TrialState.Running;
        HasFailed |= trial.State == TrialState.Failed;
        Last = trial.State == TrialState.Completed && trial.Rung >= (Last?.Rung ?? -1) ? trial : Last;
        foreach (var result in trial.Results)
        {
            int place = _results.FindLastIndex(r => r.Rung <= result.Rung);
            if (place < 0 || _results[place].Rung < result.Rung)
            {
                _results.Insert(place + 1, result);
            }
        }
    }
}
