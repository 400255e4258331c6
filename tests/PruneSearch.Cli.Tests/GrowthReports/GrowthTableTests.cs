using PruneSearch.Cli.GrowthReports;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cli.Tests.GrowthReports;

public sealed class GrowthTableTests
{
    private static readonly GrownResults Results = SomeGrown.Results(120);

    [Fact]
    public void Every_configuration_stands_once_among_those_that_were_stopped_failed_or_got_to_the_end()
    {
        string[] rows = [.. RungTable.Write(Results).Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        int[][] numbers = [.. rows.Select(r => r.Split('|').Skip(3).Take(4).Select(c => int.TryParse(c, out int n) ? n : 0).ToArray())];

        Assert.Equal(4, rows.Length);
        Assert.StartsWith("| 0 | not at all | ", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("| 1 | 11 % of its last training | ", rows[1], StringComparison.Ordinal);
        Assert.Equal(Results.Tried.Count, numbers[3][0] + numbers.Sum(n => n[1] + n[2] + n[3]));
        Assert.Equal(Results.Trials.Count(t => t.State == TrialState.Failed), numbers.Sum(n => n[2]));
        Assert.Equal(numbers[0][0] - numbers[0][1], numbers[1][0]); // nothing failed in the middle
    }

    [Fact]
    public void Those_that_were_stopped_are_named_by_rung()
    {
        var stopped = RungTable.Stopped(Results, 1);

        Assert.All(stopped, t => Assert.Equal(1, t.Deepest!.Rung));
        Assert.Contains($"- **Stopped at rung 1:** `{Results.NameOf(stopped[0])}`, ", RungTable.Write(Results), StringComparison.Ordinal);
        Assert.Contains($" and {stopped.Count - 20} more\n", RungTable.Write(Results), StringComparison.Ordinal);
    }

    [Fact]
    public void The_level_matters_for_both_objectives_and_the_criterion_for_accuracy_alone()
    {
        var rows = ImportanceTable.Write(Results).Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .ToDictionary(l => l.Split('`')[1], l => l.Split('|').Skip(2).Take(2).Select(c => int.Parse(c.Split('±')[0])).ToArray());

        Assert.InRange(rows["level"][0], 60, 100);
        Assert.InRange(rows["level"][1], 90, 100);
        Assert.InRange(rows["criterion"][0], 2, 30);
        Assert.InRange(rows["criterion"][1], 0, 2);
        Assert.InRange(rows["steps"].Max(), 0, 8);
    }

    [Fact]
    public void Too_few_results_say_nothing() =>
        Assert.StartsWith("Too few results to say: at least 12", ImportanceTable.Write(SomeGrown.Results(3)), StringComparison.Ordinal);

    [Fact]
    public void Every_proposal_is_a_line_with_its_values_and_its_figures()
    {
        string[] lines = ProposalsCsv.Write(Results).TrimEnd('\n').Split('\n');

        Assert.Equal(
            "number,trajectory,continues,asked_rung,reached_rung,state,expected_seconds,seconds,map50,speed_up,schedule,level,iterations,steps,learning-rate," +
            "criterion,why",
            lines[0]);
        Assert.Equal(1 + Results.Trials.Count, lines.Length);
        var trial = Results.Trials[5];
        Assert.StartsWith($"5,p5,,{trial.Rung},{trial.Rung},completed,30,", lines[6], StringComparison.Ordinal);
        Assert.EndsWith(",\"most hypervolume per second, expected\"", lines[6], StringComparison.Ordinal);
        Assert.StartsWith("12,p12,,", lines[13], StringComparison.Ordinal);
        Assert.Contains(",,failed,30,0,,,", lines[13], StringComparison.Ordinal);
    }
}
