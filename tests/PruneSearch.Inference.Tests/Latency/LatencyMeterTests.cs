using PruneSearch.Core.Stages;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests.Latency;

public sealed class LatencyMeterTests
{
    private readonly SimulatedClock _clock = new();

    [Fact]
    public void A_steady_ratio_is_found_in_the_fewest_sessions_that_allow_an_interval()
    {
        var report = Compare(_ => 20, _ => 8);

        Assert.Equal(2.5, report.SpeedUp, 1e-9);
        Assert.Equal((2.5, 2.5), (Math.Round(report.SpeedUpLow, 9), Math.Round(report.SpeedUpHigh, 9)));
        Assert.Equal(8, report.Milliseconds, 1e-9);
        Assert.Equal(8, report.Percentile90, 1e-9);
        Assert.Equal(20, report.DenseMilliseconds, 1e-9);
        Assert.True(report.Converged);
        Assert.Equal(10, report.Sessions);
        Assert.Equal(10, report.SessionSpeedUps.Count);
        Assert.All(report.SessionSpeedUps, s => Assert.Equal(2.5, s, 1e-9));
        Assert.InRange(report.Runs, 80, 160);
    }

    [Theory]
    [InlineData(4, 0.6, " runs took no time by this machine's clock")]
    [InlineData(4, 30, "steps of 4 ms, expected at most 2 % of a run (28 ms)")]
    [InlineData(4, 300, "steps of 4 ms")] // fine enough for the dense model alone
    [InlineData(0.01, 1.5, null)]
    public void A_clock_that_is_too_coarse_is_refused(double step, double milliseconds, string? expected)
    {
        var clock = new SimulatedClock(step);
        LatencyReport Measure() => new LatencyMeter(clock).Compare(
            () => new SimulatedEngine(clock, _ => milliseconds), () => new SimulatedEngine(clock, _ => milliseconds / 2));

        if (expected is null)
        {
            Assert.Equal(2, Measure().SpeedUp, 0.04);
        }
        else
        {
            Assert.Contains(expected, Assert.Throws<InputUnavailableException>(Measure).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Drift_and_outliers_do_not_change_the_ratio()
    {
        var random = new Random(5);
        // The machine gets slower and slower for both, and every tenth run is disturbed.
        double Noise() => (1 + _clock.Seconds / 20) * (1 + 0.03 * random.NextDouble()) * (random.Next(10) == 0 ? 4 : 1);

        var report = Compare(_ => 20 * Noise(), _ => 10 * Noise(), new LatencyOptions { MaxSeconds = 60 });

        Assert.Equal(2, report.SpeedUp, 0.05);
        Assert.InRange(2.0, report.SpeedUpLow, report.SpeedUpHigh);
        Assert.True(report.Percentile90 > report.Milliseconds * 1.1);
    }

    [Fact]
    public void It_says_when_the_time_was_over_before_the_interval_was_narrow()
    {
        var random = new Random(6);

        var report = Compare(_ => 10 + 30 * random.NextDouble(), _ => 10 + 30 * random.NextDouble(), new LatencyOptions { MaxSeconds = 5 });

        Assert.False(report.Converged);
        Assert.True(report.SpeedUpHigh - report.SpeedUpLow > 0.04);
        Assert.InRange(_clock.Seconds, 5, 6.5);
        Assert.Equal(5, report.MaxSeconds);
    }

    [Fact]
    public void A_very_slow_network_gets_its_minimum_of_sessions_and_runs()
    {
        var report = Compare(_ => 9000, _ => 3000, new LatencyOptions { MaxSeconds = 1 });

        Assert.Equal((4, 12), (report.Sessions, report.Runs));
        Assert.Equal(3, report.SpeedUp, 1e-9);
        Assert.False(report.Converged); // too few runs for the percentile
    }

    [Fact]
    public void Each_run_that_counts_follows_one_of_the_same_model_that_does_not_and_warm_up_is_not_counted()
    {
        var order = new List<string>();
        var report = Compare(
            Engine(run => run < 3 ? 500 : run % 2 == 0 ? 20 : 90, () => order.Add("dense")), // after three to warm up, every second counts
            Engine(run => run < 3 ? 900 : run % 2 == 0 ? 10 : 90, () => order.Add("pruned")));

        Assert.Equal(2, report.SpeedUp, 1e-9);
        Assert.All(order.Skip(6).Take(32).Chunk(2), visit => Assert.Equal(visit[0], visit[1]));
        Assert.Equal(["dense", "pruned"], order.Skip(6).Take(32).Chunk(4).Select(round => round[0]).Distinct().Order());
    }

    [Fact]
    public void Models_are_loaded_anew_for_each_session_first_one_first_and_then_the_other_and_disposed_in_reverse()
    {
        var events = new List<string>();
        Func<ILatencyEngine> Load(string name) => () =>
        {
            events.Add("+" + name);
            return new SimulatedEngine(_clock, _ => 10, onDispose: () => events.Add("-" + name));
        };

        var report = Compare(Load("a"), Load("b"));

        string[][] sessions = [.. events.Chunk(4)];
        Assert.Equal(report.Sessions, sessions.Length);
        Assert.All(sessions, s => Assert.Equal([s[0], s[1], s[1].Replace('+', '-'), s[0].Replace('+', '-')], s));
        Assert.All(sessions.Chunk(2).Where(p => p.Length == 2), pair => Assert.NotEqual(pair[0][0], pair[1][0]));
    }

    [Fact]
    public void Different_devices_are_not_compared_and_what_was_loaded_is_disposed()
    {
        int disposed = 0;
        var error = Assert.Throws<ArgumentException>(() => Compare(
            () => new SimulatedEngine(_clock, _ => 1, onDispose: () => disposed++),
            () => new SimulatedEngine(_clock, _ => 1, onDispose: () => disposed++, device: new MeasuringDevice("other", "engine", 1))));
        Assert.Contains("different devices", error.Message);
        Assert.Equal(2, disposed);
    }

    [Fact]
    public void A_cancelled_measurement_ends()
    {
        using var cancellation = new CancellationTokenSource();
        int runs = 0;
        var dense = Engine(_ => 1, () => { if (++runs == 30) { cancellation.Cancel(); } });
        Assert.Throws<OperationCanceledException>(() => new LatencyMeter(_clock).Compare(dense, Engine(_ => 1), cancellation: cancellation.Token));
        Assert.Equal(30, runs);
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
        Assert.Contains("'torch'", Assert.Throws<ArgumentException>(
            () => meter.Compare([], [], new MeasureSettings { Engine = MeasuringEngine.Torch }, TestContext.Current.CancellationToken)).Message);
        Assert.StartsWith(
            "dense model", Assert.Throws<FormatException>(() => meter.Compare([1], [1], new MeasureSettings(), TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_table_has_a_row_for_each_model_beginning_with_dense_beside_itself()
    {
        var model = Some.SmallDetector();
        byte[] file = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));

        var table = LatencyTable.Measure(
            [LatencyCandidate.Onnx("dense", file, 1), LatencyCandidate.Onnx("same", file, 1)],
            new LatencyOptions { MaxSeconds = 0.5 },
            TimeProvider.System,
            TestContext.Current.CancellationToken);

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
    public void An_interval_needs_sessions_and_a_session_runs()
    {
        var pairs = new PairedLatencies();
        Assert.True(double.IsNaN(pairs.SpeedUp));
        Assert.Throws<InvalidOperationException>(pairs.EndSession);
        pairs.Add(3, 1);
        pairs.EndSession();
        Assert.Throws<InvalidOperationException>(() => pairs.Interval());
        pairs.Add(3, 1);
        pairs.Add(90, 1); // a disturbed run
        pairs.Add(3, 1);
        pairs.EndSession();
        Assert.Equal((3, 3), pairs.Interval() is var (low, high) ? (Math.Round(low, 9), Math.Round(high, 9)) : default);
        Assert.Equal(2, pairs.Sessions);
    }

    [Fact]
    public void The_processor_name_is_read_from_cpuinfo()
    {
        Assert.Equal("A fast one: 3 GHz", ProcessorName.FromCpuInfo(["processor\t: 0", "model name\t: A fast one: 3 GHz", "model name\t: B"]));
        Assert.Null(ProcessorName.FromCpuInfo(["processor\t: 0", "BogoMIPS\t: 50"]));
    }

    private LatencyReport Compare(Func<int, double> dense, Func<int, double> candidate, LatencyOptions? options = null) =>
        Compare(Engine(dense), Engine(candidate), options);

    private LatencyReport Compare(Func<ILatencyEngine> dense, Func<ILatencyEngine> candidate, LatencyOptions? options = null) =>
        new LatencyMeter(_clock).Compare(dense, candidate, options, TestContext.Current.CancellationToken);

    private Func<ILatencyEngine> Engine(Func<int, double> milliseconds, Action? onRun = null) => () => new SimulatedEngine(_clock, milliseconds, onRun);
}
