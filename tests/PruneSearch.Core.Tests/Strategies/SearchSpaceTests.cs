using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Tests.Strategies;

public sealed class SearchSpaceTests
{
    private static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new RealHyperparameter { Name = "level", From = 0.2, To = 0.9 },
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"] },
            new WholeHyperparameter { Name = "iterations", From = 2, To = 6, When = new Condition("schedule", ["iterative"]) },
            new RealHyperparameter { Name = "learning-rate", From = 5e-5, To = 2e-3, Log = true },
            new ChoiceHyperparameter { Name = "distillation", Values = ["0", "0.5", "1"], Ordered = true },
        ],
    };

    [Fact]
    public void Every_point_is_a_configuration_that_leads_back_to_itself()
    {
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            double[] point = [.. Enumerable.Range(0, 5).Select(_ => i < 2 ? i : random.NextDouble())];
            var configuration = Space.At(point);
            Assert.True(Space.Contains(configuration));
            double[] code = Space.Encode(configuration);
            Assert.Equal(configuration[1] == 0, double.IsNaN(configuration[2]));
            Assert.All(code, c => Assert.True(double.IsNaN(c) || c is >= 0 and <= 1));
            Assert.Equal(configuration, Space.At([.. code.Select(c => double.IsNaN(c) ? 0.3 : c)]));
            Assert.Equal(configuration, Configuration.Parse(configuration.ToString()));
            Assert.Equal(configuration, Space.Of([.. configuration.Values]));
        }
    }

    [Fact]
    public void Values_are_rounded_to_what_people_read()
    {
        Assert.Equal(
            ["level=0.487", "schedule=iterative", "iterations=4", "learning-rate=0.000225", "distillation=0.5"],
            Space.Describe(Space.At([0.41, 0.6, 0.5, 0.408, 0.4])).Select(p => $"{p.Key}={p.Value}"));
        Assert.Equal(["level", "schedule", "learning-rate", "distillation"], Space.Describe(Space.At([0.41, 0.4, 0.5, 0.4, 0.4])).Select(p => p.Key));
    }

    [Fact]
    public void A_finite_space_is_listed_once_each()
    {
        var space = new SearchSpace { Hyperparameters = [Space.Hyperparameters[1], Space.Hyperparameters[2], Space.Hyperparameters[4]] };
        var all = space.All().ToList();
        Assert.Equal((1 + 5) * 3, all.Count);
        Assert.Equal(all.Count, space.Count());
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.All(all, c => Assert.True(space.Contains(c)));
        Assert.Null(space.Count(most: 17));
        Assert.Null(Space.Count());
    }

    [Fact]
    public void A_whole_number_has_an_equal_share_for_each_value()
    {
        var h = new WholeHyperparameter { Name = "n", From = 1, To = 4 };
        Assert.Equal([1.0, 1, 2, 2, 3, 3, 4, 4], Enumerable.Range(0, 8).Select(i => h.FromUnit((i + 0.5) / 8)));
    }

    [Fact]
    public void It_is_sent_and_stored()
    {
        var serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();
        Assert.Equal(Space, serializer.Deserialize<SearchSpace>(serializer.SerializeToArray(Space)));
        Assert.Equal(Space, JsonSerializer.Deserialize<SearchSpace>(JsonSerializer.Serialize(Space, CoreJson.Canonical), CoreJson.Canonical));
        var trial = new Trial
        {
            Number = 3,
            Proposal = new Proposal { Configuration = Space.At([0.1, 0.2, 0.3, 0.4, 0.5]), Rung = 2, Continues = 1, Why = "because", Price = 2.5, Round = 1 },
            State = TrialState.Failed,
        };
        var read = serializer.Deserialize<Trial>(serializer.SerializeToArray(trial))!;
        Assert.Equal((trial.Number, trial.Proposal, trial.State), (read.Number, read.Proposal, read.State));
        string text = JsonSerializer.Serialize(trial, CoreJson.Canonical);
        Assert.Contains("\"0.27,0,-,0.000219,1\"", text, StringComparison.Ordinal);
        Assert.Equal(trial.Proposal, JsonSerializer.Deserialize<Trial>(text, CoreJson.Canonical)!.Proposal);
    }

    [Theory]
    [InlineData("0.3,x", "'x', expected a number or '-'")]
    public void A_text_that_is_no_configuration_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => Configuration.Parse(text)).Message, StringComparison.Ordinal);

    public static TheoryData<Hyperparameter[], string> Wrong => new()
    {
        { [], "The space has no hyperparameter: expected at least one." },
        { [new RealHyperparameter { Name = "a", From = 2, To = 1 }], Bounds("2 to 1") },
        { [new RealHyperparameter { Name = "a", From = 0, To = 1, Log = true }], "Hyperparameter 'a': a logarithmic scale from 0: expected a number above 0." },
        { [new RealHyperparameter { Name = "a", From = 0, To = double.NaN }], "Hyperparameter 'a': from 0 to NaN: expected finite numbers." },
        { [new WholeHyperparameter { Name = "a", From = 3, To = 3 }], Bounds("3 to 3") },
        { [new ChoiceHyperparameter { Name = "a", Values = [] }], "Hyperparameter 'a': no value: expected at least one." },
        { [new ChoiceHyperparameter { Name = "a", Values = ["x", "y", "x"] }], "Hyperparameter 'a': 'x' stands 2 times: expected every value once." },
        { [Choice("a"), Choice("a")], "Hyperparameter 'a': it stands twice in the space: expected every name once." },
        { [Choice("a", new Condition("b", ["x"]))], "Hyperparameter 'a': it depends on 'b', which the space does not have." },
        { [Choice("a", new Condition("b", ["x"])), Choice("b")], "Hyperparameter 'a': it depends on 'b', which must stand before it." },
        { [Choice("b"), Choice("a", new Condition("b", ["z"]))], "Hyperparameter 'a': it depends on 'b' being 'z', expected one of x, y." },
        { [Choice("b"), Choice("a", new Condition("b", []))], "Hyperparameter 'a': it depends on 'b' without a value: expected at least one." },
        {
            [new WholeHyperparameter { Name = "b", From = 1, To = 2 }, Choice("a", new Condition("b", ["1"]))],
            "Hyperparameter 'a': it depends on 'b', which must be a choice."
        },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_makes_no_sense_is_told(Hyperparameter[] hyperparameters, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(new SearchSpace { Hyperparameters = hyperparameters }.RequireValid).Message);

    private static string Bounds(string found) => $"Hyperparameter 'a': from {found}: expected the smaller number first, and two different ones.";

    private static ChoiceHyperparameter Choice(string name, Condition? when = null) => new() { Name = name, Values = ["x", "y"], When = when };
}
