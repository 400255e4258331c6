using PruneSearch.Cli.Reports;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Tests.Comparisons;

namespace PruneSearch.Cli.Tests.Reports;

public sealed class ResultSectionTests
{
    // At 20 % both arms are one stage; at 40 % iterative leads by .02, .03 and .04.
    private static double Map50(TrajectoryPlan t) => t switch
    {
        { Schedule: ScheduleKind.Base } => .80,
        { Schedule: ScheduleKind.DenseControl } => .78,
        { Ratio: .2 } => .79,
        { Schedule: ScheduleKind.Iterative } => .70 + .01 * t.Seed,
        _ => .69,
    };

    private static double SpeedUp(TrajectoryPlan t) => t.Ratio == .2 ? 1.6 : 1 + t.Ratio;

    [Fact]
    public void Sentences_say_what_follows_from_the_figures()
    {
        var lines = new ResultSentences(Made.Results(Map50, SpeedUp, 1, 2, 3)).All();

        Assert.Equal(
            [
                "**Iterative or one-shot:** of 1 comparison at equal level and seed, iterative pruning is more accurate in 1, one-shot pruning in 0, and in " +
                "0 there is no difference beyond the spread over seeds (a 95 % interval each: by chance alone, about one in twenty would leave zero out).",
                "**`iterative` against `one-shot`:** more accurate at 40 % (+3.0 points).",
                "**Faster at full accuracy:** on the mean over seeds, at least 1.5 times as fast as the dense original (the whole interval is) and at least " +
                "as accurate as the dense control: `iterative` at 20 % (1.60× [1.55–1.65], mAP50 0.790 ± 0.000 against 0.780 ± 0.000).",
                "**Faster and more accurate than the dense original (0.800):** on the mean over seeds, 0 of 3 pruned arms.",
                "**Within 2 points of the dense original (0.800):** `iterative` at 20 %; `one-shot` at 20 %.",
            ],
            lines);
    }

    [Fact]
    public void The_comparisons_have_their_standard_errors_and_intervals()
    {
        string[] rows = ResultTable.Comparisons(Made.Results(Map50, SpeedUp, 1, 2, 3)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("| level | iterative | against | n | difference in points | standard error | 95 % interval | beyond the spread |", rows[0]);
        // .02, .03, .04: standard error .01 / √3 = .0058, half width 4.303 × .0058 = .0248. At 20 % there is one stage for both.
        Assert.Equal("| 40 % | iterative 0.720 | one-shot 0.690 | 3 | +3.0 | 0.6 | +0.5 to +5.5 | iterative is better |", Assert.Single(rows[2..]));
        Assert.Contains("| 1 | +6.0 | – | – | one seed |", ResultTable.Comparisons(Made.Results(Map50, SpeedUp, 5)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_fast_only_if_its_whole_interval_is()
    {
        var lines = new ResultSentences(Made.Results(_ => .80, _ => 1.54, 1, 2)).All(); // ± .05

        Assert.Contains(lines, l => l.StartsWith("**Faster at full accuracy:** no arm is", StringComparison.Ordinal));
        Assert.Contains(
            lines, l => l.StartsWith("**Faster and more accurate than the dense original (0.800):** on the mean over seeds, 0 of", StringComparison.Ordinal));

        lines = new ResultSentences(Made.Results(t => t.Ratio > 0 ? .81 : .80, t => t.Ratio == .2 ? 1.04 : 1.06, 1, 2)).All();
        Assert.Contains(lines, l => l.Contains(" 2 of 3 pruned arms; the fastest of them is `iterative` at 40 % (1.06× [1.01–1.11]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_difference_within_the_spread_is_none()
    {
        // −.02, +.04 and +.01.
        var results = Made.Results(
            t => t is { Schedule: ScheduleKind.Iterative, Ratio: .4 } ? t.Seed == 1 ? .67 : t.Seed == 2 ? .73 : .70 : Map50(t), null, 1, 2, 3);

        Assert.Contains("**`iterative` against `one-shot`:** no difference beyond the spread at 40 % (+1.0 points).", new ResultSentences(results).All());
        Assert.Contains("| −6.5 to +8.5 | no |", ResultTable.Comparisons(results), StringComparison.Ordinal);
        Assert.Contains(new ResultSentences(results).All(), l => l.StartsWith("**Faster at full accuracy:** no arm is", StringComparison.Ordinal));
    }

    [Fact]
    public void With_one_seed_there_is_no_spread_to_speak_of()
    {
        var lines = new ResultSentences(Made.Results(Map50, SpeedUp, 5)).All();

        Assert.Contains("**Iterative or one-shot:** there is one seed, so differences stand below without a spread to compare them with.", lines);
        Assert.Contains("**`iterative` against `one-shot`:** with one seed, apart by this much at 40 % (+6.0 points).", lines);
    }

    [Fact]
    public void The_table_has_the_dense_detectors_first_and_then_level_by_level()
    {
        string[] rows = ResultTable.Write(Made.Results(Map50, SpeedUp, 1, 2), null).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("| level | arm | n | validation mAP50 | points | validation mAP | MACs | parameters | speed-up | steps | time |", rows[0]);
        Assert.Equal("| – | dense original | 2 | 0.800 ± 0.000 | – | 0.400 ± 0.000 | 0.10 M | 0.00 M | 1 | 0 | 0 s |", rows[2]);
        Assert.Equal("| – | dense-control | 2 | 0.780 ± 0.000 | −2.0 | 0.390 ± 0.000 | 0.10 M | 0.00 M | 1.00× [0.95–1.05] | 100 | 20 s |", rows[3]);
        Assert.Equal(["20 %", "20 %", "40 %", "40 %"], rows[4..].Select(r => r.Split('|')[1].Trim()));
        Assert.StartsWith("| 40 % | iterative | 2 | 0.715 ± 0.007 |", rows[6], StringComparison.Ordinal); // .71 and .72
    }

    [Fact]
    public void More_accurate_and_within_points_are_said_only_where_the_pictures_allow_it()
    {
        var plan = Made.Plan([1]);
        var status = Made.Status(plan, t => t.Ratio == 0 ? .80 : .81, t => 1.6);
        SearchResults With(double doubt)
        {
            // The original always .80; what is pruned .81 on most resamples and much less on some.
            var last = plan.Trajectories.DistinctBy(t => t.Keys[^1]).ToDictionary(t => t.Keys[^1], t => t.Ratio > 0);
            var scores = last.ToDictionary(l => l.Key, l => new SplitScore
            {
                Map50 = 0,
                Map = 0,
                ClassAp50 = [],
                Pictures = 5,
                Resamples = new([.. Enumerable.Range(0, 100).Select(i => l.Value ? i < 100 * doubt ? .75 : .82 : .80)], [.. new double[100]]),
            });
            return SearchResults.From(plan, status, null, scores);
        }

        string sure = string.Join('\n', new ResultSentences(With(0)).All()), unsure = string.Join('\n', new ResultSentences(With(.1)).All());

        Assert.Matches(@"more accurate than the dense original \(0.800\), both beyond chance:\*\* 3 of 3 .* \+1.0 points \[\+2.0, \+2.0\]", sure);
        Assert.Matches(@"more accurate than the dense original \(0.800\), both beyond chance:\*\* 0 of 3", unsure);
        Assert.Contains("ithin 2 points of the dense original, the whole interval (0.800):** `iterative` at 20 % and 40 %", sure, StringComparison.Ordinal);
        Assert.Contains("the whole interval (0.800):** `iterative` at no level", unsure, StringComparison.Ordinal);
        Assert.Contains("| +1.0 [−5.0, +2.0] |", ResultTable.Write(With(.1), null), StringComparison.Ordinal);
    }

    [Fact]
    public void Variants_have_a_table_each_and_their_settings_said()
    {
        var prune = new PruneSettings { Ratio = .4, Criterion = Criterion.L2, Compensate = false };
        var plan = Made.Plan(
            [1, 2],
            new VariantSettings { Name = "plain", Prune = prune, FineTune = new() { Steps = 50 } },
            new VariantSettings { Name = "taught", Prune = prune, FineTune = new() { Steps = 60, Distillation = 2 } },
            new VariantSettings { Name = "shown", Prune = prune, FineTune = new() { Steps = 70, Distillation = 1, DistillationFeatures = 0.5 } });
        var results = SearchResults.From(plan, Made.Status(plan, Map50, SpeedUp), null);

        string text = ResultSection.Write(results, new ResultFiles("made"), 0);

        Assert.Contains("### Variant plain\n\nImportance `l2`, global ranking of hidden by channels, without compensation. One fine-tuning is 50 steps of 8 " +
            "pictures (adamw, learning rate 0.0005), without distillation.", text, StringComparison.Ordinal);
        Assert.Contains("One fine-tuning is 60 steps of 8 pictures (adamw, learning rate 0.0005), with distillation 2.", text, StringComparison.Ordinal);
        Assert.Contains("(adamw, learning rate 0.0005), with distillation 1 and of features 0.5.", text, StringComparison.Ordinal);
        Assert.Contains("](levels-made-plain.png)", text, StringComparison.Ordinal);
        Assert.Contains("**taught, `iterative` against `one-shot`:**", text, StringComparison.Ordinal);
        Assert.Contains("the search names no test split", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_stages_warned_of_is_told_once_with_the_models_that_it_concerns()
    {
        var plan = Made.Plan([1]);
        var reported = Made.Status(plan, Map50, SpeedUp);
        var warned = reported with
        {
            Reports = reported.Reports.ToDictionary(
                r => r.Key, r =>
                    (IReadOnlyList<StageReport>)[.. r.Value.Select((report, i) => i == 1 ? report with { Warnings = ["pruning removed nothing"] } : report)]),
        };

        string text = ResultSection.Write(SearchResults.From(plan, warned, null), new ResultFiles("made"), 0);

        // At 20 % the first iteration of both iterative trajectories and the one-shot one are one stage.
        Assert.Contains(
            "### What stages warned of\n\n- `iterative-20 #1`, `one-shot-40` and `dense-control #1`: pruning removed nothing.\n",
            text,
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "What stages warned of", ResultSection.Write(SearchResults.From(plan, reported, null), new ResultFiles("made"), 0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, " Stages were trained in a number type that their reports do not name.")]
    [InlineData(Precision.Full, " Stages were trained in float32.")]
    [InlineData(Precision.BFloat16, " Stages were trained in bfloat16.")]
    public void The_number_type_of_the_training_is_said(Precision? type, string sentence)
    {
        var plan = Made.Plan([1]);
        var reported = Made.Status(plan, Map50, SpeedUp);
        var trained = reported with
        {
            Reports = reported.Reports.ToDictionary(
                r => r.Key, r => (IReadOnlyList<StageReport>)[.. r.Value.Select(report => report with { TrainedSteps = 5, TrainedIn = type })]),
        };

        Assert.Contains(
            sentence + "\n\n", ResultSection.Write(SearchResults.From(plan, trained, null), new ResultFiles("made"), 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_finished_is_said_and_not_an_error()
    {
        var plan = Made.Plan([1]);
        string text = ResultSection.Write(SearchResults.From(plan, Made.Status(plan, _ => .5, done: _ => 0), null), new ResultFiles("made"), 0);

        Assert.Contains("Nothing has finished yet.", text, StringComparison.Ordinal);
        Assert.Contains("- dense: failed after 0 of 1 stages: the loss diverged\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_csv_has_a_line_a_trajectory_and_empty_cells_for_what_was_not_measured()
    {
        string[] lines = ResultsCsv.Write(Made.Results(Map50, SpeedUp, 4)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(7, lines.Length);
        Assert.StartsWith("trajectory,variant,arm,schedule,level,seed,validation_map50,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("iterative-40,,iterative,iterative,0.4,4,0.74,0.37,,,100000,1000,1.3499999999999999,1.4,", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_are_drawn_with_one_seed_and_with_several()
    {
        foreach (int[] seeds in new[] { new[] { 1 }, [1, 2, 3] })
        {
            var results = Made.Results(Map50, SpeedUp, seeds);
            byte[] levels = LevelPlot.Draw(results, null, new ArmColors(results)), speeds = SpeedPlot.Draw(results, new ArmColors(results));
            using var picture = SkiaSharp.SKBitmap.Decode(levels);
            using var other = SkiaSharp.SKBitmap.Decode(speeds);
            Assert.Contains(picture.Pixels, p => p == SkiaSharp.SKColor.Parse("#0072B2")); // a line of the first arm
            Assert.Contains(other.Pixels, p => p == SkiaSharp.SKColor.Parse("#B3202A")); // the marker of the original
        }
    }

    [Fact]
    public void Arms_of_no_use_squash_no_others()
    {
        var red = SkiaSharp.SKColor.Parse("#B3202A"); // the original's marker
        int Rows(SearchResults results)
        {
            using var picture = SkiaSharp.SKBitmap.Decode(SpeedPlot.Draw(results, new ArmColors(results)));
            return Enumerable.Range(0, picture.Height).Count(y => Enumerable.Range(picture.Width - 227, 215).Any(x => picture.GetPixel(x, y) == red));
        }

        int legend = Rows(Made.Results(Map50, SpeedUp, 1)), both = Rows(Made.Results(t => t is { Ratio: .4 } ? .02 : Map50(t), SpeedUp, 1));
        Assert.InRange(legend, 3, 30);
        Assert.InRange(both - legend, 3, 30); // all arms in a small picture below the legend
    }
}
