using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PruneSearch.Cluster.Hosting;

namespace PruneSearch.Cli.Tests.Clusters;

/// <summary>A silo of the real program in a process of its own, to be killed and started again.</summary>
internal sealed partial class SiloProcess : IDisposable
{
    /// <summary>The role of the program that only measures.</summary>
    public const string Measuring = "measure";

    /// <summary>Device class of those that have it.</summary>
    public const string DeviceClass = "bench-top";

    private readonly string _settings, _role, _name, _work;
    private readonly int _siloPort = FreePort.Find();
    private Process _process;
    private int _toldBefore; // by earlier processes

    /// <summary>Starts it.</summary>
    /// <param name="settings">The cluster's settings file.</param>
    /// <param name="role">As on the command line.</param>
    /// <param name="name">Its name, unique in the cluster.</param>
    /// <param name="gatewayPort">For clients.</param>
    /// <param name="work">Its folder: log and note of what it works on.</param>
    public SiloProcess(string settings, string role, string name, int gatewayPort, string work)
    {
        (_settings, _role, _name, _work, GatewayPort) = (settings, role, name, work, gatewayPort);
        Directory.CreateDirectory(work);
        _process = Start();
    }

    /// <summary>For clients.</summary>
    public int GatewayPort { get; }

    /// <summary>Stages of the attempts that it began, in all its processes.</summary>
    public IReadOnlyList<string> Attempts() => [.. Told().Where(t => t.What == "begins").Select(t => t.Stage)];

    /// <summary>Whether its present process has begun an attempt that has not ended.</summary>
    public bool IsAtWork() => Told() is { } told && told.Count > _toldBefore && told[^1].What == "begins";

    /// <summary>What it says when it cannot go on.</summary>
    public string Output => File.Exists(OutputFile) ? string.Concat(Lines(OutputFile).Select(l => l + "\n")) : "";

    /// <summary>Kills it (SIGKILL) and starts it again at once.</summary>
    public void KillAndRestart()
    {
        Assert.False(_process.HasExited, $"{_name} ended by itself: {Output}");
        Kill();
        _toldBefore = Told().Count;
        _process = Start();
    }

    /// <summary>Kills it for good.</summary>
    public void Dispose() => Kill();

    private List<(string Stage, string What)> Told() =>
        [.. Directory.EnumerateFiles(_work, "host-*.log").Order(StringComparer.Ordinal).SelectMany(Lines)
            .Select(l => Attempt().Match(l)).Where(m => m.Success).Select(m => (m.Groups["stage"].Value, m.Groups["what"].Value))];

    private string OutputFile => Path.Combine(_work, "output.txt");

    private void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private Process Start()
    {
        string[] command = _role == Measuring ?
        [
            // A device class of its own, with its own number of threads, on a processor of its own.
            "taskset", "-c", "0", "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "prunesearch-measure.dll"), "--config", _settings, "--name", _name,
            "--device-class", DeviceClass, "--threads", "2", "--work", _work,
        ] :
        [
            "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "prunesearch.dll"), "silo", "--config", _settings, "--role", _role, "--name", _name,
            "--silo-port", _siloPort.ToString(CultureInfo.InvariantCulture), "--gateway-port",
            GatewayPort.ToString(CultureInfo.InvariantCulture), "--work", _work,
        ];
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$SILO_OUTPUT\" 2>&1", .. command]); // exec: what is killed is the silo
        start.Environment["SILO_OUTPUT"] = OutputFile;
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE"; // several of them share the processors
        return Process.Start(start)!;
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    [GeneratedRegex("SlotWorker: Attempt \\d+ \\(epoch \\d+\\) at stage (?<stage>[0-9a-f]{64}) (?<what>begins|ended)")]
    private static partial Regex Attempt();
}
