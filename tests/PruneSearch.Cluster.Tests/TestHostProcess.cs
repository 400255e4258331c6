using System.Diagnostics;
using System.Globalization;

namespace PruneSearch.Cluster.Tests;

/// <summary>A real process that runs the small plan, or one that grows, with stub stages.</summary>
internal static class TestHostProcess
{
    public static Process Start(
        TestHome home, string log, int stageMilliseconds, IReadOnlyDictionary<string, string>? environment = null, bool growing = false)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "PruneSearch.Cluster.TestHost.dll");
        string milliseconds = stageMilliseconds.ToString(CultureInfo.InvariantCulture);
        string[] command = ["dotnet", "exec", program, home.Path, log, milliseconds, .. growing ? ["growing"] : Array.Empty<string>()];
        if (OperatingSystem.IsLinux())
        {
            command = ["env", "--default-signal=INT", .. command]; // tests that run in the background inherit an ignored Ctrl-C
        }
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }
}
