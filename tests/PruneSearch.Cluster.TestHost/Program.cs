using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.TestHost.Chaos;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

// TestHost silo|chaos|scale|day|queue|tls …: one silo with stub stages, or a whole cluster of them. See Chaos/Commands.cs.
if (args[0] is "chaos" or "scale" or "day" or "queue" or "tls")
{
    return await Commands.RunAsync(args[0], args[1..]);
}
if (args[0] == "silo")
{
    using var stop = new CancellationTokenSource();
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });
    return await SiloSettings.RunAsync(args[1], stop.Token);
}

// TestHost HOME LOG STAGE_MILLISECONDS [growing]: launches the small plan or one that grows, or resumes it, and follows it to its end.
// Exit code 0: completed. Ctrl-C (SIGINT) stops in good order with 130.
string home = args[0];
var duration = TimeSpan.FromMilliseconds(int.Parse(args[2], CultureInfo.InvariantCulture));
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    interrupted.Cancel();
};
await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
{
    Home = home,
    ConfigureServices = s => s.AddSingleton<IStageRunner>(new StubStageRunner(duration, args[1])),
});
await host.Client.LaunchAsync(args.Length > 3 ? GrowingPlans.Reproducible("killed") : Plans.Small("killed"));
await host.Client.ResumeAsync("killed");
Console.WriteLine("ready");
try
{
    SearchStatus? last = null;
    await foreach (var status in host.Client.FollowAsync("killed", TimeSpan.FromMilliseconds(50), interrupted.Token))
    {
        last = status;
    }
    Console.Error.WriteLine(last!.Reason + string.Concat(last.Trajectories.Select(t => $"\n{t.Name} {t.State} {t.Reason}")));
    return last.State == WorkState.Completed ? 0 : 1;
}
catch (OperationCanceledException)
{
    return 130;
}
