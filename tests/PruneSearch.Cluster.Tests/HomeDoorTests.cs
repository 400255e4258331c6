using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using PruneSearch.Cluster.Connections;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Connections.Homes;
using PruneSearch.Tests;

namespace PruneSearch.Cluster.Tests;

/// <summary>Who may talk to the process that runs the searches of a home.</summary>
public sealed class HomeDoorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20); // a fault hangs; the machine may be slow

    [Fact]
    public async Task A_client_with_the_secret_of_the_home_is_served()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        await host.RunAsync(Plans.Small("a"));

        await using var connection = await SearchConnection.OpenAsync(home.Path, TestContext.Current.CancellationToken);

        Assert.Equal(Environment.ProcessId, connection.ProcessId);
        Assert.Equal("a", Assert.Single(await connection.Client.ListAsync()).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_without_it_is_refused(bool withOneOfItsOwn)
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        byte[] forged = HomeCertificate.Create(TimeProvider.System);
        foreach (int port in Ports(host))
        {
            var address =
                new ClusterAddress { ClusterId = HostFile.ClusterId, Gateways = [new(IPAddress.Loopback, port)], Timeout = TimeSpan.FromSeconds(1) };
            var connecting = ClusterClient.ConnectAsync(address, builder =>
            {
                if (withOneOfItsOwn)
                {
                    builder.Services.Configure<ClientConnectionOptions>(o => o.ConfigureConnection(c => c.UseClientTls(HomeCertificate.Demand(forged))));
                }
            });
            await Assert.ThrowsAnyAsync<IOException>(() => connecting.WaitAsync(Limit, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    public async Task A_connection_that_says_nothing_or_something_else_is_closed_within_seconds(string said)
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        await Task.WhenAll(Ports(host).Select(async port =>
        {
            using var client = await ConnectAsync(port);
            await client.SendAsync(Encoding.Latin1.GetBytes(said), TestContext.Current.CancellationToken);

            Assert.True(await ClosesAsync(client).WaitAsync(Limit, TestContext.Current.CancellationToken));
        }));
    }

    [Fact]
    public async Task Many_who_say_nothing_do_not_keep_the_owner_out()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        int port = HostFile.TryRead(home.Path)!.GatewayPort;
        var silent = new List<Socket>();
        try
        {
            for (int i = 0; i < 3 * ConnectionGuard.LargestQueue; i++)
            {
                silent.Add(await ConnectAsync(port));
            }
            await using var connection = await SearchConnection.OpenAsync(home.Path, TestContext.Current.CancellationToken);
            Assert.Empty(await connection.Client.ListAsync());
            Assert.True(await ClosesAsync(silent[0]).WaitAsync(Limit, TestContext.Current.CancellationToken));
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
        string told = Assert.Single(home.LogLines(), l => l.Contains("turned away", StringComparison.Ordinal));
        Assert.Contains($"127.0.0.1:{port}", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_only_answers_a_question_opens_no_gateway()
    {
        using var home = new TestHome();
        await using var host = await home.StartAsync(null);
        Assert.Equal((0, null), (HostFile.TryRead(home.Path)!.GatewayPort, HostFile.TryRead(home.Path)!.Certificate));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Nobody_but_the_owner_can_enter_the_home_or_read_the_secret()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights");
        using var home = new TestHome();
        await using var host = await home.StartAsync(new StubStageRunner(TimeSpan.Zero));
        string file = HostFile.PathIn(home.Path);

        Assert.Equal("0700 0600", $"{Mode(home.Path)} {Mode(file)}");

        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead); // as somebody else could have put it there
        Assert.Null(HostFile.TryRead(home.Path));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_host_file_that_is_a_pipe_is_none_and_nobody_waits_for_it()
    {
        using var home = new TestHome();
        Directory.CreateDirectory(home.Path);
        File.SetUnixFileMode(SpecialFiles.Pipe(HostFile.PathIn(home.Path)), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Null(await Task.Run(() => HostFile.TryRead(home.Path)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [UnsupportedOSPlatform("windows")]
    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8).PadLeft(4, '0');

    private static int[] Ports(EmbeddedHost host) => [host.Ports.GatewayPort, host.Ports.SiloPort];

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<bool> ClosesAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }
        return true;
    }
}
