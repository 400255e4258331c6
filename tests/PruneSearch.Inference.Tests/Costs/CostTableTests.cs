using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Costs;
using PruneSearch.Inference.Tests.Latency;

namespace PruneSearch.Inference.Tests.Costs;

public sealed class CostTableTests
{
    private static readonly DetectorModel Dense = Some.SmallDetector(batchNorm: false);
    private static readonly MeasuringDevice Device = new("a processor", "an engine", 1);

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void The_steps_of_a_device_are_found_and_widths_between_them_are_predicted(int multiple)
    {
        var table = Fit(multiple);

        Assert.Equal(multiple, table.Multiple);
        Assert.InRange(table.HeldOut.Largest, 0, 0.01);
        foreach (var widths in CostMeasuring.Draw(Dense.Network, 20, seed: 9))
        {
            Assert.Equal(1, table.ShareOf(widths) / True(widths, multiple), 0.01);
        }
        // Every width of a step costs as much as its end, and the next step costs more.
        var group = Dense.Network.Groups.MaxBy(g => g.DenseWidth)!;
        double At(int width) => table.ShareOf(new Dictionary<string, int>(Dense.Network.Widths) { [group.Name] = width });
        Assert.True(At(multiple) < At(2 * multiple));
        Assert.True(At(2 * multiple - 1) >= At(2 * multiple) - 1e-9);
    }

    [Fact]
    public void A_clock_that_is_too_coarse_makes_no_table()
    {
        var measuring = new CostMeasuring(new SimulatedClock(step: 1e4));
        var refused = Assert.Throws<InputUnavailableException>(() => measuring.Measure(Dense, m => RandomWeights.For(m, 1), threads: 1, structures: 8));
        Assert.Contains("9 of 9 runs took no time", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_is_left_out_costs_nothing()
    {
        var table = Fit(16);
        var block = Dense.Network.Blocks[0];
        var widths = new Dictionary<string, int>(Dense.Network.Widths);
        foreach (string group in block.Groups)
        {
            widths[group] = 0;
        }
        double own = table.Layers.Where(l => block.Layers.Contains(l.Layer)).Sum(l => l.At(Dense.Network.Widths, table.Multiple));
        Assert.True(own > 0);
        Assert.Equal(table.ShareOf(Dense.Network) - own, table.ShareOf(Dense.Network.With(widths)), 1e-9);
    }

    [Fact]
    public void What_read_a_layer_that_is_left_out_costs_what_it_reads_instead()
    {
        LayerCost Layer(string name, string input, string? output, params string[] block) =>
            new(name, true, [new(input, 32)], [new(output, 32)], block, [0, 1, 0, 0, 0, 0]);
        var table = new CostTable
        {
            Device = Device,
            DenseMilliseconds = 1,
            Multiple = 16,
            Structures = 1,
            HeldOut = new CostError(0, 0, 0),
            Layers = [Layer("second", "first", "second", "second"), Layer("third", "second", "third", "third"), Layer("reader", "third", null)],
            StandIns = new Dictionary<string, string> { ["third"] = "second", ["second"] = "first" },
        };
        double At(int first, int second, int third) =>
            table.ShareOf(new Dictionary<string, int> { ["first"] = first, ["second"] = second, ["third"] = third });

        Assert.Equal(12, At(32, 32, 32)); // three products of two units and two
        Assert.Equal(6, At(16, 32, 0)); // one of one and two, and the reader's two and two
        Assert.Equal(2, At(16, 0, 0)); // the reader's one and two
    }

    [Fact]
    public void A_table_comes_back_from_a_file_as_it_was()
    {
        var table = Fit(16);
        var read = JsonSerializer.Deserialize<CostTable>(JsonSerializer.SerializeToUtf8Bytes(table, CoreJson.Readable), CoreJson.Readable)!;

        Assert.Equal(JsonSerializer.Serialize(table, CoreJson.Readable), JsonSerializer.Serialize(read, CoreJson.Readable));
        Assert.All(CostMeasuring.Draw(Dense.Network, 8, 3), w => Assert.Equal(table.ShareOf(w), read.ShareOf(w)));
        Assert.Throws<KeyNotFoundException>(() => read.ShareOf(new Dictionary<string, int>()));
    }

    [Fact]
    public void What_the_engine_puts_in_counts_for_the_layer_that_comes_next()
    {
        string first = Dense.Network.Layers.OfType<ConvLayer>().First().Name;
        NodeTime[] run = [new(first + ".relu6_nchwc", 10), new("ReorderOutput_token_1", 3), new(Dense.Network.Outputs[0].Name, 5), new("Last", 1)];
        var times = new LayerTimes(Dense.Network).Of([run, run, run, [.. run.Select(t => t with { Microseconds = 100 })]]);

        Assert.Equal(10, times.Single(t => t.Key.StartsWith(first, StringComparison.Ordinal)).Value);
        Assert.Equal(9, times[LayerTimes.Outputs]);
    }

    [Fact]
    public void A_profile_is_read_run_by_run_and_one_that_is_cut_short_is_refused()
    {
        string Event(string name) => $$"""{"cat":"Node","name":"{{name}}","dur":7}""";
        MemoryStream Profile(params string[] events) => new(Encoding.UTF8.GetBytes($"[{string.Join(',', events)}]"));
        string[] run = [Event("a_fence_before"), Event("a_kernel_time"), """{"cat":"Session","name":"model_run","dur":9}""", Event("b_kernel_time")];

        var runs = ProfiledModel.Read(Profile([.. run, .. run]), 2);
        Assert.Equal(2, runs.Count);
        Assert.All(runs, r => Assert.Equal([new NodeTime("a", 7), new NodeTime("b", 7)], r));
        Assert.Throws<FormatException>(() => ProfiledModel.Read(Profile([.. run, Event("a_kernel_time")]), 2));
        Assert.Throws<FormatException>(() => ProfiledModel.Read(Profile(run), 0));
    }

    [Fact]
    public void A_detector_is_measured_and_nothing_is_left_behind()
    {
        string[] Left() =>
            [.. Directory.GetFileSystemEntries(Path.GetTempPath(), "prunesearch-profile-*"), .. Directory.GetFiles(".", "onnxruntime_profile_*")];
        string[] before = Left();

        var table = new CostMeasuring(TimeProvider.System).Measure(
            Dense, m => Some.Weights(m.Network, 1), threads: 1, structures: 12, maxSeconds: 1e-9, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(CostMeasuring.MinimumStructures, table.Structures); // the time was over
        Assert.InRange(table.ShareOf(Dense.Network), 0.5, 2);
        Assert.True(table.DenseMilliseconds > 0);
        Assert.True(table.Layers.Count > Dense.Network.Layers.OfType<ConvLayer>().Count() / 2);
        Assert.Equal(before, Left());
    }

    [Fact]
    public void Too_few_structures_and_no_time_are_refused()
    {
        var measuring = new CostMeasuring(TimeProvider.System);
        Assert.Throws<ArgumentOutOfRangeException>(() => measuring.Measure(Dense, m => Some.Weights(m.Network, 1), 1, structures: 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => measuring.Measure(Dense, m => Some.Weights(m.Network, 1), 1, maxSeconds: 0));
    }

    [Fact]
    public void Errors_are_told_by_their_size()
    {
        var error = CostError.Of([.. Enumerable.Range(1, 10).Select(i => i % 2 == 0 ? i / 100.0 : -i / 100.0)]);
        Assert.Equal((0.055, 0.09, 0.1), (Math.Round(error.Mean, 6), error.Percentile90, error.Largest));
    }

    private static CostTable Fit(int multiple) => CostFit.Table(
        Dense.Network, [.. CostMeasuring.Draw(Dense.Network, 40, seed: 1).Select(w => new StructureCosts(w, True(w, multiple), Parts(w, multiple)))], 3,
        Device);

    private static double True(IReadOnlyDictionary<string, int> widths, int multiple) => Parts(widths, multiple).Values.Sum();

    // A machine that computes some channels at once.
    private static Dictionary<string, double> Parts(IReadOnlyDictionary<string, int> widths, int multiple)
    {
        double Whole(ChannelLayout layout) => (layout.Segments.Sum(s => s.Group is { } g ? widths[g] : s.Width) + multiple - 1) / multiple;
        return Dense.Network.Layers.OfType<ConvLayer>().ToDictionary(
            c => c.Name, c => 1e-4 * (3 + Whole(c.Channels) * (c.Depthwise ? 2 : Whole(c.InputChannels)) * c.Height * c.Kernel));
    }
}
