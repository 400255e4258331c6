using System.Diagnostics;
using System.Globalization;

namespace PruneSearch.Cluster.Tests;

/// <summary>A real process that runs the small plan with stub stages.</summary>
internal static class TestHostProcess
{
    public static Process Start(TestHome home, string log, int stageMilliseconds, IReadOnlyDictionary<string, string>? environment = null)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "PruneSearch.Cluster.TestHost.dll");
        string milliseconds = stageMilliseconds.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("dotnet", ["exec", program, home.Path, log, milliseconds])
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
