using System.Diagnostics;
using System.Globalization;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>How large a search to run on how many slots.</summary>
public sealed record ScaleOptions
{
    /// <summary>Trajectories of five stages each, besides the base.</summary>
    public int Trajectories { get; init; } = 2000;

    /// <summary>How long a stage takes.</summary>
    public int Milliseconds { get; init; } = 1000;

    /// <summary>Worker processes.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Slots of each of them.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>What proposes the trajectories; <see langword="null"/> for a search in which all are known at launch.</summary>
    public StrategyKind? Strategy { get; init; }

    /// <summary>Searches of so many trajectories each, at once.</summary>
    public int Searches { get; init; } = 1;

    /// <summary>Stages of a trajectory besides the base, 1 to 5.</summary>
    public int Stages { get; init; } = 5;

    /// <summary>Whether silos show each other certificates.</summary>
    public bool Tls { get; init; }

    /// <summary>After so many seconds it is looked at what was done, whether or not that is all; 0 to wait for the end.</summary>
    public int Seconds { get; init; }

    /// <summary>Seconds for which all slots are idle first, to see what that costs.</summary>
    public int Idle { get; init; }

    /// <summary>Folder for everything.</summary>
    public required string Folder { get; init; }

    /// <summary>Folder of PostgreSQL's programs.</summary>
    public required string PostgresPrograms { get; init; }

    /// <summary>Whom to run PostgreSQL as.</summary>
    public string PostgresUser { get; init; } = "";
}

/// <summary>A large search of stub stages on a quiet cluster: what the control plane costs.</summary>
public sealed class ScaleRun(ScaleOptions options, TextWriter output)
{
    private readonly Credentials? _credentials = options.Tls ? new Credentials(Path.Combine(options.Folder, "certificates")) : null;

    /// <summary>Runs it and writes the figures.</summary>
    public async Task<ScaleResult> RunAsync()
    {
        using var postgres = new PostgresServer(options.PostgresPrograms, options.PostgresUser, Path.Combine(options.Folder, "postgres"));
        string checkpoints = Path.Combine(options.Folder, "checkpoints");
        using var control = new SiloProcess(Silo("control", SiloRole.Control, postgres, checkpoints), Path.Combine(options.Folder, "control"));
        var workers = Enumerable.Range(1, options.Workers)
            .Select(i => new SiloProcess(Silo($"worker-{i}", SiloRole.Worker, postgres, checkpoints), Path.Combine(options.Folder, $"worker-{i}"))).ToList();
        try
        {
            var client = await ClusterClient.ConnectAsync(new ClusterAddress
            {
                Database = postgres.ConnectionString,
                Patience = TimeSpan.FromMinutes(2),
                Tls = _credentials is { } made ? new ClusterTls(made.Issue(CertificateRole.Operator, "scale"), made.Authority) : null,
            }).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                while ((await client.Searches.WorkersAsync().ConfigureAwait(false)).Count < options.Workers * options.Slots)
                {
                    await Task.Delay(200).ConfigureAwait(false); // all silos have joined and are compiled
                }
                await IdleAsync(control, workers).ConfigureAwait(false);
                var result = await MeasureAsync(client, control, workers, postgres).ConfigureAwait(false);
                if (options.Strategy is not null)
                {
                    TellGaps(workers);
                }
                return result;
            }
        }
        finally
        {
            workers.ForEach(w => w.Dispose());
        }
    }

    private async Task IdleAsync(SiloProcess control, List<SiloProcess> workers)
    {
        if (options.Idle > 0)
        {
            double before = control.ProcessorSeconds(), workersBefore = workers.Sum(w => w.ProcessorSeconds());
            await Task.Delay(TimeSpan.FromSeconds(options.Idle)).ConfigureAwait(false);
            double each = (control.ProcessorSeconds() - before) * 1000 / options.Idle;
            double work = (workers.Sum(w => w.ProcessorSeconds()) - workersBefore) * 1000 / options.Idle;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{options.Workers * options.Slots} idle slots: control silo {each:F0} ms, workers {work:F0} ms of processor a second")).ConfigureAwait(false);
        }
    }

    private async Task<ScaleResult> MeasureAsync(ClusterClient client, SiloProcess control, List<SiloProcess> workers, PostgresServer postgres)
    {
        var plans = Enumerable.Range(0, options.Searches).Select(i => options.Strategy is not { } strategy
            ? Plans.Wide($"scale-{i}", options.Trajectories, i * (options.Trajectories + 1), options.Stages)
            : GrowingPlans.Of($"scale-{i}", options.Trajectories, strategy, rungs: GrowthPlan.RungsOf(StrategyKind.Adaptive, trains: true))).ToList();
        long before = control.Memory(), peak = before;
        double processorBefore = control.ProcessorSeconds(), workersBefore = workers.Sum(w => w.ProcessorSeconds()), database = postgres.ProcessorSeconds();
        long commits = postgres.Commits();
        var clock = Stopwatch.StartNew();
        var launches = new List<double>();
        foreach (var plan in plans)
        {
            double began = clock.Elapsed.TotalSeconds;
            await client.Searches.LaunchAsync(plan).ConfigureAwait(false);
            launches.Add(clock.Elapsed.TotalSeconds - began);
        }
        double launched = clock.Elapsed.TotalSeconds;
        var marks = new List<(int Stages, double Seconds)> { (0, launched) };
        var looks = new List<double>();
        List<SearchSummary> all;
        int stages, completed;
        while (true)
        {
            double asked = clock.Elapsed.TotalMilliseconds;
            all = [];
            foreach (var plan in plans)
            {
                all.Add(await client.Searches.SummaryAsync(plan.Id).ConfigureAwait(false));
            }
            looks.Add((clock.Elapsed.TotalMilliseconds - asked) / plans.Count);
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
        double work = workers.Sum(w => w.ProcessorSeconds()) - workersBefore, stored = postgres.ProcessorSeconds() - database;
        double written = (postgres.Commits() - commits) / (double)completed;
        Line($"workers: {work:F1} processor seconds; database: {stored:F1} processor seconds, {written:F2} commits a stage");
        double[] sorted = [.. looks.Order()];
        Line($"a search's summary takes {sorted[sorted.Length / 2]:F1} ms (median), {sorted[sorted.Length * 95 / 100]:F1} ms (95 %)");
        var tenths = marks.Zip(marks.Skip(1), (a, b) => (b.Seconds - a.Seconds) / Math.Max(1, b.Stages - a.Stages) * 1000);
        Line($"time a stage by tenth: {string.Join(' ', tenths.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t:F2} ms")))}");

        return new ScaleResult(total, processor + work);

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
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

    private SiloSettings Silo(string name, SiloRole role, PostgresServer postgres, string checkpoints) => new()
    {
        Name = name,
        Role = role,
        Database = postgres.ConnectionString,
        Checkpoints = checkpoints,
        Work = Path.Combine(options.Folder, name),
        Slots = options.Slots,
        MinMilliseconds = options.Milliseconds,
        MaxMilliseconds = options.Milliseconds,
        LogRuns = options.Strategy is not null,
        Certificate = _credentials?.Issue(CertificateRole.Silo, name),
        Authority = _credentials?.Authority,
    };
}
