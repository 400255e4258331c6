using System.Diagnostics;

namespace PruneSearch.Tests;

/// <summary>Files whose reader would wait for ever.</summary>
internal static class SpecialFiles
{
    /// <summary>Makes a named pipe that nobody writes to. The test is skipped where there are none.</summary>
    public static string Pipe(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no named pipes among its files");
        }
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return path;
    }
}
