using System.Diagnostics;
using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A PostgreSQL server of one's own on a free loopback port, to be stopped and started at will.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly string _programs, _user, _data;
    private readonly int _port = Ports.Free();

    /// <summary>Makes a database cluster and starts it.</summary>
    /// <param name="programs">Folder of <c>initdb</c> and <c>pg_ctl</c>.</param>
    /// <param name="user">Whom to run it as; empty for the user of this process.</param>
    /// <param name="folder">Folder for its files; the user must be able to reach it.</param>
    public PostgresServer(string programs, string user, string folder)
    {
        (_programs, _user, _data) = (programs, user, Path.Combine(folder, "data"));
        Directory.CreateDirectory(folder);
        if (user.Length > 0)
        {
            Run("chown", [user, folder]);
        }
        AsUser("initdb", "-D", _data, "-U", "prunesearch", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
        Start();
    }

    /// <summary>How to connect.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=prunesearch;Database=postgres");

    /// <summary>Starts it.</summary>
    public void Start() => AsUser("pg_ctl", "start", "-D", _data, "-w", "-t", "60", "-l", Path.Combine(Path.GetDirectoryName(_data)!, "log"),
        "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200");

    /// <summary>Stops it; connections break, nothing that was committed is lost.</summary>
    public void Stop() => AsUser("pg_ctl", "stop", "-D", _data, "-m", "immediate", "-w", "-t", "60");

    /// <summary>Stops it for good.</summary>
    public void Dispose()
    {
        try
        {
            Stop();
        }
        catch (InvalidOperationException)
        {
            // It was stopped already.
        }
    }

    private void AsUser(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (_user.Length == 0)
        {
            Run(path, arguments);
        }
        else
        {
            Run("setpriv", ["--reuid", _user, "--regid", _user, "--clear-groups", "--", path, .. arguments]);
        }
    }

    private static void Run(string program, string[] arguments)
    {
        // No pipes: the server would inherit them and keep them open.
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments]) { WorkingDirectory = "/" })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
