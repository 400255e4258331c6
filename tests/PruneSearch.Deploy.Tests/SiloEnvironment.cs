using PruneSearch.Cluster.Hosting;
using PruneSearch.Connections.Certificates;
using PruneSearch.Connections.Configuration;
using PruneSearch.Web;
using PruneSearch.Web.Configuration;

namespace PruneSearch.Deploy.Tests;

/// <summary>Environments of containers, as a silo reads them.</summary>
internal static class SiloEnvironment
{
    // Read by others than the silo's settings.
    private static readonly HashSet<string> Others = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_RESOURCE_ATTRIBUTES", "NVIDIA_VISIBLE_DEVICES"];

    private static readonly Lazy<CertificateFolder> Certificates = new(() =>
    {
        var folder = new CertificateFolder(Directory.CreateTempSubdirectory("certificates").FullName, TimeProvider.System);
        folder.MakeAuthority(TimeSpan.FromDays(1));
        return folder;
    });

    /// <summary>What stands in for a value that only a running cluster knows.</summary>
    public static string Example(string variable) => variable switch
    {
        "PRUNESEARCH_NAME" => "worker-0",
        "PRUNESEARCH_ADVERTISED_ADDRESS" => "10.1.2.3",
        "PRUNESEARCH_DATABASE" => "Host=db;Username=u;Password=p;Database=d",
        "PRUNESEARCH_CHECKPOINTS" => "https://account.blob.core.windows.net",
        _ => throw new ArgumentOutOfRangeException(nameof(variable), variable, "no example is known"),
    };

    /// <summary>The settings of the web role; fails when a variable is none of a process's, or a value is not accepted.</summary>
    public static WebSettings ReadWeb(Dictionary<string, string> environment)
    {
        var read = new HashSet<string>();
        environment.TryAdd("PRUNESEARCH_HEALTH_PORT", "8081"); // as the image has it
        var settings = Settings.Read(null, new Dictionary<string, string?>(), name =>
        {
            read.Add(name);
            return environment.GetValueOrDefault(name);
        }, SettingKeys.All);
        Assert.Equal("web", settings.Text("role"));
        Assert.Empty(environment.Keys.Except(read).Except(Others));
        return WebConfiguration.Read(settings);
    }

    /// <summary>The settings; fails when a variable is none of a silo's, or a value is not accepted.</summary>
    public static SiloConfiguration Read(IReadOnlyDictionary<string, string> environment)
    {
        var read = new HashSet<string>();
        var configuration = SiloConfiguration.Read(null, new Dictionary<string, string?>(), name =>
        {
            read.Add(name);
            // Files that only the containers have, in the volume that they mount.
            return environment.GetValueOrDefault(name) is { } value && value.StartsWith("/certificates/", StringComparison.Ordinal)
                ? name.EndsWith("AUTHORITY", StringComparison.Ordinal) ? Certificates.Value.Authority
                    : Certificates.Value.Issue(value.Contains("/worker", StringComparison.Ordinal) ? CertificateRole.Worker : CertificateRole.Silo,
                        "worker", TimeSpan.FromDays(1))
                : environment.GetValueOrDefault(name);
        });
        Assert.Empty(environment.Keys.Except(read).Except(Others));
        Assert.NotNull(configuration.Silo.Tls); // it is reached from other machines
        return configuration;
    }
}
