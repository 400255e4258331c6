using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A large search of stub stages on a quiet cluster: what the control plane costs.</summary>
public sealed class ScaleRun(ScaleOptions options, TextWriter output)
{
    private int _silent;

    /// <summary>Runs it and writes the figures.</summary>
    public async Task RunAsync()
    {
        var cluster = await ScaleCluster.StartAsync(options).ConfigureAwait(false);
        await using (cluster.ConfigureAwait(false))
        {
            await IdleAsync(cluster).ConfigureAwait(false);
            await MeasureAsync(cluster).ConfigureAwait(false);
            if (options.Strategy is not null)
            {
                TellGaps(cluster.Workers);
            }
        }
    }

    private async Task IdleAsync(ScaleCluster cluster)
    {
        if (options.Idle > 0)
        {
            double before = cluster.Control.ProcessorSeconds(), workersBefore = cluster.WorkerSeconds();
            await Task.Delay(TimeSpan.FromSeconds(options.Idle)).ConfigureAwait(false);
            double each = (cluster.Control.ProcessorSeconds() - before) * 1000 / options.Idle;
            double work = (cluster.WorkerSeconds() - workersBefore) * 1000 / options.Idle;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{options.Workers * options.Slots} idle slots: control silo {each:F0} ms, workers {work:F0} ms of processor a second")).ConfigureAwait(false);
        }
    }

    private async Task MeasureAsync(ScaleCluster cluster)
    {
        var (client, control, postgres) = (cluster.Client, cluster.Control, cluster.Postgres);
        var plans = Enumerable.Range(0, options.Searches).Select(i => options.Strategy is not { } strategy
            ? Plans.Wide($"scale-{i}", options.Trajectories, i * (options.Trajectories + 1), options.Stages)
            : GrowingPlans.Of($"scale-{i}", options.Trajectories, strategy, rungs: GrowthPlan.RungsOf(StrategyKind.Adaptive, trains: true))).ToList();
        long before = control.Memory(), peak = before;
        double processorBefore = control.ProcessorSeconds(), workersBefore = cluster.WorkerSeconds(), database = postgres.ProcessorSeconds();
        long commits = postgres.Commits();
        var clock = Stopwatch.StartNew();
        var launches = new List<double>();
        using var over = new CancellationTokenSource();
        var looking = LookAsync(cluster, plans, over.Token);
        foreach (var plan in plans)
        {
            double began = clock.Elapsed.TotalSeconds;
            await client.Searches.LaunchAsync(plan).ConfigureAwait(false);
            launches.Add(clock.Elapsed.TotalSeconds - began);
        }
        double launched = clock.Elapsed.TotalSeconds;
        var marks = new List<(int Stages, double Seconds)> { (0, launched) };
        List<SearchSummary> all;
        int stages, completed;
        while (true)
        {
            all = [];
            foreach (var plan in plans)
            {
                all.Add(await AskAsync(cluster, plan).ConfigureAwait(false));
            }
            (stages, completed) = (all.Sum(s => s.Stages), all.Sum(s => s.CompletedStages));
            peak = Math.Max(peak, control.Memory());
            if (all.TrueForAll(s => s.State.IsOver()) || (options.Seconds > 0 && clock.Elapsed.TotalSeconds > options.Seconds))
            {
                break;
            }
            if (completed >= stages * marks.Count / 10)
            {
                marks.Add((completed, clock.Elapsed.TotalSeconds));
            }
            await Task.Delay(100).ConfigureAwait(false);
        }
        double total = clock.Elapsed.TotalSeconds;
        if (control.Starts > 1 || _silent > 0)
        {
            Line($"control silo: {control.Starts} processes, what follows is of the last one; {_silent} times nobody said how a search stands for 30 s");
        }
        int slots = options.Workers * options.Slots;
        double ideal = options.Milliseconds / 1000.0 * Math.Ceiling((stages - 1.0) / slots) + (options.Milliseconds / 1000.0);
        double processor = control.ProcessorSeconds() - processorBefore;
        string states = string.Join(", ", all.CountBy(s => s.State).Select(s => $"{s.Value} {s.Key}"));
        string size = string.Create(CultureInfo.InvariantCulture, $"{options.Searches} x {options.Trajectories} trajectories");
        Line($"{size}, {completed} of {stages} stages of {options.Milliseconds} ms on {slots} slots: {states}");
        Line($"total {total:F1} s, ideal {ideal:F1} s: {(total / ideal - 1) * 100:F1} % over; launch {launched:F2} s, the longest {launches.Max():F2} s");
        double growth = (peak - before) / 1024.0 / options.Trajectories / options.Searches, each = processor / completed * 1000;
        Line($"control silo: {growth:F1} KiB a trajectory ({before / 1048576.0:F0} to {peak / 1048576.0:F0} MiB)");
        Line($"control silo: {processor:F1} processor seconds, {each:F2} ms a report");
        double work = cluster.WorkerSeconds() - workersBefore, stored = postgres.ProcessorSeconds() - database;
        double written = (postgres.Commits() - commits) / (double)completed;
        Line($"workers: {work:F1} processor seconds; database: {stored:F1} processor seconds, {written:F2} commits a stage");
        await over.CancelAsync().ConfigureAwait(false);
        double[] sorted = [.. (await looking.ConfigureAwait(false)).Order()];
        var (median, most) = (sorted[sorted.Length / 2], sorted[sorted.Length * 95 / 100]);
        Line($"a search's summary takes {median:F1} ms (median), {most:F1} ms (95 %), {sorted[^1]:F0} ms (longest)");
        var tenths = marks.Zip(marks.Skip(1), (a, b) => (b.Seconds - a.Seconds) / Math.Max(1, b.Stages - a.Stages) * 1000);
        Line($"time a stage by tenth: {string.Join(' ', tenths.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t:F2} ms")))}");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    // A silo that takes over has much to read: it is asked again.
    private async Task<SearchSummary> AskAsync(ScaleCluster cluster, SearchPlan plan)
    {
        while (true)
        {
            try
            {
                return await cluster.Client.Searches.SummaryAsync(plan.Id).ConfigureAwait(false);
            }
            catch (ClusterException e) when (e.IsPassing)
            {
                Interlocked.Increment(ref _silent);
            }
        }
    }

    // How long it takes to learn how a search stands, from before its launch on.
    private async Task<List<double>> LookAsync(ScaleCluster cluster, List<SearchPlan> plans, CancellationToken over)
    {
        var looks = new List<double>();
        var client = await cluster.ConnectAsync().ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            for (int i = 0; !over.IsCancellationRequested; i++)
            {
                long asked = Stopwatch.GetTimestamp();
                try
                {
                    await client.Searches.SummaryAsync(plans[i % plans.Count].Id).ConfigureAwait(false);
                }
                catch (KeyNotFoundException)
                {
                    // It is not launched yet, which is an answer.
                }
                catch (ClusterException e) when (e.IsPassing)
                {
                    Interlocked.Increment(ref _silent);
                }
                looks.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                await Task.Delay(50, CancellationToken.None).ConfigureAwait(false);
            }
        }
        return looks;
    }

    // The slot that became free first is the one whose next stage starts first.
    private void TellGaps(IEnumerable<SiloProcess> workers)
    {
        var gaps = new List<(DateTimeOffset At, double Milliseconds)>();
        foreach (var lines in workers.Select(w => RunLine.Read(w.Settings.RunsLog)))
        {
            var free = lines.Where(l => l.What == "done").Select(l => l.At).Order();
            var next = lines.Where(l => l.What == "start").Select(l => l.At).Order().Skip(options.Slots);
            gaps.AddRange(free.Zip(next, (f, n) => (f, (n - f).TotalMilliseconds)));
        }
        gaps = [.. gaps.OrderBy(g => g.At)];
        foreach (var (part, chunk) in gaps.Chunk(Math.Max(1, (gaps.Count + 9) / 10)).Index())
        {
            double[] tenth = [.. chunk.Select(g => g.Milliseconds).Order()];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"from a free slot to its next stage, tenth {part + 1}: median {tenth[tenth.Length / 2]:F0} ms, 90 % {tenth[tenth.Length * 9 / 10]:F0} ms"));
        }
    }
}
