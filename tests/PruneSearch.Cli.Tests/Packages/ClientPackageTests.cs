using System.IO.Compression;
using System.Xml.Linq;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Cli.Tests.Packages;

/// <summary>The packages as a user of them sees them: what is in them, and a program that knows nothing else.</summary>
public sealed class ClientPackageTests(LocalFeed feed) : IClassFixture<LocalFeed>, IDisposable
{
    private static readonly string[] Expected = ["Client", "Connections", "Core", "Data", "Inference", "Storage"];
    private readonly string _folder = Directory.CreateTempSubdirectory("packages").FullName;

    public static TheoryData<string> Names => [.. Expected];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_else_is_packed() => Assert.Equal(
        Expected.Select(n => $"PruneSearch.{n}.{feed.Version}.nupkg"), Directory.GetFiles(feed.Packages, "*.nupkg").Select(Path.GetFileName).Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_what_it_is_and_drags_in_no_torch(string name)
    {
        using var package = ZipFile.OpenRead(Path.Combine(feed.Packages, $"PruneSearch.{name}.{feed.Version}.nupkg"));
        var files = package.Entries.Select(e => e.FullName).ToHashSet();
        string[] wanted = [$"lib/net10.0/PruneSearch.{name}.dll", $"lib/net10.0/PruneSearch.{name}.xml", "PACKAGE.md", "icon.png"];
        Assert.All(wanted, file => Assert.Contains(file, files));
        // The build checks it where it is there: a project that is packed has one.
        string declared = Path.Combine(Checkout.Root, "src", $"PruneSearch.{name}", "PublicAPI.Unshipped.txt");
        Assert.Contains(File.ReadLines(declared), line => line.StartsWith($"PruneSearch.{name}.", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(feed.Packages, $"PruneSearch.{name}.{feed.Version}.snupkg")));
        using var stream = package.GetEntry($"PruneSearch.{name}.nuspec")!.Open();
        var about = XDocument.Load(stream).Descendants().Where(e => e.Name.LocalName == "metadata").Single();
        string Value(string key) => about.Elements().Single(e => e.Name.LocalName == key).Value;
        Assert.Equal(("MIT", "PACKAGE.md", "icon.png"), (Value("license"), Value("readme"), Value("icon")));
        Assert.DoesNotContain("Package Description", Value("description"), StringComparison.Ordinal); // what stands there when nothing is said
        Assert.DoesNotContain(
            about.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value),
            id => id.StartsWith("TorchSharp", StringComparison.OrdinalIgnoreCase) || id.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase)
                || id.StartsWith("Microsoft.Orleans.Server", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_sample_searches_in_a_home_that_another_process_works_on()
    {
        string home = Path.Combine(_folder, "home");
        await using var host = await EmbeddedHost.StartAsync(
            new EmbeddedHostOptions { Home = home, ConfigureServices = services => services.AddStageRunner() }, TestContext.Current.CancellationToken);

        await SearchAsync(home);
    }

    [Fact]
    public async Task The_sample_searches_in_a_cluster()
    {
        var options = new SiloOptions
        {
            Role = SiloRole.All,
            Database = $"Data Source={Path.Combine(_folder, "cluster.db")}",
            Checkpoints = Path.Combine(_folder, "store"),
            Name = "all",
            SiloPort = FreePort.Find(),
            GatewayPort = FreePort.Find(),
        };
        await using var silo = await SiloHost.StartAsync(options, services => services.AddStageRunner(), cancellation: TestContext.Current.CancellationToken);
        string settings = Path.Combine(_folder, "cluster.yaml");
        await File.WriteAllTextAsync(
            settings, $"gateways: 127.0.0.1:{options.GatewayPort}\ncheckpoints: {options.Checkpoints}\n", TestContext.Current.CancellationToken);

        await SearchAsync(settings);
    }

    private async Task SearchAsync(string cluster)
    {
        string search = Path.Combine(_folder, "search.yaml"), model = Path.Combine(_folder, "best.onnx");
        await File.WriteAllTextAsync(search, """
            name: sample
            data: {format: shapes, train: 4, validation: 2, size: 64}
            detector: {input-size: 64, width-multiplier: 0.1, extras: separable, fine-tune: {steps: 1, batch-size: 2}}
            pruning: {criterion: l1, compensate: false, round-to: 1}
            fine-tune: {steps: 2, batch-size: 2}
            trajectories: {levels: [0.3, 0.6], schedules: [{kind: one-shot}]}
            objectives: [map50, macs]
            measure: {max-seconds: 0.1}
            """, TestContext.Current.CancellationToken);

        string said = await LocalFeed.RunAsync(_folder, feed.Sample, cluster, search, model);

        Assert.Matches(@"(?s)^launched sample-\w+\nfirst report: dense\nstate: Cancelled\n.*state: Completed\n", said);
        Assert.All((string[])["dense", "one-shot-30", "one-shot-60"], name => Assert.Matches($@"\n{name} +mAP50 ", said));
        Assert.True(new FileInfo(model).Length > 1000);
    }
}
