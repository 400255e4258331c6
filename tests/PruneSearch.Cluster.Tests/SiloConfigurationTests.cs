using System.Net;
using System.Runtime.Versioning;
using PruneSearch.Cluster.Hosting;
using PruneSearch.Cluster.Placement;
using PruneSearch.Connections;
using PruneSearch.Connections.Configuration;

namespace PruneSearch.Cluster.Tests;

public sealed class SiloConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prunesearch-").FullName;
    private readonly Dictionary<string, string?> _given = [];
    private readonly Dictionary<string, string?> _environment = [];

    public SiloConfigurationTests()
    {
        (_given["database"], _given["checkpoints"]) = ("Host=db;Database=a;Username=b", _folder);
    }

    private string FilePath => Path.Combine(_folder, "cluster.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_command_line_comes_before_the_environment_and_that_before_the_file()
    {
        File.WriteAllText(FilePath, "role: worker\nsilo-port: 1\ngateway-port: 2\nhealth-port: 3\n");
        _environment["PRUNESEARCH_GATEWAY_PORT"] = "20";
        _environment["PRUNESEARCH_HEALTH_PORT"] = "30";
        _given["health-port"] = "300";

        var silo = Read(FilePath).Silo;

        Assert.Equal((SiloRole.Worker, 1, 20, 300), (silo.Role, silo.SiloPort, silo.GatewayPort, silo.HealthPort));
        Assert.Equal(IPAddress.Loopback, silo.AdvertisedAddress);
    }

    [Fact]
    public void How_long_a_part_may_be_silent_is_said_for_some_of_them_or_for_all()
    {
        Assert.Equal(SilenceLimits.Defaults["export"], Read(null).Silo.Timings.Silence.Of("export"));
        _given["longest-silence"] = "export=20 measure=5";
        var silence = Read(null).Silo.Timings.Silence;
        Assert.Equal((20, 5, SilenceLimits.Defaults["save"]), (silence.Of("export").TotalSeconds, silence.Of("measure").TotalSeconds, silence.Of("save")));
    }

    [Theory]
    [InlineData("role", "boss", "--role: 'boss' is not right, expected all, control, worker")]
    [InlineData("silo-port", "70000", "--silo-port: '70000' is not right, expected a whole number from 0 to 65535")]
    [InlineData("snapshot-seconds", "0", "--snapshot-seconds: '0' is not right, expected 1 to 3600 seconds")]
    [InlineData(
        "longest-silence",
        "fine-tune=soon",
        "--longest-silence: 'fine-tune=soon' is not right, expected seconds from 1 to 86400 for all parts, or PART=SECONDS")]
    [InlineData("device", "tpu", "--device: 'tpu' is not right, expected cpu, cuda or cuda:NUMBER")]
    [InlineData("name", "a b", "--name: 'a b' is not right, expected 1 to 100 letters")]
    [InlineData("database", "secret nonsense", "--database: expected a connection string")]
    [InlineData("advertised-address", "192.0.2.1", "--advertised-address: '192.0.2.1' is reached from other machines, and without certificates")]
    [InlineData("retention", "30", "--retention: '30' is not right, expected hours or days as in 12h or 30d")]
    [InlineData("retention-keep", "some", "--retention-keep: 'some' is not right, expected frontier, all, none")]
    [InlineData("container", "UPPER", "Container is 'UPPER'")]
    public void A_wrong_value_is_one_line_with_its_place_and_what_was_expected(string key, string value, string message)
    {
        _given["checkpoints"] = "https://account.blob.core.windows.net";
        _given[key] = value;

        string found = Assert.Throws<SettingsException>(() => Read(null)).Message;

        Assert.Contains(message, found, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_said_with_all_places_where_it_could_stand()
    {
        _given.Remove("database");
        Assert.Contains(
            "give --database, PRUNESEARCH_DATABASE or a line in the configuration file",
            Assert.Throws<SettingsException>(() => Read(null)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_an_unknown_key_is_refused()
    {
        File.WriteAllText(FilePath, "rôle: worker\n");
        Assert.Contains("there is no setting 'rôle'", Assert.Throws<SettingsException>(() => Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_reads_the_file_of_the_silos_or_gateways()
    {
        File.WriteAllText(FilePath, "database: Host=db\ngateways: 127.0.0.1:1, 127.0.0.1:2\ncheckpoints: /shared\nrole: worker\n");

        var file = ClusterAddress.Parse(FilePath, _environment.GetValueOrDefault);
        Assert.Equal([1, 2], file.Gateways.Select(g => g.Port));
        Assert.Equal(("/shared", "Host=db"), (file.Checkpoints, file.Database));
        Assert.Equal([9], ClusterAddress.Parse("127.0.0.1:9", _environment.GetValueOrDefault).Gateways.Select(g => g.Port));
        Assert.Contains(
            "expected HOST:PORT",
            Assert.Throws<SettingsException>(() => ClusterAddress.Parse("nonsense", _environment.GetValueOrDefault)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("database: Host=db;Username=a;Password=hidden", "a password")]
    [InlineData("checkpoints: DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aGlkZGVu", "the key of a storage account")]
    [InlineData("checkpoints: https://a.blob.core.windows.net/c?sv=2026-06-06&sig=hidden", "a shared access signature")]
    [InlineData("database: Host=db;Username=a\ncheckpoints: https://a.blob.core.windows.net", null)]
    [UnsupportedOSPlatform("windows")]
    public void A_file_with_a_secret_that_others_can_read_is_warned_about_in_one_line(string settings, string? secret)
    {
        File.WriteAllText(FilePath, settings + "\ngateways: 127.0.0.1:1\n");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        string[] expected = secret is null ? []
            : [$"{FilePath}: has {secret}, and other users can read it (mode 0640); take that from them: chmod 600 '{FilePath}'"];
        Assert.Equal(expected, ClusterAddress.Parse(FilePath, _environment.GetValueOrDefault).Warnings);
        Assert.Equal(expected, Read(FilePath).Warnings);

        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Empty(ClusterAddress.Parse(FilePath, _environment.GetValueOrDefault).Warnings);
    }

    [Fact]
    public void A_secret_on_the_command_line_is_warned_about()
    {
        _given["database"] = "Host=db;Username=a;Password=hidden";
        string warning = Assert.Single(Read(null).Warnings);
        Assert.StartsWith("--database has a password, and every user of this machine can read command lines", warning, StringComparison.Ordinal);
        Assert.EndsWith("PRUNESEARCH_DATABASE", warning, StringComparison.Ordinal);
    }

    private SiloConfiguration Read(string? file) => SiloConfiguration.Read(file, _given, _environment.GetValueOrDefault);
}
