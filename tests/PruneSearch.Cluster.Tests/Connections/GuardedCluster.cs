using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Dashboard;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Stages;
using SiloOptions = PruneSearch.Cluster.Hosting.SiloOptions;

namespace PruneSearch.Cluster.Tests.Connections;

/// <summary>One control silo with certificates, and clients of every role, for all tests of a class.</summary>
public sealed class GuardedCluster : IAsyncLifetime
{
    private readonly TestHome _home = new();
    private readonly List<IHost> _clients = [];
    private SiloHost? _silo;
    private SiloOptions? _options;

    internal CertificateFolder Certificates { get; private set; } = null!;

    /// <summary>The control silo.</summary>
    internal async Task<SiloAddress> SiloAsync() => (await _silo!.Grains.GetGrain<IManagementGrain>(0).GetHosts()).Keys.Single();

    internal int Gateway => _options!.GatewayPort;

    internal string Database => _options!.Database;

    /// <summary>What Prometheus reads.</summary>
    internal async Task<string> MetricsAsync()
    {
        using var http = new HttpClient();
        return await http.GetStringAsync($"http://127.0.0.1:{_options!.MetricsPort}/metrics", TestContext.Current.CancellationToken);
    }

    /// <summary>What the silo logged so far.</summary>
    internal string Log()
    {
        using var reader = new StreamReader(new FileStream(
            Directory.EnumerateFiles(_options!.Work!, "host-*.log").Order(StringComparer.Ordinal).Last(), FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    /// <summary>Waits until the log says something, and answers how many of its lines do.</summary>
    internal async Task<int> LoggedAsync(string text)
    {
        for (int i = 0; i < 100; i++)
        {
            int lines = Log().Split('\n').Count(l => l.Contains(text, StringComparison.Ordinal));
            if (lines > 0)
            {
                return lines;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        return 0;
    }

    public async ValueTask InitializeAsync()
    {
        Certificates = new CertificateFolder(_home.File("certificates"), TimeProvider.System);
        Certificates.MakeAuthority(TimeSpan.FromDays(2));
        _options = new SiloOptions
        {
            Role = SiloRole.Control,
            Database = $"Data Source={_home.File("state.db")}",
            Checkpoints = Directory.CreateDirectory(_home.Path).FullName,
            ClusterId = "test",
            Name = "control",
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
            Timings = TestHome.Quick,
            Tls = Tls(CertificateRole.Silo, "control"),
            Work = _home.File("control"),
            MetricsPort = FreePort.Find(),
        };
        _silo = await SiloHost.StartAsync(_options, services => new SiloServices(services).AddDashboard());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }
        await _silo!.DisposeAsync();
        _home.Dispose();
    }

    internal ClusterTls Tls(CertificateRole role, string name) => new(Certificates.Issue(role, name, TimeSpan.FromDays(1)), Certificates.Authority);

    internal ClusterAddress Address(CertificateRole role, string name) => new()
    {
        ClusterId = "test",
        Gateways = [new(IPAddress.Loopback, Gateway)],
        Tls = Tls(role, name),
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>The grains as somebody with a certificate sees them, without the client that this project gives to people.</summary>
    internal async Task<IClusterClient> ConnectAsync(CertificateRole role, string name, Action<IClientBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.UseCluster(Address(role, name));
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(10));
            configure?.Invoke(client);
        });
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        _clients.Add(host);
        return host.Services.GetRequiredService<IClusterClient>();
    }

    /// <summary>A worker that is no silo.</summary>
    internal Task<SiloHost> StartWorkerAsync(string name, IStageRunner runner) => SiloHost.StartAsync(new SiloOptions
    {
        Role = SiloRole.Worker,
        Checkpoints = _home.Path,
        ClusterId = "test",
        Name = name,
        Gateways = [new(IPAddress.Loopback, Gateway)],
        Timings = TestHome.Quick,
        Tls = Tls(CertificateRole.Worker, name),
        HealthPort = FreePort.Find(),
    }, services => services.AddSingleton(runner), TestContext.Current.CancellationToken);

    // As the program that serves the page adds it.
    private sealed class SiloServices(IServiceCollection services) : ISiloBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
