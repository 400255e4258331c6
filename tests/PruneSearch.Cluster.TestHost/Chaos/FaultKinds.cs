using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A way to break something.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Act">Breaks it, and mends it again where that does not happen by itself.</param>
public sealed record FaultKind(string Name, Func<Task> Act);

/// <summary>What can be broken in a cluster.</summary>
/// <param name="options">For how long.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="random">Chooses the victims.</param>
public sealed class FaultKinds(ChaosOptions options, ChaosCluster cluster, Random random)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(120);
    private static readonly double[] Steps = [-3600, -90, 90, 3600];
    private readonly Dictionary<object, SemaphoreSlim> _turns = []; // what is broken already is not broken once more at the same time

    /// <summary>All that are asked for and possible.</summary>
    public FaultKind[] All()
    {
        List<FaultKind> all =
        [
            Silo("kill -9 worker", Any, s => SignalAsync(s, "-KILL")),
            Silo("kill -9 worker", Any, s => SignalAsync(s, "-KILL")),
            Silo("SIGTERM worker", Any, s => SignalAsync(s, "-TERM")),
            Silo("hang worker", Any, HangAsync),
            Silo("kill -9 control", () => cluster.Control, s => SignalAsync(s, "-KILL")),
            Silo("SIGTERM control", () => cluster.Control, s => SignalAsync(s, "-TERM")),
            Silo("hang control", () => cluster.Control, HangAsync),
            Server("restart PostgreSQL", cluster.Postgres, async () => await AwayAsync(TimeSpan.Zero).ConfigureAwait(false)),
            Server("PostgreSQL away", cluster.Postgres, () => AwayAsync(options.DatabaseOutage)),
            Silo("stage hangs", Any, s => HangStageAsync(s, "cooperative")),
            Silo("stage hangs, deaf", Any, s => HangStageAsync(s, SiloSettings.Deaf)),
            Server("stop Azurite", cluster.Azurite, async () =>
            {
                cluster.Azurite.Stop();
                await Task.Delay(options.BlobOutage).ConfigureAwait(false);
                await Task.Run(cluster.Azurite.Start).ConfigureAwait(false);
            }),
            Server("slow store", cluster.Azurite.Proxy, async () =>
            {
                cluster.Azurite.Proxy.Slow(TimeSpan.FromSeconds(2));
                await Task.Delay(options.Trouble).ConfigureAwait(false);
                cluster.Azurite.Proxy.Slow(TimeSpan.Zero);
            }),
            Server("store full", cluster.Azurite.Proxy, async () =>
            {
                cluster.Azurite.Proxy.Fill(true);
                await Task.Delay(options.Trouble).ConfigureAwait(false);
                cluster.Azurite.Proxy.Fill(false);
            }),
            Silo("clock step", () => random.Next(3) == 0 ? cluster.Control : Any(), StepAsync),
        ];
        if (options.Tls)
        {
            all.Add(Silo("certificate expired", Any, ExpireAsync));
        }
        if (options.Network > 0)
        {
            all.Add(Silo("no way to the database", () => cluster.Members[random.Next(cluster.Members.Count)], PartAsync));
        }
        if (options.OtherBuild is { } other)
        {
            all.Add(Server("rolling upgrade", cluster, () => UpgradeAsync(other)));
        }
        return options.Kinds.Count == 0 ? [.. all] : [.. all.Where(k => options.Kinds.Contains(k.Name))];

        SiloProcess Any() => cluster.Workers[random.Next(cluster.Workers.Count)];
    }

    private FaultKind Silo(string name, Func<SiloProcess> victim, Func<SiloProcess, Task> act) => new(name, () =>
    {
        var silo = victim();
        return InTurnAsync(silo, () => act(silo));
    });

    private FaultKind Server(string name, object server, Func<Task> act) => new(name, () => InTurnAsync(server, act));

    private async Task InTurnAsync(object what, Func<Task> act)
    {
        if (!_turns.TryGetValue(what, out var turn))
        {
            _turns[what] = turn = new SemaphoreSlim(1);
        }
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await act().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private static Task SignalAsync(SiloProcess silo, string signal) => Task.Run(() => silo.Signal(signal));

    private async Task HangAsync(SiloProcess silo)
    {
        int process = silo.ProcessId;
        silo.Signal("-STOP");
        await Task.Delay(options.Hang).ConfigureAwait(false);
        if (silo.ProcessId == process)
        {
            silo.Signal("-CONT");
        }
    }

    private Task AwayAsync(TimeSpan outage) => Task.Run(async () =>
    {
        cluster.Postgres.Stop();
        await Task.Delay(outage).ConfigureAwait(false);
        cluster.Postgres.Start();
    });

    private static async Task HangStageAsync(SiloProcess silo, string how)
    {
        await File.WriteAllTextAsync(silo.Settings.HangFile, how).ConfigureAwait(false);
        for (var until = DateTimeOffset.UtcNow + TimeLimit; File.Exists(silo.Settings.HangFile) && DateTimeOffset.UtcNow < until;)
        {
            await Task.Delay(100).ConfigureAwait(false);
        }
        File.Delete(silo.Settings.HangFile);
    }

    // The clock is set, and set right again.
    private async Task StepAsync(SiloProcess silo)
    {
        await File.WriteAllTextAsync(silo.Settings.ClockFile, Steps[random.Next(Steps.Length)].ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        await Task.Delay(options.Trouble).ConfigureAwait(false);
        File.Delete(silo.Settings.ClockFile);
    }

    // It has to make its connections anew, and nobody lets it in.
    private async Task ExpireAsync(SiloProcess silo)
    {
        cluster.Certify(silo, expired: true);
        silo.Signal("-KILL");
        await Task.Delay(options.Trouble).ConfigureAwait(false);
        cluster.Certify(silo, expired: false);
    }

    private async Task PartAsync(SiloProcess silo)
    {
        cluster.Part(silo, parted: true);
        await Task.Delay(options.Partition).ConfigureAwait(false);
        cluster.Part(silo, parted: false);
    }

    // One after the other, as a cluster is upgraded; the next time back again.
    private async Task UpgradeAsync(string other)
    {
        string build = cluster.Control.Build == other ? AppContext.BaseDirectory : other;
        foreach (var silo in cluster.Silos)
        {
            int starts = silo.Starts;
            silo.Build = build;
            silo.Signal("-TERM");
            for (var until = DateTimeOffset.UtcNow + TimeLimit; silo.Starts == starts && DateTimeOffset.UtcNow < until;)
            {
                await Task.Delay(100).ConfigureAwait(false);
            }
            await Task.Delay(2000).ConfigureAwait(false);
        }
    }
}
