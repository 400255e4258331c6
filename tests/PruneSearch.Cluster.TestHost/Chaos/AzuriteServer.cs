using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>An Azurite of one's own on a free loopback port, to be stopped and started at will.</summary>
public sealed class AzuriteServer : IDisposable
{
    // The account that every Azurite has; no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private readonly string _program, _folder, _address;
    private readonly int _front;
    private readonly int _port = Ports.Free();
    private Process? _process;

    /// <summary>Starts it.</summary>
    /// <param name="program">The <c>azurite-blob</c> script.</param>
    /// <param name="folder">Where its files lie.</param>
    /// <param name="address">Where silos reach it, through what makes it slow or full.</param>
    public AzuriteServer(string program, string folder, string address = "127.0.0.1")
    {
        (_program, _folder) = (program, folder);
        Directory.CreateDirectory(folder);
        Start();
        _front = Ports.Free();
        _address = address;
        Proxy = new StoreProxy(address, _front, new IPEndPoint(IPAddress.Loopback, _port));
    }

    /// <summary>Stands before it.</summary>
    public StoreProxy Proxy { get; }

    /// <summary>How to connect.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://{_address}:{_front}/{Account};");

    /// <summary>Starts it and waits until it listens.</summary>
    public void Start()
    {
        _process = Process.Start(new ProcessStartInfo("node",
            [_program, "--silent", "--disableTelemetry", "--blobHost", "127.0.0.1", "--blobPort",
                _port.ToString(CultureInfo.InvariantCulture), "--location", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        for (int i = 0; i < 1200; i++)
        {
            try
            {
                using var probe = new TcpClient("127.0.0.1", _port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(100);
            }
        }
        throw new InvalidOperationException("Azurite did not start.");
    }

    /// <summary>Stops it in good order: it writes what it holds in memory.</summary>
    public void Stop()
    {
        if (_process is { } process)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            process.WaitForExit();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Stops it for good.</summary>
    public void Dispose()
    {
        Proxy.Dispose();
        Stop();
    }
}
