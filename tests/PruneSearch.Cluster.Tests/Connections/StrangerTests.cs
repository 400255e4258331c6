using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Session;
using PruneSearch.Cluster.Connections;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests.Connections;

/// <summary>Who has no certificate of the cluster that is valid now stays outside, and is logged once.</summary>
public sealed class StrangerTests(GuardedCluster cluster) : IClassFixture<GuardedCluster>
{
    private static readonly CertificateOwner Bob = new(CertificateRole.Viewer, "bob");

    [Fact]
    public async Task Foreign_and_expired_certificates_are_refused_and_logged_once_each()
    {
        var foreign = new CertificateFolder(Directory.CreateTempSubdirectory("foreign-").FullName, TimeProvider.System);
        foreign.MakeAuthority(TimeSpan.FromDays(1));
        var address = cluster.Address(CertificateRole.Operator, "alice");
        string expired = cluster.Certificates.Issue(CertificateRole.Operator, "late", TimeSpan.FromMinutes(-1));
        for (int i = 0; i < 2; i++)
        {
            string theirs = foreign.Issue(CertificateRole.Operator, "mallory", TimeSpan.FromDays(1));
            await RefusedAsync(address with { Tls = new ClusterTls(theirs, cluster.Certificates.Authority) });
            await RefusedAsync(address with { Tls = new ClusterTls(expired, cluster.Certificates.Authority) });
        }
        const string Refused = "A certificate was refused at the port for clients: ";
        Assert.Equal(1, await cluster.LoggedAsync(Refused + "'CN=mallory, OU=operator, O=PruneSearch' is not of this cluster's authority"));
        Assert.Equal(1, await cluster.LoggedAsync(Refused + "'CN=late, OU=operator, O=PruneSearch' is valid from"));
    }

    [Fact]
    public async Task A_client_without_secrets_is_turned_away_and_logged_once()
    {
        for (int i = 0; i < 2; i++)
        {
            await RefusedAsync(cluster.Address(CertificateRole.Operator, "alice") with { Tls = null });
        }
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, cluster.Gateway, TestContext.Current.CancellationToken);
        // It says nothing, and is closed.
        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(
            ConnectionGuard.TimeLimit + TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(1, await cluster.LoggedAsync("were turned away"));
    }

    [Fact]
    public async Task A_silo_without_certificates_does_not_join_silos_that_have_them_and_says_why()
    {
        using var home = new TestHome();
        var error = await Assert.ThrowsAsync<IOException>(() => SiloHost.StartAsync(
            new SiloOptions
            {
                Role = SiloRole.Worker,
                Database = cluster.Database,
                Checkpoints = home.Path,
                ClusterId = "test",
                Name = "plain",
                SiloPort = FreePort.Find(),
                GatewayPort = FreePort.Find(),
                Timings = TestHome.Quick,
            },
            services => services.AddSingleton<IStageRunner>(new StubStageRunner(TimeSpan.Zero)),
            TestContext.Current.CancellationToken));

        Assert.StartsWith("Silo plain cannot join cluster 'test': silo control at 127.0.0.1:", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("asks for certificates, expected 'certificate' and 'authority'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 17, 0, "a header of 131072 bytes came, at most 65536 are allowed")]
    [InlineData(-1, 0, "a header of 4294967295 bytes came")]
    [InlineData(40, 1 << 21, "a body of 2097152 bytes came, at most 1048576 are allowed")]
    public void Messages_that_are_too_large_end_the_connection(int header, int body, string expected)
    {
        var frames = Frames();
        var error = Assert.Throws<InvalidDataException>(() => Hand(frames, [.. Preamble("x"), .. Frame(header, body)]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0002_0000u)] // an answer, which nobody asked for
    [InlineData(0x0001_0080u)] // where grains are, which only silos say
    public void What_only_silos_send_ends_the_connection(uint flags)
    {
        byte[] header = [.. BitConverter.GetBytes(flags), .. new byte[8], 1, 1];
        Assert.Throws<InvalidDataException>(() => Hand(Frames(), [.. Preamble("x"), .. Frame(header.Length, 0), .. header]));
    }

    [Theory]
    [InlineData("hosted-S127.0.0.1:1:1")]
    public void Nobody_is_the_client_of_a_silo(string name) =>
        Assert.Throws<InvalidDataException>(() => Hand(Frames(), Preamble(name)));

    [Fact]
    public void A_name_that_looks_like_another_identity_is_none()
    {
        var forged = Caller.Certified(Bob, GrainId.Create("sys.client", "Operator!boss!1"));
        Assert.True(Caller.IsClient(forged, out var owner));
        Assert.Null(owner);
        Assert.True(Caller.IsClient(Caller.Certified(Bob, GrainId.Create("sys.client", "1")), out owner));
        Assert.Equal(Bob, owner);
        Assert.False(Caller.IsClient(GrainId.Create("sys.client", "hosted-S127.0.0.1:1:1"), out _));
    }

    [Fact]
    public void Messages_come_out_the_same_however_they_arrive_in_pieces_and_no_more_at_once_than_are_allowed()
    {
        byte[] header = [.. BitConverter.GetBytes(0x0001_0000u), .. new byte[8], 1, 1, 9, 8, 7];
        byte[] sent = [.. Preamble("x"), .. Frame(header.Length, 5), .. header, 1, 2, 3, 4, 5, .. Frame(header.Length, 0), .. header];
        byte[] whole = Hand(Frames(), sent);
        var pieces = Frames();
        Assert.Equal(whole, Pieces(pieces, sent));
        Assert.EndsWith("090807", Convert.ToHexString(whole), StringComparison.Ordinal);
        var output = new ArrayBufferWriter<byte>();
        var input = new ReadOnlySequence<byte>(sent);
        Assert.Equal(2, Frames().HandOn(ref input, output, 2));
        Assert.Equal(sizeof(int) * 2 + header.Length, input.Length);
    }

    private static byte[] Pieces(GatewayFrames frames, byte[] sent)
    {
        var output = new ArrayBufferWriter<byte>();
        byte[] left = [];
        foreach (byte b in sent)
        {
            left = [.. left, b];
            var input = new ReadOnlySequence<byte>(left);
            frames.HandOn(ref input, output, int.MaxValue);
            left = input.ToArray();
        }
        Assert.Empty(left);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Hand(GatewayFrames frames, byte[] sent)
    {
        var output = new ArrayBufferWriter<byte>();
        var input = new ReadOnlySequence<byte>(sent);
        frames.HandOn(ref input, output, int.MaxValue);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Frame(int header, int body) => [.. BitConverter.GetBytes(header), .. BitConverter.GetBytes(body)];

    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer(b =>
        b.AddAssembly(typeof(ConnectionPreamble).Assembly).AddAssembly(typeof(GrainId).Assembly)).BuildServiceProvider();

    private static GatewayFrames Frames() =>
        new(Bob, Services.GetRequiredService<Serializer<ConnectionPreamble>>(), Services.GetRequiredService<SerializerSessionPool>());

    private static byte[] Preamble(string name)
    {
        byte[] preamble = Services.GetRequiredService<Serializer<ConnectionPreamble>>().SerializeToArray(
            new ConnectionPreamble { NodeIdentity = GrainId.Create("sys.client", name), ClusterId = "test" });
        return [.. BitConverter.GetBytes(preamble.Length), .. preamble];
    }

    private static async Task RefusedAsync(ClusterAddress address) => await Assert.ThrowsAnyAsync<IOException>(() => ClusterClient.ConnectAsync(
        address with { Timeout = TimeSpan.FromSeconds(2) }, cancellation: TestContext.Current.CancellationToken));
}
