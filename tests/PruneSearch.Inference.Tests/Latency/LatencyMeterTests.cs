using PruneSearch.Core.Stages;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests.Latency;

public sealed class LatencyMeterTests
{
    private readonly SimulatedClock _clock = new();

    [Fact]
    public void A_steady_ratio_is_found_in_the_fewest_runs_that_allow_a_percentile()
    {
        using var dense = new SimulatedEngine(_clock, _ => 20);
        using var pruned = new SimulatedEngine(_clock, _ => 8);

        var report = Compare(dense, pruned);

        Assert.Equal(2.5, report.SpeedUp, 1e-9);
        Assert.Equal(8, report.Milliseconds, 1e-9);
        Assert.Equal(8, report.Percentile90, 1e-9);
        Assert.Equal(20, report.DenseMilliseconds, 1e-9);
        Assert.True(report.Converged);
        Assert.Equal(64, report.Runs);
    }

    [Fact]
    public void Drift_and_outliers_do_not_change_the_ratio()
    {
        var random = new Random(5);
        // The machine gets slower and slower for both, and every tenth run is disturbed.
        double Noise(int run) => (1 + run / 500.0) * (1 + 0.03 * random.NextDouble()) * (random.Next(10) == 0 ? 4 : 1);
        using var dense = new SimulatedEngine(_clock, run => 20 * Noise(run));
        using var pruned = new SimulatedEngine(_clock, run => 10 * Noise(run));

        var report = Compare(dense, pruned, new LatencyOptions { MaxSeconds = 60 });

        Assert.Equal(2, report.SpeedUp, 0.05);
        Assert.InRange(2.0, report.SpeedUpLow, report.SpeedUpHigh);
        Assert.True(report.Percentile90 > report.Milliseconds * 1.1);
    }

    [Fact]
    public void It_says_when_the_time_was_over_before_the_interval_was_narrow()
    {
        var random = new Random(6);
        using var dense = new SimulatedEngine(_clock, _ => 10 + 30 * random.NextDouble());
        using var pruned = new SimulatedEngine(_clock, _ => 10 + 30 * random.NextDouble());

        var report = Compare(dense, pruned, new LatencyOptions { MaxSeconds = 5 });

        Assert.False(report.Converged);
        Assert.True(report.SpeedUpHigh - report.SpeedUpLow > 0.04);
        Assert.InRange(report.Runs, 80, 130);
        Assert.Equal(5, report.MaxSeconds);
    }

    [Fact]
    public void A_very_slow_network_gets_its_minimum_of_runs()
    {
        using var dense = new SimulatedEngine(_clock, _ => 9000);
        using var pruned = new SimulatedEngine(_clock, _ => 3000);

        var report = Compare(dense, pruned, new LatencyOptions { MaxSeconds = 1 });

        Assert.Equal(10, report.Runs);
        Assert.False(report.Converged); // too few runs for the percentile
    }

    [Fact]
    public void Models_run_alternately_and_warm_up_is_not_counted()
    {
        var order = new List<string>();
        using var dense = new SimulatedEngine(_clock, run => run < 10 ? 500 : 20, () => order.Add("dense"));
        using var pruned = new SimulatedEngine(_clock, run => run < 10 ? 900 : 10, () => order.Add("pruned"));

        var report = Compare(dense, pruned);

        Assert.Equal(2, report.SpeedUp, 1e-9);
        Assert.All(order.Chunk(2), pair => Assert.NotEqual(pair[0], pair[1]));
        Assert.Contains(order.Skip(20).Chunk(2), pair => pair[0] == "dense");
        Assert.Contains(order.Skip(20).Chunk(2), pair => pair[0] == "pruned");
    }

    [Fact]
    public void Different_devices_are_not_compared()
    {
        using var dense = new SimulatedEngine(_clock, _ => 1);
        using var pruned = new SimulatedEngine(_clock, _ => 1, device: new MeasuringDevice("other", "engine", 1));
        Assert.Contains("different devices", Assert.Throws<ArgumentException>(() => Compare(dense, pruned)).Message);
    }

    [Fact]
    public void A_cancelled_measurement_ends()
    {
        using var cancellation = new CancellationTokenSource();
        int runs = 0;
        using var dense = new SimulatedEngine(_clock, _ => 1, () => { if (++runs == 30) { cancellation.Cancel(); } });
        using var pruned = new SimulatedEngine(_clock, _ => 1);
        Assert.Throws<OperationCanceledException>(() => new LatencyMeter(_clock).Compare(dense, pruned, cancellation: cancellation.Token));
        Assert.InRange(runs, 30, 31);
    }

    [Fact]
    public void Exported_models_are_measured_on_this_machine()
    {
        var model = Some.SmallDetector();
        byte[] file = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));

        var report = new LatencyMeter(TimeProvider.System).Compare(file, file, new MeasureSettings { MaxSeconds = 1 }, TestContext.Current.CancellationToken);

        Assert.True(report.Runs >= 10);
        Assert.InRange(report.Milliseconds, 1e-3, 1e4);
        Assert.InRange(report.SpeedUp, report.SpeedUpLow, report.SpeedUpHigh);
        Assert.Equal(1, report.Device.Threads);
        Assert.StartsWith("onnxruntime 1.", report.Device.Engine);
        Assert.NotEmpty(report.Device.Processor);
    }

    [Fact]
    public void Settings_for_another_engine_and_files_that_are_no_models_are_refused()
    {
        var meter = new LatencyMeter(TimeProvider.System);
        Assert.Contains("'torch'", Assert.Throws<ArgumentException>(() => meter.Compare([], [], new MeasureSettings { Engine = MeasuringEngine.Torch }, TestContext.Current.CancellationToken)).Message);
        Assert.StartsWith("dense model", Assert.Throws<FormatException>(() => meter.Compare([1], [1], new MeasureSettings(), TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_table_has_a_row_for_each_model_beginning_with_dense_beside_itself()
    {
        var model = Some.SmallDetector();
        byte[] file = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));

        var table = LatencyTable.Measure([LatencyCandidate.Onnx("dense", file, 1), LatencyCandidate.Onnx("same", file, 1)], new LatencyOptions { MaxSeconds = 0.5 }, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(["dense", "same"], table.Rows.Select(r => r.Name));
        Assert.Equal(table.Rows[0].Report.DenseMilliseconds, table.Rows[1].Report.DenseMilliseconds);
        Assert.NotEqual(table.Rows[0].Report.DenseMilliseconds, table.Rows[0].Report.Milliseconds); // another copy, measured for itself
        Assert.Contains("| same |", table.ToMarkdown());
        Assert.Contains(ProcessorName.Current, table.ToMarkdown());
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(80, 1)]
    [InlineData(81, 2)]
    [InlineData(1000, 78)]
    public void The_percentile_is_that_of_the_early_stopping_rule(int runs, int slow)
    {
        double[] latencies = [.. Enumerable.Range(1, runs).Select(i => (double)i)];
        new Random(1).Shuffle(latencies);
        Assert.Equal(runs + 1 - slow, EarlyStopping.Estimate(latencies));
    }

    [Fact]
    public void Fewer_than_64_runs_allow_no_percentile()
    {
        Assert.Equal(64, EarlyStopping.MinimumRuns);
        Assert.Null(EarlyStopping.Estimate([.. Enumerable.Repeat(1.0, 63)]));
    }

    [Fact]
    public void The_interval_holds_the_true_ratio_about_as_often_as_it_says()
    {
        int held = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var pairs = new PairedLatencies();
            for (int i = 0; i < 100; i++)
            {
                pairs.Add(30 * (1 + random.NextDouble()), 10 * (1 + random.NextDouble()));
            }
            var (low, high) = pairs.Interval(200, random);
            held += low <= 3 && 3 <= high ? 1 : 0;
        }
        Assert.InRange(held, 175, 199);
    }

    [Fact]
    public void The_processor_name_is_read_from_cpuinfo()
    {
        Assert.Equal("A fast one: 3 GHz", ProcessorName.FromCpuInfo(["processor\t: 0", "model name\t: A fast one: 3 GHz", "model name\t: B"]));
        Assert.Null(ProcessorName.FromCpuInfo(["processor\t: 0", "BogoMIPS\t: 50"]));
    }

    private LatencyReport Compare(ILatencyEngine dense, ILatencyEngine candidate, LatencyOptions? options = null) =>
        new LatencyMeter(_clock).Compare(dense, candidate, options, TestContext.Current.CancellationToken);

    private sealed class SimulatedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(double milliseconds) => _now += (long)Math.Round(milliseconds * TimeSpan.TicksPerMillisecond);
    }

    private sealed class SimulatedEngine(SimulatedClock clock, Func<int, double> milliseconds, Action? onRun = null, MeasuringDevice? device = null) : ILatencyEngine
    {
        private int _runs;

        public MeasuringDevice Device { get; } = device ?? new MeasuringDevice("processor", "engine", 1);

        public void Run()
        {
            onRun?.Invoke();
            clock.Advance(milliseconds(_runs++));
        }

        public void Dispose()
        {
        }
    }
}
