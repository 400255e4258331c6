using System.Text.RegularExpressions;
using PruneSearch.Cluster.Placement;
using PruneSearch.Tests;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace PruneSearch.Deploy.Tests;

/// <summary>The compose file names nothing that it does not have, and silos accept their settings.</summary>
public sealed partial class ComposeTests
{
    private readonly Dictionary<object, object> _file;

    public ComposeTests()
    {
        using var reader = File.OpenText(Path.Combine(Checkout.Root, "deploy", "compose.yaml"));
        _file = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(reader)));
    }

    private Dictionary<object, object> Services => Map(_file["services"]);

    [Fact]
    public void There_is_a_database_a_blob_store_a_control_silo_two_workers_the_page_and_a_trace_viewer() =>
        Assert.Equal(
            ["azurite", "certificates", "cli", "control", "postgres", "traces", "web", "web-token", "worker-1", "worker-2"],
            Services.Keys.Cast<string>().Order(StringComparer.Ordinal));

    [Fact]
    public void What_services_name_is_there()
    {
        var volumes = Map(_file["volumes"]).Keys;
        var networks = Map(_file["networks"]).Keys;
        foreach (var service in Services.Values.Select(Map))
        {
            Assert.All(List(service, "networks"), n => Assert.Contains(n, networks));
            Assert.All(
                List(service, "volumes").Cast<string>().Select(v => v.Split(':')[0]).Where(v => v[0] is not ('.' or '/')), v => Assert.Contains(v, volumes));
            Assert.All(service.TryGetValue("depends_on", out object? first) ? Map(first).Keys.ToList() : [], s => Assert.Contains(s, Services.Keys));
        }
    }

    [Theory]
    [InlineData("control", SiloRole.Control)]
    [InlineData("worker-1", SiloRole.Worker)]
    [InlineData("worker-2", SiloRole.Worker)]
    public void Silos_accept_their_settings(string name, SiloRole role)
    {
        var silo = Map(Services[name]);
        var environment = Map(silo["environment"]).ToDictionary(v => (string)v.Key, v => Default().Replace((string)v.Value, "$1"));
        Assert.Equal(name, environment["PRUNESEARCH_ADVERTISED_ADDRESS"]); // resolved by the network of the containers
        environment["PRUNESEARCH_ADVERTISED_ADDRESS"] = "10.1.2.3";
        if (role == SiloRole.Worker)
        {
            Assert.Equal("control:30000", environment["PRUNESEARCH_GATEWAYS"]);
            environment["PRUNESEARCH_GATEWAYS"] = "10.1.2.3:30000";
        }
        var configuration = SiloEnvironment.Read(environment);

        Assert.Equal((role, name, role == SiloRole.Worker), (configuration.Silo.Role, configuration.Silo.Name, configuration.Silo.IsGuest));
        Assert.False(silo.ContainsKey("ports"), "silo and gateway ports stay within the network");
        Assert.Equal("deploy/Containerfile", Map(silo["build"])["dockerfile"]);
    }

    [Fact]
    public void The_page_accepts_its_settings_and_the_token_that_is_made_for_it_lets_in()
    {
        var web = Map(Services["web"]);
        var environment = Map(web["environment"]).ToDictionary(v => (string)v.Key, v => Default().Replace((string)v.Value, "$1"));
        string made = (string)List(Map(Services["web-token"]), "command").Single();
        string folder = Directory.CreateTempSubdirectory("prunesearch-").FullName;
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "bash", ["-c", made.Replace("$$", "$", StringComparison.Ordinal).Replace("/certificates/", folder + "/", StringComparison.Ordinal)])
        {
            RedirectStandardOutput = true,
        })!;
        string told = shell.StandardOutput.ReadToEnd().Trim();
        shell.WaitForExit();
        Assert.Equal("/certificates/web-tokens", environment["PRUNESEARCH_WEB_TOKENS"]);
        environment["PRUNESEARCH_WEB_TOKENS"] = Path.Combine(folder, "web-tokens");

        var settings = SiloEnvironment.ReadWeb(environment);

        var token = Assert.Single(settings.Tokens);
        Assert.Equal(("operator", $"http://127.0.0.1:{settings.Port}/?token={token.Token}"), (token.Role, told));
        Assert.Equal($"127.0.0.1:{settings.Port}:{settings.Port}", List(web, "ports").Single());
        Assert.Equal(8081, settings.Health!.Port);
        Assert.Equal("deploy/Containerfile", Map(web["build"])["dockerfile"]);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Only_loopback_ports_are_published() =>
        Assert.All(
            Services.Values.Select(Map).SelectMany(s => List(s, "ports")).Cast<string>(), p => Assert.StartsWith("127.0.0.1:", p, StringComparison.Ordinal));

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    private static List<object> List(Dictionary<object, object> map, string key) => map.TryGetValue(key, out object? value) ? (List<object>)value : [];

    [GeneratedRegex(@"\$\{[A-Z_]+:-([^}]*)\}")]
    private static partial Regex Default();
}
