using System.Diagnostics;
using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A silo with stub stages in a process of its own, under a supervisor that starts it again whenever it ends.</summary>
public sealed class SiloProcess : IDisposable
{
    private static readonly TimeSpan RestartAfter = TimeSpan.FromMilliseconds(200);
    private readonly ProcessStartInfo _start;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _supervisor;
    private volatile Process _process;
    private int _starts = 1;

    /// <summary>Starts it.</summary>
    /// <param name="settings">Arguments of <c>TestHost silo</c>.</param>
    /// <param name="folder">Its folder: logs.</param>
    public SiloProcess(SiloSettings settings, string folder)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Settings = settings;
        Folder = folder;
        Directory.CreateDirectory(folder);
        string program = Path.Combine(AppContext.BaseDirectory, "PruneSearch.Cluster.TestHost.dll");
        _start = new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$0\" \"$@\" >>\"$CHAOS_OUT\" 2>&1", "dotnet", "exec", program, "silo", settings.ToArgument()]);
        _start.Environment["CHAOS_OUT"] = Path.Combine(folder, "out.txt");
        _start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        _process = Process.Start(_start)!;
        _supervisor = SuperviseAsync();
    }

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

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                await _process.WaitForExitAsync(_stop.Token).ConfigureAwait(false);
                await Task.Delay(RestartAfter, _stop.Token).ConfigureAwait(false);
                var old = _process;
                _process = Process.Start(_start)!;
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
