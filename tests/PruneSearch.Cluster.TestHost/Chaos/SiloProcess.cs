using System.Diagnostics;
using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A silo with stub stages in a process of its own, under a supervisor that starts it again whenever it ends.</summary>
public sealed class SiloProcess : IDisposable
{
    private static readonly TimeSpan RestartAfter = TimeSpan.FromMilliseconds(200);
    private readonly IReadOnlyList<string> _before;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _supervisor;
    private volatile Process _process;
    private int _starts = 1;

    /// <summary>Starts it.</summary>
    /// <param name="settings">Arguments of <c>TestHost silo</c>.</param>
    /// <param name="folder">Its folder: logs.</param>
    /// <param name="before">What stands before its command line, to start it on another host.</param>
    public SiloProcess(SiloSettings settings, string folder, IReadOnlyList<string>? before = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Settings = settings;
        Folder = folder;
        _before = before ?? [];
        Directory.CreateDirectory(folder);
        _process = Start();
        _supervisor = SuperviseAsync();
    }

    /// <summary>Folder of the build that it is started from next.</summary>
    public string Build { get; set; } = AppContext.BaseDirectory;

    /// <summary>What it is.</summary>
    public SiloSettings Settings { get; }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>Its present process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>How often it was started.</summary>
    public int Starts => Volatile.Read(ref _starts);

    /// <summary>Largest resident memory of its present process, in bytes.</summary>
    public long Memory()
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return process.WorkingSet64;
        }
        catch (ArgumentException)
        {
            return 0;
        }
    }

    /// <summary>Processor seconds of its present process.</summary>
    public double ProcessorSeconds()
    {
        using var process = Process.GetProcessById(ProcessId);
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Ends it and its supervisor.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _supervisor.Wait();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        _stop.Dispose();
    }

    private Process Start()
    {
        string program = Path.Combine(Build, "PruneSearch.Cluster.TestHost.dll");
        var start = new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$0\" \"$@\" >>\"$CHAOS_OUT\" 2>&1", .. _before, "dotnet", "exec", program, "silo", Settings.ToArgument()]);
        start.Environment["CHAOS_OUT"] = Path.Combine(Folder, "out.txt");
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return Process.Start(start)!;
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                await _process.WaitForExitAsync(_stop.Token).ConfigureAwait(false);
                await Task.Delay(RestartAfter, _stop.Token).ConfigureAwait(false);
                var old = _process;
                _process = Start();
                old.Dispose();
                Interlocked.Increment(ref _starts);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }
}
