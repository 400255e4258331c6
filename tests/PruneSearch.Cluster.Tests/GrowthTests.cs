using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Strategies;
using PruneSearch.Storage.Proposals;
using PruneSearch.Storage.Reports;

namespace PruneSearch.Cluster.Tests;

/// <summary>Searches that decide what to try, on stub stages.</summary>
public sealed class GrowthTests
{
    private static readonly IReadOnlyList<double> Single = [1];

    private readonly StubStageRunner _runner = new(TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_proposes_until_its_budget_is_spent_and_says_what_it_did()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(GrowingPlans.Of("a", 12, rungs: Single));

        Assert.Equal(WorkState.Completed, end.State);
        Assert.Equal(13, end.Trajectories.Count);
        Assert.Null(end.Trajectories[0].Proposal);
        Assert.Equal(Enumerable.Range(0, 12), end.Trajectories.Skip(1).Select(t => t.Proposal!.Number));
        Assert.All(end.Trajectories.Skip(1), t => Assert.NotEmpty(t.Proposal!.Why));
        Assert.All(end.Trajectories.Skip(1), t => Assert.Matches("^schedule .*, level 0.*, learning-rate .*, criterion l", t.Proposal!.What));
        var growth = end.Growth!;
        Assert.Equal(("random", 12, 0), (growth.Strategy, growth.Proposals, growth.Open));
        Assert.Equal(new BudgetSettings { Trajectories = 12 }, growth.Budget);
        int stages = end.Trajectories.Skip(1).Sum(t => t.Stages - 1);
        Assert.Equal(new SearchCost(stages, 12, 0), growth.Spent); // stub stages take a second and train nothing
        Assert.NotEmpty(growth.Curve);
        Assert.Equal((await host.Client.SummaryAsync("a")).FrontierVolume, growth.Curve[^1].Volume, 12);
        Assert.Equal(stages + 1, _runner.Started.Count);
        Assert.Equal(13, (await host.Client.PlanAsync("a")).Trajectories.Count);
        Assert.Null(await DifferenceAsync(host, GrowingPlans.Of("a", 12, rungs: Single)));
    }

    [Fact]
    public async Task More_budget_goes_on_from_the_log_and_a_search_without_budget_says_so()
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(_runner))
        {
            await host.RunAsync(GrowingPlans.Of("a", 5, rungs: Single));
        }
        await using var again = await home.StartAsync(_runner);
        var budget = (await again.Client.SummaryAsync("a")).Growth!.Budget.Plus(new() { Trajectories = 4 });
        await again.Client.ExtendAsync("a", budget);
        await again.Client.ExtendAsync("a", budget);

        var end = await again.EndAsync("a");

        Assert.Equal((WorkState.Completed, 9), (end.State, end.Growth!.Proposals));
        Assert.Equal(9, end.Growth.Budget.Trajectories);
        var (log, _) = await LogsAsync(again, "a");
        using var other = new TestHome();
        await using var whole = await other.StartAsync(_runner);
        await whole.RunAsync(GrowingPlans.Of("a", 9, rungs: Single));
        Assert.Equal(Configurations((await LogsAsync(whole, "a")).Log), Configurations(log));

        await again.RunAsync(Plans.Small("b"));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => again.Client.ExtendAsync("b", budget));
        Assert.Contains("does not grow", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_searches_over_the_same_space_share_their_stages()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        await host.RunAsync(GrowingPlans.Of("a", 6, rungs: Single));
        int started = _runner.Started.Count;
        var plan = GrowingPlans.Of("b", 8, rungs: Single) with { Created = DateTimeOffset.UtcNow.AddHours(1) };
        _runner.Reports = key => StubStageRunner.Report(key) with { Finished = plan.Created.AddHours(1) };

        var end = await host.RunAsync(plan);

        Assert.Equal(8, end.Growth!.Proposals);
        var keys = (await host.Client.PlanAsync("b")).Trajectories.SelectMany(t => t.Keys).ToHashSet();
        Assert.Equal(keys.Count, _runner.Started.Where(keys.Contains).Distinct().Count());
        Assert.Equal(_runner.Started.Count, _runner.Started.Distinct().Count());
        Assert.Equal(end.Trajectories.Skip(7).Sum(t => t.Stages - 1), _runner.Started.Count - started);
    }

    [Fact]
    public async Task Slot_time_and_steps_are_spent_to_the_last_proposal_and_no_further()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        _runner.Reports = key => StubStageRunner.Report(key) with { TrainedSteps = 90 }; // and each stage says that it took a second

        var hours = (await host.RunAsync(Spending("hours", new() { Hours = 30 / 3600.0 }))).Growth!;
        var steps = (await host.RunAsync(Spending("steps", new() { Steps = 2000 }))).Growth!;

        const int Longest = 4; // stages of a trajectory after the base
        Assert.InRange(hours.Spent.Seconds, 30, 30 + Longest - 1);
        Assert.InRange(steps.Spent.Steps, 2000, 2000 + Longest * 90 - 1);
        Assert.Equal((0, 0), (hours.Open, steps.Open));

        static SearchPlan Spending(string id, BudgetSettings budget)
        {
            var plan = GrowingPlans.Of(id, 1, rungs: Single);
            return plan with { Growth = plan.Growth! with { Budget = budget, Seed = id.Length } };
        }
    }

    [Fact]
    public async Task A_cancelled_search_goes_on_from_its_log()
    {
        using var home = new TestHome();
        var runner = new StubStageRunner(TimeSpan.FromMilliseconds(50));
        await using var host = await home.StartAsync(runner);
        var plan = GrowingPlans.Reproducible("a");
        await host.Client.LaunchAsync(plan);
        await host.UntilAsync("a", s => s.Growth!.Proposals >= 4);
        await host.Client.CancelAsync("a", "enough");
        var (before, _) = await LogsAsync(host, "a");
        Assert.Equal(WorkState.Cancelled, (await host.Client.StatusAsync("a")).State);

        await host.Client.ResumeAsync("a");
        var end = await host.EndAsync("a");

        Assert.Equal((WorkState.Completed, 9), (end.State, end.Growth!.Proposals));
        var (log, reports) = await LogsAsync(host, "a");
        Assert.Equal(Configurations(before), Configurations(log).Take(Configurations(before).Count));
        Assert.Null(ProposalReplay.Difference(plan, log, reports));
    }

    [Theory]
    [InlineData(StrategyKind.Adaptive)]
    [InlineData(StrategyKind.Asha)]
    [InlineData(StrategyKind.Nsga2)]
    [InlineData(StrategyKind.Tpe)]
    public async Task Every_strategy_decides_and_its_log_replays(StrategyKind strategy)
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(_runner);
        var plan = GrowingPlans.Of("a", 25, strategy);

        var end = await host.RunAsync(plan);

        Assert.Equal((WorkState.Completed, 25), (end.State, end.Growth!.Proposals));
        Assert.Equal(_runner.Started.Count, _runner.Started.Distinct().Count());
        var (log, reports) = await LogsAsync(host, "a");
        Assert.Null(ProposalReplay.Difference(plan, log, reports));
        var proposals = log.SelectMany(b => b.Proposals).ToList();
        Assert.Equal(strategy is StrategyKind.Asha or StrategyKind.Adaptive, plan.Growth!.Rungs.Count > 1);
        Assert.True(strategy != StrategyKind.Asha || proposals.Any(p => p.Continues is not null), "nothing was promoted");
        var known = new HashSet<StageKey>();
        var idle = (await host.Client.PlanAsync("a")).Trajectories.Where(t => t.Keys.Where(known.Add).ToList() is []).Select(t => t.Name).ToList();
        Assert.True(strategy != StrategyKind.Adaptive || idle.Count == 0, $"nothing new would be run for {string.Join(", ", idle)}");
    }

    [Fact]
    public async Task A_failed_proposal_counts_as_one_and_is_not_made_again()
    {
        using var home = new TestHome();
        StageKey? first = null; // other stages may run between its attempts
        _runner.Behaviour = (job, _) =>
        {
            if (job.Description.Base is null && job.Key == (first ??= job.Key))
            {
                throw new InvalidOperationException("it does not train");
            }
        };
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(GrowingPlans.Of("a", 6, rungs: Single));

        Assert.Equal(WorkState.CompletedWithFailures, end.State);
        Assert.Equal(1, end.Trajectories.Count(t => t.State == WorkState.Failed));
        Assert.Equal(6, end.Growth!.Proposals);
        var (log, _) = await LogsAsync(host, "a");
        var configurations = Configurations(log);
        Assert.Equal(configurations.Count, configurations.Distinct().Count());
        Assert.Null(await DifferenceAsync(host, GrowingPlans.Of("a", 6, rungs: Single)));
    }

    [Fact]
    public async Task Without_a_base_detector_nothing_is_proposed()
    {
        using var home = new TestHome();
        _runner.Behaviour = (_, _) => throw new InvalidOperationException("no weights");
        await using var host = await home.StartAsync(_runner);

        var end = await host.RunAsync(GrowingPlans.Of("a", 6));

        Assert.Equal((WorkState.Failed, 0), (end.State, end.Growth!.Proposals));
        Assert.Contains("no weights", end.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "line 1: no entry of a log of proposals")]
    [InlineData("""{"search":"a","first":7,"reports":1,"slots":1,"turned":[],"proposals":[]}""", "proposals 0 to 6 are missing")]
    [InlineData("""{"search":"b","first":0,"reports":1,"slots":1,"proposals":[{"configuration":"0,0.3,-,0.001,0","rung":0,"why":"x"}]}""", "of 'b'")]
    [InlineData("""{"search":"a","first":0,"reports":1,"slots":1,"proposals":[{"configuration":"0,0.3","rung":0,"why":"x"}]}""", "not in the space")]
    [InlineData("""{"search":"a","first":0,"reports":1,"slots":1,"proposals":[{"configuration":"0,0.3,-,0.001,0","rung":9,"why":"x"}]}""", "its rung is 9")]
    public async Task A_damaged_or_foreign_log_is_refused_in_one_line(string entry, string expected)
    {
        using var home = new TestHome();
        await using (var host = await home.StartAsync(null))
        {
            await host.Client.LaunchAsync(GrowingPlans.Of("a", 6));
            await host.Store.PutAsync(
                CheckpointNames.Proposals("a") + "00000000-00000000.jsonl",
                (s, c) => s.WriteAsync(System.Text.Encoding.UTF8.GetBytes(entry + "\n"), c).AsTask(), cancellation: Cancellation);
        }
        await using var again = await home.StartAsync(null);

        var e = await Assert.ThrowsAsync<ClusterException>(() => again.Client.ResumeAsync("a"));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        var summary = Assert.Single(await again.Client.ListAsync());
        Assert.Equal(WorkState.Failed, summary.State);
        Assert.Contains(expected, summary.Reason, StringComparison.Ordinal);
    }

    internal static async Task<(IReadOnlyList<ProposalBatch> Log, IReadOnlyList<StageReport> Reports)> LogsAsync(EmbeddedHost host, string id) =>
        ((await ProposalLog.OpenAsync(host.Store, id, Cancellation)).Written, (await ReportLog.OpenAsync(host.Store, id, Cancellation)).Written);

    internal static async Task<string?> DifferenceAsync(EmbeddedHost host, SearchPlan plan)
    {
        var (log, reports) = await LogsAsync(host, plan.Id);
        return ProposalReplay.Difference(plan, log, reports);
    }

    internal static IReadOnlyList<Configuration> Configurations(IEnumerable<ProposalBatch> log) =>
        [.. log.SelectMany(b => b.Proposals).Select(p => p.Configuration)];
}
