using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>Models are measured besides on device classes that the search names; training waits for none of them.</summary>
public sealed class MeasuringTests
{
    private static readonly SearchPlan Plan = Plans.Small("a") with { MeasureOn = ["pi", "phone"] };
    private static readonly StageKey Base = Plan.Trajectories[0].Keys[0];

    private readonly int _gateway = FreePort.Find();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Training_goes_on_without_any_device_and_each_class_gets_a_frontier_of_its_own_when_its_device_comes()
    {
        using var home = new TestHome();
        var trainer = new StubStageRunner(TimeSpan.Zero);
        await using var silo = await StartAsync(home, trainer);
        await silo.Client.LaunchAsync(Plan);

        var alone = await UntilAsync(silo.Client, s => s.Trajectories.All(t => t.State == WorkState.Completed) && s.Measuring.All(m => m.Slots == 0));
        Assert.Equal(WorkState.Running, alone.State);
        Assert.Equal(
            [(0, 6, "waits for a slot of class pi: none is known"), (0, 6, "waits for a slot of class phone: none is known")],
            alone.Measuring.Select(m => (m.Measured, m.Waiting, m.Reason!)));
        Assert.Empty((await silo.Client.FrontierAsync("a", "pi")).Points);

        await using (await JoinAsync(home, "pi", Device("pi", 2)))
        {
            var half = await UntilAsync(silo.Client, s => s.Measuring[0].Measured == 6);
            Assert.Equal((WorkState.Running, 6), (half.State, half.Measuring[1].Waiting));
            await RequireAsync(silo.Client, "pi", 2);
        }
        await using (await JoinAsync(home, "phone", Device("phone", 3)))
        {
            Assert.Equal(WorkState.Completed, (await UntilAsync(silo.Client, s => s.State.IsOver())).State);
        }
        await RequireAsync(silo.Client, "phone", 3);
        await RequireAsync(silo.Client, "pi", 2);
        var own = await silo.Client.FrontierAsync("a");
        Assert.All(own.Points, p => Assert.Equal(StubStageRunner.Report(p.Report.Key).Latency.SpeedUp, p.Report.Latency.SpeedUp));
        Assert.Equal(6, trainer.Started.Count); // no slot trained for a device, and none measured for another class
        var e = await Assert.ThrowsAsync<KeyNotFoundException>(() => silo.Client.FrontierAsync("a", "cpu"));
        Assert.Contains("does not measure on 'cpu', expected pi or phone", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_fails_spoils_no_training_and_is_tried_again_on_request_and_figures_outlive_a_restart()
    {
        using var home = new TestHome();
        var plan = Plan with { MeasureOn = ["pi"] };
        await using (var silo = await StartAsync(home, new StubStageRunner(TimeSpan.Zero)))
        {
            bool broken = true, bad = false;
            var runner = Device("pi", 2);
            runner.Behaviour = (job, _) => bad = broken && job.Description.Parent == Base ? throw new StageFailedException("no such operator") : false;
            await using var device = await JoinAsync(home, "pi", runner);
            await silo.Client.LaunchAsync(plan);

            var end = await UntilAsync(silo.Client, s => s.State.IsOver());
            Assert.Equal(WorkState.CompletedWithFailures, end.State);
            Assert.Matches("^1 of 6 measurements failed; on pi: .*no such operator", end.Reason);
            Assert.All(end.Trajectories, t => Assert.Equal(WorkState.Completed, t.State));
            Assert.Equal((5, 1, 0), (end.Measuring[0].Measured, end.Measuring[0].Failed, end.Measuring[0].Waiting));

            Assert.False(bad);
            broken = false;
            await silo.Client.ResumeAsync("a", retryFailed: true);
            Assert.Equal(WorkState.Completed, (await UntilAsync(silo.Client, s => s.State.IsOver())).State);
        }
        await using var again = await StartAsync(home, null);
        await RequireAsync(again.Client, "pi", 2);
        Assert.Equal((6, 0, 0), (await again.Client.StatusAsync("a")).Measuring.Select(m => (m.Measured, m.Failed, m.Waiting)).Single());
    }

    [Fact]
    public async Task Figures_that_were_measured_elsewhere_are_handed_in_once_and_for_measurements_alone()
    {
        using var home = new TestHome();
        await using var silo = await StartAsync(home, new StubStageRunner(TimeSpan.Zero));
        await silo.Client.LaunchAsync(Plan with { MeasureOn = ["pi"] });
        await UntilAsync(silo.Client, s => s.Trajectories.All(t => t.State == WorkState.Completed));
        var measurements = Plan.Trajectories.SelectMany(t => t.Stages.Zip(t.Keys)).DistinctBy(s => s.Second)
            .Select(s => (Model: s.Second, Key: s.First.Measured(s.Second, "pi").ComputeKey())).ToList();

        await Assert.ThrowsAsync<ArgumentException>(() => silo.Client.SupplyAsync(StubStageRunner.Report(measurements[0].Key)));
        Assert.All(await Task.WhenAll(measurements.Select(m => silo.Client.SupplyAsync(Supplied(m.Model, m.Key)))), Assert.True);
        Assert.False(await silo.Client.SupplyAsync(Supplied(measurements[0].Model, measurements[0].Key) with { Map50 = 1 }));

        Assert.Equal(WorkState.Completed, (await UntilAsync(silo.Client, s => s.State.IsOver())).State);
        await RequireAsync(silo.Client, "pi", 2);
    }

    private static StageReport Supplied(StageKey model, StageKey key) => Measured("pi", 2)(key) with { Measures = model };

    // What a device says beside its speed counts for nothing: accuracy is the model's own.
    private static StubStageRunner Device(string name, double speedUp) => new(TimeSpan.Zero) { Reports = Measured(name, speedUp) };

    private static Func<StageKey, StageReport> Measured(string device, double speedUp) => key =>
    {
        var report = StubStageRunner.Report(key);
        var where = report.Latency.Device with { Processor = device };
        return report with { Map50 = .999, Latency = report.Latency with { SpeedUp = speedUp, SpeedUpLow = speedUp, SpeedUpHigh = speedUp, Device = where } };
    };

    private static async Task RequireAsync(SearchClient client, string deviceClass, double speedUp)
    {
        var view = await client.FrontierAsync("a", deviceClass);
        for (int i = 0; i < 500 && view.Points.Count < 6; i++) // a figure is shown when it is written, with the next poll
        {
            await Task.Delay(20, Cancellation);
            view = await client.FrontierAsync("a", deviceClass);
        }
        Assert.Equal((deviceClass, 6), (view.DeviceClass, view.Points.Count));
        Assert.All(view.Points, p =>
        {
            Assert.Equal((speedUp, deviceClass), (p.Report.Latency.SpeedUp, p.Report.Latency.Device.Processor));
            Assert.Equal(StubStageRunner.Report(p.Report.Key).Map50, p.Report.Map50);
        });
        Assert.Equal(Plan.Keys().Select(k => k.ToString()).Order(), view.Points.Select(p => p.Report.Key.ToString()).Order());
    }

    private static async Task<SearchStatus> UntilAsync(SearchClient client, Func<SearchStatus, bool> holds)
    {
        SearchStatus? last = null;
        for (int i = 0; i < 3000; i++)
        {
            last = await client.StatusAsync("a");
            if (holds(last))
            {
                return last;
            }
            await Task.Delay(20, Cancellation);
        }
        throw new TimeoutException(System.Text.Json.JsonSerializer.Serialize(last, Core.CoreJson.Readable));
    }

    private Task<SiloHost> StartAsync(TestHome home, IStageRunner? runner) => SiloHost.StartAsync(
        Options(home, runner is null ? SiloRole.Control : SiloRole.All, "silo") with
        {
            Database = $"Data Source={home.File("cluster.db")}",
            SiloPort = FreePort.Find(),
            GatewayPort = _gateway,
        },
        s => s.AddSingleton(runner ?? new StubStageRunner(TimeSpan.Zero)), Cancellation);

    // A process that measures is a client of the silo, whatever else it is told.
    private Task<SiloHost> JoinAsync(TestHome home, string deviceClass, IStageRunner runner) => SiloHost.StartAsync(
        Options(home, SiloRole.Measure, $"{deviceClass}-1") with { DeviceClass = deviceClass, Gateways = [new IPEndPoint(IPAddress.Loopback, _gateway)] },
        s => s.AddSingleton(runner), Cancellation);

    private static SiloOptions Options(TestHome home, SiloRole role, string name) => new()
    {
        Role = role,
        Checkpoints = home.Path,
        ClusterId = "test",
        Name = name,
        AdvertisedAddress = IPAddress.Loopback,
        Timings = TestHome.Quick,
    };
}
