namespace PruneSearch.Core.Strategies;

/// <summary>All trials of a search in the order of its log, and what they say about each configuration.</summary>
public sealed class StrategyHistory
{
    private readonly Dictionary<Configuration, TriedConfiguration> _byConfiguration;
    private readonly List<TriedConfiguration> _tried = [];

    /// <summary>Takes trials in.</summary>
    /// <param name="trials">Their numbers are their places, from 0.</param>
    /// <exception cref="ArgumentException">A trial's number is not its place.</exception>
    public StrategyHistory(IReadOnlyList<Trial> trials)
    {
        ArgumentNullException.ThrowIfNull(trials);
        Trials = trials;
        _byConfiguration = new(trials.Count);
        for (int i = 0; i < trials.Count; i++)
        {
            if (trials[i].Number != i)
            {
                throw new ArgumentException($"Trial {trials[i].Number} stands at place {i} of the history.", nameof(trials));
            }
            if (!_byConfiguration.TryGetValue(trials[i].Configuration, out var tried))
            {
                _byConfiguration[trials[i].Configuration] = tried = new TriedConfiguration(trials[i].Configuration);
                _tried.Add(tried);
            }
            tried.Take(trials[i]);
        }
    }

    /// <summary>No trial.</summary>
    public static StrategyHistory Empty { get; } = new([]);

    /// <summary>The trials in the order of the log.</summary>
    public IReadOnlyList<Trial> Trials { get; }

    /// <summary>Every configuration that has a trial, once, in the order in which they were first proposed.</summary>
    public IReadOnlyList<TriedConfiguration> Tried => _tried;

    /// <summary>Whether a trial is open.</summary>
    public bool IsRunning => Trials.Any(t => t.State == TrialState.Running);

    /// <summary>What is known of a configuration; <see langword="null"/> when it has no trial.</summary>
    public TriedConfiguration? Find(Configuration configuration) => _byConfiguration.GetValueOrDefault(configuration);

    /// <summary>The first trials alone.</summary>
    public StrategyHistory Before(int number) => new([.. Trials.Take(number)]);

    /// <summary>With the trial that a proposal becomes.</summary>
    public StrategyHistory With(Proposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return new StrategyHistory([.. Trials, new Trial { Number = Trials.Count, Proposal = proposal }]);
    }
}
