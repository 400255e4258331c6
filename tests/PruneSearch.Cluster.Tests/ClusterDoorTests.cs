using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Searches;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>Who may talk to the silos of a cluster with certificates.</summary>
public sealed class ClusterDoorTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Silos_with_certificates_work_together_and_serve_a_client_with_one()
    {
        var folder = Folder("a");
        string database = Database();
        var tls = Tls(folder, CertificateRole.Silo);
        var runner = new StubStageRunner(TimeSpan.Zero);
        await using var control = await StartAsync(database, SiloRole.Control, tls, runner);
        await using var worker = await StartAsync(database, SiloRole.Worker, tls, runner);
        await using var client = await ConnectAsync(control.Gateway, Tls(folder, CertificateRole.Operator));

        await client.Searches.LaunchAsync(Plans.Small("a"));

        await foreach (var status in client.Searches.FollowAsync("a", TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
        {
            Assert.NotEqual(WorkState.Failed, status.State);
        }
        Assert.Equal(WorkState.Completed, (await client.Searches.SummaryAsync("a")).State);
    }

    [Fact]
    public async Task Strangers_and_clients_at_the_door_of_silos_are_turned_away()
    {
        var (folder, foreign) = (Folder("a"), Folder("b"));
        await using var silo = await StartAsync(Database(), SiloRole.All, Tls(folder, CertificateRole.Silo), new StubStageRunner(TimeSpan.Zero));

        foreach (int port in (int[])[silo.Gateway, silo.Silo])
        {
            await RefusedAsync(port, null);
            await RefusedAsync(port, Tls(foreign, CertificateRole.Operator));
            await RefusedAsync(port, Tls(foreign, CertificateRole.Silo));
        }
        string own = folder.Issue(CertificateRole.Silo, "own", TimeSpan.FromDays(1));
        string client = folder.Issue(CertificateRole.Operator, "own", TimeSpan.FromDays(1));
        Assert.Equal((true, false), (await StaysAsync(silo.Silo, own), await StaysAsync(silo.Silo, client)));
        Assert.Equal((true, true), (await StaysAsync(silo.Gateway, own), await StaysAsync(silo.Gateway, client)));
        await using var served = await ConnectAsync(silo.Gateway, Tls(folder, CertificateRole.Operator)); // it still stands
        Assert.Empty(await served.Searches.ListAsync());
    }

    [Fact]
    public async Task A_silo_that_runs_takes_another_authority_and_a_new_certificate_from_its_files()
    {
        var (old, next) = (Folder("a"), Folder("b"));
        string own = _home.File("own.pem"), authority = _home.File("authority.pem");
        Copy(old.Issue(CertificateRole.Silo, "test", TimeSpan.FromDays(1)), own, seconds: 0);
        Copy(old.Authority, authority, seconds: 0);
        await using var silo = await StartAsync(Database(), SiloRole.All, new ClusterTls(own, authority), new StubStageRunner(TimeSpan.Zero));
        await (await ConnectAsync(silo.Gateway, Tls(old, CertificateRole.Operator))).DisposeAsync();
        await RefusedAsync(silo.Gateway, Tls(next, CertificateRole.Operator));

        Copy(next.Issue(CertificateRole.Silo, "test", TimeSpan.FromDays(1)), own, seconds: 5);
        Copy(next.Authority, authority, seconds: 5);

        await (await ConnectAsync(silo.Gateway, Tls(next, CertificateRole.Operator))).DisposeAsync();
        await RefusedAsync(silo.Gateway, Tls(old, CertificateRole.Operator));

        static void Copy(string from, string to, int seconds)
        {
            File.Copy(from, to, overwrite: true);
            File.SetLastWriteTimeUtc(to, DateTime.UtcNow.AddSeconds(seconds)); // clocks of files are coarse
        }
    }

    [Fact]
    public async Task A_client_does_not_talk_to_a_silo_of_another_authority_or_without_one()
    {
        var (folder, foreign) = (Folder("a"), Folder("b"));
        await using var other = await StartAsync(Database(), SiloRole.All, Tls(foreign, CertificateRole.Silo), new StubStageRunner(TimeSpan.Zero));
        await RefusedAsync(other.Gateway, Tls(folder, CertificateRole.Operator));
        await using var open = await StartAsync(Database(), SiloRole.All, null, new StubStageRunner(TimeSpan.Zero));
        await RefusedAsync(open.Gateway, Tls(folder, CertificateRole.Operator));
    }

    [Fact]
    public async Task A_silo_without_certificates_listens_on_this_machine_alone_unless_it_is_told_otherwise()
    {
        var options = Options(Database(), SiloRole.All, null) with { AdvertisedAddress = IPAddress.Parse("192.0.2.1") };
        string refused = (await Assert.ThrowsAsync<ArgumentException>(() => SiloHost.StartAsync(options))).Message;
        Assert.Contains("'192.0.2.1' is reached from other machines", refused, StringComparison.Ordinal);
        // With the word it goes as far as to listen: that address is nobody's.
        Assert.IsNotType<ArgumentException>(await Record.ExceptionAsync(() => SiloHost.StartAsync(options with { Insecure = true })
            .WaitAsync(Limit, TestContext.Current.CancellationToken)));
    }

    private string Database() => $"Data Source={_home.File($"{Guid.NewGuid():N}.db")}";

    private CertificateFolder Folder(string name)
    {
        var folder = new CertificateFolder(_home.File($"certificates-{name}"), TimeProvider.System);
        folder.MakeAuthority(TimeSpan.FromDays(2));
        return folder;
    }

    private static ClusterTls Tls(CertificateFolder folder, CertificateRole role) =>
        new(folder.Issue(role, "test", TimeSpan.FromDays(1)), folder.Authority);

    private SiloOptions Options(string database, SiloRole role, ClusterTls? tls) => new()
    {
        Role = role,
        Database = database,
        Checkpoints = Directory.CreateDirectory(_home.Path).FullName,
        ClusterId = "test",
        Name = $"{role}-{Guid.NewGuid():N}",
        SiloPort = FreePort.Find(),
        GatewayPort = FreePort.Find(),
        Timings = TestHome.Quick,
        Tls = tls,
    };

    private async Task<RunningSilo> StartAsync(string database, SiloRole role, ClusterTls? tls, StubStageRunner runner)
    {
        var options = Options(database, role, tls);
        var host = await SiloHost.StartAsync(
            options, services => services.AddSingleton<Core.Stages.IStageRunner>(runner), TestContext.Current.CancellationToken);
        return new RunningSilo(host, options.SiloPort, options.GatewayPort);
    }

    private static Task<ClusterClient> ConnectAsync(int port, ClusterTls? tls, TimeSpan? timeout = null) => ClusterClient.ConnectAsync(
        new ClusterAddress { ClusterId = "test", Gateways = [new(IPAddress.Loopback, port)], Tls = tls, Timeout = timeout ?? Limit },
        cancellation: TestContext.Current.CancellationToken);

    private static async Task RefusedAsync(int port, ClusterTls? tls) =>
        await Assert.ThrowsAnyAsync<IOException>(
            () => ConnectAsync(port, tls, TimeSpan.FromSeconds(2)).WaitAsync(Limit, TestContext.Current.CancellationToken));

    // Whether a connection with a certificate is kept open: one that is turned away is closed at once.
    private static async Task<bool> StaysAsync(int port, string certificate)
    {
        using var pem = X509Certificate2.CreateFromPemFile(certificate);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, other, _, _) => other is not null, (_, _, _, _, _) => pem);
        try
        {
            await tls.AuthenticateAsClientAsync("silo");
            var read = tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();
            return await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken)) != read || await read > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private sealed record RunningSilo(SiloHost Host, int Silo, int Gateway) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
