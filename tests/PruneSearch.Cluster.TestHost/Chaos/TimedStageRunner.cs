using System.Globalization;
using System.Text;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>Stages that last as long as their key says and answer what their key says; each start and end is a line of a log.</summary>
internal sealed class TimedStageRunner(SiloSettings settings) : IStageRunner
{
    private const int ShortestSlice = 100, LongestSlice = 1000; // of a thousand slots, each shall wake up rarely
    private readonly Lock _gate = new();
    private readonly FileStream? _log = settings.LogRuns ? new FileStream(settings.RunsLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite) : null;

    public StageReport Run(StageJob job, Action<StageProgress> progress, CancellationToken cancellation)
    {
        progress(new StageProgress { Part = "fine-tune" });
        Note("start", job);
        int span = settings.MaxMilliseconds - settings.MinMilliseconds + 1;
        int duration = settings.MinMilliseconds + (int)(Convert.ToUInt32(job.Key.ToString()[..8], 16) % span);
        bool stopped = false;
        int slice = Math.Clamp(duration / 50, ShortestSlice, LongestSlice);
        for (int left = duration; left > 0 && !stopped; left -= slice)
        {
            stopped = cancellation.WaitHandle.WaitOne(Math.Min(left, slice)) || Hangs(job, cancellation);
            Heartbeat.Beat();
        }
        Note(stopped ? "stop" : "done", job);
        cancellation.ThrowIfCancellationRequested();
        return StubStageRunner.Report(job.Key);
    }

    // Whoever writes the file makes the stage hang that sees it first; "deaf" ones do not hear that they are to stop.
    private bool Hangs(StageJob job, CancellationToken cancellation)
    {
        if (!settings.LogRuns || !File.Exists(settings.HangFile))
        {
            return false;
        }
        bool deaf = File.ReadAllText(settings.HangFile) == SiloSettings.Deaf;
        File.Delete(settings.HangFile);
        Note("hang", job);
        (deaf ? CancellationToken.None : cancellation).WaitHandle.WaitOne();
        return true;
    }

    private void Note(string what, StageJob job)
    {
        if (_log is null)
        {
            return;
        }
        byte[] line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{what} {job.Key} {job.Epoch} {Environment.ProcessId} {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}\n"));
        lock (_gate)
        {
            _log.Write(line);
            _log.Flush();
        }
    }
}
