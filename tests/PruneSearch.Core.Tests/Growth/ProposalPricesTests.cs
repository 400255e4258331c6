using System.Diagnostics;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Growth;

public sealed class ProposalPricesTests
{
    private readonly SearchPlan _plan = Grown.Plan();

    [Fact]
    public void Seconds_follow_from_what_finished_stages_took_and_what_is_shared_is_free()
    {
        var history = new GrowthHistory(_plan);
        history.Add(Grown.Report(_plan.Trajectories[0].Stages[0]));
        var prices = new ProposalPrices(_plan.Growth!);
        Assert.False(prices.IsMeasured(StrategyHistory.Empty));
        foreach (var proposed in history.Add(Grown.Batch(0, 1, Grown.OneShot(0.4, 3), Grown.OneShot(0.5, 1))))
        {
            foreach (var stage in proposed.Plan.Stages)
            {
                history.Add(Grown.Report(stage));
            }
        }
        var known = history.ToStrategyHistory();

        // Ten seconds a stage and a tenth of one for each step.
        Assert.True(prices.IsMeasured(known));
        Assert.Equal(10, Price(Grown.OneShot(0.3, 0)), 6);
        Assert.Equal(49, Price(Grown.OneShot(0.3, 3)), 6);
        Assert.Equal(0, Price(Grown.OneShot(0.4, 3)), 6);
        Assert.Equal(28, Price(Grown.OneShot(0.5, 3)), 6);
        Assert.Equal(39, Price(Grown.OneShot(0.4, 3, rate: 0.002)), 6); // pruned alike, trained otherwise
        Assert.Equal(48, Price(Grown.Iterative(0.6, 3, 0)), 6);

        double Price(Proposal p) => prices.Price(p.Configuration, p.Rung, known);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_took_longer_with_one_value_is_expected_to_do_so_again_unless_prices_are_nominal(bool reproducible)
    {
        var plan = Grown.Plan(reproducible: reproducible);
        var history = new GrowthHistory(plan);
        history.Add(Grown.Report(plan.Trajectories[0].Stages[0]));
        for (int i = 0; i < 20; i++)
        {
            var proposal = Grown.OneShot(0.25 + 0.02 * i, 0);
            var slow = proposal with { Configuration = Grown.Space.Of(0, 0.25 + 0.02 * i, double.NaN, double.NaN, 90, 0.001, 0) };
            foreach (var (each, seconds) in history.Add(Grown.Batch(2 * i, 1, proposal, slow)).Zip([2.0, 20.0]))
            {
                history.Add(Grown.Report(each.Plan.Stages[1]) with { Seconds = new() { ["prune"] = seconds } });
            }
        }
        var (quick, known) = (Grown.Space.Of(0, 0.7, double.NaN, double.NaN, 90, 0.001, 1), history.ToStrategyHistory());
        var prices = new ProposalPrices(plan.Growth!);
        double ratio = prices.Price(Grown.Space.Of(0, 0.7, double.NaN, double.NaN, 90, 0.001, 0), 0, known) / prices.Price(quick, 0, known);
        Assert.InRange(ratio, reproducible ? 1 : 7, reproducible ? 1 : 10);
    }

    [Fact]
    public void Stages_are_the_same_exactly_where_their_keys_are()
    {
        var plan = Grown.Plan();
        var layout = new ProposalLayout(plan);
        var stages = new ConfigurationStages(plan.Growth!);
        var random = new Random(3);
        var byKey = new Dictionary<StageKey, ulong>();
        var byNumber = new Dictionary<ulong, StageKey>();
        for (int i = 0; i < 400; i++)
        {
            // Coarse, so that many begin alike.
            double[] point = [.. Grown.Space.Hyperparameters.Select(_ => random.Next(3) / 2.0)];
            var configuration = Grown.Space.At(point);
            var laid = layout.Lay(0, new Proposal { Configuration = configuration, Rung = random.Next(4), Why = "" }, []);
            var numbers = stages.Of(configuration, laid.Proposal.Rung);

            Assert.Equal(laid.Plan.Keys.Count - 1, numbers.Count);
            foreach (var (key, number) in laid.Plan.Keys.Skip(1).Zip(numbers))
            {
                Assert.Equal(byKey[key] = byKey.GetValueOrDefault(key, number.Id), number.Id);
                Assert.Equal(byNumber[number.Id] = byNumber.GetValueOrDefault(number.Id, key), key);
            }
            Assert.Equal(laid.Plan.Stages.Skip(1).Select(s => s.FineTune?.Steps ?? 0), numbers.Select(n => n.Steps));
        }
        Assert.InRange(byKey.Count, 50, 1200);
    }

    [Fact]
    public void A_price_follows_from_its_history_alone_whatever_was_asked_before()
    {
        var history = new GrowthHistory(_plan);
        history.Add(Grown.Report(_plan.Trajectories[0].Stages[0]));
        var random = new Random(5);
        for (int i = 0; i < 60; i++)
        {
            var proposed = history.Add(Grown.Batch(i, 1, Anything()))[0];
            foreach (var stage in proposed.Plan.Stages.Take(random.Next(proposed.Plan.Stages.Count + 1)))
            {
                history.Add(Grown.Report(stage));
            }
        }
        var whole = history.ToStrategyHistory();
        var prices = new ProposalPrices(_plan.Growth!);
        for (int i = 0; i < 300; i++)
        {
            var some = random.Next(3) == 0 ? whole : whole.Before(random.Next(61));
            var known = random.Next(2) == 0 ? some : some.With(Anything()).With(Anything());
            var asked = Anything();

            Assert.Equal(
                new ProposalPrices(_plan.Growth!).Price(asked.Configuration, asked.Rung, known), prices.Price(asked.Configuration, asked.Rung, known));
        }

        Proposal Anything() => new()
        {
            Configuration = Grown.Space.At([.. Grown.Space.Hyperparameters.Select(_ => random.Next(4) / 3.0)]),
            Rung = random.Next(4),
            Why = "any",
        };
    }

    [Fact]
    public void Thousands_of_prices_are_quick()
    {
        var history = new GrowthHistory(_plan);
        for (int i = 0; i < 2000; i++)
        {
            history.Add(Grown.Batch(i, 0, Grown.OneShot(0.2 + i / 4000.0, 1)));
        }
        var known = history.ToStrategyHistory();
        var prices = new ProposalPrices(_plan.Growth!);
        prices.Price(Grown.Iterative(0.6, 3, 3).Configuration, 3, known);

        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 2000; i++)
        {
            prices.Price(Grown.Iterative(0.6, 2 + i % 3, 3).Configuration, 3, known);
        }

        Assert.InRange(clock.Elapsed.TotalMilliseconds, 0, 200); // about 3 on a quiet machine
    }
}
