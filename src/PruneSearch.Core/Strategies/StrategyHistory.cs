using System.Collections.Immutable;

namespace PruneSearch.Core.Strategies;

/// <summary>
/// All trials of a search in the order of its log, and what they say about each configuration. It never changes, and shares nearly all of itself with
/// the one that goes on from it: with thousands of trials, one more proposal costs as little as the first.
/// </summary>
public sealed class StrategyHistory
{
    private readonly ImmutableList<Trial> _trials;
    private readonly ImmutableList<TriedConfiguration> _tried;
    private readonly ImmutableDictionary<Configuration, int> _places; // in the list of those that were tried
    private readonly int _running;

    /// <summary>A history of trials, in the order of their proposals.</summary>
    /// <param name="trials">Their numbers are their places, from 0.</param>
    /// <exception cref="ArgumentException">A trial's number is not its place.</exception>
    public StrategyHistory(IReadOnlyList<Trial> trials)
    {
        ArgumentNullException.ThrowIfNull(trials);
        for (int i = 0; i < trials.Count; i++)
        {
            if (trials[i].Number != i)
            {
                throw new ArgumentException($"Trial {trials[i].Number} stands at place {i} of the history.", nameof(trials));
            }
        }
        var places = ImmutableDictionary.CreateBuilder<Configuration, int>();
        var tried = new List<TriedConfiguration>();
        foreach (var trial in trials)
        {
            if (!places.TryGetValue(trial.Configuration, out int place))
            {
                places[trial.Configuration] = place = tried.Count;
                tried.Add(new TriedConfiguration(trial.Configuration));
            }
            tried[place].Take(trial);
            _running += trial.State == TrialState.Running ? 1 : 0;
        }
        (_trials, _tried, _places) = ([.. trials], [.. tried], places.ToImmutable());
    }

    private StrategyHistory(StrategyHistory before, Trial trial)
    {
        bool isNew = trial.Number == before._trials.Count;
        _trials = isNew ? before._trials.Add(trial) : before._trials.SetItem(trial.Number, trial);
        (_tried, _places) = (before._tried, before._places);
        if (!_places.TryGetValue(trial.Configuration, out int place))
        {
            place = _tried.Count;
            _places = _places.Add(trial.Configuration, place);
            _tried = _tried.Add(new TriedConfiguration(trial.Configuration));
        }
        var all = isNew ? _tried[place].Trials.Append(trial) : _tried[place].Trials.Select(t => t.Number == trial.Number ? trial : t);
        var tried = new TriedConfiguration(trial.Configuration);
        foreach (var each in all)
        {
            tried.Take(each);
        }
        _tried = _tried.SetItem(place, tried);
        Goal = before.Goal;
        _running = before._running + (trial.State == TrialState.Running ? 1 : 0)
            - (!isNew && before._trials[trial.Number].State == TrialState.Running ? 1 : 0);
    }

    private StrategyHistory(StrategyHistory before, StrategyGoal? goal)
    {
        (_trials, _tried, _places, _running) = (before._trials, before._tried, before._places, before._running);
        Goal = goal;
    }

    /// <summary>What a strategy knows before its first proposal.</summary>
    public static StrategyHistory Empty { get; } = new([]);

    /// <summary>What is looked for; <see langword="null"/> for the whole frontier.</summary>
    public StrategyGoal? Goal { get; }

    /// <summary>The trials in the order of the log.</summary>
    public IReadOnlyList<Trial> Trials => _trials;

    /// <summary>Every configuration that has a trial, once, in the order in which they were first proposed.</summary>
    public IReadOnlyList<TriedConfiguration> Tried => _tried;

    /// <summary>Whether a trial is open.</summary>
    public bool IsRunning => _running > 0;

    /// <summary>What is known of a configuration; <see langword="null"/> when it has no trial.</summary>
    public TriedConfiguration? Find(Configuration configuration) => _places.TryGetValue(configuration, out int place) ? _tried[place] : null;

    /// <summary>The first trials alone.</summary>
    public StrategyHistory Before(int number) => new StrategyHistory([.. _trials.Take(number)]).Toward(Goal);

    /// <summary>With the trial that a proposal becomes.</summary>
    public StrategyHistory With(Proposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return new StrategyHistory(this, new Trial { Number = _trials.Count, Proposal = proposal });
    }

    /// <summary>The same trials, with what is looked for.</summary>
    public StrategyHistory Toward(StrategyGoal? goal) => new(this, goal);

    /// <summary>With what has become of a trial, or with the next one. Its configuration does not change.</summary>
    internal StrategyHistory With(Trial trial) => new(this, trial);
}
