using System.Diagnostics;
using System.Globalization;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>
/// Several machines on one: each host is a network namespace of Linux with an address of its own on a bridge, which this process and the
/// servers are on, too. Between two addresses packets can be lost without a word, as a broken switch loses them. It needs root.
/// </summary>
public sealed class NetworkHosts : IDisposable
{
    private readonly int _number;
    private readonly List<string> _names = [];

    /// <summary>Makes the bridge.</summary>
    /// <param name="number">1 to 250: several at once need different ones.</param>
    /// <exception cref="InvalidOperationException">Namespaces cannot be had; the message says why.</exception>
    public NetworkHosts(int number)
    {
        _number = number;
        Remove(); // of a process that was killed
        Ip("link", "add", Bridge, "type", "bridge");
        Ip("addr", "add", $"{Database}/24", "dev", Bridge);
        Ip("addr", "add", $"{Store}/24", "dev", Bridge);
        Ip("link", "set", Bridge, "up");
    }

    /// <summary>Address for the database.</summary>
    public string Database => Address(1);

    /// <summary>Address for the checkpoint store.</summary>
    public string Store => Address(2);

    private string Bridge => Text($"psb{_number}");

    /// <summary>Why namespaces cannot be had here; <see langword="null"/> when they can.</summary>
    /// <param name="number">As for the constructor.</param>
    public static string? Lacking(int number)
    {
        try
        {
            using var hosts = new NetworkHosts(number);
            hosts.Add("probe");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"network namespaces cannot be had: {e.Message}";
        }
    }

    /// <summary>Adds a host.</summary>
    /// <returns>Its address, and what starts a program there.</returns>
    public (string Address, IReadOnlyList<string> Start) Add(string name)
    {
        string space = Text($"ps{_number}-{name}"), wire = Text($"ps{_number}v{_names.Count}"), address = Address(10 + _names.Count);
        _names.Add(space);
        Ip("netns", "add", space);
        Ip("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", space);
        Ip("link", "set", wire, "master", Bridge, "up");
        Ip("-n", space, "addr", "add", $"{address}/24", "dev", "eth0");
        Ip("-n", space, "link", "set", "eth0", "up");
        Ip("-n", space, "link", "set", "lo", "up");
        return (address, ["ip", "netns", "exec", space]);
    }

    /// <summary>Loses what a host sends to an address: it takes nobody's for the hardware address there.</summary>
    public void Lose(string name, string address) =>
        Ip("-n", Text($"ps{_number}-{name}"), "neigh", "replace", address, "lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "permanent");

    /// <summary>Loses nothing more.</summary>
    public void Find(string name, string address) => Ip("-n", Text($"ps{_number}-{name}"), "neigh", "del", address, "dev", "eth0");

    /// <summary>Removes hosts and bridge.</summary>
    public void Dispose() => Remove();

    private void Remove()
    {
        var (_, all) = Run("netns", "list");
        foreach (string space in all.Split('\n').Select(l => l.Split(' ')[0]).Where(s => s.StartsWith(Text($"ps{_number}-"), StringComparison.Ordinal)))
        {
            Run("netns", "del", space);
        }
        Run("link", "del", Bridge);
    }

    private string Address(int host) => Text($"10.77.{_number}.{host}");

    private static void Ip(params string[] arguments)
    {
        var (code, said) = Run(arguments);
        if (code != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {said.Trim()}");
        }
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
