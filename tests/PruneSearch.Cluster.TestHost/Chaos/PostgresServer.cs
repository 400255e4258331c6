using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A PostgreSQL server of one's own on a free loopback port, to be stopped and started at will.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly string _programs, _user, _data, _address;
    private readonly int _port = Ports.Free();

    /// <summary>Makes a database cluster and starts it.</summary>
    /// <param name="programs">Folder of <c>initdb</c> and <c>pg_ctl</c>.</param>
    /// <param name="user">Whom to run it as; empty for the user of this process.</param>
    /// <param name="folder">Folder for its files; the user must be able to reach it.</param>
    /// <param name="address">Where it listens: whoever is on its network may do everything.</param>
    public PostgresServer(string programs, string user, string folder, string address = "127.0.0.1")
    {
        (_programs, _user, _data, _address) = (programs, user, Path.Combine(folder, "data"), address);
        Directory.CreateDirectory(folder);
        if (user.Length > 0)
        {
            Run("chown", [user, folder]);
        }
        AsUser("initdb", "-D", _data, "-U", "prunesearch", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
        if (address != "127.0.0.1")
        {
            File.AppendAllText(Path.Combine(_data, "pg_hba.conf"), "host all all samenet trust\n");
        }
        Start();
    }

    /// <summary>How to connect.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host={_address};Port={_port};Username=prunesearch;Database=postgres");

    /// <summary>Its port.</summary>
    public int Port => _port;

    /// <summary>Starts it.</summary>
    public void Start() => AsUser("pg_ctl", "start", "-D", _data, "-w", "-t", "60", "-l", Path.Combine(Path.GetDirectoryName(_data)!, "log"),
        "-o", $"-p {_port} -c listen_addresses={_address} -c unix_socket_directories= -c max_connections=400");

    /// <summary>Stops it; connections break, nothing that was committed is lost.</summary>
    public void Stop() => AsUser("pg_ctl", "stop", "-D", _data, "-m", "immediate", "-w", "-t", "60");

    /// <summary>Transactions that were committed since it was made.</summary>
    public long Commits()
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand("SELECT sum(xact_commit)::bigint FROM pg_stat_database", connection);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Processor seconds of all its processes, those that ended included.</summary>
    public double ProcessorSeconds()
    {
        string first = File.ReadLines(Path.Combine(_data, "postmaster.pid")).First();
        const int TicksPerSecond = 100;
        long ticks = 0;
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                string stat = File.ReadAllText(Path.Combine(process, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                bool isFirst = Path.GetFileName(process) == first;
                if (isFirst || fields[1] == first)
                {
                    ticks += fields.Skip(11).Take(isFirst ? 4 : 2).Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
                }
            }
            catch (IOException)
            {
                // It ended.
            }
        }
        return ticks / (double)TicksPerSecond;
    }

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
