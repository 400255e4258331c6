using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PruneSearch.Core;
using PruneSearch.Tests;

namespace PruneSearch.Deploy.Tests;

/// <summary>Dashboard and alert rules name instruments that there are; Prometheus' own checker reads and tries the rules.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "deploy");

    [Theory]
    [InlineData("grafana-dashboard.json")]
    [InlineData("alerts.yaml")]
    [InlineData("alerts.test.yaml")]
    [InlineData("../k8s/components/keda/scaledobject.yaml")]
    [InlineData("../k8s/components/hpa/autoscaler.yaml")]
    public void What_it_asks_for_is_measured(string file)
    {
        var known = Instruments();
        var asked = Named().Matches(File.ReadAllText(Path.Combine(Folder, file))).Select(m => m.Value).Distinct().Where(n => !IsLabel(n)).ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.True(known.Contains(name), $"{name} is none of {string.Join(", ", known.Order(StringComparer.Ordinal))}"));
    }

    [Fact]
    public void The_dashboard_is_whole()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "grafana-dashboard.json")))!;
        var panels = dashboard["panels"]!.AsArray();
        Assert.Equal(panels.Count, panels.Select(p => (int)p!["id"]!).Distinct().Count());
        Assert.All(panels, p => Assert.All(p!["targets"]!.AsArray(), t => Assert.NotEmpty((string)t!["expr"]!)));
        var places = panels.Select(p => ((int)p!["gridPos"]!["x"]!, (int)p["gridPos"]!["y"]!)).ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
    }

    [Theory]
    [InlineData("check", "alerts.yaml")]
    [InlineData("test", "alerts.test.yaml")]
    public async Task Promtool_accepts_the_rules_and_finds_that_they_do_what_they_should(string verb, string file)
    {
        using var tool = Start(verb, file);
        string output = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            + await tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(tool.ExitCode == 0, output);
    }

    private static Process Start(string verb, string file)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("promtool", [verb, "rules", file])
            {
                WorkingDirectory = Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("promtool is not installed (Debian: prometheus)");
            throw;
        }
    }

    // By the rules of OpenTelemetry for Prometheus: unit and kind at the end of the name.
    private static HashSet<string> Instruments()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == Telemetry.Name)
            {
                string name = instrument.Name.Replace('.', '_');
                bool counter = instrument is Counter<long>, histogram = instrument is Histogram<double>;
                string unit = instrument.Unit switch
                {
                    "s" => "_seconds",
                    "By" => "_bytes",
                    "1" => "_ratio",
                    _ => "",
                };
                names.Add(name + (name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit) + (counter ? "_total" : histogram ? "_bucket" : ""));
            }
        };
        listener.Start();
        RuntimeHelpers.RunClassConstructor(typeof(Telemetry).TypeHandle);
        // Made with the first slot of a process.
        names.Add("prunesearch_slot_busy_share_ratio");
        // Made with the first slot on a GPU: hw.gpu.utilization, …
        names.Add("prunesearch_stages_wanted"); // a rule in alerts.yaml makes it of others
        names.UnionWith(["hw_gpu_utilization_ratio", "hw_gpu_memory_usage_bytes", "hw_gpu_memory_limit_bytes", "hw_temperature_celsius", "hw_power_watts"]);
        return names;
    }

    private static bool IsLabel(string name) => name is "hw_id" or "hw_name" ||
        typeof(Telemetry).GetFields().Where(f => f.IsLiteral && f.Name.EndsWith("Tag", StringComparison.Ordinal))
        .Any(f => ((string)f.GetRawConstantValue()!).Replace('.', '_') == name);

    [GeneratedRegex(@"\b(prunesearch|hw)_[a-z_]+")]
    private static partial Regex Named();
}
